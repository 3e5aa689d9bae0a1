"""The shape of a point cloud around a point: eigenvalues of the covariance of its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from eds_datasets.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["normalized_eigenvalues"]

_PAIRS_AT_ONCE = 4_000_000  # about 100 MB
_PROBES = 200
_FEWEST = 3


def normalized_eigenvalues(
    cloud: NDArray[np.floating[Any]], core: NDArray[np.floating[Any]], diameter: float
) -> NDArray[np.float64]:
    """Describe how the neighbourhood of each core point extends in space.

    Three equal values are a ball, two a sheet, one a line (Brodu and Lague, 2012, ISPRS Journal of
    Photogrammetry and Remote Sensing 68, doi:10.1016/j.isprsjprs.2012.01.006).

    Parameters
    ----------
    cloud : array, shape (n_points, 3)
        All points, m.
    core : array, shape (n_core, 3)
        The points to describe, m; they may be points of the cloud or not.
    diameter : float
        Of the ball around each core point, m. Points on its surface are inside.

    Returns
    -------
    array, shape (n_core, 3)
        Eigenvalues of the covariance in descending order, divided by their sum. NaN where fewer than three
        points are inside, or all in one place.

    Raises
    ------
    UsageError
        An array has another shape, or the diameter is not positive.

    Notes
    -----
    All pairs of core point and neighbour form a sparse matrix; its product with the moments of the cloud
    gives the sums of every neighbourhood at once.
    """
    from scipy.spatial import cKDTree

    for name, points in (("cloud", cloud), ("core", core)):
        if points.ndim != 2 or points.shape[1] != 3:
            raise UsageError(f"{name} has shape {points.shape}: expected (n, 3)")
    if not diameter > 0:
        raise UsageError(f"the diameter is {diameter} m: expected a positive number")
    if len(core) == 0:
        return np.empty((0, 3))
    # near the origin, squares of coordinates keep their digits
    middle = cloud.mean(axis=0, dtype=np.float64)
    tree = cKDTree(cloud - middle)
    moments = _moments(tree.data)
    eigenvalues = np.empty((len(core), 3))
    for chosen in _batches(tree, core - middle, diameter / 2):
        inside = cKDTree(core[chosen] - middle).sparse_distance_matrix(
            tree, diameter / 2, output_type="coo_matrix"
        )
        inside.data[:] = 1.0
        eigenvalues[chosen] = _eigenvalues(inside.tocsr() @ moments)
    return eigenvalues


def _moments(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1, x, y, z, xx, xy, xz, yy, yz, zz of each point, shape (n, 10)."""
    x, y, z = points.T
    return np.column_stack([np.ones(len(points)), points, x * x, x * y, x * z, y * y, y * z, z * z])


def _batches(tree: Any, core: NDArray[np.float64], radius: float) -> Iterator[NDArray[np.int64]]:
    """Yield core points that lie together, so many that their pairs fit into memory."""
    from scipy.spatial import cKDTree

    probes = core[:: max(1, len(core) // _PROBES)]
    per_point = float(np.mean(tree.query_ball_point(probes, radius, return_length=True)))
    size = max(1, int(_PAIRS_AT_ONCE / max(per_point, 1.0)))
    order = cKDTree(core).indices
    for first in range(0, len(order), size):
        yield order[first : first + size]


def _eigenvalues(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn the sums of the moments of each neighbourhood into normalised eigenvalues."""
    n_points = sums[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        means = sums / n_points[:, None]
        centre = means[:, 1:4]
        second = means[:, [4, 5, 6, 5, 7, 8, 6, 8, 9]].reshape(-1, 3, 3)
        covariance = second - centre[:, :, None] * centre[:, None, :]
        enough = (n_points >= _FEWEST) & np.isfinite(covariance).all(axis=(1, 2))
        values = np.full((len(sums), 3), np.nan)
        values[enough] = np.linalg.eigvalsh(covariance[enough])[:, ::-1].clip(min=0.0)
        total = values.sum(axis=1, keepdims=True)
        return np.where(total > 0, values / total, np.nan)
