"""What the screens say about a run: status, progress, stages, results, as styled text. Pure functions of a RunState."""

from __future__ import annotations

from rich.text import Text
from textual.content import Content

from tuiml.coach.diagnosis import blind
from tuiml.coach.verdict import Verdict
from tuiml.draw import folds, numbers, tables
from tuiml.draw.numbers import duration, figure
from tuiml.folds import spreads
from tuiml.state import RunState
from tuiml.text import clean, clean_lines
from tuiml.tui import themes
from tuiml.tui.curves.condense import recent

_EPOCHS_SHOWN = 300


def status(state: RunState, wished: str = "") -> Content:
    """Return symbol and word of the status, with the wish that is not obeyed yet."""
    waiting = f" ({wished} wished…)" if wished else ""
    return Content.assemble(
        (numbers.status(state.status), f"bold {themes.STATUS_COLORS.get(state.status, '')}"), (waiting, "$text-warning")
    )


def bar(share: float, width: int) -> Content:
    """Return a progress bar of `width` cells with its percentage."""
    share = min(max(share, 0.0), 1.0)
    done = int(share * width + 0.5)
    return Content.assemble(("━" * done, "$success"), ("─" * (width - done), "dim"), f" {share:.0%}")


def progress(state: RunState, width: int, now: float, wished: str = "") -> Content:
    """Return the line of status, epoch, bar, speed and time left for `width` cells."""
    epoch = (
        f"  {clean(state.stage, 40)}"
        if state.status == "preparing" and state.history
        else f"  {f'{folds.now(state)}  ' if state.plan else ''}epoch {state.epoch}/{state.epochs}"
        if state.epochs
        else ""
    )
    each, left = state.epoch_seconds(), state.eta()
    ends = [f"{duration(each)}/epoch"] if each else []
    ends += [f"{duration(left, whole=True)} left"] if left is not None else []
    ends += [f"{duration(state.elapsed(now), whole=True)} {'so far' if state.live else 'in all'}"]
    head = status(state, wished)
    while (room := width - head.cell_length - len(epoch) - len(tail := "  " + " · ".join(ends)) - 8) < -4 and ends:
        del ends[0]  # the speed is worth least
    middle = bar(state.progress(), min(room, 40)) if room >= 6 and state.live else Content("")
    return Content.assemble(head, epoch, "  ", middle, (tail, "dim"))


def facts(state: RunState) -> Content:
    """Return the line of what is being trained and how far it is from being stopped early."""
    parts = [clean(state.task, 40), clean(state.device, 40)]
    parts += [f"{state.parameters:,} parameters"] if state.parameters else []
    best = state.best_epoch
    parts += [f"best epoch {best}"] if best else []
    parts += [folds.ended(state)] if state.plan else []
    parts += [f"suggested: {state.suggested.epoch} epochs"] if state.suggested else []
    parts += [f"patience {state.patience_left} left"] if state.patience_left is not None and state.live else []
    parts += [notice(state)] if state.notices else []
    return Content(" · ".join(part for part in parts if part))


def notice(state: RunState) -> str:
    """Return the latest notice with a symbol for its level."""
    last = state.notices[-1]
    return f"{'i' if last.level == 'info' else '!'} {clean(last.text, 200)}"


def stages(state: RunState, now: float) -> Content:
    """Return the warm-up's steps: ticked with their seconds, the present one with the seconds it has taken so far."""
    if not state.stages:
        return Content.assemble(
            ("◌ starting the runner…", "$text-primary"),
            ("\n\nThe first start takes some seconds; nothing is wrong.", "dim"),
        )
    lines = []
    for number, stage in enumerate(state.stages):
        last = number == len(state.stages) - 1
        end = now if last and state.live else state.stages[number + 1].t if not last else state.last
        symbol, style = ("◌", "bold $text-primary") if last and state.live else ("✓", "$text-success")
        lines.append(
            Content.assemble(
                (f"{symbol} {clean(stage.what, 60):<44}", style), (f"{max(end - stage.t, 0):6.1f} s", "dim")
            )
        )
    return Content("\n").join(lines)


