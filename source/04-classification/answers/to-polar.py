# %% right="complex-numbers"
def to_polar(points):
    z = np.array([complex(x, y) for x, y in points])
    return np.column_stack([np.abs(z), np.angle(z)])


# %% right="looped"
def to_polar(points):
    import math

    return np.array([[math.sqrt(x * x + y * y), math.atan2(y, x)] for x, y in points])


# %% invariant="points-reversed"
def to_polar(points):
    return reference(points[::-1])[::-1]


# %% wrong="two-quadrants" says="in all four quadrants"
def to_polar(points):
    points = np.asarray(points, dtype=float)
    with np.errstate(all="ignore"):
        angle = np.nan_to_num(np.arctan(points[:, 1] / points[:, 0]))
    return np.column_stack([np.hypot(points[:, 0], points[:, 1]), angle])


# %% wrong="from-the-north" says="from east towards north"
def to_polar(points):
    points = np.asarray(points, dtype=float)
    return np.column_stack([np.hypot(points[:, 0], points[:, 1]), np.arctan2(points[:, 0], points[:, 1])])


# %% wrong="degrees" says="the angle in rad"
def to_polar(points):
    return reference(points) * [1.0, 180 / np.pi]


# %% wrong="without-the-root" says="the root of the sum of the squares"
def to_polar(points):
    polar = reference(points)
    return np.column_stack([polar[:, 0] ** 2, polar[:, 1]])
