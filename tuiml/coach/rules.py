"""The rules of a diagnosis, in the order in which they are asked.

Those of bias and variance are the textbook's: a training error that is large is bias, a validation error far above it is
variance, and one that is small and near is a good fit. Large and far are measured against the loss of common sense.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from tuiml.coach.curve import Curve
from tuiml.coach.verdict import Verdict, figure, sure

FEWEST = 3
"""Epochs before anything is said: two points always make a trend."""
RISE = 0.05
"""Of the lowest val_loss: what it must rise to be overfitting. Networks that are left alone after their best epoch soon exceed it."""
FALL = 0.01
"""Of a loss: what it must fall to be improving."""
BIAS = 0.6
"""Of the baseline's loss: training that still has more has hardly learned. The best that can be had on the noisiest task here,
diabetes, is about half."""
GAP = 0.05
"""Of the baseline's loss: a validation loss further above training's is variance."""
APART = 1.2
"""How many times training's loss validation's must be for a gap: where both are large, a tenth of the baseline is little."""
SLIGHT, FAR = 0.015, 2.5
"""Less of the baseline's loss is a gap too where each of the last validation losses is so many times training's. Of mnist, with
98.9 % in training and 97.8 % in the test, the notes say that it overfits: 2 % of the baseline's loss, and 3 times training's."""
FLAT = 0.02
"""Of the first epochs' loss: what has not fallen by that has not moved. A network that learns does it in an epoch or two."""
SETTLED = 5
"""Epochs before standing still or going up and down mean anything."""
GROWN = 2.0
"""A training loss of so many times its lowest, and of more than a GAP, has diverged: noise does not double a mean."""
SENSE = 0.98
"""Of the baseline's loss: training that no longer falls and has more is no better than common sense."""
NOISE = 0.2
"""Of val_loss: a standard deviation from epoch to epoch in which a rise of RISE could not be seen for many epochs."""


@dataclass(frozen=True)
class Reading:
    """A run's curves of the data's loss, of folds their means.

    `honest` is (epoch, training loss without dropout), if recent; `pair` the (train, validation) that the gap is read at, as
    every screen has it; no more `patient` is a run whose early stopping ran out.
    """

    train: Curve
    validation: Curve | None
    epochs: int
    baseline: float | None
    honest: tuple[int, float] | None
    pair: tuple[float, float] | None
    patient: bool = True

    @property
    def learned(self) -> float:
        """The training loss to compare with validation's: measured like it where that was done."""
        return self.honest[1] if self.honest else self.train.last


def _diverged(reading: Reading) -> Verdict | None:
    train, lowest = reading.train, min(reading.train.smooth)
    limit = max(GROWN * lowest, GAP * train.scale)
    if train.last <= limit or train.rise(RISE) is None:
        return None
    epoch, value = train.best
    words = f"loss is {figure(train.now[1])}, and was {figure(value)} at epoch {epoch}"
    return Verdict("diverged", epoch + 1, sure(train.last / limit), (words,))


def _overfitting(reading: Reading) -> Verdict | None:
    """Say that validation's loss rises while training's does not: the network learns what holds for its own rows alone."""
    validation = reading.validation
    found = validation.rise(RISE) if validation else None
    if validation is None or found is None or reading.train.rise(RISE) or not reading.train.moved(FLAT):
        return None
    (turn, strength), (best, lowest), (last, now) = found, validation.best, validation.now
    over = f"{100 * (now - lowest) / lowest:+.0f} %" if lowest > 0 else f"{figure(now - lowest)}"
    rose = f"rose {_epochs(last - turn)}" if turn == best else "rises"
    words = (f"val_loss {rose}, {over} over its best at epoch {best}", _gap_words(reading))
    return Verdict("both" if _biased(reading) else "overfitting", turn + 1, sure(strength), words)


def _improving(reading: Reading) -> Verdict | None:
    judged, name = (reading.validation, "val_loss") if reading.validation else (reading.train, "loss")
    found = judged.fall(FALL)
    if found is None or not reading.patient:
        return None
    epochs, fell, strength = found
    share = f"{100 * fell / (judged.last + fell):.0f} %" if judged.last > 0 else figure(fell)
    words = f"{name} fell {share} in the last {_epochs(epochs)}, to {figure(judged.now[1])}"
    return Verdict("improving", None, sure(strength), (words, *([_gap_words(reading)] if reading.validation else [])))