def layers(state: RunState) -> Content:
    """Return the network as the runner built it, with the rows it will see."""
    lines = [clean(line, 100) for line in state.layers]
    if state.rows:
        lines.append(f"{state.counts()} rows")
    return Content.styled("\n".join(lines), "dim")


def headline(state: RunState) -> tuple[str, str]:
    """Return what the run came to as a big number and the words under it; two empty strings when there is nothing to show."""
    tested = state.test
    metric = state.metric if state.metric in tested else "loss" if "loss" in tested else ""
    if metric:
        return figure(tested[metric]), f"test {metric}{', refit' if state.plan else ''}"
    found = spreads(state.folds) if state.plan else {}
    name = f"val_{state.metric}" if f"val_{state.metric}" in found else "val_loss"
    if name in found:
        return figure(found[name]["mean"]), f"{name}, mean of {len(found[name]['folds'])} folds"
    if state.history and state.best_epoch:
        best = _metrics(state, state.best_epoch)
        name = f"val_{state.metric}" if f"val_{state.metric}" in best else "val_loss"
        return figure(best[name]), name
    return "", ""


def _metrics(state: RunState, number: int) -> dict[str, float]:
    return next(epoch.metrics for epoch in state.history if epoch.number == number)


_NEXT = {
    "finished": "r results · v vary · + five more epochs",
    "stopped": "space goes on · r results · v vary",
    "crashed": "space goes on · l the log",
}


def outcome(state: RunState, room: int | None = None) -> Content:
    """Return what the run came to: why it ended, folds, best epoch, test results, and what one can do next.

    Where lines are few, `room` is their width: what stands elsewhere on the screen is left out, and the reason shares a line.
    """
    lines, done = [], state.status == "finished" and len(state.history) == state.epochs
    if state.error:
        lines.append(Content.styled(clean_lines(state.error, 400), "$text-error"))
    elif state.reason and not (room and done):
        lines.append(Content(clean(state.reason, 200)))
    if state.best_epoch:
        best = _metrics(state, state.best_epoch)
        lines.append(
            Content.assemble(("best epoch ", "dim"), (str(state.best_epoch), "bold"), "  ", figures(best, "val_"))
        )
    found = folds.figures(state, folds.validation(state)[-1:])
    lines += [Content.assemble((f"folds, {when}  ", "dim"), (words, "bold")) for when, words in found]
    for which, metrics in tests(state):
        lines.append(Content.assemble((f"{which}  ", "dim"), figures(metrics, "")))
    if room is None:
        lines.append(Content.styled(f"next: {_NEXT.get(state.status, 'l the log · e edit a copy')}", "dim"))
    elif len(lines) > 1 and not state.error and lines[0].cell_length + lines[1].cell_length + 3 <= room:
        lines[:2] = [Content.assemble(lines[0], (" · ", "dim"), lines[1])]
    return Content("\n").join(lines)


def tests(state: RunState) -> list[tuple[str, dict[str, float]]]:
    """Return the test results with the words for whose they are: of the final weights, and of the best epoch's where they differ."""
    at = f" at epoch {state.final_epoch}" if state.final_epoch else ""
    final = f"test, refit of {len(state.history)} epochs" if state.plan else f"test{at}"
    of_best = f"test at epoch {state.best_epoch}" if state.best_epoch else "test at best"
    both = [(final, state.test), (of_best, state.best_test if state.best_test != state.test else {})]
    return [(words, metrics) for words, metrics in both if metrics]


def figures(metrics: dict[str, float], prefix: str) -> Content:
    """Return the metrics whose names begin with `prefix` as `name value`."""
    return Content("  ").join(
        Content.assemble((f"{name} ", "dim"), (figure(value), "bold"))
        for name, value in metrics.items()
        if name.startswith(prefix)
    )


