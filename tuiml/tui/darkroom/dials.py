"""The dials of one augmentation step: what each parameter stands at, what it may be, and what the arrow keys make of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from augment.errors import ParameterError
from augment.op import Op
from augment.parameter import Amount, Color, Word
from augment.values import Value, number_text

P = "p"
"""The dial of the probability that a picture is touched."""
LOW, HIGH = "from", "to"
_COLORS = ("auto", "black", "128", "white")
_WIDE = 1000.0
"""Ranges so many times their default are walked through in the steps 1, 2, 5, 10: photons, epsilons."""


class Dial(NamedTuple):
    """One line to turn: a parameter, or one `end` of the range that it is drawn from.

    `value` and `default` are as the grammar writes them; `range` is what is allowed, in words, with its unit.
    """

    name: str
    end: str
    value: str
    default: str
    range: str
    meaning: str

    @property
    def label(self) -> str:
        """What the line is called."""
        return f"{self.name} {self.end}" if self.end else self.name


def dials(op: Op, ranged: Iterable[str] = ()) -> list[Dial]:
    """Return the dials of a step, in the order of its parameters, the probability last.

    A parameter has two dials, one for each end, where it is in `ranged` or where one number does not say it.
    """
    found: list[Dial] = []
    for name, parameter in op.declared.items():
        default = f"as {parameter.follows}" if parameter.follows else parameter.text(parameter.default)
        told = default, allowed(parameter.range_text, parameter.unit), parameter.meaning
        value = op.values[name]
        if isinstance(parameter, Amount) and is_ranged(op, name, ranged):
            found += [
                Dial(name, end, _number(number, value.pixels), *told)
                for end, number in ((LOW, value.low), (HIGH, value.high))
            ]
        else:
            spread = isinstance(parameter, Amount) and _spreads(parameter, value)
            shown = f"±{'0' if value.fixed else parameter.text(value)}" if spread else parameter.text(value)
            found.append(Dial(name, "", shown, *told))
    if not op.always:
        meaning = "how likely a picture is to go through this step"
        found.append(Dial(P, "", number_text(op.p), number_text(op.default_p), "0..1", meaning))
    return found


def allowed(range_text: str, unit: str) -> str:
    """Return a range with its unit behind the numbers that it belongs to: pixels may stand beside them."""
    numbers, also, pixels = range_text.partition(", or ")
    return f"{numbers} {unit}{also}{pixels}" if unit else range_text


def is_ranged(op: Op, name: str, ranged: Iterable[str] = ()) -> bool:
    """Whether a parameter is shown by the two ends of its range."""
    parameter = op.declared.get(name)
    if not isinstance(parameter, Amount) or op.values[name].options:
        return False
    value: Value = op.values[name]
    return name in ranged or not (value.fixed or _spreads(parameter, value))


def turned(op: Op, dial: Dial, steps: int, *, large: bool = False) -> Op:
    """Return the op with a dial turned by some steps, small or `large`, up or (below 0) down.

    Numbers stop at the ends of what is allowed, words and colors go around. Where the op does not take the result, and
    where a value is typed only (a choice of numbers, the members of a group), it is the op itself.
    """
    if dial.name == P:
        size = 0.25 if large else 0.05
        return changed(op, P, min(max(round(op.p + steps * size, 10), 0.0), 1.0))
    parameter, value = op.declared[dial.name], op.values[dial.name]
    if isinstance(parameter, Word):
        return changed(op, dial.name, _around(parameter.choices, value, steps))
    if isinstance(parameter, Color):
        return changed(op, dial.name, _around(_COLORS, value, steps))
    if not isinstance(parameter, Amount):
        return op
    if parameter.default.options:
        whole = (parameter.text(parameter.default), *map(number_text, parameter.default.options))
        return changed(op, dial.name, _around(whole, parameter.text(value), steps))
    if value.options:
        return op
    # Some sizes are odd: where a step ends on what the op refuses, the double one does not.
    tried = (changed(op, dial.name, _moved(parameter, value, dial.end, factor * steps, large)) for factor in (1, 2))
    return next((fresh for fresh in tried if fresh != op), op)


def typed(op: Op, name: str, text: str) -> Op:
    """Return the op with a parameter as it is typed, such as -10..20. Raises ParameterError, which says what is wrong."""
    if name == P:
        try:
            return _rebuilt(op, {}, float(text))
        except ValueError:
            raise ParameterError(f"{op.name}: p: expected a number in 0..1, received {text!r}") from None
    return _rebuilt(op, {name: text.strip().removeprefix("±")}, op.p)


def changed(op: Op, name: str, value: Any) -> Op:
    """Return the op with another value of a parameter, or of p; the op itself where it does not take that."""
    try:
        return _rebuilt(op, {}, value) if name == P else _rebuilt(op, {name: value}, op.p)
    except ParameterError:
        return op


def gathered(op: Op, name: str) -> Op:
    """Return the op with a range made one number: the farther end for one that spreads, else the upper end."""
    parameter, value = op.declared[name], op.values[name]
    if not isinstance(parameter, Amount) or value.fixed or _spreads(parameter, value):
        return op
    if parameter.single == "exact" or (parameter.single == "ratio" and value.high >= 2):
        return changed(op, name, _between(value, value.high, value.high))
    middle = 0.0 if parameter.single == "signed" else 1.0
    most = max(abs(value.low - middle), abs(value.high - middle))
    return changed(op, name, _between(value, round(middle - most, 12), round(middle + most, 12)))


def extremes(op: Op, dial: Dial) -> tuple[tuple[Op, str], tuple[Op, str]] | None:
    """Return the op fixed at the least and at the most of what a dial's parameter is drawn from, each with its value in words.

    Where that is one number already, the ends of what is allowed; the first and the last of words; None where there is none.
    """
    if dial.name == P:
        return (changed(op, P, 0.0), "p=0"), (changed(op, P, 1.0), "p=1")
    parameter, value = op.declared[dial.name], op.values[dial.name]
    sure = op if op.always else changed(op, P, 1.0)
    ends: tuple[Any, Any]
    if isinstance(parameter, Word):
        ends = parameter.choices[0], parameter.choices[-1]
    elif isinstance(parameter, Amount):
        low, high = value.low, value.high
        if low == high:
            low, high = (parameter.low_px, parameter.high_px) if value.pixels else (parameter.low, parameter.high)
        ends = _between(value, low, low), _between(value, high, high)
    else:
        return None
    least, most = (changed(sure, dial.name, end) for end in ends)
    told = [f"{dial.name}={end if isinstance(end, str) else _number(end.low, end.pixels)}" for end in ends]
    return (least, told[0]), (most, told[1])


def _rebuilt(op: Op, values: dict[str, Any], p: float) -> Op:
    # What follows another parameter and says nothing else is not written, and so goes on following it.
    return type(op)(**{**op.written(), **values}, p=None if op.always else p)


def _around(choices: tuple[str, ...], value: str, steps: int) -> str:
    at = choices.index(value) if value in choices else (0 if steps < 0 else -1)
    return choices[(at + steps) % len(choices)]


def _spreads(parameter: Amount, value: Value) -> bool:
    """Whether one number x says the value: -x..x, or 1-x..1+x."""
    if value.options or parameter.single == "exact":
        return False
    middle = 0.0 if parameter.single == "signed" else 1.0
    return abs(value.low + value.high - 2 * middle) < 1e-9


def _moved(parameter: Amount, value: Value, end: str, steps: int, large: bool) -> Value:
    low, high = (parameter.low_px, parameter.high_px) if value.pixels else (parameter.low, parameter.high)
    if _spreads(parameter, value) and not end:
        middle = 0.0 if parameter.single == "signed" else 1.0
        most = min(high - middle, middle - low, math.inf if parameter.single == "signed" else 0.99)
        width = _walk(parameter, value.high - middle, steps, large, value.pixels, middle)
        width = min(max(width, 0.0), most)
        return _between(value, round(middle - width, 12), round(middle + width, 12))
    if not end:
        number = min(max(_walk(parameter, value.high, steps, large, value.pixels, 0.0), low), high)
        return _between(value, number, number)
    here, other = (value.low, value.high) if end == LOW else (value.high, value.low)
    moved = min(max(_walk(parameter, here, steps, large, value.pixels, 0.0), low), high)
    if end == LOW:
        return _between(value, min(moved, other), other)
    return _between(value, other, max(moved, other))


def _walk(parameter: Amount, number: float, steps: int, large: bool, pixels: bool, middle: float) -> float:
    """Return a number some steps on; the step is a tenth, or half, of the default, in round figures."""
    if pixels or parameter.whole:
        span = 10 if pixels else parameter.default.high
        return number + steps * max(1, round(_round_down(span / (2 if large else 10))))
    default = abs(parameter.default.high - middle) or abs(parameter.default.low - middle)
    if default and parameter.low >= 0 and parameter.high > _WIDE * default:
        return _multiplied(number or default / 2, steps * (3 if large else 1))
    size = _round_down((default or (parameter.high - parameter.low) / 5) / (2 if large else 10))
    return round(number + steps * size, 12)


def _round_down(number: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not above the number."""
    power = 10.0 ** math.floor(math.log10(number) + 1e-9)
    return max(factor * power for factor in (1, 2, 5) if factor * power <= number * (1 + 1e-9))


def _multiplied(number: float, steps: int) -> float:
    """Return the number some steps on in the series 1, 2, 5, 10, 20, 50 ..."""
    place = round(3 * math.log10(number)) + steps
    return float(f"{(1, 2, 5)[place % 3]}e{place // 3}")


def _between(value: Value, low: float, high: float) -> Value:
    return Value(low, high, (), value.pixels, value.whole)


def _number(number: float, pixels: bool) -> str:
    return f"{number_text(number)}{'px' if pixels else ''}"


def can_range(op: Op, name: str) -> bool:
    """Whether a parameter may be drawn from a range of numbers."""
    return isinstance(op.declared.get(name), Amount) and not op.values[name].options
