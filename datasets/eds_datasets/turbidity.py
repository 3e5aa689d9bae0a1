"""Turbidity and suspended load of the Capesterre river, Guadeloupe: 116 real samples, and a river like it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eds_datasets import fetch, registry
from eds_datasets._river import STEP_MINUTES, STEPS_PER_DAY, River, flow
from eds_datasets._svg_markers import stacked_series
from eds_datasets._turbidity_probe import MISSING_CODES, Probe, flasks, read_out
from eds_datasets.dataset import SIMULATED_LICENCE, Dataset, Layer, Source, choose_layer
from eds_datasets.errors import EdsError, UsageError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "MISSING_CODES",
    "Probe",
    "River",
    "Turbidity",
    "load_turbidity",
    "read_logger",
    "simulate_turbidity",
    "write_logger",
]

_NOTEBOOK = "turbidity/2_calibration.ipynb"
_LABORATORY = "turbidity/CE_DIG_OBSERA_RIVERS_2019-09-26.csv"
_FIGURE_CELL = 20
_START = np.datetime64("2012-05-18T08:30", "s")
_YEARS = 7.187
_STORM_GAP_HOURS = 12
_UNITS = {"time": "as logged", "level": "cm", "turbidity": "NTU", "load": "mg/L", "storm": "-"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Turbidity(Dataset):
    """Samples for the calibration of a turbidity probe, and what they were made from.

    Attributes
    ----------
    samples : DataFrame
        One row per calibration sample in order of ``time`` (the index): ``level`` in cm, ``turbidity`` in
        NTU, ``load`` in mg/L, and ``storm``, the number of the flood that the sample belongs to: samples of
        one storm are not independent of each other.
    flasks : DataFrame
        Every flask that the laboratory weighed, in order of ``time`` (the index): ``load`` in mg/L.
    series : DataFrame or None
        The logger's own record every 5 minutes (index ``time``): ``level`` and ``turbidity`` with the codes
        -30000.0, NaN and 1e+10 for a missing value. None for a download: the real record was never published.
    """

    samples: pd.DataFrame
    flasks: pd.DataFrame
    series: pd.DataFrame | None


def load_turbidity(source: Source = "auto", *, seed: int = 0) -> Turbidity:
    """Load samples of turbidity against suspended load.

    Parameters
    ----------
    source : {"auto", "download", "simulated"}
        ``download`` are the 116 real samples, read back from the markers of a published figure, and the 340
        loads of the laboratory. ``auto`` takes them where they are already here, and simulates otherwise.
    seed : int
        Seed of the simulation.

    Returns
    -------
    Turbidity

    Raises
    ------
    UsageError
        There is no such source.
    EdsError
        The download failed.

    Notes
    -----
    Faults of the real samples that one should find: the first flask of a flood holds 1437 mg/L at 42 NTU, and
    a fouled probe shows 150 NTU at 30 to 43 mg/L in June 2015.
    """
    layers: dict[Layer, Any] = {"download": _download, "simulated": lambda: simulate_turbidity(seed)}
    answer: Turbidity = choose_layer("turbidity", source, layers, keys=(_NOTEBOOK, _LABORATORY))
    return answer


def _download() -> Turbidity:
    known = registry.entry(_LABORATORY)
    return Turbidity(
        name="turbidity",
        source="download",
        licence=known.licence,
        citation=known.citation,
        units=_UNITS,
        samples=_read_figure(fetch.fetch(_NOTEBOOK)),
        flasks=_read_laboratory(fetch.fetch(_LABORATORY)),
        series=None,
    )


def _read_figure(path: Path) -> pd.DataFrame:
    """Read the samples from the figure that the notebook stored: three panels of markers over time."""
    import pandas as pd

    cell = json.loads(path.read_text(encoding="utf-8"))["cells"][_FIGURE_CELL]
    images = [output["data"]["image/svg+xml"] for output in cell["outputs"] if "data" in output]
    if not images:
        raise EdsError(
            f"{path} has no figure in cell {_FIGURE_CELL}: expected an output of type image/svg+xml"
        )
    time, (level, turbidity, load) = stacked_series("".join(images[0]))
    # a position in the figure is good to 1e-5 in these units
    columns = {"level": level.round(4), "turbidity": turbidity.round(4), "load": load.round(3)}
    samples = pd.DataFrame(columns, index=pd.DatetimeIndex(time, name="time"))
    new_storm = np.diff(time, prepend=time[0]) > np.timedelta64(_STORM_GAP_HOURS, "h")
    return samples.assign(storm=np.cumsum(new_storm))


def _read_laboratory(path: Path) -> pd.DataFrame:
    import pandas as pd

    table = pd.read_csv(path, sep=";", usecols=["Date", "Hour", "Suspended Load"]).dropna()
    time = pd.to_datetime(table["Date"] + " " + table["Hour"], format="mixed").to_numpy("datetime64[s]")
    loads = pd.DataFrame(
        {"load": table["Suspended Load"].to_numpy()}, index=pd.DatetimeIndex(time, name="time")
    )
    return loads.sort_index(kind="stable")


def simulate_turbidity(
    seed: int | np.random.Generator,
    *,
    n_storms: int = 13,
    years: float = _YEARS,
    river: River | None = None,
    probe: Probe | None = None,
) -> Turbidity:
    """Simulate a small river, the probe in it and the flasks that calibrate the probe.

    Rain (Neyman-Scott pulses; Rodriguez-Iturbe et al., 1987) fills three linear reservoirs, Manning's law
    turns their discharge into a level, and entrainment against settling (Roque-Bernard et al., 2023,
    doi:10.5194/esurf-11-363-2023) turns the level into a load that lags behind it. The probe sees the
    surface of the grains, so its sensitivity falls as the grains grow coarser with the level and changes
    from flood to flood; it fouls, spikes, saturates at 500 NTU and fails. See `River` and `Probe` for every
    parameter.

    Parameters
    ----------
    seed : int or numpy.random.Generator
        Source of chance: the same integer gives the same numbers.
    n_storms : int
        Number of floods to sample, if the record has as many.
    years : float
        Length of the record; it begins on 18 May 2012.
    river : River, optional
        Parameters of the catchment.
    probe : Probe, optional
        Parameters of the instruments.

    Returns
    -------
    Turbidity
        ``samples`` are the flasks with level and turbidity interpolated to their minute from the two readings
        around it, both of which exist.

    Raises
    ------
    UsageError
        A record shorter than a day, or no storm to sample.
    """
    if years * 365.25 < 1 or n_storms < 1:
        raise UsageError(
            f"nothing to simulate: {years:g} years and {n_storms} storms, expected a day and one storm"
        )
    rng = np.random.default_rng(seed)
    probe = probe or Probe()
    truth = flow(int(years * 365.25 * STEPS_PER_DAY), river or River(), rng)
    level, turbidity, logged = read_out(truth, probe, rng)
    taken = flasks(truth, logged & _present(level) & _present(turbidity), n_storms, probe, rng)
    samples = _sampled(taken.minute, level=level, turbidity=turbidity).assign(
        load=taken.load, storm=taken.storm
    )
    return Turbidity(
        name="turbidity",
        source="simulated",
        licence=SIMULATED_LICENCE,
        citation="simulated after Roque-Bernard et al. (2023), doi:10.5194/esurf-11-363-2023",
        units=_UNITS,
        samples=samples,
        flasks=samples[["load"]].copy(),
        series=_series(level, turbidity, logged),
    )


def _present(values: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell measurements from missing codes, NaN among them."""
    return np.asarray((values > MISSING_CODES[0]) & (values < MISSING_CODES[2]))


