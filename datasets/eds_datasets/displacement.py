"""How the ground moved at Le Teil: a map from two passes of a radar satellite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eds_datasets import registry
from eds_datasets.dataset import Dataset, Source, choose_layer
from eds_datasets.errors import EdsError
from eds_datasets.fetch import fetch

__all__ = ["Displacement", "load_le_teil_displacement"]

Array = NDArray[np.floating[Any]]

_KEY = "epicentre/displacement_06-11-2019_12-11-2019.tif"
_PIXEL_SCALE, _TIE_POINT = 33550, 33922  # tags of GeoTIFF


@dataclass(frozen=True, kw_only=True, eq=False)
class Displacement(Dataset):
    """Displacement along the line of sight between 6 and 12 November 2019.

    Attributes
    ----------
    displacement : array of float32, shape (n_latitudes, n_longitudes)
        m, as the file gives it; a constant is not determined, so that only differences mean something.
    latitude : array, shape (n_latitudes,)
        Of the pixels' centres, degrees, falling: the first row is the northernmost.
    longitude : array, shape (n_longitudes,)
        Of the pixels' centres, degrees.
    """

    displacement: NDArray[np.float32]
    latitude: Array
    longitude: Array


def load_le_teil_displacement(source: Source = "auto") -> Displacement:
    """Load the map of displacement by radar interferometry (Sentinel-1).

    Parameters
    ----------
    source : {"auto", "download"}
        There is only a download.

    Returns
    -------
    Displacement
        716 × 1,406 pixels of 15 m × 11 m.

    Raises
    ------
    UsageError
        The file is not here and was not asked for.
    EdsError
        The download failed, or the file does not tell where its pixels are.
    """
    return choose_layer("epicentre", source, {"download": _download}, keys=(_KEY,))


def _download() -> Displacement:
    from PIL import Image

    known = registry.entry(_KEY)
    with Image.open(fetch(_KEY)) as image:
        values = np.array(image, dtype=np.float32)
        tags: Any = getattr(image, "tag_v2", {})
        if _PIXEL_SCALE not in tags or _TIE_POINT not in tags:
            raise EdsError(f"{_KEY} does not tell where its pixels are: expected the tags of a GeoTIFF")
        width, height = tags[_PIXEL_SCALE][:2]
        column, row, _, west, north = tags[_TIE_POINT][:5]
    return Displacement(
        name="epicentre",
        source="download",
        licence=known.licence,
        citation=known.citation,
        units={"displacement": "m", "latitude": "degrees", "longitude": "degrees"},
        displacement=values,
        latitude=north - (np.arange(values.shape[0]) - row + 0.5) * height,
        longitude=west + (np.arange(values.shape[1]) - column + 0.5) * width,
    )
