# %% right="by-hand"
def read_iris_table(path):
    rows = [line.split(",") for line in Path(path).read_text().splitlines() if not line.startswith("#")]
    table = pd.DataFrame(rows[1:], columns=rows[0])
    table = table[(table != "").all(axis=1)].reset_index(drop=True)
    for column in table.columns.drop("species"):
        table[column] = table[column].astype(float)
    return table


# %% right="renumbered-by-index"
def read_iris_table(path):
    table = pd.read_csv(path, comment="#").dropna()
    table.index = range(len(table))
    return table


# %% wrong="missing-values-kept" says="any value is missing must be left out"
def read_iris_table(path):
    return pd.read_csv(path, comment="#")


# %% wrong="numbers-with-gaps" says="Number the rows anew from 0"
def read_iris_table(path):
    return pd.read_csv(path, comment="#").dropna()


# %% wrong="columns-by-position" says="take them from the header"
def read_iris_table(path):
    names = ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]
    table = pd.read_csv(path, comment="#")
    table.columns = names[: len(table.columns)]
    return table.dropna().reset_index(drop=True)
