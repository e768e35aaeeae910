"""Openings: which screen answers what another one asks for, and starting the runs that are asked for."""

from __future__ import annotations

import asyncio

from textual import on, work
from textual.app import App
from textual.screen import Screen

from tuiml.errors import TuimlError
from tuiml.fields import Recipe
from tuiml.runs.folder import RunFolder
from tuiml.text import clean
from tuiml.tui.compare.screen import Compare
from tuiml.tui.darkroom.screen import Darkroom
from tuiml.tui.live.screen import Live
from tuiml.tui.live.viewing import Remembered
from tuiml.tui.messages import (
    CompareAsked,
    FieldChosen,
    RecipeChosen,
    ResultsAsked,
    RewindAsked,
    RunChosen,
    StartAsked,
    TaskChosen,
)
from tuiml.tui.results.screen import Results
from tuiml.tui.rewind.screen import Rewind
from tuiml.tui.runners import Runners
from tuiml.tui.runs.screen import Runs
from tuiml.tui.settling import Settling
from tuiml.tui.setup.form import file_field
from tuiml.tui.setup.screen import Setup

_OF_RUNS = (Live, Results, Compare, Rewind)


class Openings(App[int]):
    """One screen at a time lies over Textual's own; the form stays alive while it is not shown."""

    setup: Setup
    runners: Runners
    remembered: Remembered
    _listed = False
    """Whether the screen on show was reached from the list of runs: one steps out to it, not past it."""

    def get_default_screen(self) -> Screen[None]:
        """Return the screen that lies under all."""
        return Settling(id="_default")

    async def open_run(self, folder: RunFolder) -> None:
        """Show a run on top of the form."""
        await self.show(Live(folder, self.runners, self.remembered))

    async def show(self, screen: Screen[None]) -> None:
        """Close what lies on top and show a screen in place of the present one: a screen underneath would be laid out at every resize too."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if isinstance(self.screen, Darkroom):
            self.screen.hand_over()
        self._listed = isinstance(screen, _OF_RUNS) and (self._listed or isinstance(self.screen, Runs))
        if self.screen is not screen:
            await self.switch_screen(screen)

    async def action_back(self) -> None:
        """To the list of runs, where one came from it, else to the form; runs go on."""
        await self.show(Runs(self.runners) if self._listed else self.setup)

    @on(Setup.TrainAsked)
    def _train_asked(self, event: Setup.TrainAsked) -> None:
        self._start(event.recipe, event.origin)

    @on(Setup.PreviewAsked)
    async def _preview_asked(self, event: Setup.PreviewAsked) -> None:
        await self.show(Darkroom(event.recipe, self.setup.draft, self.setup.take_augmentation, event.typed))

    async def action_train(self) -> None:
        """Start the recipe shown on the form."""
        await self.show(self.setup)
        self.setup.train()

    @on(RecipeChosen)
    async def _recipe_chosen(self, event: RecipeChosen) -> None:
        await self.show(self.setup)
        self.setup.load_recipe(event.recipe, event.origin)

    @on(StartAsked)
    def _start_asked(self, event: StartAsked) -> None:
        self._start(event.recipe, event.origin)

    @on(RewindAsked)
    async def _rewind_asked(self, event: RewindAsked) -> None:
        await self.show(Rewind(event.folder))

    @on(CompareAsked)
    async def _compare_asked(self, event: CompareAsked) -> None:
        await self.show(Compare(event.folders))

    @work(exclusive=True, group="start")
    async def _start(self, recipe: Recipe, origin: RunFolder | None = None) -> None:
        """Start a run and show it at once; then warm the next runner up."""
        try:
            folder = await asyncio.to_thread(self.runners.start, recipe, origin)
        except TuimlError as error:
            self.notify(clean(error, 400), title="Not started", severity="error", markup=False)
            return
        await self.open_run(folder)

    @on(TaskChosen)
    async def _task_chosen(self, event: TaskChosen) -> None:
        await self.show(self.setup)
        self.setup.load_task(event.name, event.preset)
        if file := file_field(event.name):
            self.setup.go_to(file.path)

    @on(FieldChosen)
    async def _field_chosen(self, event: FieldChosen) -> None:
        await self.show(self.setup)
        self.setup.go_to(event.path)

    @on(ResultsAsked)
    async def _results_asked(self, event: ResultsAsked) -> None:
        await self.show(Results(event.folder))

    @on(RunChosen)
    async def _run_chosen(self, event: RunChosen) -> None:
        await self.open_run(event.folder)

    async def action_runs(self) -> None:
        """Show all runs on disk."""
        if not isinstance(self.screen, Runs):
            await self.show(Runs(self.runners))
