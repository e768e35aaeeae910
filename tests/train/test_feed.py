"""What rows reach training, in which order, augmented how."""

import numpy as np
import pytest

from tuiml.tasks.recipes import build_recipe
from tuiml.train import rows
from tuiml.train.feed import Feed, Pace, layer_seed
from tuiml.tui.darkroom.preview import preview_pairs

X = np.arange(100, dtype="float32").reshape(100, 1)
Y = np.arange(100)


def feed(batch_size: int = 8, seed: int = 3, **options) -> Feed:
    """A feed over the even rows."""
    return Feed(X, Y, np.arange(0, 100, 2), batch_size, seed, shuffle=True, **options)


def test_each_epoch_has_an_order_of_its_own_and_a_seed_has_all_of_them() -> None:
    """Orders differ between epochs and seeds, repeat for the same, and hold each row once."""
    orders = {(seed, epoch): tuple(feed(seed=seed).order(epoch)) for seed in (3, 4) for epoch in (1, 2, 3)}

    assert len(set(orders.values())) == 6
    assert all(sorted(order) == list(range(0, 100, 2)) for order in orders.values())
    assert tuple(feed(batch_size=1).order(2)) == orders[3, 2]


@pytest.mark.parametrize("resident", [True, False])
@pytest.mark.parametrize("pace", [1, 3, 1000])
def test_chunks_of_any_size_hold_the_same_rows(resident: bool, pace: int) -> None:
    """How fast the machine is does not change what is learned; a resumed epoch goes on at its batch."""
    source = feed()
    source.resident = resident
    steps = Pace()
    steps.steps = pace
    taken = [int(row) for chunk in source.chunks(2, 3, steps) for row in chunk[-1]]

    assert taken == list(source.order(2)[3 * 8 :])
    source.close()


def test_a_chunk_grows_until_it_takes_a_tenth_of_a_second() -> None:
    """The first measurement includes tracing and is ignored; growth is at most eightfold at once."""
    pace = Pace()
    pace.measured(1, 5.0)
    assert pace.steps == 1
    pace.measured(1, 0.001)
    assert pace.steps == 8
    pace.measured(8, 0.008)
    assert pace.steps == 64
    pace.measured(64, 0.064)
    assert pace.steps == 100
    pace.measured(100, 10.0)

    assert pace.steps == 1


def test_seeds_of_layers_differ_by_seed_epoch_and_layer() -> None:
    """No two dropout layers draw the same, nor does one in two epochs."""
    words = {tuple(layer_seed(seed, epoch, layer)) for seed in (0, 1) for epoch in (1, 2) for layer in (0, 1)}

    assert len(words) == 8


@pytest.mark.parametrize("ops", ["flip,rotate:15,shift:0.1", "noise:0.1,brightness:0.3@0.5,rescale:255"])
def test_the_preview_shows_the_pixels_that_training_is_fed(ops: str) -> None:
    """Same seed, epoch and index: the same bits, whatever batch a picture lands in."""
    recipe = build_recipe("digits", sets=[f"augment.ops={ops}", "train.seed=5"])
    trained = rows.load(recipe, lambda text: None)
    shown = preview_pairs(recipe, epoch=3, count=40)
    order = trained.train.order(3)
    fed = dict(zip(order.tolist(), trained.train.batch(order, 3)[0], strict=True))
    white = 1.0 if "rescale" in ops else 255.0
    expected = [np.clip(np.round(fed[int(row)].astype("float32") * (255.0 / white)), 0, 255) for row in shown.rows]
    trained.close()

    assert np.array_equal(shown.after, np.array(expected).astype("uint8"))
    assert not np.array_equal(shown.after, shown.before)


