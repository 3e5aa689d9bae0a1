"""How another value is written where an expected one stood: alike, since its look would tell a copy."""

from __future__ import annotations

import ast
import math
import random
import re
import string
from dataclasses import dataclass

__all__ = ["other_number", "other_text", "others_of_number", "others_of_shift", "say", "shift"]

_FAR = 400  # how far an altered whole number may lie
_FEW = 60  # values to draw from, at least
_POWER = re.compile(r"(-?)(\d(?:\.\d*)?)([eE][+-]?\d+)")
_DIGITS = re.compile(r"-?\d+\.?\d*")
_SHORT = 2  # digits: there are few numbers with no more of them


def say(message: str, old: str, new: str) -> str:
    """Let a message name the altered value, where it names the value; not inside of its expressions."""
    pattern = re.compile(rf"(?<![\w.{{]){re.escape(old)}(?![\w{{]|\.\d)")
    parts = re.split(r"(\{[^{}]*\})", message)
    return "".join(part if part.startswith("{") else pattern.sub(lambda _: new, part) for part in parts)


def other_number(old: str, margin: float, chance: random.Random) -> str:
    """Return another number that is written like the old one: as many decimals, whole, a multiple of a half.

    A number with many digits has as many before and behind the point, and a share of one is another share.

    Parameters
    ----------
    old : str
        A literal of a number, with its sign.
    margin : float
        A comparison forgives that much; 0 where it forgives nothing.
    chance : random.Random

    Returns
    -------
    str
    """
    return _like(old, margin).draw(chance)


def others_of_number(old: str, margin: float) -> int:
    """Return how many of the numbers that may be drawn a comparison can tell from each other."""
    return _like(old, margin).count(margin)


def shift(margin: float, chance: random.Random) -> str:
    """Return a number that leads away from any expected value when it is added to it."""
    return _shifts(margin).draw(chance)


def others_of_shift(margin: float) -> int:
    """Return how many of the numbers that may be added a comparison can tell from each other."""
    return _shifts(margin).count(margin)


@dataclass(frozen=True)
class _Numbers:
    """Numbers that are written alike, counted in units of their last decimal.

    Attributes
    ----------
    below, above : range
        Those that are smaller than the one that they replace, and those that are larger.
    decimals : int
    before, behind : str
        What all of them have before and behind their digits.
    """

    below: range
    above: range
    decimals: int = 0
    before: str = ""
    behind: str = ""

    @classmethod
    def around(cls, value: int, least: float, within: range, **written: str | int) -> _Numbers:
        """Take those of a range that lie far enough from a value; if there are none, larger ones."""
        step = within.step
        away = step * math.ceil(least / step)
        below = range(within.start, value - away + 1, step)
        above = range(value + away, within.stop, step)
        if not (below or above):
            above = range(value + away, value + away + _FEW * step, step)
        return cls(below, above, **written)  # type: ignore[arg-type]

    def draw(self, chance: random.Random) -> str:
        n_below = _size(self.below)
        place = chance.randrange(n_below + _size(self.above))
        number = self.below[place] if place < n_below else self.above[place - n_below]
        whole, rest = divmod(abs(number), 10**self.decimals)
        point = f".{rest:0{self.decimals}d}" if self.decimals else ""
        return f"{self.before}{'-' if number < 0 else ''}{whole}{point}{self.behind}"

    def count(self, margin: float) -> int:
        """Return how many of them a comparison that forgives so much can tell from each other."""
        alike: int = 1 + 2 * math.floor(margin * 10**self.decimals / self.above.step)
        return math.ceil((_size(self.below) + _size(self.above)) / alike)


def _size(numbers: range) -> int:
    # len() ends at what a machine counts to, and an author's number may have more digits
    last: int = (numbers.stop - 1 - numbers.start) // numbers.step
    return max(0, last + 1)


def _shifts(margin: float) -> _Numbers:
    if not margin:
        return _like("7", margin)
    least = math.ceil(1000 * max(20 * margin, 1.0))
    return _Numbers(range(0), range(least, 10 * least), decimals=3)


