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

__all__ = ["Arrivals", "Digits", "Iris", "load_arrivals", "load_digits", "load_iris"]

_MODULES = {
    "Arrivals": "arrivals",
    "Digits": "digits",
    "Iris": "iris",
    "load_arrivals": "arrivals",
    "load_digits": "digits",
    "load_iris": "iris",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first used (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
