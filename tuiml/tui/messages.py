"""What screens ask of the app: to show a run, a form, a comparison, to copy words, to tell that a run is over."""

from __future__ import annotations

from textual.message import Message

from tuiml.fields import Recipe
from tuiml.runs.folder import RunFolder
from tuiml.tui.setup import form


class TaskChosen(Message):
    """Show a task's default recipe, or one of its presets."""

    def __init__(self, name: str, preset: str = form.DEFAULT) -> None:
        self.name, self.preset = name, preset
        super().__init__()


class FieldChosen(Message):
    """Put the cursor into a field of the form."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__()


class RecipeChosen(Message):
    """Show a recipe on the form, such as that of a run to change; `origin` is that run, the next one's reference."""

    def __init__(self, recipe: Recipe, origin: RunFolder | None = None) -> None:
        self.recipe, self.origin = recipe, origin
        super().__init__()


class StartAsked(Message):
    """Start a recipe at once and show the run; `origin` is the run that it varies, drawn as a ghost under its curves."""

    def __init__(self, recipe: Recipe, origin: RunFolder | None = None) -> None:
        self.recipe, self.origin = recipe, origin
        super().__init__()


class RunChosen(Message):
    """Open a run."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        super().__init__()


class ResultsAsked(Message):
    """Look into what a run's network gets right and wrong."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        super().__init__()


class RewindAsked(Message):
    """Go through a run epoch by epoch."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        super().__init__()


class CompareAsked(Message):
    """Lay runs over one another, the reference first."""

    def __init__(self, folders: tuple[RunFolder, ...]) -> None:
        self.folders = folders
        super().__init__()


class RunOver(Message):
    """A run that was watched has ended: say so to a user who looks elsewhere, in `words`."""

    def __init__(self, folder: RunFolder, words: str) -> None:
        self.folder, self.words = folder, words
        super().__init__()


class CopyAsked(Message):
    """Copy words, such as a command, to the clipboard."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__()
