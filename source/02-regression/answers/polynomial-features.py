# %% right="vandermonde"
def polynomial_features(x, degree):
    return np.vander(np.asarray(x, dtype=float), degree + 1, increasing=True)


# %% right="scikit-learn"
def polynomial_features(x, degree):
    return PolynomialFeatures(degree).fit_transform(np.array(x, dtype=float).reshape(-1, 1))


# %% right="looped"
def polynomial_features(x, degree):
    rows = []
    for value in x:
        row = [1.0]
        for _ in range(degree):
            row.append(row[-1] * float(value))
        rows.append(row)
    return rows


# %% invariant="samples-reversed"
def polynomial_features(x, degree):
    return reference(x[::-1], degree)[::-1]


# %% wrong="highest-power-first" says="in the order 0, 1, 2"
def polynomial_features(x, degree):
    return np.vander(np.asarray(x, dtype=float), degree + 1)


# %% wrong="without-the-ones" says="degree + 1 columns"
def polynomial_features(x, degree):
    return np.asarray(x, dtype=float)[:, None] ** np.arange(1, degree + 1)


# %% wrong="multiples-for-powers" says="x to the power j"
def polynomial_features(x, degree):
    x = np.asarray(x, dtype=float)[:, None]
    return np.hstack([np.ones_like(x), x * np.arange(1, degree + 1)])


# %% wrong="integers-that-overflow" says="their high powers overflow"
def polynomial_features(x, degree):
    return np.asarray(x)[:, None] ** np.arange(degree + 1)
