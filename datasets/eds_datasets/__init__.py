"""Data for the course: where each number comes from, loaders and simulators with one set of manners.

The names below are imported when they are first used, so that ``import eds_datasets`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eds_datasets.arrivals import Arrivals, load_arrivals
    from eds_datasets.digits import Digits, load_digits
    from eds_datasets.displacement import Displacement, load_le_teil_displacement
    from eds_datasets.epicentre import LeTeil, load_le_teil, simulate_le_teil
    from eds_datasets.iris import Iris, load_iris
    from eds_datasets.phasenet import PhaseNet, load_phasenet_weights
    from eds_datasets.spot import SpotRecords, load_spot_records, simulate_spot_records
    from eds_datasets.waveforms import Waveforms, load_waveforms, simulate_waveforms

__all__ = [
    "Arrivals",
    "Digits",
    "Displacement",
    "Iris",
    "LeTeil",
    "PhaseNet",
    "SpotRecords",
    "Waveforms",
    "load_arrivals",
    "load_digits",
    "load_iris",
    "load_le_teil",
    "load_le_teil_displacement",
    "load_phasenet_weights",
    "load_spot_records",
    "load_waveforms",
    "simulate_le_teil",
    "simulate_spot_records",
    "simulate_waveforms",
]

_MODULES = {
    "Arrivals": "arrivals",
    "Digits": "digits",
    "Displacement": "displacement",
    "Iris": "iris",
    "LeTeil": "epicentre",
    "PhaseNet": "phasenet",
    "SpotRecords": "spot",
    "Waveforms": "waveforms",
    "load_arrivals": "arrivals",
    "load_digits": "digits",
    "load_iris": "iris",
    "load_le_teil": "epicentre",
    "load_le_teil_displacement": "displacement",
    "load_phasenet_weights": "phasenet",
    "load_spot_records": "spot",
    "load_waveforms": "waveforms",
    "simulate_le_teil": "epicentre",
    "simulate_spot_records": "spot",
    "simulate_waveforms": "waveforms",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first used (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
