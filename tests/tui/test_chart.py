"""A chart tells where it is pointed at, and is drawn once for each picture and size."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Region

from tuiml.tui.widgets.chart import Chart, changed


class Shown(App[None]):
    """One chart, and what it told."""

    CSS = "Chart { width: 40; height: 10; margin: 2 5; }"

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[int, int, int, int]] = []
        self.drawn: list[tuple[int, int]] = []

    def compose(self) -> ComposeResult:
        yield Chart()

    def draw(self, width: int, height: int) -> Text:
        """A picture that remembers how often it was drawn."""
        self.drawn.append((width, height))
        return Text("\n".join(["x" * width] * height))

    def on_chart_pointed(self, message: Chart.Pointed) -> None:
        """Remember a click."""
        self.told.append((message.column, 0, message.width, message.height))

    def on_chart_zoomed(self, message: Chart.Zoomed) -> None:
        """Remember a turn of the wheel."""
        self.told.append((message.column, message.steps, message.width, message.height))


async def test_clicks_and_the_wheel_tell_their_column() -> None:
    """Columns are counted inside of the picture; the size is the one it was drawn for."""
    app = Shown()
    async with app.run_test(size=(60, 20)) as pilot:
        chart = app.query_one(Chart)
        chart.picture = app.draw
        await pilot.pause()
        await pilot.click(Chart, offset=(7, 3))
        for event in (events.MouseScrollUp, events.MouseScrollDown):
            chart.post_message(event(chart, 12, 4, 0, 0, 0, False, False, False, 17, 6))
        await pilot.pause()

    assert app.told == [(7, 0, 40, 10), (12, 1, 40, 10), (12, -1, 40, 10)]


async def test_a_picture_is_drawn_once_for_each_size() -> None:
    """Painting again, as when a toast goes away, costs nothing."""
    app = Shown()
    async with app.run_test(size=(60, 20)) as pilot:
        chart = app.query_one(Chart)
        chart.picture = app.draw
        await pilot.pause()
        chart.refresh()
        await pilot.pause()
        assert app.drawn == [(40, 10)]
        chart.styles.width = 30
        await pilot.pause()

    assert app.drawn == [(40, 10), (30, 10)]


def test_only_cells_that_changed_are_painted() -> None:
    """A cursor one column further is two cells of each row; a line with wide letters is painted whole."""
    before, after = Text("ab│d\nab│d\n日本"), Text("abc│\nab│d\n日木")
    colored = Text.assemble("ab", ("│", "red"), "d\nab│d\n日本")

    assert changed(before, after) == [Region(2, 0, 2, 1), Region(0, 2, 4, 1)]
    assert changed(before, colored)[0] == Region(2, 0, 1, 1)
    assert changed(before, Text("ab│d"))[0] == Region(0, 1, 4, 1)


async def test_another_picture_is_on_the_screen_at_once() -> None:
    """What is painted in part is the whole picture in the end."""
    app = Shown()
    async with app.run_test(size=(60, 20)) as pilot:
        chart = app.query_one(Chart)
        for letter in "ab":
            chart.picture = lambda width, height, letter=letter: Text(
                "\n".join([f"{letter}{'x' * (width - 1)}"] * height)
            )
            await pilot.pause()
        lines = ["".join(part.text for part in app.screen._compositor.render_strips()[2 + row]) for row in range(10)]

    assert all(line.strip() == f"b{'x' * 39}" for line in lines)
