"""Read the numbers back from a figure: markers that matplotlib drew into an SVG, in the units of its axes."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np

from eds_datasets.errors import EdsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["stacked_series"]

_GROUP = "{http://www.w3.org/2000/svg}g"
_USE = "{http://www.w3.org/2000/svg}use"


def stacked_series(svg: str) -> tuple[NDArray[np.datetime64], list[Floats]]:
    """Read panels of markers that share one axis of time with a tick at each new year.

    Parameters
    ----------
    svg : str
        A figure by matplotlib. It writes each tick label as a comment, and a position to 1e-6 points.

    Returns
    -------
    time : ndarray of datetime64[s], shape (n_markers,)
        To the minute.
    values : list of ndarray, shape (n_markers,)
        The vertical position of the markers in each panel, from the top.

    Raises
    ------
    EdsError
        The figure has no such panels.
    """
    panels = [group for group in _parse(svg).iter(_GROUP) if group.get("id", "").startswith("axes_")]
    markers = [_markers(panel) for panel in panels]
    years = [tick for panel in panels for tick in _ticks(panel, "xtick_", "x") if tick[0] >= 1000]
    if not panels or len(years) < 2 or len({points.shape for points in markers}) != 1:
        raise EdsError(
            f"the figure is not a stack of panels over years: {len(panels)} panels, {len(years)} years"
        )
    values = [
        _scaled(points[:, 1], _ticks(panel, "ytick_", "y"))
        for panel, points in zip(panels, markers, strict=True)
    ]
    ticks = [(_seconds(int(year)), position) for year, position in years]
    minutes = np.round(_scaled(markers[0][:, 0], ticks) / 60).astype(np.int64)
    return (minutes * 60).astype("datetime64[s]"), values


def _parse(svg: str) -> ElementTree.Element:
    keep_comments = ElementTree.TreeBuilder(insert_comments=True)
    parser = ElementTree.XMLParser(target=keep_comments)  # noqa: S314 - the file's hash matched the registry
    return ElementTree.fromstring(svg, parser=parser)  # noqa: S314 - the file's hash matched the registry


def _markers(panel: ElementTree.Element) -> Floats:
    """Horizontal and vertical position of the markers, which lie in a line of the panel itself."""
    lines = [group for group in panel.findall(_GROUP) if group.get("id", "").startswith("line2d_")]
    uses = [use for line in lines for use in line.iter(_USE)]
    points = [(float(use.get("x", "nan")), float(use.get("y", "nan"))) for use in uses]
    return np.array(points, dtype=np.float64).reshape(-1, 2)


def _ticks(panel: ElementTree.Element, prefix: str, coordinate: str) -> list[tuple[float, float]]:
    """Label and position of the ticks that have a number for a label."""
    found = []
    for group in panel.iter(_GROUP):
        if not group.get("id", "").startswith(prefix):
            continue
        # a comment's tag is the function that makes comments
        text = " ".join(c.text or "" for c in group.iter() if callable(c.tag))
        number = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*", text.replace("\N{MINUS SIGN}", "-"))
        position = next(group.iter(_USE)).get(coordinate)
        if number and position:
            found.append((float(number[1]), float(position)))
    return found


def _scaled(positions: Floats, ticks: list[tuple[float, float]]) -> Floats:
    """Positions in the units of the labels, by a line through the two outermost ticks."""
    (low, start), (high, end) = min(ticks), max(ticks)
    return low + (positions - start) * (high - low) / (end - start)


def _seconds(year: int) -> float:
    return (datetime(year, 1, 1) - datetime(1970, 1, 1)).total_seconds()
