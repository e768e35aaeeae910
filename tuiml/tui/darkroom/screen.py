"""Darkroom: real training pictures beside their augmented selves, and the steps that make them so; other rows as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static
from textual.worker import get_current_worker

import augment
from tuiml.errors import TuimlError
from tuiml.fields import Recipe
from tuiml.tasks.offline import copies_of
from tuiml.text import clean, clean_lines
from tuiml.tui import actions
from tuiml.tui.darkroom import bench, preview, samples, showing
from tuiml.tui.darkroom.editing import DRAWING, EDITING, PAGING, Editing, sheet
from tuiml.tui.darkroom.editor import Draft
from tuiml.tui.darkroom.preview import Pairs, Pictures, load
from tuiml.tui.darkroom.samples import Samples
from tuiml.tui.darkroom.showing import Shown, Wanted
from tuiml.tui.darkroom.workbench import Workbench
from tuiml.tui.reporting import report
from tuiml.tui.widgets.entry import Entry
from tuiml.tui.widgets.keys import Keys
from tuiml.tui.widgets.sheet import Sheet
from tuiml.tui.widgets.title import Title
from tuiml.tui.widgets.words import Words

Keep = Callable[[Recipe, Draft], None]


class Darkroom(Editing):
    """Shows the training rows of `recipe`; `keep` is given what has been edited when one leaves, however one does.

    `draft` is what was edited before: its muted steps come back where it still means the recipe's augmentation.
    `typed` is grammar that is to be put right here.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(actions.DARKROOM)]
    AUTO_FOCUS = None

    epoch: var[int] = var(1, init=False)
    first: var[int] = var(0, init=False)
    solo: var[bool] = var(False, init=False)
    ends: var[bool] = var(False, init=False)
    shown: var[Shown | None] = var(None, init=False)

    def __init__(self, recipe: Recipe, draft: Draft | None = None, keep: Keep | None = None, typed: str = "") -> None:
        super().__init__()
        self.recipe, self._keep, self._typed_before = recipe, keep, typed
        self._begun = self._bench = bench.begin(recipe, draft)
        self._pictures: Pictures | None = None
        self._samples: Samples | None = None
        self._wanted: Wanted | None = None
        self._drawing = False
        self._hints: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out title, steps beside pictures or other rows, the grammar, footer."""
        yield Title("Darkroom", clean(self.recipe.task, 60))
        with Horizontal(id="darkroom-body"):
            yield Workbench(self._bench)
            with Vertical(id="darkroom-right"):
                yield Words("reading the data…", id="darkroom-words")
                yield sheet()
                yield VerticalScroll(Static(markup=False), id="darkroom-rows")
                yield VerticalScroll(Words(), id="darkroom-drawn")
        yield Static("Hidden at this width: the other pane. Tab shows it.", id="darkroom-hidden", markup=False)
        with Horizontal(id="darkroom-grammar"):
            yield Static("Augment ", markup=False)
            yield Entry(
                self._bench.draft.text,
                placeholder="none; g types steps, such as flip,rotate:15",
                compact=True,
                select_on_focus=False,
            )
        yield Static(id="darkroom-problem", markup=False)
        yield Keys()

    @property
    def pairs(self) -> Pairs | None:
        """The pictures on show."""
        return self.shown.pairs if self.shown else None

    def on_mount(self) -> None:
        """Read the data; where there is room for one pane alone, it is the one that says how far that is."""
        self.add_class("-right")
        self._load()

    def hand_over(self) -> None:
        """Give what has been edited to whom it concerns, before another screen takes this one's place."""
        now, begun = self._bench, self._begun
        if self._keep and (now.edited, now.draft) != (begun.edited, begun.draft):
            self._keep(now.edited, now.draft)

    @work(thread=True, group="load", exit_on_error=False)
    def _load(self) -> None:
        try:
            loaded = load(self.recipe, self._tell)
        except TuimlError as error:
            self._report(self._explain, str(error))
        else:
            self._report(self._begin, loaded)

    def _begin(self, loaded: Pictures | Samples) -> None:
        if isinstance(loaded, Samples):
            self._samples = loaded
            self.add_class("-rows")
            self.query_one("#darkroom-rows").focus()
            self.fill()
        else:
            self._pictures = loaded
            self.remove_class("-right")
            self.workbench.lines.focus()
            self.fill()
            if self._typed_before:
                self.entry.focus()
                self.entry.value = self._typed_before  # as if typed here: what is wrong stands below
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the keys that draw again where nothing is drawn, and those that edit where there are no pictures."""
        if action in PAGING:
            return self._pictures is not None or self._samples is not None
        if action in DRAWING:
            return self._pictures is not None or (self._samples is not None and bool(self._samples.rate))
        return action not in EDITING or self._pictures is not None

    def fill(self) -> None:
        """Show what is wanted now; while pictures are drawn, the last wish is the one that counts."""
        if self._samples is not None:
            self._say(samples.caption(self._samples, self.epoch))
            self.call_after_refresh(self._lay_out_rows)  # when it is known how many lines are left below the caption
        elif self._pictures is not None:
            self._wanted = Wanted(self._bench, self.solo, self.ends, self.epoch, self.first, self._room)
            if not self._drawing:
                self._drawing = True
                self._draw_wanted(self._pictures)

    def _lay_out_rows(self) -> None:
        if self._samples is not None:
            pane = self.query_one("#darkroom-rows")
            page = samples.page(self._samples, self.first, *pane.size, self.epoch)
            pane.query_one(Static).update(page)

    def _take(self) -> Wanted | None:
        """Return the wish that is to be drawn next; None ends the drawing."""
        wanted, self._wanted = self._wanted, None
        self._drawing = wanted is not None
        return wanted

    @work(thread=True, group="draw", exit_on_error=False)
    def _draw_wanted(self, pictures: Pictures) -> None:
        try:
            while not get_current_worker().is_cancelled and (wanted := self.app.call_from_thread(self._take)):
                found = showing.show(pictures, wanted, self._tell)
                self._report(self._take_in, wanted, found)
                if found.pipeline is not None and self._wanted is None:  # hints take longer than a key may
                    hints = preview.hints(wanted.bench.edited, pictures, found.pipeline)
                    self._report(self._hint, found, hints)
        except BaseException:
            self._drawing = False
            raise

    def _report(self, take: Callable[..., object], *found: object) -> None:
        """Hand over what a thread found, unless one has left: cancelling stops no thread."""
        report(self, take, *found)

    def _tell(self, what: str) -> None:
        """Say from a thread what takes long; keys go on working."""
        self._report(self._say, f"{clean(what, 100)}…")

    def _say(self, words: str) -> None:
        self.query_one("#darkroom-words", Words).words = Content(words)

    def _explain(self, problem: str) -> None:
        self.add_class("-rows")  # there is nothing to edit before there are pictures
        words = Content.styled(f"✗ {clean_lines(problem, 600)}", "$text-error")
        self.query_one("#darkroom-words", Words).words = words + "\n\nEsc leads back to the form."

    def _take_in(self, wanted: Wanted, found: Shown) -> None:
        """Show pictures, or say why they are still those before; not for an epoch that is no longer asked for."""
        if not self.entry.has_focus:  # else what is typed there has a problem of its own
            self.complain(found.problem)
        if found.pairs is not None and (wanted.epoch, wanted.first) == (self.epoch, self.first):
            self.shown = found

    def _hint(self, found: Shown, hints: tuple[str, ...]) -> None:
        if self.shown is found:
            self._hints = hints
            self._say("\n".join([found.words, *(f"! {clean(hint, 200)}" for hint in hints)]))

    def watch_shown(self, shown: Shown | None) -> None:
        """Show the pictures and say what they are."""
        if shown is None or shown.pairs is None:
            return
        pairs = shown.pairs
        captions = [f"row {row}: {clean(label, 30)}" for row, label in zip(pairs.rows, pairs.labels, strict=True)]
        self._hint(shown, self._hints)  # those before stay until others are measured: the pictures stand still
        self.sheet.pairs = tuple(zip(pairs.before, pairs.after, captions, strict=True))
        self.call_after_refresh(self._tell_drawn)  # when it is known how many there is room for

    def _tell_drawn(self) -> None:
        """Say what was drawn for the picture under the cursor."""
        if self.pairs is None:
            return
        self.sheet.at = at = min(self.sheet.at, self.sheet.room - 1, len(self.pairs.rows) - 1)
        words = f"row {self.pairs.rows[at]}: {clean(self.pairs.drawn[at], 2000)}" if self._bench.draft.steps else ""
        self.query_one("#darkroom-drawn Words", Words).words = Content(words)

    def on_resize(self) -> None:
        """Another number of pictures or rows may fit."""
        self.call_after_refresh(self.fill)

    @on(Workbench.Changed)
    def _benched(self, event: Workbench.Changed) -> None:
        """Follow what was edited; another line chosen matters where one step, or the ends of one dial, are on show."""
        self._bench = self.workbench.now
        if not self.entry.has_focus:
            self.entry.show(self._bench.draft.text)
        copies = copies_of(self._bench.edited)
        self.epoch = min(self.epoch, copies) if copies else self.epoch
        if event.edited or self.solo or self.ends:
            self.fill()

    @on(Sheet.Moved)
    def _walked(self, event: Sheet.Moved) -> None:
        """Move the cursor over the pictures; beyond them lie others."""
        count = min(self.sheet.room, len(self.pairs.rows)) if self.pairs else 0
        if 0 <= event.at < count:
            self.sheet.at = event.at
            self._tell_drawn()
        elif event.at >= count:
            self.action_next_pictures()
        else:
            self.action_previous_pictures()

    @on(Entry.Submitted)
    def _typed(self, event: Entry.Submitted) -> None:
        try:
            draft = self._bench.draft.rewritten(event.value)
        except augment.AugmentError as error:
            self.complain(str(error))
            return
        self.workbench.lines.focus()
        self.workbench.bench = self._bench.with_draft(draft)
        self.fill()

    @on(Entry.GivenUp)
    def _given_up(self) -> None:
        self.workbench.lines.focus()
        self.entry.value = self._bench.draft.text
        self.fill()

    @property
    def _room(self) -> int:
        """How many rows are shown at once."""
        if self._pictures is not None:
            return self.sheet.room_for(self._pictures.data.shape)
        if self._samples is None:
            return 1
        return self._samples.room(*self.query_one("#darkroom-rows").size)

    def _turn_page(self, by: int) -> None:
        loaded = self._samples or self._pictures
        to = self.first + by * self._room
        if loaded and to < len(loaded.rows):
            self.first = max(to, 0)

    def watch_epoch(self) -> None:
        """Draw again, as this epoch does."""
        self.fill()

    watch_first = watch_solo = watch_ends = watch_epoch

    def action_next_draw(self) -> None:
        """Show the next epoch, or copy."""
        if self._pictures or self._samples:
            self.epoch = min(self.epoch + 1, copies_of(self._bench.edited) or self.epoch + 1)

    def action_previous_draw(self) -> None:
        """Show the epoch before."""
        self.epoch = max(self.epoch - 1, 1)

    def action_next_pictures(self) -> None:
        """Show other rows."""
        self._turn_page(1)

    def action_previous_pictures(self) -> None:
        """Show the rows before."""
        self._turn_page(-1)

    def action_solo(self) -> None:
        """Show the unfolded step alone, or all of them again."""
        self.solo = not self.solo

    def action_ends(self) -> None:
        """Show the ends of the chosen parameter's range side by side, or what is drawn again."""
        self.ends = not self.ends
