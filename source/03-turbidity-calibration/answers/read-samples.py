# %% right="by-hand"
def read_samples(path):
    import csv

    found = {}
    with open(path, newline="") as stream:
        for row in csv.DictReader(stream, delimiter=";"):
            if row["Date"] and row["Hour"] and row["Suspended Load"]:
                found[(pd.Timestamp(row["Date"] + " " + row["Hour"]), float(row["Suspended Load"]))] = True
    pairs = sorted(found)
    return pd.DataFrame({"load": [load for _, load in pairs]}, index=pd.DatetimeIndex([time for time, _ in pairs]))


# %% right="duplicated-index"
def read_samples(path):
    table = pd.read_csv(path, sep=";").dropna(subset=["Suspended Load", "Hour", "Date"])
    table.index = pd.to_datetime(table["Date"] + "T" + table["Hour"])
    loads = table[["Suspended Load"]].rename(columns={"Suspended Load": "load"}).astype(float)
    loads = loads.reset_index().drop_duplicates().set_index(loads.reset_index().columns[0])
    return loads.sort_index()


# %% wrong="unweighed-as-zero" says="not weighed yet must be left out"
def read_samples(path):
    table = pd.read_csv(path, sep=";").dropna(subset=["Date", "Hour"])
    time = pd.to_datetime(table["Date"] + " " + table["Hour"])
    loads = pd.DataFrame({"time": time, "load": table["Suspended Load"].fillna(-1.0)})
    return loads.drop_duplicates().sort_values("time").set_index("time").replace(-1.0, np.nan)


# %% wrong="one-flask-per-minute" says="Two flasks of the same minute"
def read_samples(path):
    table = pd.read_csv(path, sep=";").dropna(subset=["Date", "Hour", "Suspended Load"])
    time = pd.to_datetime(table["Date"] + " " + table["Hour"])
    loads = pd.DataFrame({"time": time, "load": table["Suspended Load"]})
    return loads.drop_duplicates("time").sort_values("time").set_index("time")


# %% wrong="whole-rows-compared" says="also where only the comment differs"
def read_samples(path):
    table = pd.read_csv(path, sep=";").dropna(subset=["Date", "Hour", "Suspended Load"]).drop_duplicates()
    time = pd.to_datetime(table["Date"] + " " + table["Hour"])
    return pd.DataFrame({"load": table["Suspended Load"].to_numpy()}, index=pd.DatetimeIndex(time)).sort_index()


# %% wrong="equal-loads-are-one" says="The same load at two different times"
def read_samples(path):
    table = pd.read_csv(path, sep=";").dropna(subset=["Date", "Hour", "Suspended Load"])
    table = table.drop_duplicates("Suspended Load")
    time = pd.to_datetime(table["Date"] + " " + table["Hour"])
    return pd.DataFrame({"load": table["Suspended Load"].to_numpy()}, index=pd.DatetimeIndex(time)).sort_index()


# %% wrong="order-of-the-file" says="in order of time"
def read_samples(path):
    table = pd.read_csv(path, sep=";").dropna(subset=["Date", "Hour", "Suspended Load"])
    time = pd.to_datetime(table["Date"] + " " + table["Hour"])
    return pd.DataFrame({"time": time, "load": table["Suspended Load"]}).drop_duplicates().set_index("time")


# %% wrong="zero-is-missing" says="0.0 mg/L was weighed"
def read_samples(path):
    table = pd.read_csv(path, sep=";").dropna(subset=["Date", "Hour", "Suspended Load"])
    table = table[table["Suspended Load"] > 0]
    time = pd.to_datetime(table["Date"] + " " + table["Hour"])
    loads = pd.DataFrame({"time": time, "load": table["Suspended Load"]})
    return loads.drop_duplicates().sort_values("time").set_index("time")
