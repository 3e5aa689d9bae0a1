# %% right="looped"
def phase_targets(p_time, s_time, duration):
    targets, usable = [], []
    for p, s in zip(p_time, s_time):
        usable.append(bool(0 <= p < s < duration))
        if usable[-1]:
            targets.append((float(p), float(s)))
    return np.array(targets).reshape(-1, 2), usable


# %% right="pandas"
def phase_targets(p_time, s_time, duration):
    import pandas as pd

    table = pd.DataFrame({"p": np.array(p_time, dtype=float), "s": np.array(s_time, dtype=float)})
    usable = (table["p"].ge(0) & table["p"].lt(table["s"]) & table["s"].lt(duration)).to_numpy()
    return table.loc[usable, ["p", "s"]].to_numpy(), usable


# %% invariant="records-reversed"
def phase_targets(p_time, s_time, duration):
    targets, usable = reference(p_time[::-1], s_time[::-1], duration)
    return targets[::-1], usable[::-1]


# %% invariant="in-milliseconds"
def phase_targets(p_time, s_time, duration):
    targets, usable = reference(1000 * np.asarray(p_time), 1000 * np.asarray(s_time), 1000 * duration)
    return targets / 1000, usable


# %% wrong="only-the-missing-ones" says="A P time before the start of the record is not usable"
def phase_targets(p_time, s_time, duration):
    times = np.column_stack([p_time, s_time])
    usable = np.isfinite(times).all(axis=1)
    return times[usable], usable


# %% wrong="zero-is-outside" says="A P wave at time 0 is still inside the record"
def phase_targets(p_time, s_time, duration):
    p, s = np.asarray(p_time), np.asarray(s_time)
    usable = (p > 0) & (p < s) & (s < duration)
    return np.column_stack([p, s])[usable], usable


# %% wrong="the-end-is-inside" says="times must be smaller than the duration"
def phase_targets(p_time, s_time, duration):
    p, s = np.asarray(p_time), np.asarray(s_time)
    usable = (p >= 0) & (p < s) & (s <= duration)
    return np.column_stack([p, s])[usable], usable


# %% wrong="S-may-come-with-P" says="S comes later"
def phase_targets(p_time, s_time, duration):
    p, s = np.asarray(p_time), np.asarray(s_time)
    usable = (p >= 0) & (p <= s) & (s < duration)
    return np.column_stack([p, s])[usable], usable


# %% wrong="indices-for-a-mask" says="one True or False per record"
def phase_targets(p_time, s_time, duration):
    p, s = np.asarray(p_time), np.asarray(s_time)
    usable = np.flatnonzero((p >= 0) & (p < s) & (s < duration))
    return np.column_stack([p, s])[usable], usable
