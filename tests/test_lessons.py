"""The lessons in this repository: built, released, complete, and none of their secrets in the open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eds_autograder.authoring.build import check_sources, load_lesson
from eds_autograder.authoring.leaks import find_leaks
from eds_autograder.authoring.release import check_releases, find_release_leaks, secrets_of
from eds_autograder.authoring.topics import coverage, read_topics
from eds_autograder.course import Course

ROOT = Path(__file__).parents[1]
LESSONS = sorted(path.parent.name for path in ROOT.glob("source/*/*.py"))
# raised with each lesson, never lowered; when all lessons exist every topic must be covered
TOPICS_COVERED = 37

FUNCTIONS = {
    "00-python-warmup": [
        "find_all", "angles", "mirror_stack", "read_iris_table", "random_product", "fit_line",
        "plot_trigonometry", "species_summary",
    ],
    "01-introduction": [
        "lag_one_autocorrelation", "spectral_centroid", "excess_kurtosis", "spot_the_seismogram", "sta_lta",
        "trigger_onsets", "match_picks", "dataset_shape", "flatten_images", "mse", "best_constant",
        "has_learned", "sort_tasks", "epsilon_greedy", "update_value",
    ],
    "02-regression": [
        "linear_model", "mse", "mse_gradient", "grid_search", "grid_search_years", "random_search",
        "gradient_descent", "diagnose_learning_rate", "polynomial_features", "split", "ridge_fit",
        "choose_regularization", "compare_regressors", "phase_targets", "fit_phase_regressor",
    ],
    "03-turbidity-calibration": [
        "read_samples", "clean", "match_in_time", "inspect_outliers", "fit_calibration",
        "cross_validated_error", "compare_models", "predict_load", "sediment_flux",
    ],
    "04-classification": [
        "decision_function", "hinge_loss", "fit_svm", "support_vectors", "rbf_kernel", "fit_svc",
        "confusion_matrix", "accuracy", "precision", "recall", "read_published_matrix", "gini", "best_split",
        "forest_vote", "to_polar", "xor_is_separable", "occupied_fraction",
    ],
    "05-iris": [
        "load", "standardize", "stratified_folds", "cross_validate", "evaluate_models", "decision_regions",
        "most_confused_pair", "pick_model",
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def course() -> Course:
    return Course.open(ROOT)


def test_source_and_release_are_what_the_texts_build(course: Course) -> None:
    assert check_sources(course) == []
    assert check_releases(course) == []


def test_nothing_released_tells_a_secret(course: Course) -> None:
    assert find_release_leaks(course) == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_planted_solution_of_each_lesson_is_found(course: Course, lesson: str, tmp_path: Path) -> None:
    secrets = secrets_of(course)
    (own,) = [secret for secret in secrets if secret.lesson == lesson]
    notebook = json.loads(course.release_notebook(lesson).read_text(encoding="utf-8"))
    path = tmp_path / lesson / f"{lesson}.ipynb"
    path.parent.mkdir()
    assert len(own.lines) > 80
    for line in own.lines:
        notebook["cells"][0]["source"] = f"# Title\n\n{line}"
        path.write_text(json.dumps(notebook), encoding="utf-8")
        assert find_leaks(tmp_path, [own]), line


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_has_a_hundred_points(course: Course, lesson: str) -> None:
    assert sum(cell.points or 0 for cell in load_lesson(course, lesson).graded()) == 100


@pytest.mark.parametrize("lesson", FUNCTIONS)
def test_a_lesson_asks_for_the_functions_of_the_curriculum(course: Course, lesson: str) -> None:
    notebook = json.loads(course.release_notebook(lesson).read_text(encoding="utf-8"))
    answers = "\n".join(
        "".join(cell["source"])
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution")
    )
    assert not [name for name in FUNCTIONS[lesson] if f"def {name}(" not in answers]


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_graded_cell_has_hidden_tests_with_a_message(course: Course, lesson: str) -> None:
    for cell in load_lesson(course, lesson).graded():
        assert "### BEGIN HIDDEN TESTS" in cell.source, cell.grade_id


def test_no_topic_that_was_covered_is_lost(course: Course) -> None:
    notebooks = [path for name in course.assignments() for path in course.source_notebooks(name)]
    covered = [row.topic for row in coverage(notebooks, read_topics()) if row.exercises]
    assert len(covered) >= TOPICS_COVERED
    first_sections = {
        topic for topic in read_topics() if topic.startswith(("intro.", "def.", "reg.", "clf."))
    }
    assert first_sections - {"clf.handcrafted-features", "clf.volcano"} <= set(covered)
