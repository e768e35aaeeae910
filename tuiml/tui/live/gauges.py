"""Gauges: how busy this machine and a run's process are, read in a thread, and the line that says it."""

from __future__ import annotations

import importlib
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from textual.content import Content

from tuiml.state import RunState

_GIB = 2**30


@dataclass(frozen=True)
class Gpu:
    """A graphics processor: share of time it was busy, bytes used, bytes in all."""

    busy: float
    used: int
    total: int


@dataclass(frozen=True)
class Gauges:
    """Shares are from 0 to 1, memory is in bytes; None where it cannot be known, as of a runner on another machine.

    `runner_cpu` counts processors: 1.7 is one and most of a second one. `rate` is training rows a second.
    """

    cpu: float | None = None
    cores: int = 0
    runner_cpu: float | None = None
    runner_memory: int | None = None
    memory: float | None = None
    memory_total: int = 0
    gpus: tuple[Gpu, ...] = ()
    rate: float | None = None


@dataclass
class Meter:
    """Reads gauges; shares and rates are means since the read before, so the first read has none of them."""

    _runner: Any = None
    _cards: list[Any] | None = None
    _before: tuple[float, float] | None = field(default=None)

    def read(self, pid: int, host: str, clock: float, rows: float) -> Gauges:
        """Return what is known of the runner `pid` on `host`, which had fed `rows` training rows at the event time `clock`.

        Takes milliseconds (the first time tens of them): call it from a thread.
        """
        rate, (then, fed) = None, self._before or (clock, rows)
        if clock > then and rows >= fed:
            rate = (rows - fed) / (clock - then)
        if clock != then or self._before is None:
            self._before = (clock, rows)
        if host != socket.gethostname():
            return Gauges(rate=rate)
        import psutil

        first = self._runner is None
        machine = psutil.virtual_memory()
        busy = psutil.cpu_percent() / 100
        own, resident = self._of_runner(pid)
        return Gauges(
            None if first else busy,
            os.cpu_count() or 1,
            None if first else own,
            resident,
            machine.percent / 100,
            machine.total,
            self._gpus(),
            rate,
        )

    def source(self, state: RunState, width: int) -> Callable[[], Content] | None:
        """Return what reads a live run's gauges and says them in `width` cells; None where there is nothing to read."""
        if not state.live or not state.pid:
            return None
        pid, host, clock, rows = state.pid, state.host, state.last, rows_fed(state)
        return lambda: line(self.read(pid, host, clock, rows), width)

    def _of_runner(self, pid: int) -> tuple[float | None, int | None]:
        import psutil

        try:
            if self._runner is None or self._runner.pid != pid:
                self._runner = psutil.Process(pid)
            return self._runner.cpu_percent() / 100, self._runner.memory_info().rss
        except (psutil.Error, ValueError):  # it has just ended, or belongs to somebody else
            return None, None

    def _gpus(self) -> tuple[Gpu, ...]:
        """Return the NVIDIA cards, where the extra `gpu` and a driver are installed; nothing elsewhere."""
        if self._cards == []:
            return ()
        try:
            pynvml: Any = importlib.import_module("pynvml")
        except ImportError:
            self._cards = []
            return ()
        with suppress(pynvml.NVMLError):
            if self._cards is None:
                self._cards = []
                pynvml.nvmlInit()
                self._cards = [pynvml.nvmlDeviceGetHandleByIndex(at) for at in range(pynvml.nvmlDeviceGetCount())]
            return tuple(self._card(pynvml, card) for card in self._cards)
        return ()

    @staticmethod
    def _card(pynvml: Any, card: Any) -> Gpu:
        memory = pynvml.nvmlDeviceGetMemoryInfo(card)
        return Gpu(pynvml.nvmlDeviceGetUtilizationRates(card).gpu / 100, int(memory.used), int(memory.total))


def rows_fed(state: RunState) -> float:
    """Return how many training rows one network has been fed so far; with folds 0, because they share the machine."""
    if state.plan is not None:
        return 0.0
    inside = state.step / max(state.steps, 1) if state.epoch > len(state.history) else 0.0
    return (len(state.history) + inside) * state.rows.get("train", 0)


def line(gauges: Gauges, width: int) -> Content:
    """Return the gauges in words, as many as fit `width` cells, those worth most first."""
    parts = [f"{gauges.rate:,.0f} rows/s"] if gauges.rate else []
    if gauges.runner_memory is not None:
        parts.append(f"runner {_memory(gauges.runner_memory)}{_of_cores(gauges)}")
    parts += [
        f"GPU{_number(gauges, at)} {card.busy:.0%} {_part(card.used, card.total)}"
        for at, card in enumerate(gauges.gpus)
    ]
    if gauges.cpu is not None:
        parts.append(f"CPU {gauges.cpu:.0%}")
    if gauges.memory is not None:
        parts.append(f"memory {gauges.memory:.0%} of {gauges.memory_total / _GIB:.0f} GiB")
    while parts and len(" · ".join(parts)) > width:
        del parts[-1]
    return Content(" · ".join(parts))


def _of_cores(gauges: Gauges) -> str:
    if gauges.runner_cpu is None:
        return ""
    return f" on {gauges.runner_cpu:.1f} of {gauges.cores} cores"


def _number(gauges: Gauges, at: int) -> str:
    return f" {at}" if len(gauges.gpus) > 1 else ""


def _memory(size: int) -> str:
    return f"{size / _GIB:.1f} GiB" if size >= _GIB else f"{size / 2**20:.0f} MiB"


def _part(used: int, total: int) -> str:
    return f"{used / _GIB:.1f} of {total / _GIB:.0f} GiB"
