"""Tracebacks of endless recursion, which take half a minute where many modules are imported.

For each frame, `inspect.getmodule` looks through all modules for the one whose file the code is from, and a
cell's code is from none. A warm kernel has thousands of modules, and a recursion has a thousand frames: the
cell would run out of its time while the traceback is still being written.
"""

from __future__ import annotations

import inspect
import sys
from types import FrameType, TracebackType
from typing import Any

__all__ = ["know_modules_of_frames"]


def know_modules_of_frames() -> None:
    """Let `inspect.getmodule` answer for frames at once: a frame names its module itself."""
    search = inspect.getmodule

    def getmodule(object: Any, _filename: str | None = None) -> Any:  # noqa: A002  its own name there
        frame = object.tb_frame if isinstance(object, TracebackType) else object
        if isinstance(frame, FrameType):
            return sys.modules.get(frame.f_globals.get("__name__", ""))
        return search(object, _filename)

    inspect.getmodule = getmodule
