"""The darkroom shows rows that are no pictures: texts in words, cells as read and as the network sees them, numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.tui.conftest import running, screen_text, settle, until
from tuiml.draw.numbers import figure
from tuiml.errors import DataError
from tuiml.recipe import Recipe
from tuiml.tasks import recipes
from tuiml.train import rows
from tuiml.tui.app import TuimlApp
from tuiml.tui.darkroom import samples
from tuiml.tui.darkroom.preview import load
from tuiml.tui.darkroom.samples import Samples
from tuiml.tui.darkroom.screen import Darkroom

MakeApp = Callable[..., TuimlApp]


def read(recipe: Recipe) -> Samples:
    """The samples of a recipe."""
    found = load(recipe, lambda what: None)
    assert isinstance(found, Samples)
    return found


def missing(*what: object) -> None:
    """Find no rows."""
    raise DataError("Nothing there.")


def test_texts_are_words_again(keras_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first training review of IMDB in its own words, its label, and how much of it is known with so many words."""
    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    found = read(recipes.build_recipe("imdb", sets=["data.split=first", "data.validation=10"]))
    first, row = samples.page(found, 0, 100, 5).plain, int(found.rows[0])
    words = found.data.train_x.text(row)[1:]
    share = 100 * ((words > 2) & (words < 10_000)).mean()

    assert row == 10
    assert f"{len(words)} words, {share:.0f} % of them known" in first
    assert " ".join(found.data.vocabulary[number] if 2 < number < 10_000 else "?" for number in words)[:80] in first


def test_a_table_is_shown_as_read_and_as_the_network_sees_it() -> None:
    """Each cell of the first training rows, and the standardized value below."""
    found = read(recipes.default_recipe("wine"))
    lines = samples.page(found, 0, 80, 40).plain.split("\n")
    row, name = int(found.rows[0]), found.data.columns[0].name
    cell = float(found.data.train_x[row, 0])
    seen = float(found.preparation(found.data.train_x[[row]])[0, 0])
    of_column = [line.split() for line in lines if line.startswith(name)]

    assert found.room(80, 40) == 5
    assert figure(cell) in of_column[0]
    assert figure(seen) in of_column[1]
    assert abs(seen) < 5
    assert max(map(len, lines)) <= 80


def test_gaps_categories_and_hostile_names_are_only_words(tmp_path: Path) -> None:
    """A missing cell is named, a category is its word, and what a file calls its columns steers no terminal."""
    file = tmp_path / "t.csv"
    colors = ("gr\x1b[31mey", "red")
    rows = [f"{number % 7},{colors[number % 2]},{number % 3}" for number in range(40)]
    file.write_text("\n".join(["si\x1b]0;x\x07ze,color,y", *rows, ",red,1", ",red,0", ",red,2", ",red,1"]) + "\n")
    found = read(recipes.build_recipe(f"csv:{file}", sets=["data.target=y"]))
    text = "\n".join(samples.page(found, first, 120, 40).plain for first in range(0, len(found.rows), 8))

    assert "missing" in text
    assert "red" in text
    assert "\x1b" not in text
    assert "\x07" not in text


def test_plain_features_are_numbers(tmp_path: Path) -> None:
    """Sequences of an npz file have nothing to draw; the page says what they are."""
    file = tmp_path / "a.npz"
    random = np.random.default_rng(0)
    np.savez(file, x=random.normal(size=(40, 6, 2)).astype(np.float32), y=np.arange(40) % 2)
    found = read(recipes.build_recipe(f"npz:{file}"))

    assert "6x2 numbers each" in samples.caption(found)
    assert "12 in all" in samples.page(found, 0, 80, 20).plain


def test_categories_are_told_apart_however_long_their_column_is_called(tmp_path: Path) -> None:
    """A name is cut before its category."""
    file = tmp_path / "t.csv"
    colors = ("red", "green", "a very long name of a color")
    rows = [f"{number % 7},{colors[number % 3]},{number % 2}" for number in range(40)]
    file.write_text("\n".join(["size,color of the body (as painted),y", *rows]) + "\n")
    found = read(recipes.build_recipe(f"csv:{file}", sets=["data.target=y"]))
    lines = samples.page(found, 0, 80, 40).plain.split("\n")
    names = [line[:20].strip() for line in lines if line.startswith("color") and "=" in line]

    assert names == ["color of…=a very l…", "color of the…=green", "color of the b…=red"]
    assert max(map(len, lines)) <= 80


