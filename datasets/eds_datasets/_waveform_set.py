"""The set of three-component records: what is known of each, and how to split them without leaking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from eds_datasets.dataset import Dataset
from eds_datasets.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["UNITS", "Seed", "Waveforms"]

Array = NDArray[np.floating[Any]]
Group = Literal["event", "station"]
Seed = int | Sequence[int] | np.random.SeedSequence | np.random.Generator

UNITS = {
    "waveforms": "counts",
    "p_time": "s",
    "s_time": "s",
    "event": "-",
    "station": "-",
    "kind": "-",
    "instrument": "-",
    "distance": "km",
    "azimuth": "degrees",
    "depth": "km",
    "magnitude": "1",
    "snr": "dB",
    "sampling_rate": "Hz",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Waveforms(Dataset):
    """Three-component records with what is known of each.

    Attributes
    ----------
    waveforms : array of float32, shape (n_records, 3, n_samples)
        Ground velocity in counts (an accelerometer's record: acceleration); east, north, up. A component
        that was not recorded is zero.
    p_time, s_time : array, shape (n_records,)
        Onsets of P and S, s from the record's start; NaN where there is none.
    event, station : array of str, shape (n_records,)
        Groups: records of an event, or of a station, resemble each other. Each noise record is an event of
        its own.
    kind : array of str, shape (n_records,)
        ``earthquake``, ``explosion`` or ``noise``.
    instrument : array of str, shape (n_records,)
        ``broadband``, ``short-period`` or ``accelerometer``.
    distance : array, shape (n_records,)
        From the hypocentre, km; NaN where it is not known.
    azimuth : array, shape (n_records,)
        From the epicentre to the station, degrees clockwise from north; NaN where it is not known.
    depth : array, shape (n_records,)
        Of the focus, km; NaN where it is not known.
    magnitude : array, shape (n_records,)
        NaN where it is not known.
    snr : array, shape (n_records,)
        P signal-to-noise ratio, dB: the vertical component's standard deviation in the first second of P,
        or up to S, over that of the five seconds before. NaN without a P.
    sampling_rate : float
        Hz.
    region : str
        Where the records are from.
    stations : DataFrame, optional
        Where the collection tells: ``station``, ``latitude`` and ``longitude`` in degrees, ``elevation`` in
        km.
    events : DataFrame, optional
        Where the collection tells: ``event``, ``origin_time`` in UTC, ``latitude``, ``longitude``,
        ``depth`` in km below sea level, ``magnitude``.
    """

    waveforms: NDArray[np.float32]
    p_time: Array
    s_time: Array
    event: NDArray[np.str_]
    station: NDArray[np.str_]
    kind: NDArray[np.str_]
    instrument: NDArray[np.str_]
    distance: Array
    azimuth: Array
    depth: Array
    magnitude: Array
    snr: Array
    sampling_rate: float
    region: str

    stations: pd.DataFrame | None = None
    events: pd.DataFrame | None = None

    channels: ClassVar[tuple[str, str, str]] = ("E", "N", "Z")

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.waveforms)

    @property
    def time(self) -> Array:
        """Time of each sample, s from the record's start, shape (n_samples,)."""
        return np.arange(self.waveforms.shape[-1]) / self.sampling_rate

    @property
    def s_minus_p(self) -> Array:
        """Time from P to S, s, shape (n_records,)."""
        return np.asarray(self.s_time - self.p_time)

    def take(self, index: NDArray[Any] | slice | list[int]) -> Waveforms:
        """Return the records of an index or a mask.

        Parameters
        ----------
        index : array of int or bool, list or slice
            Whatever selects along the first axis of an array.
        """
        columns = {
            field.name: getattr(self, field.name)[index]
            for field in fields(self)
            if isinstance(getattr(self, field.name), np.ndarray)
        }
        return replace(self, **columns)

    def split(
        self, test_fraction: float = 0.25, *, by: Group = "event", seed: Seed = 0
    ) -> tuple[Waveforms, Waveforms]:
        """Split into two sets that share no event, or no station.

        Parameters
        ----------
        test_fraction : float
            Of the records, between 0 and 1. Whole groups move, so that the fraction is only met nearly.
        by : {"event", "station"}
            The group that stays together.
        seed : int, SeedSequence or Generator
            Of the order in which groups are drawn into the test set.

        Returns
        -------
        tuple of Waveforms
            Training and test set, records in their order here.

        Raises
        ------
        UsageError
            The fraction is out of bounds, or there are fewer than two groups.
        """
        if by not in ("event", "station"):
            raise UsageError(f"cannot split by {by!r}: expected 'event' or 'station'")
        if not 0.0 < test_fraction < 1.0:
            raise UsageError(f"test_fraction is {test_fraction}: expected a number between 0 and 1")
        names, group, sizes = np.unique(getattr(self, by), return_inverse=True, return_counts=True)
        if names.size < 2:
            raise UsageError(f"cannot split by {by}: there is only {names.size} {by}, expected two or more")
        order = np.random.default_rng(seed).permutation(names.size)
        before = np.cumsum(sizes[order]) - sizes[order]
        drawn = order[before < test_fraction * len(self)][: names.size - 1]
        is_test = np.isin(group, drawn)
        return self.take(~is_test), self.take(is_test)
