"""Every fact a run can state, and its form as one line of JSON.

Epochs and steps are counted from 1. Metrics are flat dictionaries of Python floats; the names of validation
metrics begin with `val_`. Non-finite numbers travel as the strings "nan", "inf" and "-inf", so that each line is valid JSON.
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

VERSION = 1
_YEAR_3000 = 32503680000.0  # in seconds since 1970


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

    Of the training rows, `copies` are what offline augmentation made of the others.
    """

    train: int
    validation: int
    test: int
    shape: list[int]
    classes: list[str]
    copies: int = 0


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
    """Running means of the epoch's metrics after `step` of `steps` batches; thinned in the log."""

    epoch: int
    step: int
    steps: int
    metrics: dict[str, float]


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


@dataclass(frozen=True)
class Record:
    """One line of a log: when it was written, what it says. `event` is None for a kind this version does not know."""

    seq: int
    t: float
    kind: str
    event: Event | None
    fields: dict[str, Any]


def encode(event: Event, seq: int, t: float) -> str:
    """Return the event as one line of JSON without its line break; `t` is in seconds since 1970."""
    fields = {name: _outward(value) for name, value in vars(event).items()}
    envelope = {"v": VERSION, "seq": seq, "t": round(t, 6), "kind": type(event).__name__}
    return json.dumps(envelope | fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def decode(line: str | bytes) -> Record | None:
    """Return the record on a line, or None when the line is torn or not a record at all."""
    try:
        fields = json.loads(line)
        seq, t, kind = fields.pop("seq"), fields.pop("t"), fields.pop("kind")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not (_fits(seq, int) and _fits(t, float) and _fits(kind, str) and 0 <= t < _YEAR_3000):
        return None
    fields.pop("v", None)
    fields = {name: _inward(value) for name, value in fields.items()}
    return Record(seq, t, kind, _event(kind, fields), fields)


def _event(kind: str, fields: dict[str, Any]) -> Event | None:
    event_class = Event.registry.get(kind)
    if event_class is None:
        return None
    known = _types(kind)
    given = {name: value for name, value in fields.items() if name in known}
    if not all(_fits(value, known[name]) for name, value in given.items()):
        return None
    try:
        return event_class(**given)
    except TypeError:  # of another version with other required fields: kept as a record, not interpreted
        return None


@cache
def _types(kind: str) -> dict[str, Any]:
    hints = get_type_hints(Event.registry[kind])
    return {field.name: hints[field.name] for field in dataclasses.fields(Event.registry[kind])}


def _fits(value: Any, kind: Any) -> bool:
    """Whether a value read from a log is what a field holds: a damaged or foreign record is not interpreted."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is list:
        return isinstance(value, list) and all(_fits(item, inner[0]) for item in value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(item, inner[1]) for item in value.values())
    if inner:
        return any(_fits(value, option) for option in inner)
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _outward(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, dict):
        return {key: _outward(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_outward(item) for item in value]
    return value


def _inward(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _number(item) for key, item in value.items()}
    return value


def _number(value: Any) -> Any:
    return float(value) if value in ("nan", "inf", "-inf") else value
