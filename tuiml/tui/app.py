"""The app: its screens, its quitting, and what it leaves behind in the terminal."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from tuiml.errors import ExitCode, TuimlError
from tuiml.fields import Recipe
from tuiml.runs.folder import RunFolder
from tuiml.settings import Settings
from tuiml.tasks import recipes
from tuiml.text import clean
from tuiml.tui import actions, clipboard, graphics, keymap, themes
from tuiml.tui.form import file_field
from tuiml.tui.messages import (
    CompareAsked,
    CopyAsked,
    FieldChosen,
    RecipeChosen,
    ResultsAsked,
    RewindAsked,
    RunChosen,
    StartAsked,
    TaskChosen,
)
from tuiml.tui.palette import Commands
from tuiml.tui.runners import Runners
from tuiml.tui.screens.compare import Compare
from tuiml.tui.screens.darkroom import Darkroom
from tuiml.tui.screens.help import Help
from tuiml.tui.screens.live import Live
from tuiml.tui.screens.quit import QuitQuestion
from tuiml.tui.screens.results import Results
from tuiml.tui.screens.rewind import Rewind
from tuiml.tui.screens.runs import Runs
from tuiml.tui.screens.setup import Setup
from tuiml.tui.screens.viewing import Remembered

_SIGNALS = {signal.SIGTERM: ExitCode.TERMINATED, signal.SIGHUP: ExitCode.HANGUP}


class TuimlApp(App[int]):
    """Opens with the form of `recipe`, or, with `watch`, with that run on top of it."""

    CSS_PATH = sorted((Path(__file__).parent / "styles").glob("*.tcss"))
    TITLE = "tuiml"
    COMMANDS: ClassVar = {Commands}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "app.quit", "Quit", priority=True)]
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (76, "-normal"), (110, "-wide")]  # noqa: RUF012  Textual declares them as instance variables
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-medium"), (34, "-tall")]  # noqa: RUF012

    def __init__(self, settings: Settings, recipe: Recipe | None = None, watch: RunFolder | None = None) -> None:
        colorless = themes.colorless(os.environ)
        super().__init__(ansi_color=True if colorless else None)
        for theme in themes.CLEAR:
            self.register_theme(theme)
        self.animation_level = "none"  # every frame of an animation is bytes over a slow line
        self.settings = replace(settings, theme=themes.PLAIN) if colorless else settings
        self.runners = Runners(settings.runs_dir)
        self.setup = Setup(recipe or recipes.default_recipe("digits"), settings.runs_dir)
        self.install_screen(self.setup, "setup")  # stays alive while another screen is shown in its place
        self.keys, self._key_problems = keymap.sound(settings.keys)
        self._watch, self.remembered = watch, Remembered()
        self._painted = False

    @property
    def place(self) -> str:
        """The name of the screen on top, as the table of actions knows it."""
        return next(
            (
                type(screen).__name__.lower()
                for screen in reversed(self.screen_stack)
                if type(screen).__name__.lower() in actions.SCREENS
            ),
            actions.SETUP,
        )

    async def on_mount(self) -> None:
        """Take the theme, listen for signals, and warm up what will be needed once the first screen is painted."""
        if self.settings.theme in self.available_themes:
            self.theme = self.settings.theme
        else:
            self.notify(
                f"There is no theme {clean(self.settings.theme, 40)!r}; ctrl+p, Theme lists them.",
                severity="warning",
                markup=False,
            )
        self.set_keymap(self.keys)
        for problem in self._key_problems:
            self.notify(problem, title="A key of yours is not used", severity="warning", markup=False)
        loop = asyncio.get_running_loop()
        for number, code in _SIGNALS.items():
            loop.add_signal_handler(number, self.exit, int(code), int(code))
        await self.push_screen(Live(self._watch, self.runners, self.remembered) if self._watch else self.setup)
        self.call_after_refresh(self._first_painted)

    @on(Setup.Shown)
    def _form_shown(self) -> None:
        """Have the next runner warm: not while a run is watched, from which it would take processor time."""
        if self._painted:
            self._warm_up()

    def on_unmount(self) -> None:
        """End the warm runner; runs go on."""
        for number in _SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(number)
        self.runners.close()

    def _first_painted(self) -> None:
        self._painted = True
        gc.collect(1)
        gc.freeze()  # what is there now stays; going through it again and again held the screen up for 50 to 190 ms (measured)
        if self._watch is None:
            self._warm_up()

    @work(thread=True, exit_on_error=False, group="warm")
    def _warm_up(self) -> None:
        """Start a runner that imports its framework, then import what draws: neither holds the screen up."""
        self.runners.warm()
        from tuiml.draw import curves

        curves.chart([], 20, 10)  # imports what it draws with

    @on(Setup.TrainAsked)
    def _train_asked(self, event: Setup.TrainAsked) -> None:
        self._start(event.recipe, event.origin)

    @on(Setup.PreviewAsked)
    async def _preview_asked(self, event: Setup.PreviewAsked) -> None:
        await self.show(Darkroom(event.recipe, self.setup.draft, self.setup.take_augmentation))

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

    @on(Worker.StateChanged)
    def _worker_failed(self, event: Worker.StateChanged) -> None:
        """Say what went wrong in a thread: the screen, and the runs, go on."""
        if event.state == WorkerState.ERROR:
            self.notify(
                clean(f"{type(event.worker.error).__name__}: {event.worker.error}", 400),
                title="That did not work",
                severity="error",
                markup=False,
            )

    async def open_run(self, folder: RunFolder) -> None:
        """Show a run on top of the form."""
        await self.show(Live(folder, self.runners, self.remembered))

    async def show(self, screen: Screen[None]) -> None:
        """Close what lies on top and show a screen in place of the present one: a screen underneath would be laid out at every resize too."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if isinstance(self.screen, Darkroom):
            self.screen.hand_over()
        if self.screen is not screen:
            await self.switch_screen(screen)

    async def action_back(self) -> None:
        """To the form; runs go on."""
        await self.show(self.setup)

    @on(CopyAsked)
    def _copy_asked(self, event: CopyAsked) -> None:
        self.copy(event.text)

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

    def copy(self, text: str) -> None:
        """Copy to the terminal's clipboard, and to a file for terminals that have none."""
        self.copy_to_clipboard(text)
        self.notify(clipboard.keep(text, self.settings.runs_dir), title="Copied", markup=False)

    async def action_quit(self) -> None:
        """Leave, or ask first when a run is alive."""
        if any(isinstance(screen, QuitQuestion) for screen in self.screen_stack):
            return
        if self.runners.alive():
            self.push_screen(QuitQuestion(self.runners), self._answered)
        else:
            self.exit(0)

    def _answered(self, answer: str | None) -> None:
        if answer == "leave":
            self.exit(0)

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Save the screen as an SVG picture here, or among the runs: Textual's choice, ~/Downloads, is not on every machine."""
        for folder in (Path(path or "."), self.settings.runs_dir):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                file = Path(self.save_screenshot(filename, str(folder))).absolute()
            except OSError as error:
                problem = f"{folder} cannot be written: {error.strerror}"
            else:
                self.notify(clean(file, 400), title="Saved", markup=False)
                return
        self.notify(clean(problem, 400), title="Not saved", severity="error", markup=False)

    def action_help(self) -> None:
        """Show the keys of this screen."""
        if not isinstance(self.screen, Help):
            self.push_screen(Help(self.place, self.keys))


