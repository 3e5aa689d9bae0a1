"""Cards: made of registry, loader and data, committed as they would be made, with a picture each."""

import functools
import json
import re
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib.figure import Figure

from eds_datasets import cards, load_arrivals, load_digits, load_iris
from eds_datasets.cli import main
from eds_datasets.dataset import Dataset
from eds_datasets.errors import EdsError
from eds_datasets.inventory import find, inventory
from eds_datasets.pictures import _draw, _rows, draw_picture
from eds_datasets.publish import check_cards, draw_pictures, write_cards
from eds_datasets.views import VIEWS, View

ROOT = Path(__file__).parents[2]

# obspy 1.5 asks importlib.metadata in the old way
pytestmark = pytest.mark.filterwarnings("ignore:SelectableGroups dict interface:DeprecationWarning")


_sample = cards.sample


@functools.cache
def _packaged(name):
    return _sample(find(name), "packaged")


def packaged(known, layer):
    """Return data that are inside a dependency from the last time, because digits are slow to read."""
    return _packaged(known.name) if layer == "packaged" else _sample(known, layer)


@pytest.fixture
def three(monkeypatch):
    """Leave only the data sets that cost little and that every machine has."""
    few = {name: find(name) for name in ("iris", "digits", "arrivals")}
    monkeypatch.setattr("eds_datasets.publish.inventory", lambda: few)
    monkeypatch.setattr(cards, "sample", packaged)
    return few


def run(*arguments, code=0):
    result = CliRunner().invoke(main, list(arguments), prog_name="eds data")
    assert result.exit_code == code, result.output
    return result


def test_a_card_says_what_the_columns_mean_and_in_which_units():
    text = cards.card(find("arrivals"), load_arrivals())
    assert text.startswith("# P and S arrivals of small earthquakes\n")
    assert "| `table` | 330 rows |" in text
    assert re.search(
        r"\| `table\.distance` \| float64 \| km \| from epicentre to station, km, in whole", text
    )
    assert re.search(
        r"\| `table\.s_time` \| float64 \| s \| when the phase arrived, s after `origin_time`", text
    )


def test_a_card_takes_files_terms_and_citations_from_the_registry():
    text = cards.card(find("digits"), load_digits())
    assert "4 files, 11.6 MB, after `eds data fetch digits`" in text
    assert "| `mnist/` | 4 |" in text
    assert "CC-BY-SA-3.0" in text
    assert "holds no `mnist/train-images-idx3-ubyte.gz`" in text


def test_a_card_shows_the_picture_beside_it_and_known_faults():
    text = cards.card(find("iris"), load_iris())
    assert "](../../docs/data/iris.png)" in text
    assert "## Known faults\n\n- Values are rounded" in text


def test_every_field_of_every_packaged_data_set_is_documented_and_has_a_unit_where_it_is_a_number():
    for load in (load_iris, load_digits, load_arrivals):
        data = load()
        documented = cards.attributes(type(data))
        for name in vars(data):
            if name in {"name", "source", "licence", "citation", "units"}:
                continue
            assert documented[name], name
            assert not isinstance(getattr(data, name), np.ndarray) or data.units[name], name


@dataclass(frozen=True, kw_only=True, eq=False)
class Odd(Dataset):
    """Something.

    Attributes
    ----------
    first, second : array, shape (n,)
        Two | of a kind,
        over two lines.
    third
        Without a type.

    Notes
    -----
    first : not an attribute
        At all.
    """

    first: int


def test_attributes_are_read_from_numpydoc_names_in_common_and_lines_joined():
    found = cards.attributes(Odd)
    assert set(found) == {"first", "second", "third"}
    assert found["second"] == "Two | of a kind,\nover two lines."


def test_a_bar_in_a_text_does_not_break_the_table():
    data = Odd(name="iris", source="packaged", licence="", citation="", units={}, first=1)
    assert "Two \\| of a kind, over two lines." in cards.card(find("iris"), data)


def test_cards_are_written_once_and_found_up_to_date(three, tmp_path):
    written = list(write_cards(tmp_path))
    assert [path.name for path in written] == ["iris.md", "digits.md", "arrivals.md"]
    assert list(write_cards(tmp_path)) == []
    assert check_cards(tmp_path) == []


def test_a_card_that_was_changed_or_is_missing_is_named_with_the_line(three, tmp_path):
    list(write_cards(tmp_path))
    card = tmp_path / "datasets/cards/iris.md"
    card.write_text(card.read_text().replace("150 × 4", "150 × 5"))
    (tmp_path / "datasets/cards/digits.md").unlink()
    problems = check_cards(tmp_path)
    assert len(problems) == 2
    assert "iris.md: -| `features` | float64 150 × 5" in problems[0]
    assert problems[1].endswith("digits.md: missing")


def test_the_command_checks_and_exits_with_1(three, tmp_path):
    run("cards", "--root", str(tmp_path))
    run("cards", "--root", str(tmp_path), "--check")
    (tmp_path / "datasets/cards/iris.md").write_text("something else\n")
    result = run("cards", "--root", str(tmp_path), "--check", code=1)
    assert "iris.md: -something else" in result.stdout
    assert "tip: run `eds data cards`" in result.stderr


@pytest.mark.slow
def test_the_committed_cards_are_what_the_code_says():
    assert check_cards(ROOT) == []


def png_size(path):
    header = path.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", header[16:24])


