"""Cells of an executed notebook as HTML that is safe to open: nbconvert renders, its sanitizer cleans."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from eds_autograder.grading.assignment import GradedCell
from eds_autograder.grading.hidden import Scrubber

__all__ = ["CellRenderer", "highlight_styles"]

_TAGS = [
    "a",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "i",
    "li",
]
_TAGS += [
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
]
_TAGS += ["thead", "tr", "u", "ul"]
_SHOWN = ("text/html", "image/png", "image/jpeg", "text/plain")
_STYLE_OR_SCRIPT = re.compile(r"(?is)<(style|script)\b.*?</\1\s*>")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


class CellRenderer:
    """Renders cells with nbconvert's own exporter and sanitizer.

    Parameters
    ----------
    scrubber : Scrubber
        Takes quoted lines of hidden tests out of every output.
    sources : iterable of GradedCell
        The instructor's cells of the notebook: their text is not the student's.
    """

    def __init__(self, scrubber: Scrubber, sources: Iterable[GradedCell]) -> None:
        self.scrubber = scrubber
        self.known = {source.grade_id: source for source in sources}

    def cells(self, cells: Iterable[Any]) -> str:
        """Return the student's code and answers, and what they show; of the given code only what it shows.

        Parameters
        ----------
        cells : iterable of nbformat.NotebookNode
        """
        shown = []
        for cell in cells:
            source = self.known.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if cell.cell_type == "code":
                shown.append(self._code(cell, source))
            elif source is not None and source.solution:
                shown.append(f'<pre class="answer">{html.escape(cell.source)}</pre>')
        return "".join(shown)

    def tests(self, source: GradedCell, cell: Any | None) -> str:
        """Return the visible text of a test cell; its outputs too when nothing in it is hidden."""
        if source.solution or source.cell_type != "code":
            return ""
        outputs = [] if cell is None or source.hidden else self._clean(cell.get("outputs", []))
        return _render(source.released, outputs)

    def _code(self, cell: Any, source: GradedCell | None) -> str:
        outputs = self._clean(cell.get("outputs", []))
        # code that was given is known; what it shows may be the student's own picture
        text = "" if source is not None and source.restored else cell.source
        return _render(text, outputs) if text.strip() or outputs else ""

    def _clean(self, outputs: Iterable[Any]) -> list[Any]:
        from nbformat import from_dict

        cleaned = (self._clean_output(dict(output)) for output in outputs)
        return [from_dict(output) for output in cleaned if output is not None]

    def _clean_output(self, output: dict[str, Any]) -> dict[str, Any] | None:
        kind = output.get("output_type")
        if kind == "stream":
            return {**output, "text": self.scrubber.lines(str(output.get("text", "")))}
        if kind == "error":
            lines = [self.scrubber.lines(str(line)) for line in output.get("traceback", [])]
            return {
                **output,
                "evalue": self.scrubber.lines(str(output.get("evalue", ""))),
                "traceback": lines,
            }
        data = {key: value for key, value in output.get("data", {}).items() if key in _SHOWN}
        kept = {key: self._clean_data(key, value) for key, value in data.items()}
        kept = {key: value for key, value in kept.items() if value}
        return {**output, "data": kept, "metadata": {}} if kept else None

    def _clean_data(self, kind: str, value: Any) -> str:
        text = value if isinstance(value, str) else "".join(map(str, value))
        if kind.startswith("image/"):
            # pasted into an attribute: letters of base64 or nothing
            return text.strip() if _BASE64.fullmatch(text) else ""
        if kind == "text/html":
            text = _STYLE_OR_SCRIPT.sub("", text)
        return self.scrubber.text(text)


@cache
def _exporter(code: bool) -> Any:
    """Return nbconvert's exporter for a cell's code, or for its outputs alone."""
    from nbconvert.exporters import HTMLExporter
    from traitlets.config import Config

    config = Config()
    config.HTMLExporter.preprocessors = ["nbconvert.preprocessors.sanitize.SanitizeHTML"]
    config.SanitizeHTML.enabled = True
    config.SanitizeHTML.tags = _TAGS
    config.SanitizeHTML.attributes = {
        "a": ["href"],
        "td": ["colspan", "rowspan"],
        "th": ["colspan", "rowspan"],
    }
    config.SanitizeHTML.strip = True
    config.HTMLExporter.exclude_input = not code
    config.HTMLExporter.exclude_input_prompt = True
    config.HTMLExporter.exclude_output_prompt = True
    config.NbConvertBase.display_data_priority = list(_SHOWN)
    return HTMLExporter(config=config, template_name="basic")


def _render(source: str, outputs: list[Any]) -> str:
    code = _render_code(source) if source.strip() else ""
    return code + (_render_cell("", outputs) if outputs else "")


@lru_cache(maxsize=1024)
def _render_code(source: str) -> str:
    """Render code alone: a class's pages show the same tests and pictures' code again and again."""
    return _render_cell(source, [])


def _render_cell(source: str, outputs: list[Any]) -> str:
    from nbformat import v4

    notebook = v4.new_notebook(cells=[v4.new_code_cell(source=source, outputs=outputs)])
    body, _ = _exporter(bool(source)).from_notebook_node(notebook)
    return str(body)


def highlight_styles() -> tuple[str, str]:
    """Return the style sheets of highlighted code, for light and for dark screens."""
    light, dark = (
        "\n".join(line for line in _style_sheet(style).splitlines() if line.startswith(".highlight ."))
        for style in ("friendly", "github-dark")
    )
    return light, dark


def _style_sheet(style: str) -> str:
    from pygments.formatters import HtmlFormatter

    return str(HtmlFormatter(style=style).get_style_defs(".highlight"))  # type: ignore[no-untyped-call]
