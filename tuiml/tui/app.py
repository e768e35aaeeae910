"""The app: its screens, its quitting, and what it leaves behind in the terminal."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.command import CommandListItem, SimpleProvider
from textual.events import DescendantFocus, Resize
from textual.geometry import Size
from textual.notifications import Notification, Notify
from textual.screen import Screen
from textual.theme import Theme, ThemeProvider
from textual.widget import AwaitMount
from textual.widgets import Input
from textual.widgets._toast import Toast
from textual.worker import Worker, WorkerState

from tuiml import preferences
from tuiml.errors import ExitCode, TuimlError
from tuiml.fields import Recipe
from tuiml.runs import store
from tuiml.runs.folder import RunFolder
from tuiml.settings import Settings
from tuiml.tasks import recipes
from tuiml.text import clean
from tuiml.tui import actions, bell, clipboard, graphics, hangup, keymap, leaving, stray, themes
from tuiml.tui.dialogs.help import Help
from tuiml.tui.dialogs.quit import QuitQuestion
from tuiml.tui.live.screen import Live
from tuiml.tui.live.viewing import Remembered
from tuiml.tui.messages import CopyAsked, RunOver
from tuiml.tui.openings import Openings
from tuiml.tui.palette import Commands, Palette
from tuiml.tui.runners import Runners
from tuiml.tui.setup.screen import Setup

_SIGNALS = {signal.SIGTERM: ExitCode.TERMINATED, signal.SIGHUP: ExitCode.HANGUP}
_LISTEN_EVERY = 1.0
"""Seconds between looks at whether a run that this app started has ended."""


class TuimlApp(Openings):
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
        plain = colorless or self.console.color_system in themes.FEW
        self.settings = replace(settings, theme=themes.PLAIN) if plain else settings
        self.runners = Runners(settings.runs_dir)
        self.setup = Setup(recipe or recipes.default_recipe("digits"), settings.runs_dir)
        self.install_screen(self.setup, "setup")  # stays alive while another screen is shown in its place
        self.keys, self._key_problems = keymap.sound(settings.keys)
        self._watch, self.remembered = watch, Remembered()
        self._painted = False
        self.log_file: Path | None = None
        """Takes the traceback of an error of the app's own; None where no file can be written."""
        self.fault = ""
        """What a user is told of such an error."""

    @property
    def place(self) -> str:
        """The name of the screen on top, as the table of actions knows it."""
        return type(self._placed).__name__.lower()

    @property
    def _placed(self) -> Screen[Any]:
        """The screen on top that is no dialog."""
        known = (screen for screen in reversed(self.screen_stack) if type(screen).__name__.lower() in actions.SCREENS)
        return next(known, self.setup)

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
        self.theme_changed_signal.subscribe(self, self._theme_changed)
        self.set_keymap(self.keys)
        for problem in self._key_problems:
            self.notify(problem, title="A key of yours is not used", severity="warning", markup=False)
        loop = asyncio.get_running_loop()
        for number, code in _SIGNALS.items():
            loop.add_signal_handler(number, self.exit, int(code), int(code))
        await self.push_screen(Live(self._watch, self.runners, self.remembered) if self._watch else self.setup)
        self.call_after_refresh(self._first_painted)
        self.set_interval(_LISTEN_EVERY, self._listen)

    def _theme_changed(self, theme: Theme) -> None:
        if theme.name != self.settings.theme:
            self.settings = replace(self.settings, theme=theme.name)
            self._keep_theme(theme.name)

    @work(thread=True, exclusive=True, exit_on_error=False, group="theme")
    def _keep_theme(self, name: str) -> None:
        """Keep it for the next time."""
        try:
            preferences.keep("theme", name)
        except TuimlError as error:
            self.call_from_thread(self.notify, clean(error, 400), title="Not kept", severity="warning", markup=False)

    def _listen(self) -> None:
        """Hear of runs that ended while one looks elsewhere."""
        for folder in self.runners.over():
            if not (isinstance(self.screen, Live) and self.screen.folder == folder):
                self.runners.rung.add(folder.path)
                self._read_end(folder)

    @work(thread=True, exit_on_error=False, group="end")
    def _read_end(self, folder: RunFolder) -> None:
        run = store.read(folder)
        words = clean(f"{folder.name() or folder.id}: {run.state.status}", 200)
        self.call_from_thread(self._ended_elsewhere, words)

    def _ended_elsewhere(self, words: str) -> None:
        self.notify(words, title="A run has ended", markup=False)
        self.ring(words)

    @on(RunOver)
    def _run_over(self, event: RunOver) -> None:
        if event.folder.path not in self.runners.rung:
            self.runners.rung.add(event.folder.path)
            self.ring(event.words)

    def ring(self, words: str) -> None:
        """Ring the terminal's bell, with words where it shows them, unless the user wants it quiet."""
        if self.settings.bell == "on" and self._driver is not None:
            self._driver.write(bell.announcement(words, os.environ))

    @on(Setup.Shown)
    def _form_shown(self) -> None:
        """Have the next runner warm: not while a run is watched, from which it would take processor time."""
        if self._painted:
            self._warm_up()

    async def _on_resize(self, event: Resize) -> None:
        """Take the size that the terminal has now, whatever one is told.

        Textual (8.2) reads it in the signal's handler: a second signal meanwhile is told of first, and the older size last.
        Terminals that send their size themselves, with pixels, keep the order.
        """
        if not (self.is_headless or self.is_web) and event.pixel_size is None:
            event.size = event.virtual_size = event.container_size = Size(*shutil.get_terminal_size())

    @on(DescendantFocus)
    def _still_cursor(self, event: DescendantFocus) -> None:
        """Keep cursors from blinking, the palette's too: that would be bytes for ever."""
        if isinstance(event.widget, Input):
            event.widget.cursor_blink = False

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

    @on(CopyAsked)
    def _copy_asked(self, event: CopyAsked) -> None:
        self.copy(event.text)

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

    def copy(self, text: str) -> None:
        """Copy to the terminal's clipboard, and to a file for terminals that have none."""
        self.copy_to_clipboard(text)
        self.notify(clipboard.keep(text, self.settings.runs_dir), title="Copied", markup=False)

    def _on_notify(self, event: Notify) -> None:
        """Let a toast take the place of the one that says the same: a key that is repeated piles none up."""

        def same(shown: Notification) -> bool:
            told = event.notification
            return (shown.title, shown.message, shown.severity) == (told.title, told.message, told.severity)

        for toast in self.screen.query(Toast):
            if same(toast._notification):
                toast._expire()
        for shown in list(self._notifications):  # those that were to be shown next
            if same(shown):
                self._unnotify(shown, refresh=False)

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

    def _fatal_error(self) -> None:
        """Keep one sentence for the terminal, where Textual would leave pages."""
        self.fault = leaving.sentence(self._exception or RuntimeError("unknown"), self.log_file)
        self.panic()

    def action_command_palette(self) -> None:
        """Show the palette."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def search_commands(
        self, commands: Sequence[CommandListItem], placeholder: str = "Search for commands…"
    ) -> AwaitMount:
        """Show a palette of these commands alone."""
        # An object where a class is asked for, as Textual has it.
        provider: Any = SimpleProvider(self.screen, list(commands))
        return self.push_screen(Palette([provider], placeholder=placeholder))

    def search_themes(self) -> None:
        """Show a palette of the themes."""
        self.push_screen(Palette([ThemeProvider], placeholder="Search for themes…"))

    def action_help(self) -> None:
        """Show the keys of this screen."""
        if not isinstance(self.screen, Help):
            screen = self._placed
            self.push_screen(Help(self.place, self.keys, lambda name: screen.check_action(name, ()) is not False))


def run_app(settings: Settings, recipe: Recipe | None = None, watch: RunFolder | None = None) -> int:
    """Run the app and return the exit code; the card of the last run watched is left in the terminal."""
    hangup.follow_terminal()
    graphics.prepare(settings.graphics)  # the app hears no answers any more
    with stray.kept_off() as log:
        app = TuimlApp(settings, recipe, watch)
        app.log_file = log
        app.run()
    code = app.return_code or 0
    if app.fault:
        leaving.say(app.fault)
    if app.runners.last and code == 0 and sys.stdout.isatty():  # in a browser there is no terminal to leave it in
        leaving.leave_card(app.runners.last)
    return code
