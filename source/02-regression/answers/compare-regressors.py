# %% right="scikit-learn-metrics"
def compare_regressors(regressors, train, validation):
    from sklearn.metrics import mean_squared_error

    errors = []
    for name in regressors:
        model = clone(regressors[name])
        model.fit(train[0], train[1])
        errors.append((mean_squared_error(validation[1], model.predict(validation[0])) ** 0.5, name))
    return {name: error for error, name in sorted(errors)}


# %% right="deep-copies-and-pandas"
def compare_regressors(regressors, train, validation):
    import copy

    import pandas as pd

    errors = {}
    for name, regressor in regressors.items():
        said = copy.deepcopy(regressor).fit(*train).predict(validation[0])
        errors[name] = np.linalg.norm(np.ravel(said) - np.ravel(validation[1])) / np.sqrt(np.size(validation[1]))
    return pd.Series(errors).sort_values().to_dict()


# %% invariant="validation-reversed"
def compare_regressors(regressors, train, validation):
    return reference(regressors, train, (validation[0][::-1], validation[1][::-1]))


# %% wrong="without-the-root" says="root mean squared error on the validation set"
def compare_regressors(regressors, train, validation):
    errors = {}
    for name, regressor in regressors.items():
        errors[name] = np.mean((clone(regressor).fit(*train).predict(validation[0]) - validation[1]) ** 2)
    return dict(sorted(errors.items(), key=lambda item: item[1]))


# %% wrong="fits-what-it-was-given" says="should stay unfitted"
def compare_regressors(regressors, train, validation):
    errors = {}
    for name, regressor in regressors.items():
        errors[name] = np.sqrt(np.mean((regressor.fit(*train).predict(validation[0]) - validation[1]) ** 2))
    return dict(sorted(errors.items(), key=lambda item: item[1]))


# %% wrong="fits-on-the-validation-set" says="Fit on the training set alone"
def compare_regressors(regressors, train, validation):
    errors = {}
    for name, regressor in regressors.items():
        said = clone(regressor).fit(*validation).predict(validation[0])
        errors[name] = np.sqrt(np.mean((said - validation[1]) ** 2))
    return dict(sorted(errors.items(), key=lambda item: item[1]))


# %% wrong="in-the-order-given" says="start with the smallest error"
def compare_regressors(regressors, train, validation):
    errors = {}
    for name, regressor in regressors.items():
        said = clone(regressor).fit(*train).predict(validation[0])
        errors[name] = np.sqrt(np.mean((said - validation[1]) ** 2))
    return errors


# %% wrong="score-for-error" says="root mean squared error on the validation set"
def compare_regressors(regressors, train, validation):
    scores = {name: 1 - clone(model).fit(*train).score(*validation) if hasattr(model, "score") else
              float(np.mean(clone(model).fit(*train).predict(validation[0]))) for name, model in regressors.items()}
    return dict(sorted(scores.items(), key=lambda item: item[1]))
