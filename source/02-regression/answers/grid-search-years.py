# %% right="in-floats"
def grid_search_years(n_parameters, n_values, seconds):
    import math

    return math.pow(n_values, n_parameters) * seconds / 60 / 60 / 24 / 365.25


# %% right="looped"
def grid_search_years(n_parameters, n_values, seconds):
    nodes = 1
    for _ in range(n_parameters):
        nodes *= n_values
    return nodes * seconds / 31_557_600


# %% right="logarithms"
def grid_search_years(n_parameters, n_values, seconds):
    return 10 ** (n_parameters * np.log10(n_values) + np.log10(seconds) - np.log10(365.25 * 86400))


# %% wrong="values-times-parameters" says="about 31.7 years"
def grid_search_years(n_parameters, n_values, seconds):
    return n_parameters * n_values * seconds / (365.25 * 86400)


# %% wrong="parameters-to-the-power-of-values" says="about 31.7 years"
def grid_search_years(n_parameters, n_values, seconds):
    return float(n_parameters) ** n_values * seconds / (365.25 * 86400)


# %% wrong="a-year-of-365-days" says="a year of 365.25 days has 8766"
def grid_search_years(n_parameters, n_values, seconds):
    return n_values**n_parameters * seconds / (365 * 86400)


# %% wrong="integers-that-overflow" says="One parameter more should multiply the time"
def grid_search_years(n_parameters, n_values, seconds):
    return np.int64(n_values) ** np.int64(n_parameters) * seconds / (365.25 * 86400)
