# %% right="matrix-product"
def mse_gradient(x, y, slope, intercept):
    features = np.column_stack([x, np.ones(len(x))])
    return 2 / len(x) * features.T @ (features @ [slope, intercept] - np.asarray(y))


# %% right="looped"
def mse_gradient(x, y, slope, intercept):
    along_slope = along_intercept = 0.0
    for one_x, one_y in zip(x, y):
        error = slope * one_x + intercept - one_y
        along_slope += 2 * error * one_x / len(x)
        along_intercept += 2 * error / len(x)
    return [along_slope, along_intercept]


# %% invariant="samples-reversed"
def mse_gradient(x, y, slope, intercept):
    return reference(x[::-1], y[::-1], slope, intercept)


# %% invariant="labels-rescaled"
def mse_gradient(x, y, slope, intercept):
    return reference(x, 10 * np.asarray(y), 10 * slope, 10 * intercept) / 10


# %% wrong="downhill" says="it should point uphill"
def mse_gradient(x, y, slope, intercept):
    error = np.asarray(y) - slope * np.asarray(x) - intercept
    return np.array([2 * np.mean(error * x), 2 * np.mean(error)])


# %% wrong="forgets-the-2" says="check the factor 2"
def mse_gradient(x, y, slope, intercept):
    error = slope * np.asarray(x) + intercept - y
    return np.array([np.mean(error * x), np.mean(error)])


# %% wrong="sum-for-mean" says="the mean"
def mse_gradient(x, y, slope, intercept):
    error = slope * np.asarray(x) + intercept - y
    return np.array([2 * np.sum(error * x), 2 * np.sum(error)])


# %% wrong="forgets-the-inner-derivative" says="the factor x"
def mse_gradient(x, y, slope, intercept):
    error = slope * np.asarray(x) + intercept - y
    return np.array([2 * np.mean(error), 2 * np.mean(error)])
