"""What a run's curves say: one verdict by fixed rules, with the numbers that it rests on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from tuiml.coach import curve
from tuiml.coach.rules import FEWEST, RISE, RULES, Reading
from tuiml.coach.verdict import TITLES, Kind, Verdict, figure
from tuiml.errors import ExitCode
from tuiml.folds import Fold, mean_curve
from tuiml.gap import honest_lately, last_pair
from tuiml.state import RunState

__all__ = ["TITLES", "Kind", "Verdict", "as_fields", "blind", "diagnose", "said_of"]


def diagnose(state: RunState) -> Verdict | None:
    """Return the verdict on what a run has done so far, or None before there is enough to say.

    With folds, their mean curves are judged. Without validation rows only training can be: None where it went well.
    Takes O(epochs) time; nothing but the state decides.
    """
    numbers, train, validation = _losses(state)
    if broken := _not_finite(state, numbers, train, validation):
        return broken
    baseline = state.baseline.get("loss")
    baseline = baseline if baseline is not None and 0 < baseline < math.inf else None
    learning = curve.read(numbers, train, baseline)
    if learning is None or len(numbers) < FEWEST:
        return None
    if None in validation:
        numbers = [number for number, value in zip(numbers, validation, strict=True) if value is not None]
    unseen = curve.read(numbers, [value for value in validation if value is not None], baseline)
    enough = unseen if unseen is not None and len(unseen.values) >= FEWEST else None
    pair = last_pair(state, "loss") if state.plan is None else (learning.now[1], unseen.now[1]) if unseen else None
    reading = Reading(learning, enough, len(train), baseline, _honest(state), pair, _patient(state))
    for rule in RULES:
        if verdict := rule(reading):
            return replace(verdict, evidence=(*verdict.evidence, *_explained(state, reading)))
    return None


def blind(state: RunState) -> bool:
    """Whether a run has no rows to validate on, so that nothing shows whether it overfits."""
    return state.plan is None and state.rows.get("validation") == 0


def said_of(state: RunState) -> str:
    """Return the verdict on a run as one line, empty before there is one."""
    verdict = diagnose(state)
    return verdict.sentence() if verdict else ""


def as_fields(state: RunState) -> dict[str, Any] | None:
    """Return the verdict on a run as JSON holds it: kind, since_epoch, confidence, evidence; None before there is one."""
    verdict = diagnose(state)
    return asdict(verdict) | {"evidence": list(verdict.evidence)} if verdict else None


def _losses(state: RunState) -> tuple[list[int], list[float], Sequence[float | None]]:
    """Return epochs, training losses and validation losses, None where there is no such; of folds the means."""
    if state.plan is None:
        metrics = [epoch.metrics for epoch in state.history]
        losses = [one.get("loss", math.nan) for one in metrics]
        return [epoch.number for epoch in state.history], losses, [one.get("val_loss") for one in metrics]
    every = -(-max((len(fold.history) for fold in state.folds.values()), default=0) // curve.PLENTY) or 1
    sparse: dict[tuple[int, int], Fold] = {
        place: replace(fold, history=fold.history[every - 1 :: every]) for place, fold in state.folds.items()
    }
    numbers, train, _ = mean_curve(sparse, "loss")
    validation: list[float | None] = list(mean_curve(sparse, "val_loss")[1])
    return numbers, train, validation if len(validation) == len(numbers) else [None] * len(numbers)


def _patient(state: RunState) -> bool:
    return not state.history or state.history[-1].patience_left != 0


def _honest(state: RunState) -> tuple[int, float] | None:
    found = honest_lately(state, "loss")
    return found if found and curve.usable(found[1]) else None


def _not_finite(
    state: RunState, numbers: Sequence[int], train: Sequence[float], validation: Sequence[float | None]
) -> Verdict | None:
    """Say that a loss is no number any more; a single one that it has come back from is none to speak of."""
    for name, values in (("loss", train), ("val_loss", validation)):
        bad = len(values)
        while bad and (value := values[bad - 1]) is not None and not curve.usable(value):
            bad -= 1
        if bad < len(values):
            return Verdict(
                "diverged", numbers[bad], 1.0, (f"{name} is not a finite number from epoch {numbers[bad]} on",)
            )
    if state.exit_code == ExitCode.NOT_FINITE and state.status == "failed":
        at = max(state.epoch, 1)
        return Verdict("diverged", at, 1.0, (f"the loss became nan or infinite in epoch {at}, which ended the run",))
    return None


def _explained(state: RunState, reading: Reading) -> list[str]:
    """Return what else is worth knowing: the honest training loss, validation better than training, the metric, the weights kept."""
    found, validation = [], reading.validation
    if reading.honest:
        epoch, value = reading.honest
        found.append(
            f"measured like validation, without dropout and augmentation, train loss is {figure(value)} at epoch {epoch}"
        )
    above = validation.margin(validation.last, RISE) if validation else math.inf
    alike = reading.honest is not None and validation is not None and reading.learned - validation.last > above
    if validation and reading.train.last - validation.last > above and not alike:
        found.append(
            f"val_loss {figure(validation.now[1])} is below loss {figure(reading.train.now[1])}: dropout and augmentation act "
            "only in training, and loss is a mean over the epoch, val_loss is taken at its end"
        )
    return found + _metric(state) + _kept(state)


def _metric(state: RunState) -> list[str]:
    """Return the model's own metric beside that of common sense: a loss can rise while it holds."""
    name, last = state.metric, state.history[-1].metrics if state.history else {}
    shown = [f"{which} {figure(last[which])}" for which in (name, f"val_{name}") if which in last]
    baseline = state.baseline.get(name)
    if not name or not shown:
        return []
    return [" and ".join(shown) + (f"; common sense has {figure(baseline)}" if baseline is not None else "")]


def _kept(state: RunState) -> list[str]:
    if state.live or state.final_epoch is None or not state.history or state.final_epoch == state.history[-1].number:
        return []
    return [f"the run ends with the weights of epoch {state.final_epoch}"]
