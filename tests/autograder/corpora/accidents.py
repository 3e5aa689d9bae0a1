"""Honest mishaps, each a submission made by code, with the marks that it must get.

All are of the lesson of `small_course`: a line for 5 points, a total for 3, a share for 2, an essay that a
person reads. The student's answers are right throughout, so what is missing from full marks was lost.
"""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import nbformat
from small_course import LESSON, answered, by_id, cell, notebook, with_copy, without

Marks = Mapping[str, float | None]
Files = dict[str, bytes]

NAME = f"{LESSON}.ipynb"
FULL: Marks = {"test-line": 5, "test-total": 3, "test-share": 2, "why": None}
# no notebook to mark: a person has to look, and nobody has lost a point
OPEN: Marks = dict.fromkeys(FULL)


@dataclass(frozen=True)
class Accident:
    """One mishap.

    Attributes
    ----------
    name : str
        What happened, in words; part of the student's id.
    files : dict of str to bytes
        What was handed in.
    marks : mapping of str to float or None
        Exercise to the points that it must get; None where a person decides.
    told : str or None
        A pattern that the problems must match; None: there must be none.
    """

    name: str
    files: Files
    marks: Marks = field(default_factory=lambda: FULL)
    told: str | None = None


def text(made: Any) -> bytes:
    return json.dumps(made, indent=1, ensure_ascii=False).encode()


def handed_in(made: Any, name: str = NAME, **more: bytes) -> Files:
    return {name: text(made), **more}


def then(*sources: str) -> Files:
    """The right answers, and cells behind them."""
    made = answered()
    made.cells += [cell(source) for source in sources]
    return handed_in(made)


def before(grade_id: str, source: str) -> Files:
    """The right answers, and a cell in front of one of the cells."""
    made = answered()
    made.cells.insert(made.cells.index(by_id(made, grade_id)), cell(source))
    return handed_in(made)


def without_marks(made: Any) -> Any:
    """The notebook as an editor writes it that does not know nbgrader."""
    for each in made.cells:
        each.metadata = nbformat.NotebookNode()
    return made


def with_metadata(each: Mapping[str, Any], whole: Mapping[str, Any]) -> Files:
    made = answered()
    made.metadata |= whole
    for item in made.cells:
        item.metadata |= copy.deepcopy(dict(each))
    return handed_in(made)


def raw(change: Any) -> Files:
    """The right answers, as JSON that a function has changed."""
    record = json.loads(text(answered()))
    change(record)
    return handed_in(record)


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def old_format() -> Files:
    made = nbformat.v4.downgrade(copy.deepcopy(answered()))
    return handed_in(json.loads(nbformat.v3.writes_json(made)))


def changed(grade_id: str, source: str, **fields: Any) -> Files:
    made = answered()
    by_id(made, grade_id).source = source
    by_id(made, grade_id).update(fields)
    return handed_in(made)


def reordered() -> Files:
    """The test of the total was dragged above its answer."""
    made = answered()
    tests = by_id(made, "test-total")
    made.cells.remove(tests)
    made.cells.insert(2, tests)
    return handed_in(made)


def as_markdown() -> Files:
    """Pressed M in the answer: JupyterLab makes it a Markdown cell."""
    made = answered()
    each = by_id(made, "total")
    each.cell_type = "markdown"
    del each["outputs"], each["execution_count"]
    return handed_in(made)


COLAB = {"colab": {"base_uri": "https://localhost:8080/"}, "id": "aB3dEf", "outputId": "9f1c"}
COLAB_NOTEBOOK = {"colab": {"provenance": [], "toc_visible": True}, "accelerator": "GPU"}
VSCODE = {"vscode": {"languageId": "python"}}
LOST = {"test-line": 5, "test-total": 0, "test-share": 0, "why": None}


def accidents() -> Iterator[Accident]:
    """Yield the corpus."""
    yield from _code_that_goes_wrong()
    yield from _noise()
    yield from _files()
    yield from _names()
    yield from _editors()
    yield from _cells()