def _like(old: str, margin: float) -> _Numbers:
    old = _plain(old)
    if (power := _POWER.fullmatch(old)) is not None:
        return _powers(power, margin)
    if _DIGITS.fullmatch(old) and (_is_share(old) or _significant(old) > _SHORT):
        return _digits(old, margin)
    value = _value(old)
    if isinstance(value, int) and not margin:
        reach = min(_FAR, 40 + 8 * abs(value))
        lowest = max(1, value - reach) if value >= 0 else value - reach
        return _Numbers.around(value, 3, range(lowest, value + reach + 1))
    return _short(old, value, margin)


def _plain(number: str) -> str:
    """Write a number that stands in brackets, or apart from its sign, as most numbers are written."""
    try:
        _value(number)
    except ValueError:
        return repr(ast.literal_eval(number))
    return number


def _value(number: str) -> float:
    try:
        return int(number, 0)
    except ValueError:
        return float(number)


def _short(old: str, value: float, margin: float) -> _Numbers:
    """Take multiples of what a number with few digits is a multiple of: wholes, halves, tenths."""
    decimals = len(old.partition(".")[2])
    unit = 10**decimals
    step = unit if value == int(value) else 5 if old.endswith("5") else 1
    scaled = step * round(value * unit / step)
    least = max(_span(value, margin) * unit, 3 * step)
    reach = least + max(3 * least, _FEW * step)
    lowest = scaled - step * math.floor(reach / step)
    if value > 0:
        lowest = max(step, lowest)
    within = range(lowest, scaled + math.floor(reach) + 1, step)
    return _Numbers.around(scaled, least, within, decimals=decimals, behind="." if old.endswith(".") else "")


def _is_share(number: str) -> bool:
    """Tell whether a number lies between 0 and 1 and is written out: who knows a share knows its bounds."""
    return _DIGITS.fullmatch(number) is not None and 0 < abs(float(number)) < 1


def _significant(number: str) -> int:
    return len(number.strip("-").replace(".", "").strip("0"))


def _span(value: float, margin: float) -> float:
    return max(20 * margin, 0.3 * abs(value) or 1.0)


def _digits(old: str, margin: float) -> _Numbers:
    """Alter the digits of a number, as many of them before and behind the point."""
    sign, number = ("-", old[1:]) if old.startswith("-") else ("", old)
    whole, point, behind = number.partition(".")
    unit = 10 ** len(behind)
    digits = whole + behind
    # zeros at the end are the author's way of rounding
    step = 10 ** (len(digits) - len(digits.rstrip("0")))
    lowest, highest = (
        (step, unit) if int(whole) == 0 else (unit * 10 ** (len(whole) - 1), unit * 10 ** len(whole))
    )
    least = max(20 * margin * unit, 3 * step)
    return _Numbers.around(
        int(digits),
        least,
        range(lowest, highest, step),
        decimals=len(behind),
        before=sign,
        behind=point if not behind else "",
    )


def _powers(power: re.Match[str], margin: float) -> _Numbers:
    """Alter the digits of a number that is written with a power of ten, as many of them before and behind."""
    sign, digits, ten = power.groups()
    whole, point, behind = digits.partition(".")
    unit = 10 ** len(behind)
    # what is too small for a number of the machine is 0
    least = max(20 * margin / (float(f"1{ten}") or 1.0) * unit, 3)
    return _Numbers.around(
        int(whole + behind),
        least,
        range(unit, 10 * unit),
        decimals=len(behind),
        before=sign,
        behind=(point if not behind else "") + ten,
    )


def other_text(old: str, chance: random.Random) -> str:
    """Return a text with another letter or digit in it."""
    places = [place for place, letter in enumerate(old) if letter.isascii() and letter.isalnum()]
    if not places:
        return old + chance.choice(string.ascii_lowercase)
    place = chance.choice(places)
    letter = old[place]
    if letter.isdigit():
        alphabet = string.digits
    else:
        hexadecimal = re.fullmatch(r"[0-9a-f]{16,}", old)
        alphabet = "abcdef" if hexadecimal else string.ascii_lowercase
        alphabet = alphabet.upper() if letter.isupper() else alphabet
    return old[:place] + chance.choice(alphabet.replace(letter, "")) + old[place + 1 :]
