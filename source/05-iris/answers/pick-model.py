# %% right="looped"
def pick_model(accuracies, order):
    best, highest = None, -1.0
    for name in order:
        mean = sum(accuracies[name]) / len(accuracies[name])
        if mean > highest + 1e-9:
            best, highest = name, mean
    scores = list(accuracies[best])
    spread = (sum((score - highest) ** 2 for score in scores) / (len(scores) - 1)) ** 0.5
    for name in order:
        if sum(accuracies[name]) / len(accuracies[name]) >= highest - spread / len(scores) ** 0.5 - 1e-9:
            return name


# %% right="pandas"
def pick_model(accuracies, order):
    import pandas as pd

    table = pd.DataFrame({name: list(accuracies[name]) for name in order})
    means = table.mean().round(10)
    limit = means.max() - table.sem()[means.idxmax()] - 1e-9
    return means.index[means >= limit][0]


# %% invariant="folds-reversed"
def pick_model(accuracies, order):
    return reference({name: accuracies[name][::-1] for name in accuracies}, order)


# %% invariant="mistakes-for-hits"
def pick_model(accuracies, order):
    return reference({name: np.asarray(accuracies[name]) + 1 for name in accuracies}, order)


# %% wrong="the-highest-mean" says="within one standard error of the best: take it"
def pick_model(accuracies, order):
    return max(order, key=lambda name: np.mean(accuracies[name]))


# %% wrong="one-deviation" says="divided by the square root of K?"
def pick_model(accuracies, order):
    means = {name: np.mean(accuracies[name]) for name in order}
    best = max(order, key=lambda name: means[name])
    limit = means[best] - np.std(accuracies[best], ddof=1)
    return next(name for name in order if means[name] >= limit - 1e-9)


# %% wrong="the-candidates-own-error" says="not that of the candidate"
def pick_model(accuracies, order):
    means = {name: np.mean(accuracies[name]) for name in order}
    errors = {name: np.std(accuracies[name], ddof=1) / np.sqrt(len(accuracies[name])) for name in order}
    best = max(order, key=lambda name: means[name])
    near = [name for name in order if means[name] + max(errors[name], errors[best]) >= means[best] - 1e-9]
    return near[0]


# %% wrong="always-the-simplest" says="more than one standard error below the best: do not take it"
def pick_model(accuracies, order):
    return order[0]


# %% wrong="five-folds-always" says="use the number of folds that you are given"
def pick_model(accuracies, order):
    means = {name: np.mean(accuracies[name]) for name in order}
    highest = max(means.values())
    best = next(name for name in order if means[name] >= highest - 1e-9)
    limit = highest - np.std(accuracies[best], ddof=1) / np.sqrt(5)
    return next(name for name in order if means[name] >= limit - 1e-9)


# %% wrong="no-room-for-rounding" says="a rounding error decided against it"
def pick_model(accuracies, order):
    means = {name: np.mean(accuracies[name]) for name in order}
    highest = max(means.values())
    best = next(name for name in order if means[name] >= highest - 1e-9)
    limit = highest - np.std(accuracies[best], ddof=1) / np.sqrt(len(accuracies[best]))
    return next(name for name in order if means[name] >= limit)
