"""A student's page says what earned points and why not, and holds no byte of what is hidden."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import GradedClass
from nbformat import from_dict, v4
from small_course import LESSON, lesson

from eds_autograder.gradebook import open_gradebook
from eds_autograder.grading.assignment import GradedCell, hidden_lines, prepare
from eds_autograder.grading.feedback import write_feedback
from eds_autograder.grading.hidden import HIDDEN_FAILED, SCRUBBED, Scrubber, author_messages, student_message
from eds_autograder.grading.render import CellRenderer
from eds_datasets.errors import EdsError

# a line of the hidden part, a value in it, and what is printed while it runs
SECRETS = ("_secret_abscissa", "41.5", "84.0", "the hidden value is", "BEGIN HIDDEN", "END HIDDEN")


@pytest.fixture(scope="module")
def pages(graded: GradedClass) -> dict[str, str]:
    kit = prepare(graded.course, LESSON)
    with open_gradebook(graded.course) as gradebook:
        return {
            result.student: write_feedback(graded.course, gradebook, kit, result.student).read_text("utf-8")
            for result in graded.report.results
        }


def visible(page: str) -> str:
    """The page's text as a reader sees it, without the mark-up between the words."""
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"(?s)<style>.*?</style>", "", page)))


def test_everybody_gets_a_page_where_nbgrader_puts_them(graded: GradedClass, pages: dict[str, str]) -> None:
    for student in pages:
        assert (graded.folder / "feedback" / student / LESSON / f"{LESSON}.html").is_file()


def test_no_byte_of_any_page_is_hidden_text_or_a_hidden_value(pages: dict[str, str]) -> None:
    for student, page in pages.items():
        for secret in SECRETS:
            for text in (page, visible(page)):
                assert secret not in text, f"{student}'s page holds {secret!r}"


def test_this_search_would_find_a_hidden_line(graded: GradedClass) -> None:
    executed = (graded.course.autograded_folder("ada", LESSON) / f"{LESSON}.ipynb").read_text()
    assert all(secret in executed for secret in SECRETS)


def test_the_message_for_a_failed_hidden_test_is_there(pages: dict[str, str]) -> None:
    assert "A line has the same slope everywhere." in pages["cyd"]
    assert "A line has the same slope everywhere." not in pages["ada"]


def test_a_page_shows_points_work_and_visible_tests(pages: dict[str, str]) -> None:
    text = visible(pages["ada"])
    assert "10 of 12 points" in " ".join(text.split())
    assert "handed in 2026-01-02 03:04 UTC" in text
    assert "return 2 * x + 1" in text
    assert "assert line(1) == 3" in text
    assert "there are hidden ones too" in text
    assert "Because its slope is constant." in text
    assert "a picture would be here 9" in text


def test_a_page_for_a_file_that_is_no_notebook_says_so_kindly(pages: dict[str, str]) -> None:
    assert "There was no notebook to grade" in pages["eve"]
    assert "0 <span" in pages["eve"]


def test_a_limit_that_was_met_is_told_by_its_name(pages: dict[str, str]) -> None:
    assert "Cell 6 (test-total) asked for more than 1024 open files." in visible(pages["max"])


def test_what_was_put_back_or_stopped_is_told(pages: dict[str, str]) -> None:
    assert "The kernel died in cell 6" in pages["dan"]
    assert "put back" in pages["hal"]


