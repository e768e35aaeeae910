"""The darkroom shows what training will see."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Static

import augment
from tests.tui.conftest import running, screen_text, settle, until
from tuiml.recipe import Recipe, compose
from tuiml.tasks import catalog
from tuiml.tasks.split import split
from tuiml.train import rows
from tuiml.tui.app import TuimlApp
from tuiml.tui.darkroom import bench, preview, showing
from tuiml.tui.darkroom import screen as darkroom
from tuiml.tui.darkroom.preview import Pairs, Pictures, load, preview_pairs
from tuiml.tui.darkroom.samples import Samples
from tuiml.tui.darkroom.screen import Darkroom
from tuiml.tui.darkroom.showing import Wanted

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


def said(pilot: Pilot[Any]) -> str:
    """What stands above the pictures."""
    return str(pilot.app.screen.query_one("#darkroom-words", Static).content)


def drawn(plan: Recipe, epoch: int, count: int) -> Pairs:
    """The first training pictures as an epoch draws them."""
    return preview_pairs(plan, epoch, count)


@pytest.mark.parametrize("epoch", [1, 3])
def test_the_preview_shows_the_pixels_that_training_sees(epoch: int) -> None:
    """The feed of training, asked for the same rows of the same epoch in another order, yields bit-equal pictures."""
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


EDITED = (
    ("flip,rotate:-5..25@0.8,noise:0.1", {}, 3),
    ("zoom:0.2,featurewise", {}, 2),
    ("rotate:15,shift:0.1", {"mode": "offline", "copies": 3}, 2),
    ("flip@1", {"mode": "offline", "copies": 2}, 1),
    ("mixup:0.4,rotate:10", {}, 4),
    ("cutmix:1", {}, 2),
)


@pytest.mark.parametrize(("ops", "others", "epoch"), EDITED)
@pytest.mark.parametrize("noise", [0.0, 0.4])
def test_what_is_edited_is_what_training_is_fed(ops: str, others: dict[str, Any], epoch: int, noise: float) -> None:
    """The pictures of a bench, edited key by key, and the labels told: those of a run of the recipe it ends with, bit for bit."""
    plan = recipe("gamma:0.3", **others).model_copy(
        update={"data": recipe().data.model_copy(update={"label_noise": noise})}
    )
    pictures = read(plan)
    now = bench.begin(plan)
    now = now.with_draft(now.draft.rewritten(ops)).added(augment.parse("blur:1").ops[0]).undone()
    shown = showing.show(pictures, Wanted(now, False, False, epoch, 3, 30)).pairs
    assert shown is not None
    trained = rows.load(now.edited, lambda text: None)
    trained.close()
    if others:
        n = len(pictures.rows)
        at = epoch * n + np.arange(3, 33)
        fed, labels = trained.train.x[at], trained.train.y[at]
    else:
        fed, labels = trained.train.batch(shown.rows, epoch)
    white = pictures.ready(augment.parse(ops)).output_range(255.0)

    np.testing.assert_array_equal(shown.after, preview._pixels(fed, white))
    told = [label.split("taught ")[-1] for label in shown.labels]
    assert told == [preview._shares(y, trained.data.classes) if np.ndim(y) else str(y) for y in labels]
    assert bool(noise) == any("taught" in label for label in shown.labels) or np.ndim(labels[0]) > 0


def test_statistics_are_measured_once_and_are_those_of_training() -> None:
    """Turning another step measures nothing again; where the pictures before differ, they are measured anew."""
    pictures = read(recipe("rotate:15,featurewise"))
    first, second = (pictures.ready(augment.parse(text)) for text in ("rotate:15,featurewise", "rotate:20,featurewise"))
    third = pictures.ready(augment.parse("rotate:20,rescale:255,featurewise"))

    assert len(pictures.statistics) == 2
    assert first.ops[1].statistics["mean"] is not third.ops[2].statistics["mean"]
    for ours in (second, third):
        theirs = augment.Pipeline(augment.parse(str(ours)).ops).fit(pictures.data.train_x[pictures.rows])
        for name, values in ours.ops[-1].statistics.items():
            np.testing.assert_array_equal(values, theirs.ops[-1].statistics[name])


def test_whitening_with_another_epsilon_measures_nothing_again() -> None:
    """The statistics are those of training all the same, to the last bit; few are kept, as they are large."""
    pictures = read(recipe("zca"))
    pictures.ready(augment.parse("zca"))
    (spread,) = pictures.spreads.values()
    for epsilon in ("0.001", "0.01", "0.1"):
        ours = pictures.ready(augment.parse(f"zca:{epsilon}"))
        theirs = augment.parse(f"zca:{epsilon}").fit(pictures.data.train_x[pictures.rows])
        np.testing.assert_array_equal(ours.ops[0].statistics["matrix"], theirs.ops[0].statistics["matrix"])

    assert [kept is spread for kept in pictures.spreads.values()] == [True]
    assert len(pictures.statistics) == 2


def test_extremes_and_solo_are_drawn_like_the_rest() -> None:
    """At its ends a parameter is fixed, the other steps draw what they drew; alone a step draws what it drew among them."""
    plan = recipe("rotate:15,shift:0.1")
    pictures, now = read(plan), bench.begin(plan).chosen(1)
    all_of_it, alone, ends = (
        showing.show(pictures, Wanted(now, solo, at_ends, 1, 0, 8)) for solo, at_ends in ((0, 0), (1, 0), (0, 1))
    )
    assert all_of_it.pairs
    assert alone.pairs
    assert ends.pairs

    assert [words.split(" · ")[0] for words in all_of_it.pairs.drawn] == list(alone.pairs.drawn)
    assert all(words.startswith("rotate -15.0°") and "rotate +15.0°" in words for words in ends.pairs.drawn)
    assert [w.split(" · ")[1] for w in all_of_it.pairs.drawn] == [w.split(" · ")[-1] for w in ends.pairs.drawn]
    assert "left angle=-15, right angle=15" in ends.words
    np.testing.assert_array_equal(
        ends.pairs.before, preview_pairs(recipe("rotate:-15..-15,shift:0.1"), 1, 8, 0, pictures).after
    )


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
    """Half-blocks, the numbers drawn, the promise about validation; n draws the next epoch, a full stop shows other pictures."""
    async with running(make_app(recipe())) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom) and "Epoch 1" in screen_text(pilot.app))
        await settle(pilot)
        first, words = screen_text(pilot.app), said(pilot)
        await pilot.press("n")
        await until(pilot, lambda: "Epoch 2" in screen_text(pilot.app))
        await pilot.press("full_stop")
        await until(pilot, lambda: "row 0:" not in screen_text(pilot.app))

    assert "▀" in first
    assert "row 0:" in first
    assert "rotate" in first
    assert "never augmented" in words


async def test_offline_the_copies_are_shown_by_their_numbers(make_app: MakeApp) -> None:
    """They are fixed, and there are no more than the recipe asks for; the words say so."""
    async with running(make_app(recipe(mode="offline", copies=2))) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom) and "Copy 1 of 2" in screen_text(pilot.app))
        await settle(pilot)
        words = said(pilot)
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
        await until(pilot, lambda: "a 6 may become a 9" in said(pilot))

        assert "! shift:0.6:" in said(pilot)


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


async def test_while_pictures_are_drawn_the_last_wish_counts(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys pressed meanwhile are not drawn one after the other: the pictures shown at the end are those asked for last."""
    let_go, epochs, real = threading.Event(), list[int](), showing.show

    def slow(pictures: Pictures, wanted: Wanted, progress: Callable[[str], None]) -> Any:
        epochs.append(wanted.epoch)
        if wanted.epoch == 2:
            let_go.wait(10)
        return real(pictures, wanted, progress)

    monkeypatch.setattr(showing, "show", slow)
    async with running(make_app(recipe())) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "Epoch 1" in screen_text(pilot.app))
        await pilot.press("n")
        await until(pilot, lambda: 2 in epochs)
        await pilot.press("n", "n", "n")
        let_go.set()
        await until(pilot, lambda: "Epoch 5" in screen_text(pilot.app))
        await settle(pilot)
        shown = pilot.app.screen
        assert isinstance(shown, Darkroom)
        assert shown.pairs is not None
        assert (shown.pairs.epoch, set(epochs)) == (5, {1, 2, 5})
        np.testing.assert_array_equal(shown.pairs.after, drawn(recipe(), 5, len(shown.pairs.rows)).after)


async def test_keys_wait_for_the_data(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the data is read, n and the arrows do nothing: it is read once, and epoch 1 comes first."""
    let_go, loads = threading.Event(), list[str]()

    def slow(plan: Recipe, progress: Callable[[str], None]) -> Pictures | Samples:
        loads.append(plan.task)
        let_go.wait(10)
        return load(plan, progress)

    monkeypatch.setattr(darkroom, "load", slow)
    monkeypatch.setattr("tuiml.tui.darkroom.preview.load", slow)
    async with running(make_app(recipe())) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: bool(loads))
        await pilot.press("n", "n", "p", "full_stop", "comma", "n")
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
