import numpy as np
import pytest

from eds_datasets.sketch import sketch
from eds_datasets.views import View


def drawing(view, **size):
    return [line[1:] for line in sketch(view, **size).splitlines() if line.startswith("│")]


def dots(lines):
    """Turn Braille characters back into dots, by the numbering of Unicode."""
    places = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (3, 0), (3, 1)]
    found = np.zeros((4 * len(lines), 2 * len(lines[0])), dtype=bool)
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            for bit, (down, right) in enumerate(places):
                found[4 * row + down, 2 * column + right] = bool((ord(character) - 0x2800) >> bit & 1)
    return found


def test_a_rising_line_goes_from_lower_left_to_upper_right():
    view = View(kind="line", title="up", x=np.arange(100.0), y=np.arange(100.0))
    found = dots(drawing(view, width=20, height=10))
    assert found.shape == (40, 40)
    assert np.diag(found[::-1]).all()


def test_a_line_has_no_gap_where_it_is_steep():
    y = np.where(np.arange(10) < 5, 0.0, 1.0)
    found = dots(drawing(View(kind="line", title="step", x=np.arange(10.0), y=y), width=10, height=5))
    assert found.any(axis=1).all()
    assert (
        not dots(drawing(View(kind="points", title="step", x=np.arange(10.0), y=y), width=10, height=5))
        .any(axis=1)
        .all()
    )


def test_each_class_has_a_letter_of_its_own_and_a_legend():
    view = View(
        kind="points",
        title="two",
        x=np.array([0.0, 1.0]),
        y=np.array([0.0, 1.0]),
        classes=np.array(["low", "high"]),
    )
    lines = drawing(view, width=3, height=2)
    assert lines == ["  x", "o  "]
    assert "o low, x high" in sketch(view)


def test_a_mark_stands_above_its_place():
    x = np.arange(11.0)
    view = View(kind="line", title="t", x=x, y=x, marks={"P": 0.0, "S": 10.0})
    assert sketch(view, width=11).splitlines()[1] == " P         S"


def test_the_ranges_of_both_axes_are_printed_with_their_labels():
    view = View(
        kind="points",
        title="t",
        x_label="time (s)",
        y_label="level (cm)",
        x=np.array([1.0, 3.0]),
        y=np.array([5.0, 7.5]),
    )
    assert "across: time (s), 1 to 3; upwards: level (cm), 5 to 7.5" in sketch(view)


def test_values_that_are_missing_or_have_no_logarithm_are_left_out():
    x, y = np.array([1.0, 2.0, np.nan, 4.0, 100.0]), np.array([1.0, np.nan, 3.0, -1.0, 1.0])
    assert "across: , 1 to 100" in sketch(View(kind="points", title="t", x=x, y=y, log="y"))
    assert "(no values)" in sketch(View(kind="points", title="t", x=x * np.nan, y=y))


def test_a_logarithmic_axis_puts_equal_ratios_at_equal_distances():
    x = np.array([1.0, 10.0, 100.0])
    found = dots(drawing(View(kind="points", title="t", x=x, y=x, log="xy"), width=10, height=5))
    assert np.flatnonzero(found.any(axis=0)).tolist() == pytest.approx([0, 9.5, 19], abs=0.6)


def test_a_constant_is_drawn_in_the_middle():
    found = dots(drawing(View(kind="line", title="t", x=np.arange(5.0), y=np.ones(5)), width=10, height=5))
    assert np.flatnonzero(found.any(axis=1)).tolist() == [10]


def test_an_image_keeps_bright_and_dark_apart_and_its_proportions():
    image = np.zeros((40, 80))
    image[:, 40:] = 255
    lines = sketch(View(kind="image", title="half", image=image), width=40).splitlines()[1:]
    assert len(lines) == 20
    assert set(lines) == {" " * 40 + "█" * 40}
