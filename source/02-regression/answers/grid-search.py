# %% right="looped"
def grid_search(loss, slopes, intercepts):
    table, smallest, best = [], np.inf, None
    for slope in slopes:
        row = []
        for intercept in intercepts:
            row.append(loss(np.array([slope, intercept])))
            if row[-1] < smallest:
                smallest, best = row[-1], (slope, intercept)
        table.append(row)
    return best, table


# %% right="meshed"
def grid_search(loss, slopes, intercepts):
    a, b = np.meshgrid(slopes, intercepts, indexing="ij")
    nodes = np.column_stack([a.ravel(), b.ravel()])
    losses = np.array([loss(node) for node in nodes])
    return nodes[losses.argmin()], losses.reshape(a.shape)


# %% right="pandas"
def grid_search(loss, slopes, intercepts):
    import pandas as pd

    table = pd.DataFrame([[loss(np.array([a, b])) for b in intercepts] for a in slopes])
    row, column = table.stack().idxmin()
    return np.array([slopes[row], intercepts[column]]), table.to_numpy()


# %% invariant="grid-reversed"
def grid_search(loss, slopes, intercepts):
    best, losses = reference(loss, slopes[::-1], intercepts[::-1])
    return best, losses[::-1, ::-1]


# %% wrong="axes-exchanged" says="one row per slope"
def grid_search(loss, slopes, intercepts):
    losses = np.array([[loss(np.array([a, b])) for a in slopes] for b in intercepts])
    row, column = np.unravel_index(losses.argmin(), losses.shape)
    return np.array([slopes[column], intercepts[row]]), losses


# %% wrong="largest-loss" says="the node with the smallest loss"
def grid_search(loss, slopes, intercepts):
    losses = np.array([[loss(np.array([a, b])) for b in intercepts] for a in slopes])
    row, column = np.unravel_index(losses.argmax(), losses.shape)
    return np.array([slopes[row], intercepts[column]]), losses


# %% wrong="evaluates-twice" says="exactly 77 times"
def grid_search(loss, slopes, intercepts):
    losses = np.array([[loss(np.array([a, b])) for b in intercepts] for a in slopes])
    best = min(((a, b) for a in slopes for b in intercepts), key=lambda node: loss(np.array(node)))
    return np.array(best), losses


# %% wrong="starts-from-a-small-number" says="whose loss is large everywhere"
def grid_search(loss, slopes, intercepts):
    losses, smallest, best = np.zeros((len(slopes), len(intercepts))), 1e9, (slopes[0], intercepts[0])
    for i, a in enumerate(slopes):
        for j, b in enumerate(intercepts):
            losses[i, j] = loss(np.array([a, b]))
            if losses[i, j] < smallest:
                smallest, best = losses[i, j], (a, b)
    return np.array(best), losses


# %% wrong="loss-nearest-to-zero" says="also when slopes are in descending order and losses are negative"
def grid_search(loss, slopes, intercepts):
    losses = np.array([[loss(np.array([a, b])) for b in intercepts] for a in slopes])
    row, column = np.unravel_index(np.abs(losses).argmin(), losses.shape)
    return np.array([slopes[row], intercepts[column]]), losses