class Page(HTMLParser):
    """Every address and every script of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "iframe", "object", "embed", "form"):
            self.found.append(tag)
        for name, value in attrs:
            outside = name in ("src", "href") and not (value or "").startswith(("#", "data:image/"))
            if name.startswith("on") or outside:
                self.found.append(f"{tag} {name}={value}")


def test_a_page_needs_no_other_file_and_runs_nothing(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert Page(page).found == []
        assert "@import" not in page
        assert "url(" not in page


def test_a_page_fits_a_phone_a_printer_and_a_dark_room(pages: dict[str, str]) -> None:
    page = pages["ada"]
    assert 'name="viewport"' in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_a_persons_mark_and_comment_stand_on_the_page(graded: GradedClass, pages: dict[str, str]) -> None:
    kit = prepare(graded.course, LESSON)
    with open_gradebook(graded.course) as gradebook:
        grade = gradebook.find_grade("why", LESSON, LESSON, "hal")
        comment = gradebook.find_comment("why", LESSON, LESSON, "hal")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        comment.manual_comment = "Say what <slope> is."
        gradebook.db.commit()
        page = write_feedback(graded.course, gradebook, kit, "hal").read_text("utf-8")
        grade.manual_score, grade.needs_manual_grade, comment.manual_comment = None, True, None
        gradebook.db.commit()
    text = " ".join(visible(page).split())
    assert "11.5 of 12 points" in text
    assert "read by a person · 1.5 of 2" in text
    assert "Say what &lt;slope&gt; is." in page
    assert "still waits" not in text


def test_without_a_result_there_is_no_page(graded: GradedClass) -> None:
    kit = prepare(graded.course, LESSON)
    with open_gradebook(graded.course) as gradebook, pytest.raises(EdsError, match="not graded yet"):
        write_feedback(graded.course, gradebook, kit, "zoe")


def cell_of(source: str, released: str) -> GradedCell:
    hidden = hidden_lines(source, [("BEGIN HIDDEN", "END HIDDEN")])
    return GradedCell(LESSON, "t", "code", True, False, True, False, 1.0, source, released, None, hidden)


CELL = cell_of(
    "assert f(1) == 2, 'visible'\n"
    "### BEGIN HIDDEN TESTS\n"
    "value = {'a': 'quartz'}['a']\n"
    "assert f(7) == 9, 'Think of the sign.'\n"
    "np.testing.assert_allclose(f(8), 10, err_msg='Think of the unit.')\n"
    "check(f, 'quartz')\n"
    "### END HIDDEN TESTS\n"
    "assert f(3) == 4",
    "assert f(1) == 2, 'visible'\nassert f(3) == 4",
)


def failed(line: int, name: str, said: str, first: str = "Cell In[3], line ") -> object:
    traceback = [f"\x1b[0;31m{name}\x1b[0m", f"{first}\x1b[1;32m{line}\x1b[0m", f"{name}: {said}"]
    return from_dict(
        {"outputs": [{"output_type": "error", "ename": name, "evalue": said, "traceback": traceback}]}
    )


def test_only_messages_count_as_messages() -> None:
    assert author_messages(CELL) == ["Think of the sign.", "Think of the unit."]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (failed(1, "AssertionError", "visible"), "visible"),
        (failed(1, "TypeError", "no number"), "TypeError: no number"),
        (failed(8, "AssertionError", ""), "A test did not pass."),
        (failed(4, "AssertionError", "Think of the sign."), "Think of the sign."),
        (failed(5, "AssertionError", "\nNot equal\nThink of the unit.\n x: 8 y: 10"), "Think of the unit."),
        (failed(4, "KeyError", "'quartz'"), HIDDEN_FAILED),
        (failed(4, "AssertionError", "9 is not 7"), HIDDEN_FAILED),
        (failed(1, "AssertionError", "9 is not 7", first="somewhere "), HIDDEN_FAILED),
        (failed(1, "ValueError", "assert f(7) == 9, 'Think of the sign.'"), SCRUBBED),
    ],
)
def test_a_student_reads_the_visible_failure_or_the_authors_words(cell: object, message: str) -> None:
    assert student_message(CELL, cell) == message


def test_a_quoted_line_is_taken_out_and_the_rest_stays() -> None:
    scrubber = Scrubber([CELL])
    assert scrubber.lines("before\n>  value = {'a': 'quartz'}['a']\nafter") == f"before\n{SCRUBBED}\nafter"
    assert scrubber.lines("assert f(3) == 4") == "assert f(3) == 4"


@pytest.fixture
def renderer() -> CellRenderer:
    return CellRenderer(Scrubber([CELL]), [CELL])


def output(**data: str) -> object:
    kinds = {name.replace("_", "/", 1): value for name, value in data.items()}
    return v4.new_output("display_data", data=kinds)


@pytest.mark.parametrize(
    "data",
    [
        {"text_html": "<b>fine</b><script>alert(1)</script><img src=x onerror=alert(1)>"},
        {"text_html": "<b>fine</b><a href='javascript:alert(1)'>x</a><iframe src='//evil'></iframe>"},
        {"text_html": "<b>fine</b><style>body{background:url(//evil)}</style>"},
        {"application_javascript": "alert(1)", "text_plain": "fine"},
        {"image_png": 'AAAA" onerror="alert(1)', "text_plain": "fine"},
    ],
)
def test_what_a_student_displays_cannot_run_on_a_page(renderer: CellRenderer, data: dict[str, str]) -> None:
    page = renderer.cells([v4.new_code_cell("display(it)", outputs=[output(**data)])])
    assert "fine" in page
    assert Page(page).found == []
    assert "//evil" not in page


def test_a_table_stays_a_table(renderer: CellRenderer) -> None:
    table = "<style scoped>.x {}</style><table><thead><tr><th>km</th></tr></thead></table>"
    page = renderer.cells([v4.new_code_cell("table", outputs=[output(text_html=table)])])
    assert "<table><thead><tr><th>km</th></tr></thead></table>" in page
    assert ".x {}" not in page


def test_a_picture_stays_on_the_page(renderer: CellRenderer) -> None:
    page = renderer.cells([v4.new_code_cell("plot()", outputs=[output(image_png="iVBORw0KGgo=")])])
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in page


def test_outputs_of_a_cell_with_hidden_tests_are_left_out(renderer: CellRenderer) -> None:
    cell = v4.new_code_cell(CELL.source, outputs=[v4.new_output("stream", name="stdout", text="saw 7")])
    assert "saw 7" not in renderer.tests(CELL, cell)


def test_a_lesson_is_cut_into_its_exercises(graded: GradedClass, pages: dict[str, str]) -> None:
    headings = re.findall(r"<h2[^>]*>\d+\. (.*?)</h2>", pages["ada"])
    graded_ids = [each.metadata["nbgrader"]["grade_id"] for each in lesson().cells if each.metadata]
    assert headings == [name.removeprefix("test-") for name in graded_ids if name.startswith(("test", "why"))]
    assert Path(graded.folder / "feedback").is_dir()
