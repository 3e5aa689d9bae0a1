"""Copies of a test differ from it in one expected value, and in nothing that would tell them from it."""

from __future__ import annotations

import ast
import random
import re
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from eds_autograder.grading.altered import other_number, others_of_number
from eds_autograder.grading.canaries import Canary, find_canaries
from eds_autograder.grading.plans import TestPlan
from eds_autograder.grading.trial import Trials

DRAWS = 300


def look(number: str) -> str:
    """What of a number can be seen without knowing it: its form, how many decimals, whether it is whole."""
    before, _, behind = number.lstrip("-").partition(".")
    if "e" in number.lower():
        return re.sub(r"\d", "9", before) + "." + re.sub(r"\d", "9", behind)
    return f"{'.' if '.' in number else ''}{len(behind)}{float(number) == int(float(number))}"


@pytest.mark.parametrize(
    "number", ["5.5", "-0.25", "2.0", "1e-3", "6.674e-11", "2.99E8", "83", "-7", "0.0", "3."]
)
def test_an_altered_number_is_written_like_the_old_one_and_lies_beyond_what_is_forgiven(number: str) -> None:
    chance = random.Random(1)
    value, exact = float(number), "." not in number and "e" not in number
    margin = 0.0 if exact else 1e-3 * max(abs(value), 1e-9)
    for _ in range(DRAWS):
        found = other_number(number, margin, chance)
        assert abs(float(found) - value) > 2 * margin
        assert value < 0 or float(found) > 0 or value == 0
        if value != int(value) and "e" not in number:
            assert len(found.partition(".")[2]) == len(number.partition(".")[2])
        else:
            assert look(found) == look(number)


def test_a_share_stays_a_share_and_a_long_number_as_long() -> None:
    chance = random.Random(1)
    for number in ("0.5", "0.85", "0.1234", "-0.031"):
        assert all(0 < abs(float(other_number(number, 1e-9, chance))) < 1 for _ in range(DRAWS))
    for number in ("9.81", "2015", "-273.15"):
        assert {len(other_number(number, 1e-9, chance)) for _ in range(DRAWS)} == {len(number)}
        # near ones too: who snaps to a value that is nearly right is caught
        near = [
            abs(float(other_number(number, 1e-9, chance)) / float(number) - 1) < 0.3 for _ in range(DRAWS)
        ]
        assert any(near)


@pytest.mark.parametrize(
    ("number", "margin", "least"),
    [
        ("6.674e-11", 1e-14, 5000),
        ("2015", 0.0, 8000),
        ("9.8125", 1e-9, 80_000),
        ("0.123", 1e-9, 900),
        ("9.81", 1e-9, 800),
        ("83", 0.0, 400),
        ("5.5", 1e-9, 50),
        ("-4.0", 1e-9, 50),
        ("0.85", 1e-9, 90),
        ("0.5", 1e-9, 4),
        ("1e-3", 1e-9, 5),
    ],
)
def test_it_is_known_of_how_many_numbers_one_is_drawn(number: str, margin: float, least: int) -> None:
    others = others_of_number(number, margin)
    assert least <= others < 3 * least
    chance = random.Random(1)
    drawn = Counter(other_number(number, margin, chance) for _ in range(50 * min(others, 200)))
    if others <= 200:
        assert len(drawn) == others
        assert max(drawn.values()) < 100, "each of them is as likely as another"
    else:
        assert max(drawn.values()) < 50


@pytest.mark.parametrize(
    "number",
    [
        "- 7",
        "-(7)",
        "-(7.5)",
        "- 7.25",
        "+7",
        "0x1F",
        "1_000",
        "12.5e-3",
        "1e-400",
        "1e400",
        "-1e308",
        "1" * 400,
    ],
)
def test_a_number_may_be_written_in_any_way(number: str) -> None:
    for form in (
        "assert f(3) == {}",
        "assert abs(f(3) - ({})) < 1e-9",
        "assert np.allclose(f(3), [{}, 1.0])",
    ):
        source = form.format(number)
        for canary in find_canaries(source):
            for text in draws(source, canary):
                ast.parse(text)
                assert text != source


def test_numbers_that_a_comparison_cannot_tell_apart_count_once() -> None:
    assert others_of_number("9.8125", 0.01) <= others_of_number("9.8125", 1e-9) / 150


def test_a_number_with_more_digits_than_a_machine_word_keeps_them() -> None:
    number = "123456789012345678901234567890"
    assert others_of_number(number, 0.0) > 10**28
    found = other_number(number, 0.0, random.Random(1))
    assert len(found) == len(number)
    assert not found.endswith("0" * 10)


def draws(source: str, canary: Canary) -> set[str]:
    return {canary.draw(source, random.Random(seed)) for seed in range(DRAWS)}


def of_kind(source: str, kind: str, **known: object) -> list[Canary]:
    return [canary for canary in find_canaries(source, **known) if canary.kind == kind]  # type: ignore[arg-type]


def test_the_values_behind_an_expected_name_are_altered_where_they_are_written() -> None:
    source = "_expected = [0.5, 2.0]\n_found = rate(3)\nassert np.allclose(_found, _expected)"
    found = of_kind(source, "number", answers={"rate"})
    assert {source[canary.start : canary.end] for canary in found} == {"0.5", "2.0"}
    assert {canary.first for canary in found} == {3}


