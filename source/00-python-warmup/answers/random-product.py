# %% right="einsum"
def random_product(shape, rng):
    a, b = rng.random(shape), rng.random(shape)
    return np.einsum("ik,jk->ij", a, b)


# %% right="looped"
def random_product(shape, rng):
    a = rng.random(shape)
    b = rng.random(shape)
    return np.array([[sum(x * y for x, y in zip(row, other)) for other in b] for row in a])


# %% wrong="second-drawn-first" says="the first matrix that was drawn"
def random_product(shape, rng):
    second = rng.random(shape)
    first = rng.random(shape)
    return first @ second.T


# %% wrong="global-generator" says="Multiply the first matrix"
def random_product(shape, rng):
    return np.random.random(shape) @ np.random.random(shape).T


# %% wrong="the-same-matrix-twice" says="Multiply the first matrix"
def random_product(shape, rng):
    a = rng.random(shape)
    return a @ a.T


# %% wrong="transposed-the-other" says="has the shape (n, n)"
def random_product(shape, rng):
    return rng.random(shape).T @ rng.random(shape)


# %% wrong="normal-numbers" says="evenly between 0 and 1"
def random_product(shape, rng):
    return rng.normal(size=shape) @ rng.normal(size=shape).T
