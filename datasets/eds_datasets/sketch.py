"""Draw a view on a terminal: two by four dots to a character, in Braille patterns (Unicode block U+2800)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eds_datasets.views import View

__all__ = ["sketch"]

_BRAILLE = 0x2800
# bit of the dot in row r and column c of a cell: numbered down the left column first, the last row later
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
_SHADES = " ░▒▓█"
_MARKS = "ox+#*^"


def sketch(view: View, width: int = 64, height: int = 14) -> str:
    """Draw a view in characters.

    Parameters
    ----------
    view : View
        What to draw; classes of points become different letters.
    width, height : int
        Size of the drawing in characters, without its labels.

    Returns
    -------
    str
        Lines with the title, the drawing, and the range of both axes.
    """
    if view.image is not None:
        return "\n".join([view.title, *_shaded(view.image, width)])
    kept = np.isfinite(view.x) & np.isfinite(view.y)
    for axis, values in (("x", view.x), ("y", view.y)):
        if axis in view.log:
            kept &= values > 0
    x, y = view.x[kept], view.y[kept]
    if x.size == 0:
        return f"{view.title}\n(no values)"
    horizontal = _scaled(x, "x" in view.log)
    vertical = _scaled(y, "y" in view.log)
    if view.classes is not None:
        lines, legend = _lettered(horizontal, vertical, view.classes[kept], width, height)
    else:
        lines, legend = _dotted(horizontal, vertical, view.kind == "line", width, height), ""
    return "\n".join(
        [
            view.title + (f"   {legend}" if legend else ""),
            *_marked(view, x, width),
            *(f"│{line}" for line in lines),
            "└" + "─" * width,
            f" across: {view.x_label}, {x.min():.4g} to {x.max():.4g};"
            f" upwards: {view.y_label}, {y.min():.4g} to {y.max():.4g}",
        ]
    )


def _scaled(values: NDArray[Any], logarithmic: bool) -> NDArray[np.float64]:
    """Map values onto 0 to 1."""
    values = np.log(values) if logarithmic else np.asarray(values, dtype=float)
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.full(values.shape, 0.5)


def _marked(view: View, x: NDArray[Any], width: int) -> list[str]:
    """Return a line above the drawing with the first letter of each mark at its place."""
    if not view.marks:
        return []
    places = np.array(list(view.marks.values()))
    columns = np.round((places - x.min()) / max(x.max() - x.min(), 1e-12) * (width - 1)).astype(int)
    line = [" "] * (width + 1)
    for name, column in zip(view.marks, columns.clip(0, width - 1), strict=True):
        line[column + 1] = name[0]
    return ["".join(line)]


def _dotted(
    horizontal: NDArray[np.float64], vertical: NDArray[np.float64], joined: bool, width: int, height: int
) -> list[str]:
    dots = np.zeros((4 * height, 2 * width), dtype=bool)
    columns = np.round(horizontal * (dots.shape[1] - 1)).astype(int)
    rows = np.round((1 - vertical) * (dots.shape[0] - 1)).astype(int)
    dots[rows, columns] = True
    if joined:
        _join(dots, rows, columns)
    cells = dots.reshape(height, 4, width, 2)
    codes = _BRAILLE + np.einsum("irjc,rc->ij", cells.astype(int), _BITS)
    return ["".join(map(chr, line)) for line in codes]


def _join(dots: NDArray[np.bool_], rows: NDArray[Any], columns: NDArray[Any]) -> None:
    """Fill each column between the lowest and the highest dot of its stretch of the line."""
    for start, stop, column in zip(rows[:-1], rows[1:], columns[1:], strict=True):
        dots[min(start, stop) : max(start, stop) + 1, column] = True


def _lettered(
    horizontal: NDArray[np.float64],
    vertical: NDArray[np.float64],
    classes: NDArray[Any],
    width: int,
    height: int,
) -> tuple[list[str], str]:
    names = list(dict.fromkeys(classes.tolist()))
    canvas = np.full((height, width), " ")
    marks = [_MARKS[number % len(_MARKS)] for number in range(len(names))]
    for name, mark in zip(names, marks, strict=True):
        mine = classes == name
        rows = np.round((1 - vertical[mine]) * (height - 1)).astype(int)
        canvas[rows, np.round(horizontal[mine] * (width - 1)).astype(int)] = mark
    legend = ", ".join(f"{mark} {name}" for name, mark in zip(names, marks, strict=True))
    return ["".join(line) for line in canvas], legend


def _shaded(image: NDArray[Any], width: int) -> list[str]:
    """Draw grey values as shades; a character is about twice as high as it is wide."""
    step = max(1, -(-image.shape[1] // (2 * width)))
    n_rows, n_columns = (size // (step * k) for size, k in zip(image.shape, (2, 1), strict=True))
    blocks = image[: n_rows * 2 * step, : n_columns * step].reshape(n_rows, 2 * step, n_columns, step)
    means = blocks.mean(axis=(1, 3))
    top = max(float(means.max()), 1e-12)
    shades = np.minimum((means / top * len(_SHADES)).astype(int), len(_SHADES) - 1)
    return ["".join(_SHADES[shade] for shade in line).rstrip() for line in shades]
