"""Hugging Face's `datasets` must stay importable from the root, where every nbgrader command runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_folder_datasets_does_not_shadow_a_package_of_that_name(repository: Path, tmp_path: Path) -> None:
    # a regular package of that name, as Hugging Face's is, found after the working directory
    package = tmp_path / "datasets"
    package.mkdir()
    (package / "__init__.py").write_text("name = 'the other one'\n", encoding="utf-8")
    code = f"import sys; sys.path.append({str(tmp_path)!r}); import datasets; print(datasets.name)"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=False
    )
    assert found.stdout.strip() == "the other one", found.stderr


def test_this_test_would_notice_a_shadow(tmp_path: Path) -> None:
    shadow, real = tmp_path / "root" / "datasets", tmp_path / "site" / "datasets"
    for package, name in ((shadow, "shadow"), (real, "the other one")):
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(f"name = {name!r}\n", encoding="utf-8")
    code = f"import sys; sys.path.append({str(real.parent)!r}); import datasets; print(datasets.name)"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=shadow.parent, capture_output=True, text=True, check=False
    )
    assert found.stdout.strip() == "shadow"
