"""Pictures of the data sets, real beside simulated, as the cards show them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eds_datasets.dataset import Dataset
from eds_datasets.views import VIEWS, View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_picture"]

_TITLES = {"packaged": "real", "download": "real", "simulated": "simulated"}
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
    columns = {heading: VIEWS[name](dataset) for heading, dataset in data.items()}
    n_rows = max(len(views) for views in columns.values())
    size = (_PANEL[0] * len(columns), _PANEL[1] * n_rows)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(n_rows, len(columns), squeeze=False)
    for column, (heading, views) in enumerate(columns.items()):
        for row in range(n_rows):
            ax = axes[row, column]
            if row < len(views):
                _draw(ax, views[row])
                ax.set_title(f"{heading}: {views[row].title}", fontsize=10)
            else:
                ax.set_axis_off()
    # no date and no version of the software, so that the same data give the same bytes
    figure.savefig(path, dpi=_DOTS_PER_INCH, metadata={"Software": None})


def _draw(ax: Axes, view: View) -> None:
    if view.image is not None:
        ax.imshow(view.image, cmap="gray")
        ax.set_axis_off()
        return
    if view.kind == "line":
        ax.plot(view.x, view.y, linewidth=0.7)
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
