"""Confusion matrices in a terminal."""

from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from tuiml.draw import confusion, residuals, samples
from tuiml.tasks import scores


def shown(renderable, width: int = 80) -> str:
    """What a terminal of that width shows."""
    console = Console(width=width, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(renderable)
    return console.export_text()


@pytest.mark.parametrize("classes", [2, 3, 10])
@pytest.mark.parametrize("name", ["{}", "a class with quite a long name {}"])
@pytest.mark.parametrize("most", [9, 99_999])
def test_a_matrix_fits_80_columns_whatever_its_names(classes: int, name: str, most: int) -> None:
    """Up to ten classes, each count is there in full and no line is wider."""
    matrix = np.random.default_rng(classes).integers(1, most, (classes, classes), endpoint=True)
    lines = shown(confusion.matrix_table(matrix, [name.format(n) for n in range(classes)])).rstrip().splitlines()

    assert len(lines) == classes + 1
    assert max(map(len, lines)) <= 80
    for line, row in zip(lines[1:], matrix, strict=True):
        assert line.split()[-classes:] == [str(count) for count in row]


def test_names_of_classes_cannot_move_the_cursor() -> None:
    """Class names come from folders: their escape sequences are shown, not sent."""
    hostile = ["\x1b[2Jgone", "[red]b[/red]"]
    matrix = np.array([[3, 1], [0, 2]])
    everything = [
        confusion.matrix_table(matrix, hostile),
        confusion.scores_table(scores.class_scores(matrix, hostile)),
        confusion.pairs_table(scores.most_confused(matrix, 5), hostile),
        samples.text_rows([("\x1b[2Jtext", hostile[0])]),
    ]
    for table in everything:
        assert "\x1b" not in shown(table)
    assert "[red]b[/red]" in shown(everything[0])


def test_what_cannot_be_said_is_a_dash() -> None:
    """A class that was never predicted has no precision."""
    table = shown(confusion.scores_table(scores.class_scores(np.array([[0, 4], [0, 6]]), ["a", "b"])))

    assert table.splitlines()[2].split() == ["a", "–", "0", "0", "4"]


def test_a_histogram_counts_every_finite_error_once() -> None:
    """Bars have the counts of their bins; what is not finite is no bar."""
    values = np.random.default_rng(0).normal(size=500)
    lines = str(residuals.histogram(np.concatenate([values, [np.nan, np.inf]]), width=60)).splitlines()

    assert sum(int(line.split()[-1].replace(",", "")) for line in lines) == 500
    assert max(map(len, lines)) <= 60


@pytest.mark.parametrize("width", [56, 76, 116])
def test_errors_of_values_are_whole_figures_at_any_width(width: int) -> None:
    """A figure that is cut says something else: outer quantiles go first."""
    wide = SimpleNamespace(name="value", mean=-8.7358, std=55.24, mae=-4.3712, quantiles=(-0.4356,) * 5)
    told = shown(residuals.residuals_table([wide], (0.05, 0.25, 0.5, 0.75, 0.95), width), width)

    assert "…" not in told
    assert ("95 %" in told) is (width > 60)
    assert max(map(len, told.splitlines())) <= width