def _code_that_goes_wrong() -> Iterator[Accident]:
    died = "kernel died"
    yield Accident("dies at the end", then("import os\nos.kill(os.getpid(), 9)"), told=died)
    yield Accident("leaves in the middle", before("total", "import os\nos._exit(3)"), LOST, died)
    yield Accident(
        "asks for a table that fits no memory", then("table = bytearray(10**15)"), told="memory|^$"
    )
    yield Accident("recurses without an end", then("def f():\n    return f()\nf()"))
    yield Accident(
        "loops without an end", then("import time\nwhile True:\n    time.sleep(0.1)"), told="stopped"
    )
    yield Accident(
        "loops and catches the interrupt",
        then(
            "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    time.sleep(0.1)"
        ),
        told="did not stop|died",
    )
    yield Accident("calls exit", then("exit()"))
    yield Accident("calls quit", then("quit()"))
    yield Accident("calls sys exit in the middle", before("total", "import sys\nsys.exit(1)"))
    yield Accident("asks for input", before("line", "name = input('Your name? ')"))
    yield Accident("asks for a password", before("line", "import getpass\ngetpass.getpass()"))
    yield Accident(
        "opens a file that is only at home", before("line", "open('C:\\\\Users\\\\me\\\\data.csv')")
    )
    yield Accident("works elsewhere", then("import os\nos.chdir('/')"))
    yield Accident("clears everything at the end", then("%reset -f"))
    yield Accident("syntax error in a scratch cell", before("total", "def broken(:\n    pass"))
    yield Accident("asks for a plot that is not installed", before("line", "%matplotlib widget"))
    yield Accident("asks for a magic that does not exist", before("line", "%load_ext no_such_extension"))
    yield Accident("installs a package", before("line", "!pip install --no-index no-such-package-anywhere"))
    yield Accident("leaves a process", then("import subprocess\nsubprocess.Popen(['sleep', '1000'])"))
    yield Accident("leaves a thread", then(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(1000,), daemon=True).start()"
    ))  # fmt: skip


def _noise() -> Iterator[Accident]:
    answer = "def total(numbers):\n    {}\n    return sum(numbers)"
    for name, line in {
        "deprecation warning": "import warnings; warnings.warn('old', DeprecationWarning)",
        "user warning": "import warnings; warnings.warn('careful')",
        "prints to stderr": "import sys; print('careful', file=sys.stderr)",
        "logging": "import logging; logging.warning('careful')",
        "progress bar": "import sys; sys.stderr.write('\\r100%|##########|')",
        "prints to stdout": "print('numbers are', numbers)",
    }.items():
        yield Accident(f"{name} while a test runs", changed("total", answer.format(line)))
    yield Accident("much output", then("for number in range(20_000):\n    print(number, 'x' * 80)"))
    yield Accident("one very long line", then("print('x' * 2_000_000)"))


