"""The student bundle: releases, an environment, a README, nothing else, nothing hidden."""

from __future__ import annotations

import shutil
from importlib import metadata
from pathlib import Path

import pytest

from eds_autograder.authoring.build import build_lessons
from eds_autograder.authoring.publish import publish, requirements_of
from eds_autograder.course import Course
from eds_datasets.errors import EdsError


def test_the_bundle_holds_three_things_and_nothing_else(released: Course, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    written = publish(released, bundle)
    assert [str(path.relative_to(bundle)) for path in written] == [
        "01-rating/01-rating.ipynb", "README.md", "requirements.txt",
    ]  # fmt: skip
    assert "Fit a river's rating curve" in (bundle / "README.md").read_text(encoding="utf-8")
    requirements = (bundle / "requirements.txt").read_text(encoding="utf-8").split()
    assert requirements == [
        f"jupyterlab=={metadata.version('jupyterlab')}",
        f"numpy=={metadata.version('numpy')}",
    ]


def test_publishing_again_replaces_the_bundle_and_leaves_git_alone(released: Course, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    publish(released, bundle)
    (bundle / ".git").mkdir()
    (bundle / ".git" / "HEAD").write_text("ref", encoding="utf-8")
    (bundle / "01-rating" / "old-data.csv").write_text("1", encoding="utf-8")
    publish(released, bundle)
    assert (bundle / ".git" / "HEAD").exists()
    assert not (bundle / "01-rating" / "old-data.csv").exists()


def test_a_folder_with_something_else_in_it_is_refused(released: Course, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "thesis").mkdir(parents=True)
    (home / "thesis" / "chapter.tex").write_text("mine", encoding="utf-8")
    with pytest.raises(EdsError, match="holds what no bundle has: thesis"):
        publish(released, home)
    assert (home / "thesis" / "chapter.tex").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("folder", ["source", "release", "submitted/ada", "source/01-rating"])
def test_the_course_itself_is_never_replaced(released: Course, folder: str) -> None:
    place = released.root / folder
    if not place.exists():
        shutil.copytree(released.release_dir, place)
    before = sorted(released.root.rglob("*"))
    with pytest.raises(EdsError, match="belongs to the course"):
        publish(released, place)
    assert sorted(released.root.rglob("*")) == before


def test_the_source_of_another_course_is_no_earlier_bundle(released: Course, tmp_path: Path) -> None:
    other = shutil.copytree(released.source_dir, tmp_path / "other")
    with pytest.raises(EdsError, match="holds what no bundle has: 01-rating"):
        publish(released, other)
    assert (other / "01-rating" / "01-rating.py").is_file()


def test_a_leak_in_the_release_stops_the_bundle(released: Course, tmp_path: Path) -> None:
    (released.root / "release" / "01-rating" / "key.txt").write_text(
        "return slope * stage_in_metres + intercept"
    )
    with pytest.raises(EdsError, match=r"key\.txt: not made from source"):
        publish(released, tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_nothing_released_is_said(course: Course, tmp_path: Path) -> None:
    build_lessons(course)
    with pytest.raises(EdsError, match="nothing is released") as caught:
        publish(course, tmp_path / "bundle")
    assert caught.value.tip == "run 'eds course release'"


def write_notebook(path: Path, source: str) -> Path:
    import nbformat

    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), path)
    return path


def test_requirements_come_from_the_imports(tmp_path: Path) -> None:
    path = write_notebook(
        tmp_path / "a.ipynb",
        "%matplotlib inline\nimport json\nimport eds_datasets\nfrom sklearn.svm import SVC\n",
    )
    assert requirements_of([path], package="./eds.whl") == [
        "./eds.whl", f"jupyterlab=={metadata.version('jupyterlab')}", f"scikit-learn=={metadata.version('scikit-learn')}",
    ]  # fmt: skip
    assert f"earth-data-science=={metadata.version('earth-data-science')}" in requirements_of([path])


def test_an_import_that_is_not_installed_is_said(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb", "import no_such_module_anywhere\n")
    with pytest.raises(EdsError, match="import no_such_module_anywhere, which is not installed here"):
        requirements_of([path])


def test_a_module_beside_the_notebook_needs_no_installation(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb", "import helpers\n")
    (tmp_path / "helpers.py").write_text("x = 1\n", encoding="utf-8")
    assert requirements_of([path]) == [f"jupyterlab=={metadata.version('jupyterlab')}"]
