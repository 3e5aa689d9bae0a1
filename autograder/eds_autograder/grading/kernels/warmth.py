"""What every grader and kernel would do anew, done once before the forks: imports, tables, compiled checks.

Nothing here starts a thread or knows a course.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import inspect
import json
import linecache
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from eds_autograder.imports import import_nbgrader, without

__all__ = ["SCIENTIFIC", "keep_for_forks", "warm_engine", "warm_modules"]

_ENGINE = (
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "nbclient",
    "nbconvert.exporters",
    "nbgrader.converters",
    "nbgrader.preprocessors",
    "pygments.formatters.terminal256",
    "sqlalchemy.dialects.sqlite",
    "stack_data",
    "tornado.platform.asyncio",
    "tornado.queues",
    "eds_autograder.grading.execute",
    "eds_autograder.grading.kernels.steady",
    "eds_autograder.grading.lookup",
    "eds_autograder.grading.marks",
    "eds_autograder.grading.matching",
    "eds_autograder.grading.reading",
    "eds_autograder.grading.runner",
    "eds_autograder.grading.sanitize",
)
# what most notebooks of the field import
SCIENTIFIC = ("numpy", "scipy", "pandas", "matplotlib", "sklearn", "torch", "obspy")

# nbformat compiles a check for each of its versions when it first meets one
_FORMATS = ((4, 0), (4, 1), (4, 2), (4, 3), (4, 4), (4, 5))


def warm_engine() -> None:
    """Import what a grader and its kernel need whatever the notebook is."""
    import_nbgrader()
    # a kernel starts a debugger's machinery when it finds it: half of its start, and nobody debugs here
    with without("debugpy"), contextlib.suppress(ImportError):
        importlib.import_module("ipykernel.debugger")
    for module in _ENGINE:
        with contextlib.suppress(Exception):
            importlib.import_module(module)
    _compile_checks()
    _find_dates_quickly()


def _find_dates_quickly() -> None:
    """Let a message's date be looked for where it is; jupyter_client tries each text of a header as one."""
    from jupyter_client import jsonutil, session

    search = jsonutil.extract_dates

    def extract_dates(header: Any) -> Any:
        try:
            date = datetime.fromisoformat(header["date"])
        except (LookupError, TypeError, ValueError):
            return search(header)
        return {**header, "date": date} if date.tzinfo else search(header)

    setattr(session, "extract_dates", extract_dates)  # noqa: B010  not a name that it exports


def _compile_checks() -> None:
    from jupyter_client.provisioning.factory import KernelProvisionerFactory
    from nbformat.validator import get_validator
    from nbgrader.api import Base
    from nbgrader.nbgraderformat import common
    from nbgrader.nbgraderformat.v3 import MetadataValidatorV3

    for major, minor in _FORMATS:
        get_validator(major, minor, relax_add_props=True)
    get_validator(4, 5)
    Base.registry.configure()
    # it looks through all that is installed for kinds of kernels
    KernelProvisionerFactory.instance()
    # nbgrader checks its schema itself anew with each cell that it checks by it
    common.jsonschema = SimpleNamespace(validate=_validate)
    _compiled(json.dumps(MetadataValidatorV3().schema))


def _validate(instance: Any, schema: Mapping[str, Any]) -> None:
    """Check as `jsonschema.validate` does, whose words are asked for only when something is wrong."""
    from fastjsonschema import JsonSchemaException
    from jsonschema import validate  # type: ignore[import-untyped]

    try:
        _compiled(json.dumps(schema))(instance)
    except JsonSchemaException:
        validate(instance, schema)


@cache
def _compiled(schema: str) -> Any:
    from fastjsonschema import compile as compile_schema

    return compile_schema(json.loads(schema))


def warm_modules(modules: Iterable[str]) -> None:
    """Import what notebooks import; one that fails is passed over: the submission will say so."""
    for module in modules:
        with contextlib.suppress(Exception):
            importlib.import_module(module)
    prepared = (
        ("matplotlib.pyplot", _draw_once),
        ("narwhals.plugins", _find_plugins),
        ("numpy", _import_comparisons),
    )
    for module, prepare in prepared:
        if module in sys.modules:
            with contextlib.suppress(Exception):
                prepare()


def _draw_once() -> None:
    """Let Matplotlib find its fonts and load its renderer, with a figure that pyplot never sees."""
    import io

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    figure.add_subplot().plot([0, 1])
    FigureCanvasAgg(figure).print_figure(io.BytesIO(), format="png", bbox_inches="tight")


def _import_comparisons() -> None:
    """Import what the guard of a kernel takes down where tests compare arrays."""
    importlib.import_module("numpy.testing")


def _find_plugins() -> None:
    """Let narwhals, which scikit-learn asks what a table is, look through what is installed."""
    from narwhals import plugins

    plugins._discover_entrypoints()


def keep_for_forks() -> None:
    """Set aside all that is in memory now: forks share it, and their collectors need not walk through it."""
    # which file each module came from: a traceback asks for it, module by module
    inspect.getmodule(sys._getframe())
    # with each traceback it asks the disk whether files have changed that nobody's traceback is about
    linecache.clearcache()
    # the little garbage in it is not worth the third of a second that looking for it takes
    gc.freeze()
