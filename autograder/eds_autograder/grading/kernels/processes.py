"""Processes that a run leaves behind, and the environment that it starts with."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import site
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NoReturn

__all__ = [
    "adopt_orphans",
    "end_children",
    "end_tree",
    "end_with",
    "end_with_parent",
    "run_environment",
    "runner_command",
]

_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
# a student's code reads its environment: what looks like a key to something stays here
_SECRET = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|PGPASS|CREDENTIAL|AUTH|API_?KEY|ACCESS_?KEY|_KEY$|PRIVATE|COOKIE",
    re.IGNORECASE,
)
# PWD names the folder that grading was called from, the course most often: not where the run is
_NOT_OURS = ("JPY_", "JUPYTERHUB_", "NBGRADER_", "PYTEST_", "COV_", "PWD", "OLDPWD")
_BOOT = (
    "import sys; folder = sys.argv[1]; sys.path[:] = sys.argv[2:]; "
    "from eds_autograder.grading.runner import main; raise SystemExit(main([folder]))"
)


def runner_command(folder: Path) -> list[str]:
    """Return the command that grades the job in a folder, with our own import path and nobody else's."""
    paths = [path for path in sys.path if path and Path(path).is_absolute()]
    return [sys.executable, "-I", "-c", _BOOT, str(folder), *paths]


def run_environment(
    home: Path, seeds: Path | None = None, given: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the environment of a run: its own home and temporary folder, one thread, no secrets.

    Parameters
    ----------
    home : Path
        An empty folder.
    seeds : Path, optional
        Holds matplotlib's list of fonts, which would take seconds to make anew in each home.
    given : mapping of str to str, optional
        What to start from, by default our own environment.

    Returns
    -------
    dict of str to str
    """
    environment = {
        name: value
        for name, value in (os.environ if given is None else given).items()
        if not _SECRET.search(name) and not name.startswith(_NOT_OURS)
    }
    folders = {
        "HOME": home,
        "TMPDIR": home / "tmp",
        "MPLCONFIGDIR": home / "matplotlib",
        "IPYTHONDIR": home / "ipython",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
    }
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    if seeds is not None:
        for path in seeds.glob("fontlist-*.json"):
            (folders["MPLCONFIGDIR"] / path.name).write_bytes(path.read_bytes())
    environment |= {name: str(folder) for name, folder in folders.items()}
    environment |= dict.fromkeys(_THREADS, "1")
    # what iterates over a set does it the same way for everyone
    environment["PYTHONHASHSEED"] = "0"
    # pyarrow's allocator would start a thread of its own, in the process that is forked
    environment["JE_ARROW_MALLOC_CONF"] = "background_thread:false"
    environment |= _kept_places(environment)
    # the kernel shows plots inline when nobody has said otherwise
    environment.pop("MPLBACKEND", None)
    environment["NBGRADER_EXECUTION"] = "autograde"
    if "PYTHONPATH" in environment:
        paths = environment["PYTHONPATH"].split(os.pathsep)
        environment["PYTHONPATH"] = os.pathsep.join(str(Path(path).resolve()) for path in paths if path)
    return environment


def _kept_places(environment: dict[str, str]) -> dict[str, str]:
    """Keep what a new HOME would hide: installed packages and kernels, and the course's downloaded data."""
    from jupyter_core.paths import jupyter_data_dir
    from platformdirs import user_cache_path

    kernels = [environment.get("JUPYTER_PATH", ""), jupyter_data_dir()]
    data = environment.get("EDS_DATA_DIR") or str(user_cache_path("earth-data-science", appauthor=False))
    return {
        "JUPYTER_PATH": os.pathsep.join(path for path in kernels if path),
        "PYTHONUSERBASE": site.getuserbase(),
        "EDS_DATA_DIR": data,
    }


def end_with(work: Callable[[], int]) -> NoReturn:
    """Do the work of a forked process and end it, whatever happens: it never goes on as its parent."""
    status = 1
    try:
        status = work()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def adopt_orphans() -> None:
    """Become the parent of what our children leave behind when they end (Linux only)."""
    set_child_subreaper = 36
    _prctl(set_child_subreaper, 1)


def end_with_parent() -> None:
    """Have the system end this process when its parent ends, even by a signal (Linux only)."""
    set_parent_death_signal = 1
    _prctl(set_parent_death_signal, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def end_children(but: Collection[int] = ()) -> None:
    """End every process that this one started, and theirs, until none is left.

    Parameters
    ----------
    but : collection of int
        Ids of children that go on, with what is theirs.
    """
    import psutil  # type: ignore[import-untyped]

    me = psutil.Process()
    for _ in range(50):
        mine = [child for child in me.children() if child.pid not in but]
        if not mine:
            return
        children = [*mine, *(below for child in mine for below in _below(child))]
        for child in children:
            with contextlib.suppress(psutil.Error):
                child.kill()
        psutil.wait_procs(children, timeout=1)


def _below(process: Any) -> list[Any]:
    import psutil

    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def end_tree(pid: int) -> None:
    """End a process from outside with all that it started: stopped first, so that it starts no more."""
    import psutil

    try:
        process = psutil.Process(pid)
        process.suspend()
    except psutil.Error:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        for _ in range(50):
            # a stopped parent does not collect its dead: those are over
            children = [child for child in process.children(recursive=True) if _runs(child)]
            if not children:
                break
            for child in children:
                with contextlib.suppress(psutil.Error):
                    child.kill()
            psutil.wait_procs(children, timeout=0.1)
        process.kill()


def _runs(process: object) -> bool:
    import psutil

    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)  # type: ignore[attr-defined]
    except psutil.Error:
        return False
