"""How a field of the Recipe is declared, and the types that read what flags and form inputs write."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator


def knob(default: Any, meaning: str, title: str, flag: str | None = None, unit: str = "", **bounds: Any) -> Any:
    """Declare a field; one without a flag is reached by `--set`. `default` is `...` for a field that must be given."""
    told: dict[str, Any] = {"flag": flag, "title": title, "unit": unit}
    return Field(default, description=meaning, json_schema_extra=told, **bounds)


class Section(BaseModel):
    """A group of fields: frozen, and closed to names it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


def _split(value: Any) -> Any:
    """Read `512,512` or a single value as the list that it stands for."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return (value,) if isinstance(value, (int, float)) else value


AMOUNT_RANGE = "auto, a share below 1, or a whole number of rows"


def read_amount(value: Any) -> Any:
    """Read "auto", a share of the rows, or a number of rows."""
    word = value.strip().lower() if isinstance(value, str) else value
    if word == "auto":
        return "auto"
    try:
        number = math.nan if isinstance(word, bool) else float(word)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number < math.inf or (number >= 1 and number != int(number)):
        raise ValueError(AMOUNT_RANGE)
    return int(number) if number >= 1 else number


Amount = Annotated[float | int | Literal["auto"], PlainValidator(read_amount)]
"""Rows set apart: a share below 1, a whole number of rows, 0 for none; "auto" follows the amount of data."""
Sizes = Annotated[tuple[Annotated[int, Field(ge=1, le=65536)], ...], BeforeValidator(_split)]
Whole = Annotated[tuple[Annotated[int, Field(ge=0, le=65536)], ...], BeforeValidator(_split)]
Shares = Annotated[tuple[Annotated[float, Field(ge=0, lt=1)], ...], BeforeValidator(_split)]
Penalties = Annotated[tuple[Annotated[float, Field(ge=0, le=10)], ...], BeforeValidator(_split)]
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
Activation = Literal["relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu", "leaky_relu", "linear"]
Activations = Annotated[tuple[Activation, ...], BeforeValidator(_split)]
