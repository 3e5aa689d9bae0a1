"""Public and private rows, drawn by a secret generator, stratified by class, groups kept together."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import numpy as np

from eds_leaderboard.entries import Codes

__all__ = ["draw_splits", "secret_generator", "stratified"]


def secret_generator() -> np.random.Generator:
    """Return a generator seeded by the operating system; the seed is kept nowhere."""
    return np.random.default_rng(secrets.randbits(256))


def stratified(codes: Codes, fraction: float, generator: np.random.Generator) -> Codes:
    """Choose rows at random, of every class the same fraction.

    Parameters
    ----------
    codes : array of int, shape (n_rows,)
        Class of each row.
    fraction : float
        Share to choose, between 0 and 1; at least one row of a class that has two is chosen, and one is left.
    generator : numpy.random.Generator

    Returns
    -------
    array of int, shape (n_chosen,)
        Positions in ascending order.
    """
    chosen = []
    for code in np.unique(codes):
        members = generator.permutation(np.flatnonzero(codes == code))
        count = round(fraction * len(members))
        if len(members) > 1:
            count = min(max(count, 1), len(members) - 1)
        chosen.append(members[:count])
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def draw_splits(
    codes: Codes, groups: Sequence[str], public_fraction: float, generator: np.random.Generator
) -> tuple[str, ...]:
    """Return ``public`` or ``private`` for each row.

    With groups, whole groups are drawn in random order until the public share is reached: rows of one origin
    resemble each other, and a team that probes a public row would learn its private sisters.
    """
    if groups:
        public = _public_groups(groups, public_fraction, generator)
        return tuple("public" if group in public else "private" for group in groups)
    public_rows = set(stratified(codes, public_fraction, generator).tolist())
    return tuple("public" if row in public_rows else "private" for row in range(len(codes)))


def _public_groups(groups: Sequence[str], fraction: float, generator: np.random.Generator) -> set[str]:
    names, counts = np.unique(np.asarray(groups, dtype=str), return_counts=True)
    order = generator.permutation(len(names))
    reached = np.cumsum(counts[order])
    n_groups = int(np.argmin(np.abs(reached - fraction * len(groups)))) + 1
    # one group at least stays private, because it decides
    return {str(names[index]) for index in order[: min(n_groups, len(names) - 1)]}
