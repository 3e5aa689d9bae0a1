"""Those of nbgrader's settings that decide how a submission is graded, as data that travels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from eds_autograder.course import Course
from eds_autograder.files import write_atomically
from eds_autograder.grading.fingerprint import environment_digest

__all__ = ["setting", "settings"]

# of nbgrader's two converters that have a say in grading, the settings that decide
_DECIDING: Mapping[str, tuple[str, ...]] = {
    "Autograde": ("sanitize_preprocessors", "autograde_preprocessors", "exclude_overwriting"),
    "GenerateAssignment": ("preprocessors",),
}
# what kernels are started with; all else that counts is settings of a preprocessor
_KERNEL_SECTIONS = {
    "AsyncKernelManager",
    "ConnectionFileMixin",
    "KernelManager",
    "KernelProvisionerFactory",
    "KernelSpecManager",
    "LocalProvisioner",
}


def settings(course: Course) -> dict[str, Any]:
    """Return nbgrader's settings that decide how a submission is graded, as plain data.

    They are the same whichever program reads the course's configuration: what belongs to the place, to
    formgrader or to a command line is none of them. A class becomes its dotted name; what cannot travel (a
    function) is left out.
    """
    read = _known_names(course) or _preprocessors(course.config)
    sections = {}
    for name, section in course.config.items():
        if not isinstance(section, dict):
            continue
        keys = _DECIDING.get(name, section if name in read or name in _KERNEL_SECTIONS else ())
        plain = {
            key: _plain(_typed(value, key, read.get(name))) for key, value in section.items() if key in keys
        }
        sections[name] = {key: value for key, value in plain.items() if value is not NotImplemented}
    return {name: section for name, section in sorted(sections.items()) if section}


def setting(course: Course, section: str, name: str, default: Any) -> Any:
    """Return one of them, without what all of them have to import in a new course where possible."""
    sections = settings(course) if _names_others(course.config) else course.config
    return sections.get(section, {}).get(name, default)


def _known_names(course: Course) -> dict[str, None]:
    """Return the names of nbgrader's own preprocessors, as noted before; none where classes are needed.

    They are a matter of what is installed, and nbgrader's converters take longer to import than an unchanged
    class takes to look up.
    """
    if _names_others(course.config):
        return {}
    notes = course.state_dir / "preprocessors" / f"{environment_digest()[:16]}.json"
    try:
        return dict.fromkeys(json.loads(notes.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        pass
    names = list(_preprocessors(course.config))
    with suppress(OSError):
        write_atomically(notes, json.dumps(names))
    return dict.fromkeys(names)


def _names_others(config: Any) -> bool:
    """Tell whether a course picks preprocessors itself, or holds text of a command line without its type."""
    from traitlets.config.loader import DeferredConfig

    sections = [section for section in config.values() if isinstance(section, dict)]
    return any(
        key.endswith("preprocessors") or isinstance(value, DeferredConfig)
        for section in sections
        for key, value in section.items()
    )


def _preprocessors(config: Any) -> dict[str, Any]:
    """Return by its name each class whose section the preprocessors read: their own and those above them."""
    from nbgrader import converters
    from nbgrader.coursedir import CourseDirectory
    from traitlets.utils.importstring import import_item

    found: dict[str, Any] = {}
    for converter, keys in _DECIDING.items():
        made = getattr(converters, converter)(coursedir=CourseDirectory(), config=config)
        for key in keys:
            if key.endswith("preprocessors"):
                classes = [import_item(it) if isinstance(it, str) else it for it in getattr(made, key)]
                found |= {base.__name__: base for class_ in classes for base in class_.__mro__}
    return found


def _typed(value: Any, name: str, class_: Any) -> Any:
    """Return a command line's text as the value that it stands for; what a file says has its type already."""
    from traitlets.config.loader import DeferredConfig

    if not isinstance(value, DeferredConfig):
        return value
    trait = class_.class_traits().get(name) if hasattr(class_, "class_traits") else None
    return value if trait is None else value.get_value(trait)


def _plain(value: Any) -> Any:
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value if value is None or isinstance(value, str | int | float | bool) else NotImplemented
