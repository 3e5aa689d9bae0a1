"""P and S arrivals of small earthquakes near New Zealand's Alpine Fault: the catalogue inside obspy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from eds_datasets.dataset import Dataset, Source, choose_layer

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Arrivals", "load_arrivals"]

_CATALOGUE = "io/nordic/tests/data/select.out"
_COLUMNS = ["event", "station", "origin_time", "distance", "p_time", "s_time"]
_KM_PER_DEGREE = (
    111.19492664455873  # a sphere of 6371 km, with which obspy turned the file's kilometres into degrees
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Arrivals(Dataset):
    """The arrivals.

    Attributes
    ----------
    table : DataFrame
        One row for each event and station with a P or an S pick, in the order of the catalogue:

        - ``event``: number of the event in the catalogue, from 0;
        - ``station``: code of the station;
        - ``origin_time``: when the event began, UTC, to 0.1 s;
        - ``distance``: from epicentre to station, km, in whole kilometres as the catalogue gives it;
        - ``p_time``, ``s_time``: when the phase arrived, s after `origin_time`; NaN where it was not picked.
    """

    table: pd.DataFrame


def load_arrivals(source: Source = "auto") -> Arrivals:
    """Load the picks of the catalogue that comes inside obspy.

    The catalogue lists 50 solutions of 2013 with 708 picks: 230 of P, 213 of S, and 265 of amplitudes,
    which are left out. Some earthquakes were located twice, in solutions less than 2 s apart, and count as
    two events here.

    Parameters
    ----------
    source : {"auto", "packaged"}
        Both mean the copy in obspy.

    Returns
    -------
    Arrivals
        330 rows, of which 113 have both phases.

    Raises
    ------
    UsageError
        Another source.

    Notes
    -----
    In a Wadati diagram, S − P grows with the P travel time by Vp/Vs − 1. In these data the ratio of the two
    has a median of 0.65, and a free line a slope of 0.54 with an intercept of 0.27 s: the origin times are
    not exact.
    """
    return choose_layer("arrivals", source, {"packaged": _packaged})


def _packaged() -> Arrivals:
    import pandas as pd
    from obspy import read_events

    with resources.as_file(resources.files("obspy").joinpath(_CATALOGUE)) as path:
        catalogue = read_events(str(path), format="NORDIC")
    rows = [row for number, event in enumerate(catalogue) for row in _event_rows(number, event)]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    table["origin_time"] = pd.to_datetime(table["origin_time"], utc=True)
    return Arrivals(
        name="arrivals",
        source="packaged",
        licence="LGPL-3.0-only",
        citation="Deep Fault Drilling Project, Victoria University of Wellington, in the test data of ObsPy, "
        "Beyreuther et al. (2010), doi:10.1785/gssrl.81.3.530",
        units={
            "event": "-",
            "station": "-",
            "origin_time": "UTC",
            "distance": "km",
            "p_time": "s",
            "s_time": "s",
        },
        table=table,
    )


def _event_rows(number: int, event: Any) -> list[dict[str, Any]]:
    """Return one row for each station of an event, in the order of its first pick."""
    origin = event.origins[0]
    distances = {arrival.pick_id: arrival.distance for arrival in origin.arrivals}
    rows: dict[str, dict[str, Any]] = {}
    for pick in event.picks:
        if pick.phase_hint not in ("P", "S"):
            continue
        station = pick.waveform_id.station_code
        row = rows.setdefault(station, _new_row(number, station, origin.time.datetime))
        row[f"{pick.phase_hint.lower()}_time"] = pick.time - origin.time
        degrees = distances.get(pick.resource_id)
        if degrees is not None:
            row["distance"] = float(round(degrees * _KM_PER_DEGREE))
    return list(rows.values())


def _new_row(number: int, station: str, origin_time: Any) -> dict[str, Any]:
    unknown = dict.fromkeys(("distance", "p_time", "s_time"), math.nan)
    return {"event": number, "station": station, "origin_time": origin_time, **unknown}
