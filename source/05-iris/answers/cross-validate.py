# %% right="by-places"
def cross_validate(make_model, features, species, folds, scale):
    predicted = [None] * len(species)
    for fold in sorted(set(folds.tolist())):
        inside = [place for place in range(len(folds)) if folds[place] == fold]
        outside = [place for place in range(len(folds)) if folds[place] != fold]
        train, test = scale(features[outside], features[inside])
        model = make_model().fit(train, species[outside])
        for place, label in zip(inside, model.predict(test)):
            predicted[place] = label
    return predicted


# %% right="predefined-split"
def cross_validate(make_model, features, species, folds, scale):
    numbers = np.unique(folds, return_inverse=True)[1]
    predicted = np.full(len(species), -7.0)
    for outside, inside in PredefinedSplit(numbers).split():
        train, test = scale(features[outside], features[inside])
        model = make_model()
        model.fit(train, species[outside])
        predicted[inside] = model.predict(test)
    return predicted


# %% invariant="flowers-reversed"
def cross_validate(make_model, features, species, folds, scale):
    return reference(make_model, features[::-1], species[::-1], folds[::-1], scale)[::-1]


# %% invariant="folds-renamed"
def cross_validate(make_model, features, species, folds, scale):
    return reference(make_model, features, species, 100 - 3 * folds, scale)


# %% wrong="scaled-before-splitting" says="the flowers of the test fold, and only those"
def cross_validate(make_model, features, species, folds, scale):
    features, _ = scale(features, features)
    predicted = np.empty_like(species)
    for fold in np.unique(folds):
        inside = folds == fold
        predicted[inside] = make_model().fit(features[~inside], species[~inside]).predict(features[inside])
    return predicted


# %% wrong="one-model-for-all-folds" says="Make a fresh model for each fold"
def cross_validate(make_model, features, species, folds, scale):
    model = make_model()
    predicted = np.empty_like(species)
    for fold in np.unique(folds):
        inside = folds == fold
        train, test = scale(features[~inside], features[inside])
        predicted[inside] = model.fit(train, species[~inside]).predict(test)
    return predicted


# %% wrong="test-part-not-scaled" says="is the test part scaled too?"
def cross_validate(make_model, features, species, folds, scale):
    predicted = np.empty_like(species)
    for fold in np.unique(folds):
        inside = folds == fold
        train, _ = scale(features[~inside], features[inside])
        predicted[inside] = make_model().fit(train, species[~inside]).predict(features[inside])
    return predicted


# %% wrong="folds-0-to-4" says="the folds may have any numbers"
def cross_validate(make_model, features, species, folds, scale):
    predicted = np.full_like(species, -1)
    for fold in range(5):
        inside = folds == fold
        if inside.any():
            train, test = scale(features[~inside], features[inside])
            predicted[inside] = make_model().fit(train, species[~inside]).predict(test)
    return predicted


# %% wrong="a-score-a-fold" says="not one score for each fold"
def cross_validate(make_model, features, species, folds, scale):
    scores = []
    for fold in np.unique(folds):
        inside = folds == fold
        train, test = scale(features[~inside], features[inside])
        scores.append(np.mean(make_model().fit(train, species[~inside]).predict(test) == species[inside]))
    return np.array(scores)
