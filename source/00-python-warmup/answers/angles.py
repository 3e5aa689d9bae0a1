# %% right="arange"
def angles(n):
    return np.arange(n) * 2 * np.pi / n


# %% right="end-cut-off"
def angles(n):
    return np.linspace(0, 2 * np.pi, n + 1)[:-1]


# %% right="single-precision"
def angles(n):
    return np.linspace(0, 2 * np.pi, n, endpoint=False, dtype=np.float32)


# %% wrong="full-turn-included" says="the full turn is not among them"
def angles(n):
    return np.linspace(0, 2 * np.pi, n)


# %% wrong="degrees" says="2 pi / n apart"
def angles(n):
    return np.linspace(0, 360, n, endpoint=False)


# %% wrong="half-circle" says="2 pi / n apart"
def angles(n):
    return np.linspace(0, np.pi, n, endpoint=False)


# %% wrong="arange-with-a-fraction" says="can give one too many"
def angles(n):
    return np.arange(0, 2 * np.pi, 2 * np.pi / n)
