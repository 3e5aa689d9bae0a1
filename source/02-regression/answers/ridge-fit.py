# %% right="least-squares-with-more-rows"
def ridge_fit(features, target, strength):
    features, target = np.asarray(features, dtype=float), np.asarray(target, dtype=float)
    extra = np.sqrt(len(target) * strength) * np.eye(features.shape[1])[1:]
    rows, labels = np.vstack([features, extra]), np.append(target, np.zeros(len(extra)))
    return np.linalg.lstsq(rows, labels, rcond=None)[0]


# %% right="scikit-learn"
def ridge_fit(features, target, strength):
    features = np.asarray(features, dtype=float)
    model = Ridge(alpha=len(features) * strength).fit(features[:, 1:], target)
    return np.append(model.intercept_, model.coef_)


# %% right="inverse"
def ridge_fit(features, target, strength):
    features = np.array(features, dtype=float)
    penalty = np.diag([0.0] + [strength * len(features)] * (features.shape[1] - 1))
    return np.linalg.inv(features.T.dot(features) + penalty).dot(features.T).dot(target)


# %% invariant="samples-reversed"
def ridge_fit(features, target, strength):
    return reference(features[::-1], target[::-1], strength)


# %% invariant="labels-rescaled"
def ridge_fit(features, target, strength):
    return reference(features, 10 * np.asarray(target), strength) / 10


# %% wrong="penalises-the-constant" says="that the first coefficient is not penalised"
def ridge_fit(features, target, strength):
    features, n = np.asarray(features), len(target)
    gram = features.T @ features / n + strength * np.eye(features.shape[1])
    return np.linalg.solve(gram, features.T @ np.asarray(target) / n)


# %% wrong="sum-for-mean" says="Check the factor 1/N"
def ridge_fit(features, target, strength):
    features = np.asarray(features)
    penalty = strength * np.diag([0.0] + [1.0] * (features.shape[1] - 1))
    return np.linalg.solve(features.T @ features + penalty, features.T @ np.asarray(target))


# %% wrong="no-penalty" says="does not minimise the penalised loss"
def ridge_fit(features, target, strength):
    return np.linalg.lstsq(np.asarray(features), np.asarray(target), rcond=None)[0]


# %% wrong="penalises-the-last-instead" says="that the first coefficient is not penalised"
def ridge_fit(features, target, strength):
    features, n = np.asarray(features), len(target)
    penalty = strength * np.diag([1.0] * (features.shape[1] - 1) + [0.0])
    return np.linalg.solve(features.T @ features / n + penalty, features.T @ np.asarray(target) / n)
