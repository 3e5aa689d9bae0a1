# %% right="numpy-split"
def split(n_samples, validation_fraction, test_fraction, rng):
    n_validation, n_test = round(n_samples * validation_fraction), round(n_samples * test_fraction)
    cuts = [n_samples - n_validation - n_test, n_samples - n_test]
    return tuple(np.split(rng.permutation(n_samples), cuts))


# %% right="lists"
def split(n_samples, validation_fraction, test_fraction, rng):
    order = rng.permutation(n_samples).tolist()
    n_validation, n_test = round(n_samples * validation_fraction), round(n_samples * test_fraction)
    rest = [order.pop() for _ in range(n_test)][::-1]
    middle = [order.pop() for _ in range(n_validation)][::-1]
    return order, middle, rest


# %% wrong="not-shuffled" says="shuffle all samples before you divide them"
def split(n_samples, validation_fraction, test_fraction, rng):
    n_validation, n_test = round(n_samples * validation_fraction), round(n_samples * test_fraction)
    cuts = [n_samples - n_validation - n_test, n_samples - n_test]
    return tuple(np.split(np.arange(n_samples), cuts))


# %% wrong="cut-off-decimals" says="its share of the samples, rounded"
def split(n_samples, validation_fraction, test_fraction, rng):
    n_validation, n_test = int(n_samples * validation_fraction), int(n_samples * test_fraction)
    cuts = [n_samples - n_validation - n_test, n_samples - n_test]
    return tuple(np.split(rng.permutation(n_samples), cuts))


# %% wrong="test-set-first" says="first the training, then the validation, last the test set"
def split(n_samples, validation_fraction, test_fraction, rng):
    n_validation, n_test = round(n_samples * validation_fraction), round(n_samples * test_fraction)
    test, validation, train = np.split(rng.permutation(n_samples), [n_test, n_test + n_validation])
    return train, validation, test


# %% wrong="draws-twice" says="some are missing"
def split(n_samples, validation_fraction, test_fraction, rng):
    n_validation, n_test = round(n_samples * validation_fraction), round(n_samples * test_fraction)
    test = rng.choice(n_samples, n_test, replace=False)
    validation = rng.choice(n_samples, n_validation, replace=False)
    return np.setdiff1d(np.arange(n_samples), np.union1d(test, validation)), validation, rng.choice(test, n_test)


# %% wrong="always-the-same-seed" says="Shuffle once with rng.permutation"
def split(n_samples, validation_fraction, test_fraction, rng):
    n_validation, n_test = round(n_samples * validation_fraction), round(n_samples * test_fraction)
    cuts = [n_samples - n_validation - n_test, n_samples - n_test]
    return tuple(np.split(np.random.permutation(n_samples), cuts))
