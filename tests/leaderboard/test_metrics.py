from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from eds_leaderboard.event import PRIMARY_METRICS
from eds_leaderboard.metrics import (
    BOARD_METRICS,
    METRICS,
    ConfusionMatrix,
    f1_per_class,
    per_class_table,
    precision_per_class,
    recall_per_class,
)

SAME = 1e-12

GOLDEN = [
    # case, classes, truth, prediction, accuracy, macro precision, macro recall, macro F1, weighted precision
    ("perfect", "012", "0122", "0122", 1, 1, 1, 1, 1),
    ("a class never predicted", "012", "001122", "001111", 2 / 3, 0.5, 2 / 3, 5 / 9, 0.5),
    ("class in the list, absent from truth", "012", "0011", "0012", 0.75, 2 / 3, 0.5, 5 / 9, 1),
    ("class absent from both", "012", "0011", "0010", 0.75, 5 / 9, 0.5, 22 / 45, 5 / 6),
    ("imbalanced", "012", "0000000012", "0000000110", 0.8, 11 / 24, 0.625, 37 / 72, 0.75),
    ("constant", "012", "012012", "000000", 1 / 3, 1 / 9, 1 / 3, 1 / 6, 1 / 9),
    ("all wrong", "012", "012", "120", 0, 0, 0, 0, 0),
    ("one row", "01", "1", "1", 1, 0.5, 0.5, 0.5, 1),
]


def matrix_of(truth: Sequence[int], predicted: Sequence[int], n_classes: int) -> ConfusionMatrix:
    return ConfusionMatrix.from_codes(
        np.asarray(truth), np.asarray(predicted), [str(code) for code in range(n_classes)]
    )


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case[0])
def test_golden_values(case: tuple[str, str, str, str, *tuple[float, ...]]) -> None:
    _, classes, truth, predicted, *expected = case
    matrix = matrix_of([int(c) for c in truth], [int(c) for c in predicted], len(classes))
    names = ["accuracy", "macro_precision", "macro_recall", "macro_f1", "weighted_precision"]
    assert [METRICS[name](matrix) for name in names] == pytest.approx(expected, abs=SAME)


@pytest.mark.parametrize(("positive", "precision", "recall"), [(1, 0.5, 0.5), (0, 2 / 3, 2 / 3)])
def test_golden_values_of_a_binary_case(positive: int, precision: float, recall: float) -> None:
    matrix = matrix_of([0, 0, 0, 1, 1], [0, 1, 0, 0, 1], 2)
    assert METRICS["accuracy"](matrix) == pytest.approx(0.6, abs=SAME)
    assert precision_per_class(matrix)[positive] == pytest.approx(precision, abs=SAME)
    assert recall_per_class(matrix)[positive] == pytest.approx(recall, abs=SAME)


def assert_equals_the_oracle(truth: np.ndarray, predicted: np.ndarray, n_classes: int) -> None:
    """Compare what the board ranks by and shows: two calls of the oracle for four metrics."""
    matrix = matrix_of(truth, predicted, n_classes)
    expected = averages(truth, predicted, n_classes, "macro")
    expected["accuracy"] = oracle.accuracy_score(truth, predicted)
    for name, value in expected.items():
        assert METRICS[name](matrix) == pytest.approx(value, abs=SAME, rel=0), name


def averages(truth: np.ndarray, predicted: np.ndarray, n_classes: int, average: str) -> dict[str, float]:
    values = oracle.precision_recall_fscore_support(
        truth, predicted, labels=list(range(n_classes)), average=average, zero_division=0
    )
    return {
        f"{average}_{name}": value for name, value in zip(("precision", "recall", "f1"), values, strict=False)
    }


def assert_all_equals_the_oracle(truth: np.ndarray, predicted: np.ndarray, n_classes: int) -> None:
    """Compare every metric, every class and every count."""
    assert_equals_the_oracle(truth, predicted, n_classes)
    labels = list(range(n_classes))
    matrix = matrix_of(truth, predicted, n_classes)
    expected = averages(truth, predicted, n_classes, "weighted")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "y_pred contains classes not in y_true", UserWarning)
        warnings.filterwarnings("ignore", "A single label was found", UserWarning)
        expected["balanced_accuracy"] = oracle.balanced_accuracy_score(truth, predicted)
        counts = oracle.confusion_matrix(truth, predicted, labels=labels)
    for name, value in expected.items():
        assert METRICS[name](matrix) == pytest.approx(value, abs=SAME, rel=0), name
    np.testing.assert_array_equal(matrix.counts, counts)
    per_class = oracle.precision_recall_fscore_support(
        truth, predicted, labels=labels, average=None, zero_division=0
    )
    for compute, values in zip(
        (precision_per_class, recall_per_class, f1_per_class), per_class, strict=False
    ):
        np.testing.assert_allclose(compute(matrix), values, rtol=0, atol=SAME)


def random_case(generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray, int]:
    n_classes, n_rows = int(generator.integers(2, 8)), int(generator.integers(1, 60))
    # a skewed draw leaves classes empty in the truth, the prediction or both
    truth = generator.choice(n_classes, n_rows, p=generator.dirichlet(np.full(n_classes, 0.5)))
    predicted = np.where(generator.random(n_rows) < 0.5, truth, generator.integers(0, n_classes, n_rows))
    return truth, predicted, n_classes


