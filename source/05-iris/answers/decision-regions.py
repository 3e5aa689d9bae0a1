# %% right="looped"
def decision_regions(model, first, second, flowers, reach):
    rows = []
    for v in second:
        row = []
        for u in first:
            near = any((u - a) ** 2 + (v - b) ** 2 <= reach**2 for a, b in flowers)
            row.append(int(model.predict(np.array([[u, v]]))[0]) if near else -1)
        rows.append(row)
    return rows


# %% right="scipy-distances"
def decision_regions(model, first, second, flowers, reach):
    from scipy.spatial.distance import cdist

    points = np.array([(u, v) for v in second for u in first])
    called = np.array(model.predict(points))
    called[cdist(points, flowers).min(axis=1) > reach] = -1
    return called.reshape(len(second), len(first))


# %% invariant="flowers-reversed"
def decision_regions(model, first, second, flowers, reach):
    return reference(model, first, second, flowers[::-1], reach)


# %% invariant="grid-reversed"
def decision_regions(model, first, second, flowers, reach):
    return reference(model, first[::-1], second[::-1], flowers, reach)[::-1, ::-1]


# %% wrong="transposed" says="one row for each value of second"
def decision_regions(model, first, second, flowers, reach):
    u, v = np.meshgrid(first, second, indexing="ij")
    points = np.column_stack([u.ravel(), v.ravel()])
    nearest = np.linalg.norm(points[:, None] - flowers, axis=2).min(axis=1)
    return np.where(nearest <= reach, model.predict(points), -1).reshape(u.shape)


# %% wrong="measurements-exchanged" says="are the two measurements exchanged"
def decision_regions(model, first, second, flowers, reach):
    u, v = np.meshgrid(first, second)
    points = np.column_stack([v.ravel(), u.ravel()])
    nearest = np.linalg.norm(points[:, None] - flowers[:, ::-1], axis=2).min(axis=1)
    return np.where(nearest <= reach, model.predict(points), -1).reshape(u.shape)


# %% wrong="drawn-everywhere" says="Leave the map at -1"
def decision_regions(model, first, second, flowers, reach):
    u, v = np.meshgrid(first, second)
    return model.predict(np.column_stack([u.ravel(), v.ravel()])).reshape(u.shape)


# %% wrong="a-square-for-a-circle" says="by the Euclidean distance"
def decision_regions(model, first, second, flowers, reach):
    u, v = np.meshgrid(first, second)
    points = np.column_stack([u.ravel(), v.ravel()])
    nearest = np.abs(points[:, None] - flowers).max(axis=2).min(axis=1)
    return np.where(nearest <= reach, model.predict(points), -1).reshape(u.shape)