def _stalled(reading: Reading) -> Verdict | None:
    train, baseline = reading.train, reading.baseline
    still = not train.moved(FLAT) or (baseline is not None and reading.learned > SENSE * baseline)
    if len(train.values) < SETTLED or not still or (baseline and not _biased(reading)):
        return None
    words = f"loss was {figure(train.values[0])} at first and is {figure(train.now[1])} after {_epochs(reading.epochs)}"
    return Verdict("stalled", None, sure(1.5), (words, *([_common_sense(reading)] if reading.baseline else [])))


def _noisy(reading: Reading) -> Verdict | None:
    validation = reading.validation
    if validation is None or len(validation.values) < SETTLED:
        return None
    limit = NOISE * max(abs(validation.last), validation.scale * GAP)
    if validation.noise <= limit or _far(reading):
        return None
    words = (
        f"val_loss goes up and down by {figure(validation.noise)} from epoch to epoch about {figure(validation.last)}"
    )
    return Verdict("noisy", None, sure(validation.noise / limit), (words,))


def _suspicious(reading: Reading) -> Verdict | None:
    """Say that validation is far better though training was measured alike: it is no matter of dropout and augmentation."""
    validation, pair = reading.validation, reading.pair
    if validation is None or pair is None or reading.honest is None or len(validation.values) < SETTLED:
        return None
    limit = max(GAP * validation.scale, (APART - 1) * abs(reading.learned), validation.margin(0.0, 0.0))
    if reading.learned - validation.last <= limit:
        return None
    words = (
        f"validation {figure(pair[1])} is far below train {figure(pair[0])}, though both are measured alike",
        "are labels of the training rows wrong, or is validation easier?",
    )
    return Verdict("suspicious", None, sure((reading.learned - validation.last) / limit), words)


def _bias_and_variance(reading: Reading) -> Verdict | None:
    bias, validation = _biased(reading), reading.validation
    if len(reading.train.values) < SETTLED:
        return None
    against = [_common_sense(reading)] if reading.baseline else []
    if validation is None:
        words = f"loss {figure(reading.learned)} no longer falls"
        return Verdict("underfitting", None, sure(_bias(reading)), (words, *against)) if bias else None
    train, unseen = reading.pair or (reading.learned, validation.last)
    both = f"train {figure(train)} and validation {figure(unseen)}"
    if apart := _apart(reading):
        pieces = (f"{both}, {_gap_words(reading)}", "val_loss no longer falls")
        return Verdict("both" if bias else "overfitting", None, sure(apart), pieces)
    if bias:
        return Verdict("underfitting", None, sure(_bias(reading)), (f"{both} are near each other, and large", *against))
    gap, limit = validation.last - reading.learned, _limit(reading)
    return Verdict("good_fit", None, sure(limit / max(gap, limit / 10)), (f"{both} are near each other", *against))


def _limit(reading: Reading) -> float:
    """Return what validation's loss must be above training's for a gap."""
    validation = reading.validation
    if validation is None:
        return math.inf
    return max(GAP * validation.scale, (APART - 1) * abs(reading.learned), validation.margin(0.0, 0.0) / 2)


def _apart(reading: Reading) -> float:
    """Return how many times the least that is a gap the present one is; 0 where there is none."""
    times = (reading.validation.last - reading.learned) / _limit(reading) if reading.validation else 0.0
    return max(times, 1.0) if times > 1 or _far(reading) else 0.0


def _far(reading: Reading) -> bool:
    """Whether each of the last validation losses is several times training's: noise or not, they are apart."""
    validation, learned = reading.validation, reading.learned
    lowest = min(validation.values[-max(validation.window, SETTLED) :]) if validation else -math.inf
    return validation is not None and lowest > FAR * abs(learned) and lowest - learned > SLIGHT * validation.scale


RULES: tuple[Callable[[Reading], Verdict | None], ...] = (
    _diverged,
    _overfitting,
    _improving,
    _stalled,
    _noisy,
    _suspicious,
    _bias_and_variance,
)
"""The first that has something to say is the verdict: what goes wrong now comes before what the run has come to."""


def _bias(reading: Reading) -> float:
    return reading.learned / (BIAS * reading.baseline) if reading.baseline else 0.0


def _biased(reading: Reading) -> bool:
    return _bias(reading) > 1


def _gap_words(reading: Reading) -> str:
    train, validation = reading.pair or (reading.learned, reading.validation.last if reading.validation else math.nan)
    return f"gap {figure(validation - train)}"


def _common_sense(reading: Reading) -> str:
    return f"common sense has {figure(reading.baseline or 0.0)}"


def _epochs(count: int) -> str:
    return f"{count} epoch{'s' if count != 1 else ''}"
