import re
from pathlib import PurePosixPath

import pytest
from eds_datasets.errors import UsageError
from eds_datasets.registry import entries, entry


def test_there_are_265_files_under_keys_that_are_all_different():
    keys = [known.key for known in entries()]
    assert len(keys) == len(set(keys)) == 265


def test_every_file_has_an_address_a_hash_a_size_terms_and_a_citation():
    length = {"sha256": 64, "md5": 32}
    for known in entries():
        algorithm, _, digest = known.hash.partition(":")
        assert re.fullmatch("[0-9a-f]+", digest), known.key
        assert len(digest) == length[algorithm], known.key
        assert known.url.startswith("https://"), known.key
        assert known.size > 0, known.key
        assert all((known.licence, known.citation, known.version, known.dataset)), known.key


def test_no_key_leaves_the_cache():
    for known in entries():
        path = PurePosixPath(known.key)
        assert not path.is_absolute()
        assert ".." not in path.parts


def test_an_address_is_pinned_to_the_version_that_it_names():
    for known in entries():
        if "githubusercontent" in known.url:
            assert re.search(f"/{known.version}[0-9a-f]{{33}}/", known.url), known.key


def test_what_a_file_says_goes_before_what_its_collection_says():
    assert entry("lidar/autzen_trim.laz").licence == "BSD-2-Clause"
    assert entry("lidar/floor.xyz").licence == "MIT"


def test_one_file_has_no_copy_in_the_mirror():
    assert [known.key for known in entries() if not known.mirrored] == ["mnist/train-images-idx3-ubyte.gz"]


def test_every_other_file_lies_in_the_mirror_with_its_size(real_mirror):
    for known in entries():
        path = real_mirror / known.key
        assert path.is_file() == known.mirrored, known.key
        assert not known.mirrored or path.stat().st_size == known.size, known.key


def test_a_prefix_selects_a_collection():
    iceland = entries("earthquake/iceland/")
    assert len(iceland) == 83
    assert {known.licence for known in iceland} == {"GPL-3.0-only"}


def test_a_key_that_misses_is_answered_with_the_nearest():
    with pytest.raises(UsageError, match=r"no file 'lidar/flor\.xyz'") as caught:
        entry("lidar/flor.xyz")
    assert "'lidar/floor.xyz'" in caught.value.tip
