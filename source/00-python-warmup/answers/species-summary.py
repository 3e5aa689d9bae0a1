# %% right="looped"
def species_summary(table):
    rows = {}
    for species in sorted(table["species"].unique()):
        lengths = table.loc[table["species"] == species, "petal_length"]
        rows[species] = {"count": len(lengths), "mean": lengths.mean(), "std": lengths.std()}
    return pd.DataFrame.from_dict(rows, orient="index")


# %% right="described"
def species_summary(table):
    return table.groupby("species")["petal_length"].describe()[["count", "mean", "std"]]


# %% invariant="rows-reversed"
def species_summary(table):
    return reference(table.iloc[::-1])


# %% wrong="population-deviation" says="with n - 1"
def species_summary(table):
    groups = table.groupby("species")["petal_length"]
    return pd.DataFrame({"count": groups.count(), "mean": groups.mean(), "std": groups.std(ddof=0)})


# %% wrong="another-column" says="mean of the petal length"
def species_summary(table):
    return table.groupby("species")["petal_width"].agg(["count", "mean", "std"])


# %% wrong="unsorted" says="in alphabetical order"
def species_summary(table):
    return table.groupby("species", sort=False)["petal_length"].agg(["count", "mean", "std"])


# %% wrong="median-for-mean" says="mean of the petal length"
def species_summary(table):
    groups = table.groupby("species")["petal_length"]
    return pd.DataFrame({"count": groups.count(), "mean": groups.median(), "std": groups.std()})
