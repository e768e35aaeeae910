"""The darkroom shows what training will see."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.tui.conftest import running, screen_text, settle, until
from tuiml.recipe import Recipe, compose
from tuiml.tasks import catalog
from tuiml.tasks.split import split
from tuiml.tui.app import TuimlApp
from tuiml.tui.preview import Pairs, Pictures, load, preview_pairs
from tuiml.tui.samples import Samples
from tuiml.tui.screens import darkroom
from tuiml.tui.screens.darkroom import Darkroom

MakeApp = Callable[..., TuimlApp]
OPS = "flip,rotate:15,shift:0.1,noise:0.1"


def recipe(ops: str = OPS, seed: int = 7, **others: Any) -> Recipe:
    """A recipe with augmentation."""
    augmented = {"task": "digits", "augment": {"ops": ops, **others}, "train": {"seed": seed}}
    return compose([catalog.recipe_fields("digits")[0], augmented])


def read(plan: Recipe) -> Pictures:
    """The pictures of a recipe."""
    found = load(plan, lambda what: None)
    assert isinstance(found, Pictures)
    return found


def drawn(plan: Recipe, epoch: int, count: int) -> Pairs:
    """The first training pictures as an epoch draws them."""
    return preview_pairs(plan, epoch, count)


@pytest.mark.parametrize("epoch", [1, 3])
def test_the_preview_shows_the_pixels_that_training_sees(epoch: int) -> None:
    """The feed of training, asked for the same rows of the same epoch in another order, yields bit-equal pictures."""
    import augment
    from tuiml.train.feed import Feed

    pictures = read(recipe())
    pairs = preview_pairs(recipe(), epoch, 16, 5, pictures)
    feed = Feed(
        pictures.data.train_x,
        pictures.data.train_y,
        pictures.rows,
        batch_size=8,
        seed=7,
        shuffle=True,
        pipeline=augment.parse(OPS),
    )
    batch, _ = feed.batch(pairs.rows[::-1], epoch)

    np.testing.assert_array_equal(pairs.after, batch[::-1])
    np.testing.assert_array_equal(pairs.before, pictures.data.train_x[pairs.rows])
    assert not np.array_equal(pairs.before, pairs.after)


def test_only_training_rows_are_shown() -> None:
    """No validation picture is ever drawn for."""
    plan = recipe()
    pictures = read(plan)
    validation = split(pictures.data, plan.data.model_dump(), plan.train.seed).validation

    assert not np.intersect1d(pictures.rows, validation).size


def test_epochs_differ_and_repeat() -> None:
    """Another epoch is another draw, the same epoch the same one."""
    first, again, second = (drawn(recipe(), epoch, 4) for epoch in (1, 1, 2))

    np.testing.assert_array_equal(first.after, again.after)
    assert not np.array_equal(first.after, second.after)
    assert first.drawn == again.drawn != second.drawn


async def test_pictures_and_what_was_drawn_are_on_the_screen(make_app: MakeApp) -> None:
    """Half-blocks, the numbers drawn, the promise about validation; n draws the next epoch, right shows other pictures."""
    async with running(make_app(recipe())) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom) and "Epoch 1" in screen_text(pilot.app))
        await settle(pilot)
        first = screen_text(pilot.app)
        await pilot.press("n")
        await until(pilot, lambda: "Epoch 2" in screen_text(pilot.app))
        await pilot.press("right")
        await until(pilot, lambda: "row 0:" not in screen_text(pilot.app))

    assert "▀" in first
    assert "row 0:" in first
    assert "rotate" in first
    assert "never augmented" in first.replace("\n", " ")


async def test_offline_the_copies_are_shown_by_their_numbers(make_app: MakeApp) -> None:
    """They are fixed, and there are no more than the recipe asks for; the words say so."""
    async with running(make_app(recipe(mode="offline", copies=2))) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom) and "Copy 1 of 2" in screen_text(pilot.app))
        await settle(pilot)
        words = screen_text(pilot.app)
        await pilot.press("n", "n", "n")
        await until(pilot, lambda: "Copy 2 of 2" in screen_text(pilot.app))
        shown = pilot.app.screen
        assert isinstance(shown, Darkroom)
        assert shown.epoch == 2

    assert "both the same in every epoch" in " ".join(words.split())
    assert "Epoch" not in words


async def test_what_endangers_labels_is_said_above_the_pictures(make_app: MakeApp) -> None:
    """Each hint with its measured share."""
    async with running(make_app(recipe("vflip,shift:0.6"))) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "a 6 may become a 9" in " ".join(screen_text(pilot.app).split()))

        assert "! shift:0.6:" in screen_text(pilot.app)


@pytest.mark.parametrize("ops", ["featurewise", "samplewise", "zca", "rescale:255"])
def test_normalized_pictures_can_be_looked_at(ops: str) -> None:
    """Whatever the scale, the darkest value is drawn dark and the lightest light."""
    pairs = drawn(recipe(ops), 1, 8)

    assert pairs.after.dtype == np.uint8
    assert all(picture.max() - picture.min() > 200 for picture in pairs.after)


def test_mixed_labels_are_told_by_their_shares() -> None:
    """A picture of two digits names both, and how much of the first there is."""
    pairs = drawn(recipe("mixup:1@1"), 1, 40)

    mixed = [label for label in pairs.labels if "+" in label]
    assert len(mixed) > 20
    assert all(50 <= int(label.split()[1]) <= 99 for label in mixed)
    assert all(label in "0123456789" for label in set(pairs.labels) - set(mixed))


async def test_missing_data_is_explained(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback: the sentences of the error, line by line, and how to get back."""
    from tuiml.errors import DataError

    def refuse(plan: Recipe, progress: Callable[[str], None]) -> None:
        raise DataError("mnist.npz is not there\nput it into [/tmp] \x1b[31m")

    monkeypatch.setattr(darkroom, "load", refuse)
    async with running(make_app(recipe())) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "mnist.npz is not there" in screen_text(pilot.app))
        shown = screen_text(pilot.app)

    assert "Esc leads back" in shown
    assert "\x1b" not in shown
    assert any(line.strip().startswith("put it into [/tmp]") for line in shown.split("\n"))


