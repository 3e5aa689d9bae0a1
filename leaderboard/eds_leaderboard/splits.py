"""Public, private and feedback rows, drawn in secret, stratified by class, groups kept together."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from eds_leaderboard.entries import Codes

__all__ = ["draw_splits", "secret_generator", "stratified"]

# orders of groups of which the one that fits the shares best is taken
DEALS = 20


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
    codes: Codes,
    groups: Sequence[str],
    public_fraction: float,
    generator: np.random.Generator,
    feedback_fraction: float = 0.0,
) -> tuple[str, ...]:
    """Return ``public``, ``private`` or ``feedback`` for each row, of every class the same shares.

    With groups, whole groups are drawn: rows of one origin resemble each other, and a team that probes a
    public row would learn its private sisters. The shares are then met as nearly as the groups allow.
    """
    if public_fraction + feedback_fraction >= 1:
        raise ValueError("nothing would be left for the private rows")
    shares = {"public": public_fraction, "feedback": feedback_fraction}
    shares = {split: share for split, share in shares.items() if share > 0}
    shares["private"] = 1 - sum(shares.values())
    if groups:
        return _grouped(codes, groups, shares, generator)
    splits = np.full(len(codes), "private", dtype=object)
    rest, left = np.arange(len(codes)), 1.0
    for split, share in list(shares.items())[:-1]:
        chosen = stratified(codes[rest], share / left, generator)
        splits[rest[chosen]] = split
        rest, left = np.delete(rest, chosen), left - share
    return tuple(splits.tolist())


def _grouped(
    codes: Codes, groups: Sequence[str], shares: Mapping[str, float], generator: np.random.Generator
) -> tuple[str, ...]:
    names, numbers = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    classes = np.zeros((len(names), int(codes.max()) + 1), dtype=np.int64)
    np.add.at(classes, (numbers, codes), 1)
    wanted = np.outer(list(shares.values()), classes.sum(axis=0))
    # the order is random and the best of some orders is taken: a fixed order could be guessed
    deals = [_dealt(classes, wanted, generator) for _ in range(DEALS)]
    _, places = min(deals, key=itemgetter(0))
    splits = np.asarray(list(shares))[places]
    return tuple(splits[numbers].tolist())


def _dealt(
    classes: Codes, wanted: npt.NDArray[np.float64], generator: np.random.Generator
) -> tuple[float, Codes]:
    """Deal groups to splits one by one, each where it fits best; return the misfit and each group's split."""
    weight = 1 / np.maximum(classes.sum(axis=0), 1)
    got = np.zeros_like(wanted)
    places = np.zeros(len(classes), dtype=np.int64)
    order = generator.permutation(len(classes))
    for turn, group in enumerate(order):
        worse = (((got + classes[group] - wanted) ** 2 - (got - wanted) ** 2) * weight).sum(axis=1)
        empty = got.sum(axis=1) == 0
        # the last groups go to splits that have none yet
        if empty.any() and len(order) - turn <= empty.sum():
            worse = np.where(empty, worse, np.inf)
        places[group] = int(np.argmin(worse))
        got[places[group]] += classes[group]
    return float((((got - wanted) ** 2) * weight).sum()), places
