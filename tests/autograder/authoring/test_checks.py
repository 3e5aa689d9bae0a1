"""A lesson that would mislead a student, lose marks or leak is refused, with file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from eds_autograder.authoring.checks import check_lesson
from eds_autograder.authoring.lesson import read_lesson
from eds_autograder.authoring.topics import read_topics

Write = Callable[[str], Path]

ANSWER = '# %% answer="f"\ndef f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n\n\n'
TESTS = '# %% tests="test-f" points=1 topics="reg.mse"\n'


def problems(write_lesson: Write, text: str) -> list[tuple[int, str]]:
    found = check_lesson(read_lesson(write_lesson(text)), read_topics())
    return [(problem.line, problem.message) for problem in found]


def test_the_model_lesson_has_no_problem(write_lesson: Write, lesson_text: str) -> None:
    assert problems(write_lesson, lesson_text) == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('# %% readonly=""\nx = 1\n', 1, "missing id"),
        ('# %% readonly="a b"\nx = 1\n', 1, "only letters, digits"),
        ('# %% readonly="a"\nx = 1\n\n# %% readonly="a"\nx = 2\n', 1, "doubled id 'a': 2 cells"),
        ('# %% readonly="a" points=2\nx = 1\n', 1, "points where nothing is graded"),
        ("# %% points=2\nx = 1\n", 1, "points where nothing is graded"),
        ('# %% readonly="a" topics="reg.mse"\nx = 1\n', 1, "topics where nothing is graded"),
        ('# %% tests="t" points=2 topics="reg.mse"\nx = 1\n', 1, "the tests assert nothing"),
        ('# %% tests="t" topics="reg.mse"\nassert True\n', 1, "without points"),
        ('# %% tests="t" points=0 topics="reg.mse"\nassert True\n', 1, "without points"),
        ('# %% tests="t" points=2\nassert True\n', 1, "graded cell without topics"),
        ('# %% [markdown] essay="t" points=2\n# Why?\n', 1, "graded cell without topics"),
        ('# %% tests="t" points=2 topics="reg.mse reg.msse"\nassert True\n', 1, "unknown topic 'reg.msse'"),
        ('# %% [markdown] tests="t" points=2 topics="reg.mse"\n# assert\n', 1, "it must be code"),
        ('# %% essay="t" points=2 topics="reg.mse"\nx = 1\n', 1, "it must be markdown"),
        (ANSWER.replace("    ### END SOLUTION\n", "") + TESTS + "assert f(1) == 1\n", 3, "BEGIN SOLUTION without its END"),
        (ANSWER.replace("    ### BEGIN SOLUTION\n", "") + TESTS + "assert f(1) == 1\n", 4, "END SOLUTION without its BEGIN"),
        (TESTS + "assert f(1)\n### BEGIN HIDDEN TESTS\nassert f(2), 'no'\n", 3, "BEGIN HIDDEN TESTS without its END"),
        (
            TESTS + "assert f(1)\n### BEGIN HIDDEN TESTS\n### BEGIN HIDDEN TESTS\nassert f(2), 'no'\n### END HIDDEN TESTS\n",
            4, "BEGIN HIDDEN TESTS again before its END",
        ),
        ("# %%\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n", 1, "students would see it"),
        (ANSWER.replace("SOLUTION", "HIDDEN TESTS") + TESTS + "assert f(1) == 1\n", 1, "students would see it"),
        (TESTS + "### BEGIN HIDDEN TESTS\nassert f(2) == 2, 'no'\n### END HIDDEN TESTS\n", 1, "hidden tests without visible ones"),
        (TESTS + "assert f(1)\n### BEGIN HIDDEN TESTS\nassert f(2)\n### END HIDDEN TESTS\n", 4, "without a message"),
        (TESTS + "assert f(1)\n### BEGIN HIDDEN TESTS\nassert f(2), f'{f(2)}'\n### END HIDDEN TESTS\n", 4, "must be a plain string"),
        (TESTS + "print(f(1))\nassert f(1) == 1\n", 2, "a test cell that prints: print()"),
        (TESTS + "assert f(1) == 1\nf(1)\n", 3, "its last line is a bare expression"),
        (TESTS + "assert f(1 ==\n", 2, "not valid Python"),
        (ANSWER, 1, "graded by no tests cell"),
        (ANSWER.replace("return x", "return x x") + TESTS + "assert f(1)\n", 4, "the solution is not valid Python"),
        (ANSWER.replace("return x", 'return """x') + TESTS + "assert f(1)\n", 4, "unterminated triple-quoted string"),
        (TESTS + "assert f(1) == 1\n", 1, "no answer stands above these tests"),
        (ANSWER + TESTS + "assert f(1)\nsys.stderr.write('no')\nassert f(1)\n", 10, "a test cell that prints: stderr.write()"),
        ('# %% readonly="a"\n### BEGIN SOLUTION\n### END SOLUTION\n', 1, "students would see it"),
        (
            ANSWER + TESTS + "assert f(1)\n### BEGIN HIDDEN TEST\nassert f(2), 'no'\n### END HIDDEN TEST\n",
            10, "'### BEGIN HIDDEN TEST' delimits nothing",
        ),
        (ANSWER.replace("### BEGIN", "### Begin") + TESTS + "assert f(1)\n", 3, "'### Begin SOLUTION' delimits nothing"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_line(write_lesson: Write, text: str, line: int, message: str) -> None:
    found = problems(write_lesson, text)
    assert any(at == line and message in said for at, said in found), found


def test_all_problems_are_told_at_once_in_the_order_of_the_text(write_lesson: Write) -> None:
    text = '# %% readonly="a" points=1\nx = 1\n\n' + TESTS.replace("reg.mse", "no.topic") + "print(1)\n"
    found = problems(write_lesson, text)
    assert [line for line, _ in found] == sorted(line for line, _ in found)
    assert len(found) == 6


@pytest.mark.parametrize(
    "last",
    [
        "np.testing.assert_allclose(f(1), 1)",
        "assertEqual(f(1), 1)",
        "for _x in (1, 2):\n    assert f(_x) == _x",
    ],
)
def test_a_cell_may_end_in_any_kind_of_assertion(write_lesson: Write, last: str) -> None:
    assert problems(write_lesson, ANSWER + TESTS + last + "\n") == []


@pytest.mark.parametrize("magic", ["%timeit x", "!ls", "files = !ls", "len?"])
def test_a_solution_may_hold_a_magic(write_lesson: Write, magic: str) -> None:
    text = ANSWER.replace("    return x\n", f"    return x\n{magic}\n")
    assert problems(write_lesson, text + TESTS + "assert f(1) == 1\n") == []
