# %% right="looped"
def confusion_matrix(true, predicted, n_classes):
    matrix = [[0] * n_classes for _ in range(n_classes)]
    for j, k in zip(true, predicted):
        matrix[j][k] += 1
    return matrix


# %% right="bincount"
def confusion_matrix(true, predicted, n_classes):
    pairs = n_classes * np.asarray(true, dtype=int) + np.asarray(predicted, dtype=int)
    return np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)


# %% right="scikit-learn"
def confusion_matrix(true, predicted, n_classes):
    from sklearn.metrics import confusion_matrix as count

    return count(true, predicted, labels=range(n_classes))


# %% invariant="samples-reversed"
def confusion_matrix(true, predicted, n_classes):
    return reference(true[::-1], predicted[::-1], n_classes)


# %% wrong="predicted-in-the-rows" says="The sum of a row is the number of samples of a true class"
def confusion_matrix(true, predicted, n_classes):
    return reference(true, predicted, n_classes).T


# %% wrong="each-pair-once" says="The sum of a row"
def confusion_matrix(true, predicted, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    matrix[np.asarray(true), np.asarray(predicted)] += 1
    return matrix


# %% wrong="absent-classes-dropped" says="keeps its row and its column"
def confusion_matrix(true, predicted, n_classes):
    from sklearn.metrics import confusion_matrix as count

    return count(true, predicted)


# %% wrong="shares-for-counts" says="The sum of a row is the number of samples"
def confusion_matrix(true, predicted, n_classes):
    return reference(true, predicted, n_classes) / len(true)
