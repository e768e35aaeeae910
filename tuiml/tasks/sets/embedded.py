"""Data sets that are shipped inside scikit-learn, read without importing it: no network, no wait."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError
from tuiml.tasks.base import Data, Progress, Task
from tuiml.tasks.columns import Column
from tuiml.tasks.selection import stratified

_DIGITS_TEST_ROWS = 360
_DIGITS_SEED = 1797
"""The test set is part of the task and the same for every recipe, so that runs with different seeds are comparable."""

# The files name classes but no columns; these are the names that scikit-learn gives them.
_WINE = (
    "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
    "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines", "proline",
)  # fmt: skip
_NUCLEI = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave_points", "symmetry",
    "fractal_dimension",
)  # fmt: skip
_PATIENTS = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
WINE_COLUMNS = tuple(map(Column, _WINE))
BREAST_CANCER_COLUMNS = tuple(Column(f"{measure}_{name}") for measure in ("mean", "error", "worst") for name in _NUCLEI)
DIABETES_COLUMNS = tuple(map(Column, _PATIENTS))

WINES = ("class_0", "class_1", "class_2")
TUMORS = ("malignant", "benign")
_NO_CLASSES = ()
_SOURCE = "inside scikit-learn, no network"


def digits(data_fields: Mapping[str, Any], progress: Progress) -> Data:
    """Return 1,797 handwritten digits, (n, 8, 8, 1) uint8 in 0..255: 1,437 for training, 360 for testing.

    The file holds 0..16 per pixel, counts of set pixels in 4x4 blocks; they are stretched to 0..255.
    Raises DataError when scikit-learn, or the file in it, is missing.
    """
    progress("reading digits")
    table = _numbers("digits.csv.gz")
    x = np.round(table[:, :64] * (255 / 16)).astype(np.uint8).reshape(-1, 8, 8, 1)
    y = table[:, 64].astype(np.int64)
    return _apart(x, y, _DIGITS_TEST_ROWS, _DIGITS_SEED, tuple("0123456789"))


def wine(data_fields: Mapping[str, Any], progress: Progress) -> Data:
    """Return 142 wines of three growers and 36 for testing: cells (n, 13) float64. Raises DataError as `digits` does."""
    progress("reading wine")
    table = _numbers("wine_data.csv", skip=1)
    return _apart(table[:, :-1], table[:, -1].astype(np.int64), 36, 178, WINES, WINE_COLUMNS)


def breast_cancer(data_fields: Mapping[str, Any], progress: Progress) -> Data:
    """Return 455 tumors and 114 for testing: cells (n, 30) float64. Raises DataError as `digits` does."""
    progress("reading breast_cancer")
    table = _numbers("breast_cancer.csv", skip=1)
    return _apart(table[:, :-1], table[:, -1].astype(np.int64), 114, 569, TUMORS, BREAST_CANCER_COLUMNS)


def diabetes(data_fields: Mapping[str, Any], progress: Progress) -> Data:
    """Return 354 patients and 88 for testing: cells (n, 10) float64, progression after a year from 25 to 346.

    Raises DataError as `digits` does.
    """
    progress("reading diabetes")
    y = _numbers("diabetes_target.csv.gz").astype(np.float32)
    return _apart(_numbers("diabetes_data_raw.csv.gz", None), y, 88, 442, _NO_CLASSES, DIABETES_COLUMNS)


def _apart(
    x: npt.NDArray[Any],
    y: npt.NDArray[Any],
    test_rows: int,
    seed: int,
    classes: tuple[str, ...],
    columns: tuple[Column, ...] = (),
) -> Data:
    """Return the rows with a test set drawn by `seed`, each class in proportion."""
    labels = y if classes else np.zeros(len(y), np.int64)
    test = stratified(labels, test_rows, (seed,))
    training = np.setdiff1d(np.arange(len(y)), test)
    return Data(x[training], y[training], x[test], y[test], classes, columns=columns)


def _numbers(name: str, delimiter: str | None = ",", skip: int = 0) -> npt.NDArray[np.float64]:
    """Return the numbers in a text file inside scikit-learn; `delimiter` None for white space."""
    file = _inside_sklearn(name)
    try:
        return np.loadtxt(file, delimiter=delimiter, skiprows=skip)
    except (OSError, ValueError) as error:
        raise DataError(f"{file} cannot be read: {error}. Reinstalling scikit-learn brings it back.") from None


def _inside_sklearn(name: str) -> Path:
    found = importlib.util.find_spec("sklearn")
    if found is None or found.origin is None:
        raise DataError(
            f"{name} is shipped inside scikit-learn, which is not installed. `pip install scikit-learn` brings it."
        )
    return Path(found.origin).parent / "datasets" / "data" / name


TASKS: tuple[Task, ...] = (
    Task(
        "digits",
        "Handwritten digits, small",
        "one_of_n",
        digits,
        shape=(8, 8, 1),
        classes=tuple("0123456789"),
        rows=(1437, 360),
        source=_SOURCE,
        defaults={
            "data": {"validation": 0.2},
            "model": {"preset": "dense", "layers": (64, 64), "activation": "relu"},
            "optimizer": {"name": "rmsprop", "learning_rate": 1e-3},
            "train": {"epochs": 12, "batch_size": 32},
        },
        published="measured, 3 seeds: 95.0 to 96.4 % of the test rows right",
        upright="a 6 may become a 9",
        handed="a 2 may become a 5",
    ),
    Task(
        "wine",
        "Wines of three growers, by their chemistry",
        "one_of_n",
        wine,
        form="table",
        shape=(13,),
        classes=WINES,
        rows=(142, 36),
        columns=WINE_COLUMNS,
        source=_SOURCE,
        defaults={
            "model": {"preset": "dense", "layers": (16,), "activation": "relu"},
            "optimizer": {"name": "adam", "learning_rate": 5e-3},
            "train": {"epochs": 30, "batch_size": 16},
        },
        published="measured, 3 seeds: 97.2 % of the test rows right",
    ),
    Task(
        "breast_cancer",
        "Tumors, malignant or benign, by their cell nuclei",
        "binary",
        breast_cancer,
        form="table",
        shape=(30,),
        classes=TUMORS,
        rows=(455, 114),
        columns=BREAST_CANCER_COLUMNS,
        source=_SOURCE,
        defaults={
            "model": {"preset": "dense", "layers": (16,), "activation": "relu"},
            "optimizer": {"name": "adam", "learning_rate": 3e-3},
            "train": {"epochs": 30, "batch_size": 32},
        },
        published="measured, 3 seeds: 96.5 % of the test rows right",
    ),
    Task(
        "diabetes",
        "Diabetes one year on, from 25 to 346",
        "value",
        diabetes,
        form="table",
        shape=(10,),
        classes=_NO_CLASSES,
        rows=(354, 88),
        columns=DIABETES_COLUMNS,
        source=_SOURCE,
        defaults={
            "model": {"preset": "dense", "layers": (32, 32), "activation": "relu"},
            "optimizer": {"name": "adam", "learning_rate": 3e-3},
            "train": {"epochs": 60, "batch_size": 16},
        },
        published="measured, 3 seeds: off by 43.0 to 44.3 on average on the test rows",
    ),
)
