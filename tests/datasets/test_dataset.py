"""The manners that every loader shares: which layer answers, and what is said when none does."""

import subprocess
import sys
from dataclasses import FrozenInstanceError

import eds_datasets
import pytest
from eds_datasets.dataset import Dataset, choose_layer
from eds_datasets.errors import UsageError

KEYS = ("spot/cetml1659on.dat",)


@pytest.fixture
def nothing_here(tmp_path, monkeypatch):
    """No cache and no mirror."""
    monkeypatch.setenv("EDS_DATA_DIR", str(tmp_path / "empty"))
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)


def layers(*names):
    return {name: lambda name=name: f"answer of {name}" for name in names}


def test_auto_takes_the_preferred_layer_that_needs_no_download(nothing_here):
    assert choose_layer("spot", "auto", layers("packaged", "simulated")) == "answer of packaged"


def test_auto_passes_over_a_download_that_is_not_here(nothing_here):
    chosen = choose_layer("spot", "auto", layers("download", "simulated"), keys=KEYS)
    assert chosen == "answer of simulated"


def test_auto_takes_a_download_that_a_mirror_folder_holds(nothing_here, real_mirror, monkeypatch):
    monkeypatch.setenv("EDS_DATA_MIRROR", str(real_mirror))
    chosen = choose_layer("spot", "auto", layers("download", "simulated"), keys=KEYS)
    assert chosen == "answer of download"


def test_auto_names_the_command_when_only_a_download_would_answer(nothing_here):
    with pytest.raises(UsageError, match="has to be downloaded") as caught:
        choose_layer("spot", "auto", layers("download"), keys=KEYS)
    assert "eds data fetch spot" in caught.value.tip


def test_a_source_that_was_asked_for_answers_even_when_another_is_preferred(nothing_here):
    assert choose_layer("spot", "simulated", layers("packaged", "simulated")) == "answer of simulated"


@pytest.mark.parametrize("source", ["download", "internet"])
def test_a_source_that_does_not_exist_is_refused_with_those_that_do(source):
    with pytest.raises(UsageError, match=f"no source '{source}'.*auto, packaged, simulated"):
        choose_layer("spot", source, layers("packaged", "simulated"))


def test_a_data_set_cannot_be_changed():
    known = Dataset(name="a", source="packaged", licence="MIT", citation="b", units={})
    with pytest.raises(FrozenInstanceError):
        known.licence = "none"


def test_every_public_name_can_be_imported():
    for name in eds_datasets.__all__:
        assert getattr(eds_datasets, name).__name__ == name
    assert set(eds_datasets.__all__) <= set(dir(eds_datasets))


def test_a_public_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="load_moon"):
        eds_datasets.load_moon  # noqa: B018


def test_importing_the_package_imports_nothing_heavy_and_opens_no_socket():
    code = (
        "import socket, sys; socket.socket = None; import eds_datasets, eds_datasets.fetch;"
        "print([m for m in ('numpy', 'pandas', 'obspy', 'sklearn', 'torch', 'pooch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
