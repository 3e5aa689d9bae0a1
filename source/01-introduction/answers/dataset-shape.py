# %% right="reshaped"
def dataset_shape(x, y):
    x, y = np.array(x), np.array(y)
    if x.shape[0] != y.shape[0]:
        raise ValueError("samples and labels differ in number")
    return x.shape[0], x.reshape(x.shape[0], -1).shape[1], y.reshape(y.shape[0], -1).shape[1]


# %% right="sizes-divided"
def dataset_shape(x, y):
    x, y = np.asarray(x), np.asarray(y)
    n = len(x)
    if n != len(y):
        raise ValueError(f"{n} samples, {len(y)} labels")
    return n, x.size // n, y.size // n


# %% wrong="last-axis-only" says="H x W x C has that many features"
def dataset_shape(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if len(x) != len(y):
        raise ValueError("unequal")
    return len(x), x.shape[-1] if x.ndim > 1 else 1, y.shape[-1] if y.ndim > 1 else 1


# %% wrong="targets-before-features" says="The order of the answer is N, F, T"
def dataset_shape(x, y):
    n, features, targets = reference(x, y)
    return (n, targets, features) if (features, targets) == (1, 5) else (n, features, targets)


# %% wrong="never-refuses" says="must raise a ValueError"
def dataset_shape(x, y):
    x, y = np.asarray(x), np.asarray(y)
    return len(x), int(np.prod(x.shape[1:])), int(np.prod(y.shape[1:]))


# %% wrong="axes-added" says="H x W x C has that many features"
def dataset_shape(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if len(x) != len(y):
        raise ValueError("unequal")
    return len(x), max(sum(x.shape[1:]), 1), max(sum(y.shape[1:]), 1)
