"""What can be added in the darkroom: every operation of the catalog, and every argument of ImageDataGenerator, with what they mean."""

from __future__ import annotations

from augment.generator.keywords import REFUSED
from augment.generator.steps import MEANINGS
from augment.op import Op
from augment.registry import catalog
from tuiml.text import clean
from tuiml.tui.darkroom import dials
from tuiml.tui.dialogs.choose import Offer


def operations() -> list[Offer]:
    """Return every operation, with its parameters, their ranges, units and defaults."""
    return [Offer(name, clean(op.summary, 100), _detail(op)) for name, op in catalog().items()]


def _detail(op: type[Op]) -> str:
    chance = "touches every picture" if op.always else f"p={op.default_p:g} unless @p says otherwise"
    lines = [clean(op.summary, 200), f"example {clean(op.example, 60)} · {chance}"]
    for name, default, range_text, unit, meaning in op.parameters():
        lines.append(f"{name}={default}  {dials.allowed(range_text, unit)}: {meaning}")
    return "\n".join(clean(line, 300) for line in lines)


def keywords() -> list[Offer]:
    """Return ImageDataGenerator's arguments, each with the step it means; those that are none say why."""
    found = []
    for name, meaning in MEANINGS.items():
        step = meaning.op or "all geometric steps"
        sets = f": {', '.join(meaning.sets)}" if meaning.sets else ""
        found.append(Offer(name, meaning.says, f"{meaning.says}\nmeans {step}{sets}\nexample {name}={meaning.example}"))
    return found + [Offer(name, f"no step: {why}", why, closed=True) for name, why in REFUSED.items()]
