"""Batches are told at most five times a second, and no step's loss is forgotten in an epoch that is told."""

import numpy as np
import pytest

from tuiml.events import MOST_LOSSES, BatchEnded
from tuiml.train.thinning import Thinning, parts


def told(batches: list[tuple[float, int, int]], steps: int = 100, each: int = 1) -> list[BatchEnded]:
    """What is let through of (time, epoch, step) batches, of `each` steps whose losses are their own numbers."""
    thinning = Thinning()
    passed = [
        thinning.take(BatchEnded(epoch, step, steps, {}, [float(step - each + at + 1) for at in range(each)]), now)
        for now, epoch, step in batches
    ]
    return [event for event in passed if event is not None]


def test_five_a_second_carry_the_losses_between_them() -> None:
    """Of a hundred batches in three seconds every seventh is told, and the last; their losses are all hundred."""
    found = told([(0.03 * step, 1, step) for step in range(1, 101)])

    assert [event.step for event in found] == [*range(1, 101, 7), 100]
    assert found[-1].step == 100
    assert sum(len(event.losses) for event in found) == 100
    assert [loss for event in found for loss in event.losses] == list(range(1, 101))


def test_of_short_epochs_whole_ones_are_left_out() -> None:
    """Ten thousand epochs of a millisecond are told fifty times, each with the losses of its own steps."""
    found = told([(0.001 * epoch, epoch, 4) for epoch in range(1, 10_001)], steps=4, each=4)

    assert 48 <= len(found) <= 51
    assert all(event.losses == [1, 2, 3, 4] for event in found)


def test_the_last_batch_of_a_longer_epoch_is_always_told() -> None:
    """However soon it comes after another; the next fold's first epoch is another epoch."""
    found = told([(0.0, 1, 50), (0.01, 1, 100), (0.02, 1, 50), (0.03, 1, 100), (0.5, 1, 50)])

    assert [(event.step, len(event.losses)) for event in found] == [(50, 1), (100, 1), (50, 1)]


@pytest.mark.parametrize("count", [0, 1, MOST_LOSSES, MOST_LOSSES + 1, 997])
def test_many_losses_become_means_of_equal_parts(count: int) -> None:
    """At most as many as the log takes; their mean is that of all."""
    losses = np.random.default_rng(count).random(count).tolist()
    means = parts(losses)

    assert len(means) == min(count, MOST_LOSSES)
    if count % MOST_LOSSES == 0 and count:
        assert np.mean(means) == pytest.approx(np.mean(losses), rel=1e-5)
    assert all(min(losses) - 1e-6 <= mean <= max(losses) + 1e-6 for mean in means)
