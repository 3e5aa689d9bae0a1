# %% right="polynomial-of-numpy"
def linear_model(x, slope, intercept):
    return np.polyval([slope, intercept], x)


# %% right="single-precision"
def linear_model(x, slope, intercept):
    x = np.array(x, dtype="float32")
    x *= np.float32(slope)
    return x + np.float32(intercept)


# %% right="element-by-element"
def linear_model(x, slope, intercept):
    return np.vectorize(lambda one: slope * one + intercept, otypes=[float])(x)


# %% wrong="slope-and-intercept-exchanged" says="slope times x plus intercept"
def linear_model(x, slope, intercept):
    return intercept * np.asarray(x) + slope


# %% wrong="one-number-for-all" says="an array of the same shape as x"
def linear_model(x, slope, intercept):
    return float(np.mean(slope * np.asarray(x) + intercept))


# %% wrong="writes-into-its-input" says="changed its input array"
def linear_model(x, slope, intercept):
    x = np.asarray(x)
    if x.dtype.kind == "f":
        x *= slope
        return x + intercept
    return slope * x + intercept


# %% wrong="whole-numbers-stay-whole" says="keep the decimals"
def linear_model(x, slope, intercept):
    line = np.zeros_like(x)
    line[...] = slope * np.asarray(x) + intercept
    return line
