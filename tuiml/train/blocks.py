"""An epoch's rows of stacked folds: gathered in each fold's own order, cut into steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from tuiml.train.callbacks import seed_layers
from tuiml.train.feed import Feed
from tuiml.train.stacked import Stack


@dataclass(frozen=True)
class Block:
    """`steps` of equal size: x (steps, k, batch, *row), y (steps, k, batch, ...), dropout's masks (steps, k, batch, ...)."""

    steps: int
    x: Any
    y: Any
    masks: list[Any]


def epoch(stack: Stack, feeds: Sequence[Feed], seeds: Sequence[int], number: int) -> list[Block]:
    """Return the blocks of epoch `number` (from 1): all full steps, then the last, smaller one, each if there is any.

    `feeds` are the k folds' training rows, as many each; `seeds` those of their networks. Order and dropout are what
    each network would have had alone.
    """
    orders = [feed.order(number) for feed in feeds]
    batch, total = feeds[0].batch_size, len(orders[0])
    full = total // batch
    x = np.stack([feed.x[order] for feed, order in zip(feeds, orders, strict=True)]).astype(np.float32, copy=False)
    y = labels(stack, [feed.y[order] for feed, order in zip(feeds, orders, strict=True)])
    states = _states(stack, seeds, number)
    blocks = []
    for first, steps, size in ((0, full, batch), (full * batch, 1, total - full * batch)):
        if steps and size:
            rows = slice(first, first + steps * size)
            masks = stack.draw(states + np.array([0, first // batch]), steps, size)
            blocks.append(Block(steps, _cut(x[:, rows], steps), _cut(y[:, rows], steps), masks))
    return blocks


def whole(stack: Stack, feeds: Sequence[Feed]) -> tuple[Any, Any]:
    """Return all rows of k feeds of one length: x (k, n, *row), y (k, n, ...)."""
    x = np.stack([feed.x[feed.rows] for feed in feeds]).astype(np.float32, copy=False)
    return tf.constant(x), tf.constant(labels(stack, [feed.y[feed.rows] for feed in feeds]))


def labels(stack: Stack, y: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Return labels as the loss takes them: class numbers int32, rows of zeros with a one where the head wants them."""
    stacked = np.stack(y)
    if stack.head.loss == "sparse_categorical_crossentropy":
        return stacked.astype(np.int32)
    if stack.head.one_hot and stacked.ndim == 2:
        stacked = np.eye(stack.head.units, dtype=np.float32)[stacked]
    return stacked.astype(np.float32)


def _cut(rows: npt.NDArray[Any], steps: int) -> Any:
    """Return rows (k, n, ...) as (steps, k, n / steps, ...)."""
    return tf.constant(rows.reshape(len(rows), steps, -1, *rows.shape[2:]).swapaxes(0, 1))


def _states(stack: Stack, seeds: Sequence[int], number: int) -> npt.NDArray[np.int64]:
    """Return the states that dropout's generators have when an epoch begins: (k, layers, 2)."""
    states = np.zeros((len(stack.models), len(stack.dropped), 2), np.int64)
    if stack.dropped:
        names = [layer.name for layer in stack.dropped]
        for at, (model, seed) in enumerate(zip(stack.models, seeds, strict=True)):
            seed_layers(model, seed, number)
            states[at] = [model.get_layer(name).seed_generator.state.numpy() for name in names]
    return states
