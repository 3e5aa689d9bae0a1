# %% right="by-matrices"
def inspect_outliers(samples, threshold=1.5):
    matrix = np.column_stack([np.ones(len(samples)), np.log(samples["turbidity"])])
    target = np.log(samples["load"].to_numpy())
    fitted = matrix @ np.linalg.lstsq(matrix, target)[0]
    table = samples.copy()
    table["expected"] = np.exp(fitted)
    table["residual"] = target - fitted
    first = {storm: samples.index[samples["storm"] == storm].min() for storm in set(samples["storm"])}
    table["hours"] = [
        (time - first[storm]).total_seconds() / 3600 for time, storm in zip(samples.index, samples["storm"])
    ]
    table = table[np.abs(table["residual"]) > threshold]
    return table.sort_values("residual", key=np.abs, ascending=False)


# %% right="scikit-learn"
def inspect_outliers(samples, threshold=1.5):
    x = np.log(samples[["turbidity"]].to_numpy())
    y = np.log(samples["load"].to_numpy())
    expected = np.exp(LinearRegression().fit(x, y).predict(x))
    hours = np.zeros(len(samples))
    for storm in samples["storm"].unique():
        own = (samples["storm"] == storm).to_numpy()
        hours[own] = (samples.index[own] - samples.index[own].min()) / pd.Timedelta(hours=1)
    table = samples.assign(expected=expected, residual=y - np.log(expected), hours=hours)
    order = np.argsort(-table["residual"].abs().to_numpy())
    return table.iloc[[place for place in order if abs(table["residual"].iloc[place]) > threshold]]


# %% invariant="rows-reversed"
def inspect_outliers(samples, threshold=1.5):
    return reference(samples.iloc[::-1], threshold)


# %% wrong="above-only" says="those below it"
def inspect_outliers(samples, threshold=1.5):
    table = reference(samples, 0.0)
    return table[table["residual"] > threshold]


# %% wrong="without-logarithms" says="in absolute value"
def inspect_outliers(samples, threshold=1.5):
    table = reference(samples, 0.0)
    x, y = samples["turbidity"].to_numpy(), samples["load"].to_numpy()
    slope, intercept = np.polyfit(x, y, 1)
    residual = y - slope * x - intercept
    table = samples.assign(expected=slope * x + intercept, residual=residual, hours=0.0)
    return table[table["residual"].abs() > threshold]


# %% wrong="common-logarithms" says="in absolute value"
def inspect_outliers(samples, threshold=1.5):
    table = reference(samples, 0.0)
    table["residual"] /= np.log(10)
    return table[table["residual"].abs() > threshold]


# %% wrong="expected-as-logarithm" says="not its logarithm"
def inspect_outliers(samples, threshold=1.5):
    table = reference(samples, threshold)
    return table.assign(expected=np.log(table["expected"]))


# %% wrong="hours-from-the-first-row" says="need not stand first in the table"
def inspect_outliers(samples, threshold=1.5):
    table = reference(samples, threshold)
    first = {storm: samples.index[np.flatnonzero(samples["storm"] == storm)[0]] for storm in set(samples["storm"])}
    hours = [(time - first[storm]) / pd.Timedelta("1h") for time, storm in zip(table.index, table["storm"])]
    return table.assign(hours=hours)


# %% wrong="signed-order" says="whatever its sign"
def inspect_outliers(samples, threshold=1.5):
    return reference(samples, threshold).sort_values("residual", ascending=False)
