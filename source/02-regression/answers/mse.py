# %% right="scikit-learn"
def mse(prediction, target):
    from sklearn.metrics import mean_squared_error

    if np.shape(prediction) != np.shape(target):
        raise ValueError("the shapes differ")
    return mean_squared_error(np.ravel(target), np.ravel(prediction))


# %% right="looped"
def mse(prediction, target):
    prediction, target = np.array(prediction), np.array(target)
    if prediction.shape != target.shape:
        raise ValueError("the shapes differ")
    total = 0.0
    for a, b in zip(prediction.flat, target.flat):
        total += (float(a) - float(b)) ** 2
    return total / prediction.size


# %% invariant="samples-reversed"
def mse(prediction, target):
    return reference(np.flip(prediction), np.flip(target))


# %% invariant="rescaled"
def mse(prediction, target):
    return reference(10 * np.asarray(prediction), 10 * np.asarray(target)) / 100


# %% wrong="sum-of-squares" says="not their sum"
def mse(prediction, target):
    if np.shape(prediction) != np.shape(target):
        raise ValueError("the shapes differ")
    return np.sum((np.asarray(prediction) - np.asarray(target)) ** 2)


# %% wrong="absolute-differences" says="their absolute values"
def mse(prediction, target):
    if np.shape(prediction) != np.shape(target):
        raise ValueError("the shapes differ")
    return np.mean(np.abs(np.asarray(prediction) - np.asarray(target)))


# %% wrong="root" says="or their root"
def mse(prediction, target):
    if np.shape(prediction) != np.shape(target):
        raise ValueError("the shapes differ")
    return np.sqrt(np.mean((np.asarray(prediction) - np.asarray(target)) ** 2))


# %% wrong="no-guard" says="raise a ValueError whenever the shapes differ"
def mse(prediction, target):
    return np.mean((np.asarray(prediction) - np.asarray(target)) ** 2)


# %% wrong="compares-lengths" says="raise a ValueError whenever the shapes differ"
def mse(prediction, target):
    prediction, target = np.asarray(prediction), np.asarray(target)
    if prediction.ndim and target.ndim and len(prediction) != len(target):
        raise ValueError("the lengths differ")
    return np.mean((prediction - target) ** 2)
