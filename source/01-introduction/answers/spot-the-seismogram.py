# %% right="lowest-centroid"
def spot_the_seismogram(records):
    return int(np.argmin([spectral_centroid(record) for record in records]))


# %% right="small-steps"
def spot_the_seismogram(records):
    roughness = [np.std(np.diff(record)) / np.std(record) for record in records]
    return roughness.index(min(roughness))


# %% invariant="records-reversed"
def spot_the_seismogram(records):
    return 3 - reference(np.asarray(records)[::-1])


# %% wrong="always-the-last" says="look at the records"
def spot_the_seismogram(records):
    return 3


# %% wrong="largest-units" says="must not depend on units"
def spot_the_seismogram(records):
    return int(np.argmax([np.std(record) for record in records]))


# %% wrong="most-surprises" says="spotted too rarely"
def spot_the_seismogram(records):
    return int(np.argmax([excess_kurtosis(record) for record in records]))


# %% wrong="roughest" says="spotted too rarely"
def spot_the_seismogram(records):
    return int(np.argmin([lag_one_autocorrelation(record) for record in records]))
