"""The command line: lists, fetches, verification and simulation, and what it says when something is wrong."""

import csv
import functools
import http.server
import json
import shutil
import threading

import pytest
from click.testing import CliRunner

from eds_datasets import registry
from eds_datasets.cli import main
from eds_datasets.inventory import inventory

UNMIRRORED = "mnist/train-images-idx3-ubyte.gz"


def run(*arguments, code=0):
    result = CliRunner().invoke(main, list(arguments), prog_name="eds data")
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def mirrored(real_mirror, own_cache, monkeypatch):
    """Set the real mirror folder, with an empty cache."""
    monkeypatch.setenv("EDS_DATA_MIRROR", str(real_mirror))
    return real_mirror


@pytest.fixture
def served(real_mirror, own_cache, monkeypatch):
    """Serve the real mirror over loopback HTTP, with an empty cache."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=str(real_mirror))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("EDS_DATA_MIRROR", f"http://127.0.0.1:{server.server_port}")
        yield
        server.shutdown()
        thread.join()


@pytest.fixture
def small_mirror(real_mirror, own_cache, tmp_path, monkeypatch):
    """Set a mirror folder that the test may spoil, with the files of the data set spot."""
    folder = tmp_path / "mirror"
    shutil.copytree(real_mirror / "spot", folder / "spot")
    for path in folder.rglob("*"):
        path.chmod(0o755)
    monkeypatch.setenv("EDS_DATA_MIRROR", str(folder))
    return folder


@pytest.fixture
def alone(own_cache, monkeypatch):
    """Neither cache nor mirror."""
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)


@pytest.mark.parametrize("source", ["mirrored", "served"])
def test_everything_can_be_fetched_and_verified_and_the_file_without_a_copy_is_named(
    source, own_cache, request, monkeypatch
):
    request.getfixturevalue(source)
    result = run("fetch", "--all")
    assert f"holds no {UNMIRRORED}" in result.stderr
    assert result.stdout.startswith("264 files, 56.1 MB, in")
    monkeypatch.delenv("EDS_DATA_MIRROR")
    result = run("verify")
    assert result.stdout == f"264 of 265 files are here and good; no copy of {UNMIRRORED}\n"
    assert len([path for path in own_cache.rglob("*") if path.is_file()]) == 264


def test_a_data_set_a_key_and_the_beginning_of_keys_name_files(mirrored, own_cache):
    run("fetch", "spot", "lidar/floor.xyz", "earthquake/phasenet/")
    found = {str(path.relative_to(own_cache)) for path in own_cache.rglob("*") if path.is_file()}
    assert found == {
        "spot/EuStockMarkets.csv",
        "spot/cetml1659on.dat",
        "lidar/floor.xyz",
        "earthquake/phasenet/model_95.ckpt.index",
        "earthquake/phasenet/model_95.ckpt.data-00000-of-00001",
    }


def test_a_corrupted_file_is_found_named_and_replaced(small_mirror, own_cache):
    run("fetch", "spot")
    with (own_cache / "spot/cetml1659on.dat").open("r+b") as stream:
        stream.write(b"?")
    result = run("verify", "spot", code=1)
    assert "spot/cetml1659on.dat: expected sha256 cf04527e" in result.stderr
    assert "tip: `eds data fetch spot/cetml1659on.dat` replaces it" in result.stderr
    run("fetch", "spot/cetml1659on.dat")
    run("verify", "spot")


def test_no_fetch_is_recommended_against_a_bad_copy_in_the_mirror(small_mirror):
    (small_mirror / "spot/EuStockMarkets.csv").write_bytes(b"rubbish")
    result = run("verify", "spot", code=1)
    assert "tip: the copy is the mirror's" in result.stderr
    assert "eds data fetch" not in result.stderr


def test_one_bad_file_does_not_keep_the_others_from_being_fetched(small_mirror, own_cache):
    (small_mirror / "spot/EuStockMarkets.csv").write_bytes(b"rubbish")
    result = run("fetch", "spot", code=1)
    assert "expected 60,865 bytes, got 7" in result.stderr
    assert (own_cache / "spot/cetml1659on.dat").exists()
    assert not (own_cache / "spot/EuStockMarkets.csv").exists()


def test_a_file_that_the_mirror_should_hold_and_does_not_is_a_failure(small_mirror):
    (small_mirror / "spot/EuStockMarkets.csv").unlink()
    result = run("fetch", "spot", code=1)
    assert "holds no spot/EuStockMarkets.csv" in result.stderr


def test_asking_only_for_the_file_without_a_copy_fails(mirrored):
    assert "nothing was fetched" in run("fetch", UNMIRRORED, code=1).stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fetch"], "say what to fetch"),
        (["fetch", "spot", "--all"], "say what to fetch"),
        (["fetch", "spots"], "did you mean 'spot'?"),
        (["fetch", "lidar/flor.xyz"], "did you mean 'lidar/floor.xyz'?"),
        (["fetch", "iris"], "comes inside a dependency"),
        (["verify", "nothing"], "no file 'nothing'"),
        (["simulate", "iris", "--seed", "1", "--out", "x.npz"], "iris has no simulator"),
        (["simulate", "turbidty", "--seed", "1", "--out", "x.npz"], "did you mean 'turbidity'?"),
        (["fetsh"], "Did you mean 'fetch'?"),
    ],
)
def test_a_wrong_command_exits_with_2_one_line_and_a_tip(arguments, said, alone):
    result = run(*arguments, code=2)
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_the_list_says_what_is_here_how_large_it_is_and_under_which_terms(mirrored):
    rows = {row["name"]: row for row in json.loads(run("list", "--format", "json").stdout)}
    assert list(rows) == list(inventory())
    assert (rows["digits"]["files"], rows["digits"]["here"]) == (4, 3)
    assert rows["spot"]["size"] == 60_865 + 32_940
    assert "GPL-3.0-only" in rows["volcano"]["licences"]
    assert rows["iris"]["licences"] == "CC-BY-4.0"


def test_the_list_without_cache_and_mirror_says_that_nothing_is_here(alone):
    rows = csv.DictReader(run("list", "--format", "csv").stdout.splitlines())
    assert {row["here"] for row in rows} == {"0"}


def test_the_list_of_files_has_one_line_for_each(alone):
    rows = json.loads(run("list", "--files", "--format", "json").stdout)
    assert [row["key"] for row in rows] == [known.key for known in registry.entries()]


def test_the_table_writes_sizes_for_people(alone):
    assert "41.5 MB" in run("list").stdout


def test_every_file_belongs_to_a_data_set_and_every_download_has_files():
    assert {known.dataset for known in registry.entries()} <= set(inventory())
    for known in inventory().values():
        assert bool(known.files()) == ("download" in known.layers), known.name
        assert bool(known.simulator) == ("simulated" in known.layers), known.name


@pytest.mark.parametrize(
    "arguments", [[], ["list"], ["show"], ["fetch"], ["verify"], ["simulate"], ["cards"], ["challenge"]]
)
def test_every_command_has_help(arguments):
    assert "Usage: eds data" in run(*arguments, "--help").stdout
