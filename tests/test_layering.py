"""The house has one way up: data below, grading and board side by side, command lines on top, no cycles."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "eds_datasets": ROOT / "datasets" / "eds_datasets",
    "eds_autograder": ROOT / "autograder" / "eds_autograder",
    "eds_leaderboard": ROOT / "leaderboard" / "eds_leaderboard",
}
FORBIDDEN = {
    "eds_datasets": {"eds_autograder", "eds_leaderboard"},
    "eds_autograder": {"eds_leaderboard"},
    "eds_leaderboard": {"eds_autograder"},
}


def modules() -> dict[str, Path]:
    """Every module of the three packages by its dotted name."""
    found = {}
    for package, folder in PACKAGES.items():
        for path in folder.rglob("*.py"):
            parts = path.relative_to(folder).with_suffix("").parts
            found[".".join([package, *(part for part in parts if part != "__init__")])] = path
    return found


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, at any depth, but for what only a type checker reads."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for node in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides where it goes"
            assert node.module
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_cli(module: str) -> bool:
    return "cli" in module.split(".") or module.endswith("__main__")


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_lies_below_it(package: str) -> None:
    for module, path in modules().items():
        if module.split(".")[0] == package:
            tops = {name.split(".")[0] for name in imports(path)}
            assert not tops & FORBIDDEN[package], f"{module} imports {tops & FORBIDDEN[package]}"


def test_nothing_imports_a_command_line() -> None:
    for module, path in modules().items():
        if not is_cli(module):
            wrong = [name for name in imports(path) if name.startswith("eds_") and "cli" in name.split(".")]
            assert not wrong, f"{module} imports {wrong}"


def test_there_are_no_cycles() -> None:
    known = modules()
    graph = {
        # a package's own names are found in its modules: 'from eds_x import y' goes to the module y
        module: {name for name in imports(path) if name in known and name != module}
        for module, path in known.items()
    }
    for module, needs in graph.items():
        # 'from a.b import c' names a and a.b.c: where c is a module, the package is only the way to it
        needs -= {need for need in needs if any(other.startswith(need + ".") for other in needs)}
        needs.discard(module.rpartition(".")[0])
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"cycle: {' -> '.join(error.args[1])}")


def test_the_three_folders_hold_one_package_each_and_nothing_else() -> None:
    for package, folder in PACKAGES.items():
        stray = [path.name for path in folder.parent.glob("*.py")]
        assert not stray, f"{folder.parent.name}/ must not hold {stray}"
        packages = [path.parent.name for path in folder.parent.glob("*/__init__.py")]
        assert packages == [package]
