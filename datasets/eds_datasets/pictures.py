"""Pictures of the data sets, real beside simulated, as the cards show them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eds_datasets.dataset import Dataset
from eds_datasets.views import VIEWS, View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_picture"]

_PANEL = (4.4, 2.9)  # inches
_DOTS_PER_INCH = 110


def draw_picture(path: Path, data: Mapping[str, Dataset]) -> None:
    """Draw every view of a data set, one column for each layer; a single layer makes a row.

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
    # columns side by side compare; a single one would leave half of the page empty
    rows = list(zip_longest(*panels)) if len(panels) > 1 else panels
    figure = Figure(figsize=(_PANEL[0] * len(rows[0]), _PANEL[1] * len(rows)), layout="constrained")
    axes = figure.subplots(len(rows), len(rows[0]), squeeze=False)
    for ax, panel in zip(axes.ravel(), chain.from_iterable(rows), strict=True):
        if panel is None:
            ax.set_axis_off()
            continue
        heading, view = panel
        _draw(ax, view)
        ax.set_title(f"{heading}: {view.title}", fontsize=10)
    # no date and no version of the software, so that the same data give the same bytes
    figure.savefig(path, dpi=_DOTS_PER_INCH, metadata={"Software": None})


def _draw(ax: Axes, view: View) -> None:
    if view.image is not None:
        ax.imshow(view.image, cmap="gray")
        ax.set_axis_off()
        return
    if view.kind == "line":
        ax.plot(view.x, view.y, linewidth=0.7)
        for name, place in view.marks.items():
            ax.axvline(place, color="black", linewidth=0.8, linestyle=":")
            ax.text(place, 1.0, name, transform=ax.get_xaxis_transform(), fontsize=8, va="top")
    else:
        _draw_points(ax, view)
    if "x" in view.log:
        ax.set_xscale("log")
    if "y" in view.log:
        ax.set_yscale("log")
    ax.set_xlabel(view.x_label, fontsize=9)
    ax.set_ylabel(view.y_label, fontsize=9)
    ax.tick_params(labelsize=8)


def _draw_points(ax: Axes, view: View) -> None:
    style: dict[str, Any] = {"s": 9 if view.x.size < 2000 else 2, "linewidths": 0}
    if view.classes is None:
        ax.scatter(view.x, view.y, **style)
        return
    for name in dict.fromkeys(view.classes.tolist()):
        mine = np.asarray(view.classes == name)
        ax.scatter(view.x[mine], view.y[mine], label=str(name), **style)
    ax.legend(fontsize=8, markerscale=1.5)
