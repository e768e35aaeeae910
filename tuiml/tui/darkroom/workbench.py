"""Workbench: the part of the darkroom in which steps of the augmentation are added, ordered, tuned, muted and removed."""

from __future__ import annotations

from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import var

import augment
from augment.generator.steps import MEANINGS
from augment.registry import catalog
from tuiml.text import clean
from tuiml.tui.darkroom import bench_words, dials, offers
from tuiml.tui.darkroom.bench import ADD, Bench
from tuiml.tui.darkroom.editor import Draft
from tuiml.tui.dialogs.ask import Ask
from tuiml.tui.dialogs.choose import Choose
from tuiml.tui.widgets.lines import Lines
from tuiml.tui.widgets.words import Words


class Workbench(Vertical):
    """Shows a bench, and changes it."""

    bench: var[Bench | None] = var(None, init=False)

    class Changed(Message):
        """Something was edited, or another line chosen; `edited` says which."""

        def __init__(self, edited: bool) -> None:
            self.edited = edited
            super().__init__()

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._first = bench

    def compose(self) -> ComposeResult:
        """Lay out the lines, and what there is to know about the chosen one."""
        yield Lines()
        yield Words(id="workbench-about")

    def on_mount(self) -> None:
        """Show the first bench."""
        self.bench = self._first

    @property
    def lines(self) -> Lines:
        """The list of steps."""
        return self.query_one(Lines)

    @property
    def now(self) -> Bench:
        """The bench, also before it is on show."""
        return self.bench or self._first

    def watch_bench(self, old: Bench | None, bench: Bench) -> None:
        """Paint the lines, and tell what has changed."""
        self.lines.lines = tuple(bench_words.lines(bench))
        self.lines.at = bench.lines.index(bench.line)
        self.query_one(Words).words = bench_words.about(bench)
        if old is not None:
            self.post_message(self.Changed(edited=old.edited != bench.edited))

    @on(Lines.Chosen)
    def _chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self.bench = self.now.chosen(event.at)

    @on(Lines.Turned)
    def _turned(self, event: Lines.Turned) -> None:
        event.stop()
        self.bench = self.now.turned(event.steps, large=event.large)

    @on(Lines.Entered)
    def _entered(self, event: Lines.Entered) -> None:
        """Type the value of a dial, or choose a step to add."""
        event.stop()
        if self.now.line.kind == ADD:
            self.add()
        elif self.now.dial is not None and self.now.line.step >= 0:
            self._type(self.now.line.step, self.now.dial)

    def _type(self, step: int, dial: dials.Dial) -> None:
        """Ask for a dial's parameter in the grammar's own writing."""
        bench = self.now
        op = bench.draft.steps[step].op
        value = f"{op.p:g}" if dial.name == dials.P else op.declared[dial.name].text(op.values[dial.name])

        def problem(text: str) -> str:
            try:
                dials.typed(op, dial.name, text)
            except augment.AugmentError as error:
                return str(error)
            return ""

        def take(text: str | None) -> None:
            if text is not None:
                self.bench = bench.with_draft(bench.draft.tuned(step, dials.typed(op, dial.name, text)))

        about = f"{dial.meaning}\n{dial.range}; default {dial.default}\none number, low..high, or a/b/c"
        self.app.push_screen(
            Ask(f"{op.name} {dial.name}", clean(about.replace("\n", " · "), 300), value, problem), take
        )

    def add(self) -> None:
        """Choose an operation of the catalog, and add it."""

        def take(name: str | None) -> None:
            if name is not None:
                self.bench = self.now.added(catalog()[name]())

        self.app.push_screen(Choose(f"Add one of {len(catalog())} operations", offers.operations()), take)

    def keyword(self) -> None:
        """Choose an argument of ImageDataGenerator, type its value, and change or add the step that it means."""
        self.app.push_screen(Choose("ImageDataGenerator's arguments", offers.keywords()), self._ask_keyword)

    def _ask_keyword(self, name: str | None) -> None:
        if name is not None:
            meaning = MEANINGS[name]
            about = f"{meaning.says}; such as {meaning.example}"
            question = Ask(name, about, meaning.example, partial(self._keyword_problem, name))
            self.app.push_screen(question, partial(self._take_keyword, name))

    def _keyword_problem(self, name: str, text: str) -> str:
        try:
            self.now.draft.with_keyword(name, text)
        except augment.AugmentError as error:
            return str(error)
        return ""

    def _take_keyword(self, name: str, text: str | None) -> None:
        if text is None:
            return
        before, draft = self.now.draft, self.now.draft.with_keyword(name, text)
        if draft == before:
            self.app.notify(f"{name}={clean(text, 40)} changes nothing here.", markup=False)
        at = next((place for place, step in enumerate(draft.steps) if step not in before.steps), None)
        self.bench = self.now.with_draft(draft, at)

    def edit(self, name: str) -> None:
        """Change the chosen step: "mute", "remove", "up", "down" or "range"; or "undo" the last change."""
        bench = self.now
        if name == "undo":
            fresh = bench.undone()
        elif name in ("up", "down"):
            fresh = bench.moved(-1 if name == "up" else 1)
        elif name == "range":
            fresh = _spread(bench)
        else:
            fresh = bench.on_step(Draft.muted if name == "mute" else Draft.removed)
        if fresh == bench:
            self.app.notify(_WHY_NOT[name], markup=False)
        elif name == "remove":
            self.app.notify(
                f"Removed {clean(str(bench.draft.steps[bench.line.step].op), 60)}. u brings it back.", markup=False
            )
        self.bench = fresh


_WHY_NOT = {
    "undo": "Nothing to take back.",
    "up": "This step is the first already, or no step is chosen.",
    "down": "This step is the last already, or no step is chosen.",
    "range": "Choose a number to be drawn from a range: a word or a probability has none.",
    "mute": "Choose a step first.",
    "remove": "Choose a step first.",
}


def _spread(bench: Bench) -> Bench:
    """Return the bench with the chosen parameter shown by two ends, or by one number again."""
    step, dial = bench.line.step, bench.dial
    if step < 0 or dial is None or not dials.can_range(bench.draft.steps[step].op, dial.name):
        return bench
    return bench.with_draft(bench.draft.spread(step, dial.name))
