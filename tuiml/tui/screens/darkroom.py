"""Darkroom: real training pictures beside their augmented selves, as an epoch of training will see them; other rows as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Static
from textual.worker import get_current_worker

from tuiml.errors import TuimlError
from tuiml.fields import Recipe
from tuiml.tasks.offline import copies_of
from tuiml.text import clean, clean_lines
from tuiml.tui import actions, samples
from tuiml.tui.preview import Pairs, Pictures, load, preview_pairs
from tuiml.tui.samples import Samples
from tuiml.tui.widgets.sheet import MOST, Sheet
from tuiml.tui.widgets.title import Title


def caption(recipe: Recipe, number: int, hints: tuple[str, ...]) -> str:
    """Return what is shown: epoch `number`, offline copy `number`, and what the augmentation may do amiss."""
    copies, seed = copies_of(recipe), recipe.train.seed
    nothing = "No augmentation: left and right are equal. The form's field Augment takes, say, rotate:15,shift:0.1. "
    words = nothing if not recipe.augment.ops else ""
    if copies:
        words += (
            f"Copy {number} of {copies}, seed {seed}: left the original, right its copy, both the same in every epoch."
        )
    else:
        words += f"Epoch {number}, seed {seed}: left as read, right as trained on."
    words += " Validation and test pictures are never augmented."
    return "\n".join([words, *(f"! {clean(hint, 200)}" for hint in hints)])


class _Pane(VerticalScroll, inherit_bindings=False):
    """Scrolls up and down; left and right are the screen's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"{'page' if 'page' in key else 'scroll'}_{key.removeprefix('page')}", show=False)
        for key in ("up", "down", "pageup", "pagedown")
    ]


class Darkroom(Screen[None]):
    """Shows the training pictures of `recipe`."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(actions.DARKROOM)]
    AUTO_FOCUS = None

    epoch: reactive[int] = reactive(1, init=False)
    first: reactive[int] = reactive(0, init=False)
    pairs: reactive[Pairs | None] = reactive(None, init=False)

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.recipe = recipe
        self._pictures: Pictures | None = None
        self._samples: Samples | None = None

    def compose(self) -> ComposeResult:
        """Lay out title, words, pictures or other rows, what was drawn, footer."""
        yield Title("Darkroom", clean(self.recipe.task, 60))
        yield Static("reading the data…", id="darkroom-words", markup=False)
        yield Sheet()
        with _Pane(id="darkroom-rows"):
            yield Static(markup=False)
        yield Static(id="darkroom-drawn", markup=False)
        yield Footer(compact=True)

    @property
    def words(self) -> Static:
        """What is shown, or why nothing is."""
        return self.query_one("#darkroom-words", Static)

    @property
    def sheet(self) -> Sheet:
        """The pictures."""
        return self.query_one(Sheet)

    @property
    def drawn(self) -> Static:
        """What was drawn for the pictures."""
        return self.query_one("#darkroom-drawn", Static)

    def on_mount(self) -> None:
        """Read the data."""
        self._load()

    @work(thread=True, group="load", exit_on_error=False)
    def _load(self) -> None:
        try:
            loaded = load(self.recipe, lambda what: self._report(self._say, f"{clean(what, 100)}…"))
        except TuimlError as error:
            self._report(self._explain, str(error))
        else:
            self._report(self._begin, loaded)

    def _begin(self, loaded: Pictures | Samples) -> None:
        if isinstance(loaded, Samples):
            self._samples = loaded
            self.add_class("-rows")
            self._say(samples.caption(loaded))
            self.call_after_refresh(self._draw)  # when it is known how many there is room for
        else:
            self._pictures = loaded
            self._draw()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the keys that draw again where nothing is drawn."""
        return self._samples is None or action not in ("next_draw", "previous_draw")

    def _draw(self) -> None:
        if self._samples is not None:
            pane = self.query_one("#darkroom-rows")
            page = samples.page(self._samples, self.first, pane.size.width, pane.size.height)
            pane.query_one(Static).update(page)
        elif self._pictures is not None:
            self._draw_pairs(self._pictures, self.epoch, self.first)

    @work(thread=True, exclusive=True, group="draw", exit_on_error=False)
    def _draw_pairs(self, pictures: Pictures, epoch: int, first: int) -> None:
        import augment

        try:
            pairs = preview_pairs(self.recipe, epoch, MOST, first, pictures)
        except augment.AugmentError as error:
            self._report(self._explain, str(error))
        else:
            self._report(setattr, self, "pairs", pairs)

    def _report(self, take: Callable[..., object], *found: object) -> None:
        """Hand over what a thread found, unless something else has been asked for since: cancelling stops no thread."""
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(take, *found)

    def _say(self, words: str) -> None:
        self.words.update(Content(words))

    def _explain(self, problem: str) -> None:
        self._say(f"✗ {clean_lines(problem, 600)}\n\nEsc leads back to the form.")

    def watch_pairs(self, pairs: Pairs | None) -> None:
        """Show the pictures and say what they are."""
        if pairs is None:
            return
        captions = [f"row {row}: {clean(label, 20)}" for row, label in zip(pairs.rows, pairs.labels, strict=True)]
        self._say(caption(self.recipe, pairs.epoch, self._pictures.hints if self._pictures else ()))
        self.sheet.pairs = tuple(zip(pairs.before, pairs.after, captions, strict=True))
        self.call_after_refresh(self._list_drawn)  # when it is known how many there is room for

    def _list_drawn(self) -> None:
        """Say what was drawn for the pictures on show, also in the lines that these leave free."""
        if self.pairs is None or not self.recipe.augment.ops:
            return
        told = zip(self.pairs.rows[: self.sheet.room], self.pairs.drawn, strict=False)
        self.drawn.update(Content("\n".join(f"row {row}: {clean(drawn, 200)}" for row, drawn in told)))
        self.drawn.styles.min_height = self.drawn.size.height + self.sheet.free

    def on_resize(self) -> None:
        """Another number of pictures may fit."""
        self.drawn.styles.min_height = 0
        self.call_after_refresh(self._list_drawn)
        if self._samples is not None:
            self.call_after_refresh(self._draw)

    @property
    def _room(self) -> int:
        """How many rows are shown at once."""
        if self._samples is None:
            return self.sheet.room
        return self._samples.room(*self.query_one("#darkroom-rows").size)

    @property
    def _rows(self) -> int:
        """How many rows there are to show; 0 until they are read."""
        loaded = self._samples or self._pictures
        return len(loaded.rows) if loaded else 0

    def watch_epoch(self) -> None:
        """Draw again, as this epoch does."""
        self._draw()

    def watch_first(self) -> None:
        """Draw other pictures."""
        self._draw()

    def action_next_draw(self) -> None:
        """Show the next epoch, or copy."""
        if self._pictures:
            self.epoch = min(self.epoch + 1, copies_of(self.recipe) or self.epoch + 1)

    def action_previous_draw(self) -> None:
        """Show the epoch before."""
        self.epoch = max(self.epoch - 1, 1)

    def action_next_pictures(self) -> None:
        """Show other pictures."""
        if self.first + self._room < self._rows:
            self.first += self._room

    def action_previous_pictures(self) -> None:
        """Show the pictures before."""
        self.first = max(self.first - self._room, 0)