async def test_the_first_rows_are_as_many_as_fit_below_the_caption(
    make_app: MakeApp, keras_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is cut, nothing scrolls; the next page begins with the row after the last shown."""
    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    async with running(make_app(recipes.default_recipe("imdb"))) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "words" in screen_text(pilot.app) and "known" in screen_text(pilot.app))
        await settle(pilot)
        pane = pilot.app.screen.query_one("#darkroom-rows")

        assert pane.max_scroll_y == 0


async def test_help_tells_the_keys_that_work_here(make_app: MakeApp) -> None:
    """A table has no steps to edit."""
    async with running(make_app(recipes.default_recipe("wine")), (120, 50)) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom) and "as read" in screen_text(pilot.app))
        await pilot.press("f1")
        await until(pilot, lambda: "Next pictures" in screen_text(pilot.app))

        assert "Mute" not in screen_text(pilot.app)


async def test_no_key_is_offered_where_there_are_no_rows(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page says what is missing, and the footer only the way back."""
    monkeypatch.setattr("tuiml.tui.darkroom.screen.load", missing)
    async with running(make_app(recipes.default_recipe("wine"))) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "✗ Nothing there" in screen_text(pilot.app))
        footer = screen_text(pilot.app).splitlines()[-1]

    assert "esc Back" in footer
    assert "Draw" not in footer
    assert "More" not in footer


async def test_the_darkroom_of_a_table_turns_pages_and_draws_nothing(make_app: MakeApp) -> None:
    """Right shows other rows; the keys that draw again are not offered; a small terminal is no crash."""
    async with running(make_app(recipes.default_recipe("wine"))) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom) and "as read" in screen_text(pilot.app))
        await until(pilot, lambda: "row " in screen_text(pilot.app))
        first = screen_text(pilot.app)
        await pilot.press("right")
        await until(pilot, lambda: screen_text(pilot.app) != first)
        second = screen_text(pilot.app)
        await pilot.press("left", "n", "down")
        await pilot.resize_terminal(30, 8)
        await settle(pilot)
        small = screen_text(pilot.app)

    assert ". More" in first
    assert "n Draw" not in first
    assert "a Add" not in first
    assert first.split("row ")[1] != second.split("row ")[1]
    assert "row" in small


@pytest.mark.parametrize(("mask", "label_noise"), [(0.3, 0.0), (0.0, 0.5), (0.2, 0.3)])
def test_blanked_cells_and_wrong_labels_are_those_of_the_run(mask: float, label_noise: float) -> None:
    """What the network sees of each row, and what it is taught, is what training is fed, bit for bit."""
    recipe = recipes.build_recipe("wine", sets=[f"data.mask={mask}", f"data.label_noise={label_noise}", "train.seed=5"])
    found, trained = read(recipe), rows.load(recipe, lambda what: None)
    fed, labels = trained.train.batch(found.rows, 1)
    trained.close()
    text = samples.page(found, 0, 200, 60).plain
    gaps = np.isnan(found.masked[found.rows]) & ~np.isnan(found.data.train_x[found.rows])

    np.testing.assert_array_equal(found.preparation(found.masked[found.rows]), fed)
    np.testing.assert_array_equal(found.taught[found.rows], labels)
    assert abs(gaps.mean() - mask) < 0.05
    assert ("×" in text) == bool(mask)
    assert ("→ taught" in text) == bool(label_noise)
    wrong = (found.taught != found.data.train_y)[found.rows].mean()
    assert abs(wrong - label_noise) < 0.05


def test_dropped_inputs_are_an_example_and_said_to_be_one(keras_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share of the words of a text is gone, wherever they stand; another draw drops others; validation keeps all."""
    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    sets = ["data.split=first", "data.validation=10", "regularize.input_dropout=0.4"]
    found = read(recipes.build_recipe("imdb", sets=sets))
    pages = [samples.page(found, 0, 100, 9, draw).plain for draw in (1, 2, 1)]
    gone = found.dropped(int(found.rows[0]), 10_000, 1)

    assert abs(gone.mean() - 0.4) < 0.03
    assert "____" in pages[0]
    assert pages[0] == pages[2] != pages[1]
    assert "the run draws its own" in samples.caption(found)
    assert "multiplied by 1.67" in samples.caption(found)
    assert "never changed" in samples.caption(found)


def test_dropout_of_word_vectors_is_not_shown_as_dropped_words(
    keras_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An embedding's numbers are dropped, not words: the caption says so, and the text stays whole."""
    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    sets = ["data.split=first", "data.validation=10", "regularize.input_dropout=0.4", "model.preset=lstm"]
    found = read(recipes.build_recipe("imdb", sets=sets))

    assert found.rate == 0
    assert "numbers of word vectors, not words" in samples.caption(found)
    assert "____" not in samples.page(found, 0, 100, 9).plain


def test_dropped_features_of_a_table_are_named() -> None:
    """In place of the number."""
    found = read(recipes.build_recipe("wine", sets=["regularize.input_dropout=0.4"]))

    assert "dropped" in samples.page(found, 0, 80, 60).plain


def test_numbers_are_shown_before_and_after_dropout(tmp_path: Path) -> None:
    """Each row in two lines."""
    file = tmp_path / "a.npz"
    random = np.random.default_rng(0)
    np.savez(file, x=random.normal(size=(40, 6)).astype(np.float32), y=np.arange(40) % 2)
    found = read(recipes.build_recipe(f"npz:{file}", sets=["regularize.input_dropout=0.5"]))

    assert "dropped" in samples.page(found, 0, 120, 20).plain
