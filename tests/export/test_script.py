"""A run as a plain Keras program: it is run, and compared with the run."""

import ast
import csv
import re
from typing import Any

import numpy as np
import pytest

import augment
from tuiml import recipe as recipes
from tuiml.errors import UsageError
from tuiml.export.keras_script import plain, section
from tuiml.runs import launch, store
from tuiml.runs.folder import RunFolder
from tuiml.tasks import folding, selection
from tuiml.tasks.recipes import build_recipe

TABLE = "height;color;weight;size\n" + "".join(
    f"{n * 7 % 50},5;{('red', 'green', 'blue')[n % 3]};{'' if n % 11 == 0 else n % 13};{('big', 'small')[(n * 7 % 50) < 25]}\n"
    for n in range(90)
)


def written(folder: RunFolder) -> str:
    """The program that repeats a run."""
    from tuiml.cli.export import script

    return script(folder, recipes.read(folder.recipe), store.read(folder).state)


_SAVED = """
known = {name: value for name, value in globals().items() if isinstance(value, np.ndarray)}
np.savez("known.npz", **known, **({"prepared": prepared(train)} if "prepared" in globals() else {}))
"""


@pytest.fixture
def rows_of(outside):
    """What a program knows before it builds its network; where Keras reads the rows, from a process of its own."""

    def known_by(program: str) -> dict[str, Any]:
        known: dict[str, Any] = {}
        head = program.partition("# --- network")[0]
        if "keras.datasets" not in head:
            exec(head, known)
            return known
        place, _ = outside.run(head + _SAVED)
        with np.load(place / "known.npz") as arrays:
            known = dict(arrays)
        prepared = known.pop("prepared", None)
        return known | ({} if prepared is None else {"prepared": lambda rows: prepared})

    return known_by


@pytest.fixture
def printed(outside):
    """The test figures that a program prints."""

    def figures(program: str) -> dict[str, float]:
        _, told = outside.run(program)
        return {name: float(value) for name, value in re.findall(r"^test (\w+): ([\d.]+)$", told, re.MULTILINE)}

    return figures


@pytest.fixture
def folder(tmp_path):
    """Make a run folder that was never trained."""

    def make(task: str, *sets: str, preset: str | None = None) -> RunFolder:
        return launch.prepare(build_recipe(task, preset, sets=list(sets)), tmp_path / "runs", None, by="test")

    return make


@pytest.mark.tf
def test_the_program_prints_the_figures_of_the_run(trained_digits, printed) -> None:
    """Without dropout and augmentation nothing is left to chance: four decimals are equal."""
    run = RunFolder(trained_digits)
    test = store.read(run).state.test

    assert printed(written(run)) == {name: pytest.approx(value, abs=1.01e-4) for name, value in test.items()}


@pytest.mark.tf
@pytest.mark.slow
def test_folds_of_boston_end_in_the_same_refit(folder, printed, keras_home, monkeypatch) -> None:
    """The notes' k-fold study, shortened: fold by fold, then the refit, tested once."""
    from tuiml.train import runner

    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    run = folder("boston_housing", "train.epochs=2", "folds.k=2", "train.batch_size=8", preset="notes")
    assert runner.run(run) == 0
    test = store.read(run).state.test

    assert printed(written(run)) == {name: pytest.approx(value, rel=2e-3) for name, value in test.items()}


@pytest.mark.tf
@pytest.mark.parametrize(
    ("task", "sets"),
    [
        ("digits", ("data.validation=0.3", "train.seed=5")),
        ("digits", ("folds.k=3", "folds.repeats=2")),
        ("digits", ("data.deduplicate=on", "data.fraction=0.4")),
        ("wine", ("data.drop=hue", "data.derive=log:proline,ratio:ash:alcohol")),
        ("breast_cancer", ("data.split=first", "data.validation=50")),
        ("diabetes", ("data.indicators=on",)),
        ("boston_housing", ()),
        ("mnist", ("data.fraction=0.1",)),
    ],
)
def test_the_program_reads_and_splits_the_rows_of_the_run(folder, rows_of, task, sets, keras_home, monkeypatch) -> None:
    """Row by row: x, y, and which of them are trained, validated and tested on, prepared as the run prepares them."""
    from tuiml.train import rows

    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    known = rows_of(written(folder(task, *sets)))
    source = rows.read(build_recipe(task, sets=list(sets)), lambda what: None)
    feeds = rows.feeds(source, source.train, source.validation, lambda what: None)
    x = known["prepared"](known["train"]) if "prepared" in known else known["x"]
    for name, feed in (("train", feeds.train), ("validation", feeds.validation), ("test", feeds.test)):
        if feed is not None:
            np.testing.assert_allclose(x[known[name]], feed.x[feed.rows], rtol=1e-6, atol=1e-6)
            np.testing.assert_array_equal(known["y"][known[name]], feed.y[feed.rows])
    feeds.close()


