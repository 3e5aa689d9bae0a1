"""Each kind of mistake is made where it can be, once, and nowhere else."""

from __future__ import annotations

import ast

import pytest

from eds_autograder.audit.mutants import make_mutants

DOCUMENTED = '''\
def f(train, test, x):
    """Do it.

    Parameters
    ----------
    train, test : array, shape (n,)
    x : array_like

    Returns
    -------
    array, shape (n,)
    """
    ### BEGIN SOLUTION
    {line}
    ### END SOLUTION
'''


def changes(line: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for mutant in make_mutants(DOCUMENTED.format(line=line)).kept:
        found.setdefault(mutant.operator, set()).add(mutant.change)
    return found


@pytest.mark.parametrize(
    ("line", "operator", "change"),
    [
        ("return x + 1", "arithmetic", "x + 1 → x - 1"),
        ("return x @ test", "swapped factors", "x @ test → test @ x"),
        ("return x < 3", "boundary", "x < 3 → x <= 3"),
        ("return x == 3", "comparison", "x == 3 → x != 3"),
        ("return x and test", "boolean", "x and test → x or test"),
        ("return x & test", "condition", "x & test → x"),
        ("return x if test else 0", "branch", "test → True"),
        ("return x[0]", "off by one", "0 → 1"),
        ("return x[-1]", "off by one", "-1 → -2"),
        ("return 0.5 * x", "number", "0.5 → 1.0"),
        ("return g(x, keepdims=True)", "flag", "True → False"),
        ("return g(x, test)", "swapped arguments", "g(x, test) → g(test, x)"),
        ("return x.std(axis=0)", "axis", "0 → 1"),
        ("return x.std(axis=0)", "ddof", "x.std(axis=0) → x.std(axis=0, ddof=1)"),
        ("return x.std(axis=0)", "no axis", "x.std(axis=0) → x.std()"),
        ("return np.mean(x)", "sum for mean", "np.mean(x) → np.sum(x)"),
        ("return x ** 2", "missing square", "x ** 2 → x"),
        ("return np.argmin(x)", "argmax for argmin", "np.argmin(x) → np.argmax(x)"),
        ("return g.fit(train)", "other part", "train → test"),
        ("return -x.T", "sign", "-x.T → x.T"),
        ("return x.T", "no transpose", "x.T → x"),
        ("return np.asarray(x)", "no asarray", "np.asarray(x) → x"),
        ("return x", "shape", "x → np.asarray(x)[None]"),
        ("return x", "whole numbers", "x → np.trunc(x)"),
        ("return x", "changed train", "changed train"),
        ("return x", "dropped return", "return x → return None"),
        ("raise ValueError(x)", "dropped statement", "raise ValueError(x) → pass"),
        ("return np.meshgrid(x, test)", "axis", "np.meshgrid(x, test) → np.meshgrid(x, test, indexing='ij')"),
        ("return np.sqrt(x)", "no sqrt", "np.sqrt(x) → x"),
        ("for i in x: pass", "loop", "x → list(x)[1:]"),
        ("for i in x: pass", "loop", "x → list(x)[:-1]"),
        ("return [i for i in x if i]", "condition", "[i for i in x if i] → [i for i in x]"),
        ("return list(enumerate(x))", "off by one", "enumerate(x) → enumerate(x, 1)"),
        ("return [x, test]", "left out", "[x, test] → [test]"),
        ("return {1: x, 2: test}", "left out", "{1: x, 2: test} → {1: x}"),
        ("return x.dropna().mean()", "no dropna", "x.dropna() → x"),
    ],
)
def test_a_mistake_is_made(line: str, operator: str, change: str) -> None:
    assert change in changes(line)[operator]


def test_what_the_docstring_rules_out_is_no_mistake() -> None:
    # train is an array already: whoever does not convert it is right
    assert "no asarray" not in changes("return np.asarray(train)")


def test_what_an_error_says_is_not_changed() -> None:
    assert set(changes('raise ValueError(f"{len(x) + 1} rows")')) >= {"dropped statement"}
    assert "arithmetic" not in changes('raise ValueError(f"{len(x) + 1} rows")')


def test_only_the_solution_is_changed_and_the_rest_keeps_its_form() -> None:
    text = DOCUMENTED.format(line="return   x+1  # as its author wrote it")
    outside = text.split("    ### BEGIN SOLUTION")[0]
    for mutant in make_mutants(text).kept:
        assert mutant.text.startswith(outside)
        assert "# as its author wrote it" in mutant.text


def test_a_change_stays_one_change_among_stronger_operators() -> None:
    assert "(x - 1)" in next(m.text for m in made("return 2 * (x + 1)", "arithmetic") if "- 1" in m.text)
    power = next(m.text for m in made("return test / x ** 2", "arithmetic") if "x * 2" in m.text)
    assert ast.unparse(ast.parse(power).body[0].body[-1]) == "return test / (x * 2)"  # type: ignore[attr-defined]
    square = next(m.text for m in made("return 2 * (x - test) ** 2", "missing square"))
    assert ast.unparse(ast.parse(square).body[0].body[-1]) == "return 2 * (x - test)"  # type: ignore[attr-defined]


def made(line: str, operator: str) -> list:  # type: ignore[type-arg]
    return [
        mutant for mutant in make_mutants(DOCUMENTED.format(line=line)).kept if mutant.operator == operator
    ]


def test_mutants_that_are_no_other_code_are_sorted_out_and_counted() -> None:
    found = make_mutants("def f(x):\n    return x[0:1]\n")
    assert len({mutant.text for mutant in found.kept}) == len(found.kept)
    # a return outside of a function, say
    assert make_mutants("for x in y:\n    x += 1\n    continue\n").sorted_out["not valid"] == 0
    twice = make_mutants("def f(x):\n    return x.mean(axis=0)\n")
    assert twice.sorted_out["same bytecode"] == 1  # the axis, and one off from 0, are the same mistake


def test_code_with_letters_of_several_bytes_is_changed_in_the_right_place() -> None:
    (changed,) = [
        m for m in make_mutants("def f(σ):\n    return 'µ', σ + σ\n").kept if m.operator == "arithmetic"
    ]
    assert changed.text == "def f(σ):\n    return 'µ', σ - σ\n"
