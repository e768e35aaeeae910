"""When state is written: at stops and ends always, at epoch ends at most once a second, the best epoch beside it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuiml import events
from tuiml.errors import StorageError
from tuiml.runs.folder import RunFolder
from tuiml.train import checkpoint
from tuiml.train.control import Publish

_EVERY = 1.0  # seconds; exact resume recomputes the epochs between


class Saver:
    """Writes checkpoints and the final model of one network, and tells of each.

    `model` has the variables that `checkpoint.variables` names; `observers` have a `name`, `memory()` and `remember()`.
    """

    def __init__(
        self, folder: RunFolder, checkpoints: Path, model: Any, observers: Sequence[Any], publish: Publish
    ) -> None:
        self._folder, self._checkpoints, self._model = folder, checkpoints, model
        self._observers, self._publish = observers, publish
        self._saved_at = 0.0  # long ago: the first epoch is saved at once
        self._saved_place: tuple[int, int] | None = (0, 0)  # the seed gives the first state back
        self._best: tuple[int, dict[str, Any]] | None = None

    def due(self) -> bool:
        """Whether the last checkpoint is old enough for another."""
        return time.monotonic() - self._saved_at > _EVERY

    def keep_best(self, epoch: int) -> None:
        """Remember the present weights as the best; the next `save` writes them."""
        self._best = epoch, checkpoint.weights(self._model)

    def save(self, epoch: int, step: int, trained: list[Any] | None = None) -> None:
        """Write the state after `epoch` complete epochs and `step` more batches, unless that very place is saved already.

        `trained` are the metrics of training where validation counts with the same variables. Raises StorageError.
        """
        if self._best is not None:
            best, arrays = self._best
            self._tell(best, 0, checkpoint.save_best(self._checkpoints, arrays, best), best=True)
            self._best = None
        if self._saved_place == (epoch, step):
            return
        counters: dict[str, Any] = {}
        extra: dict[str, Any] = checkpoint.metrics_state(trained) if step and trained is not None else {}
        for observer in self._observers:
            counters[observer.name], memory = observer.memory()
            extra |= memory
        path = checkpoint.save(self._checkpoints, self._model, epoch, step, counters, extra)
        self._saved_at, self._saved_place = time.monotonic(), (epoch, step)
        self._tell(epoch, step, path)

    def _tell(self, epoch: int, step: int, path: Path, best: bool = False) -> None:
        self._publish(events.Checkpointed(epoch, step, str(path.relative_to(self._folder.path)), best))

    def save_model(self) -> None:
        """Write model.keras, whole or not at all. Raises StorageError."""
        target = self._folder.model
        aside = target.with_name(f".model.{os.getpid()}.keras")
        try:
            self._model.save(aside)
            os.replace(aside, target)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise StorageError(f"{target} cannot be written: {error.strerror or error}.") from None
