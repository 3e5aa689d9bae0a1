# %% right="looped"
def fit_svm(samples, labels, strength=0.01, learning_rate=0.1, n_steps=1000):
    n, n_features = np.shape(samples)
    w, b, objective = [0.0] * n_features, 0.0, []
    for _ in range(n_steps):
        slope_w, slope_b, cost = [strength * value for value in w], 0.0, 0.5 * strength * sum(v * v for v in w)
        for row, label in zip(samples, labels):
            margin = label * (sum(a * c for a, c in zip(w, row)) + b)
            if margin < 1:
                cost += (1 - margin) / n
                slope_w = [s - label * value / n for s, value in zip(slope_w, row)]
                slope_b -= label / n
        objective.append(cost)
        w = [value - learning_rate * s for value, s in zip(w, slope_w)]
        b -= learning_rate * slope_b
    return w, b, objective


# %% right="one-parameter-vector"
def fit_svm(samples, labels, strength=0.01, learning_rate=0.1, n_steps=1000):
    table = np.column_stack([np.asarray(samples, dtype=float), np.ones(len(samples))])
    labels = np.asarray(labels)
    theta, objective = np.zeros(table.shape[1]), []
    for _ in range(n_steps):
        missing = 1 - labels * (table @ theta)
        objective.append(strength / 2 * np.sum(theta[:-1] ** 2) + np.mean(np.maximum(missing, 0)))
        slope = -np.mean(((missing > 0) * labels)[:, None] * table, axis=0)
        slope[:-1] += strength * theta[:-1]
        theta = theta - learning_rate * slope
    return theta[:-1], theta[-1], np.array(objective)


# %% invariant="samples-reversed"
def fit_svm(samples, labels, strength=0.01, learning_rate=0.1, n_steps=1000):
    return reference(samples[::-1], labels[::-1], strength, learning_rate, n_steps)


# %% wrong="divided-by-the-costly" says="samples that cost nothing have no slope"
def fit_svm(samples, labels, strength=0.01, learning_rate=0.1, n_steps=1000):
    samples, labels = np.asarray(samples, dtype=float), np.asarray(labels, dtype=float)
    w, b, objective = np.zeros(samples.shape[1]), 0.0, np.empty(n_steps)
    for step in range(n_steps):
        margins = labels * (samples @ w + b)
        objective[step] = strength / 2 * (w @ w) + np.mean(np.maximum(0.0, 1.0 - margins))
        costly = margins < 1
        count = max(costly.sum(), 1)
        slope_w = strength * w - labels[costly] @ samples[costly] / count
        w, b = w - learning_rate * slope_w, b + learning_rate * labels[costly].sum() / count
    return w, b, objective


# %% wrong="uphill" says="After one step w must have moved"
def fit_svm(samples, labels, strength=0.01, learning_rate=0.1, n_steps=1000):
    return reference(samples, labels, strength, -learning_rate, n_steps)


# %% wrong="all-samples-push" says="samples that cost nothing have no slope"
def fit_svm(samples, labels, strength=0.01, learning_rate=0.1, n_steps=1000):
    samples, labels = np.asarray(samples, dtype=float), np.asarray(labels, dtype=float)
    w, b, objective = np.zeros(samples.shape[1]), 0.0, np.empty(n_steps)
    for step in range(n_steps):
        margins = labels * (samples @ w + b)
        objective[step] = strength / 2 * (w @ w) + np.mean(np.maximum(0.0, 1.0 - margins))
        w, b = (
            w - learning_rate * (strength * w - labels @ samples / len(labels)),
            b + learning_rate * labels.mean(),
        )
    return w, b, objective


# %% wrong="bias-punished" says="w and b step from the same place"
def fit_svm(samples, labels, strength=0.01, learning_rate=0.1, n_steps=1000):
    table = np.column_stack([np.asarray(samples, dtype=float), np.ones(len(samples))])
    labels = np.asarray(labels, dtype=float)
    theta, objective = np.zeros(table.shape[1]), []
    for _ in range(n_steps):
        missing = 1 - labels * (table @ theta)
        objective.append(strength / 2 * np.sum(theta[:-1] ** 2) + np.mean(np.maximum(missing, 0)))
        slope = strength * theta - np.mean(((missing > 0) * labels)[:, None] * table, axis=0)
        theta = theta - learning_rate * slope
    return theta[:-1], theta[-1], np.array(objective)


# %% wrong="lambda-not-halved" says="half of lambda times the squared length"
def fit_svm(samples, labels, strength=0.01, learning_rate=0.1, n_steps=1000):
    samples, labels = np.asarray(samples, dtype=float), np.asarray(labels, dtype=float)
    w, b, objective = np.zeros(samples.shape[1]), 0.0, np.empty(n_steps)
    for step in range(n_steps):
        margins = labels * (samples @ w + b)
        objective[step] = strength * (w @ w) + np.mean(np.maximum(0.0, 1.0 - margins))
        costly = margins < 1
        slope_w = strength * w - labels[costly] @ samples[costly] / len(labels)
        w, b = w - learning_rate * slope_w, b + learning_rate * labels[costly].sum() / len(labels)
    return w, b, objective
