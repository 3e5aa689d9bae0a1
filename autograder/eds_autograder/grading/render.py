"""Cells of an executed notebook as HTML that is safe to open: nh3 cleans what students made."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from eds_autograder.grading.assignment import GradedCell
from eds_autograder.grading.hidden import Scrubber

__all__ = ["CellRenderer", "clean_html", "highlight_styles"]

_TAG_NAMES = (
    "a b blockquote br caption code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img "
    "ins kbd li mark ol p pre s samp small span strong sub summary sup table tbody td tfoot th thead tr "
    "u ul var"
)
_TAGS = set(_TAG_NAMES.split())
# whose text is no text for readers either
_DROPPED = {"script", "style", "svg", "math", "iframe", "object", "template", "noscript", "title", "textarea"}
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
    "details": {"open"},
}
_LINK = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# a page's reader sees the first that is there and not empty
_KINDS = (
    "text/html",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/markdown",
    "text/latex",
    "text/plain",
)


def clean_html(text: str) -> str:
    """Return HTML that runs nothing, loads nothing and looks like no part of the page.

    Tags, links and pictures within the text stay; styles, classes, scripts, forms, frames, drawings and
    addresses of other files go.
    """
    import nh3

    return nh3.clean(
        text,
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep_attribute,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
    )


def _keep_attribute(_tag: str, name: str, value: str) -> str | None:
    """Let links lead to the web, and pictures be in the page itself."""
    if name == "href":
        return value if _LINK.match(value) else None
    if name == "src":
        return value if _PICTURE.fullmatch(value) else None
    return value


class CellRenderer:
    """Renders cells.

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
                # code that was given is known; what it shows may be the student's own picture
                given = source is not None and source.restored
                shown.append(("" if given else _code(cell.source)) + self._outputs(cell.get("outputs", [])))
            elif source is not None and source.solution:
                shown.append(f'<pre class="answer">{html.escape(cell.source)}</pre>\n')
        return "".join(shown)

    def tests(self, source: GradedCell, cell: Any | None) -> str:
        """Return the visible text of a test cell; its outputs too when nothing in it is hidden."""
        if source.solution or source.cell_type != "code":
            return ""
        outputs = [] if cell is None or source.hidden else cell.get("outputs", [])
        return _code(source.released) + self._outputs(outputs)

    def _outputs(self, outputs: Iterable[Mapping[str, Any]]) -> str:
        return "".join(self._output(output) for output in outputs)

    def _output(self, output: Mapping[str, Any]) -> str:
        kind = output.get("output_type")
        if kind == "stream":
            return self._text(_joined(output.get("text")), "stream")
        if kind == "error":
            lines = [str(line) for line in output.get("traceback", [])]
            return self._text("\n".join(lines) or _joined(output.get("evalue")), "error")
        data = output.get("data", {})
        shown = (self._data(kind, _joined(data[kind])) for kind in _KINDS if data.get(kind))
        return next((text for text in shown if text), "")

    def _text(self, text: str, look: str) -> str:
        text = self.scrubber.lines(_ANSI.sub("", text)).rstrip("\n")
        return f'<pre class="{look}" tabindex="0">{html.escape(text)}</pre>\n' if text.strip() else ""

    def _data(self, kind: str, text: str) -> str:
        if kind == "image/svg+xml":
            # as a picture, a drawing runs no script and loads nothing
            text = "" if self.scrubber.quotes(text) else base64.b64encode(text.encode()).decode()
        if kind.startswith("image/"):
            return _picture(kind, text)
        if kind == "text/html":
            cleaned = clean_html(self.scrubber.text(text)).strip()
            seen = "<img" in cleaned or re.sub(r"<[^>]*>", "", cleaned).strip()
            return f'<div class="shown" tabindex="0">{cleaned}</div>\n' if seen else ""
        return self._text(self.scrubber.text(text), "shown")


def _joined(value: Any) -> str:
    return value if isinstance(value, str) else "".join(map(str, value or []))


def _picture(kind: str, text: str) -> str:
    # pasted into an attribute: letters of base64 or nothing
    if not text.strip() or not _BASE64.fullmatch(text):
        return ""
    return f'<img src="data:{kind};base64,{"".join(text.split())}" alt="A picture that this code makes">\n'


@lru_cache(maxsize=1024)
def _code(source: str) -> str:
    """Return highlighted code; a class's pages show the same tests again and again."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    if not source.strip():
        return ""
    formatter = HtmlFormatter(cssclass="highlight")
    text = str(highlight(source, PythonLexer(), formatter))
    return text.replace("<pre>", '<pre tabindex="0">', 1)


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
