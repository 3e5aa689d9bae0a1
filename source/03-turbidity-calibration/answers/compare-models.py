# %% right="shuffled-deck"
def compare_models(models, features, target, storms, rng):
    deck = np.arange(len(target))
    rng.shuffle(deck)
    folds = np.empty(len(target), dtype=int)
    for number, part in enumerate(np.array_split(deck, 5)):
        folds[part] = number
    return {
        name: (
            cross_validated_error(model, features, target, folds)[0],
            cross_validated_error(model, features, target, storms)[0],
        )
        for name, model in models.items()
    }


# %% right="scikit-learn"
def compare_models(models, features, target, storms, rng):
    from sklearn.model_selection import KFold, LeaveOneGroupOut, cross_val_predict

    features, target = np.asarray(features), np.asarray(target)
    splits = list(KFold(5, shuffle=True, random_state=int(rng.integers(1 << 31))).split(features))
    answer = {}
    for name, model in models.items():
        by_chance = cross_val_predict(model, features, target, cv=splits)
        by_storm = cross_val_predict(model, features, target, groups=storms, cv=LeaveOneGroupOut())
        answer[name] = tuple(float(np.sqrt(np.mean((part - target) ** 2))) for part in (by_chance, by_storm))
    return answer


# %% wrong="dealt-for-each-model" says="deal them once, before the loop"
def compare_models(models, features, target, storms, rng):
    errors = {}
    for name, model in models.items():
        folds = rng.permutation(len(target)) % 5
        errors[name] = (
            cross_validated_error(model, features, target, folds)[0],
            cross_validated_error(model, features, target, storms)[0],
        )
    return errors


# %% wrong="in-the-order-of-the-table" says="not cut from the table in order"
def compare_models(models, features, target, storms, rng):
    folds = np.arange(len(target)) * 5 // len(target)
    return {
        name: (
            cross_validated_error(model, features, target, folds)[0],
            cross_validated_error(model, features, target, storms)[0],
        )
        for name, model in models.items()
    }


# %% wrong="errors-swapped" says="The second error is the RMSE with each storm"
def compare_models(models, features, target, storms, rng):
    return {name: pair[::-1] for name, pair in reference(models, features, target, storms, rng).items()}


# %% wrong="uneven-folds" says="as equal in size as they can be"
def compare_models(models, features, target, storms, rng):
    folds = np.r_[np.arange(5), rng.integers(0, 5, len(target) - 5)]
    return {
        name: (
            cross_validated_error(model, features, target, folds)[0],
            cross_validated_error(model, features, target, storms)[0],
        )
        for name, model in models.items()
    }


# %% wrong="seed-of-its-own" says="Another seed must give other folds"
def compare_models(models, features, target, storms, rng):
    return reference(models, features, target, storms, np.random.default_rng(0))
