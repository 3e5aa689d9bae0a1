# %% right="looped"
def lag_one_autocorrelation(record):
    values = [float(value) for value in record]
    mean = sum(values) / len(values)
    products = sum((a - mean) * (b - mean) for a, b in zip(values, values[1:]))
    return products / sum((value - mean) ** 2 for value in values)


# %% right="dot-products"
def lag_one_autocorrelation(record):
    x = np.array(record, dtype=float)
    x -= x.mean()
    return float(x[:-1] @ x[1:] / (x @ x))


# %% invariant="time-reversed"
def lag_one_autocorrelation(record):
    return reference(record[::-1])


# %% invariant="other-unit"
def lag_one_autocorrelation(record):
    return reference(-3.0 * np.asarray(record) + 8.0)


# %% wrong="mean-kept" says="Subtract the mean of the whole record"
def lag_one_autocorrelation(record):
    x = np.asarray(record, dtype=float)
    return np.sum(x[1:] * x[:-1]) / np.sum(x**2)


# %% wrong="correlation-of-the-two-parts" says="Subtract the mean of the whole record"
def lag_one_autocorrelation(record):
    return np.corrcoef(record[1:], record[:-1])[0, 1]


# %% wrong="lag-two" says="Subtract the mean of the whole record"
def lag_one_autocorrelation(record):
    x = np.asarray(record, dtype=float) - np.mean(record)
    return np.sum(x[2:] * x[:-2]) / np.sum(x**2)
