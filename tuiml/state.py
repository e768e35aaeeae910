"""RunState: what a run's events mean. The one interpreter of events: screens, console and lists all read it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tuiml import events, folds, stages
from tuiml.folds import Epoch, Fold, Folds, Place
from tuiml.records import Record
from tuiml.stages import Stage

LIVE = ("preparing", "running", "paused", "stopping")


@dataclass
class RunState:
    """All that is known of a run after some of its events.

    `status` is preparing, running, paused, stopping, finished, stopped or failed; a reader that finds the runner dead
    calls `mark_crashed`. `metrics` of the running epoch are running means; `test` and `best_test` are evaluations of the
    final weights and of those of the epoch of best validation loss. `baseline` are the metrics of common sense,
    `batch_losses` (epochs done, loss of a step), `measured` what was found of the network with dropout and augmentation off.

    Times are seconds since 1970: `started` the first event, `session` the present runner's first, `last` the newest.
    `spent` are the seconds of earlier runners, `idle` those of pauses and between the last event of a runner and the
    first epoch of the next.

    With k-fold validation, `plan` and `suggested` are what was told before and after the folds; `place` is the (repeat, fold)
    that trains now, `epochs` are its network's, and `history` is the refit's alone. `added` epochs were wished for.
    """

    run: str = ""
    task: str = ""
    status: str = "preparing"
    stages: list[Stage] = field(default_factory=list)
    epochs: int = 0
    batch_size: int = 0
    seed: int = 0
    device: str = ""
    pid: int = 0
    host: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    copies: int = 0
    baseline: dict[str, float] = field(default_factory=dict)
    shape: list[int] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)
    parameters: int = 0
    loss: str = ""
    metric_names: list[str] = field(default_factory=list)
    epoch: int = 0
    step: int = 0
    steps: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    batch_losses: list[tuple[float, float]] = field(default_factory=list)
    history: list[Epoch] = field(default_factory=list)
    measured: list[events.Measured] = field(default_factory=list)
    plan: events.FoldsPlanned | None = None
    folds: Folds = field(default_factory=dict)
    place: Place | None = None
    suggested: events.FoldsEnded | None = None
    added: int = 0
    test: dict[str, float] = field(default_factory=dict)
    best_test: dict[str, float] = field(default_factory=dict)
    notices: list[events.Noticed] = field(default_factory=list)
    checkpoint: events.Checkpointed | None = None
    obeyed: list[str] = field(default_factory=list)
    reason: str = ""
    error: str = ""
    exit_code: int | None = None
    final_epoch: int | None = None
    started: float = 0.0
    session: float = 0.0
    spent: float = 0.0
    idle: float = 0.0
    last: float = 0.0
    count: int = 0
    _paused_at: float = field(default=0.0, compare=False)
    _stood_since: float = field(default=0.0, compare=False)
    _best: tuple[int, int | None, float] = field(default=(0, None, math.inf), compare=False)
    _origin: tuple[float, float] | None = field(default=None, compare=False)

    @classmethod
    def replay(cls, records: Iterable[Record]) -> RunState:
        """Return the state after all `records`."""
        state = cls()
        for record in records:
            state.apply(record)
        return state

    def apply(self, record: Record) -> None:
        """Take one more record in; kinds that this version does not know only move the clock."""
        self.count += 1
        self.started = self.started or record.t
        self.session = self.session or record.t
        if record.event is not None:
            folds.take(self.folds, record.event, record.t - self.idle)
            if handler := getattr(self, f"_on_{record.kind.lower()}", None):
                handler(record.event, record.t)
        self.last = record.t

    def mark_crashed(self, why: str = "the runner ended without saying so (killed, or out of memory)") -> None:
        """Say that a run which seems alive has no runner any more."""
        self.status, self.error = "crashed", why

    @property
    def live(self) -> bool:
        """Whether the run has neither ended nor been found crashed."""
        return self.status in LIVE

    @property
    def best_epoch(self) -> int | None:
        """The epoch of lowest validation loss, or None without validation."""
        counted, best, lowest = self._best
        if counted > len(self.history):
            counted, best, lowest = 0, None, math.inf
        for epoch in self.history[counted:]:  # asked for at each epoch, the answer must not cost a walk through all
            loss = epoch.metrics.get("val_loss", math.inf)
            if loss < lowest:
                best, lowest = epoch.number, loss
        self._best = len(self.history), best, lowest
        return best

    @property
    def folding(self) -> bool:
        """Whether the folds' networks train, or are still to train: before their epoch count is known."""
        return self.plan is not None and self.suggested is None

    @property
    def current(self) -> Fold | None:
        """The fold that trains now, or of folds side by side the one told of last; None otherwise."""
        return self.folds.get(self.place) if self.place is not None and self.folding else None

    @property
    def metric(self) -> str:
        """The name of the metric drawn beside the loss, such as "accuracy"; empty before the model is ready."""
        return self.metric_names[0] if self.metric_names else ""

    @property
    def patience_left(self) -> int | None:
        """Epochs without improvement that early stopping still allows, or None without early stopping."""
        return history[-1].patience_left if (history := self._running_history()) else None

    @property
    def stage(self) -> str:
        """The warm-up step in progress."""
        return self.stages[-1].what if self.stages else ""

    def counts(self) -> str:
        """Return the rows of each split in words: "2,300 train (1,150 are copies) + 287 validation + 360 test"."""
        copies = f" ({self.copies:,} are copies)" if self.copies else ""
        return " + ".join(
            f"{count:,} {split}{copies if split == 'train' else ''}" for split, count in self.rows.items() if count
        )

    def series(self, name: str) -> tuple[list[int], list[float]]:
        """Return epoch numbers and values of one metric, epochs without it left out; values may be non-finite."""
        rows = [(epoch.number, epoch.metrics[name]) for epoch in self.history if name in epoch.metrics]
        return [number for number, _ in rows], [value for _, value in rows]

    def progress(self) -> float:
        """Return the share of all planned batches that is done, from 0 to 1; with folds, of all networks and the refit."""
        if self.plan is not None:
            refit = None if self.folding else (len(self.history), self.epochs)
            return folds.share(self.plan, self.folds, refit, self.epoch, self.step / max(self.steps, 1))
        return min(self._done() / max(self.epochs, 1), 1.0)

    def _done(self) -> float:
        inside = self.step / self.steps if self.steps and self.epoch > len(self.history) else 0.0
        return len(self.history) + inside

    def epoch_seconds(self) -> float | None:
        """Return the mean wall time of the last epochs, validation included, in seconds; None before the first ended."""
        history = self._running_history()
        ended = [epoch.t for epoch in history[-6:]]
        if len(ended) >= 2:
            return (ended[-1] - ended[0]) / (len(ended) - 1)
        return history[-1].seconds if history else None

    def eta(self) -> float | None:
        """Return the seconds that remain at the present speed, or None when unknown or over."""
        if not self.live:
            return None
        if self.plan is None or not self.folding:  # one network is left, whose speed is its own
            each = self.epoch_seconds()
            return None if each is None else max(each * (self.epochs - self._done()), 0.0)
        done = self.progress()
        began, before = self._origin or (0.0, done)  # networks differ in speed: all of this session counts
        return (self.last - self.idle - began) / (done - before) * (1.0 - done) if done > before else self.plan.seconds

    def _running_history(self) -> list[Epoch]:
        return self.current.history if self.current is not None else self.history

    def elapsed(self, now: float) -> float:
        """Return how long the run's sessions have taken, in seconds; `now`, since 1970, is only used while it lives."""
        return self.spent + max((now if self.live else self.last) - self.session, 0.0) if self.session else 0.0

    def results(self) -> dict[str, Any]:
        """Return the metrics of the epoch whose weights the run has, with `test_*` and `best_test_*` beside them.

        With folds these are the refit's, beside `val_*` and `best_val_*` of the folds as `folds.results` has them.
        """
        final = next((epoch for epoch in self.history if epoch.number == self.final_epoch), None)
        shown = final or (self.history[-1] if self.history else None)
        return (
            (dict(shown.metrics) if shown else {})
            | folds.results(self.folds, self.suggested)
            | {f"test_{name}": value for name, value in self.test.items()}
            | {f"best_test_{name}": value for name, value in self.best_test.items()}
        )

    def _on_preparing(self, event: events.Preparing, t: float) -> None:
        self.status = "preparing"
        stages.take(self.stages, event.what, t)

    def _on_runstarted(self, event: events.RunStarted, t: float) -> None:
        self.run, self.task, self.status, self.stages = event.run, event.task, "preparing", []
        self.epochs, self.batch_size, self.seed = event.epochs, event.batch_size, event.seed
        self.pid, self.host = event.pid, event.host
        self.spent, self.session = self.spent + max(self.last - self.session, 0.0) if self.last else 0.0, t
        self.reason, self.error, self.exit_code, self.final_epoch = "", "", None, None
        self.history = self.history[: event.resumed_from or 0]
        self.epoch, self.step, self.metrics = len(self.history), 0, {}
        self._stood_since = self.last
        self._best, self._paused_at, self._origin, self.place = (0, None, math.inf), 0.0, None, None
        self.batch_losses = [pair for pair in self.batch_losses if pair[0] <= len(self.history)]
        self.measured = [one for one in self.measured if one.epoch <= len(self.history)]

    def _on_dataready(self, event: events.DataReady, t: float) -> None:
        self.rows = {"train": event.train, "validation": event.validation, "test": event.test}
        self.copies, self.shape, self.classes, self.baseline = event.copies, event.shape, event.classes, event.baseline

    def _on_modelready(self, event: events.ModelReady, t: float) -> None:
        self.layers, self.parameters, self.loss = event.layers, event.parameters, event.loss
        self.metric_names, self.steps, self.device = event.metrics, event.steps, event.device

    def _on_epochstarted(self, event: events.EpochStarted, t: float) -> None:
        self.status, self.epoch, self.step, self.metrics = "running", event.epoch, 0, {}
        self.idle += max(t - self._stood_since, 0.0) if self._stood_since else 0.0
        self._stood_since = 0.0
        self.test, self.best_test = {}, {}  # of weights that are being changed now
        self.place = None if event.fold is None or event.repeat is None else (event.repeat, event.fold)
        self._origin = self._origin or (t - self.idle, self.progress())
        while self.batch_losses and self.batch_losses[-1][0] > event.epoch - 1:  # those of another network
            self.batch_losses.pop()

    def _on_batchended(self, event: events.BatchEnded, t: float) -> None:
        before, steps = self.step if self.epoch == event.epoch else 0, max(event.steps, 1)
        self.epoch, self.step, self.steps, self.metrics = event.epoch, event.step, event.steps, event.metrics
        losses = event.losses or [event.metrics.get("loss", math.nan)]  # of an older version: the running mean
        each = (event.step - before) / len(losses)
        places = [event.epoch - 1 + (before + each * (at + 1)) / steps for at in range(len(losses))]
        self.batch_losses += [pair for pair in zip(places, losses, strict=True) if math.isfinite(pair[1])]

    def _on_epochended(self, event: events.EpochEnded, t: float) -> None:
        self.epoch, self.metrics, self.step = event.epoch, event.metrics, self.steps
        if event.fold is not None:
            return
        self.history.append(
            Epoch(event.epoch, event.metrics, event.seconds, event.learning_rate, event.patience_left, t - self.idle)
        )
        self.epochs = max(self.epochs, event.epoch)

    def _on_measured(self, event: events.Measured, t: float) -> None:
        self.measured.append(event)

    def _on_foldsplanned(self, event: events.FoldsPlanned, t: float) -> None:
        self.plan = event
        self.epochs = event.epochs if self.folding else self.epochs

    def _on_foldsended(self, event: events.FoldsEnded, t: float) -> None:
        self.suggested, self.epochs = event, event.epoch + self.added
        self.place, self.epoch, self.step, self.metrics = None, 0, 0, {}

    def _on_checkpointed(self, event: events.Checkpointed, t: float) -> None:
        self.checkpoint = event

    def _on_noticed(self, event: events.Noticed, t: float) -> None:
        self.notices.append(event)

    def _on_wished(self, event: events.Wished, t: float) -> None:
        self.obeyed.append(event.id)
        if event.wish == "stop":
            self.status = "stopping"
        if event.wish == "add_epochs" and event.value:
            self.added += event.value
            if not self.folding:  # the folds keep their number, the refit gets more
                self.epochs += event.value

    def _on_paused(self, event: events.Paused, t: float) -> None:
        self.status, self._paused_at = "paused", t

    def _on_resumed(self, event: events.Resumed, t: float) -> None:
        self.status = "running"
        self.idle += max(t - self._paused_at, 0.0) if self._paused_at else 0.0
        self._paused_at = 0.0

    def _on_evaluated(self, event: events.Evaluated, t: float) -> None:
        if event.split == "test" and event.weights == "best":
            self.best_test = event.metrics
        elif event.split == "test":
            self.test = event.metrics

    def _on_runended(self, event: events.RunEnded, t: float) -> None:
        self.status, self.reason, self.error = event.status, event.reason, event.error or ""
        self.exit_code, self.final_epoch = event.exit_code, event.final_epoch
