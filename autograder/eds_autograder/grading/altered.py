"""How another value is written where an expected one stood: alike, since its look would tell a copy."""

from __future__ import annotations

import ast
import math
import random
import re
import string

__all__ = ["other_number", "other_text", "say", "shift", "takes_few_values"]

_FAR = 400  # how far an altered whole number may lie
_FEW = 60  # values to draw from, at least
_POWER = re.compile(r"(-?)(\d(?:\.\d*)?)([eE][+-]?\d+)")
_DIGITS = re.compile(r"-?\d+\.?\d*")
_SHORT = 2  # digits: there are few numbers with no more of them
_TRIES = 100


def say(message: str, old: str, new: str) -> str:
    """Let a message name the altered value, where it names the value; not inside of its expressions."""
    pattern = re.compile(rf"(?<![\w.{{]){re.escape(old)}(?![\w{{]|\.\d)")
    parts = re.split(r"(\{[^{}]*\})", message)
    return "".join(part if part.startswith("{") else pattern.sub(lambda _: new, part) for part in parts)


def shift(margin: float, chance: random.Random) -> str:
    """Return a number that leads away from any expected value when it is added to it."""
    return other_number("7.5" if margin else "7", margin, chance)


def takes_few_values(number: str) -> bool:
    """Tell whether so few numbers are written like this one that a wrong answer may hit another of them."""
    power = _POWER.fullmatch(number)
    if power is not None:
        return len(power[2]) == 1
    return _is_share(number) and _significant(number) <= _SHORT


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
    if (power := _POWER.fullmatch(old)) is not None:
        return _other_power(power, margin, chance)
    if _DIGITS.fullmatch(old) and (_is_share(old) or _significant(old) > _SHORT):
        return _other_digits(old, margin, chance)
    value = ast.literal_eval(old)
    sign = -1 if chance.random() < 0.5 else 1
    if isinstance(value, int) and not margin:
        step = chance.randint(3, min(_FAR, 40 + 8 * abs(value)))
        lower = value - step
        return str(lower if sign < 0 and (lower >= 0) == (value >= 0) and lower else value + step)
    decimals = len(old.partition(".")[2])
    unit = _unit(old, value, decimals)
    least = math.ceil(max(_span(value, margin) / unit, 3))
    off = unit * chance.randint(least, least + max(3 * least, _FEW))
    found = value + sign * off
    if value > 0 and found <= 0:
        found = value + off
    return f"{found:.{decimals}f}" + ("." if old.endswith(".") else "")


def _is_share(number: str) -> bool:
    """Tell whether a number lies between 0 and 1 and is written out: who knows a share knows its bounds."""
    return _DIGITS.fullmatch(number) is not None and 0 < abs(float(number)) < 1


def _significant(number: str) -> int:
    return len(number.strip("-").replace(".", "").strip("0"))


def _span(value: float, margin: float) -> float:
    return max(20 * margin, 0.3 * abs(value) or 1.0)


def _other_digits(old: str, margin: float, chance: random.Random) -> str:
    """Alter the digits of a number, as many of them before and behind the point."""
    sign, number = ("-", old[1:]) if old.startswith("-") else ("", old)
    whole, _, behind = number.partition(".")
    unit = 10 ** len(behind)
    value = int(whole + behind)
    lowest, highest = (
        (1, unit) if int(whole) == 0 else (unit * 10 ** (len(whole) - 1), unit * 10 ** len(whole))
    )
    # zeros at the end are the author's way of rounding
    step = 10 ** (len(whole + behind) - len((whole + behind).rstrip("0")))
    least = max(20 * margin * unit, 3 * step)
    found = value
    for _ in range(_TRIES):
        found = chance.randrange(lowest, highest) // step * step
        if found >= lowest and abs(found - value) >= least:
            break
    else:
        found = value + math.ceil(least) + step * chance.randint(1, _FEW)
    return f"{sign}{found // unit}" + (f".{found % unit:0{len(behind)}d}" if "." in number else "")


def _unit(old: str, value: float, decimals: int) -> float:
    """Return of what a number is a multiple, as it is written: wholes, halves, tenths."""
    if value == int(value):
        return 1.0
    return (5 if old.endswith("5") else 1) * 10.0**-decimals


def _other_power(power: re.Match[str], margin: float, chance: random.Random) -> str:
    """Alter the digits of a number that is written with a power of ten, as many of them before and behind."""
    sign, digits, ten = power.groups()
    decimals = len(digits.partition(".")[2])
    span = _span(float(power[0]), margin)
    least = max(span / float(f"1{ten}"), 3 * 10.0**-decimals)
    for _ in range(_TRIES):
        found = chance.randrange(10**decimals, 10 ** (decimals + 1)) / 10**decimals
        if abs(found - float(digits)) >= least:
            break
    else:
        found = float(digits) + least * chance.uniform(1.0, 2.0)
    return f"{sign}{found:.{decimals}f}{ten}"


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
