# %% right="scikit-learn"
def standardize(train, test):
    scaler = StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(test)


# %% right="looped"
def standardize(train, test):
    done_train, done_test = [[] for _ in train], [[] for _ in test]
    for column in range(len(train[0])):
        values = [float(row[column]) for row in train]
        mean = sum(values) / len(values)
        deviation = (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5
        if deviation < 1e-12:
            deviation = 1.0
        for part, done in ((train, done_train), (test, done_test)):
            for row, into in zip(part, done):
                into.append((float(row[column]) - mean) / deviation)
    return done_train, done_test


# %% invariant="flowers-reversed"
def standardize(train, test):
    train, test = reference(train[::-1], test[::-1])
    return train[::-1], test[::-1]


# %% invariant="columns-reversed"
def standardize(train, test):
    train, test = reference(train[:, ::-1], test[:, ::-1])
    return train[:, ::-1], test[:, ::-1]


# %% wrong="all-flowers-together" says="not on the mean of all flowers"
def standardize(train, test):
    together = np.vstack([train, test])
    mean, deviation = together.mean(axis=0), together.std(axis=0)
    deviation[deviation < 1e-12] = 1.0
    return (train - mean) / deviation, (test - mean) / deviation


# %% wrong="each-part-by-itself" says="has been centred on its own mean"
def standardize(train, test):
    parts = []
    for part in (train, test):
        deviation = part.std(axis=0)
        parts.append((part - part.mean(axis=0)) / np.where(deviation > 1e-12, deviation, 1.0))
    return tuple(parts)


# %% wrong="sample-deviation" says="with 1/n"
def standardize(train, test):
    mean, deviation = np.mean(train, axis=0), np.std(train, axis=0, ddof=1)
    deviation[deviation < 1e-12] = 1.0
    return (train - mean) / deviation, (test - mean) / deviation


# %% wrong="divides-by-zero" says="must not give NaN or infinity"
def standardize(train, test):
    mean, deviation = np.mean(train, axis=0), np.std(train, axis=0)
    with np.errstate(all="ignore"):
        return (train - mean) / deviation, (test - mean) / deviation
