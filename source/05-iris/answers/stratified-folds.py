# %% right="dealt-card-by-card"
def stratified_folds(species, n_folds, rng):
    species = list(species)
    folds, hand = [0] * len(species), 0
    for name in set(species):
        flowers = [place for place, label in enumerate(species) if label == name]
        if len(flowers) < n_folds:
            raise ValueError("too few flowers of a species")
    for name in sorted(set(species)):
        flowers = [place for place, label in enumerate(species) if label == name]
        rng.shuffle(flowers)
        for flower in flowers:
            folds[flower] = hand % n_folds
            hand += 1
    return folds


# %% right="scikit-learn"
def stratified_folds(species, n_folds, rng):
    if np.unique(species, return_counts=True)[1].min() < n_folds:
        raise ValueError("too few flowers of a species")
    dealer = StratifiedKFold(n_folds, shuffle=True, random_state=int(rng.integers(2**31)))
    folds = np.zeros(len(species), dtype=int)
    for number, (_, members) in enumerate(dealer.split(np.zeros(len(species)), species)):
        folds[members] = number
    return folds


# %% right="last-species-first"
def stratified_folds(species, n_folds, rng):
    species = np.asarray(species)
    order = []
    for name in np.unique(species)[::-1]:
        members = np.flatnonzero(species == name)
        if len(members) < n_folds:
            raise ValueError("too few flowers of a species")
        order.extend(rng.permutation(members))
    folds = np.empty(len(species), dtype=np.int8)
    folds[order] = (n_folds - 1) - np.arange(len(species)) % n_folds
    return folds


# %% invariant="flowers-reversed"
def stratified_folds(species, n_folds, rng):
    return reference(species[::-1], n_folds, rng)[::-1]


# %% wrong="begins-with-fold-0-again" says="go on dealing where the previous species stopped"
def stratified_folds(species, n_folds, rng):
    folds = np.empty(len(species), dtype=int)
    for name in np.unique(species):
        members = rng.permutation(np.flatnonzero(species == name))
        if len(members) < n_folds:
            raise ValueError("too few flowers of a species")
        folds[members] = np.arange(len(members)) % n_folds
    return folds


# %% wrong="by-chance" says="A species is not spread evenly"
def stratified_folds(species, n_folds, rng):
    if np.unique(species, return_counts=True)[1].min() < n_folds:
        raise ValueError("too few flowers of a species")
    return rng.permutation(np.arange(len(species)) % n_folds)


# %% wrong="not-shuffled" says="a flower must be able to land in every fold"
def stratified_folds(species, n_folds, rng):
    if np.unique(species, return_counts=True)[1].min() < n_folds:
        raise ValueError("too few flowers of a species")
    folds = np.empty(len(species), dtype=int)
    folds[np.argsort(species, kind="stable")] = np.arange(len(species)) % n_folds
    return folds


# %% wrong="a-generator-of-its-own" says="draw from rng and from nothing else"
def stratified_folds(species, n_folds, rng):
    species = np.asarray(species)
    if np.unique(species, return_counts=True)[1].min() < n_folds:
        raise ValueError("too few flowers of a species")
    own = np.random.default_rng()
    folds = np.empty(len(species), dtype=int)
    folds[np.lexsort((own.random(len(species)), species))] = np.arange(len(species)) % n_folds
    return folds


# %% wrong="rotates-without-shuffling" says="shuffle the flowers of each species before dealing"
def stratified_folds(species, n_folds, rng):
    species = np.asarray(species)
    if np.unique(species, return_counts=True)[1].min() < n_folds:
        raise ValueError("too few flowers of a species")
    folds = np.empty(len(species), dtype=int)
    folds[np.argsort(species, kind="stable")] = (np.arange(len(species)) + rng.integers(n_folds)) % n_folds
    return folds


# %% wrong="rare-species-pass" says="must be refused with a ValueError"
def stratified_folds(species, n_folds, rng):
    species = np.asarray(species)
    folds = np.empty(len(species), dtype=int)
    folds[np.lexsort((rng.random(len(species)), species))] = np.arange(len(species)) % n_folds
    return folds
