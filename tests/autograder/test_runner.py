"""What one run says about one submission: marks, reasons, and what was mended."""

from __future__ import annotations

import json

import nbformat
import pytest
from conftest import BOTH, LESSON, OURS, RENAMED, GradedClass

from eds_autograder.grading.kernels.isolation import choose


def test_a_right_notebook_earns_everything_but_what_a_person_reads(graded: GradedClass) -> None:
    assert graded.marks("ada") == {"test-line": 5.0, "test-total": 3.0, "test-share": 2.0, "why": None}
    assert graded.result("ada").outcome == "graded"
    assert graded.exercise("ada", "why").status == "manual"


def test_a_wrong_answer_costs_its_own_exercise_and_says_why(graded: GradedClass) -> None:
    assert graded.marks("bob") == {"test-line": 5.0, "test-total": 0.0, "test-share": 1.5, "why": None}
    assert graded.exercise("bob", "test-share").status == "partial"
    assert not graded.result("bob").problems


def test_a_failed_hidden_test_says_only_what_its_author_wrote(graded: GradedClass) -> None:
    failed = graded.exercise("cyd", "test-line")
    assert failed.message == "A line has the same slope everywhere."
    assert failed.detail == "AssertionError: A line has the same slope everywhere."


def test_an_exception_that_quotes_hidden_tests_is_not_passed_on(graded: GradedClass) -> None:
    failed = graded.exercise("ned", "test-line")
    assert failed.points == 0.0
    assert failed.message is not None
    assert "secret" not in failed.message


def test_an_untouched_notebook_is_told_what_to_do(graded: GradedClass) -> None:
    assert graded.result("fay").points == 0.0
    assert graded.exercise("fay", "test-line").message == "This part is still to be written."
    assert set(graded.result("fay").unanswered["lines"]) == {"line", "total", "share"}


def test_edited_tests_and_raised_points_earn_nothing_and_are_told(graded: GradedClass) -> None:
    assert graded.marks("gus")["test-total"] == 0.0
    assert graded.exercise("gus", "test-total").max_points == 3.0
    assert "points of 'test-total'; text of 'test-total'" in graded.problems("gus")


def test_a_tag_that_skips_a_test_earns_nothing(graded: GradedClass) -> None:
    assert graded.marks("sam")["test-total"] == 0.0
    assert "tags of 'test-total'" in graded.problems("sam")


def test_a_dead_kernel_keeps_the_marks_before_and_names_the_cell(graded: GradedClass) -> None:
    assert graded.result("dan").outcome == "kernel died"
    assert graded.marks("dan") == {"test-line": 5.0, "test-total": 0.0, "test-share": 0.0, "why": None}
    assert graded.exercise("dan", "test-share").status == "not run"
    assert graded.problems("dan") == "the kernel died in cell 6 (exit status 3); marks before it are kept"


def test_an_endless_loop_costs_one_exercise_and_the_rest_goes_on(graded: GradedClass) -> None:
    assert graded.result("joy").outcome == "graded"
    assert graded.marks("joy") == {"test-line": 5.0, "test-total": 0.0, "test-share": 2.0, "why": None}
    assert graded.exercise("joy", "test-total").status == "timed out"
    assert "cell 6 (test-total) stopped after 8 s" in graded.problems("joy")


def test_what_is_no_notebook_is_a_row_with_a_reason_and_no_mark(graded: GradedClass) -> None:
    result = graded.result("eve")
    assert (result.outcome, result.points, result.max_points) == ("invalid", None, 12.0)
    assert graded.problems("eve").startswith("not a notebook")


def test_a_deleted_test_is_put_back_and_counts(graded: GradedClass) -> None:
    assert graded.marks("hal") == graded.marks("ada")
    assert graded.problems("hal") == "cell 'test-total': missing from the notebook, put back"


def test_an_innocent_copy_of_a_cell_costs_nothing(graded: GradedClass) -> None:
    assert graded.marks("lea") == graded.marks("ada")
    assert "more than once" in graded.problems("lea")


def test_a_renamed_notebook_is_found_by_its_tests(graded: GradedClass) -> None:
    assert graded.marks(RENAMED) == graded.marks("ada")
    assert "lines (1).ipynb: taken for lines.ipynb" in graded.problems(RENAMED)


def test_a_link_in_a_submission_is_refused_and_named(graded: GradedClass) -> None:
    assert graded.problems("ada") == "loose: a link, unreadable or no file: not opened"


@pytest.mark.parametrize("student", ["ola", "ned"])
def test_a_share_below_zero_or_above_the_points_is_no_share(graded: GradedClass, student: str) -> None:
    assert graded.marks(student)["test-share"] == 0.0
    assert "no usable mark" in graded.problems(student)


def test_every_result_owns_up_to_how_it_was_made(graded: GradedClass) -> None:
    for result in graded.report.results:
        assert result.isolation == choose("auto")
        assert set(result.hashes) == {"submission", "source", "environment", "limits"}
        json.dumps(result.to_dict())
    assert len(graded.report.results) == len(BOTH) + len(OURS) + 1


def test_the_executed_notebook_tells_when_each_cell_ran_tests_too(graded: GradedClass) -> None:
    path = graded.folder / "autograded" / "ada" / LESSON / f"{LESSON}.ipynb"
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code" and cell.source]
    assert all("iopub.status.busy" in cell.metadata.get("execution", {}) for cell in cells)