@pytest.mark.parametrize("ops", ["flip,rotate:90,noise:0.2", "flip,rescale:255"])
def test_validation_and_test_pictures_are_never_augmented(ops: str) -> None:
    """Bit for bit the data's own, or scaled where all pictures are."""
    plain = rows.load(build_recipe("digits"), lambda text: None)
    recipe = build_recipe("digits", sets=[f"augment.ops={ops}"])
    augmented = rows.load(recipe, lambda text: None)
    scale = np.float32(255.0) if "rescale" in ops else 1
    assert plain.validation is not None
    assert augmented.validation is not None
    for ours, raw in ((augmented.validation, plain.validation), (augmented.test, plain.test)):
        got, expected = ours.batch(ours.rows, 1)[0], raw.batch(raw.rows, 1)[0]
        assert np.array_equal(got, expected / scale if "rescale" in ops else expected)
    assert augmented.input.scale == (None if "rescale" in ops else 1 / 255)
    assert set(augmented.train.rows).isdisjoint(plain.validation.rows)
    plain.close()
    augmented.close()


@pytest.mark.parametrize("ops", ["mixup:1", "cutmix:1,rotate:10"])
def test_partners_are_training_rows_alone(ops: str) -> None:
    """What the validation rows hold reaches no training picture and no label; batch size changes nothing."""
    import augment

    x = np.full((60, 8, 8, 1), 100, np.uint8)
    x[40:] = 255  # not rows of the feed
    y = np.where(np.arange(60) < 40, np.arange(60) % 3, 3)
    source = Feed(x, y, np.arange(40), 8, 3, shuffle=True, pipeline=augment.parse(ops), classes=4)
    order = source.order(2)
    pictures, labels = source.batch(order, 2)
    some, some_labels = source.batch(order[7:9], 2)
    source.close()

    assert (pictures == 100).all()
    assert labels.shape == (40, 4)
    assert (labels[:, 3] == 0).all()
    assert np.allclose(labels.sum(axis=1), 1)
    assert (labels.max(axis=1) < 1).any()
    assert np.array_equal(some, pictures[7:9])
    assert np.array_equal(some_labels, labels[7:9])


@pytest.mark.parametrize("mode", ["online", "offline"])
def test_normalized_pictures_are_fed_on_one_scale(mode: str) -> None:
    """Training, validation and test go through statistics of the training rows, and the network scales nothing more."""
    sets = ["augment.ops=flip,featurewise", f"augment.mode={mode}"]
    made = rows.load(build_recipe("digits", sets=sets), lambda text: None)
    plain = rows.load(build_recipe("digits"), lambda text: None)
    assert made.validation is not None
    assert plain.validation is not None
    mean, std = (float(value) for value in _statistics(plain.train.x[plain.train.rows]))
    validation, raw = (
        made.validation.batch(made.validation.rows, 1)[0],
        plain.validation.batch(plain.validation.rows, 1)[0],
    )
    training = made.train.batch(made.train.rows, 1)[0]
    made.close()
    plain.close()

    assert np.allclose(validation, (raw - mean) / std, atol=1e-3)
    assert abs(float(training.mean())) < 1e-2
    assert made.input.scale is None
    assert (made.copies, len(made.train.rows)) == ((1150, 2300) if mode == "offline" else (0, 1150))


def _statistics(pictures: np.ndarray) -> tuple[float, float]:
    return pictures.mean(dtype=np.float64), pictures.std(dtype=np.float64)


def test_the_preview_shows_the_copies_that_training_is_fed() -> None:
    """Offline the number is that of the copy: the rows of the enlarged set, bit for bit."""
    sets = ["augment.ops=rotate:15,shift:0.1", "augment.mode=offline", "augment.copies=3"]
    recipe = build_recipe("digits", sets=sets)
    made = rows.load(recipe, lambda text: None)
    shown = preview_pairs(recipe, epoch=2, count=40)
    made.close()

    assert np.array_equal(made.train.x[:40], shown.before)
    assert np.array_equal(made.train.x[2 * 1150 : 2 * 1150 + 40], shown.after)
