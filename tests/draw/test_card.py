"""The card says what a run came to, in lines that can be copied."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO, StringIO, TextIOWrapper

from rich.console import Console

from tuiml.draw.card import Card, result_card
from tuiml.state import RunState

Run = Callable[..., RunState]
COMMAND = "tuiml --task mnist --augment flip,rotate:15,shift:0.1 --dropout 0.5 --l2 0.001 --early-stopping patience=5,monitor=val_accuracy --seed 7"
FOLDER = "/home/someone/.local/share/tuiml/runs/20251121-120000-mnist-with-a-long-name-ab12cd"


def printed(card: Card, width: int = 80) -> list[str]:
    """The lines a terminal of that width receives."""
    console = Console(file=StringIO(), width=width)
    console.print(card, soft_wrap=True)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined,no-any-return]


def finished(run: Run, **more: object) -> RunState:
    """A run that early stopping ended."""
    return run(
        12,
        planned=50,
        status="finished",
        reason="early stopping: no improvement for 8 epochs",
        spent=72.4 - 6,
        test={"loss": 0.41, "accuracy": 0.871},
        best_test={"loss": 0.33, "accuracy": 0.89},
        **more,
    )


def test_the_card_tells_everything(run: Run) -> None:
    """Status and reason in words, curves from first to last, best epoch, both tests, time, parameters, verdict."""
    lines = printed(result_card(finished(run), COMMAND, FOLDER, verdict="overfitting since epoch 4"))
    text = "\n".join(lines)
    assert lines[0] == "mnist-1 · mnist · ✓ finished: early stopping: no improvement for 8 epochs"
    assert any(line.startswith("  val_loss") and "▁" in line and line.endswith("0.3600 → 0.4600") for line in lines)
    assert "best epoch      4 of 12: val_loss 0.3000, val_accuracy 0.9000" in text
    assert "test            loss 0.4100, accuracy 0.8710" in text
    assert "test at best    loss 0.3300, accuracy 0.8900" in text
    assert "1 min 12 s, 0.5 s an epoch" in text
    assert "407,050" in text
    assert "verdict         overfitting since epoch 4" in text


def test_the_command_is_one_whole_line_with_nothing_before_it(run: Run) -> None:
    """At any width it can be copied and run; the folder is whole too."""
    for width in (40, 80, 200):
        lines = printed(result_card(finished(run), COMMAND, FOLDER), width)
        assert lines[-1] == COMMAND
        assert any(line.endswith(FOLDER) for line in lines)


def test_a_plain_print_loses_nothing(run: Run) -> None:
    """Printed without soft wrapping the command is broken at spaces, never cut."""
    console = Console(file=StringIO(), width=60)
    console.print(result_card(finished(run), COMMAND, FOLDER))
    words = console.file.getvalue().split()  # type: ignore[attr-defined]
    assert words[-len(COMMAND.split()) :] == COMMAND.split()


def test_equal_tests_are_told_once(run: Run) -> None:
    """When the best weights are the final ones, one line is enough."""
    state = finished(run)
    state.best_test = dict(state.test)
    assert not any("test at best" in line for line in printed(result_card(state, COMMAND, FOLDER)))


def test_a_failed_run_has_its_error_and_foreign_text_is_harmless(run: Run) -> None:
    """Neither markup nor escape sequences of tasks, errors and folders are interpreted."""
    state = run(0, planned=5, status="failed", error="no [bold]file\x1b[2J")
    state.task = "folder:/data/\x1b]0;title\x07[red]"
    text = "\n".join(printed(result_card(state, "tuiml --task x", "/tmp/\u202eevil")))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "no [bold]file\\x1b[2J" in text
    assert "[red]" in text
    assert "✗ failed" in text


def test_a_run_that_never_began_has_a_card(run: Run) -> None:
    """No epochs, no figures: status, folder and command remain."""
    lines = printed(result_card(RunState(), "tuiml --task digits", "/runs/a"))
    assert lines[0] == "○ preparing"
    assert lines[-1] == "tuiml --task digits"


def test_curves_fit_the_width(run: Run) -> None:
    """A sparkline never makes its line longer than the terminal, however many epochs."""
    state = run(500, status="finished")
    for width in (40, 60, 80):
        lines = printed(result_card(state, "tuiml", "/r"), width)
        assert max(map(len, (line for line in lines if "→" in line))) <= width


def test_an_ascii_terminal_gets_an_ascii_card(run: Run) -> None:
    """Rich knows the encoding; the card follows it and is not lost in an encoding error."""
    stream = TextIOWrapper(BytesIO(), encoding="ascii")
    Console(file=stream, width=80).print(result_card(finished(run), COMMAND, FOLDER), soft_wrap=True)
    stream.flush()
    assert "0.3600 -> 0.4600" in stream.buffer.getvalue().decode("ascii")
