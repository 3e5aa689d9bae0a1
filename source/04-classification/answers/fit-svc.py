# %% right="steps-by-hand"
def fit_svc(samples, labels, sigma=1.0, penalty=1.0):
    from sklearn.pipeline import Pipeline

    steps = [("scale", StandardScaler()), ("classify", SVC(C=penalty, gamma=0.5 * sigma**-2))]
    return Pipeline(steps).fit(samples, labels)


# %% right="class-of-its-own"
def fit_svc(samples, labels, sigma=1.0, penalty=1.0):
    samples = np.asarray(samples, dtype=float)
    centre, spread = samples.mean(axis=0), samples.std(axis=0)
    inner = SVC(kernel="rbf", gamma=1 / (2 * sigma**2), C=penalty).fit((samples - centre) / spread, labels)

    class Model:
        def predict(self, new):
            return inner.predict((np.asarray(new) - centre) / spread)

    return Model()


# %% invariant="other-units"
def fit_svc(samples, labels, sigma=1.0, penalty=1.0):
    inner = reference(np.asarray(samples) * 100.0, labels, sigma, penalty)

    class Model:
        def predict(self, new):
            return inner.predict(np.asarray(new) * 100.0)

    return Model()


# %% wrong="not-standardised" says="must standardise the features"
def fit_svc(samples, labels, sigma=1.0, penalty=1.0):
    return SVC(gamma=1 / (2 * sigma**2), C=penalty).fit(samples, labels)


# %% wrong="sigma-as-gamma" says="use gamma = 1 / (2 sigma^2)"
def fit_svc(samples, labels, sigma=1.0, penalty=1.0):
    return make_pipeline(StandardScaler(), SVC(gamma=sigma, C=penalty)).fit(samples, labels)


# %% wrong="linear" says="use gamma = 1 / (2 sigma^2)"
def fit_svc(samples, labels, sigma=1.0, penalty=1.0):
    return make_pipeline(StandardScaler(), SVC(kernel="linear", C=penalty)).fit(samples, labels)


# %% wrong="penalty-inverted" says="C = penalty"
def fit_svc(samples, labels, sigma=1.0, penalty=1.0):
    return reference(samples, labels, sigma, 1 / penalty)
