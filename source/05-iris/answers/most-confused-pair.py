# %% right="looped"
def most_confused_pair(confusion, names):
    worst = None
    for k in range(len(names)):
        for l in range(k + 1, len(names)):
            rate = (confusion[k][l] / sum(confusion[k]) + confusion[l][k] / sum(confusion[l])) / 2
            if rate > 0 and (worst is None or rate > worst[2]):
                worst = names[k], names[l], rate
    return worst


# %% right="pandas"
def most_confused_pair(confusion, names):
    import pandas as pd

    rates = pd.DataFrame(confusion, index=list(names), columns=list(names), dtype="float32")
    rates = rates.div(rates.sum(axis=1), axis=0)
    mutual = (rates + rates.T) / 2
    pairs = [(a, b, mutual.loc[a, b]) for i, a in enumerate(names) for b in list(names)[i + 1 :]]
    worst = max(pairs, key=lambda pair: pair[2])
    return worst if worst[2] > 0 else None


# %% invariant="species-reversed"
def most_confused_pair(confusion, names):
    found = reference(confusion[::-1, ::-1], names[::-1])
    return None if found is None else (found[1], found[0], found[2])


# %% invariant="ten-times-as-many-flowers"
def most_confused_pair(confusion, names):
    return reference(10 * confusion, names)


# %% wrong="counts" says="Compare rates, not counts"
def most_confused_pair(confusion, names):
    mutual = np.triu(confusion + confusion.T, 1)
    k, l = np.unravel_index(mutual.argmax(), mutual.shape)
    return (names[k], names[l], mutual[k, l] / confusion.sum()) if mutual.any() else None


# %% wrong="share-of-the-calls" says="each over the flowers that truly belong to the species"
def most_confused_pair(confusion, names):
    rates = confusion / np.maximum(confusion.sum(axis=0), 1)
    mutual = np.triu((rates + rates.T) / 2, 1)
    k, l = np.unravel_index(mutual.argmax(), mutual.shape)
    return (names[k], names[l], mutual[k, l]) if mutual.any() else None


# %% wrong="one-direction" says="counts both directions"
def most_confused_pair(confusion, names):
    rates = confusion / confusion.sum(axis=1, keepdims=True)
    np.fill_diagonal(rates, 0)
    k, l = sorted(np.unravel_index(rates.argmax(), rates.shape))
    return (names[k], names[l], (rates[k, l] + rates[l, k]) / 2) if rates.any() else None


# %% wrong="counts-the-diagonal" says="Return the two names"
def most_confused_pair(confusion, names):
    mutual = confusion + confusion.T
    k, l = sorted(np.unravel_index(mutual.argmax(), mutual.shape))
    return names[k], names[l], mutual[k, l] / confusion.sum()


# %% wrong="a-pair-in-any-case" says="Where nothing is confused there is no pair"
def most_confused_pair(confusion, names):
    rates = confusion / confusion.sum(axis=1, keepdims=True)
    mutual = np.triu((rates + rates.T) / 2, 1)
    k, l = np.unravel_index(mutual.argmax(), mutual.shape)
    return names[k], names[l], mutual[k, l]
