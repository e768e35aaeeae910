"""The declared parameters of an op: name, default, range, unit and help, stated once and checked from there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Literal, Self, TypeVar, overload

from augment.errors import did_you_mean
from augment.images import LONGEST_SIDE
from augment.values import Reading, Value, Written, number_text, read

T = TypeVar("T")

COLORS: dict[str, tuple[int, int, int]] = {
    "black": (0, 0, 0),
    "gray": (128, 128, 128),
    "silver": (192, 192, 192),
    "white": (255, 255, 255),
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
}
"""Names and values as in CSS level 1."""


class Parameter(Generic[T]):
    """One parameter of an op, as a class attribute; on an instance it is the checked value.

    Subclasses say how a written value is read (`read`, ValueError when it is wrong) and how it is written
    back (`text`, which `read` understands).
    """

    positional = False
    follows = ""

    def __init__(self, default: Any, *, unit: str = "", meaning: str) -> None:
        self.written_default = default
        self.unit = unit
        self.meaning = meaning
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, op: None, owner: type) -> Self: ...
    @overload
    def __get__(self, op: object, owner: type) -> T: ...
    def __get__(self, op: object | None, owner: type) -> Self | T:
        if op is None:
            return self
        value: T = op.__dict__["values"][self.name]
        return value

    @property
    def default(self) -> T:
        """The default, read like anything else."""
        return self.read(self.written_default)

    @property
    def range_text(self) -> str:
        """What is allowed, in words for a help text."""
        raise NotImplementedError

    def read(self, written: Any) -> T:
        """Return the checked value; ValueError says what was expected and what was received."""
        raise NotImplementedError

    def text(self, value: T) -> str:
        """Return the canonical text of a checked value."""
        raise NotImplementedError


class Amount(Parameter[Value]):
    """A number that is drawn per picture.

    `single` is the meaning of one bare number x: "signed" is -x..x, "ratio" is 1-x..1+x for x < 1 (else exactly x),
    "exact" is x itself. `low` and `high` bound the values after that. `pixels` allows whole pixels ("4px"), with their
    own bounds (`low_px`, `high_px`). `follows` names the parameter that is the default for this one.
    """

    positional = True

    def __init__(
        self,
        default: Written,
        *,
        low: float,
        high: float,
        single: Literal["signed", "ratio", "exact"] = "exact",
        unit: str,
        meaning: str,
        pixels: bool = False,
        low_px: int = 0,
        high_px: int = LONGEST_SIDE,
        follows: str = "",
    ) -> None:
        super().__init__(default, unit=unit, meaning=meaning)
        self.low, self.high, self.single = low, high, single
        self.pixels, self.low_px, self.high_px = pixels, low_px, high_px
        self.follows = follows

    @property
    def range_text(self) -> str:
        text = f"{number_text(self.low)}..{number_text(self.high)}"
        return f"{text}, or {self.low_px}px..{self.high_px}px" if self.pixels else text

    def read(self, written: Written | Value) -> Value:
        value = written if isinstance(written, Value) else self._interpret(read(written))
        low, high = (self.low_px, self.high_px) if value.pixels else (self.low, self.high)
        if value.low < low or value.high > high:
            unit = "px" if value.pixels else f" {self.unit}".rstrip()
            outside = value.low if value.low < low else value.high
            raise ValueError(f"expected {number_text(low)}..{number_text(high)}{unit}, received {number_text(outside)}")
        return value

    def _interpret(self, reading: Reading) -> Value:
        numbers, pixels = reading.numbers, reading.unit == "px"
        if reading.unit and reading.unit != "deg" and not self.pixels:
            raise ValueError(f"is in {self.unit}, not in {reading.unit}")
        if reading.unit == "deg" and self.unit != "degrees":
            raise ValueError(f"is in {self.unit}, not in degrees")
        if pixels and any(x != int(x) for x in numbers):
            raise ValueError(f"expected whole pixels, received {number_text(next(x for x in numbers if x % 1))}px")
        if reading.form == "choice":
            return Value(min(numbers), max(numbers), numbers, pixels)
        if reading.form == "range":
            return Value(numbers[0], numbers[1], (), pixels)
        return self._interpret_single(numbers[0], pixels)

    def _interpret_single(self, x: float, pixels: bool) -> Value:
        if self.single == "signed":
            if x < 0:
                exact = number_text(x)
                raise ValueError(
                    f"one number x means -x..x and cannot be negative, received {exact} "
                    f"(for exactly that write {exact}..{exact})"
                )
            return Value(-x, x, (), pixels)
        if self.single == "ratio" and 0 <= x < 1:
            # 12 digits keep 1 - 0.9 equal to the 0.1 that a person writes.
            return Value(round(1 - x, 12), round(1 + x, 12), (), pixels)
        return Value(x, x, (), pixels)

    def text(self, value: Value) -> str:
        unit = "px" if value.pixels else ""
        if value.options:
            return "/".join(map(number_text, value.options)) + unit
        for x in (value.high, round(value.high - 1, 12)):
            if x >= 0 and self._interpret_single(x, value.pixels) == value:
                return number_text(x) + unit
        return f"{number_text(value.low)}..{number_text(value.high)}{unit}"


class Word(Parameter[str]):
    """One of a few words, always written `name=word`."""

    def __init__(self, default: str, choices: Sequence[str], *, meaning: str) -> None:
        super().__init__(default, meaning=meaning)
        self.choices = tuple(choices)

    @property
    def range_text(self) -> str:
        return " ".join(self.choices)

    def read(self, written: Any) -> str:
        if written not in self.choices:
            raise ValueError(
                f"expected one of {', '.join(self.choices)}, received {written!r}"
                f"{did_you_mean(str(written), self.choices)}"
            )
        return str(written)

    def text(self, value: str) -> str:
        return value


class Color(Parameter[str]):
    """A color: a name, or a gray 0..255 as a number, or "auto"; kept as its canonical text."""

    @property
    def range_text(self) -> str:
        return f"auto, 0..255, or {' '.join(COLORS)}"

    def read(self, written: Any) -> str:
        text = str(written)
        if text == "auto" or text in COLORS:
            return text
        try:
            reading = read(written)
        except ValueError:
            reading = None
        if reading is None or reading.form != "number" or reading.unit or not 0 <= reading.numbers[0] <= 255:
            raise ValueError(
                f"expected a gray 0..255 or one of {', '.join(COLORS)}, received {text!r}{did_you_mean(text, COLORS)}"
            )
        return number_text(reading.numbers[0])

    def text(self, value: str) -> str:
        return value


def color_levels(color: str, channels: int, value_range: float) -> tuple[float, ...]:
    """Return one level per channel for a checked color: Pillow's luminance for gray pictures, alpha opaque."""
    red, green, blue = COLORS[color] if color in COLORS else (float(color),) * 3
    gray = red if red == green == blue else (19595 * red + 38470 * green + 7471 * blue + 32768) // 65536
    levels = (gray,) if channels == 1 else (red, green, blue, 255.0)[:channels]
    return tuple(level * value_range / 255.0 for level in levels)
