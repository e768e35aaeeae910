"""Every fact a run can state; `records` is their form in a log.

Epochs and steps are counted from 1. Metrics are flat dictionaries of Python floats; the names of validation
metrics begin with `val_`. `loss` and `val_loss` are the data's alone: what L1 and L2 add to both is `penalty` (mean over
the epoch's batches) and `val_penalty` (of the weights at its end), there only when the network is penalized.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class Event:
    """A fact; its `kind` in the log is the name of its class."""

    registry: ClassVar[dict[str, type[Event]]] = {}

    def __init_subclass__(cls) -> None:
        Event.registry[cls.__name__] = cls


@dataclass(frozen=True)
class Preparing(Event):
    """A stage before the first batch has begun, such as "importing TensorFlow"."""

    what: str


@dataclass(frozen=True)
class RunStarted(Event):
    """A runner took the run up; `resumed_from` is the number of epochs already complete, or null for a fresh run."""

    run: str
    task: str
    epochs: int
    batch_size: int
    seed: int
    pid: int
    host: str
    resumed_from: int | None = None


@dataclass(frozen=True)
class DataReady(Event):
    """Rows of each split, shape of one row, class names (empty for regression).

    Of the training rows, `copies` are what offline augmentation made of the others. `baseline` are the metrics on the
    validation rows (without them, on the test rows) of common sense: always the training rows' class shares, or their mean.
    """

    train: int
    validation: int
    test: int
    shape: list[int]
    classes: list[str]
    copies: int = 0
    baseline: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelReady(Event):
    """The network is built on `device`: layers as readable lines, number of parameters, loss, metrics, steps per epoch."""

    layers: list[str]
    parameters: int
    loss: str
    metrics: list[str]
    steps: int
    device: str


@dataclass(frozen=True)
class EpochStarted(Event):
    """An epoch's first batch is about to be computed."""

    epoch: int
    learning_rate: float
    fold: int | None = None
    repeat: int | None = None


@dataclass(frozen=True)
class BatchEnded(Event):
    """Running means of the epoch's metrics after `step` of `steps` batches; thinned in the log.

    `losses` are those of the steps since the last such event, in order: each its own, or means of equal parts where
    there are more than `MOST_LOSSES`.
    """

    epoch: int
    step: int
    steps: int
    metrics: dict[str, float]
    losses: list[float] = field(default_factory=list)


MOST_LOSSES = 10


@dataclass(frozen=True)
class Measured(Event):
    """The network after an epoch, at most once a second, with dropout and augmentation off.

    `metrics` are on a fixed sample of `rows` training rows, comparable with the validation's. By layer, `norms` are the
    L2 norms of its weights, `near_zero` the shares of them below 1e-3 in size, and `silent` the shares of relu units that
    fire on none of the validation rows looked at.
    """

    epoch: int
    rows: int
    metrics: dict[str, float]
    norms: dict[str, float]
    near_zero: dict[str, float]
    silent: dict[str, float]


@dataclass(frozen=True)
class EpochEnded(Event):
    """An epoch and its validation are complete; `seconds` is the training part alone."""

    epoch: int
    metrics: dict[str, float]
    seconds: float
    learning_rate: float
    patience_left: int | None = None
    fold: int | None = None
    repeat: int | None = None


@dataclass(frozen=True)
class Checkpointed(Event):
    """State was written to `path` (relative to the run folder) after `epoch` complete epochs and `step` more batches."""

    epoch: int
    step: int
    path: str
    best: bool = False


@dataclass(frozen=True)
class Noticed(Event):
    """Something worth telling: `level` is info, warning or error, `code` a stable word for programs."""

    level: str
    code: str
    text: str


@dataclass(frozen=True)
class Wished(Event):
    """A wish was obeyed; `id` is the wish's own, `by` says where it came from (`SIGINT`, `tui`, `cli`)."""

    id: str
    wish: str
    by: str
    value: int | None = None


@dataclass(frozen=True)
class Paused(Event):
    """Training stands still between two batches."""

    epoch: int
    step: int


@dataclass(frozen=True)
class Resumed(Event):
    """Training goes on after a pause."""

    epoch: int
    step: int


@dataclass(frozen=True)
class Evaluated(Event):
    """Metrics on a split; `weights` is "final" (the run ends with them) or "best" (epoch of best validation loss)."""

    split: str
    metrics: dict[str, float]
    weights: str = "final"


@dataclass(frozen=True)
class FoldsPlanned(Event):
    """K-fold validation is about to begin: `models` = k * repeats networks of `epochs` epochs and `rows` rows each.

    `stacked` folds train side by side; with `refit`, one more network learns from all rows in the end. `seconds` are
    estimated for all of it, or None; `smoothing` and `skip` are the mean curve's.
    """

    k: int
    repeats: int
    models: int
    epochs: int
    rows: int
    stacked: bool
    seconds: float | None = None
    refit: bool = True
    smoothing: float = 0.9
    skip: int = 10


@dataclass(frozen=True)
class FoldEnded(Event):
    """A fold's network is done: `fold` and `repeat` are counted from 1, `status` is finished or failed."""

    fold: int
    repeat: int
    status: str
    metrics: dict[str, float]
    error: str | None = None


@dataclass(frozen=True)
class FoldsEnded(Event):
    """All folds are done: the smoothed mean curve of `metric` is best at `epoch`; the refit on all training rows has so many.

    `value` is the smoothed mean there, `mean` and `spread` (standard deviation over folds) the metric's at that epoch.
    """

    metric: str
    epoch: int
    value: float
    mean: float
    spread: float
    failed: int = 0


@dataclass(frozen=True)
class RunEnded(Event):
    """The run is over: `status` is finished, stopped or failed; `exit_code` what a headless command ends with.

    `final_epoch` is the epoch whose weights the run ends with, or null when it ended inside one.
    """

    status: str
    reason: str
    best_epoch: int | None
    seconds: float
    error: str | None = None
    exit_code: int = 0
    final_epoch: int | None = None
