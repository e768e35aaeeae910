"""One epoch at a time: a step runs to the end of an epoch and stands still there."""

import pytest

from tuiml import events
from tuiml.runs import launch, wishes
from tuiml.runs.log import read_all
from tuiml.train.control import Control, Stopped


class Played:
    """A control whose epochs are played, and which is asked for something at each pause in turn."""

    def __init__(self, *at_pauses: str) -> None:
        self.told: list[str] = []
        self._at_pauses = list(at_pauses)
        self.control = Control(self._hear)

    def _hear(self, event: events.Event) -> None:
        if isinstance(event, events.Paused):
            self.told.append(f"paused {event.epoch}")
            self.ask(self._at_pauses.pop(0))

    def ask(self, wish: str) -> None:
        """Wish for something."""
        self.control.ask(wishes.make(wish, "test"))  # type: ignore[arg-type]

    def epochs(self, first: int, last: int) -> None:
        """Play epochs, each with one look at wishes."""
        for epoch in range(first, last + 1):
            self.control.epoch_begins(epoch - 1, 10)
            self.told.append(f"epoch {epoch}")
            self.control.obey(epoch, 5)
            self.control.epoch_ended()


def test_a_step_pauses_at_the_end_of_the_epoch() -> None:
    """And a step from there after the next one; with resume the rest runs through."""
    played = Played("step", "step", "resume")
    played.epochs(1, 1)
    played.ask("step")
    played.epochs(2, 6)

    assert played.told == ["epoch 1", "epoch 2", "paused 2", "epoch 3", "paused 3", "epoch 4", "paused 4", *_rest(5, 6)]


def test_a_step_from_inside_a_pause_ends_its_epoch() -> None:
    """The epoch in which training stood still is the one that is trained to its end."""
    played = Played("step", "resume")
    played.ask("pause")
    played.epochs(1, 3)

    assert played.told == ["epoch 1", "paused 1", "paused 1", *_rest(2, 3)]


@pytest.mark.parametrize("later", ["resume", "pause"])
def test_what_is_wished_for_last_holds(later: str) -> None:
    """A pause or a resume takes a step back."""
    played = Played("resume")
    played.ask("step")
    played.ask(later)
    played.epochs(1, 3)

    assert played.told == ["epoch 1", *(["paused 1"] if later == "pause" else []), *_rest(2, 3)]


def test_a_step_wished_for_before_the_first_epoch_trains_it() -> None:
    """Nothing stands still before something was trained, and nobody waits after the last epoch."""
    played = Played("stop")
    played.ask("step")
    played.control.obey(0, 0)
    with pytest.raises(Stopped):
        played.epochs(1, 3)
    assert played.told == ["epoch 1", "paused 1"]

    last = Played()
    last.ask("step")
    last.epochs(1, 1)
    assert last.told == ["epoch 1"]


def test_what_is_to_be_saved_is_saved_in_the_pause() -> None:
    """Not when it is over: what a run stands at is on disk then. Where nobody can save yet, it is done later."""
    played = Played("resume")
    played.ask("pause")
    played.ask("save")
    with played.control.saving(lambda: played.told.append("saved")):
        played.epochs(1, 1)
    assert played.told == ["epoch 1", "paused 1", "saved"]

    later = Played("resume")
    later.ask("pause")
    later.ask("save")
    later.control.obey(1, 1)
    assert later.control.save_wished


_SIDE_BY_SIDE = ("train.epochs=300", "folds.k=2", "folds.refit=off", "data.test=42")
"""Epochs take a few milliseconds: there are so many that wishes come in time."""


def _rest(first: int, last: int) -> list[str]:
    return [f"epoch {epoch}" for epoch in range(first, last + 1)]


@pytest.mark.tf
@pytest.mark.parametrize("folds", [("train.epochs=40",), _SIDE_BY_SIDE])
def test_a_run_stands_still_between_two_epochs(prepare, go, folds) -> None:
    """After the validation of the epoch, before the next begins; with two folds side by side, after an epoch of both."""
    folder = prepare("diabetes", "early_stopping=off", *folds)
    asked: list[str] = []

    def hear(record) -> None:
        if isinstance(record.event, events.EpochStarted) and record.event.epoch == 1 and not asked:
            asked.append(launch.wish(folder, "step", "tui").id)
        if isinstance(record.event, events.Paused):
            asked.append(launch.wish(folder, "step" if len(asked) < 2 else "resume", "tui").id)

    state = go(folder, hear)
    places = [record.event for record in read_all(folder.events)]
    pauses = [at for at, event in enumerate(places) if isinstance(event, events.Paused)]

    assert state.status == "finished"
    assert state.obeyed == asked
    assert len(pauses) == 2
    first, second = (places[at].epoch for at in pauses)
    assert second == first + 1
    for at, done in zip(pauses, (first, second), strict=True):
        epochs = [event for event in places[:at] if isinstance(event, events.EpochEnded)]
        began = [event for event in places[:at] if isinstance(event, events.EpochStarted)]
        assert len(epochs) == len(began)
        assert sum(event.epoch == done for event in epochs) == (2 if folds == _SIDE_BY_SIDE else 1)
        following = next(event for event in places[at:] if isinstance(event, (events.EpochStarted, events.EpochEnded)))
        assert following.epoch == done + 1


@pytest.mark.tf
@pytest.mark.parametrize("folds", [("train.epochs=40",), _SIDE_BY_SIDE])
def test_a_paused_run_saves_at_once(prepare, go, folds) -> None:
    """The epoch after a checkpoint is too early for another by itself; one that is wished for is there before the stop that follows."""
    folder = prepare("diabetes", "early_stopping=off", *folds)
    asked: list[str] = []

    def ask(*kinds: str) -> None:
        asked.extend(launch.wish(folder, kind, "tui").id for kind in kinds)

    def hear(record) -> None:
        event = record.event
        if isinstance(event, events.EpochStarted) and not asked:
            ask("step")
        if isinstance(event, events.Paused):
            ask("step") if len(asked) == 1 else ask("save", "stop")

    state = go(folder, hear)
    told = [record.event for record in read_all(folder.events)]
    stands = [at for at, event in enumerate(told) if isinstance(event, events.Paused)][1]
    stop = next(at for at, event in enumerate(told) if isinstance(event, events.Wished) and event.wish == "stop")
    saved = [(event.epoch, event.step) for event in told[:stop] if isinstance(event, events.Checkpointed)]

    assert state.status == "stopped"
    assert state.obeyed == asked
    assert (told[stands].epoch, 0) in saved
