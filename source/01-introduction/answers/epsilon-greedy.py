# %% right="one-draw-of-probabilities"
def epsilon_greedy(values, epsilon, rng):
    values = np.asarray(values, dtype=float)
    best = values == values.max()
    return int(rng.choice(len(values), p=epsilon / len(values) + (1 - epsilon) * best / best.sum()))


# %% right="shuffled-order"
def epsilon_greedy(values, epsilon, rng):
    order = rng.permutation(len(values))
    if rng.uniform() < epsilon:
        return int(order[0])
    return int(max(order, key=lambda action: values[action]))


# %% wrong="first-of-the-best" says="no action may be preferred"
def epsilon_greedy(values, epsilon, rng):
    if rng.random() < epsilon:
        return int(rng.integers(len(values)))
    return int(np.argmax(values))


# %% wrong="explores-among-the-others" says="explore among all actions"
def epsilon_greedy(values, epsilon, rng):
    best = int(rng.choice(np.flatnonzero(np.asarray(values) == np.max(values))))
    if rng.random() < epsilon and len(values) > 1:
        return int(rng.choice([action for action in range(len(values)) if action != best]))
    return best


# %% wrong="probabilities-swapped" says="with probability 1 - epsilon"
def epsilon_greedy(values, epsilon, rng):
    return reference(values, 1 - epsilon, rng)


# %% wrong="global-generator" says="all randomness comes from rng"
def epsilon_greedy(values, epsilon, rng):
    if np.random.random() < epsilon:
        return int(np.random.randint(len(values)))
    return int(np.random.choice(np.flatnonzero(np.asarray(values) == np.max(values))))
