# %% right="minimise-the-slack"
def xor_is_separable(samples, labels):
    samples = np.asarray(samples, dtype=float)
    n, n_features = samples.shape
    table = np.column_stack([samples, np.ones(n), np.zeros(n)]) * np.asarray(labels)[:, None]
    table[:, -1] = 1.0
    cost = np.r_[np.zeros(n_features + 1), 1.0]
    bounds = [(None, None)] * (n_features + 1) + [(0, None)]
    answer = linprog(cost, A_ub=-table, b_ub=-np.ones(n), bounds=bounds)
    return answer.x[-1] < 1e-6


# %% right="feasible-status"
def xor_is_separable(samples, labels):
    rows, limits = [], []
    for sample, label in zip(samples, labels):
        rows.append([-label * value for value in sample] + [-label])
        limits.append(-1)
    return linprog([0] * len(rows[0]), A_ub=rows, b_ub=limits, bounds=(None, None)).success


# %% invariant="classes-swapped"
def xor_is_separable(samples, labels):
    return reference(samples, -np.asarray(labels))


# %% wrong="positive-weights-only" says="the weights and the bias may be negative"
def xor_is_separable(samples, labels):
    samples, labels = np.asarray(samples, dtype=float), np.asarray(labels, dtype=float)
    table = -labels[:, None] * np.column_stack([samples, np.ones(len(samples))])
    return linprog(np.zeros(table.shape[1]), A_ub=table, b_ub=-np.ones(len(labels))).status == 0


# %% wrong="without-a-bias" says="needs a bias"
def xor_is_separable(samples, labels):
    samples, labels = np.asarray(samples, dtype=float), np.asarray(labels, dtype=float)
    if samples.shape[1] > 1:
        return reference(samples, labels)
    table = -labels[:, None] * samples
    return linprog(np.zeros(table.shape[1]), A_ub=table, b_ub=-np.ones(len(labels)), bounds=(None, None)).status == 0


# %% wrong="by-memory" says="With the product of the two features"
def xor_is_separable(samples, labels):
    labels = list(labels)
    return not (len(labels) == 4 and labels[0] == labels[3] and labels[1] == labels[2])


# %% wrong="bounded-by-zero" says="The exclusive or stays unsolvable"
def xor_is_separable(samples, labels):
    samples, labels = np.asarray(samples, dtype=float), np.asarray(labels, dtype=float)
    table = -labels[:, None] * np.column_stack([samples, np.ones(len(samples))])
    return linprog(np.zeros(table.shape[1]), A_ub=table, b_ub=np.zeros(len(labels)), bounds=(None, None)).status == 0
