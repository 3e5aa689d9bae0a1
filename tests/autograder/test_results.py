"""Results travel as JSON and are found again by what they depend on."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eds_autograder.grading.results import (
    Exercise,
    Problem,
    Result,
    ResultCache,
    failed_result,
    points_text,
)

RESULT = Result(
    student="ada",
    assignment="lines",
    key="0123456789abcdef",
    outcome="graded",
    exercises=(
        Exercise("lines", "test-line", 5.0, 2.5, "partial", "nearly", "AssertionError: nearly"),
        Exercise("lines", "why", 2.0, None, "manual"),
    ),
    problems=(Problem("repair", "the file began with a byte-order mark: removed"),),
    unanswered={"lines": ("total",)},
    notebooks=("lines",),
    seconds=1.25,
    hashes={"source": "ab"},
)


def test_a_result_comes_back_from_json_as_it_was() -> None:
    assert Result.from_dict(json.loads(json.dumps(RESULT.to_dict()))) == RESULT


@given(st.text(), st.text(), st.floats(0, 100), st.sampled_from(["passed", "failed"]))
def test_any_text_and_number_survive_the_way_through_json(
    student: str, message: str, points: float, status: str
) -> None:
    exercise = Exercise("n", "g", 100.0, points, status, message)
    result = dataclasses.replace(RESULT, student=student, exercises=(exercise,))
    assert Result.from_dict(json.loads(json.dumps(result.to_dict(), ensure_ascii=False))) == result


@pytest.mark.parametrize("schema", [0, 1, 3, None])
def test_a_result_of_another_schema_is_refused(schema: int | None) -> None:
    with pytest.raises(ValueError, match="schema"):
        Result.from_dict({**RESULT.to_dict(), "schema": schema})


@pytest.mark.parametrize("name", ["exercises", "problems", "unanswered", "outcome"])
def test_a_result_that_lacks_a_field_is_refused(name: str) -> None:
    record = RESULT.to_dict()
    del record[name]
    with pytest.raises(ValueError, match="incomplete"):
        Result.from_dict(record)


def test_points_are_summed_and_a_person_is_asked_for() -> None:
    assert RESULT.points == 2.5
    assert RESULT.max_points == 7.0
    assert RESULT.needs_grading


def test_without_a_notebook_there_are_no_points_rather_than_none_earned() -> None:
    assert dataclasses.replace(RESULT, outcome="invalid").points is None
    failed = failed_result("ada", "lines", "k", "the disk is full", {("lines", "test-line"): 5.0})
    assert (failed.points, failed.max_points) == (None, 5.0)
    assert failed.problems == (Problem("machinery", "the disk is full"),)


@pytest.mark.parametrize(
    ("points", "text"), [(5.0, "5"), (2.5, "2.5"), (0.0, "0"), (1 / 3, "0.33"), (100.0, "100"), (None, "–")]
)
def test_points_are_written_as_people_write_them(points: float | None, text: str) -> None:
    assert points_text(points) == text


@pytest.fixture
def cache(tmp_path: Path) -> ResultCache:
    cache = ResultCache(tmp_path / "results")
    cache.keep(RESULT, {"lines": b"{}"})
    return cache


def test_a_kept_result_is_found_and_belongs_to_who_asks(cache: ResultCache) -> None:
    found = cache.find(RESULT.key, "bob")
    assert found == dataclasses.replace(RESULT, student="bob", cached=True)
    assert cache.notebook(RESULT.key, "lines").read_text() == "{}"


def test_another_key_is_not_found(cache: ResultCache) -> None:
    assert cache.find("another", "ada") is None


def test_a_result_whose_notebook_is_gone_is_run_again(cache: ResultCache) -> None:
    cache.notebook(RESULT.key, "lines").unlink()
    assert cache.find(RESULT.key, "ada") is None


def test_half_a_result_is_run_again(cache: ResultCache) -> None:
    path = cache.folder / RESULT.key / "result.json"
    path.write_text(path.read_text()[:100])
    assert cache.find(RESULT.key, "ada") is None


def test_a_newer_result_takes_the_place_of_an_older_one(cache: ResultCache) -> None:
    cache.keep(dataclasses.replace(RESULT, seconds=9.0), {"lines": b"{}"})
    found = cache.find(RESULT.key, "ada")
    assert found is not None
    assert found.seconds == 9.0
    assert [path.name for path in cache.folder.iterdir()] == [RESULT.key]


def test_our_own_failure_is_never_remembered(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path / "results")
    cache.keep(failed_result("ada", "lines", "k", "the disk is full", {}), {})
    assert cache.find("k", "ada") is None
