# %% right="looped"
def best_split(feature, labels):
    ordered = sorted(set(float(value) for value in feature))
    if len(ordered) == 1:
        raise ValueError("one value only")
    best = None
    for lower, upper in zip(ordered, ordered[1:]):
        threshold = 0.5 * (lower + upper)
        cost = 0.0
        for below in (True, False):
            group = [label for value, label in zip(feature, labels) if (value <= threshold) == below]
            cost += len(group) * (1 - sum((group.count(label) / len(group)) ** 2 for label in set(group)))
        cost /= len(labels)
        if best is None or cost < best[1] - 1e-9:
            best = threshold, cost
    return best


# %% right="one-hot"
def best_split(feature, labels):
    feature = np.asarray(feature, dtype=float)
    values = np.unique(feature)
    if values.size < 2:
        raise ValueError("one value only")
    hot = (np.asarray(labels)[:, None] == np.unique(labels)[None, :]).astype(float)
    middles = 0.5 * (values[1:] + values[:-1])
    left = (feature[None, :] <= middles[:, None]).astype(float)
    in_left, in_right = left @ hot, (1 - left) @ hot
    costs = sum(
        part.sum(axis=1) - np.sum(part**2, axis=1) / part.sum(axis=1) for part in (in_left, in_right)
    ) / len(feature)
    place = int(np.argmax(costs <= costs.min() + 1e-9))
    return middles[place], costs[place]


# %% invariant="samples-reversed"
def best_split(feature, labels):
    return reference(np.asarray(feature)[::-1], np.asarray(labels)[::-1])


# %% wrong="not-weighted" says="weighted by their sizes"
def best_split(feature, labels):
    feature, labels = np.asarray(feature, dtype=float), np.asarray(labels)
    values = np.unique(feature)
    if len(values) < 2:
        raise ValueError("one value only")
    costs = []
    for s in (values[:-1] + values[1:]) / 2:
        costs.append((gini(labels[feature <= s]) + gini(labels[feature > s])) / 2)
    place = int(np.argmin(costs))
    return (values[place] + values[place + 1]) / 2, costs[place]


# %% wrong="at-a-value" says="half-way between two neighbouring different values"
def best_split(feature, labels):
    threshold, impurity = reference(feature, labels)
    feature = np.asarray(feature, dtype=float)
    return feature[feature <= threshold].max(), impurity


# %% wrong="last-of-the-best" says="take the smaller one"
def best_split(feature, labels):
    threshold, impurity = reference(-np.asarray(feature, dtype=float), labels)
    return -threshold, impurity


# %% wrong="gain-for-impurity" says="The impurity that is left"
def best_split(feature, labels):
    threshold, impurity = reference(feature, labels)
    return threshold, gini(labels) - impurity


# %% wrong="median-split" says="The impurity that is left"
def best_split(feature, labels):
    feature, labels = np.asarray(feature, dtype=float), np.asarray(labels)
    if np.ptp(feature) == 0:
        raise ValueError("one value only")
    values = np.unique(feature)
    s = (values[len(values) // 2 - 1] + values[len(values) // 2]) / 2
    left = feature <= s
    return s, left.mean() * gini(labels[left]) + (~left).mean() * gini(labels[~left])


# %% wrong="never-refuses" says="raise a ValueError"
def best_split(feature, labels):
    if len(set(np.asarray(feature).tolist())) < 2:
        return float(np.asarray(feature)[0]), gini(labels)
    return reference(feature, labels)