def test_the_boards_metrics_equal_scikit_learn_on_two_thousand_random_cases() -> None:
    generator = np.random.default_rng(20261127)
    for _ in range(2000):
        assert_equals_the_oracle(*random_case(generator))


def test_all_metrics_equal_scikit_learn_on_four_hundred_random_cases() -> None:
    generator = np.random.default_rng(20261128)
    for _ in range(400):
        assert_all_equals_the_oracle(*random_case(generator))


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 6).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), min_size=1, max_size=40),
        )
    )
)
def test_equals_scikit_learn_on_searched_cases(case: tuple[int, list[tuple[int, int]]]) -> None:
    n_classes, pairs = case
    truth, predicted = np.asarray(pairs).T
    assert_all_equals_the_oracle(truth, predicted, n_classes)


def test_equals_scikit_learn_on_a_large_case() -> None:
    generator = np.random.default_rng(3)
    truth = generator.integers(0, 50, 200_000)
    predicted = np.where(generator.random(truth.size) < 0.7, truth, generator.integers(0, 50, truth.size))
    assert_all_equals_the_oracle(truth, predicted, 50)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60), st.randoms())
def test_neither_row_order_nor_class_names_move_a_score_by_one_bit(pairs, random) -> None:
    truth, predicted = np.asarray(pairs).T
    before = {name: metric(matrix_of(truth, predicted, 5)) for name, metric in METRICS.items()}
    order = list(range(len(pairs)))
    random.shuffle(order)
    renamed = list(range(5))
    random.shuffle(renamed)
    names = np.asarray(renamed)
    shuffled = matrix_of(truth[order], predicted[order], 5)
    relabelled = matrix_of(names[truth], names[predicted], 5)
    for name, metric in METRICS.items():
        assert metric(shuffled) == before[name]
        assert metric(relabelled) == before[name]


def test_identities_of_a_single_label_classification() -> None:
    generator = np.random.default_rng(5)
    matrix = matrix_of(generator.integers(0, 4, 500), generator.integers(0, 4, 500), 4)
    assert METRICS["weighted_recall"](matrix) == METRICS["accuracy"](matrix)
    assert METRICS["balanced_accuracy"](matrix) == pytest.approx(METRICS["macro_recall"](matrix), abs=SAME)


def test_balanced_accuracy_leaves_out_classes_without_rows() -> None:
    matrix = matrix_of([0, 0, 1, 1], [0, 2, 1, 1], 3)
    assert METRICS["balanced_accuracy"](matrix) == pytest.approx(0.75)
    assert METRICS["macro_recall"](matrix) == pytest.approx(0.5)


def test_dumping_rows_in_one_class_games_macro_precision_but_neither_ranking_metric() -> None:
    """The attack of four sure rows and the rest in one class."""
    truth = np.repeat(np.arange(5), 200)
    predicted = np.full(1000, 4)
    predicted[[0, 200, 400, 600]] = [0, 1, 2, 3]
    matrix = matrix_of(truth, predicted, 5)
    assert METRICS["macro_precision"](matrix) > 0.83
    assert all(METRICS[name](matrix) < 0.21 for name in PRIMARY_METRICS)


def test_a_score_never_leaves_its_bounds_by_rounding() -> None:
    for n_classes in range(1, 200):
        codes = np.arange(n_classes)
        assert all(metric(matrix_of(codes, codes, n_classes)) == 1.0 for metric in METRICS.values())


def test_a_metric_ranks_by_its_direction_and_shows_its_precision() -> None:
    accuracy = METRICS["accuracy"]
    assert accuracy.sort_key(0.9) < accuracy.sort_key(0.8)
    assert accuracy.text(2 / 3) == "0.6667"
    assert accuracy.rounded(2 / 3) == 0.6667


def test_a_metric_refuses_to_return_no_number() -> None:
    broken = METRICS["accuracy"].__class__("broken", "broken", lambda matrix: math.nan)
    with pytest.raises(ValueError, match="broken is nan"):
        broken(matrix_of([0], [0], 1))


@pytest.mark.parametrize(
    ("truth", "predicted", "message"),
    [
        ([], [], "at least one row"),
        ([0, 1], [0], "2 true rows but 1 predicted"),
        ([0, 2], [0, 1], "must lie in 0 … 1"),
        ([0, 1], [0, -1], "must lie in 0 … 1"),
        ([0.0, 1.0], [0, 1], "must be integers"),
        ([[0, 1]], [[0, 1]], "got shape"),
    ],
)
def test_codes_that_cannot_be_counted_are_refused(truth, predicted, message) -> None:
    with pytest.raises(ValueError, match=message):
        ConfusionMatrix.from_codes(truth, predicted, ["a", "b"])


def test_a_matrix_is_rebuilt_from_its_cells() -> None:
    matrix = matrix_of([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0], 4)
    rebuilt = ConfusionMatrix.from_cells(matrix.cells(), matrix.labels)
    np.testing.assert_array_equal(rebuilt.counts, matrix.counts)


def test_the_table_per_class_counts_all_rows_twice() -> None:
    table = per_class_table(matrix_of([0, 0, 1], [0, 1, 1], 3))
    assert [row["support"] for row in table] == [2, 1, 0]
    assert [row["predicted"] for row in table] == [1, 2, 0]


def test_the_metrics_that_options_and_the_board_name_exist() -> None:
    assert set(PRIMARY_METRICS) <= set(BOARD_METRICS) <= set(METRICS)
