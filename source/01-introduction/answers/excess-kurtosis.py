# %% right="standardised"
def excess_kurtosis(record):
    z = (np.asarray(record, dtype=float) - np.mean(record)) / np.std(record)
    return float((z**4).mean() - 3.0)


# %% right="scipy"
def excess_kurtosis(record):
    from scipy.stats import kurtosis

    return kurtosis(record)


# %% invariant="shuffled-and-rescaled"
def excess_kurtosis(record):
    record = np.asarray(record, dtype=float)
    return reference(7.0 - 2.0 * record[np.argsort(np.sin(np.arange(len(record))))])


# %% wrong="not-the-excess" says="and subtract 3"
def excess_kurtosis(record):
    return reference(record) + 3


# %% wrong="sample-deviation" says="by the square of the mean second power"
def excess_kurtosis(record):
    x = np.asarray(record, dtype=float) - np.mean(record)
    return np.mean(x**4) / np.var(x, ddof=1) ** 2 - 3


# %% wrong="not-squared" says="by the square of the mean second power"
def excess_kurtosis(record):
    x = np.asarray(record, dtype=float) - np.mean(record)
    return np.mean(x**4) / np.mean(x**2) - 3


# %% wrong="skewness" says="mean fourth power"
def excess_kurtosis(record):
    x = np.asarray(record, dtype=float) - np.mean(record)
    return np.mean(x**3) / np.mean(x**2) ** 1.5
