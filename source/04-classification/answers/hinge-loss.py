# %% right="looped"
def hinge_loss(samples, labels, w, b):
    total = 0.0
    for row, label in zip(samples, labels):
        margin = label * (float(np.dot(row, w)) + b)
        if margin < 1:
            total += 1 - margin
    return total / len(labels)


# %% right="clipped"
def hinge_loss(samples, labels, w, b):
    scores = np.dot(samples, w) + b
    return np.clip(1 - np.multiply(labels, scores), 0, None).mean()


# %% right="scikit-learn"
def hinge_loss(samples, labels, w, b):
    from sklearn.metrics import hinge_loss as reference_loss

    return reference_loss(labels, np.dot(samples, w) + b, labels=[-1, 1])


# %% invariant="samples-reversed"
def hinge_loss(samples, labels, w, b):
    return reference(samples[::-1], labels[::-1], w, b)


# %% wrong="not-clipped" says="cannot be negative"
def hinge_loss(samples, labels, w, b):
    return np.mean(1 - np.asarray(labels) * (np.asarray(samples) @ np.asarray(w) + b)) - 2


# %% wrong="sum-for-mean" says="The loss is the mean"
def hinge_loss(samples, labels, w, b):
    return reference(samples, labels, w, b) * len(labels)


# %% wrong="margin-of-zero" says="max(0, 1 - y f(x))"
def hinge_loss(samples, labels, w, b):
    return np.mean(np.maximum(0, -np.asarray(labels) * (np.asarray(samples) @ np.asarray(w) + b)))


# %% wrong="squared" says="max(0, 1 - y f(x))"
def hinge_loss(samples, labels, w, b):
    return np.mean(np.maximum(0, 1 - np.asarray(labels) * (np.asarray(samples) @ np.asarray(w) + b)) ** 2)


# %% wrong="labels-forgotten" says="max(0, 1 - y f(x))"
def hinge_loss(samples, labels, w, b):
    return np.mean(np.maximum(0, 1 - (np.asarray(samples) @ np.asarray(w) + b)))
