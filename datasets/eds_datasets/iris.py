"""Fisher's iris flowers: 150 flowers, four measures each, three species."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eds_datasets.dataset import Dataset, Source, choose_layer

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Iris", "load_iris"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Iris(Dataset):
    """The flowers.

    Attributes
    ----------
    features : array, shape (150, 4)
        Length and width of sepal and petal, in cm, in the order of `feature_names`.
    species : array of int64, shape (150,)
        Index into `species_names`.
    feature_names, species_names : tuple of str
        Names of the columns and of the classes.
    """

    features: NDArray[np.float64]
    species: NDArray[np.int64]
    feature_names: tuple[str, ...]
    species_names: tuple[str, ...]


def load_iris(source: Source = "auto") -> Iris:
    """Load the iris flowers that come inside scikit-learn.

    Parameters
    ----------
    source : {"auto", "packaged"}
        Both mean the copy in scikit-learn, which agrees with Fisher's paper (UCI's copy has two wrong rows).

    Returns
    -------
    Iris
        The 150 flowers, sorted by species, 50 of each.

    Raises
    ------
    UsageError
        Another source.

    Examples
    --------
    >>> iris = load_iris()
    >>> iris.features.shape, iris.species_names
    ((150, 4), ('setosa', 'versicolor', 'virginica'))
    """
    return choose_layer("iris", source, {"packaged": _packaged})


def _packaged() -> Iris:
    from sklearn import datasets

    bunch = datasets.load_iris()
    names = tuple(str(name).removesuffix(" (cm)") for name in bunch.feature_names)
    return Iris(
        name="iris",
        source="packaged",
        licence="CC-BY-4.0",
        citation="Fisher (1936), The use of multiple measurements in taxonomic problems, "
        "Annals of Eugenics 7, doi:10.1111/j.1469-1809.1936.tb02137.x",
        units={"features": "cm", **dict.fromkeys(names, "cm"), "species": "-"},
        features=np.asarray(bunch.data, dtype=np.float64),
        species=np.asarray(bunch.target, dtype=np.int64),
        feature_names=names,
        species_names=tuple(str(name) for name in bunch.target_names),
    )
