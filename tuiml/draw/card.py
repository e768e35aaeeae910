"""The result card: what a run came to, on a few plain lines that are left in the scrollback."""

# ruff: noqa: A002 - `ascii` says best what the parameter asks for
from __future__ import annotations

import textwrap
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from tuiml.draw import folds
from tuiml.draw.numbers import duration, figure, status
from tuiml.draw.series import sparkline
from tuiml.folds import mean_curve, skipped
from tuiml.state import RunState
from tuiml.text import clean, clean_lines

_LABEL = 16
"""First epochs left out of the folds' mean curves: they are so bad that all others would look alike."""
_MOST = 24
"""Folds in the table of a card; the app scrolls through more."""


@dataclass(frozen=True)
class Card:
    """A renderable. Print it with `soft_wrap=True`: the command and the folder then stay whole lines that can be copied."""

    state: RunState
    command: str
    folder: str
    width: int = 80
    verdict: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self.text(min(self.width, options.max_width), options.ascii_only)

    def text(self, width: int, ascii: bool = False) -> Text:
        """Return the card; only foreign words, the folder and the command may be longer than `width` cells."""
        rows = [*_curves(self.state, width, ascii), *_results(self.state, ascii), *_facts(self.state)]
        if self.verdict:
            said = textwrap.wrap(clean(self.verdict), max(width - _LABEL - 2, 20))
            rows += [("verdict" if not number else "", words) for number, words in enumerate(said)]
        rows.append(("run folder", clean(self.folder)))
        lines = [
            _title(self.state, ascii),
            *(Text.assemble((f"  {label:<{_LABEL - 1}} ", "bold"), value) for label, value in rows),
        ]
        lines[1:1] = [Text(f"  {line}") for line in _folds(self.state, ascii)]
        if self.state.error:
            lines.append(Text.assemble(("  error".ljust(_LABEL + 2), "bold red"), clean_lines(self.state.error)))
        lines += [Text("  the same again:", style="bold"), Text(clean(self.command, limit=100_000))]
        return Text("\n").join(lines)


def result_card(state: RunState, command: str, folder: str, width: int = 80, verdict: str = "") -> Card:
    """Return the card of a run; `command` reproduces it, `folder` is where it lies, `verdict` what the coach says.

    Print it with `soft_wrap=True`. Encodings without the symbols get ASCII.
    """
    return Card(state, command, folder, width, verdict)


def _title(state: RunState, ascii: bool) -> Text:
    dot = " - " if ascii else " · "
    parts = [clean(state.run), clean(state.task), status(clean(state.status), ascii)]
    reason = f": {clean(state.reason)}" if state.reason else ""
    return Text(dot.join(part for part in parts if part) + reason, style="bold")


def _folds(state: RunState, ascii: bool) -> list[str]:
    return folds.fold_lines(state, ascii) if 1 < len(state.folds) <= _MOST else []


def _curves(state: RunState, width: int, ascii: bool) -> list[tuple[str, str]]:
    names = [name for base in ("loss", state.metric) if base for name in (base, f"val_{base}")]
    found = [(name, state.series(name)[1]) for name in names]
    if state.plan is not None:
        for name in (name for name in names if name.startswith("val_")):
            values = mean_curve(state.folds, name)[1]
            found.append((name, values[skipped(state.plan.skip, len(values)) :]))
    arrow = "->" if ascii else "→"
    rows = []
    for name, values in found:
        if values:
            change = f"{figure(values[0])} {arrow} {figure(values[-1])}"
            curve = sparkline(values, max(min(width - _LABEL - 5 - len(change), 40), 1), ascii)
            rows.append((clean(name), f"{curve}  {change}"))
    return rows


def _results(state: RunState, ascii: bool) -> list[tuple[str, str]]:
    rows = []
    if state.plan is not None:
        rows.append(("folds", f"{folds.networks(state.plan.k, state.plan.repeats, False)}; {folds.ended(state)} done"))
        rows += [(f"  {when}", words) for when, words in folds.figures(state, folds.validation(state), ascii)]
        rows += [("suggested", folds.suggestion(state, ascii))] if state.suggested else []
    best = state.best_epoch
    if best is not None:
        metrics = next(epoch.metrics for epoch in state.history if epoch.number == best)
        shown = [name for name in ("val_loss", f"val_{state.metric}") if name in metrics]
        rows.append(
            ("best epoch", f"{best} of {len(state.history)}: " + _pairs({name: metrics[name] for name in shown}))
        )
    if state.test:
        rows.append(("test", _pairs(state.test) + _whose(state)))
    if state.best_test and state.best_test != state.test:
        at = f" (epoch {best})" if best is not None else ""
        rows.append(("test at best", _pairs(state.best_test) + at))
    return rows


def _whose(state: RunState) -> str:
    """Return of which epoch's weights the test result is."""
    if state.final_epoch is None:
        return ""
    return f" ({'the refit, ' if state.plan is not None else ''}epoch {state.final_epoch})"


def _facts(state: RunState) -> list[tuple[str, str]]:
    each = state.epoch_seconds()
    seconds = state.elapsed(state.last)
    rows = [("time", duration(seconds) + (f", {duration(each)} an epoch" if each else ""))] if seconds else []
    return rows + ([("parameters", f"{state.parameters:,}")] if state.parameters else [])


def _pairs(metrics: dict[str, float]) -> str:
    return ", ".join(f"{clean(name)} {figure(value)}" for name, value in metrics.items())
