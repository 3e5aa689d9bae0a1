# %% right="other-defaults"
def model_zoo(sigma, max_depth, n_trees, seed):
    zoo = {}
    zoo["majority"] = DummyClassifier()
    zoo["linear SVM"] = SVC(kernel="linear")
    zoo["tree"] = DecisionTreeClassifier(random_state=seed, max_depth=max_depth)
    zoo["RBF SVM"] = SVC(gamma=0.5 * sigma**-2.0)
    zoo["forest"] = RandomForestClassifier(n_estimators=n_trees, max_depth=None, random_state=seed, n_jobs=1)
    return zoo


# %% right="entropy-and-pairs"
def model_zoo(sigma, max_depth, n_trees, seed):
    names = ["majority", "linear SVM", "tree", "RBF SVM", "forest"]
    models = [
        DummyClassifier(strategy="prior"),
        SVC(C=1, kernel="linear", tol=1e-4),
        DecisionTreeClassifier(criterion="entropy", max_depth=max_depth, random_state=seed),
        SVC(C=1, kernel="rbf", gamma=1 / 2 / sigma / sigma, tol=1e-4),
        RandomForestClassifier(n_trees, criterion="entropy", random_state=seed),
    ]
    return dict(zip(names, models))


# %% wrong="sigma-is-gamma" says="find gamma from sigma"
def model_zoo(sigma, max_depth, n_trees, seed):
    return {
        "majority": DummyClassifier(strategy="most_frequent"),
        "linear SVM": SVC(kernel="linear"),
        "tree": DecisionTreeClassifier(max_depth=max_depth, random_state=seed),
        "RBF SVM": SVC(gamma=sigma),
        "forest": RandomForestClassifier(n_trees, random_state=seed),
    }


# %% wrong="forgets-the-2" says="find gamma from sigma"
def model_zoo(sigma, max_depth, n_trees, seed):
    return {
        "majority": DummyClassifier(strategy="most_frequent"),
        "linear SVM": SVC(kernel="linear"),
        "tree": DecisionTreeClassifier(max_depth=max_depth, random_state=seed),
        "RBF SVM": SVC(gamma=1 / sigma**2),
        "forest": RandomForestClassifier(n_trees, random_state=seed),
    }


# %% wrong="limits-the-forest-too" says="max_depth is for the single tree"
def model_zoo(sigma, max_depth, n_trees, seed):
    return {
        "majority": DummyClassifier(strategy="most_frequent"),
        "linear SVM": SVC(kernel="linear"),
        "tree": DecisionTreeClassifier(max_depth=max_depth, random_state=seed),
        "RBF SVM": SVC(gamma=1 / (2 * sigma**2)),
        "forest": RandomForestClassifier(n_trees, max_depth=max_depth, random_state=seed),
    }


# %% wrong="no-seed" says="The same seed must give the same forest"
def model_zoo(sigma, max_depth, n_trees, seed):
    return {
        "majority": DummyClassifier(strategy="most_frequent"),
        "linear SVM": SVC(kernel="linear"),
        "tree": DecisionTreeClassifier(max_depth=max_depth, random_state=seed),
        "RBF SVM": SVC(gamma=1 / (2 * sigma**2)),
        "forest": RandomForestClassifier(n_trees),
    }


# %% wrong="guesses-at-random" says="must always say the most frequent species"
def model_zoo(sigma, max_depth, n_trees, seed):
    return {
        "majority": DummyClassifier(strategy="stratified", random_state=seed),
        "linear SVM": SVC(kernel="linear"),
        "tree": DecisionTreeClassifier(max_depth=max_depth, random_state=seed),
        "RBF SVM": SVC(gamma=1 / (2 * sigma**2)),
        "forest": RandomForestClassifier(n_trees, random_state=seed),
    }


# %% wrong="discriminant-for-the-svm" says="Only support vectors may hold the border"
def model_zoo(sigma, max_depth, n_trees, seed):
    return {
        "majority": DummyClassifier(strategy="most_frequent"),
        "linear SVM": LinearDiscriminantAnalysis(),
        "tree": DecisionTreeClassifier(max_depth=max_depth, random_state=seed),
        "RBF SVM": SVC(gamma=1 / (2 * sigma**2)),
        "forest": RandomForestClassifier(n_trees, random_state=seed),
    }