def hidden(width: int, height: int, pane: str = "epochs", said: str = "") -> Content:
    """Return what a low terminal leaves out, after what is `said` of how its curves are looked at; nothing on a higher one."""
    if height >= 20:
        return Content("")
    missing = ["curves", "gauges"] if pane != "epochs" else ["epochs", "gauges"]
    missing += [] if pane != "epochs" else [*(["chart tab"] if width < 110 else []), "network n", "log l"]
    note = f"{f'{said} │ ' if said else ''}hidden here: {', '.join(missing)}"
    return Content(note).truncate(max(width - 2, 1), ellipsis=True)


def fold_rows(state: RunState) -> tuple[Text, ...]:
    """Return the table of folds, its heading first; mean and spread are bold."""
    return tuple(
        Text(line, "bold" if not at or line.lstrip().startswith(("mean", "spread")) else "")
        for at, line in enumerate(folds.fold_lines(state))
    )


def epochs(
    state: RunState, best: int | None, width: int, penalty: bool = False, cursor: int | None = None
) -> tuple[Text, ...]:
    """Return the table of the last epochs, or those around `cursor`, its heading first; the best epoch is bold.

    The gap, and what the marks mean, are told where `width` allows; `penalty` adds what L1 and L2 cost.
    """
    end = len(state.history)
    if cursor is not None and cursor <= end - _EPOCHS_SHOWN:
        end = cursor + _EPOCHS_SHOWN // 2
    shown = recent(state, best, _EPOCHS_SHOWN, end)
    for gap in (True, False):
        headers, rows = tables.epoch_cells(shown, min(_EPOCHS_SHOWN, end), gap=gap, penalty=penalty)
        lines = _in_columns([headers, *rows])
        if len(lines[0]) < width - 2:
            break
    note = f"   the last {len(rows)} of {len(state.history)}" if len(rows) < end == len(state.history) else ""
    note = note or (f"   {end - len(rows) + 1} to {end} of {len(state.history)}" if end < len(state.history) else "")
    note = note if len(lines[0]) + len(note) < width - 2 else ""
    if len(lines[0]) + len(note) + len(tables.ARROWS) + 8 < width:
        note += f"   {tables.ARROWS}"
    return tuple(
        Text(line + (note if not number else ""), "bold" if not number or "★" in line else "")
        for number, line in enumerate(lines)
    )


def row_of(lines: tuple[Text, ...], epoch: int | None) -> int | None:
    """Return which line of `epochs` is an epoch's, or None."""
    first = int(lines[1].plain.split()[0]) if len(lines) > 1 else 0
    row = epoch - first + 1 if epoch is not None else 0
    return row if 0 < row < len(lines) else None


def _in_columns(rows: list[list[str]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows]


_VERDICTS = {
    "good_fit": ("✓", "$text-success"),
    "improving": ("▲", "$text-primary"),
    "noisy": ("~", "$text-muted"),
    "suspicious": ("!", "$text-warning"),
    "stalled": ("=", "$text-warning"),
    "underfitting": ("!", "$text-warning"),
    "overfitting": ("!", "$text-warning"),
    "both": ("!", "$text-error"),
    "diverged": ("✗", "$text-error"),
}
"""The symbol and the color of each verdict; its words stand beside them."""


def verdict(found: Verdict | None, width: int, state: RunState) -> Content:
    """Return a verdict with its numbers, and where one line of `width` cells has room, how sure it is; empty before there is one.

    Of a run that has nothing to be judged by, that is said.
    """
    if found is None:
        shows = "shows in the test alone" if state.rows.get("test") else "does not show"
        return Content.styled(f"no validation rows: overfitting {shows}" if blind(state) else "", "dim")
    symbol, style = _VERDICTS.get(found.kind, ("?", ""))
    title, sentence = clean(found.title, 100), clean(found.sentence(), 400)
    said = Content.assemble((f"{symbol} {title}", f"bold {style}"), sentence.removeprefix(title))
    sure = f"  ({found.confidence:.0%} sure)"
    return Content.assemble(said, (sure, "dim")) if said.cell_length + len(sure) <= width else said
