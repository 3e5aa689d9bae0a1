# %% right="full-transform"
def spectral_centroid(record, sampling_rate=1.0):
    x = np.asarray(record, dtype=float)
    energy = np.abs(np.fft.fft(x - x.mean())) ** 2
    half = len(x) // 2 + 1
    frequencies = np.arange(half) * sampling_rate / len(x)
    return float(np.average(frequencies, weights=energy[:half]))


# %% right="mean-removed-in-the-spectrum"
def spectral_centroid(record, sampling_rate=1.0):
    spectrum = np.fft.rfft(record)
    spectrum[0] = 0
    frequencies = np.fft.rfftfreq(len(record), d=1.0 / sampling_rate)
    energy = spectrum.real**2 + spectrum.imag**2
    return (frequencies @ energy) / energy.sum()


# %% invariant="time-reversed"
def spectral_centroid(record, sampling_rate=1.0):
    return reference(record[::-1], sampling_rate)


# %% wrong="amplitude-for-energy" says="weighted by the squared absolute values"
def spectral_centroid(record, sampling_rate=1.0):
    amplitude = np.abs(np.fft.rfft(np.asarray(record, dtype=float) - np.mean(record)))
    return np.sum(np.fft.rfftfreq(len(record), 1 / sampling_rate) * amplitude) / np.sum(amplitude)


# %% wrong="mean-kept" says="the mean removed before"
def spectral_centroid(record, sampling_rate=1.0):
    energy = np.abs(np.fft.rfft(record)) ** 2
    return np.sum(np.fft.rfftfreq(len(record), 1 / sampling_rate) * energy) / np.sum(energy)


# %% wrong="sampling-rate-ignored" says="the centroid changes in proportion"
def spectral_centroid(record, sampling_rate=1.0):
    return reference(record)


# %% wrong="peak-frequency" says="the mean of the frequencies"
def spectral_centroid(record, sampling_rate=1.0):
    energy = np.abs(np.fft.rfft(np.asarray(record, dtype=float) - np.mean(record))) ** 2
    return np.fft.rfftfreq(len(record), 1 / sampling_rate)[np.argmax(energy)]
