"""What the scanner looks at: rough ground with dunes, bushes, trees, a wall, and what people leave behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eds_datasets._scanner import RangeImage, first_hit_on_ground
from eds_datasets._scanner_objects import Box, Crown, Cylinder

__all__ = ["LABELS", "Scene", "scan"]

Floats = NDArray[np.floating[Any]]
Thing = tuple[list[Box | Crown | Cylinder], int]

LABELS = ("ground", "bush", "tree", "wall", "clutter")
_GROUND, _BUSH, _TREE, _WALL, _CLUTTER = range(len(LABELS))


@dataclass(frozen=True)
class Scene:
    """The scanner and what it looks at. Lengths in m, angles in degrees, noise in m.

    Parameters
    ----------
    scanner_height : float
        Height of the scanner over the mean ground: low, so that rays graze the ground.
    sector, lowest, highest : float
        Width of the scan, and its first and last elevation.
    step : float
        Angle between neighbouring rays.
    jitter : float
        Standard deviation of a ray's direction, in steps.
    range_noise : float
        Standard deviation of a range.
    nearest, farthest : float
        Horizontal distances between which the ground lies.
    dune_height, dune_length : float
        From trough to crest, and from crest to crest.
    ripple : float
        Standard deviation of the ground at wavelengths of 15 to 80 cm.
    grain : float
        Standard deviation of the ground from point to point.
    shortest_bush, longest_bush : float
        Range of the length of a bush.
    bush_path, tree_path : float
        Mean distance that light goes between the leaves of a bush and of a tree.
    bush_leaf, tree_leaf : float
        Width of a leaf of a bush, and of a twig with its leaves of a tree.
    n_bushes, n_trees, n_clutter : int
        How many there are.
    wall : bool
        Whether a wall closes the scene.
    """

    scanner_height: float = 1.7
    sector: float = 34.0
    lowest: float = -32.0
    highest: float = 18.0
    step: float = 0.033
    jitter: float = 0.5
    range_noise: float = 0.0015
    nearest: float = 2.6
    farthest: float = 15.0
    dune_height: float = 0.08
    dune_length: float = 1.7
    ripple: float = 0.0016
    grain: float = 0.001
    shortest_bush: float = 0.35
    longest_bush: float = 0.8
    bush_path: float = 0.07
    tree_path: float = 0.25
    bush_leaf: float = 0.003
    tree_leaf: float = 0.06
    n_bushes: int = 8
    n_trees: int = 2
    n_clutter: int = 7
    wall: bool = True


def scan(scene: Scene, rng: np.random.Generator) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Scan a random scene.

    Parameters
    ----------
    scene : Scene
        The scanner and what it looks at.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    points : ndarray, shape (n_points, 3)
        In m, the scanner at the origin, x along the middle of the sector, z up.
    labels : ndarray, shape (n_points,)
        Index into `LABELS`.
    things : ndarray, shape (n_points,)
        Number of the thing that each point lies on: 0 is the ground.
    """
    sector, lowest, highest, step = (
        float(np.radians(angle)) for angle in (scene.sector, scene.lowest, scene.highest, scene.step)
    )
    image = RangeImage(sector, lowest, highest, step, scene.jitter, rng)
    ground = _ground(scene, rng)
    below = (slice(None), slice(0, int(np.searchsorted(image.rays.elevation[0], 0.0))))
    image.draw(below, lambda rays: first_hit_on_ground(rays, ground, scene.nearest, scene.farthest), 0)
    kinds = [_GROUND]
    for parts, label in _things(scene, ground, rng):
        for part in parts:
            image.draw(image.block(part.centre, part.radius), part, len(kinds))
        kinds.append(label)
    points, things = image.points(scene.range_noise, rng)
    on_ground = things == 0
    # a grain lifts the point itself: along a grazing ray it would be ten times as long
    points[on_ground, 2] += scene.grain * rng.standard_normal(int(on_ground.sum()))
    return points, np.array(kinds)[things], things


def _ground(scene: Scene, rng: np.random.Generator) -> Callable[[Floats, Floats], Floats]:
    """Height of the ground: one train of bent dunes and a few ripples, each a plane wave."""
    wind = rng.uniform(0, 2 * np.pi)
    phase = rng.uniform(0, 2 * np.pi, 2)
    number = 2 * np.pi / np.exp(rng.uniform(np.log(0.15), np.log(0.8), 10))
    heading, shift = rng.uniform(0, 2 * np.pi, (2, 10))
    # ten waves of equal amplitude a have the variance 10 a² / 2
    amplitude = scene.ripple * np.sqrt(2.0 / number.size)

    def height(x: Floats, y: Floats) -> Floats:
        along, across = x * np.cos(wind) + y * np.sin(wind), y * np.cos(wind) - x * np.sin(wind)
        bend = 0.8 * np.sin(2 * np.pi * across / (3.1 * scene.dune_length) + phase[0])
        total = 0.5 * scene.dune_height * np.sin(2 * np.pi * along / scene.dune_length + bend + phase[1])
        for k, direction, start in zip(number, heading, shift, strict=True):
            total = total + amplitude * np.sin(k * (x * np.cos(direction) + y * np.sin(direction)) + start)
        return np.asarray(total - scene.scanner_height)

    return height


