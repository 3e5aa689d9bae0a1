# %% right="one-draw-after-the-other"
def random_search(loss, lower, upper, n_trials, rng):
    trials, losses = [], []
    for _ in range(n_trials):
        trials.append([rng.uniform(low, high) for low, high in zip(lower, upper)])
        losses.append(loss(np.array(trials[-1])))
    return trials[losses.index(min(losses))], trials, losses


# %% right="scaled-unit-box"
def random_search(loss, lower, upper, n_trials, rng):
    lower, upper = np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)
    trials = lower + (upper - lower) * rng.random((n_trials, lower.size))
    losses = np.fromiter(map(loss, trials), dtype=float)
    return trials[np.argsort(losses)[0]], trials, losses


# %% right="parameter-by-parameter"
def random_search(loss, lower, upper, n_trials, rng):
    trials = np.column_stack([rng.uniform(low, high, n_trials) for low, high in zip(lower, upper)])
    losses = [loss(trial) for trial in trials]
    return trials[int(np.argmin(losses))], trials, losses


# %% wrong="one-common-number" says="not with one common random number"
def random_search(loss, lower, upper, n_trials, rng):
    lower, upper = np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)
    trials = lower + (upper - lower) * rng.random((n_trials, 1))
    losses = np.array([loss(trial) for trial in trials])
    return trials[losses.argmin()], trials, losses


# %% wrong="a-generator-of-its-own" says="The same seed should give the same trials"
def random_search(loss, lower, upper, n_trials, rng):
    trials = np.random.uniform(lower, upper, size=(n_trials, len(lower)))
    losses = np.array([loss(trial) for trial in trials])
    return trials[losses.argmin()], trials, losses


# %% wrong="always-the-same-seed" says="do not make a generator of your own"
def random_search(loss, lower, upper, n_trials, rng):
    trials = np.random.default_rng(0).uniform(lower, upper, size=(n_trials, len(lower)))
    losses = np.array([loss(trial) for trial in trials])
    return trials[losses.argmin()], trials, losses


# %% wrong="gaussian" says="outside their bounds"
def random_search(loss, lower, upper, n_trials, rng):
    middle, width = np.add(lower, upper) / 2, np.subtract(upper, lower) / 2
    trials = rng.normal(middle, width, size=(n_trials, len(lower)))
    losses = np.array([loss(trial) for trial in trials])
    return trials[losses.argmin()], trials, losses


# %% wrong="the-last-trial" says="the trial with the smallest loss"
def random_search(loss, lower, upper, n_trials, rng):
    trials = rng.uniform(lower, upper, size=(n_trials, len(lower)))
    losses = np.array([loss(trial) for trial in trials])
    return trials[-1], trials, losses
