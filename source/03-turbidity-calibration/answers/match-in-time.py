# %% right="looped"
def match_in_time(samples, sensor, tolerance):
    readings = sensor[sensor["level"].notna() & sensor["turbidity"].notna()].sort_index()
    rows, times = [], []
    for time, load in samples["load"].sort_index().items():
        gaps = np.abs(readings.index - time)
        at = int(np.argmin(gaps))
        if gaps[at] <= tolerance:
            lag = (readings.index[at] - time).total_seconds() / 60
            rows.append((load, readings["level"].iloc[at], readings["turbidity"].iloc[at], lag))
            times.append(time)
    return pd.DataFrame(rows, columns=["load", "level", "turbidity", "lag"], index=pd.DatetimeIndex(times))


# %% right="searchsorted"
def match_in_time(samples, sensor, tolerance):
    readings = sensor.dropna(subset=["level", "turbidity"]).sort_index()
    loads = samples.sort_index()
    after = np.clip(np.searchsorted(readings.index, loads.index), 1, len(readings) - 1)
    before = after - 1
    closer = (loads.index - readings.index[before]) <= (readings.index[after] - loads.index)
    at = np.where(closer, before, after)
    lag = readings.index[at] - loads.index
    table = loads.assign(
        level=readings["level"].to_numpy()[at],
        turbidity=readings["turbidity"].to_numpy()[at],
        lag=lag / pd.Timedelta("1min"),
    )
    return table[np.abs(lag) <= tolerance]


# %% invariant="tables-reversed"
def match_in_time(samples, sensor, tolerance):
    return reference(samples.iloc[::-1], sensor.iloc[::-1], tolerance)


# %% wrong="last-reading-before" says="before or after"
def match_in_time(samples, sensor, tolerance):
    readings = sensor.dropna(subset=["level", "turbidity"]).sort_index().reset_index(names="reading_time")
    loads = samples.sort_index().reset_index(names="time")
    pairs = pd.merge_asof(
        loads, readings, left_on="time", right_on="reading_time", direction="backward", tolerance=tolerance
    ).dropna(subset=["level"])
    pairs["lag"] = (pairs["reading_time"] - pairs["time"]) / pd.Timedelta("1min")
    return pairs.set_index("time")[["load", "level", "turbidity", "lag"]]


# %% wrong="no-tolerance" says="farther away than the tolerance is not accepted"
def match_in_time(samples, sensor, tolerance):
    return reference(samples, sensor, pd.Timedelta("365D"))


# %% wrong="lag-without-sign" says="with its sign"
def match_in_time(samples, sensor, tolerance):
    pairs = reference(samples, sensor, tolerance)
    return pairs.assign(lag=pairs["lag"].abs())


# %% wrong="incomplete-readings" says="A flask without a reading must be left out"
def match_in_time(samples, sensor, tolerance):
    readings = sensor.sort_index()[["level", "turbidity"]].reset_index(names="reading_time")
    loads = samples.sort_index().reset_index(names="time")
    pairs = pd.merge_asof(
        loads, readings, left_on="time", right_on="reading_time", direction="nearest", tolerance=tolerance
    )
    pairs["lag"] = (pairs["reading_time"] - pairs["time"]) / pd.Timedelta("1min")
    return pairs.set_index("time")[["load", "level", "turbidity", "lag"]]


# %% wrong="time-of-the-reading" says="not that of its reading"
def match_in_time(samples, sensor, tolerance):
    pairs = reference(samples, sensor, tolerance)
    return pairs.set_index(pairs.index + pd.to_timedelta(pairs["lag"], unit="min"))


# %% wrong="other-columns-asked" says="whatever its other columns hold"
def match_in_time(samples, sensor, tolerance):
    return reference(samples, sensor.dropna(), tolerance)
