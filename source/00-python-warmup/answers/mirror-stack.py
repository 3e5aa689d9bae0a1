# %% right="vstack"
def mirror_stack(x):
    return np.vstack((x, np.flip(x)))


# %% right="looped"
def mirror_stack(x):
    backwards = [x[len(x) - 1 - position] for position in range(len(x))]
    return np.array([list(x), backwards])


# %% wrong="sorted-instead-of-reversed" says="sorting is not reversing"
def mirror_stack(x):
    return np.vstack((x, np.sort(x)[::-1]))


# %% wrong="end-to-end" says="two rows"
def mirror_stack(x):
    return np.concatenate((x, x[::-1]))


# %% wrong="in-columns" says="two rows"
def mirror_stack(x):
    return np.column_stack((x, x[::-1]))


# %% wrong="reversed-in-place" says="reverse a copy"
def mirror_stack(x):
    first = np.array(x)
    x[:] = x[::-1]
    return np.stack([first, x])
