"""Data for the course: where each number comes from, loaders and simulators with one set of manners.

The names below are imported when they are first used, so that ``import eds_datasets`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eds_datasets.arrivals import Arrivals, load_arrivals
    from eds_datasets.digits import Digits, load_digits
    from eds_datasets.iris import Iris, load_iris
    from eds_datasets.waveforms import Waveforms, load_waveforms, simulate_waveforms

__all__ = [
    "Arrivals",
    "Digits",
    "Iris",
    "Waveforms",
    "load_arrivals",
    "load_digits",
    "load_iris",
    "load_waveforms",
    "simulate_waveforms",
]

_MODULES = {
    "Arrivals": "arrivals",
    "Digits": "digits",
    "Iris": "iris",
    "Waveforms": "waveforms",
    "load_arrivals": "arrivals",
    "load_digits": "digits",
    "load_iris": "iris",
    "load_waveforms": "waveforms",
    "simulate_waveforms": "waveforms",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first used (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