def _sampled(minute: Any, **columns: Any) -> pd.DataFrame:
    import pandas as pd

    first, weight = minute // STEP_MINUTES, (minute % STEP_MINUTES) / STEP_MINUTES
    between = {
        name: values[first] * (1 - weight) + values[first + 1] * weight for name, values in columns.items()
    }
    time = pd.DatetimeIndex(_START + minute.astype("timedelta64[m]"), name="time")
    return pd.DataFrame(between, index=time)


def _series(level: Any, turbidity: Any, logged: Any) -> pd.DataFrame:
    import pandas as pd

    minutes = STEP_MINUTES * np.flatnonzero(logged)
    time = pd.DatetimeIndex(_START + minutes.astype("timedelta64[m]"), name="time")
    values = {"level": level[logged].round(3), "turbidity": turbidity[logged].round(6)}
    return pd.DataFrame(values, index=time)


def write_logger(series: pd.DataFrame, path: Path) -> None:
    """Write a series as the logger does: comments after ``#``, and its codes for missing values.

    Parameters
    ----------
    series : DataFrame
        `Turbidity.series` or a part of it.
    path : Path
        File to write; its columns are ``datetime,level,turbidity``.
    """
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write("# level in cm, turbidity in NTU, every 5 minutes\n")
        stream.write("# missing: -30000.0 (no signal), NAN (no answer), 1e+10 (overflow)\n")
        series.to_csv(stream, index_label="datetime", na_rep="NAN", lineterminator="\n")


def read_logger(path: Path) -> pd.DataFrame:
    """Read what `write_logger` wrote, or a logger of the same kind, with NaN for every missing value.

    Parameters
    ----------
    path : Path
        A file with the columns ``datetime``, ``level`` in cm and ``turbidity`` in NTU.

    Returns
    -------
    DataFrame
        Columns ``level`` and ``turbidity``, index ``time``.

    Raises
    ------
    EdsError
        The file has other columns.
    """
    import pandas as pd

    table = pd.read_csv(path, comment="#", na_values=["NAN"])
    expected = ["datetime", "level", "turbidity"]
    if not set(expected) <= set(table.columns):
        raise EdsError(
            f"{path} is no logger file: expected {', '.join(expected)}; got {', '.join(table.columns)}"
        )
    values = table[["level", "turbidity"]].astype(np.float64)
    time = pd.DatetimeIndex(pd.to_datetime(table["datetime"]), name="time")
    return values.where(_present(values.to_numpy())).set_index(time)
