# %% right="looped"
def sta_lta(trace, n_sta, n_lta):
    power = [float(value) ** 2 for value in trace]
    ratio = [0.0] * len(power)
    for i in range(n_lta - 1, len(power)):
        short = sum(power[i - n_sta + 1 : i + 1]) / n_sta
        long = sum(power[i - n_lta + 1 : i + 1]) / n_lta
        ratio[i] = short / long
    return ratio


# %% right="convolved"
def sta_lta(trace, n_sta, n_lta):
    power = np.asarray(trace, dtype=float) ** 2
    short = np.convolve(power, np.ones(n_sta) / n_sta)[: len(power)]
    long = np.convolve(power, np.ones(n_lta) / n_lta)[: len(power)]
    return np.where(np.arange(len(power)) < n_lta - 1, 0.0, short / np.maximum(long, 1e-300))


# %% right="obspy"
def sta_lta(trace, n_sta, n_lta):
    from obspy.signal.trigger import classic_sta_lta_py

    return classic_sta_lta_py(np.asarray(trace, dtype=float), n_sta, n_lta)


# %% invariant="other-unit"
def sta_lta(trace, n_sta, n_lta):
    return reference(-25.0 * np.asarray(trace), n_sta, n_lta)


# %% wrong="sums-for-means" says="the mean of the squares is taken in each"
def sta_lta(trace, n_sta, n_lta):
    return reference(trace, n_sta, n_lta) * n_sta / n_lta


# %% wrong="amplitudes-for-power" says="the mean of the squares"
def sta_lta(trace, n_sta, n_lta):
    return reference(np.sqrt(np.abs(np.asarray(trace, dtype=float))), n_sta, n_lta)


# %% wrong="looks-into-the-future" says="nothing of the future may be used"
def sta_lta(trace, n_sta, n_lta):
    power = np.concatenate([[0.0], np.cumsum(np.asarray(trace, dtype=float) ** 2)])
    ratio = np.zeros(len(power) - 1)
    for i in range(n_lta - 1, len(ratio)):
        end = min(i + n_sta, len(ratio))
        ratio[i] = (power[end] - power[i]) / n_sta / ((power[i + 1] - power[i + 1 - n_lta]) / n_lta)
    return ratio


# %% wrong="one-sample-late" says="the ratio begins"
def sta_lta(trace, n_sta, n_lta):
    ratio = np.array(reference(trace, n_sta, n_lta))
    ratio[n_lta - 1] = 0.0
    return ratio


# %% wrong="begins-before-the-window-is-full" says="Before n_lta samples have arrived"
def sta_lta(trace, n_sta, n_lta):
    power = np.asarray(trace, dtype=float) ** 2
    short = np.convolve(power, np.ones(n_sta) / n_sta)[: len(power)]
    long = np.convolve(power, np.ones(n_lta) / n_lta)[: len(power)]
    return short / long
