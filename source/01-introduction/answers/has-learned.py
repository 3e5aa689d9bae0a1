# %% right="statistics"
def has_learned(performance):
    from statistics import mean, variance

    first, last = list(performance[0]), list(performance[-1])
    error = ((variance(first) + variance(last)) / len(first)) ** 0.5
    return mean(last) - mean(first) > 2 * error


# %% right="squared"
def has_learned(performance):
    table = np.asarray(performance, dtype=float)[[0, -1]]
    gain = table[1].mean() - table[0].mean()
    return bool(gain > 0 and gain**2 > 4 * table.var(axis=1, ddof=1).sum() / table.shape[1])


# %% invariant="repetitions-reversed"
def has_learned(performance):
    return reference(np.asarray(performance)[:, ::-1])


# %% wrong="any-rise" says="may be chance"
def has_learned(performance):
    performance = np.asarray(performance)
    return bool(performance[-1].mean() > performance[0].mean())


# %% wrong="change-in-either-direction" says="that falls with experience is no learning"
def has_learned(performance):
    return reference(performance) or reference(np.asarray(performance)[::-1])


# %% wrong="scatter-not-divided" says="divide the variances by the number of repetitions"
def has_learned(performance):
    p = np.asarray(performance, dtype=float)
    return bool(p[-1].mean() - p[0].mean() > 2 * np.sqrt(p[0].var(ddof=1) + p[-1].var(ddof=1)))


# %% wrong="must-rise-each-time" says="whatever lies between"
def has_learned(performance):
    means = np.mean(performance, axis=1)
    return bool(np.all(np.diff(means) > 0)) and reference(performance)


# %% wrong="population-deviation" says="use 1 / (R - 1)"
def has_learned(performance):
    p = np.asarray(performance, dtype=float)
    return bool(p[-1].mean() - p[0].mean() > 2 * np.sqrt((p[0].var() + p[-1].var()) / p.shape[1]))
