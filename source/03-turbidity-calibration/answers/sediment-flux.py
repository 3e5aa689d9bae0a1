# %% right="trapezoid"
def sediment_flux(load, discharge, hours):
    flux = np.multiply(load, discharge) / 1000.0
    return flux, np.trapezoid(flux, 3600.0 * np.asarray(hours), axis=-1) / 1000.0


# %% right="looped"
def sediment_flux(load, discharge, hours):
    flux = np.asarray(load, dtype=np.float64) * np.asarray(discharge) * 1e-3
    mass = np.zeros(flux.shape[:-1])
    for i in range(len(hours) - 1):
        mass = mass + 0.5 * (flux[..., i] + flux[..., i + 1]) * (hours[i + 1] - hours[i]) * 3.6
    return flux, mass


# %% invariant="backwards-in-time"
def sediment_flux(load, discharge, hours):
    flux, mass = reference(
        np.asarray(load)[..., ::-1], np.asarray(discharge)[::-1], -np.asarray(hours, dtype=float)[::-1]
    )
    return flux[..., ::-1], mass


# %% wrong="grams-for-kilograms" says="in kg/s"
def sediment_flux(load, discharge, hours):
    flux, mass = reference(load, discharge, hours)
    return 1000 * flux, mass


# %% wrong="kilograms-for-tonnes" says="in tonnes"
def sediment_flux(load, discharge, hours):
    flux, mass = reference(load, discharge, hours)
    return flux, 1000 * mass


# %% wrong="equal-intervals" says="over the true times"
def sediment_flux(load, discharge, hours):
    flux, _ = reference(load, discharge, hours)
    hours = np.asarray(hours, dtype=float)
    step = (hours[-1] - hours[0]) / (len(hours) - 1)
    return flux, np.trapezoid(flux, dx=3.6 * step, axis=-1)


# %% wrong="rectangles" says="by the trapezoidal rule"
def sediment_flux(load, discharge, hours):
    flux, _ = reference(load, discharge, hours)
    return flux, np.sum(flux[..., :-1] * np.diff(hours) * 3.6, axis=-1)


# %% wrong="first-axis-is-time" says="without the axis of time"
def sediment_flux(load, discharge, hours):
    flux, _ = reference(load, discharge, hours)
    return flux, np.sum(flux, axis=0) * 3.6
