"""Every data set has the same manners: says whence it comes, in which units, and never calls the network."""

import functools
import json
import socket
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from eds_datasets import cards
from eds_datasets.cli import main
from eds_datasets.dataset import Dataset, with_index
from eds_datasets.errors import UsageError
from eds_datasets.inventory import find, inventory
from eds_datasets.lidar import Scene

# obspy 1.5 asks importlib.metadata in the old way
pytestmark = pytest.mark.filterwarnings("ignore:SelectableGroups dict interface:DeprecationWarning")

NAMES = list(inventory())
LAYERS = [(name, layer) for name, known in inventory().items() for layer in known.layers]
SIMULATED = [name for name, known in inventory().items() if known.simulator]
LITTLE = {
    "lidar": {"scene": Scene(step=0.15)},
    "turbidity": {"years": 1.0, "n_storms": 3},
    "waveforms": {"n_records": 60},
}
PROVENANCE = {field.name for field in fields(Dataset)}


@pytest.fixture
def alone(own_cache, monkeypatch):
    """Neither cache nor mirror, and a network that fails loudly when it is touched."""
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)

    def refuse(*args):
        raise AssertionError(f"a loader that was not asked to fetch called the network: {args[1:]}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(params=LAYERS, ids=lambda pair: "-".join(pair))
def sampled(request, tmp_path_factory, monkeypatch):
    """Return a small part of each layer of each data set; downloads come from the mirror."""
    name, layer = request.param
    if layer == "download":
        monkeypatch.setenv("EDS_DATA_MIRROR", str(request.getfixturevalue("real_mirror")))
        monkeypatch.setenv("EDS_DATA_DIR", str(tmp_path_factory.mktemp("cache")))
    return find(name), layer, sample(name, layer)


@functools.cache
def sample(name, layer):
    return cards.sample(find(name), layer)


def test_a_data_set_says_its_name_its_layer_its_terms_and_whom_to_cite(sampled):
    known, layer, data = sampled
    assert isinstance(data, Dataset)
    assert (data.name, data.source) == (known.name, layer)
    assert data.licence
    assert len(data.citation) > 10
    if layer == "packaged":
        assert data.licence == known.packaged_licence
    if layer == "download":
        assert set(data.licence.split(" AND ")) <= set(" AND ".join(known.licences()).split(" AND "))


def test_every_number_has_a_unit_and_every_field_a_meaning(sampled):
    _, _, data = sampled
    documented = cards.attributes(type(data))
    for field in fields(data):
        if field.name in PROVENANCE:
            continue
        assert documented.get(field.name), field.name
        value = getattr(data, field.name)
        if isinstance(value, pd.DataFrame):
            for column in map(str, with_index(value)):
                assert {column, f"{field.name}.{column}"} & set(data.units), column
        elif isinstance(value, np.ndarray):
            assert data.units.get(field.name), field.name


@pytest.mark.parametrize("name", NAMES)
def test_without_network_mirror_and_cache_auto_answers_or_names_the_command(name, alone):
    known = find(name)
    load = known.function(known.loader)
    if set(known.layers) == {"download"}:
        with pytest.raises(UsageError) as caught:
            load()
        assert f"eds data fetch {name}" in caught.value.tip
    else:
        assert load().source in set(known.layers) - {"download"}


@pytest.mark.parametrize("name", NAMES)
def test_a_source_that_does_not_exist_is_refused_with_those_that_do(name, alone):
    known = find(name)
    with pytest.raises(UsageError, match=r"no source 'internet': expected one of auto, \w+"):
        known.function(known.loader)("internet")


def simulated(name, seed):
    """Simulate a little, and return the bytes of every array and the hashes of every table."""
    known = find(name)
    data = known.function(known.simulator)(
        seed=seed, **known.sample.get("simulated", {}) | LITTLE.get(name, {})
    )
    found = []
    for field in fields(data):
        value = getattr(data, field.name)
        if isinstance(value, pd.DataFrame):
            found += [list(value), pd.util.hash_pandas_object(value).to_numpy().tobytes()]
        elif isinstance(value, np.ndarray):
            found.append(value.tobytes())
    assert found
    return found


@pytest.mark.parametrize("name", SIMULATED)
def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(name):
    first = simulated(name, 5)
    assert first == simulated(name, 5)
    assert first != simulated(name, 6)


@pytest.mark.parametrize("name", SIMULATED)
def test_a_simulator_takes_a_generator_too(name):
    """A secret of 256 bits does not fit into a small integer."""
    first, again = (simulated(name, np.random.Generator(np.random.Philox(9))) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("name", ["spot", "epicentre", pytest.param("turbidity", marks=pytest.mark.slow)])
def test_the_command_writes_what_the_simulator_gives(name, tmp_path):
    path = tmp_path / "simulated.npz"
    result = CliRunner().invoke(main, ["simulate", name, "--seed", "3", "--out", str(path)])
    assert result.exit_code == 0, result.output
    known = find(name)
    expected = known.function(known.simulator)(seed=3)
    with np.load(path, allow_pickle=False) as stored:
        assert json.loads(str(stored["provenance"]))["source"] == "simulated"
        for field in fields(expected):
            value = getattr(expected, field.name)
            if isinstance(value, np.ndarray):
                np.testing.assert_array_equal(stored[field.name], value)
                assert field.name in result.output
