# %% right="forest"
def fit_phase_regressor(waveforms, targets):
    forest = RandomForestRegressor(30, random_state=0)
    return make_pipeline(FunctionTransformer(log_envelope), forest).fit(waveforms, targets)


# %% right="steps-from-bin-to-bin"
def fit_phase_regressor(waveforms, targets):
    class Picker:
        def features(self, waveforms):
            level = log_envelope(waveforms)
            return np.hstack([level, 2 * np.diff(level, axis=1)])

        def fit(self, waveforms, targets):
            self.model = KNeighborsRegressor(4, weights="distance").fit(self.features(waveforms), targets)
            return self

        def predict(self, waveforms):
            return self.model.predict(self.features(waveforms))

    return Picker().fit(waveforms, targets)


# %% invariant="records-reversed"
def fit_phase_regressor(waveforms, targets):
    return reference(waveforms[::-1], targets[::-1])


# %% wrong="straight-line" says="does not stay below 30 %"
def fit_phase_regressor(waveforms, targets):
    return make_pipeline(FunctionTransformer(log_envelope), LinearRegression()).fit(waveforms, targets)


# %% wrong="the-trivial-guess" says="does not stay below 30 %"
def fit_phase_regressor(waveforms, targets):
    from sklearn.dummy import DummyRegressor

    flat = FunctionTransformer(lambda records: records.reshape(len(records), -1))
    return make_pipeline(flat, DummyRegressor(strategy="median")).fit(waveforms, targets)


# %% wrong="learns-from-the-notebooks-records" says="learn from the targets that are handed in"
def fit_phase_regressor(waveforms, targets):
    known = np.isfinite(learn.p_time) & np.isfinite(learn.s_time)
    labels = np.column_stack([learn.p_time, learn.s_time])[known]
    neighbours = KNeighborsRegressor(n_neighbors=5, weights="distance")
    return make_pipeline(FunctionTransformer(log_envelope), neighbours).fit(learn.waveforms[known], labels)


# %% wrong="scaled-by-the-others" says="Predicting one record alone should give the same times"
def fit_phase_regressor(waveforms, targets):
    def among_others(waveforms):
        level = log_envelope(waveforms)
        return (level - level.mean(axis=0)) / (level.std(axis=0) + 1e-9)

    neighbours = KNeighborsRegressor(n_neighbors=5, weights="distance")
    return make_pipeline(FunctionTransformer(among_others), neighbours).fit(waveforms, targets)
