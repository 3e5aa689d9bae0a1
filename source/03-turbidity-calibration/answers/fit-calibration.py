# %% right="scikit-learn"
def fit_calibration(features, load):
    x = np.log(np.asarray(features, dtype=float).reshape(len(load), -1))
    y = np.log(load)
    model = LinearRegression().fit(x, y)
    squares = np.sum((y - model.predict(x)) ** 2)
    return np.r_[model.intercept_, model.coef_], np.sqrt(squares / (len(y) - x.shape[1] - 1))


# %% right="normal-equations"
def fit_calibration(features, load):
    x = np.log(np.asarray(features, dtype=float))
    x = x[:, None] if x.ndim == 1 else x
    y = np.log(np.asarray(load, dtype=float))
    A = np.column_stack([np.ones(len(x)), x])
    theta = np.linalg.solve(A.T @ A, A.T @ y)
    return theta, np.std(y - A @ theta) * np.sqrt(len(y) / (len(y) - len(theta)))


# %% invariant="samples-reversed"
def fit_calibration(features, load):
    return reference(features[::-1], load[::-1])


# %% wrong="population-deviation" says="n_samples - n_features - 1"
def fit_calibration(features, load):
    theta, sigma = reference(features, load)
    return theta, sigma * np.sqrt((len(load) - len(theta)) / len(load))


# %% wrong="constant-last" says="The exponents must be those"
def fit_calibration(features, load):
    theta, sigma = reference(features, load)
    return np.roll(theta, -1), sigma


# %% wrong="constant-not-a-logarithm" says="as the natural logarithm of the load"
def fit_calibration(features, load):
    theta, sigma = reference(features, load)
    return np.r_[np.exp(theta[0]), theta[1:]], sigma


# %% wrong="fitted-without-logarithms" says="The exponents must be those"
def fit_calibration(features, load):
    x = np.asarray(features, dtype=float).reshape(len(load), -1)
    A = np.column_stack([np.ones(len(x)), x])
    theta = np.linalg.lstsq(A, np.asarray(load, dtype=float))[0]
    return theta, np.std(load - A @ theta)


# %% wrong="common-logarithms" says="as the natural logarithm of the load"
def fit_calibration(features, load):
    theta, sigma = reference(features, load)
    return np.r_[theta[0] / np.log(10), theta[1:]], sigma / np.log(10)


# %% wrong="variance-for-deviation" says="sigma is the root"
def fit_calibration(features, load):
    theta, sigma = reference(features, load)
    return theta, sigma**2