def test_every_data_set_has_views_a_card_and_a_picture():
    assert set(VIEWS) == set(inventory())
    for name, known in inventory().items():
        assert (ROOT / "datasets/cards" / f"{name}.md").is_file()
        width, _ = png_size(ROOT / "docs/data" / f"{name}.png")
        # real beside simulated takes two columns
        both = known.simulator is not None
        assert width > 700 if both else width > 300, name


def test_a_picture_has_one_column_for_each_layer_and_a_single_layer_makes_a_row(tmp_path):
    iris = load_iris()
    for number, name in enumerate(("one.png", "two.png", "three.png"), start=1):
        draw_picture(tmp_path / name, {f"copy {k}": iris for k in range(number)})
    one, two, three = (png_size(tmp_path / name) for name in ("one.png", "two.png", "three.png"))
    assert (one[0], one[1]) == (two[0], two[1] // 2)
    assert three[0] == pytest.approx(1.5 * two[0], abs=2)


def titled(heading, titles):
    return [(heading, View(kind="line", title=title)) for title in titles]


def test_views_of_one_title_stand_side_by_side_and_what_one_layer_alone_has_below():
    columns = [titled("a", "zxpqr"), titled("b", "y"), titled("c", "yxz")]
    rows = [[panel and panel[0] + panel[1].title for panel in row] for row in _rows(columns)]
    assert rows == [["az", "cz"], ["ax", "cx"], ["by", "cy"], ["ap", "aq"], ["ar", None]]


@pytest.mark.parametrize("name", [name for name, known in inventory().items() if known.simulator])
def test_no_two_views_of_a_simulation_have_one_title(name):
    titles = [view.title for view in VIEWS[name](cards.sample(find(name), "simulated"))]
    assert len(set(titles)) == len(titles)


def test_a_class_has_one_colour_in_all_panels():
    axes = Figure().subplots(1, 2)
    colours = {}
    for ax, classes in zip(axes, (["sand", "grass"], ["wall", "grass", "sand"]), strict=True):
        x = np.arange(float(len(classes)))
        _draw(ax, View(kind="points", title="", x=x, y=x, classes=np.array(classes)), colours)
    first, second = (
        {drawn.get_label(): drawn.get_facecolor().tolist() for drawn in ax.collections} for ax in axes
    )
    assert {name: second[name] for name in first} == first
    assert len({str(colour) for colour in second.values()}) == 3


def test_names_of_onsets_close_to_each_other_do_not_overlap():
    axes = Figure().subplots()
    view = View(kind="line", title="", x=np.arange(60.0), y=np.zeros(60), marks={"P": 30.0, "S": 30.3})
    _draw(axes, view, {})
    axes.figure.draw_without_rendering()
    p, s = (text.get_window_extent() for text in axes.texts)
    assert not p.overlaps(s)
    assert axes.get_window_extent().y1 > max(p.y1, s.y1), "inside the frame"


def test_a_legend_hides_no_point_and_logarithmic_axes_have_plain_numbers():
    axes = Figure(layout="constrained").subplots()
    x = np.geomspace(0.7, 4.0, 50)
    _draw(axes, View(kind="points", title="", x=x, y=x, classes=np.repeat(["one", "two"], 25), log="xy"), {})
    axes.figure.draw_without_rendering()
    assert axes.get_legend().get_window_extent().x0 >= axes.get_window_extent().x1
    labels = [label.get_text() for label in axes.get_xticklabels(which="both")]
    assert {"1", "2"} <= set(labels)
    assert not any("math" in label for label in labels)


@pytest.mark.parametrize("layer", ["packaged", "simulated"])
def test_a_picture_of_the_spot_records_shows_only_what_its_layer_gave(layer):
    data = cards.sample(find("spot"), layer)
    own = sorted(
        str(kind) for kind, whence in zip(data.kind[0], data.layer[0], strict=True) if whence == layer
    )
    assert own
    assert [view.title for view in VIEWS["spot"](data)] == own


def test_pictures_are_the_same_bytes_each_time(tmp_path):
    for name in ("first.png", "second.png"):
        draw_picture(tmp_path / name, {"real": load_digits()})
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "second.png").read_bytes()


def test_pictures_without_the_real_data_name_the_command(three, own_cache, monkeypatch, tmp_path):
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)
    with pytest.raises(EdsError, match="digits is not on this machine") as caught:
        list(draw_pictures(tmp_path))
    assert "eds data fetch digits" in caught.value.tip


def test_show_prints_the_card_and_a_sketch():
    result = run("show", "iris")
    assert "| `species` | int64 150 | - |" in result.stdout
    assert "packaged: petal   o setosa, x versicolor, + virginica" in result.stdout


def test_show_of_a_name_that_misses_is_a_usage_error():
    assert "did you mean 'iris'?" in run("show", "irs", code=2).stderr


def test_show_of_a_download_that_is_not_here_names_the_command(own_cache, monkeypatch):
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)
    result = run("show", "digits", "--source", "download", code=1)
    assert "tip: run `eds data fetch digits`" in result.stderr


def test_the_list_of_licences_agrees_with_what_the_packaged_data_say():
    listed = {row["name"]: row for row in json.loads(run("list", "--format", "json").stdout)}
    for name in ("iris", "digits", "arrivals"):
        licence = _packaged(name).licence
        assert licence == find(name).packaged_licence
        assert licence in listed[name]["licences"]
