"""A long run condensed for its curves keeps its best epoch."""

import pytest

from tuiml.folds import Epoch
from tuiml.state import RunState
from tuiml.tui.condense import Condensed, recent


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
