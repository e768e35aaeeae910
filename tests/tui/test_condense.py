"""A long run condensed for its curves keeps its best epoch."""

import pytest

from tuiml.events import Measured
from tuiml.folds import Epoch
from tuiml.gap import last_gap
from tuiml.state import RunState
from tuiml.tui.curves.condense import Condensed, recent


@pytest.mark.parametrize("step", [1, 300, 1000])
def test_the_best_epoch_survives_condensing(step: int) -> None:
    """However the log arrives, and also when the best epoch is asked for in between."""
    state, condensed, best = RunState(), Condensed(), 3000
    for first in range(1, 6001, step):
        for number in range(first, min(first + step, 6001)):
            loss = 0.1 + abs(number - best) / 10_000
            state.history.append(Epoch(number, {"loss": loss, "val_loss": loss}, 0.1, 1e-3, None, float(number)))
        expected = min(best, len(state.history))
        assert state.best_epoch == expected
        assert condensed.view(state).best_epoch == expected
        assert recent(state, state.best_epoch, 5).best_epoch == expected

    assert len(condensed.view(state).history) < 4100


@pytest.mark.parametrize("epochs", [2048, 2080, 5000])
def test_the_end_is_never_condensed(epochs: int) -> None:
    """The last epoch and the one last measured are kept, so that last values and the gap are those of the run itself."""
    state = RunState()
    for number in range(1, epochs + 1):
        flat = 0.5 if number > epochs - 40 else 1 / number
        state.history.append(Epoch(number, {"loss": flat, "val_loss": flat}, 0.1, 1e-3, None, float(number)))
    state.measured = [Measured(epochs - 7, 9, {"loss": 0.3}, {}, {}, {})]
    shown = Condensed().view(state)

    assert shown.history[-1] is state.history[-1]
    assert last_gap(shown, "loss") == last_gap(state, "loss")


def test_batches_and_measurements_are_thinned() -> None:
    """A hundred thousand of either cost no more than a few thousand; the last one stays."""
    state = RunState(batch_losses=[(at / 50, 1.0) for at in range(100_000)])
    for number in range(1, 12_001):
        state.history.append(Epoch(number, {"loss": 1.0}, 0.1, 1e-3, None, float(number)))
        state.measured.append(Measured(number, 9, {"loss": 1.0}, {}, {}, {}))
    shown = Condensed().view(state)

    assert len(shown.batch_losses) <= 8000
    assert len(shown.measured) <= 8000
    assert shown.batch_losses[-1] == state.batch_losses[-1]
    assert shown.measured[-1].epoch == 12_000
