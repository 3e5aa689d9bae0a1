"""``# audit: equivalent because …``: an author's word that a mutant is no mistake."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from eds_autograder.audit.mutants import Mutant

__all__ = ["Marker", "judge_markers", "markers_of"]

# [old → new], or [operator], names the mutants where several survive on the line
_MARKER = re.compile(r"#\s*audit:\s*equivalent\s*(?:\[(?P<change>.*)\]\s*)?because\s+(?P<reason>\S.*)$")
_ALMOST = re.compile(r"#\s*audit\b", re.IGNORECASE)


@dataclass(frozen=True)
class Marker:
    """A marker, and the line of code that it speaks of.

    Attributes
    ----------
    line : int
        Where it stands in the cell, from 1.
    about : int
        The line that it is about: its own, or the next one where it stands alone.
    change : str
        Which mutant, or which kind, as the report writes it; empty: the only one that survives there.
    reason : str
        Empty where the marker is not understood.
    """

    line: int
    about: int
    change: str
    reason: str


def markers_of(text: str) -> list[Marker]:
    """Return the markers of an answer cell, in order."""
    lines = text.split("\n")
    found = []
    for number, line in enumerate(lines, 1):
        if _ALMOST.search(line):
            match = _MARKER.search(line)
            about = number if not line.lstrip().startswith("#") else _next_code(lines, number)
            change, reason = (match["change"] or "", match["reason"].strip()) if match else ("", "")
            found.append(Marker(number, about, change, reason))
    return found


def _next_code(lines: Sequence[str], number: int) -> int:
    for after in range(number, len(lines)):
        if lines[after].strip() and not lines[after].lstrip().startswith("#"):
            return after + 1
    return number


def judge_markers(
    markers: Sequence[Marker], survivors: Sequence[Mutant]
) -> tuple[dict[int, str], list[tuple[int, str]]]:
    """Find which survivor each marker takes out.

    Returns
    -------
    reasons : dict of int to str
        The place of a survivor, and why it is no mistake.
    problems : list of (int, str)
        A marker's line, and what is wrong with it: it is about no survivor, or not clear about which.
    """
    reasons: dict[int, str] = {}
    problems = []
    for marker in markers:
        if not marker.reason:
            problems.append((marker.line, "not understood: write # audit: equivalent because …"))
            continue
        meant = [
            index
            for index, mutant in enumerate(survivors)
            if mutant.line == marker.about and marker.change in ("", mutant.change, mutant.operator)
        ]
        if len(meant) == 1 or (meant and marker.change):
            reasons |= dict.fromkeys(meant, marker.reason)
        elif meant:
            problems.append((marker.line, f"{len(meant)} mutants survive there: name [old → new] or [kind]"))
        else:
            problems.append((marker.line, "takes nothing out: no such mutant survives there"))
    return reasons, problems
