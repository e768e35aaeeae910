"""Asking: the pane in which one tries the network on an input of one's own; a child process answers."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.reactive import reactive
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from tuiml.errors import TuimlError
from tuiml.runs.folder import RunFolder
from tuiml.runs.predictor import Predictor
from tuiml.tasks import catalog
from tuiml.tasks.base import Form
from tuiml.text import clean
from tuiml.tui.results import question
from tuiml.tui.results.findings import Findings
from tuiml.tui.results.listed import shades
from tuiml.tui.widgets.chart import Chart

_FIRST = (
    "Type above and press enter. The first answer takes some seconds: TensorFlow is loaded, in a process of its own."
)


class Asking(Container):
    """Asks the network of the run in `folder`."""

    weights: reactive[str] = reactive("final", init=False)

    def __init__(self, folder: RunFolder, id: str) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id)
        self.predictor = Predictor(folder)
        self._form: Form = "pictures"

    def compose(self) -> ComposeResult:
        """Lay out the line to type in, the answer in words, what was seen beside the probabilities."""
        yield Input(id="asking-input", select_on_focus=False)
        yield Static(_FIRST, id="asking-words", markup=False)
        with Horizontal():
            yield Chart(classes="seen")
            yield Chart(classes="shares")

    @property
    def input(self) -> Input:
        """The line to type in."""
        return self.query_one(Input)

    @property
    def words(self) -> Static:
        """The answer in words."""
        return self.query_one("#asking-words", Static)

    def prepare(self, found: Findings, example: str) -> None:
        """Say what can be typed; a row of a table, where there is an `example`, is already there to be changed."""
        columns: list[str] = []
        if found.described is not None:
            self._form, columns = found.described.form, [column.name for column in found.described.columns]
        else:
            self._form = _form(found)
        self.input.placeholder = question.prompt(self._form, columns)
        if example and not self.input.value and self._form in ("table", "features"):
            self.input.value = example

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._ask_again()

    def watch_weights(self) -> None:
        """Ask again, as the other weights may say something else."""
        self.words.update(f"weights: {self.weights}")
        if self.input.value.strip():
            self._ask_again()

    def _ask_again(self) -> None:
        self.workers.cancel_group(self, "ask")
        try:
            asked = question.question(self.input.value, self._form, self.weights)
        except TuimlError as error:
            self._show({"error": str(error)})
            return
        if (file := asked.get("file")) and not os.path.exists(file):  # said before seconds are spent on the network
            where = "" if os.path.isabs(file) else " Names are taken from the folder that the app was started in."
            self._show({"error": f"There is no file {clean(file, 200)}.{where}"})
            return
        self.words.update("asking…")
        self._ask(asked)

    @work(thread=True, exclusive=True, group="ask", exit_on_error=False)
    def _ask(self, asked: Mapping[str, Any]) -> None:
        worker = get_current_worker()
        answer = self.predictor.ask(asked, lambda what: self._tell(f"{clean(what, 80)}…"))
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show, answer)

    def _tell(self, what: str) -> None:
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self.words.update, what)

    def _show(self, answer: Mapping[str, Any]) -> None:
        self.words.update(question.words(answer))
        picture = dict(answer.get("seen", {})).get("picture")
        seen, shares = self.query(Chart)
        seen.display = picture is not None
        seen.picture = partial(_picture, np.asarray(picture, np.uint8), shades(self.app)) if picture else None
        shares.picture = partial(_shares, question.shares(answer))

    def on_unmount(self) -> None:
        """End the child; this takes a moment, for which nobody has to wait."""
        threading.Thread(target=self.predictor.close).start()


def _form(found: Findings) -> Form:
    """Return what the rows of a run are that has left no description of them."""
    try:
        return catalog.of(found.recipe).form
    except TuimlError:  # its files are gone: what is typed is taken for one
        return "pictures"


def _picture(picture: Any, plain: bool, width: int, height: int) -> Text:
    from tuiml.draw.pictures import half_blocks

    drawn = half_blocks(picture, width, max(height - 1, 1), plain)
    return Text.assemble(drawn, "\n", ("as the network sees it", "dim"))


def _shares(pairs: list[tuple[str, float]], width: int, height: int) -> Text:
    from tuiml.draw.bars import bars
    from tuiml.draw.chart import TRAIN

    return bars(pairs, min(width, 80), height, 1.0, TRAIN, lambda share: f"{100 * share:.1f} %")
