# %% right="looped"
def read_published_matrix(counts, printed_precision, printed_recall, tolerance=0.5):
    n = len(counts)
    sure, found, doubtful = [], [], []
    for k in range(n):
        row = sum(counts[k][j] for j in range(n))
        column = sum(counts[j][k] for j in range(n))
        sure.append(100 * counts[k][k] / row if row else 0.0)
        found.append(100 * counts[k][k] / column if column else 0.0)
    doubtful += [("precision", k) for k in range(n) if abs(sure[k] - printed_precision[k]) > tolerance]
    doubtful += [("recall", k) for k in range(n) if abs(found[k] - printed_recall[k]) > tolerance]
    return sure, found, doubtful


# %% right="with-our-functions"
def read_published_matrix(counts, printed_precision, printed_recall, tolerance=0.5):
    truth = np.transpose(counts)
    sure, found = 100 * np.asarray(precision(truth)), 100 * np.asarray(recall(truth))
    doubtful = []
    for name, ours, theirs in (("precision", sure, printed_precision), ("recall", found, printed_recall)):
        doubtful.extend((name, k) for k, (a, b) in enumerate(zip(ours, theirs)) if np.abs(a - b) > tolerance)
    return sure, found, doubtful


# %% wrong="rows-taken-for-true" says="In this table the rows are the predicted classes"
def read_published_matrix(counts, printed_precision, printed_recall, tolerance=0.5):
    return reference(np.transpose(counts), printed_precision, printed_recall, tolerance)


# %% wrong="too-high-only" says="too low is as doubtful"
def read_published_matrix(counts, printed_precision, printed_recall, tolerance=0.5):
    sure, found, _ = reference(counts, printed_precision, printed_recall, tolerance)
    doubtful = [("precision", k) for k in range(len(sure)) if printed_precision[k] - sure[k] > tolerance]
    doubtful += [("recall", k) for k in range(len(sure)) if printed_recall[k] - found[k] > tolerance]
    return sure, found, doubtful


# %% wrong="shares-for-percent" says="in percent"
def read_published_matrix(counts, printed_precision, printed_recall, tolerance=0.5):
    sure, found, doubtful = reference(counts, printed_precision, printed_recall, tolerance)
    return sure / 100, found / 100, doubtful


# %% wrong="recalls-first" says="precisions first"
def read_published_matrix(counts, printed_precision, printed_recall, tolerance=0.5):
    sure, found, doubtful = reference(counts, printed_precision, printed_recall, tolerance)
    return sure, found, doubtful[::-1]


# %% wrong="class-by-class" says="precisions first"
def read_published_matrix(counts, printed_precision, printed_recall, tolerance=0.5):
    sure, found, doubtful = reference(counts, printed_precision, printed_recall, tolerance)
    return sure, found, sorted(doubtful, key=lambda item: item[1])
