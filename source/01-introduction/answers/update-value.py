# %% right="mean-rebuilt"
def update_value(values, counts, action, reward):
    values, counts = np.asarray(values, dtype=float).copy(), np.asarray(counts).copy()
    total = values[action] * counts[action] + reward
    counts[action] = counts[action] + 1
    values[action] = total / counts[action]
    return values, counts


# %% right="one-hot"
def update_value(values, counts, action, reward):
    chosen = np.arange(len(values)) == action
    counts = np.asarray(counts) + chosen
    return np.where(chosen, values + (reward - np.asarray(values)) / np.maximum(counts, 1), values), counts


# %% right="lists"
def update_value(values, counts, action, reward):
    values, counts = list(values), list(counts)
    counts[action] += 1
    values[action] = values[action] + (reward - values[action]) / counts[action]
    return values, counts


# %% wrong="old-count" says="must be the mean of the rewards"
def update_value(values, counts, action, reward):
    values, counts = np.array(values, dtype=float), np.array(counts)
    values[action] += (reward - values[action]) / max(counts[action], 1)
    counts[action] += 1
    return values, counts


# %% wrong="in-place" says="must return new arrays"
def update_value(values, counts, action, reward):
    counts[action] += 1
    values[action] += (reward - values[action]) / counts[action]
    return values, counts


# %% wrong="constant-rate" says="must be the mean of the rewards"
def update_value(values, counts, action, reward):
    values, counts = np.array(values, dtype=float), np.array(counts)
    counts[action] += 1
    values[action] += 0.1 * (reward - values[action])
    return values, counts


# %% wrong="running-sum" says="must be the mean of the rewards"
def update_value(values, counts, action, reward):
    values, counts = np.array(values, dtype=float), np.array(counts)
    counts[action] += 1
    values[action] += reward
    return values, counts


# %% wrong="rounded" says="must not be rounded"
def update_value(values, counts, action, reward):
    values, counts = np.array(values), np.array(counts)
    counts[action] += 1
    values[action] = values[action] + (reward - values[action]) / counts[action]
    return values, counts
