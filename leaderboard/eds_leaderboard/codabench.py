"""An event as a bundle for Codabench, for a course that outgrows one machine.

Two phases: while the first runs, entries are scored on the public rows; the second begins at the deadline and
scores the same entries on the private ones. The reference data of the first phase holds no private label.
"""

from __future__ import annotations

import csv
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from eds_leaderboard.errors import UsageError
from eds_leaderboard.event import Event
from eds_leaderboard.metrics import METRICS
from eds_leaderboard.standings import metric_order
from eds_leaderboard.truth import Truth

__all__ = ["competition", "write_bundle"]

PROGRAM = "codabench_score.py"
DOCKER_IMAGE = "python:3.11-slim"
# where the event was never opened: the host sets the dates in Codabench's editor
UNSET = timedelta(days=7)
_PHASES = {"public": "Public phase", "private": "Private phase"}
_LOGO_SIDE = 128


def competition(event: Event) -> dict[str, Any]:
    """Return the description of the bundle, version 2."""
    start = event.opened_at or event.created_at
    end = event.closes_at or start + UNSET
    return {
        "version": 2,
        "title": event.name,
        "description": f"Ranked by {METRICS[event.rules.metric].title}.",
        "image": "logo.png",
        "terms": "terms.md",
        "registration_auto_approve": False,
        "docker_image": DOCKER_IMAGE,
        "make_programs_available": True,
        "make_input_data_available": True,
        "pages": [{"title": title, "file": f"{title.lower()}.md"} for title in ("Overview", "Data")],
        "tasks": [_task(index, split) for index, split in enumerate(_PHASES)],
        "phases": [_phase(0, event, start, end), _phase(1, event, end, None)],
        "leaderboards": [_leaderboard(event)],
    }


def _task(index: int, split: str) -> dict[str, Any]:
    return {
        "index": index,
        "name": f"{split} rows",
        "description": f"Scores the {split} rows",
        "scoring_program": "scoring_program.zip",
        "reference_data": f"reference_{split}.zip",
        "input_data": "input_data.zip",
    }


def _phase(index: int, event: Event, start: datetime, end: datetime | None) -> dict[str, Any]:
    phase: dict[str, Any] = {
        "index": index,
        "name": list(_PHASES.values())[index],
        "description": "Entries are scored as they come" if index == 0 else "The private rows decide",
        # as text: a date that YAML understands loses its time of day
        "start": _written(start),
        "max_submissions": event.rules.entry_limit,
        "execution_time_limit": 600,
        "tasks": [index],
    }
    if end is not None:
        phase["end"] = _written(end)
    if index:
        phase["auto_migrate_to_this_phase"] = True
    return phase


def _written(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}"


def _leaderboard(event: Event) -> dict[str, Any]:
    columns = [
        {"title": METRICS[name].title, "key": name, "index": index, "sorting": "desc"}
        for index, name in enumerate(metric_order(event.rules.metric))
    ]
    return {
        "index": 0,
        "title": "Results",
        "key": "results",
        "submission_rule": "Force_Best",
        "columns": columns,
    }


def write_bundle(path: Path, event: Event, truth: Truth, release: Path) -> None:
    """Write the bundle; it holds the truth and is readable for its owner alone.

    Parameters
    ----------
    path : Path
        A zip file that is not there yet, or is to be replaced.
    event : Event
    truth : Truth
        With splits.
    release : Path
        The files for the teams.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    files = {
        "competition.yaml": _yaml(competition(event)),
        "logo.png": _logo(),
        "terms.md": _TERMS,
        "overview.md": _overview(event),
        "data.md": _DATA,
        "scoring_program.zip": _zipped(_program()),
        "input_data.zip": _zipped(_files_of(release)),
        **{f"reference_{split}.zip": _zipped(_reference(truth, split)) for split in _PHASES},
    }
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.unlink(missing_ok=True)
        # at no moment can others open it
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(_zipped(files.items()))
        draft.replace(path)
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}", "choose another place with --to"
        ) from error


def _yaml(value: dict[str, Any]) -> bytes:
    import yaml

    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)
    return text.encode()


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            # a fixed time: the same event gives the same bytes
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _program() -> list[tuple[str, bytes]]:
    source = (resources.files("eds_leaderboard") / PROGRAM).read_bytes()
    command = "python3 /app/program/score.py /app/input /app/output"
    return [("score.py", source), ("metadata.yaml", f"command: {command}\n".encode())]


def _files_of(folder: Path) -> list[tuple[str, bytes]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths]


def _reference(truth: Truth, split: str) -> list[tuple[str, bytes]]:
    expected = truth.expected
    rows = [(expected.ids[row], expected.labels[truth.codes[row]]) for row in truth.rows_of(split)]
    return [
        ("ids.csv", _csv(["id"], [(name,) for name in expected.ids])),
        ("classes.csv", _csv(["label"], [(label,) for label in expected.labels])),
        ("truth.csv", _csv(["id", "label"], rows)),
    ]


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()


def _logo() -> bytes:
    """Return a picture that Codabench demands: three bars of a board, drawn here."""
    heights = (60, 100, 40)
    lines = []
    for y in range(_LOGO_SIDE):
        dark = [
            _LOGO_SIDE - 14 - heights[x * 3 // _LOGO_SIDE] < y < _LOGO_SIDE - 14 for x in range(_LOGO_SIDE)
        ]
        gaps = [x * 3 % _LOGO_SIDE < 30 for x in range(_LOGO_SIDE)]
        lines.append(
            b"\0" + bytes(40 if is_dark and not gap else 235 for is_dark, gap in zip(dark, gaps, strict=True))
        )
    head = struct.pack(">IIBBBBB", _LOGO_SIDE, _LOGO_SIDE, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _overview(event: Event) -> bytes:
    return f"""\
# {event.name}

Predict the label of every row of the test set. Entries are ranked by
{METRICS[event.rules.metric].title}, then by the other scores of the table.
While the public phase runs, a part of the rows is scored; the other rows decide in the private phase.

Every score comes from one confusion matrix. The classes are fixed, and a quotient with an empty denominator
is 0: a class that nobody predicts has precision 0.
""".encode()


_TERMS = b"""\
Predict from the data that are given out. Labels of the test set from elsewhere are not used.
"""
_DATA = b"""\
# Data

The files are those of the input data; `sample_submission.csv` is an entry that is valid and worthless.

An entry is a zip file with one CSV file in UTF-8: the header `id,label`, then every id of the sample once, in
any order, each with one of the classes.
"""