def run_app(settings: Settings, recipe: Recipe | None = None, watch: RunFolder | None = None) -> int:
    """Run the app and return the exit code; the card of the last run watched is left in the terminal."""
    app = TuimlApp(settings, recipe, watch)
    graphics.prepare(settings.graphics)  # the app hears no answers any more
    app.run()
    code = app.return_code or 0
    if app.runners.last and code == 0 and sys.stdout.isatty():  # in a browser there is no terminal to leave it in
        leave_card(app.runners.last)
    return code


def leave_card(folder: RunFolder) -> None:
    """Write what a run came to, or how to find it again, under the app's screen that has just closed."""
    from rich.console import Console

    from tuiml.coach import diagnosis
    from tuiml.draw import card
    from tuiml.draw.folds import epochs_asked
    from tuiml.runs import store

    run = store.read(folder)
    console = Console(file=sys.stdout, highlight=False)
    if run.state.live:
        console.print(f"{run.folder.id} goes on. Back to it: tuiml watch {run.folder.id}", markup=False, soft_wrap=True)
    else:
        console.print(
            card.result_card(
                run.state,
                recipes.repeat(folder.recipe, epochs_asked(run.state)),
                str(folder.path),
                verdict=diagnosis.said_of(run.state),
            ),
            soft_wrap=True,
        )
