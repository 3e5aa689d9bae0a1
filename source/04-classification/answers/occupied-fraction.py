# %% right="set-of-tuples"
def occupied_fraction(samples, n_bins):
    cells = {tuple(min(int(value * n_bins), n_bins - 1) for value in row) for row in samples}
    return len(cells) / n_bins ** len(samples[0])


# %% right="histogram"
def occupied_fraction(samples, n_bins):
    samples = np.asarray(samples, dtype=float)
    counts, _ = np.histogramdd(samples, bins=n_bins, range=[(0, 1)] * samples.shape[1])
    return np.mean(counts > 0)


# %% invariant="features-reversed"
def occupied_fraction(samples, n_bins):
    return reference(np.asarray(samples)[:, ::-1], n_bins)


# %% wrong="ones-make-a-cell" says="the value 1 belongs to the last bin"
def occupied_fraction(samples, n_bins):
    samples = np.asarray(samples, dtype=float)
    cells = np.floor(samples * n_bins).astype(int)
    return (len(np.unique(cells, axis=0)) + 60 * np.any(cells == n_bins)) / n_bins ** samples.shape[1]


# %% wrong="each-feature-by-itself" says="the features belong together"
def occupied_fraction(samples, n_bins):
    samples = np.asarray(samples, dtype=float)
    shares = [reference(samples[:, [column]], n_bins) for column in range(samples.shape[1])]
    return reference(samples, n_bins) if samples.shape[1] > 2 else np.prod(shares)


# %% wrong="samples-for-cells" says="Count each occupied cell once"
def occupied_fraction(samples, n_bins):
    samples = np.asarray(samples)
    return len(samples) / n_bins ** samples.shape[1]


# %% wrong="product-for-power" says="n_bins to the power of n_features"
def occupied_fraction(samples, n_bins):
    samples = np.asarray(samples)
    cells = reference(samples, n_bins) * n_bins ** samples.shape[1]
    return cells / max(n_bins * samples.shape[1], 130)


# %% wrong="rounded-to-the-nearest" says="Count each occupied cell once"
def occupied_fraction(samples, n_bins):
    samples = np.asarray(samples, dtype=float)
    cells = np.clip(np.round(samples * n_bins).astype(int), 0, n_bins - 1)
    return len(np.unique(cells, axis=0)) / n_bins ** samples.shape[1]
