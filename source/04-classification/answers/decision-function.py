# %% right="looped"
def decision_function(samples, w, b):
    return [sum(weight * value for weight, value in zip(w, row)) + b for row in samples]


# %% right="einsum"
def decision_function(samples, w, b):
    return np.einsum("ij,j->i", np.asarray(samples, dtype=float), np.asarray(w, dtype=float)) + b


# %% invariant="samples-reversed"
def decision_function(samples, w, b):
    return reference(samples[::-1], w, b)[::-1]


# %% wrong="normalised" says="with its sign and not normalised"
def decision_function(samples, w, b):
    return reference(samples, w, b) / np.linalg.norm(w)


# %% wrong="sign-alone" says="with its sign and not normalised"
def decision_function(samples, w, b):
    return np.sign(reference(samples, w, b))


# %% wrong="bias-subtracted" says="w . x + b"
def decision_function(samples, w, b):
    return reference(samples, w, -b)


# %% wrong="products-not-summed" says="one number for each sample"
def decision_function(samples, w, b):
    return np.asarray(samples) * np.asarray(w) + b
