"""A network by its layers, as measured after its epochs: what the penalties and the activations do to it, in rows."""

from __future__ import annotations

import math
import textwrap

from rich.text import Text

from tuiml.draw.numbers import figure
from tuiml.events import Measured
from tuiml.fields import Recipe
from tuiml.state import RunState
from tuiml.text import clean

_SPARK = "▁▂▃▄▅▆▇█"
_SPARKS = 16


def table(state: RunState, recipe: Recipe | None, width: int) -> tuple[Text, ...]:
    """Return a heading, one row per layer, and what to read off them, for `width` cells."""
    if not state.measured:
        return (Text("layer", "bold"), Text(missing(state), "dim"))
    last, first = state.measured[-1], state.measured[0]
    names = list(last.norms)
    widest = min(max((len(clean(name)) for name in names), default=5), 24)
    heading = f"{'layer':<{widest}}  {'weight norm':<24}  near zero  silent relu"
    note = f"   after epoch {last.epoch}; arrows: since epoch {first.epoch}"
    rows = [_row(state, name, first, last, widest) for name in names]
    words = [
        effect(recipe),
        f"An honest look at {last.rows:,} training rows: dropout and augmentation off." if last.rows else "",
    ]
    return (
        Text(heading + (note if len(heading) + len(note) <= width else ""), "bold"),
        *rows,
        *(Text(line, "dim") for part in words if part for line in _wrapped(part, width)),
    )


def missing(state: RunState) -> str:
    """Return why there is nothing measured, and when there will be."""
    if state.plan is not None and state.folding:
        return "Folds are not measured; the refit is, after each epoch, at most once a second."
    if state.live:
        return "Nothing measured yet: it is done after each epoch, at most once a second."
    return "This run was not measured: it is done after each epoch, at most once a second."


def effect(recipe: Recipe | None) -> str:
    """Return what the run's penalties do to the weights, in a line."""
    if recipe is None:
        return ""
    l1, l2 = max(recipe.regularize.l1), max(recipe.regularize.l2)
    if l1 and l2:
        return f"L1 {l1:g} drives weights to zero (near zero rises), L2 {l2:g} shrinks the large ones (norms fall)."
    if l1:
        return f"L1 {l1:g} drives weights to zero: near zero rises, a few large ones stay."
    if l2:
        return f"L2 {l2:g} shrinks the large weights most: norms stay small, weights near zero, hardly any at zero."
    return (
        "Neither L1 nor L2: norms grow as the network fits ever closer. L2 would hold them down, L1 zero many weights."
    )


def _row(state: RunState, name: str, first: Measured, last: Measured, widest: int) -> Text:
    norm, began = last.norms[name], first.norms.get(name)
    curve = _sparkline([one.norms[name] for one in state.measured if name in one.norms])
    silent = last.silent.get(name)
    zero = last.near_zero.get(name)
    cells = [
        f"{clean(name)[:widest]:<{widest}}",
        f"{figure(norm):>6} {_arrow(began, norm)} {curve:<{_SPARKS}}",
        f"{zero:>9.1%}" if zero is not None else f"{'':>9}",
        f"{silent:>11.1%}" if silent is not None else f"{'-':>11}",
    ]
    return Text("  ".join(cells))


def _arrow(before: float | None, now: float) -> str:
    """Return where a norm went: less than a hundredth is no change."""
    if before is None or abs(now - before) <= 0.01 * abs(before):
        return "="
    return "▲" if now > before else "▼"


def _sparkline(values: list[float]) -> str:
    """Return at most 16 bars, the last for the newest value; empty for one value. Values that are not finite are left out."""
    values = [value for value in values if math.isfinite(value)]
    if len(values) < 2:
        return ""
    shown = (
        [values[(at + 1) * len(values) // _SPARKS - 1] for at in range(_SPARKS)] if len(values) > _SPARKS else values
    )
    low, high = min(shown), max(shown)
    return "".join(_SPARK[round((value - low) / (high - low) * 7) if high > low else 3] for value in shown)


def _wrapped(words: str, width: int) -> list[str]:
    return textwrap.wrap(words, max(width - 2, 20))