def test_a_number_whose_change_may_change_nothing_is_left_alone() -> None:
    for value in ("round(_v, 2)", "np.clip(_v, 0, 10)", "_v[3]", "int((_v > 0.5).sum())", "_v % 360"):
        source = f"_expected = {value}\nassert math.isclose(rate(3), _expected)"
        assert of_kind(source, "number", answers={"rate"}) == [], value
    source = "_expected = 9.81 * _v**2 / 2\nassert math.isclose(rate(3), _expected)"
    assert len(of_kind(source, "number", answers={"rate"})) == 3


def test_a_value_that_is_also_handed_to_the_answer_is_left_alone() -> None:
    # a right answer may pass with another value of it: it is another question
    corners = "for _corner in [(0.0, 5.0), (4.0, 9.0)]:\n    _best = search(lambda t: abs(t - _corner[0]))\n"
    assert not of_kind(corners + "    assert np.allclose(_best, _corner)", "number", answers={"search"})
    made = "_slope = 2.5\n_line = _slope * _times\n_found = fit(_times, _line)\n"
    assert not of_kind(made + "assert np.isclose(_found, _slope)", "number", answers={"fit"})
    inside = "_slope = 2.5\ndef _loss(t):\n    return (t - _slope) ** 2\n_found = fit(_loss)\n"
    assert not of_kind(inside + "assert np.isclose(_found, _slope)", "number", answers={"fit"})
    assert of_kind("_mean = 2.5\nassert np.isclose(fit(_times), _mean)", "number", answers={"fit"})


def test_an_altered_word_is_another_word_of_the_test_and_convicts_nobody_alone() -> None:
    source = 'assert kind(80) == "steep", "80 is steep"\nassert kind(3) == "gentle"'
    steep = next(canary for canary in find_canaries(source) if canary.first == 1 and canary.kind == "text")
    assert draws(source, steep) == {source.replace("steep", "gentle")}
    assert steep.others == 1
    lonely = 'assert kind(80) == "steep"'
    (word,) = of_kind(lonely, "text")
    assert word.others > 1000
    assert lonely not in draws(lonely, word)


def test_a_copy_differs_only_where_students_saw_neither_the_assertion_nor_the_value() -> None:
    source = "_expected = [0.5, 2.0]\nassert rate(1) == 0.5\nassert np.allclose(rate(3), _expected)"
    hidden = find_canaries(source, hidden=(3,), answers={"rate"})
    assert {canary.kind for canary in hidden if canary.strong} == {"shift"}
    whole = find_canaries(source, hidden=(1, 3), answers={"rate"})
    assert {canary.kind for canary in whole if canary.strong} == {"number", "shift"}


def test_every_copy_can_be_read_by_python() -> None:
    source = (
        'for _x, _y in [(1, 2.5), (2, 1e-3)]:\n    assert abs(f(_x) - _y) < 1e-9, f"f({_x}) is {f(_x)}, not {_y}"\n'
        'assert f(3) == "größer", "größer: größer"\nnp.testing.assert_allclose(f(4), [-1.5, 2.0])'
    )
    for canary in find_canaries(source, answers={"f"}):
        for text in draws(source, canary):
            ast.parse(text)
            assert text != source


def copies(source: str, tests: int = 1, **known: Any) -> list[str]:
    """Return the copies that would run beside a test in a notebook of so many tests."""
    plan = TestPlan(source, 1.0, canaries=tuple(find_canaries(source, **known)))
    trials = Trials({str(number): plan for number in range(tests)}, guard=None)  # type: ignore[arg-type]
    cell: Any = SimpleNamespace(source=source)
    return [text.source for text in trials._copies(plan, cell)]


def test_each_line_stands_in_as_many_texts_as_what_replaces_it() -> None:
    """Else who has seen all texts knows the test: it is what most of them have in each line."""
    source = "assert abs(mass(2.0) - 5.5) < 1e-9\nassert math.isclose(mass(4.0), 11.0)\nassert kind(3) == 7"
    for _ in range(20):
        texts = [source, *copies(source)]
        assert len(set(texts)) == 4
        for lines in zip(*(text.split("\n") for text in texts), strict=True):
            assert sorted(Counter(lines).values()) in ([4], [2, 2])


def test_where_one_place_can_be_altered_no_two_copies_are_alike() -> None:
    source = "_found = rate(3)\nassert abs(_found - 5.5) < 1e-9"
    assert len({source, *copies(source)}) == 3
    assert len({source, *copies('assert kind(80) == "steep"\nkind("gentle")')}) == 3


def test_many_tests_and_slow_ones_have_one_copy_each() -> None:
    source = "assert abs(mass(2.0) - 5.5) < 1e-9\nassert math.isclose(mass(4.0), 11.0)"
    assert len(copies(source, tests=6)) == 1


def test_the_form_of_an_answer_is_altered_only_where_nothing_else_can_be() -> None:
    source = "assert np.shape(_found) == (3,)\nassert np.allclose(_found, [-2.0, -1.0, 3.0])"
    assert {canary.first for canary in find_canaries(source) if canary.strong} == {2}
    assert not any("3," not in text for text in copies(source))
    assert len({source, *copies("assert len(f(2)) == 2")}) == 3


def test_a_copy_can_be_altered_at_two_places_and_in_the_messages_of_both() -> None:
    source = 'assert f(1) == 41, "41 is right"\nassert f(2) == 57, f"57 is right, not {f(2)}"'
    texts = copies(source)
    assert len(texts) == 3
    for text in texts:
        for line in text.split("\n"):
            expected = line.split("== ")[1].split(",")[0]
            assert f'"{expected} is right' in line