def _things(
    scene: Scene, ground: Callable[[Floats, Floats], Floats], rng: np.random.Generator
) -> list[Thing]:
    """Everything that stands on the ground."""
    places = _places(scene, scene.n_bushes + scene.n_trees + scene.n_clutter, rng)
    feet = np.column_stack([places, ground(places[:, 0], places[:, 1])])
    things: list[Thing] = []
    for foot in feet[: scene.n_bushes]:
        things.append(([_bush(foot, scene, rng)], _BUSH))
    for foot in feet[scene.n_bushes : scene.n_bushes + scene.n_trees]:
        things.append((_tree(foot, scene, rng), _TREE))
    for foot in feet[scene.n_bushes + scene.n_trees :]:
        things.append(([_litter(foot, rng)], _CLUTTER))
    if scene.wall:
        things.append(([_wall(scene, rng)], _WALL))
    return things


def _places(scene: Scene, n_places: int, rng: np.random.Generator) -> Floats:
    """Places on the ground, of 40 tries each time the one that is farthest from the others."""
    half = np.radians(scene.sector) / 2
    chosen = np.empty((0, 2))
    for _ in range(n_places):
        azimuth = rng.uniform(-half, half, 40)
        # even in area, and clear of the scanner and of the wall
        distance = np.sqrt(rng.uniform(3.6**2, (0.75 * scene.farthest) ** 2, 40))
        tries = np.column_stack([distance * np.cos(azimuth), distance * np.sin(azimuth)])
        apart = np.linalg.norm(tries[:, None] - chosen, axis=2).min(axis=1, initial=np.inf)
        chosen = np.vstack([chosen, tries[np.argmax(apart)]])
    return np.asarray(rng.permutation(chosen))


def _bush(foot: Floats, scene: Scene, rng: np.random.Generator) -> Crown:
    length = np.exp(rng.uniform(np.log(scene.shortest_bush), np.log(scene.longest_bush)))
    size = length * np.array([1.0, rng.uniform(0.25, 0.45), rng.uniform(0.25, 0.4)])
    centre = foot + np.array([0.0, 0.0, 0.4 * size[2]])
    turn = rng.uniform(0, np.pi)
    return Crown(centre, size, turn, scene.bush_path, scene.bush_leaf, _seed(rng))


def _tree(foot: Floats, scene: Scene, rng: np.random.Generator) -> list[Box | Crown | Cylinder]:
    stem = rng.uniform(1.0, 1.8)
    trunk = Cylinder(foot + np.array([0.0, 0.0, stem / 2]), rng.uniform(0.1, 0.25), stem + 0.4)
    parts: list[Box | Crown | Cylinder] = [trunk]
    for _ in range(4):
        size = rng.uniform(0.9, 1.7, 3)
        aside = np.append(rng.normal(0.0, 0.35, 2), stem + 0.35 * size[2] + rng.uniform(0.0, 0.8))
        parts.append(Crown(foot + aside, size, 0.0, scene.tree_path, scene.tree_leaf, _seed(rng)))
    return parts


def _seed(rng: np.random.Generator) -> tuple[int, ...]:
    """Draw 128 bits: fewer could be tried until they give the leaves that were seen, and so their labels."""
    return tuple(rng.integers(2**32, size=4).tolist())


def _litter(foot: Floats, rng: np.random.Generator) -> Box | Cylinder:
    """Put up a crate, a barrel or a post."""
    kind = rng.integers(3)
    if kind == 0:
        size = rng.uniform(0.25, 0.9, 3)
        return Box(foot + np.array([0.0, 0.0, size[2] / 2]), size, rng.uniform(0, np.pi))
    height = rng.uniform(0.6, 1.0) if kind == 1 else rng.uniform(1.2, 2.2)
    thickness = rng.uniform(0.4, 0.6) if kind == 1 else rng.uniform(0.05, 0.12)
    return Cylinder(foot + np.array([0.0, 0.0, height / 2]), thickness, height)


def _wall(scene: Scene, rng: np.random.Generator) -> Box:
    height = rng.uniform(1.8, 2.6)
    distance = 0.9 * scene.farthest
    centre = np.array([distance, rng.uniform(-1.5, 1.5), height / 2 - scene.scanner_height - 0.1])
    return Box(centre, np.array([0.3, rng.uniform(4.0, 7.0), height]), rng.normal(0.0, 0.15))
