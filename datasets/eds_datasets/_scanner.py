"""A terrestrial laser scanner: one range for each direction, whatever is nearest.

The scanner turns around its vertical axis and nods; each ray reports the first surface that it meets, so what
stands behind an object lies in its shadow. The picture that the scanner sees is an image of ranges over
azimuth and elevation, and each object of the scene is drawn into it where it is nearer than what is there
(the depth buffer of Catmull, 1974). Angles in rad, lengths in m, the scanner at the origin, z up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Block", "RangeImage", "Rays", "first_hit_on_ground"]

Floats = NDArray[np.floating[Any]]
Surface = Callable[["Rays"], Floats]


@dataclass(frozen=True)
class Rays:
    """Directions of rays: unit vectors, each array of shape (n_azimuths, n_elevations).

    Parameters
    ----------
    azimuth, elevation : ndarray
        From the x axis towards y, and from the horizontal upwards.
    """

    azimuth: Floats
    elevation: Floats

    @property
    def direction(self) -> tuple[Floats, Floats, Floats]:
        """Unit vector along each ray, as three arrays."""
        flat = np.cos(self.elevation)
        return flat * np.cos(self.azimuth), flat * np.sin(self.azimuth), np.sin(self.elevation)


Block = tuple[slice, slice]
"""Part of the image: a slice of azimuths and a slice of elevations."""


class RangeImage:
    """The nearest range and what it belongs to, over the directions of the scanner.

    Parameters
    ----------
    sector : float
        Width of the scan in azimuth; its middle is the x axis.
    lowest, highest : float
        First and last elevation.
    step : float
        Angle between neighbouring rays.
    jitter : float
        Standard deviation of a ray's own direction, in steps.
    rng : numpy.random.Generator
        Source of chance.
    """

    def __init__(
        self,
        sector: float,
        lowest: float,
        highest: float,
        step: float,
        jitter: float,
        rng: np.random.Generator,
    ) -> None:
        self._azimuths = np.arange(-sector / 2, sector / 2, step)
        self._elevations = np.arange(lowest, highest, step)
        shape = (self._azimuths.size, self._elevations.size)
        shake = rng.standard_normal((2, *shape), dtype=np.float32) * (jitter * step)
        self.rays = Rays(self._azimuths[:, None] + shake[0], self._elevations + shake[1])
        self.ranges = np.full(shape, np.inf)
        self.things = np.full(shape, -1, dtype=np.int16)

    def block(self, centre: Floats, radius: float) -> Block:
        """Return the part of the image that a ball can be seen in."""
        distance = float(np.linalg.norm(centre))
        angle = np.arcsin(min(radius / distance, 1.0))
        elevation = np.arcsin(centre[2] / distance)
        azimuth = np.arctan2(centre[1], centre[0])
        # lines of equal azimuth draw together with the elevation
        wide = angle / max(np.cos(elevation), 0.1)
        return (
            _between(self._azimuths, azimuth - wide, azimuth + wide),
            _between(self._elevations, elevation - angle, elevation + angle),
        )

    def draw(self, block: Block, surface: Surface, thing: int) -> None:
        """Put a surface into the image where it is nearer than what is there.

        Parameters
        ----------
        block : Block
            The part of the image to look at.
        surface : callable
            From rays to ranges, infinite where a ray misses.
        thing : int
            Number of the thing that has the surface.
        """
        rays = Rays(self.rays.azimuth[block], self.rays.elevation[block])
        if rays.azimuth.size == 0:  # a part of a thing may be too thin for any ray, or outside the sector
            return
        ranges = surface(rays)
        nearer = ranges < self.ranges[block]
        self.ranges[block][nearer] = ranges[nearer]
        self.things[block][nearer] = thing

    def points(self, noise: float, rng: np.random.Generator) -> tuple[Floats, NDArray[np.int64]]:
        """Return what the scanner reports, in the order of the scan.

        Parameters
        ----------
        noise : float
            Standard deviation of the range in m.
        rng : numpy.random.Generator
            Source of chance.

        Returns
        -------
        points : ndarray, shape (n_points, 3)
        things : ndarray, shape (n_points,)
            Number of the thing that each point lies on.
        """
        hit = np.isfinite(self.ranges)
        distance = self.ranges[hit]
        distance = distance + noise * rng.standard_normal(distance.size)
        direction = Rays(self.rays.azimuth[hit], self.rays.elevation[hit]).direction
        return np.stack([distance * part for part in direction], axis=1), self.things[hit].astype(np.int64)


def _between(values: Floats, low: float, high: float) -> slice:
    first, last = np.searchsorted(values, [low, high])
    return slice(int(first), int(last))


def first_hit_on_ground(
    rays: Rays,
    height: Callable[[Floats, Floats], Floats],
    nearest: float,
    farthest: float,
    n_steps: int = 1500,
) -> Floats:
    """Ranges at which rays first meet a height field, infinite where they do not.

    Along one azimuth the elevation of the ground above the scanner's horizon, and its running maximum, are
    known; a ray meets the ground where that maximum first reaches the ray's elevation. What lies below the
    maximum is hidden behind a crest.

    Parameters
    ----------
    rays : Rays
        All elevations of one azimuth must lie in one row.
    height : callable
        From x and y to the height of the ground relative to the scanner.
    nearest, farthest : float
        Horizontal distances between which to look.
    n_steps : int
        Number of distances along each azimuth; the ground is straight in between.
    """
    distance = np.geomspace(nearest, farthest, n_steps)
    azimuth = rays.azimuth.mean(axis=1)
    ground = height(distance * np.cos(azimuth)[:, None], distance * np.sin(azimuth)[:, None])
    slope = ground / distance
    crest = np.maximum.accumulate(slope, axis=1)
    wanted = np.tan(rays.elevation)
    rows = zip(wanted, crest, slope, strict=True)
    level = np.stack([_first_crossing(*row, distance) for row in rows])
    return np.asarray(level / np.cos(rays.elevation))


def _first_crossing(wanted: Floats, crest: Floats, slope: Floats, distance: Floats) -> Floats:
    """Distance at which the running maximum first reaches each wanted slope, linear between two distances."""
    after = np.searchsorted(crest, wanted)
    found = (after > 0) & (after < distance.size)
    last = np.where(found, after, 1)
    low, high = slope[last - 1], slope[last]
    share = np.clip((wanted - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0)
    return np.where(found, distance[last - 1] + share * (distance[last] - distance[last - 1]), np.inf)
