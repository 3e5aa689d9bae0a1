"""What can stand before a scanner: boxes, cylinders, crowns of leaves, as functions from rays to ranges.

Boxes and cylinders are met where geometry says so. A crown is a turbid medium (Ross, 1981, The Radiation
Regime and Architecture of Plant Stands): the depth that a ray reaches is exponential with the mean free path
of light between leaves. Leaves have a size, so neighbouring rays that meet the same leaf stop at the same
depth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eds_datasets._scanner import Rays

__all__ = ["Box", "Crown", "Cylinder"]

Floats = NDArray[np.floating[Any]]


def _turned(vector: tuple[Any, Any, Any], turn: float) -> tuple[Any, Any, Any]:
    """Components of a vector along axes that are turned around z."""
    x, y, z = vector
    return np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x, z


@dataclass(frozen=True)
class Box:
    """A box that stands on the ground.

    Parameters
    ----------
    centre : ndarray, shape (3,)
        Centre in m.
    size : ndarray, shape (3,)
        Length, width and height in m.
    turn : float
        Angle of its length from the x axis in rad.
    """

    centre: Floats
    size: Floats
    turn: float

    @property
    def radius(self) -> float:
        """Radius of a ball around the centre that holds the whole."""
        return float(np.linalg.norm(self.size) / 2)

    def __call__(self, rays: Rays) -> Floats:
        """Return the range to the nearest face (the slabs of Kay and Kajiya, 1986)."""
        own = _turned(rays.direction, self.turn)
        middle = _turned(tuple(self.centre), self.turn)
        enter, leave = np.full(own[0].shape, -np.inf), np.full(own[0].shape, np.inf)
        for along, at, half in zip(own, middle, self.size / 2, strict=True):
            safe = np.where(np.abs(along) < 1e-9, 1e-9, along)
            near, far = (at - half) / safe, (at + half) / safe
            enter = np.maximum(enter, np.minimum(near, far))
            leave = np.minimum(leave, np.maximum(near, far))
        return np.where((enter < leave) & (enter > 0), enter, np.inf)


@dataclass(frozen=True)
class Cylinder:
    """An upright cylinder: a trunk, a post, a barrel.

    Parameters
    ----------
    centre : ndarray, shape (3,)
        Middle of the axis in m.
    thickness : float
        Diameter in m.
    height : float
        Height in m.
    """

    centre: Floats
    thickness: float
    height: float

    @property
    def radius(self) -> float:
        """Radius of a ball around the centre that holds the whole."""
        return float(np.hypot(self.thickness, self.height) / 2)

    def __call__(self, rays: Rays) -> Floats:
        """Return the range to the side of the cylinder that faces the scanner, or to its lid."""
        x, y, z = rays.direction
        flat = np.maximum(x**2 + y**2, 1e-12)
        towards = (x * self.centre[0] + y * self.centre[1]) / flat
        off = (self.centre[0] ** 2 + self.centre[1] ** 2) / flat - towards**2
        inside = (self.thickness / 2) ** 2 / flat - off
        distance = towards - np.sqrt(np.maximum(inside, 0.0))
        met = (inside > 0) & (np.abs(distance * z - self.centre[2]) < self.height / 2)
        return np.where(met, distance, self._lid(rays))

    def _lid(self, rays: Rays) -> Floats:
        x, y, z = rays.direction
        distance = (self.centre[2] + self.height / 2) / np.where(np.abs(z) < 1e-9, 1e-9, z)
        off = np.hypot(distance * x - self.centre[0], distance * y - self.centre[1])
        return np.where((distance > 0) & (off < self.thickness / 2), distance, np.inf)


@dataclass(frozen=True)
class Crown:
    """Leaves in an ellipsoid.

    Parameters
    ----------
    centre : ndarray, shape (3,)
        Centre in m.
    size : ndarray, shape (3,)
        Length, width and height in m.
    turn : float
        Angle of its length from the x axis in rad.
    free_path : float
        Mean distance in m that light goes between leaves.
    leaf : float
        Width of a leaf in m.
    seed : tuple of int
        Where the leaves are.
    """

    centre: Floats
    size: Floats
    turn: float
    free_path: float
    leaf: float
    seed: tuple[int, ...]

    @property
    def radius(self) -> float:
        """Radius of a ball around the centre that holds the whole."""
        return float(np.max(self.size) / 2)

    def __call__(self, rays: Rays) -> Floats:
        """Return the range to the first leaf."""
        enter, leave = self._chord(rays)
        rng = np.random.default_rng(self.seed)
        distance = float(np.linalg.norm(self.centre))
        nearest = np.full(enter.shape, np.inf)
        # three layers of leaves of different size, each with a third of the leaves
        for scale in (0.6, 1.0, 1.6):
            nearest = np.minimum(nearest, self._layer(rays, scale * self.leaf / distance, rng))
        found = enter + nearest
        return np.where((enter > 0) & (found < leave), found, np.inf)

    def _chord(self, rays: Rays) -> tuple[Floats, Floats]:
        """Where rays enter and leave the ellipsoid; they enter behind the scanner where they miss."""
        half = self.size / 2
        along = _turned(rays.direction, self.turn)
        direction = np.stack([part / width for part, width in zip(along, half, strict=True)])
        at = (np.array(_turned(tuple(self.centre), self.turn)) / half)[:, None, None]
        square = (direction**2).sum(axis=0)
        middle = (direction * at).sum(axis=0) / square
        inside = middle**2 - ((at**2).sum() - 1.0) / square
        reach = np.sqrt(np.maximum(inside, 0.0))
        return np.where(inside > 0, middle - reach, -1.0), middle + reach

    def _layer(self, rays: Rays, angle: float, rng: np.random.Generator) -> Floats:
        """Depth of one layer of leaves behind the crown's surface: a depth and a tilt for each leaf."""
        column = (rays.azimuth - rays.azimuth.min()) / angle + rng.uniform()
        row = (rays.elevation - rays.elevation.min()) / angle + rng.uniform()
        # every other row of leaves is shifted, so that gaps do not line up
        column = column + 0.5 * (np.floor(row) % 2)
        leaf = (np.floor(column).astype(np.int64), np.floor(row).astype(np.int64))
        shape = (int(leaf[0].max(initial=0)) + 1, int(leaf[1].max(initial=0)) + 1)
        depth = rng.exponential(3.0 * self.free_path, shape)[leaf]
        tilt = rng.normal(0.0, 0.8, (2, *shape))[:, leaf[0], leaf[1]]
        width = angle * float(np.linalg.norm(self.centre))
        sideways, upwards = column % 1.0 - 0.5, row % 1.0 - 0.5
        on_leaf = sideways**2 + upwards**2 < 0.25
        return np.where(
            on_leaf, np.maximum(depth + width * (tilt[0] * sideways + tilt[1] * upwards), 0.0), np.inf
        )
