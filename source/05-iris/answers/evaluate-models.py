# %% right="scikit-learn-metrics"
def evaluate_models(models, features, species, folds):
    from sklearn.metrics import accuracy_score, confusion_matrix, precision_score, recall_score

    kinds = np.arange(species.max() + 1)
    report = {}
    for name, model in models.items():
        said = out_of_fold(model, features, species, folds)
        scores = [accuracy_score(species[folds == fold], said[folds == fold]) for fold in range(folds.max() + 1)]
        report[name] = {
            "accuracies": scores,
            "mean": np.mean(scores),
            "standard_error": np.std(scores, ddof=1) / len(scores) ** 0.5,
            "confusion": confusion_matrix(species, said, labels=kinds),
            "precision": precision_score(species, said, labels=kinds, average=None, zero_division=0),
            "recall": recall_score(species, said, labels=kinds, average=None),
        }
    return report


# %% right="looped"
def evaluate_models(models, features, species, folds):
    kinds, numbers = range(max(species) + 1), range(max(folds) + 1)
    report = {}
    for name in models:
        said = out_of_fold(models[name], features, species, folds)
        scores = []
        for fold in numbers:
            hits = [a == b for a, b, number in zip(said, species, folds) if number == fold]
            scores.append(sum(hits) / len(hits))
        mean = sum(scores) / len(scores)
        spread = (sum((score - mean) ** 2 for score in scores) / (len(scores) - 1)) ** 0.5
        table = [[sum(1 for a, b in zip(species, said) if (a, b) == (k, l)) for l in kinds] for k in kinds]
        called = [sum(row[l] for row in table) for l in kinds]
        report[name] = {
            "accuracies": scores,
            "mean": mean,
            "standard_error": spread / len(scores) ** 0.5,
            "confusion": table,
            "precision": [table[k][k] / called[k] if called[k] else 0.0 for k in kinds],
            "recall": [table[k][k] / sum(table[k]) for k in kinds],
        }
    return report


# %% wrong="truth-in-the-columns" says="Count in row k, column l the flowers that are k"
def evaluate_models(models, features, species, folds):
    report = {}
    for name, model in models.items():
        said = out_of_fold(model, features, species, folds)
        scores = np.array([np.mean((said == species)[folds == fold]) for fold in np.unique(folds)])
        table = np.zeros((species.max() + 1,) * 2, dtype=int)
        np.add.at(table, (said, species), 1)
        report[name] = {
            "accuracies": scores,
            "mean": scores.mean(),
            "standard_error": scores.std(ddof=1) / np.sqrt(len(scores)),
            "confusion": table,
            "precision": np.diag(table) / np.maximum(table.sum(axis=1), 1),
            "recall": np.diag(table) / table.sum(axis=0),
        }
    return report


# %% wrong="deviation-with-1-over-K" says="with 1/(K-1) inside s"
def evaluate_models(models, features, species, folds):
    report = {}
    for name, model in models.items():
        said = out_of_fold(model, features, species, folds)
        scores = np.array([np.mean((said == species)[folds == fold]) for fold in np.unique(folds)])
        table = np.zeros((species.max() + 1,) * 2, dtype=int)
        np.add.at(table, (species, said), 1)
        report[name] = {
            "accuracies": scores,
            "mean": scores.mean(),
            "standard_error": scores.std() / np.sqrt(len(scores)),
            "confusion": table,
            "precision": np.diag(table) / np.maximum(table.sum(axis=0), 1),
            "recall": np.diag(table) / table.sum(axis=1),
        }
    return report


# %% wrong="mean-over-all-flowers" says="whatever the sizes of the folds"
def evaluate_models(models, features, species, folds):
    report = {}
    for name, model in models.items():
        said = out_of_fold(model, features, species, folds)
        scores = np.array([np.mean((said == species)[folds == fold]) for fold in np.unique(folds)])
        table = np.zeros((species.max() + 1,) * 2, dtype=int)
        np.add.at(table, (species, said), 1)
        report[name] = {
            "accuracies": scores,
            "mean": np.mean(said == species),
            "standard_error": scores.std(ddof=1) / np.sqrt(len(scores)),
            "confusion": table,
            "precision": np.diag(table) / np.maximum(table.sum(axis=0), 1),
            "recall": np.diag(table) / table.sum(axis=1),
        }
    return report


# %% wrong="scaled-with-the-test-fold" says="scaled and trained without the fold they are judged on"
def evaluate_models(models, features, species, folds):
    scaled = StandardScaler().fit_transform(features)
    report = {}
    for name, model in models.items():
        said = cross_val_predict(model, scaled, species, cv=PredefinedSplit(folds))
        scores = np.array([np.mean((said == species)[folds == fold]) for fold in np.unique(folds)])
        table = np.zeros((species.max() + 1,) * 2, dtype=int)
        np.add.at(table, (species, said), 1)
        report[name] = {
            "accuracies": scores,
            "mean": scores.mean(),
            "standard_error": scores.std(ddof=1) / np.sqrt(len(scores)),
            "confusion": table,
            "precision": np.diag(table) / np.maximum(table.sum(axis=0), 1),
            "recall": np.diag(table) / table.sum(axis=1),
        }
    return report


# %% wrong="never-named-is-not-a-number" says="has precision 0, not NaN"
def evaluate_models(models, features, species, folds):
    report = {}
    for name, model in models.items():
        said = out_of_fold(model, features, species, folds)
        scores = np.array([np.mean((said == species)[folds == fold]) for fold in np.unique(folds)])
        table = np.zeros((species.max() + 1,) * 2, dtype=int)
        np.add.at(table, (species, said), 1)
        with np.errstate(all="ignore"):
            precision = np.diag(table) / table.sum(axis=0)
        report[name] = {
            "accuracies": scores,
            "mean": scores.mean(),
            "standard_error": scores.std(ddof=1) / np.sqrt(len(scores)),
            "confusion": table,
            "precision": precision,
            "recall": np.diag(table) / table.sum(axis=1),
        }
    return report