async def test_pictures_of_an_epoch_no_longer_asked_for_are_dropped(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread cannot be stopped: one that ends after a later one changes neither pictures nor words."""
    let_go, late, real = threading.Event(), threading.Event(), darkroom.preview_pairs

    def slow(plan: Recipe, epoch: int, *others: Any) -> Pairs:
        if epoch == 2:
            let_go.wait(10)
            late.set()
        return real(plan, epoch, *others)

    monkeypatch.setattr(darkroom, "preview_pairs", slow)
    async with running(make_app(recipe())) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "Epoch 1" in screen_text(pilot.app))
        await pilot.press("n", "n")
        await until(pilot, lambda: "Epoch 3" in screen_text(pilot.app))
        let_go.set()
        await until(pilot, late.is_set)
        await pilot.pause(0.1)
        shown = pilot.app.screen
        assert isinstance(shown, Darkroom)
        assert shown.pairs is not None
        assert shown.pairs.epoch == 3
        assert "Epoch 3" in screen_text(pilot.app)
        np.testing.assert_array_equal(shown.pairs.after, drawn(recipe(), 3, len(shown.pairs.rows)).after)


async def test_keys_wait_for_the_data(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the data is read, n and the arrows do nothing: it is read once, and epoch 1 comes first."""
    let_go, loads = threading.Event(), list[str]()

    def slow(plan: Recipe, progress: Callable[[str], None]) -> Pictures | Samples:
        loads.append(plan.task)
        let_go.wait(10)
        return load(plan, progress)

    monkeypatch.setattr(darkroom, "load", slow)
    monkeypatch.setattr("tuiml.tui.preview.load", slow)
    async with running(make_app(recipe())) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: bool(loads))
        await pilot.press("n", "n", "p", "right", "left", "n")
        let_go.set()
        await until(pilot, lambda: "Epoch 1" in screen_text(pilot.app))

    assert loads == ["digits"]


async def test_leaving_while_the_data_is_read_is_quiet(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form comes back, and what the thread finds later troubles nobody."""
    let_go, done = threading.Event(), threading.Event()

    def slow(plan: Recipe, progress: Callable[[str], None]) -> Pictures | Samples:
        let_go.wait(10)
        progress("reading on")
        done.set()
        return load(plan, progress)

    monkeypatch.setattr(darkroom, "load", slow)
    async with running(make_app(recipe())) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Darkroom))
        let_go.set()
        await until(pilot, done.is_set)
        await pilot.pause(0.1)

        assert not pilot.app.screen.query("Toast")
