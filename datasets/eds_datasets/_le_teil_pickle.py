"""Read the Le Teil waveforms out of their pickle without letting the pickle run anything.

A pickle names classes and functions, and calls them. This one is read with a list of the few names that it
needs: numpy's array makers, and for the classes of obspy an empty shell that only keeps what it is given.
Any other name is refused. The file's hash was checked before it comes here.
"""

from __future__ import annotations

import _codecs
import pickle
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eds_datasets.errors import EdsError

__all__ = ["read_le_teil_pickle"]


class _Shell:
    """Stands in for an object of obspy: keeps state and items, does nothing."""

    values: tuple[Any, ...]
    state: dict[str, Any]

    def __new__(cls, *values: Any) -> _Shell:
        # a pickle makes objects without initializing them
        shell = super().__new__(cls)
        shell.values, shell.state = values, {}
        return shell

    def __setstate__(self, state: Any) -> None:
        self.state.update(state)

    def __setitem__(self, key: str, value: Any) -> None:
        self.state[key] = value


def _new_array(kind: type, shape: tuple[int, ...], typecode: bytes) -> NDArray[Any]:
    """Return the empty array that numpy's pickles fill."""
    if kind is not np.ndarray:
        raise EdsError(f"the pickle asks for an array of type {kind.__name__}: refused")
    return np.ndarray.__new__(np.ndarray, shape, typecode.decode())


def _new_scalar(dtype: np.dtype[Any], value: bytes) -> Any:
    return np.frombuffer(value, dtype)[0]


_ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): _new_array,
    ("numpy.core.multiarray", "scalar"): _new_scalar,
    ("_codecs", "encode"): _codecs.encode,
    ("obspy.core.stream", "Stream"): _Shell,
    ("obspy.core.trace", "Trace"): _Shell,
    ("obspy.core.trace", "Stats"): _Shell,
    ("obspy.core.utcdatetime", "UTCDateTime"): _Shell,
    ("obspy.core.util.attribdict", "AttribDict"): _Shell,
    ("obspy.core.inventory.util", "Latitude"): _Shell,
    ("obspy.core.inventory.util", "Longitude"): _Shell,
}


class _Unpickler(pickle.Unpickler):
    """An unpickler that knows no more names than it needs."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what a name of the list stands for, and refuse any other."""
        if (module, name) not in _ALLOWED:
            raise EdsError(f"the pickle asks for {module}.{name}: refused")
        return _ALLOWED[module, name]


def read_le_teil_pickle(path: Path) -> list[dict[str, Any]]:
    """Return the traces of the pickle.

    Parameters
    ----------
    path : Path
        A file whose hash was checked.

    Returns
    -------
    list of dict
        ``station`` (str), ``latitude`` and ``longitude`` in degrees, ``sampling_rate`` in Hz, ``start`` in
        ns since 1970 (int), ``samples`` (array of int, counts).

    Raises
    ------
    EdsError
        The pickle asks for something that it must not have, or does not hold what it should.
    """
    try:
        with path.open("rb") as stream:
            found = _Unpickler(stream).load()
        return [_trace(trace.state) for trace in found.state["traces"]]
    except (pickle.UnpicklingError, AttributeError, KeyError, TypeError, ValueError, EOFError) as error:
        raise EdsError(f"{path.name} does not hold the traces that it should: {error}") from error


def _trace(state: dict[str, Any]) -> dict[str, Any]:
    stats = state["stats"].state
    place = stats["coordinates"].state
    return {
        "station": stats["station"],
        "latitude": _degrees(place["latitude"]),
        "longitude": _degrees(place["longitude"]),
        "sampling_rate": float(stats["sampling_rate"]),
        "start": int(stats["starttime"].state["_UTCDateTime__ns"]),
        "samples": state["data"],
    }


def _degrees(value: _Shell | float) -> float:
    """Return a coordinate: obspy's are numbers with a unit and an uncertainty."""
    return float(value.values[0] if isinstance(value, _Shell) else value)
