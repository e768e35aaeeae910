"""Action: one thing a user can do, declared once for keys, footer, palette and help."""

from __future__ import annotations

from dataclasses import dataclass

SETUP, LIVE, DARKROOM, RESULTS, RUNS, COMPARE, REWIND = (
    "setup",
    "live",
    "darkroom",
    "results",
    "runs",
    "compare",
    "rewind",
)
SCREENS = (SETUP, LIVE, DARKROOM, RESULTS, RUNS, COMPARE, REWIND)


@dataclass(frozen=True)
class Action:
    """One thing a user can do; `label` is its short name in the footer, empty when it is not shown there.

    `keys` are as Textual names them, separated by commas; the first is shown. `letters` are further keys for `screens`
    on which nothing is typed, so that typing is never intercepted. The app has a method `action_NAME` where `app` says
    so, else each of the screens. `unshown` are screens whose footer has no room for it at 80 columns. `first` asks it
    before the widget in focus, whose own binding of the key would keep it out of the footer.
    """

    title: str
    help: str
    keys: str = ""
    label: str = ""
    screens: tuple[str, ...] = SCREENS
    letters: str = ""
    app: bool = False
    unshown: tuple[str, ...] = ()
    first: bool = False
