"""Data for the course: where each number comes from, loaders and simulators with one set of manners.

The names below are imported when they are first used, so that ``import eds_datasets`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eds_datasets.arrivals import Arrivals, load_arrivals
    from eds_datasets.challenge import HeldOut, make_challenge
    from eds_datasets.digits import Digits, load_digits
    from eds_datasets.displacement import Displacement, load_le_teil_displacement
    from eds_datasets.epicentre import LeTeil, epicentral_distance, load_le_teil, simulate_le_teil
    from eds_datasets.iris import Iris, load_iris
    from eds_datasets.lidar import Lidar, load_lidar, simulate_lidar
    from eds_datasets.neighbourhoods import normalized_eigenvalues
    from eds_datasets.phasenet import PhaseNet, PhaseNetWeights, load_phasenet_weights, standardize
    from eds_datasets.spot import SpotRecords, load_spot_records, simulate_spot_records
    from eds_datasets.turbidity import Turbidity, load_turbidity, simulate_turbidity
    from eds_datasets.volcano import VolcanoRecords, load_volcano, simulate_volcano
    from eds_datasets.waveforms import Waveforms, load_waveforms, simulate_waveforms

__all__ = [
    "Arrivals",
    "Digits",
    "Displacement",
    "HeldOut",
    "Iris",
    "LeTeil",
    "Lidar",
    "PhaseNet",
    "PhaseNetWeights",
    "SpotRecords",
    "Turbidity",
    "VolcanoRecords",
    "Waveforms",
    "epicentral_distance",
    "load_arrivals",
    "load_digits",
    "load_iris",
    "load_le_teil",
    "load_le_teil_displacement",
    "load_lidar",
    "load_phasenet_weights",
    "load_spot_records",
    "load_turbidity",
    "load_volcano",
    "load_waveforms",
    "make_challenge",
    "normalized_eigenvalues",
    "simulate_le_teil",
    "simulate_lidar",
    "simulate_spot_records",
    "simulate_turbidity",
    "simulate_volcano",
    "simulate_waveforms",
    "standardize",
]

_MODULES = {
    "Arrivals": "arrivals",
    "Digits": "digits",
    "Displacement": "displacement",
    "HeldOut": "challenge",
    "Iris": "iris",
    "LeTeil": "epicentre",
    "Lidar": "lidar",
    "PhaseNet": "phasenet",
    "PhaseNetWeights": "phasenet",
    "SpotRecords": "spot",
    "Turbidity": "turbidity",
    "VolcanoRecords": "volcano",
    "Waveforms": "waveforms",
    "epicentral_distance": "epicentre",
    "load_arrivals": "arrivals",
    "load_digits": "digits",
    "load_iris": "iris",
    "load_le_teil": "epicentre",
    "load_le_teil_displacement": "displacement",
    "load_lidar": "lidar",
    "load_phasenet_weights": "phasenet",
    "load_spot_records": "spot",
    "load_turbidity": "turbidity",
    "load_volcano": "volcano",
    "load_waveforms": "waveforms",
    "make_challenge": "challenge",
    "normalized_eigenvalues": "neighbourhoods",
    "simulate_le_teil": "epicentre",
    "simulate_lidar": "lidar",
    "simulate_spot_records": "spot",
    "simulate_turbidity": "turbidity",
    "simulate_volcano": "volcano",
    "simulate_waveforms": "waveforms",
    "standardize": "phasenet",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first used (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
