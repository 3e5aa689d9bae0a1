"""The built-in challenge: real handwritten digits, the held-out ones drawn anew for every event.

The images are public, so that a copy of them would give the labels by comparing pixels. Each is therefore
turned, moved and overlaid with noise before it is handed out. That ends the exact comparison, not the search
for a similar image: where a prize is at stake, use a challenge folder with data that nobody else has.
"""

from __future__ import annotations

import secrets
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eds_leaderboard.challenge import Challenge
from eds_leaderboard.entries import Codes, Expected
from eds_leaderboard.release import write_sample
from eds_leaderboard.splits import draw_splits, secret_generator, stratified
from eds_leaderboard.truth import Truth

__all__ = ["build"]

Images = npt.NDArray[np.uint8]

HELD_OUT_FRACTION = 0.4
MAX_TURN = np.deg2rad(10.0)
MAX_SHIFT = 1.5
NOISE = 8.0
SIDE = 28


def _load_images() -> tuple[Images, Codes]:
    """Return the images, shape (5000, 28, 28), and their classes, shape (5000,)."""
    from eds_datasets import load_digits

    digits = load_digits(source="packaged")
    return digits.images, digits.labels


def build(public_fraction: float, feedback_fraction: float = 0.0) -> Challenge:
    """Draw a training set and a held-out set, the latter split into public, private and feedback rows.

    The generators are seeded by the operating system and their seeds forgotten. What is handed out (order,
    pixels, ids) and what is kept (the splits) come from different generators.
    """
    images, classes = _load_images()
    generator = secret_generator()
    order = generator.permutation(len(classes))
    images, classes = _disguise(images[order], generator), classes[order]
    held_out = stratified(classes, HELD_OUT_FRACTION, generator)
    is_train = np.ones(len(classes), dtype=bool)
    is_train[held_out] = False
    codes = classes[held_out]
    expected = Expected(_random_ids(len(codes)), tuple(str(digit) for digit in range(10)))
    splits = draw_splits(codes, (), public_fraction, secret_generator(), feedback_fraction)
    truth = Truth(expected, codes, splits)
    train, test = (images[is_train], classes[is_train]), images[held_out]
    return Challenge("digits", truth, lambda folder: _write(folder, train, test, truth))


def _random_ids(count: int) -> tuple[str, ...]:
    # the letter in front keeps spreadsheets and pandas from reading 12e45678 as a number
    ids: dict[str, None] = {}
    while len(ids) < count:
        ids[f"d{secrets.token_hex(4)}"] = None
    return tuple(ids)


def _disguise(images: Images, generator: np.random.Generator) -> Images:
    """Turn, move and overlay each image with noise, by its own random amounts."""
    from scipy.ndimage import affine_transform

    angles = generator.uniform(-MAX_TURN, MAX_TURN, len(images))
    shifts = generator.uniform(-MAX_SHIFT, MAX_SHIFT, (len(images), 2))
    noise = generator.normal(0.0, NOISE, images.shape)
    centre = np.full(2, (SIDE - 1) / 2)
    turned = np.empty(images.shape, dtype=np.float64)
    for image, angle, shift, target in zip(images, angles, shifts, turned, strict=True):
        matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        offset = centre - matrix @ (centre + shift)
        affine_transform(image.astype(np.float64), matrix, offset, output=target, order=1)
    return np.clip(np.rint(turned + noise), 0, 255).astype(np.uint8)


def _write(folder: Path, train: tuple[Images, Codes], test: Images, truth: Truth) -> None:
    np.savez_compressed(folder / "train.npz", images=train[0], labels=train[1])
    np.savez_compressed(folder / "test.npz", images=test, ids=np.asarray(truth.expected.ids))
    write_sample(folder, truth, list(range(len(truth.codes))))
    (folder / "README.md").write_text(_README, encoding="utf-8")


_README = """\
# Handwritten digits

- `train.npz`: `images` (n, 28, 28) grey values 0 to 255, `labels` (n,) the digits 0 to 9
- `test.npz`: `images` as above without labels, `ids` (n,) the name of each
- `sample_submission.csv`: an entry that is valid and worthless, in the order of `test.npz`

```python
import numpy as np
import pandas as pd

train, test = np.load("train.npz"), np.load("test.npz")
predicted = ...  # one digit per test image
pd.DataFrame({"id": test["ids"], "label": predicted}).to_csv("predictions.csv", index=False)
```

Check the file with `leaderboard check -f predictions.csv`, in this folder.
"""
