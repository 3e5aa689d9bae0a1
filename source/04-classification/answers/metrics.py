# %% right="looped"
def accuracy(matrix):
    return sum(matrix[k][k] for k in range(len(matrix))) / sum(sum(row) for row in matrix)


def precision(matrix):
    n = len(matrix)
    called = [sum(matrix[j][k] for j in range(n)) for k in range(n)]
    return [matrix[k][k] / called[k] if called[k] else 0.0 for k in range(n)]


def recall(matrix):
    return [row[k] / sum(row) if sum(row) else 0.0 for k, row in enumerate(matrix)]


# %% right="divide-where"
def accuracy(matrix):
    return np.diag(matrix).sum() / np.sum(matrix)


def precision(matrix):
    called = np.sum(matrix, axis=0)
    return np.divide(np.diag(matrix), called, out=np.zeros(len(called)), where=called > 0)


def recall(matrix):
    present = np.sum(matrix, axis=1)
    return np.divide(np.diag(matrix), present, out=np.zeros(len(present)), where=present > 0)


# %% right="nan-to-zero"
def accuracy(matrix):
    return np.trace(np.asarray(matrix)) / np.asarray(matrix).sum()


def precision(matrix):
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.diag(matrix) / np.sum(matrix, axis=0))


def recall(matrix):
    return precision(np.transpose(matrix))


# %% wrong="precision-and-recall-swapped" says="Recall divides the diagonal by the sum of the row"
def accuracy(matrix):
    return np.trace(np.asarray(matrix)) / np.sum(matrix)


def precision(matrix):
    present = np.sum(matrix, axis=1)
    return np.diag(matrix) / np.maximum(present, 1)


def recall(matrix):
    called = np.sum(matrix, axis=0)
    return np.diag(matrix) / np.maximum(called, 1)


# %% wrong="divided-by-zero" says="has 0 and not NaN"
def recall(matrix):
    with np.errstate(invalid="ignore"):
        return reference(matrix) * 0 + np.diag(matrix) / np.sum(matrix, axis=1)


# %% wrong="accuracy-is-the-mean-recall" says="the sum of the diagonal over the sum of everything"
def accuracy(matrix):
    present = np.sum(matrix, axis=1)
    return np.mean(np.diag(matrix) / np.maximum(present, 1)) + 0.0 * reference(matrix)


# %% wrong="one-number" says="one number for each class"
def recall(matrix):
    return np.mean(reference(matrix))
