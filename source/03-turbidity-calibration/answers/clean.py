# %% right="looped"
def clean(series):
    level = [value if -30000 < value < 1e10 and value > 0 else np.nan for value in series["level"]]
    turbidity = [value if -30000 < value < 500 else np.nan for value in series["turbidity"]]
    kept = list(turbidity)
    for i in range(1, len(turbidity) - 1):
        if turbidity[i] > 5 * turbidity[i - 1] and turbidity[i] > 5 * turbidity[i + 1]:
            kept[i] = np.nan
    return pd.DataFrame({"level": level, "turbidity": kept}, index=series.index)


# %% right="numpy"
def clean(series):
    result = series.astype(float)
    level, turbidity = result["level"].to_numpy(copy=True), result["turbidity"].to_numpy(copy=True)
    level[(level <= 0) | (level >= 1e10)] = np.nan
    turbidity[(turbidity <= -30000) | (turbidity >= 500)] = np.nan
    neighbours = np.fmax(np.r_[np.inf, turbidity[:-1]], np.r_[turbidity[1:], np.inf])
    gaps = np.isnan(np.r_[np.nan, turbidity[:-1]]) | np.isnan(np.r_[turbidity[1:], np.nan])
    turbidity[(turbidity > 5 * neighbours) & ~gaps] = np.nan
    result["level"], result["turbidity"] = level, turbidity
    return result


# %% invariant="backwards-in-time"
def clean(series):
    return reference(series.iloc[::-1]).iloc[::-1]


# %% wrong="rows-dropped" says="No row may disappear"
def clean(series):
    return reference(series).dropna()


# %% wrong="gaps-filled" says="must become NaN in the level too"
def clean(series):
    return reference(series).ffill()


# %% wrong="before-only" says="above the reading before and not above the one after"
def clean(series):
    cleaned = series.where((series > -30000) & (series < 1e10))
    cleaned["level"] = cleaned["level"].where(cleaned["level"] > 0)
    turbidity = cleaned["turbidity"].where(cleaned["turbidity"] < 500)
    cleaned["turbidity"] = turbidity.mask(turbidity > 5 * turbidity.shift(1))
    return cleaned


# %% wrong="spikes-before-codes" says="remove the codes before you look for spikes"
def clean(series):
    turbidity = series["turbidity"]
    spike = (turbidity > 5 * turbidity.shift(1)) & (turbidity > 5 * turbidity.shift(-1)) & (turbidity < 500)
    cleaned = series.where((series > -30000) & (series < 1e10))
    cleaned["turbidity"] = cleaned["turbidity"].mask(spike).where(cleaned["turbidity"] < 500)
    cleaned["level"] = cleaned["level"].where(cleaned["level"] > 0)
    return cleaned


# %% wrong="in-place" says="must not change the record"
def clean(series):
    series[:] = reference(series)
    return series


# %% wrong="saturation-kept" says="500 NTU and more becomes NaN"
def clean(series):
    cleaned = series.where((series > -30000) & (series < 1e10))
    cleaned["level"] = cleaned["level"].where(cleaned["level"] > 0)
    turbidity = cleaned["turbidity"]
    spike = (turbidity > 5 * turbidity.shift(1)) & (turbidity > 5 * turbidity.shift(-1))
    cleaned["turbidity"] = turbidity.mask(spike)
    return cleaned


# %% wrong="zero-for-unknown" says="must become NaN in the level too"
def clean(series):
    return reference(series).fillna(0.0)
