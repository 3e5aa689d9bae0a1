import numpy as np
import pytest

from eds_datasets.displacement import load_le_teil_displacement
from eds_datasets.errors import EdsError, UsageError

KEY = "epicentre/displacement_06-11-2019_12-11-2019.tif"


@pytest.fixture
def mirror(real_mirror, own_cache, monkeypatch):
    monkeypatch.setenv("EDS_DATA_MIRROR", str(real_mirror))


def test_the_map_lies_around_le_teil_and_shows_centimetres(mirror):
    found = load_le_teil_displacement()
    assert found.displacement.shape == (found.latitude.size, found.longitude.size) == (716, 1406)
    assert found.latitude[0] > 44.526 > found.latitude[-1]
    assert found.longitude[0] < 4.642 < found.longitude[-1]
    assert np.all(np.isfinite(found.displacement))
    assert 0.1 < np.ptp(found.displacement) < 0.3


def test_the_ground_moved_most_near_the_catalogues_epicentre(mirror):
    found = load_le_teil_displacement()
    row, column = np.unravel_index(np.argmax(found.displacement), found.displacement.shape)
    assert abs(found.latitude[row] - 44.526) < 0.03
    assert abs(found.longitude[column] - 4.642) < 0.05


def test_a_picture_without_a_place_is_refused(own_cache, monkeypatch, tmp_path):
    from PIL import Image

    from eds_datasets import displacement

    path = tmp_path / "plain.tif"
    Image.new("F", (4, 3)).save(path)
    monkeypatch.setattr(displacement, "fetch", lambda key: path)
    with pytest.raises(EdsError, match="does not tell where its pixels are"):
        load_le_teil_displacement("download")


def test_it_is_only_a_download(own_cache, monkeypatch):
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)
    with pytest.raises(UsageError, match="not on this machine"):
        load_le_teil_displacement()
    with pytest.raises(UsageError, match="no source 'simulated'"):
        load_le_teil_displacement("simulated")