def _files() -> Iterator[Accident]:
    whole = text(answered())
    yield Accident("byte order mark", {NAME: b"\xef\xbb\xbf" + whole}, told="byte-order mark")
    yield Accident("utf 16", {NAME: whole.decode().encode("utf-16")}, told="UTF-16")
    yield Accident("utf 16 without a mark", {NAME: whole.decode().encode("utf-16-le")}, told="UTF-16")
    ascii_ = json.dumps(answered(line="return 2 * x + 1  # schön"), ensure_ascii=False)
    yield Accident("windows 1252", {NAME: ascii_.encode("cp1252")}, told="Windows-1252")
    yield Accident("windows line ends", {NAME: whole.replace(b"\n", b"\r\n")})
    yield Accident("windows line ends in cells", {NAME: whole.replace(b"\\n", b"\\r\\n")})
    yield Accident("zeros behind the end", {NAME: whole + b"\0" * 512}, told="behind the notebook's end")
    yield Accident("an older tail", {NAME: whole + b"]\n}\n"}, told="behind the notebook's end")
    yield Accident("cut upload", {NAME: whole[: len(whole) // 2]}, OPEN, "breaks off")
    yield Accident("empty file", {NAME: b""}, OPEN, "empty")
    yield Accident("zip renamed", {NAME: zipped(lines=whole)}, OPEN, "a zip archive")
    yield Accident("word renamed", {NAME: zipped(word__document=b"<w/>")}, OPEN, "a Word document")
    yield Accident("login page saved", {NAME: b"<!DOCTYPE html><html>Log in</html>"}, OPEN, "a web page")
    conflict = whole.replace(b'"cells"', b'<<<<<<< HEAD\n"cells"', 1).replace(b" <<<<<<<", b"<<<<<<<")
    yield Accident("merge conflict", {NAME: conflict}, OPEN, "merge conflict")
    yield Accident("nothing but a report", {"report.txt": b"Dear teacher"}, OPEN, "no lines.ipynb")
    other = notebook([cell("def f(): pass", "other", "answer"), cell("assert f", "test-other", "tests", 1)])
    yield Accident("notebook of another lesson", handed_in(other), OPEN, "another assignment")


def _names() -> Iterator[Accident]:
    taken = "taken for lines.ipynb"
    for name in ("lines (1).ipynb", "lines – Kopie.ipynb", "Übung Zoë.ipynb", "LINES.ipynb", "lines.ipynb.txt",
                 "my work/lines.ipynb", "a/b/c/final version.ipynb"):  # fmt: skip
        yield Accident(f"named {name}".replace("/", " in "), handed_in(answered(), name), told=taken)
    twice = {"lines (1).ipynb": text(answered()), "lines (2).ipynb": text(answered())}
    yield Accident("the same notebook twice", twice, told=taken)
    saved = {
        ".ipynb_checkpoints/lines-checkpoint.ipynb": text(answered(line="return 0")),
        **handed_in(answered()),
    }
    yield Accident("with an autosave", saved)
    mac = {"__MACOSX/work/._lines.ipynb": b"\0\5\x16\7", **handed_in(answered(), "work/lines.ipynb")}
    yield Accident("archive of a mac", mac, told=taken)
    both = {NAME: b"", **handed_in(answered(), "lines (1).ipynb")}
    yield Accident("an empty file beside the right one", both, told="cannot be read")
    yield Accident("with a module named as one of Python's", handed_in(answered(), **{"random.py": b"1/0"}))
    yield Accident("with their own data", handed_in(answered(), **{"numbers.txt": b"9 9 9"}))


def _editors() -> Iterator[Accident]:
    yield Accident("colab", with_metadata(COLAB, COLAB_NOTEBOOK))
    yield Accident("vs code", with_metadata(VSCODE, {"language_info": {"name": "python"}}))
    for name, spec in {
        "r": {"name": "ir", "display_name": "R", "language": "R"},
        "own environment": {"name": "my-env", "display_name": "Python (my-env)"},
        "python 2": {"name": "python2", "display_name": "Python 2", "language": "python"},
    }.items():
        yield Accident(f"kernel of {name}", with_metadata({}, {"kernelspec": spec}))
    yield Accident("no kernel at all", raw(lambda record: record["metadata"].clear()))
    yield Accident("format 3", old_format(), told="old notebook format 3")
    yield Accident("format 4.0", raw(lambda record: record.update(nbformat_minor=0)))
    yield Accident("format of the future", raw(lambda record: record.update(nbformat_minor=99)))
    yield Accident("cell ids missing", raw(lambda record: [each.pop("id") for each in record["cells"]]))
    yield Accident(
        "cell ids doubled", raw(lambda record: [each.update(id="same") for each in record["cells"]])
    )
    yield Accident("outputs null", raw(lambda record: [
        each.update(outputs=None) for each in record["cells"] if each["cell_type"] == "code"
    ]))  # fmt: skip
    yield Accident("outputs malformed", raw(lambda record: [
        each.update(outputs=[{"output_type": "stream"}, 7]) for each in record["cells"] if "outputs" in each
    ]))  # fmt: skip
    yield Accident("sources in lines", raw(lambda record: [
        each.update(source=each["source"].splitlines(keepends=True)) for each in record["cells"]
    ]))  # fmt: skip
    yield Accident(
        "metadata of the notebook missing", raw(lambda record: record.pop("metadata")), told="added"
    )
    yield Accident("metadata stripped", handed_in(without_marks(answered())), told="known again by the text")
    yield Accident(
        "metadata stripped and renamed", handed_in(without_marks(answered()), "x.ipynb"), told="taken for"
    )
    yield Accident(
        "half a character", {NAME: text(answered()).replace(b"# Lines", b"# \\ud83d")}, told="no Unicode"
    )
    yield Accident("a very long line", before("line", f"numbers = {list(range(20_000))}"))


def _cells() -> Iterator[Accident]:
    restored = "restored"
    yield Accident("a test was copied", handed_in(with_copy(answered(), "test-total")), told="more than once")
    yield Accident("an answer was copied", handed_in(with_copy(answered(), "total")), told="more than once")
    for grade_id in ("test-line", "test-total", "test-share"):
        yield Accident(f"{grade_id} was deleted", handed_in(without(answered(), grade_id)), told="put back")
    gone = answered()
    for grade_id in ("test-line", "test-total", "test-share", "setup"):
        without(gone, grade_id)
    yield Accident("all tests were deleted", handed_in(gone), told="put back")
    yield Accident("the essay was deleted", handed_in(without(answered(), "why")), told="put back")
    yield Accident(
        "a print in a test", changed("test-total", "print(1)\nassert total([1, 2]) == 3"), told=restored
    )
    made = changed("test-total", "assert total([1, 2]) == 3", cell_type="raw")
    yield Accident("a test became raw text", made, told=restored)
    yield Accident("an answer became prose", as_markdown())
    yield Accident("a test was dragged above its answer", reordered(), told="order")
    split = answered()
    by_id(split, "total").source = "# see below"
    split.cells.insert(
        split.cells.index(by_id(split, "test-total")), cell("def total(numbers):\n    return sum(numbers)")
    )
    yield Accident("an answer in a cell of its own", handed_in(split))
