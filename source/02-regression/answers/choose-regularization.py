# %% right="looped"
def choose_regularization(fit, strengths, train, validation):
    best, smallest, errors = None, np.inf, []
    for strength in strengths:
        theta = fit(train[0], train[1], strength)
        total = 0.0
        for row, label in zip(validation[0], validation[1]):
            total += (sum(a * b for a, b in zip(row, theta)) - label) ** 2
        errors.append(total / len(validation[1]))
        if errors[-1] < smallest:
            best, smallest = strength, errors[-1]
    return best, errors


# %% right="pandas"
def choose_regularization(fit, strengths, train, validation):
    import pandas as pd

    features, target = (np.asarray(part, dtype=float) for part in validation)
    errors = pd.Series([((features @ fit(*train, k) - target) ** 2).mean() for k in strengths], index=list(strengths))
    return errors.idxmin(), errors.to_numpy()


# %% invariant="validation-reversed"
def choose_regularization(fit, strengths, train, validation):
    return reference(fit, strengths, train, (validation[0][::-1], validation[1][::-1]))


# %% wrong="judged-on-the-training-set" says="not on the training set"
def choose_regularization(fit, strengths, train, validation):
    features, target = np.asarray(train[0]), np.asarray(train[1])
    errors = np.array([np.mean((features @ fit(*train, k) - target) ** 2) for k in strengths])
    return strengths[np.argmin(errors)], errors


# %% wrong="fitted-on-both" says="the fit was called with other samples too"
def choose_regularization(fit, strengths, train, validation):
    both = np.vstack([train[0], validation[0]]), np.append(train[1], validation[1])
    features, target = np.asarray(validation[0]), np.asarray(validation[1])
    errors = np.array([np.mean((features @ fit(*both, k) - target) ** 2) for k in strengths])
    return strengths[np.argmin(errors)], errors


# %% wrong="the-index" says="not its index"
def choose_regularization(fit, strengths, train, validation):
    features, target = np.asarray(validation[0]), np.asarray(validation[1])
    errors = np.array([np.mean((features @ fit(*train, k) - target) ** 2) for k in strengths])
    return np.argmin(errors), errors


# %% wrong="with-the-penalty" says="without the penalty"
def choose_regularization(fit, strengths, train, validation):
    features, target = np.asarray(validation[0]), np.asarray(validation[1])
    errors = []
    for k in strengths:
        theta = fit(*train, k)
        errors.append(np.mean((features @ theta - target) ** 2) + k * np.sum(theta[1:] ** 2))
    return strengths[np.argmin(errors)], np.array(errors)
