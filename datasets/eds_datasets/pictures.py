"""Pictures of the data sets, real beside simulated, as the cards show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eds_datasets.dataset import Dataset
from eds_datasets.views import VIEWS, View

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

__all__ = ["draw_picture"]

Panel = tuple[str, View]

_PANEL = (4.4, 2.9)  # inches
_DOTS_PER_INCH = 110


def draw_picture(path: Path, data: Mapping[str, Dataset]) -> None:
    """Draw every view of a data set, one column for each layer.

    Parameters
    ----------
    path : Path
        The PNG file to write.
    data : mapping of str to Dataset
        The data by the heading of their column, all of one data set.
    """
    from matplotlib.figure import Figure

    name = next(iter(data.values())).name
    columns = [(heading, VIEWS[name](dataset)) for heading, dataset in data.items()]
    panels = [[(heading, view) for view in views] for heading, views in columns]
    rows = _rows(panels)
    figure = Figure(figsize=(_PANEL[0] * len(rows[0]), _PANEL[1] * len(rows)), layout="constrained")
    axes = figure.subplots(len(rows), len(rows[0]), squeeze=False)
    colours: dict[str, str] = {}
    for ax, panel in zip(axes.ravel(), chain.from_iterable(rows), strict=True):
        if panel is None:
            ax.set_axis_off()
            continue
        heading, view = panel
        _draw(ax, view, colours)
        ax.set_title(f"{heading}: {view.title}", fontsize=10)
    # no date and no version of the software, so that the same data give the same bytes
    figure.savefig(path, dpi=_DOTS_PER_INCH, metadata={"Software": None})


def _rows(panels: Sequence[Sequence[Panel]]) -> list[Sequence[Panel | None]]:
    """Put views of one title side by side, and what one layer alone has below, in rows of one width."""
    if len(panels) == 1:
        return list(panels)
    by_title: dict[str, list[Panel]] = {}
    for heading, view in chain.from_iterable(panels):
        by_title.setdefault(view.title, []).append((heading, view))
    rows: list[list[Panel]] = [row for row in by_title.values() if len(row) > 1]
    rest = [row[0] for row in by_title.values() if len(row) == 1]
    width = max(map(len, rows), default=len(panels))
    rows += [rest[first : first + width] for first in range(0, len(rest), width)]
    return [[*row, *[None] * (width - len(row))] for row in rows]


def _draw(ax: Axes, view: View, colours: dict[str, str]) -> None:
    """Draw a view; a class that comes for the first time gets the next colour, and keeps it."""
    if view.image is not None:
        ax.imshow(view.image, cmap="gray")
        ax.set_axis_off()
        return
    if view.kind == "line":
        ax.plot(view.x, view.y, linewidth=0.7)
        _mark(ax, view.marks)
    else:
        _draw_points(ax, view, colours)
    if "x" in view.log:
        ax.set_xscale("log")
        _label_decades(ax.xaxis)
    else:
        ax.locator_params(axis="x", nbins=6)
    if "y" in view.log:
        ax.set_yscale("log")
        _label_decades(ax.yaxis)
    ax.set_xlabel(view.x_label, fontsize=9)
    ax.set_ylabel(view.y_label, fontsize=9)
    ax.tick_params(labelsize=8)


def _mark(ax: Axes, marks: Mapping[str, float]) -> None:
    """Write names beside their places: the first before its line, so that near ones stay apart."""
    for number, (name, place) in enumerate(sorted(marks.items(), key=lambda mark: mark[1])):
        first = number == 0 and len(marks) > 1
        ax.axvline(place, color="black", linewidth=0.8, linestyle=":")
        ax.annotate(
            name,
            (place, 1.0),
            xycoords=ax.get_xaxis_transform(),
            xytext=(-3 if first else 3, -3),
            textcoords="offset points",
            fontsize=8,
            ha="right" if first else "left",
            va="top",
        )


def _label_decades(axis: Axis) -> None:
    """Label 1, 2, 3 and 5 of each decade by plain numbers: some axes span less than one."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _draw_points(ax: Axes, view: View, colours: dict[str, str]) -> None:
    style: dict[str, Any] = {"s": 9 if view.x.size < 2000 else 2, "linewidths": 0}
    if view.classes is None:
        ax.scatter(view.x, view.y, **style)
        return
    for name in dict.fromkeys(view.classes.tolist()):
        mine = np.asarray(view.classes == name)
        colour = colours.setdefault(str(name), f"C{len(colours)}")
        ax.scatter(view.x[mine], view.y[mine], label=str(name), color=colour, **style)
    # beside the axes, where no point can lie under it
    legend = ax.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    for handle in legend.legend_handles:
        handle.set_sizes([20])  # type: ignore[union-attr]
