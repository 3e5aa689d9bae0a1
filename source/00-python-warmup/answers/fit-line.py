# %% right="by-the-sums"
def fit_line(x, y):
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
    return slope, y.mean() - slope * x.mean()


# %% right="lstsq"
def fit_line(x, y):
    matrix = np.vstack([x, np.ones(len(x))]).T
    return np.linalg.lstsq(matrix, y)[0]


# %% right="scipy"
def fit_line(x, y):
    from scipy.stats import linregress

    answer = linregress(x, y)
    return answer.slope, answer.intercept


# %% invariant="points-reversed"
def fit_line(x, y):
    return reference(list(x)[::-1], list(y)[::-1])


# %% wrong="intercept-first" says="The slope comes first"
def fit_line(x, y):
    slope, intercept = np.polyfit(x, y, 1)
    return intercept, slope


# %% wrong="through-the-ends" says="sum of the products of the deviations"
def fit_line(x, y):
    slope = (y[-1] - y[0]) / (x[-1] - x[0])
    return slope, y[0] - slope * x[0]


# %% wrong="through-the-origin" says="sum of the products of the deviations"
def fit_line(x, y):
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    return np.sum(x * y) / np.sum(x**2), 0.0


# %% wrong="intercept-at-the-first-point" says="crosses x = 0"
def fit_line(x, y):
    slope = np.polyfit(x, y, 1)[0]
    return slope, y[0]
