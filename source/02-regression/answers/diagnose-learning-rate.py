# %% right="looped"
def diagnose_learning_rate(losses):
    import math

    losses = [float(loss) for loss in losses]
    for loss in losses:
        if not math.isfinite(loss):
            return "too large"
    epochs = len(losses) - 1
    first, last, middle = losses[0], losses[epochs], losses[epochs - epochs // 10]
    if last > first:
        return "too large"
    if middle - last > (first - last) / 100:
        return "too small"
    return "right"


# %% right="pandas"
def diagnose_learning_rate(losses):
    import pandas as pd

    curve = pd.Series(losses, dtype=float)
    epochs = len(curve) - 1
    if curve.isin([np.inf, -np.inf]).any() or curve.isna().any() or curve.iloc[-1] > curve.iloc[0]:
        return "too large"
    late = curve.iloc[epochs - epochs // 10] - curve.iloc[-1]
    return "too small" if late > 0.01 * (curve.iloc[0] - curve.iloc[-1]) else "right"


# %% invariant="another-unit"
def diagnose_learning_rate(losses):
    return reference(1e3 * np.asarray(losses))


# %% invariant="shifted"
def diagnose_learning_rate(losses):
    losses = np.asarray(losses)
    return reference(losses + abs(losses[0])) if np.isfinite(losses[0]) else reference(losses)


# %% wrong="nan-is-not-larger" says="ends in inf and nan"
def diagnose_learning_rate(losses):
    losses = np.asarray(losses)
    if losses[-1] > losses[0]:
        return "too large"
    late = losses[-1 - (len(losses) - 1) // 10] - losses[-1]
    return "too small" if late > 0.01 * (losses[0] - losses[-1]) else "right"


# %% wrong="a-fixed-number" says="however small the drop"
def diagnose_learning_rate(losses):
    losses = np.asarray(losses)
    if not np.all(np.isfinite(losses)) or losses[-1] > losses[0]:
        return "too large"
    return "too small" if losses[-1 - (len(losses) - 1) // 10] - losses[-1] > 0.02 else "right"


# %% wrong="any-rise-is-too-large" says="jumps up at the first step"
def diagnose_learning_rate(losses):
    losses = np.asarray(losses)
    if not np.all(np.isfinite(losses)) or losses[-1] > losses[1]:
        return "too large"
    late = losses[-1 - (len(losses) - 1) // 10] - losses[-1]
    return "too small" if late > 0.01 * (losses[0] - losses[-1]) else "right"


# %% wrong="no-swing-allowed" says="swings but settles"
def diagnose_learning_rate(losses):
    losses = np.asarray(losses)
    if not np.all(np.isfinite(losses)) or losses[-1] > losses[0] or np.sum(np.diff(losses) > 0) > 3:
        return "too large"
    late = losses[-1 - (len(losses) - 1) // 10] - losses[-1]
    return "too small" if late > 0.01 * (losses[0] - losses[-1]) else "right"


# %% wrong="share-of-the-loss" says="however small the drop"
def diagnose_learning_rate(losses):
    losses = np.asarray(losses)
    if not np.all(np.isfinite(losses)) or losses[-1] > losses[0]:
        return "too large"
    late = losses[-1 - (len(losses) - 1) // 10] - losses[-1]
    return "too small" if late > 0.01 * abs(losses[0]) else "right"
