"""Vary: the single changes that fit a run, each with its flag; one key starts the same with that change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tuiml import recipe
from tuiml.coach import diagnosis
from tuiml.coach.diagnosis import Verdict
from tuiml.coach.variations import Facts, Variation, variations
from tuiml.errors import TuimlError
from tuiml.runs import store
from tuiml.runs.folder import RunFolder
from tuiml.tasks import catalog, check
from tuiml.text import clean
from tuiml.tui.messages import RecipeChosen, StartAsked
from tuiml.tui.reporting import report
from tuiml.tui.settling import Dialog

_TITLE = 25
_CLASSES = ("binary", "one_of_n", "many_of_n")


@dataclass(frozen=True)
class Offer:
    """What can be changed of a run, and what the run came to; `problem` where its recipe cannot be run any more."""

    changes: tuple[Variation, ...] = ()
    verdict: Verdict | None = None
    problem: str = ""


class Vary(Dialog[None]):
    """Starts a run, or opens the form, with one thing changed of the run in `folder`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,v,q", "close", "Close"),
        Binding("e", "edit", "On the form"),
    ]

    offer: reactive[Offer | None] = reactive(None, init=False)

    def __init__(self, folder: RunFolder) -> None:
        super().__init__()
        self.folder = folder

    def compose(self) -> ComposeResult:
        """Lay out what the run came to, the changes, and the keys."""
        with Vertical(classes="dialog wide"):
            yield Static(
                f"The same as {clean(self.folder.name() or self.folder.id, 40)}, but",
                classes="dialog-title",
                markup=False,
            )
            yield OptionList()
            yield Static("reading the run…", classes="dialog-note", markup=False)

    @property
    def list(self) -> OptionList:
        """The changes."""
        return self.query_one(OptionList)

    def on_mount(self) -> None:
        """Read the run."""
        self._read()

    @work(thread=True, exit_on_error=False)
    def _read(self) -> None:
        found = offer_of(self.folder)
        report(self, setattr, self, "offer", found)

    def watch_offer(self, offer: Offer | None) -> None:
        """Fill the list."""
        if offer is None:
            return
        self.list.add_options([Option(line(change)) for change in offer.changes])
        self.list.highlighted = 0 if offer.changes else None
        self.query_one(".dialog-note", Static).update(note(offer))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if self.offer:
            self.app.post_message(StartAsked(self.offer.changes[event.option_index].recipe, self.folder))
            self.dismiss()

    def action_edit(self) -> None:
        """Open the form with the change under the cursor."""
        if self.offer and self.list.highlighted is not None:
            self.app.post_message(RecipeChosen(self.offer.changes[self.list.highlighted].recipe, self.folder))
            self.dismiss()

    def action_close(self) -> None:
        """Change nothing."""
        self.dismiss()


def offer_of(folder: RunFolder) -> Offer:
    """Return the changes that fit a run and can be trained; reads the run's folder, and the user's files where it learns from them."""
    try:
        wanted = recipe.read(folder.recipe)
        task = catalog.of(wanted)
    except TuimlError as error:
        return Offer(problem=str(error))
    verdict = diagnosis.diagnose(store.read(folder).state)
    facts = Facts(task.pictures, bool(task.handed), task.kind in _CLASSES)
    found = variations(wanted, facts, verdict.kind if verdict else None)
    return Offer(tuple(change for change in found if not check.check(change.recipe, task)), verdict)


def line(change: Variation) -> Content:
    """Return a change on two lines: its title and its flag, and under them why one would make it."""
    flag = clean(" ".join(change.words), 60)
    return Content.assemble((f"{change.title:<{_TITLE}}", "bold"), (flag, "$text-accent"), (f"\n  {change.why}", "dim"))


def note(offer: Offer) -> Content:
    """Return what the run came to, and the keys."""
    if offer.problem:
        return Content.styled(f"This run cannot be varied: {clean(offer.problem, 300)}", "$text-error")
    said = f"{offer.verdict.sentence()}\n" if offer.verdict else ""
    return Content(f"{said}enter starts it, the old run drawn as a ghost · e opens the form instead · esc closes")
