"""Topics: read from the notebooks, in the order of the lectures."""

from __future__ import annotations

from pathlib import Path

import pytest

from eds_autograder.authoring.build import build_lessons, load_lesson
from eds_autograder.authoring.lesson import LessonError
from eds_autograder.authoring.topics import coverage, read_topics
from eds_autograder.course import Course
from eds_datasets.errors import EdsError


def test_the_curriculum_has_its_ids_in_the_order_of_the_lectures() -> None:
    topics = list(read_topics())
    assert len(topics) == 81
    assert topics[0] == "intro.spot-the-seismogram"
    assert topics[-1] == "hackathon"
    assert {"reg.linear", "clf.svc", "mlp.backpropagation", "uns.gan", "lab.iris"} <= set(topics)


def test_coverage_names_every_exercise_of_a_topic(course: Course) -> None:
    build_lessons(course)
    found = {
        row.topic: row.exercises for row in coverage(course.source_notebooks("01-rating"), read_topics())
    }
    assert found["reg.linear"] == ("01-rating/discharge",)
    assert found["reg.overfitting"] == ("01-rating/why-too-simple",)
    assert found["reg.mse"] == ()
    assert len(found) == 81


def test_a_course_may_bring_topics_of_its_own(course: Course) -> None:
    own = course.root / "topics.toml"
    own.write_text('[reg]\nlinear = "Lines"\n', encoding="utf-8")
    with pytest.raises(LessonError, match=r"unknown topic 'def\.model'"):
        load_lesson(course, "01-rating")
    own.write_text("[reg\n", encoding="utf-8")
    with pytest.raises(EdsError, match="not valid TOML"):
        read_topics(course.root)


def test_our_curriculum_is_what_is_read_without_one(tmp_path: Path) -> None:
    assert read_topics(tmp_path) == read_topics()


def test_a_topic_outside_of_every_section_is_said(tmp_path: Path) -> None:
    (tmp_path / "topics.toml").write_text("linear = 'Lines'\n", encoding="utf-8")
    with pytest.raises(EdsError, match="'linear' stands in no section"):
        read_topics(tmp_path)


def test_a_notebook_with_a_merge_conflict_in_it_is_one_clear_line(course: Course) -> None:
    build_lessons(course)
    (path,) = course.source_notebooks("01-rating")
    path.write_text("<<<<<<< HEAD\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(EdsError, match="not a notebook") as caught:
        coverage([path], read_topics())
    assert "--force" in str(caught.value.tip)
