# %% right="looped"
def rbf_kernel(a, b, sigma):
    return np.array([[np.exp(-sum((p - q) ** 2 for p, q in zip(x, y)) / (2 * sigma**2)) for y in b] for x in a])


# %% right="cdist"
def rbf_kernel(a, b, sigma):
    from scipy.spatial.distance import cdist

    return np.exp(-0.5 * (cdist(a, b) / sigma) ** 2)


# %% right="scikit-learn"
def rbf_kernel(a, b, sigma):
    from sklearn.metrics.pairwise import rbf_kernel as kernel

    return kernel(np.asarray(a, dtype=float), np.asarray(b, dtype=float), gamma=1 / (2 * sigma**2))


# %% invariant="moved"
def rbf_kernel(a, b, sigma):
    return reference(np.asarray(a, dtype=float) + 3.5, np.asarray(b, dtype=float) + 3.5, sigma)


# %% wrong="distance-not-squared" says="exp(-d^2 / (2 sigma^2))"
def rbf_kernel(a, b, sigma):
    from scipy.spatial.distance import cdist

    return np.exp(-cdist(a, b) / (2 * sigma**2))


# %% wrong="without-the-two" says="exp(-d^2 / (2 sigma^2))"
def rbf_kernel(a, b, sigma):
    return reference(a, b, sigma / np.sqrt(2))


# %% wrong="sigma-not-squared" says="exp(-d^2 / (2 sigma^2))"
def rbf_kernel(a, b, sigma):
    return reference(a, b, np.sqrt(sigma))


# %% wrong="transposed" says="a row for each row of a"
def rbf_kernel(a, b, sigma):
    return reference(a, b, sigma).T


# %% wrong="pairs-row-by-row" says="a row for each row of a"
def rbf_kernel(a, b, sigma):
    m = min(len(a), len(b))
    return np.exp(-np.sum((np.asarray(a)[:m] - np.asarray(b)[:m]) ** 2, axis=1) / (2 * sigma**2))
