"""The lines that read a task's rows: `x` and `y` of all of them, those of the data's own test set last."""

from __future__ import annotations

from collections.abc import Callable

from tuiml.errors import UsageError
from tuiml.export.keras_script import files, plain
from tuiml.export.keras_script.facts import Facts
from tuiml.export.keras_script.section import Section

_JOINED = "x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])"


def reading(facts: Facts) -> Section:
    """Return the lines for a task. Raises UsageError for one whose rows a plain program cannot read."""
    name = facts.recipe.task
    if name in _BUILT_IN:
        return _BUILT_IN[name](facts)
    found = files.reading(facts)
    if found is not None:
        return found
    raise UsageError(
        f"a script cannot read the rows of {name}, which are made by tuiml or a plug-in. "
        "Tasks of Keras, scikit-learn and files of your own can be repeated; --format keras exports the network of any."
    )


def _keras_pictures(facts: Facts) -> Section:
    shape = "" if len(facts.data.train_x.shape) == 4 and facts.data.train_x.shape[3] > 1 else "[..., np.newaxis]"
    lines = [
        f"(x_train, y_train), (x_test, y_test) = keras.datasets.{facts.recipe.task}.load_data()",
        _JOINED,
        f'x, y = x{shape}, y.reshape(-1).astype("int64")  # pictures in 0..255; the network scales them itself',
    ]
    return Section("data", tuple(lines))


def _keras_texts(facts: Facts) -> Section:
    name, words = facts.recipe.task, facts.recipe.data.words
    lines = [
        f"WORDS = {words}  # the most frequent ones; all others become number 2",
        f"(x_train, y_train), (x_test, y_test) = keras.datasets.{name}.load_data(num_words=WORDS)",
        _JOINED,
    ]
    prepared = facts.preparation.words
    if prepared is not None and prepared.ordered:
        ends = f'padding="{prepared.padding}", truncating="{prepared.truncating}"'
        lines.append(f"x = keras.utils.pad_sequences(x, maxlen={prepared.maxlen}, {ends})")
        return Section("data", tuple(lines))
    return Section("data", (*lines, "x = multi_hot(x, WORDS)"), (plain.multi_hot,))


def _boston(facts: Facts) -> Section:
    lines = ["(x_train, y_train), (x_test, y_test) = keras.datasets.boston_housing.load_data()", _JOINED]
    return Section("data", (*lines, 'y = y.astype("float32")  # thousand dollars'))


def _california(facts: Facts) -> Section:
    lines = [
        '(x_train, y_train), (x_test, y_test) = keras.datasets.california_housing.load_data(version="large")',
        _JOINED,
        'x, y = x.astype("float64"), (y.astype("float64") / 100_000).astype("float32")  # in 100,000 dollars',
    ]
    return Section("data", tuple(lines))


def _sklearn(loader: str, values: str, seed: int, classes: bool = True) -> Callable[[Facts], Section]:
    def lines(facts: Facts) -> Section:
        labels, test = ("y" if classes else "np.zeros(len(y))"), len(facts.data.test_y)
        written = [
            f"found = sklearn.datasets.{loader}",
            values,
            f"# {test} rows, the same for every run, are for the test: they come last.",
            f"drawn = stratified({labels}, {test}, ({seed},))",
            "order = np.concatenate([np.setdiff1d(np.arange(len(y)), drawn), drawn])",
            "x, y = x[order], y[order]",
        ]
        return Section("data", tuple(written), (plain.stratified,), ("import sklearn.datasets",))

    return lines


_TABLE = 'x, y = found.data, found.target.astype("int64")'
_BUILT_IN: dict[str, Callable[[Facts], Section]] = {
    "mnist": _keras_pictures,
    "fashion_mnist": _keras_pictures,
    "cifar10": _keras_pictures,
    "imdb": _keras_texts,
    "reuters": _keras_texts,
    "boston_housing": _boston,
    "california_housing": _california,
    "digits": _sklearn(
        "load_digits()",
        'x, y = np.round(found.images * np.float32(255 / 16)).astype("uint8")[..., np.newaxis], found.target.astype("int64")',
        1797,
    ),
    "wine": _sklearn("load_wine()", _TABLE, 178),
    "breast_cancer": _sklearn("load_breast_cancer()", _TABLE, 569),
    "diabetes": _sklearn(
        "load_diabetes(scaled=False)", 'x, y = found.data, found.target.astype("float32")', 442, classes=False
    ),
}
