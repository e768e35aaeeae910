"""The workbench of the darkroom: a recipe's augmentation as lines to walk through, the chosen one to turn, and what was before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from augment.op import Op
from tuiml.fields import Recipe
from tuiml.tui.darkroom import dials, editor
from tuiml.tui.darkroom.dials import Dial
from tuiml.tui.darkroom.editor import Draft

ADD, MODE, COPIES = "add", "mode", "copies"
_MODES = ("online", "offline")
_KEPT = 100


class Line(NamedTuple):
    """A line of the list: a step, one of its dials, or another `kind`: what adds a step, or how the copies are made."""

    kind: str = ""
    step: int = -1
    dial: Dial | None = None


@dataclass(frozen=True)
class Bench:
    """What is being edited, immutable; `step` is the unfolded step, `at` the chosen line, `past` what undo brings back."""

    recipe: Recipe
    draft: Draft
    step: int = 0
    at: int = 0
    past: tuple[Draft, ...] = ()

    @property
    def lines(self) -> list[Line]:
        """All lines: every step, below the unfolded one its dials, then what adds steps, and how copies are made."""
        found: list[Line] = []
        for number, step in enumerate(self.draft.steps):
            found.append(Line(step=number))
            if number == self.step:
                found += [Line(step=number, dial=dial) for dial in step.dials]
        found.append(Line(ADD))
        offline = self.recipe.augment.mode == "offline"
        if self.draft.steps or offline:  # copies are made without steps, too
            found += [Line(MODE), *([Line(COPIES)] if offline else [])]
        return found

    @property
    def line(self) -> Line:
        """The chosen line."""
        lines = self.lines
        return lines[min(self.at, len(lines) - 1)]

    @property
    def dial(self) -> Dial | None:
        """The chosen dial; on the line of a step, its first."""
        line = self.line
        if line.dial is None and line.step >= 0:
            return next(iter(self.draft.steps[line.step].dials), None)
        return line.dial

    @property
    def edited(self) -> Recipe:
        """The recipe with what has been edited."""
        return self.recipe.model_copy(
            update={"augment": self.recipe.augment.model_copy(update={"ops": self.draft.text})}
        )

    def chosen(self, at: int) -> Bench:
        """Return the bench with another line chosen; the step on it unfolds, and the one before folds up."""
        lines = self.lines
        at = min(max(at, 0), len(lines) - 1)
        return self if lines[at].step in (-1, self.step) and at == self.at else self._at(lines[at])

    def _at(self, line: Line) -> Bench:
        """Return the bench with a line chosen, wherever it is when its step has unfolded."""
        opened = replace(self, step=line.step if line.step >= 0 else self.step)
        label = line.dial.label if line.dial else None

        def same(other: Line) -> bool:
            same_dial = (other.dial.label if other.dial else None) == label
            return (other.kind, other.step) == (line.kind, line.step) and same_dial

        lines = opened.lines
        found = next((place for place, other in enumerate(lines) if same(other)), None)
        if found is None:  # a dial that is two now, or one again
            found = next((place for place, other in enumerate(lines) if other.step == line.step), len(lines) - 1)
            wanted = line.dial.name if line.dial else ""
            found = next(
                (
                    place
                    for place, other in enumerate(lines)
                    if other.dial and other.step == line.step and other.dial.name == wanted
                ),
                found,
            )
        return replace(opened, at=found)

    def with_draft(self, draft: Draft, step: int | None = None, *, remember: bool = True) -> Bench:
        """Return the bench with another draft, the line staying the same where it is still there, else that of `step`."""
        if draft == self.draft:
            return self
        line = self.line if step is None else Line(step=step)
        past = (*self.past, self.draft)[-_KEPT:] if remember else self.past
        last = len(draft.steps) - 1
        line = line._replace(step=min(line.step, last)) if line.step >= 0 else line
        fresh = replace(self, draft=draft, past=past, step=min(self.step, max(last, 0)))
        return fresh._at(line if line.step >= 0 or line.kind else Line(ADD))

    def undone(self) -> Bench:
        """Return the bench as it was before the last change; itself when there was none."""
        if not self.past:
            return self
        return replace(self.with_draft(self.past[-1], remember=False), past=self.past[:-1])

    def turned(self, steps: int, *, large: bool = False) -> Bench:
        """Return the bench with the chosen dial, mode or number of copies turned up or (below 0) down."""
        line, dial = self.line, self.dial
        if line.kind == MODE:
            return self._augment(mode=_MODES[(_MODES.index(self.recipe.augment.mode) + steps) % 2])
        if line.kind == COPIES:
            return self._augment(copies=min(max(self.recipe.augment.copies + steps * (5 if large else 1), 1), 10_000))
        if dial is None:
            return self
        op = self.draft.steps[line.step].op
        draft = self.draft.tuned(line.step, dials.turned(op, dial, steps, large=large))
        return self.with_draft(draft, remember=not self._just_turned(draft, line.step))

    def _just_turned(self, draft: Draft, at: int) -> bool:
        """Whether the last change was to this step's dials, too: undo takes a whole turning back, not one notch of it."""
        if not self.past or len(self.past[-1].steps) != len(draft.steps):
            return False
        return all(
            old == new or (place == at and old.op.name == new.op.name and old.muted == new.muted)
            for place, (old, new) in enumerate(zip(self.past[-1].steps, draft.steps, strict=True))
        )

    def _augment(self, **values: object) -> Bench:
        augmentation = self.recipe.augment.model_copy(update=values)
        return replace(self, recipe=self.recipe.model_copy(update={"augment": augmentation}))

    def added(self, op: Op) -> Bench:
        """Return the bench with one more step, chosen: behind the chosen one, else behind all but those that normalize."""
        line = self.line
        behind = line.step + 1 if line.step >= 0 and not op.normalizes else None
        draft = self.draft.added(op, behind)
        place = next(place for place, step in enumerate(draft.steps) if step.op is op)
        return self.with_draft(draft, place)

    def on_step(self, change: Callable[[Draft, int], Draft]) -> Bench:
        """Return the bench after a change of the chosen line's step; itself where the line is no step's."""
        return self.with_draft(change(self.draft, self.line.step)) if self.line.step >= 0 else self

    def moved(self, by: int) -> Bench:
        """Return the bench with the chosen step moved up (-1) or down (1), and still chosen."""
        line = self.line
        draft = self.draft.moved(line.step, by) if line.step >= 0 else self.draft
        return self.with_draft(draft, line.step + by)


def begin(recipe: Recipe, before: Draft | None = None) -> Bench:
    """Return the bench for a recipe; `before` is a draft that is taken up, with its muted steps, where it means the same."""
    draft = editor.read(recipe.augment.ops)
    return Bench(recipe, before if before is not None and before.text == draft.text else draft)
