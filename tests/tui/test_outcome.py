"""The words of Results: questions, answers, figures against common sense; without a screen."""

from __future__ import annotations

import pytest

from tuiml.errors import UsageError
from tuiml.state import RunState
from tuiml.tasks.scores import ClassScore
from tuiml.tui.results import figures, outcome, question


@pytest.mark.parametrize(
    ("line", "form", "asked"),
    [
        ("seven.png", "pictures", {"file": "seven.png"}),
        ("'with blank.png' ", "pictures", {"file": "with blank.png"}),
        ("a good film", "text", {"text": "a good film"}),
        ("notes.txt", "text", {"file": "notes.txt"}),
        ("size=3, color=red", "table", {"row": {"size": "3", "color": "red"}}),
        ("a=b=3", "table", {"row": {"a=b": "3"}}),
        ("3, red", "table", {"row": ["3", "red"]}),
        ("new.csv", "table", {"file": "new.csv"}),
        ("0.5", "features", {"row": ["0.5"]}),
    ],
)
def test_what_is_typed_is_a_file_a_text_or_a_row(line: str, form: str, asked: dict[str, object]) -> None:
    """As the network's rows ask for."""
    assert question.question(line, form, "best") == asked | {"weights": "best"}


def test_nothing_typed_is_no_question() -> None:
    """Said in a sentence."""
    with pytest.raises(UsageError, match="type something"):
        question.question("  ", "text", "final")


def test_answers_are_words_of_all_kinds() -> None:
    """Classes with their share, labels, values, several rows, gaps, and errors whose escapes are visible."""
    rows = [{"class": "cat", "probability": 0.915, "probabilities": {"dog": 0.085, "cat": 0.915}}] * 8
    told = question.words(
        {"answers": rows, "weights": "w", "warning": "gaps in size", "seen": {"words": "size=?"}}
    ).plain

    assert told.startswith("cat 91.5 %")
    assert "7 more rows" in told
    assert "! gaps in size" in told
    assert "as the network reads it: size=?" in told
    assert question.words({"answers": [{"labels": []}]}).plain.startswith("no label")
    assert question.words({"answers": [{"values": {"price": 12.5}}]}).plain.startswith("price 12.50")
    assert question.words({"error": "bad\x1b[31m"}).plain == "✗ bad\\x1b[31m"
    assert question.shares({"answers": rows}) == [("cat", 0.915), ("dog", 0.085)]
    assert question.shares({"answers": [{"values": {"price": 1.0}}]}) == []


@pytest.mark.parametrize(
    ("metric", "value", "sense", "mark", "words"),
    [
        ("accuracy", 0.95, 0.1, "›", "18.0 times as many mistakes"),
        ("mae", 40.0, 60.0, "›", "1.5 times as far off"),
        ("accuracy", 0.1, 0.1, "!", "learned nothing"),
        ("mae", 61.0, 60.0, "!", "learned nothing"),
        ("mae", float("nan"), 60.0, "!", "learned nothing"),
        ("accuracy", 1.0, 0.1, "›", "0.1000"),
    ],
)
def test_a_figure_stands_beside_common_sense(metric: str, value: float, sense: float, mark: str, words: str) -> None:
    """How many times better, or that nothing was learned."""
    state = RunState(metric_names=[metric], test={metric: value}, baseline={metric: sense})
    found = figures.sentences(_found(state))

    assert found[0][0] == mark
    assert words in found[0][1]


def test_columns_that_do_not_fit_are_named() -> None:
    """At 40 cells; and before the first epoch there are no figures."""
    state = RunState(
        metric_names=["accuracy"], test={"accuracy": 0.9}, best_test={"accuracy": 0.8}, baseline={"accuracy": 0.1}
    )
    wide, narrow = figures.summary(_found(state), 100).plain, figures.summary(_found(state), 40).plain

    assert "hidden" not in wide
    assert "hidden at this width: test common sense" in narrow
    assert "No figures yet" in figures.summary(_found(RunState()), 80).plain


def test_figures_of_folds_stand_apart() -> None:
    """Mean and deviation are wider than other figures: no two columns run into one another."""
    spread = {"mean": 2.6583, "std": 0.1793, "folds": [2.5, 2.8]}
    columns = [(("validation", "at the end"), {"mae": spread}), (("validation", "best epoch"), {"mae": spread})]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "_columns", lambda state: columns)
        told = figures.summary(_found(RunState(metric_names=["mae"])), 80).plain

    assert "2.6583±0.1793  2.6583±0.1793" in told


def test_classes_are_sorted_with_nothing_last() -> None:
    """The worst first; what has no figure says nothing about the network."""
    nan = float("nan")
    scores = [ClassScore("a", 0.9, 0.2, 0.5, 3), ClassScore("b", nan, 0.0, 0.0, 9), ClassScore("c", 0.1, nan, nan, 0)]

    assert outcome.ordered(scores, "F1") == [1, 0, 2]
    assert outcome.ordered(scores, "precision") == [2, 0, 1]
    assert outcome.ordered(scores, "recall") == [1, 0, 2]
    assert outcome.ordered(scores, "rows") == [1, 0, 2]
    assert outcome.ordered(scores, "name") == [0, 1, 2]


def _found(state: RunState) -> object:
    from pathlib import Path

    from tuiml.runs.folder import RunFolder
    from tuiml.tasks.recipes import default_recipe
    from tuiml.tui.results.findings import Findings

    return Findings(RunFolder(Path("run")), state, default_recipe("digits"))
