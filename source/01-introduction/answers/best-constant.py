# %% right="by-the-sums"
def mse(predicted, target):
    target = np.asarray(target, dtype=float)
    predicted = np.broadcast_to(np.asarray(predicted, dtype=float), target.shape)
    return sum((a - b) ** 2 for a, b in zip(predicted, target)) / len(target)


def best_constant(target, loss="squared"):
    ordered = sorted(float(value) for value in target)
    n = len(ordered)
    if loss == "squared":
        return sum(ordered) / n
    if loss != "absolute":
        raise ValueError(loss)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


# %% right="table-of-losses"
def mse(predicted, target):
    return np.square(np.subtract(predicted, target)).mean()


def best_constant(target, loss="squared"):
    rules = {"squared": np.mean, "absolute": np.median}
    if loss not in rules:
        raise ValueError(f"unknown loss {loss}")
    return rules[loss](np.asarray(target, dtype=float))


# %% wrong="with-a-root" says="without a root"
def mse(predicted, target):
    return np.sqrt(np.mean((np.asarray(predicted) - np.asarray(target)) ** 2))


def best_constant(target, loss="squared"):
    return reference(target, loss)


# %% wrong="sum-for-mean" says="The MSE is the mean"
def mse(predicted, target):
    return np.sum((np.asarray(predicted) - np.asarray(target)) ** 2)


def best_constant(target, loss="squared"):
    return reference(target, loss)


# %% wrong="always-the-mean" says="For the absolute loss the best constant is the median"
def mse(predicted, target):
    return np.mean((np.asarray(predicted) - np.asarray(target)) ** 2)


def best_constant(target, loss="squared"):
    return float(np.mean(target))


# %% wrong="mid-range" says="For the absolute loss the best constant is the median"
def mse(predicted, target):
    return np.mean((np.asarray(predicted) - np.asarray(target)) ** 2)


def best_constant(target, loss="squared"):
    if loss == "absolute":
        return (np.min(target) + np.max(target)) / 2
    return reference(target, loss)


# %% wrong="any-word-will-do" says="must raise a ValueError"
def mse(predicted, target):
    return np.mean((np.asarray(predicted) - np.asarray(target)) ** 2)


def best_constant(target, loss="squared"):
    return float(np.mean(target)) if loss == "squared" else float(np.median(target))
