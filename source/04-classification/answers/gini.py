# %% right="looped"
def gini(labels):
    labels = list(labels)
    shares = [labels.count(label) / len(labels) for label in set(labels)]
    return 1 - sum(share**2 for share in shares)


# %% right="pairs"
def gini(labels):
    labels = np.asarray(labels)
    return float(np.mean(labels[:, None] != labels[None, :]))


# %% right="pandas"
def gini(labels):
    shares = __import__("pandas").Series(list(labels)).value_counts(normalize=True)
    return 1 - (shares**2).sum()


# %% invariant="labels-reversed"
def gini(labels):
    return reference(labels[::-1])


# %% wrong="entropy" says="1 minus the sum of the squared shares"
def gini(labels):
    _, counts = np.unique(labels, return_counts=True)
    shares = counts / counts.sum()
    return -np.sum(shares * np.log2(shares))


# %% wrong="without-the-one" says="1 minus the sum of the squared shares"
def gini(labels):
    return 1 - reference(labels)


# %% wrong="share-of-the-minority" says="1 minus the sum of the squared shares"
def gini(labels):
    _, counts = np.unique(labels, return_counts=True)
    return 1 - counts.max() / counts.sum()


# %% wrong="counts-not-shares" says="squared shares"
def gini(labels):
    _, counts = np.unique(labels, return_counts=True)
    return 1 - np.sum(counts**2)