@pytest.mark.tf
def test_the_program_reads_a_table_of_the_user(folder, rows_of, tmp_path) -> None:
    """Semicolons, decimal commas, categories, missing cells, a text to predict."""
    from tuiml.train import rows

    (tmp_path / "table.csv").write_text(TABLE)
    sets = ("data.target=size", "data.indicators=on")
    task = f"csv:{tmp_path / 'table.csv'}"
    known = rows_of(written(folder(task, *sets)))
    source = rows.read(build_recipe(task, sets=list(sets)), lambda what: None)
    feeds = rows.feeds(source, source.train, source.validation, lambda what: None)

    np.testing.assert_allclose(known["prepared"](known["train"]), feeds.train.x, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(known["y"], source.data.train_y)
    np.testing.assert_array_equal(known["train"], source.train)
    feeds.close()


@pytest.mark.tf
def test_names_in_a_table_are_never_code(folder, tmp_path) -> None:
    """Quotation marks, backslashes and braces of columns and classes stay texts in the program."""
    evil = '"""; evil = 1; """ {evil} \\'
    with (tmp_path / "table.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("x", evil, "kind"), *((n, n % 5, ("a", evil)[n % 2]) for n in range(60))])
    program = written(folder(f"csv:{tmp_path / 'table.csv'}", "data.target=kind"))

    assert "evil" in program
    assert [node for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Name) and node.id == "evil"] == []


@pytest.mark.tf
@pytest.mark.parametrize("names", [("x", "y"), ("x_train", "y_train", "x_test", "y_test")])
def test_the_program_reads_arrays_of_the_user(folder, rows_of, tmp_path, names) -> None:
    """A NumPy archive with or without a test set of its own."""
    from tuiml.tasks import catalog

    random = np.random.default_rng(0)
    arrays = {name: random.integers(0, 2, 60) if name[0] == "y" else random.normal(size=(60, 4)) for name in names}
    np.savez(tmp_path / "own.npz", **arrays)
    task = f"npz:{tmp_path / 'own.npz'}"
    known = rows_of(written(folder(task)))
    data = catalog.find(task).load(build_recipe(task).data.model_dump(), lambda what: None)

    np.testing.assert_array_equal(known["y"], np.concatenate([data.train_y, data.test_y]))
    np.testing.assert_allclose(known["cells"], np.concatenate([data.train_x, data.test_x]))


@pytest.mark.tf
def test_the_program_reads_pictures_of_the_user(folder, rows_of, flowers) -> None:
    """Every photograph has its class and its place; Keras' resizing differs by little."""
    from tuiml.tasks import catalog

    task, sets = f"folder:{flowers}", ("data.image_size=16",)
    known = rows_of(written(folder(task, *sets)))
    data = catalog.find(task).load(build_recipe(task, sets=list(sets)).data.model_dump(), lambda what: None)

    np.testing.assert_array_equal(known["y"], data.train_y)
    assert np.abs(known["x"].astype(float) - data.train_x).mean() < 4


@pytest.mark.tf
@pytest.mark.parametrize(
    ("sets", "named"),
    [
        (("augment.ops=flip,elastic",), "elastic"),
        (("augment.ops=mixup",), "mixup"),
        (("augment.ops=featurewise",), "featurewise"),
        (("data.label_noise=0.1",), "label_noise"),
    ],
)
def test_what_cannot_be_repeated_is_named(folder, sets, named) -> None:
    """The export refuses instead of writing a program that does something else."""
    with pytest.raises(UsageError, match=named):
        written(folder("digits", *sets))


@pytest.mark.tf
def test_a_model_file_s_network_is_refused_by_its_name(folder, tmp_path) -> None:
    """Even a plain chain: it is the file's own code that makes it, and no branch is blamed."""
    (tmp_path / "network.py").write_text(
        "import keras\ndef build(recipe, shapes):\n"
        "    layers = [keras.layers.Flatten(), keras.layers.Dense(shapes['output'], activation=shapes['activation'])]\n"
        "    return keras.Sequential([keras.Input(shapes['input']), *layers])\n"
    )
    with pytest.raises(UsageError, match=r"model file .* cannot be written as a script"):
        written(folder("digits", f"model.file={tmp_path / 'network.py'}"))


@pytest.mark.tf
def test_every_setting_of_training_is_in_the_program(folder) -> None:
    """Schedule, early stopping, goal, penalties, dropout, momentum: each is a line that Python accepts."""
    sets = (
        "optimizer.name=sgd", "optimizer.momentum=0.9", "optimizer.schedule=cosine", "optimizer.warmup=2", "early_stopping=4",
        "train.stop_when=val_accuracy>=0.9", "regularize.dropout=0.5,0.2", "regularize.l1=0.01", "data.class_weights=balanced",
        "augment.ops=rotate:15,shift:0.1,zoom:0.2,flip@0.3,brightness:0.2@0.5,contrast:0.2,noise:0.05",
    )  # fmt: skip
    program = written(folder("digits", *sets))
    compile(program, "program.py", "exec")
    for line in (
        "momentum=0.9",
        "LearningRateScheduler(rate)",
        'EarlyStopping(monitor="val_loss", patience=4, restore_best_weights=True)',
        'logs["val_accuracy"] >= 0.9',
        "Dropout(0.2)",
        "L1L2(l1=0.01",
        "its loss + penalty is what Keras prints",
        "weights[labels[part]]",
    ):
        assert line in program
    assert "tuiml" not in program.partition('"""\n\nimport')[2]


def test_rows_are_drawn_as_the_run_draws_them() -> None:
    """The program's short functions give the rows of those that the run uses, whatever labels, counts and seeds."""
    random = np.random.default_rng(0)
    for seed in range(20):
        labels = random.integers(0, random.integers(1, 6), random.integers(20, 200))
        count = int(random.integers(1, len(labels)))
        np.testing.assert_array_equal(
            plain.stratified(labels, count, (seed, 1)), selection.stratified(labels, count, (seed, 1))
        )
        if np.bincount(labels).min() >= 3:
            folds = folding.folds(labels, 3, 1, seed)
            dealt = plain.deal(np.arange(len(labels)), labels, 3, [seed, 5, 1])
            for (_, part), rows in zip(folds, dealt, strict=True):
                np.testing.assert_array_equal(part, rows)


@pytest.mark.parametrize(
    "ops", ["rotate:37..37", "shift:3px..3px", "zoom:1.3..1.3", "shear:20..20", "vflip@1", "flip@1,rotate:10..10"]
)
@pytest.mark.parametrize("fill", ["nearest", "constant", "reflect", "wrap"])
def test_pictures_move_as_the_toolkit_moves_them(ops, fill, digits_pictures) -> None:
    """The program's matrices and resampling, beside those of `augment`, on real digits: at most two of 255 levels apart."""
    from tuiml.export.keras_script.augmenting import _moving

    words = ",".join(op + (f":fill={fill}" if ":" in op else "") for op in ops.split(","))
    pipeline = augment.parse(words)
    known: dict[str, Any] = {"np": np, "about_center": plain.about_center, "warp": plain.warp}
    known |= {
        "rng": np.random.default_rng(0),
        "n": len(digits_pictures),
        "height": 8,
        "width": 8,
        "images": digits_pictures,
    }
    lines = [line.removeprefix("    ") for line in _moving(list(pipeline.ops))]
    exec("\n".join(lines), known)
    expected = pipeline(digits_pictures.astype(np.float32), seed=0, epoch=1)
    np.testing.assert_allclose(known["images"], expected, atol=2)


@pytest.fixture(scope="module")
def digits_pictures():
    """Forty real digits."""
    from tuiml.tasks import catalog

    return catalog.find("digits").load({}, lambda what: None).train_x[:40]


def test_a_function_is_copied_without_its_annotations() -> None:
    """What the program takes along is plain, and still the function that was tested here."""
    for function in (plain.stratified, plain.warp, plain.prepare, plain.read_table, plain.deal, plain.unpacked):
        text = section.source(function)
        known: dict[str, Any] = {"np": np}
        exec(text, known)
        assert "Any" not in text.splitlines()[0]
        assert known[function.__name__].__doc__ == function.__doc__


def test_any_rows_can_be_written_out() -> None:
    """Row numbers that follow no rule survive as text."""
    from tuiml.export.keras_script.rows import packed

    random = np.random.default_rng(1)
    for total in (1, 9, 1000, 60_000):
        rows = np.flatnonzero(random.random(total) < 0.3)
        np.testing.assert_array_equal(eval(packed(rows, total), {"unpacked": plain.unpacked}), rows)
