"""Templates: everything that comes from people is escaped, and a name that is not there is an error."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eds_leaderboard.clock import for_people, span, stamp, to_the_minute

__all__ = ["STATIC", "StaticFile", "render", "static_files"]

# the only files that are served under /static
STATIC = {
    "board.css": "text/css; charset=utf-8",
    "board.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}

StaticFile = tuple[bytes, str]


@lru_cache(maxsize=1)
def static_files() -> dict[str, StaticFile]:
    """Return the bytes and the type of each static file."""
    folder = resources.files("eds_leaderboard.web") / "static"
    return {name: ((folder / name).read_bytes(), kind) for name, kind in STATIC.items()}


def _static_url(name: str) -> str:
    # a new version has a new address, so that browsers may keep the old one for ever
    return f"/static/{name}?v={hashlib.sha256(static_files()[name][0]).hexdigest()[:12]}"


def _clock(time: datetime) -> str:
    return f"{time:%H:%M:%S}"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("eds_leaderboard.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        for_people=for_people, span=span, stamp=stamp, to_the_minute=to_the_minute, clock=_clock
    )
    environment.globals.update(static=_static_url, written=_written)
    return environment


@lru_cache(maxsize=1024)
def _written(template: str, row: Hashable) -> Markup:
    """Return a line of a table; of a board that changes every second most lines stay as they were."""
    # it is the output of an escaping template
    return Markup(_environment().get_template(template).render(row=row))  # noqa: S704


def render(template: str, **values: Any) -> str:
    """Return a page."""
    return _environment().get_template(template).render(values)
