"""What a course's ``nbgrader_config.py`` says so that nbgrader works with our parts: names, nothing more.

::

    from eds_autograder.wiring import wire; wire(c)
"""

from __future__ import annotations

from typing import Any

__all__ = ["wire"]


def wire(config: Any) -> None:
    """Have plain ``nbgrader autograde`` and formgrader grade with our engine, and guard ``zip_collect``.

    Parameters
    ----------
    config : traitlets.config.Config
        The ``c`` of ``nbgrader_config.py``; what the course sets behind this line goes before it.
    """
    config.Autograde.exporter_class = "eds_autograder.grading.plain.EngineExporter"
    config.ZipCollectApp.extractor_plugin = "eds_autograder.grading.collecting.GuardedExtractor"
