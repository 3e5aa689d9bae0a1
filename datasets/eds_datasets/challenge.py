"""Fresh held-out sets for a hackathon: features to hand out, labels to keep, from a secret of the moment.

The simulators are public, so the labels are as safe as the seed. It is 256 bits from the operating system,
and each part of a challenge is made from a key of its own, derived by a hash that cannot be turned round:
who recovered the state behind the training set, whose labels are known, would know nothing about the test
set. The generator is Philox (Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3), whose
outputs do not give away its key as those of a linear generator can. Rows are handed out in random order
under names that say nothing.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eds_datasets._recipes import CHALLENGES, Part
from eds_datasets.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CHALLENGES", "HeldOut", "make_challenge"]

_SECRET_BITS = 256
_FEWEST_BITS = 128


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOut:
    """A challenge: what is handed out, and what stays with the host.

    Attributes
    ----------
    name : str
        The recipe.
    train, test : Part
        The training rows, handed out whole, and the held-out rows, of which only the features are.
    ids : array of str, shape (n_test,)
        Names of the held-out rows.
    secret : int
        What both were made from. It stays with the labels.
    """

    name: str
    train: Part
    test: Part
    ids: NDArray[np.str_]
    secret: int

    def write(self, folder: Path) -> None:
        """Write the challenge: ``release/`` is for the teams, everything beside it for the host alone.

        Parameters
        ----------
        folder : Path
            A folder that does not exist yet. ``truth.csv`` (id, label, group) and ``secret.json`` are put
            into it, readable for its owner only, and ``release/`` with ``train.npz``, ``test.npz``,
            ``sample_submission.csv`` and ``README.md``.

        Raises
        ------
        UsageError
            The folder exists already.
        """
        if folder.exists():
            raise UsageError(f"{folder} exists already", tip="choose another folder for the challenge")
        folder.mkdir(mode=0o700, parents=True)
        self._write_truth(folder)
        release = folder / "release"
        release.mkdir()
        np.savez_compressed(release / "train.npz", **_labelled(self.train))
        test: dict[str, Any] = {"id": self.ids, **self.test.features, **self.test.shared}
        np.savez_compressed(release / "test.npz", **test)
        self._write_sample(release / "sample_submission.csv")
        (release / "README.md").write_text(self._readme(), encoding="utf-8")

    def _write_truth(self, folder: Path) -> None:
        with _private(folder / "truth.csv") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("id", "label", "group"))
            writer.writerows(zip(self.ids, self.test.labels, self.test.groups, strict=True))
        sizes = {"n_train": len(self.train.labels), "n_test": len(self.test.labels)}
        with _private(folder / "secret.json") as stream:
            json.dump({"challenge": self.name, **sizes, "secret": f"{self.secret:x}"}, stream, indent=2)
            stream.write("\n")

    def _write_sample(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("id", "label"))
            first = min(self.train.labels)
            writer.writerows((name, first) for name in self.ids)

    def _readme(self) -> str:
        recipe = CHALLENGES[self.name]
        classes = ", ".join(f"`{label}`" for label in sorted(set(self.train.labels.tolist())))
        return _README.format(
            title=recipe.title,
            description=recipe.description.strip(),
            classes=classes,
            n_train=len(self.train.labels),
            n_test=len(self.test.labels),
        )


_README = """\
# {title}

{description}

- `train.npz`: {n_train:,} rows with `label` and `group`. Rows of one group resemble each other: keep them
  together when you split.
- `test.npz`: {n_test:,} rows with `id`, without labels.
- `sample_submission.csv`: an entry that is valid and worthless.

The label is one of {classes}.

```python
import numpy as np
import pandas as pd

train, test = np.load("train.npz"), np.load("test.npz")
print({{name: train[name].shape for name in train}})
predicted = ...  # one label for each row of test
pd.DataFrame({{"id": test["id"], "label": predicted}}).to_csv("predictions.csv", index=False)
```
"""


def _labelled(part: Part) -> dict[str, Any]:
    return {**part.features, **part.shared, "label": part.labels, "group": part.groups}


def _private(path: Path) -> Any:
    """Open a new file that only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")


def make_challenge(
    name: str, *, n_train: int | None = None, n_test: int | None = None, secret: int | None = None
) -> HeldOut:
    """Make a held-out set that nobody has seen.

    Parameters
    ----------
    name : str
        A key of `CHALLENGES`.
    n_train, n_test : int, optional
        Number of rows; the recipe's by default.
    secret : int, optional
        Only to make a challenge again from its ``secret.json``; by default the operating system gives it.

    Returns
    -------
    HeldOut

    Raises
    ------
    UsageError
        There is no such recipe, or the secret is so short that it could be found by trying.
    """
    if name not in CHALLENGES:
        raise UsageError(f"no challenge {name!r}: expected one of {', '.join(CHALLENGES)}")
    if secret is None:
        secret = secrets.randbits(_SECRET_BITS) | 1 << (_SECRET_BITS - 1)
    elif secret.bit_length() < _FEWEST_BITS:
        raise UsageError(
            f"a secret of {secret.bit_length()} bits can be found by trying: expected {_FEWEST_BITS} or more",
            tip="leave it out, and one comes from the operating system",
        )
    recipe = CHALLENGES[name]
    train = _shuffled(
        recipe.make(_generator(secret, name, "train"), n_train or recipe.n_train), secret, "train"
    )
    test = _shuffled(recipe.make(_generator(secret, name, "test"), n_test or recipe.n_test), secret, "test")
    ids = np.char.mod("r%06d", np.arange(len(test.labels)))
    return HeldOut(name=name, train=train, test=test, ids=ids, secret=secret)


def _generator(secret: int, *purpose: str) -> np.random.Generator:
    """Return the generator of one purpose; its key tells nothing about the secret or about other keys."""
    message = "/".join(purpose).encode()
    key = hashlib.blake2b(message, key=secret.to_bytes(_SECRET_BITS // 8), digest_size=32).digest()
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(int.from_bytes(key))))


def _shuffled(part: Part, secret: int, purpose: str) -> Part:
    """Put rows into random order, and give groups names that say nothing."""
    generator = _generator(secret, purpose, "order")
    mixed = part.take(generator.permutation(len(part.labels)))
    names, numbers = np.unique(mixed.groups, return_inverse=True)
    anonymous = np.char.mod("g%05d", generator.permutation(len(names)))
    return Part(features=mixed.features, labels=mixed.labels, groups=anonymous[numbers], shared=mixed.shared)
