"""The topics of the curriculum, and which exercise grades which."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from eds_autograder.authoring.notebook import cells_of, read_notebook
from eds_datasets.errors import EdsError

__all__ = ["Coverage", "coverage", "read_topics"]


@dataclass(frozen=True)
class Coverage:
    """A topic and the exercises that grade it.

    Attributes
    ----------
    topic : str
        The topic's id, such as ``reg.linear``.
    title : str
    exercises : tuple of str
        ``lesson/exercise``, in the order of the course.
    """

    topic: str
    title: str
    exercises: tuple[str, ...]


def read_topics(course_root: Path | None = None) -> dict[str, str]:
    """Return the curriculum as a mapping of topic id to title, in the order of the lectures.

    Parameters
    ----------
    course_root : Path, optional
        A course that is not ours brings its own ``topics.toml`` beside its ``nbgrader_config.py``.

    Returns
    -------
    dict of str to str
    """
    own = course_root / "topics.toml" if course_root else None
    if own is not None and own.is_file():
        text, name = own.read_text(encoding="utf-8"), str(own)
    else:
        text, name = (
            resources.files(__package__).joinpath("topics.toml").read_text(encoding="utf-8"),
            "topics.toml",
        )
    form = 'write [section] and id = "title"'
    try:
        sections = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EdsError(f"{name}: not valid TOML: {error}", form) from error
    for section, titles in sections.items():
        if not isinstance(titles, dict):
            raise EdsError(f"{name}: {section!r} stands in no section", form)
    # a topic that is named like its section is the section itself: 'hackathon'
    return {
        topic if topic == section else f"{section}.{topic}": str(title)
        for section, titles in sections.items()
        for topic, title in titles.items()
    }


def coverage(notebooks: Iterable[Path], topics: dict[str, str]) -> list[Coverage]:
    """Read from built notebooks which exercises grade which topic.

    Parameters
    ----------
    notebooks : iterable of Path
        ``source/<assignment>/<assignment>.ipynb``, in the order of the course.
    topics : dict of str to str
        As `read_topics` returns it.

    Returns
    -------
    list of Coverage
        One for each topic, in the curriculum's order; its exercises may be empty.
    """
    found: dict[str, list[str]] = {topic: [] for topic in topics}
    for path in notebooks:
        for topic, exercise in _graded_topics(path):
            # a topic that is not in the curriculum was refused when the notebook was built
            found.setdefault(topic, []).append(f"{path.stem}/{exercise}")
    return [
        Coverage(topic, topics.get(topic, ""), tuple(dict.fromkeys(exercises)))
        for topic, exercises in found.items()
    ]


def _graded_topics(path: Path) -> Iterable[tuple[str, str]]:
    for cell in cells_of(read_notebook(path)):
        if cell.kind.graded:
            for topic in cell.topics:
                yield topic, cell.exercise
