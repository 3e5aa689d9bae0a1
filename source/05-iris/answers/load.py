# %% right="looped"
def load(dataset, names):
    columns = list(dataset.feature_names)
    seen, rows = set(), []
    for row, (flower, label) in enumerate(zip(dataset.features, dataset.species)):
        record = (*flower, label)
        if record not in seen:
            seen.add(record)
            rows.append(row)
    measured = []
    for row in rows:
        kept = []
        for name in names:
            value = dataset.features[row][columns.index(name)]
            kept.append(value / 10 if dataset.units[name] == "mm" else value)
        measured.append(kept)
    return measured, [int(dataset.species[row]) for row in rows], rows


# %% right="pandas"
def load(dataset, names):
    import pandas as pd

    table = pd.DataFrame(dataset.features, columns=list(dataset.feature_names))
    table["kind"] = dataset.species
    table = table.drop_duplicates()
    wanted = table[list(names)].copy()
    for name in names:
        if dataset.units[name] == "mm":
            wanted[name] = wanted[name] * 0.1
    return wanted.to_numpy(), table["kind"].to_numpy(), table.index.to_numpy()


# %% wrong="compares-the-wanted-columns-alone" says="compare whole records"
def load(dataset, names):
    columns = [list(dataset.feature_names).index(name) for name in names]
    factors = np.array([0.1 if dataset.units[name] == "mm" else 1.0 for name in names])
    wanted = np.asarray(dataset.features)[:, columns]
    rows = np.sort(np.unique(np.column_stack([wanted, dataset.species]), axis=0, return_index=True)[1])
    return wanted[rows] * factors, np.asarray(dataset.species)[rows], rows


# %% wrong="forgets-the-species" says="different species are not the same record"
def load(dataset, names):
    columns = [list(dataset.feature_names).index(name) for name in names]
    factors = np.array([0.1 if dataset.units[name] == "mm" else 1.0 for name in names])
    rows = np.sort(np.unique(dataset.features, axis=0, return_index=True)[1])
    return np.asarray(dataset.features)[rows][:, columns] * factors, np.asarray(dataset.species)[rows], rows


# %% wrong="leaves-the-units" says="written in millimetres"
def load(dataset, names):
    columns = [list(dataset.feature_names).index(name) for name in names]
    rows = np.sort(np.unique(np.column_stack([dataset.features, dataset.species]), axis=0, return_index=True)[1])
    return np.asarray(dataset.features)[rows][:, columns], np.asarray(dataset.species)[rows], rows


# %% wrong="sorted-rows" says="keep the flowers in their order"
def load(dataset, names):
    columns = [list(dataset.feature_names).index(name) for name in names]
    factors = np.array([0.1 if dataset.units[name] == "mm" else 1.0 for name in names])
    rows = np.unique(np.column_stack([dataset.features, dataset.species]), axis=0, return_index=True)[1]
    return np.asarray(dataset.features)[rows][:, columns] * factors, np.asarray(dataset.species)[rows], rows
