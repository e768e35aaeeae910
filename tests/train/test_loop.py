"""The compiled loop trains exactly as Keras does, only sooner."""

import numpy as np
import pytest

from tuiml import events
from tuiml.tasks.recipes import build_recipe
from tuiml.train import rows
from tuiml.train.control import Control, Stopped
from tuiml.train.feed import Pace
from tuiml.train.loop import CompiledLoop
from tuiml.train.model import build

pytestmark = pytest.mark.tf

SETS = ["train.epochs=1", "regularize.l2=0.001", "regularize.l1=0.0001", "optimizer.name=adam", "model.batch_norm=on"]


def made(*sets: str):
    """Rows, model and loop for a recipe on digits, with the events it tells."""
    recipe = build_recipe("digits", sets=[*SETS, *sets])
    loaded = rows.load(recipe, lambda text: None)
    model = build(recipe, loaded.input, loaded.head)
    told: list[events.Event] = []
    control = Control(told.append)
    loop = CompiledLoop(model, loaded.train, loaded.validation, loaded.head.one_hot, control, told.append)
    loop.install()
    loop.warm()
    return loaded, model, loop, control, told


@pytest.mark.parametrize("loss", ["auto", "categorical_crossentropy", "mse"])
def test_an_epoch_equals_keras_own_steps_on_the_same_batches(loss: str) -> None:
    """Weights and metrics agree with `train_on_batch` over the same rows, penalties and batch normalization included.

    Keras' loss is the sum of what is told apart here: the data's loss, of each step too, and the penalty.
    """
    import keras

    sets = [f"model.loss={loss}", *(["model.output=linear"] if loss == "mse" else [])]
    loaded, model, loop, _, events_told = made(*sets)
    _, plain, _, _, _ = made(*sets)
    for attribute in ("make_train_function", "make_test_function"):
        delattr(plain, attribute)
    plain.train_function = plain.test_function = None
    logs: dict[str, float] = {}
    loop.fit(1, 1, [keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, told: logs.update(told))])
    order, size = loaded.train.order(1), loaded.train.batch_size
    target = (lambda y: keras.utils.to_categorical(y, 10)) if loaded.head.one_hot else (lambda y: y)
    told = []
    for at in range(0, len(order), size):
        x, y = loaded.train.batch(order[at : at + size], 1)
        plain.reset_metrics()
        told.append((len(x), plain.train_on_batch(x.astype("float32"), target(y), return_dict=True)))
    in_training = {name: sum(rows * batch[name] for rows, batch in told) / len(order) for name in ("loss", "accuracy")}

    assert max(float(np.abs(a - b).max()) for a, b in zip(model.get_weights(), plain.get_weights(), strict=True)) < 2e-5
    x, y = loaded.validation.batch(loaded.validation.rows, 1)
    keras_own = plain.evaluate(x.astype("float32"), target(y), verbose=0, return_dict=True)
    told_losses = [loss for event in events_told if isinstance(event, events.BatchEnded) for loss in event.losses]
    assert np.dot(told_losses, [rows for rows, _ in told]) / len(order) == pytest.approx(logs["loss"], rel=1e-5)
    assert logs["loss"] + logs["penalty"] == pytest.approx(in_training["loss"], rel=1e-4)
    assert logs["val_loss"] + logs["val_penalty"] == pytest.approx(keras_own["loss"], rel=1e-4)
    assert logs["val_penalty"] == pytest.approx(float(sum(plain.losses)), rel=1e-4)
    assert (logs["accuracy"], logs["val_accuracy"]) == pytest.approx((in_training["accuracy"], keras_own["accuracy"]))
    evaluated = {name: logs[f"val_{name}"] for name in ("loss", "accuracy")}
    assert loop.evaluate(loaded.validation) == pytest.approx(evaluated, rel=1e-6)


def test_the_size_of_chunks_does_not_change_a_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine and a fast one learn the same."""
    weights = []
    for size in (1, 7, 10_000):
        monkeypatch.setattr(Pace, "measured", lambda self, steps, seconds: None)
        monkeypatch.setattr(Pace, "__init__", lambda self, size=size: setattr(self, "steps", size))
        _, model, loop, _, _ = made("regularize.dropout=0.2", "augment.ops=flip")
        loop.fit(1, 1, [])
        weights.append(model.get_weights())

    assert all(np.array_equal(a, b) for other in weights[1:] for a, b in zip(weights[0], other, strict=True))


def test_a_step_that_is_not_finite_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights stay those of the last good step, and training ends there."""
    from tuiml.errors import NotFiniteError

    loaded, model, loop, _, _ = made()  # with batch normalization, whose statistics move in the forward pass
    poisoned = loaded.train.order(1)[5 * loaded.train.batch_size]
    loaded.train.x = loaded.train.x.astype("float32")
    loaded.train.x[poisoned] = np.nan
    with pytest.raises(NotFiniteError, match="epoch 1, batch 6"):
        loop.fit(1, 1, [])

    assert loop.step == 5
    assert all(np.isfinite(variable.numpy()).all() for variable in model.variables)


def test_a_stop_is_obeyed_between_chunks_and_during_validation() -> None:
    """Neither the rest of the epoch nor the rest of the validation rows is computed."""
    from tuiml.runs import wishes

    _, _, loop, control, told = made("train.batch_size=1")
    loop.between = lambda: control.ask(wishes.make("stop", "test"))
    with pytest.raises(Stopped):
        loop.fit(1, 1, [])
    assert 0 < loop.step < 1150
    assert isinstance(told[-1], events.Wished)

    _, _, loop, control, _ = made()
    done = []
    inner = loop._validate
    loop.model.test_function = lambda iterator: (
        control.ask(wishes.make("stop", "test")),
        inner(iterator),
        done.append(1),
    )
    with pytest.raises(Stopped):
        loop.fit(1, 1, [])
    assert done == []
