"""The augmentation that is being edited: steps in order, some of them muted, and back to the grammar that a recipe holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import augment
from augment.generator.steps import applied
from augment.group import Group
from augment.op import Op
from augment.pipeline import Pipeline
from tuiml.tui.darkroom import dials


@dataclass(frozen=True)
class Step:
    """One op; a `muted` one is kept here and absent from the recipe. `ranged` names the parameters shown by their two ends."""

    op: Op
    muted: bool = False
    ranged: frozenset[str] = frozenset()

    @property
    def dials(self) -> list[dials.Dial]:
        """What can be turned."""
        return dials.dials(self.op, self.ranged)


@dataclass(frozen=True)
class Draft:
    """Steps in order, immutable: every change is another draft."""

    steps: tuple[Step, ...] = ()

    @property
    def text(self) -> str:
        """The grammar of the steps that are not muted: what the recipe holds, and what `augment.parse` reads."""
        return ",".join(str(step.op) for step in self.steps if not step.muted)

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the steps taken together, such as their order."""
        try:
            augment.parse(self.text)
        except augment.AugmentError as error:
            return tuple(error.problems)
        return ()

    def added(self, op: Op, at: int | None = None) -> Draft:
        """Return the draft with one more step at a place; left out, behind the others, but before what normalizes."""
        place = self._end(op) if at is None else at
        return Draft((*self.steps[:place], Step(op), *self.steps[place:]))

    def _end(self, op: Op) -> int:
        if op.normalizes:
            return len(self.steps)
        return next((place for place, step in enumerate(self.steps) if step.op.normalizes), len(self.steps))

    def removed(self, at: int) -> Draft:
        """Return the draft without the step at a place."""
        return Draft(self.steps[:at] + self.steps[at + 1 :])

    def moved(self, at: int, by: int) -> Draft:
        """Return the draft with a step moved up (-1) or down (1); itself where it is at that end already."""
        to = at + by
        if not 0 <= to < len(self.steps):
            return self
        rest = self.removed(at).steps
        return Draft((*rest[:to], self.steps[at], *rest[to:]))

    def muted(self, at: int) -> Draft:
        """Return the draft with a step muted, or sounding again."""
        return self._with(at, lambda step: replace(step, muted=not step.muted))

    def tuned(self, at: int, op: Op) -> Draft:
        """Return the draft with another op, or the same with other parameters, at a place."""
        # Two ends that have met stay two dials: else there would be no way back.
        old = self.steps[at]
        met = {name for name in op.declared if op.name == old.op.name and dials.is_ranged(old.op, name, old.ranged)}
        return self._with(at, lambda step: replace(step, op=op, ranged=frozenset(met)))

    def spread(self, at: int, name: str) -> Draft:
        """Return the draft with a parameter shown by the two ends of its range, or as one number again."""
        step = self.steps[at]
        if dials.is_ranged(step.op, name, step.ranged):
            return self._with(at, lambda old: Step(dials.gathered(old.op, name), old.muted, old.ranged - {name}))
        return self._with(at, lambda old: replace(old, ranged=old.ranged | {name}))

    def _with(self, at: int, change: Callable[[Step], Step]) -> Draft:
        return Draft((*self.steps[:at], change(self.steps[at]), *self.steps[at + 1 :]))

    def rewritten(self, text: str) -> Draft:
        """Return the draft that a typed grammar means; muted steps stay behind the same number of others.

        Raises GrammarError with all that is wrong with the text.
        """
        fresh, sounding = [Step(op) for op in augment.parse(text).ops], 0
        before: dict[int, list[Step]] = {}  # muted steps, by how many of the others they stand behind
        for step in self.steps:
            if step.muted:
                before.setdefault(sounding, []).append(step)
            sounding += not step.muted
        steps: list[Step] = []
        for place, step in enumerate(fresh):
            steps += [*before.pop(place, []), step]
        return Draft((*steps, *(step for rest in before.values() for step in rest)))

    def with_keyword(self, keyword: str, value: str) -> Draft:
        """Return the draft after an argument of ImageDataGenerator, which changes the step it means or adds it.

        Raises ParameterError for what the argument does not take.
        """
        sounding = [step for step in self.steps if not step.muted]
        ops = applied([step.op for step in sounding], keyword, value)
        names = [step.op.name for step in sounding]
        if [op.name for op in ops] == names:
            fresh = iter(ops)
            return Draft(tuple(step if step.muted else replace(step, op=next(fresh)) for step in self.steps))
        return self.rewritten(",".join(map(str, ops)))

    def alone(self, at: int) -> Pipeline:
        """Return the pipeline of one step, which draws what it draws among the others.

        Its draws are numbered among ops of its name: those before it stay, and touch no picture. Raises ParameterError.
        """
        op, before = self.steps[at].op, [step.op for step in self.steps[:at] if not step.muted]
        silent = [dials.changed(other, dials.P, 0.0) for other in before if other.name == op.name]
        return Pipeline([*(other for other in silent if not (other.always or isinstance(other, Group))), op])


def read(text: str) -> Draft:
    """Return the draft of a recipe's augmentation. Raises GrammarError."""
    return Draft(tuple(map(Step, augment.parse(text).ops)))
