# %% right="looped"
def support_vectors(samples, labels, w, b, tolerance=1e-3):
    return [
        place
        for place, (row, label) in enumerate(zip(samples, labels))
        if label * (np.dot(row, w) + b) <= 1 + tolerance
    ]


# %% right="argwhere"
def support_vectors(samples, labels, w, b, tolerance=1e-3):
    missing = 1 - np.multiply(labels, np.dot(samples, w) + b)
    return np.argwhere(missing >= -tolerance)[:, 0]


# %% wrong="on-the-edge-only" says="A sample on the wrong side is a support vector too"
def support_vectors(samples, labels, w, b, tolerance=1e-3):
    margins = np.asarray(labels) * (np.asarray(samples) @ np.asarray(w) + b)
    return np.flatnonzero(np.abs(margins - 1) <= tolerance)


# %% wrong="absolute-distance" says="A sample on the wrong side is a support vector too"
def support_vectors(samples, labels, w, b, tolerance=1e-3):
    return np.flatnonzero(np.abs(np.asarray(samples) @ np.asarray(w) + b) <= 1 + tolerance)


# %% wrong="labels-forgotten" says="A sample on the wrong side is a support vector too"
def support_vectors(samples, labels, w, b, tolerance=1e-3):
    return np.flatnonzero(np.asarray(samples) @ np.asarray(w) + b <= 1 + tolerance)


# %% wrong="no-tolerance" says="A margin of exactly 1 + tolerance still counts"
def support_vectors(samples, labels, w, b, tolerance=1e-3):
    return reference(samples, labels, w, b, 0.0)
