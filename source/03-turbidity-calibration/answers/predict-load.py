# %% right="looped"
def predict_load(theta, sigma, features, coverage=0.9):
    z = norm.ppf(0.5 + coverage / 2)
    mean, lower, upper = [], [], []
    for row in features:
        load = np.exp(theta[0])
        for exponent, value in zip(theta[1:], row):
            load = load * value**exponent
        mean.append(load * np.exp(sigma**2 / 2))
        lower.append(load / np.exp(z * sigma))
        upper.append(load * np.exp(z * sigma))
    return np.array(mean), np.array(lower), np.array(upper)


# %% right="scipy-lognorm"
def predict_load(theta, sigma, features, coverage=0.9):
    matrix = np.column_stack([np.ones(len(features)), np.log(features)])
    median = np.exp(matrix @ theta)
    low, high = norm.interval(coverage)
    return median * np.exp(0.5 * sigma**2), median * np.exp(low * sigma), median * np.exp(high * sigma)


# %% invariant="readings-reversed"
def predict_load(theta, sigma, features, coverage=0.9):
    return tuple(part[::-1] for part in reference(theta, sigma, features[::-1], coverage))


# %% wrong="median-for-mean" says="exp(mu) is its median"
def predict_load(theta, sigma, features, coverage=0.9):
    mean, lower, upper = reference(theta, sigma, features, coverage)
    return mean / np.exp(sigma**2 / 2), lower, upper


# %% wrong="one-sided" says="begins 0.674 standard deviations below"
def predict_load(theta, sigma, features, coverage=0.9):
    mean, _, _ = reference(theta, sigma, features, coverage)
    median = mean / np.exp(sigma**2 / 2)
    z = norm.ppf(coverage)
    return mean, median * np.exp(-z * sigma), median * np.exp(z * sigma)


# %% wrong="symmetric-interval" says="begins 0.674 standard deviations below"
def predict_load(theta, sigma, features, coverage=0.9):
    mean, _, upper = reference(theta, sigma, features, coverage)
    return mean, np.maximum(2 * mean - upper, 1e-6), upper


# %% wrong="around-the-mean" says="begins 0.674 standard deviations below"
def predict_load(theta, sigma, features, coverage=0.9):
    mean, _, _ = reference(theta, sigma, features, coverage)
    z = norm.ppf((1 + coverage) / 2)
    return mean, mean * np.exp(-z * sigma), mean * np.exp(z * sigma)


# %% wrong="sigma-for-its-square" says="exp(mu) is its median"
def predict_load(theta, sigma, features, coverage=0.9):
    mean, lower, upper = reference(theta, sigma, features, coverage)
    return mean / np.exp(sigma**2 / 2) * np.exp(sigma / 2), lower, upper
