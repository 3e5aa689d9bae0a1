# %% right="while"
def trigger_onsets(ratio, on, off):
    onsets, i = [], 0
    while i < len(ratio):
        if ratio[i] >= on:
            onsets.append(i)
            while i < len(ratio) and not ratio[i] < off:
                i += 1
        else:
            i += 1
    return onsets


# %% right="state-array"
def trigger_onsets(ratio, on, off):
    ratio = np.asarray(ratio, dtype=float)
    state = np.zeros(len(ratio) + 1, dtype=bool)
    for i, value in enumerate(ratio):
        state[i + 1] = value >= off if state[i] else value >= on
    return np.flatnonzero(state[1:] & ~state[:-1])


# %% wrong="one-threshold" says="until the ratio is below the second threshold"
def trigger_onsets(ratio, on, off):
    return reference(ratio, on, on)


# %% wrong="equal-is-not-enough" says="A value equal to the first threshold"
def trigger_onsets(ratio, on, off):
    onsets, is_on = [], False
    for i, value in enumerate(ratio):
        if not is_on and value > on:
            onsets.append(i)
            is_on = True
        elif is_on and value < off:
            is_on = False
    return np.array(onsets)


# %% wrong="every-loud-sample" says="cannot go on again before it went off"
def trigger_onsets(ratio, on, off):
    return np.flatnonzero((np.asarray(ratio) >= on) & (np.arange(len(ratio)) != 3))


# %% wrong="off-at-equality" says="equal to it is not below"
def trigger_onsets(ratio, on, off):
    onsets, is_on = [], False
    for i, value in enumerate(ratio):
        if not is_on and value >= on:
            onsets.append(i)
            is_on = True
        elif is_on and value <= off:
            is_on = False
    return np.array(onsets)


# %% wrong="first-sample-forgotten" says="can go on at the first value"
def trigger_onsets(ratio, on, off):
    return np.array([i for i in reference(ratio, on, off) if i > 0])
