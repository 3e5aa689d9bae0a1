# %% right="scikit-learn"
def cross_validated_error(model, features, target, folds):
    from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict

    features, target = np.asarray(features), np.asarray(target)
    predicted = cross_val_predict(clone(model), features, target, groups=folds, cv=LeaveOneGroupOut())
    return np.sqrt(np.mean((predicted - target) ** 2)), predicted


# %% right="looped-in-lists"
def cross_validated_error(model, features, target, folds):
    predicted = [None] * len(target)
    for fold in sorted(set(np.asarray(folds).tolist())):
        inside = [place for place in range(len(target)) if folds[place] == fold]
        others = [place for place in range(len(target)) if folds[place] != fold]
        fresh = clone(model)
        fresh.fit(np.array([features[place] for place in others]), np.array([target[place] for place in others]))
        for place in inside:
            predicted[place] = float(fresh.predict(np.array([features[place]]))[0])
    squares = [(one - other) ** 2 for one, other in zip(predicted, target)]
    return (sum(squares) / len(squares)) ** 0.5, predicted


# %% wrong="fitted-on-everything" says="fit on the other folds only"
def cross_validated_error(model, features, target, folds):
    predicted = clone(model).fit(features, target).predict(features)
    return np.sqrt(np.mean((np.asarray(target) - predicted) ** 2)), predicted


# %% wrong="one-model-for-all" says="give each fold a fresh clone"
def cross_validated_error(model, features, target, folds):
    features, target, folds = np.asarray(features), np.asarray(target), np.asarray(folds)
    predicted = np.empty(len(target))
    model = clone(model)
    for fold in np.unique(folds):
        model.fit(features[folds != fold], target[folds != fold])
        predicted[folds == fold] = model.predict(features[folds == fold])
    return np.sqrt(np.mean((target - predicted) ** 2)), predicted


# %% wrong="mean-of-the-folds" says="not the mean of the folds' own errors"
def cross_validated_error(model, features, target, folds):
    _, predicted = reference(model, features, target, folds)
    target, folds = np.asarray(target), np.asarray(folds)
    errors = [np.sqrt(np.mean((target - predicted)[folds == fold] ** 2)) for fold in np.unique(folds)]
    return np.mean(errors), predicted


# %% wrong="trained-on-the-fold" says="fit on the other folds only"
def cross_validated_error(model, features, target, folds):
    features, target, folds = np.asarray(features), np.asarray(target), np.asarray(folds)
    predicted = np.empty(len(target))
    for fold in np.unique(folds):
        inside = folds == fold
        predicted[inside] = clone(model).fit(features[inside], target[inside]).predict(features[inside])
    return np.sqrt(np.mean((target - predicted) ** 2)), predicted


# %% wrong="order-of-the-folds" says="in the order of the target"
def cross_validated_error(model, features, target, folds):
    rmse, predicted = reference(model, features, target, folds)
    folds = np.asarray(folds)
    return rmse, np.concatenate([predicted[folds == fold] for fold in np.unique(folds)])


# %% wrong="whole-numbers-only" says="also where the target is whole"
def cross_validated_error(model, features, target, folds):
    predicted = np.zeros_like(target)
    for fold in np.unique(folds):
        test = folds == fold
        predicted[test] = clone(model).fit(features[~test], target[~test]).predict(features[test])
    return np.sqrt(np.mean((target - predicted) ** 2)), predicted
