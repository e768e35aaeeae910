"""What a headless study tells: its plan first, then little, and all that matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.studies import records, study
from tuiml.cli.progress import Lines
from tuiml.state import RunState


@pytest.mark.parametrize("stacked", [True, False])
@pytest.mark.parametrize("repeats", [1, 3])
def test_a_study_is_told_in_few_lines(capsys: pytest.CaptureFixture[str], stacked: bool, repeats: int) -> None:
    """The plan before anything else, a line for each fold, at most 20 about epochs of folds, the suggestion, the refit."""
    state, narrator = RunState(), Lines()
    for record in records(study(repeats=repeats, stacked=stacked, epochs=100)):
        state.apply(record)
        narrator.hear(record, state)
    lines = capsys.readouterr().err.splitlines()
    of_folds = [line for line in lines if "/100  val_loss" in line]
    suggested = next(number for number, line in enumerate(lines) if line.startswith("suggested "))

    assert f"{4 * repeats} networks" in lines[2]  # after the layers and the rows
    assert "about 4 min" in lines[2]
    assert len([line for line in lines if "  done  " in line]) == 4 * repeats
    assert 10 <= len(of_folds) <= 20
    assert all(line.startswith("epoch ") for line in lines[suggested + 1 :])
    assert all("±" in line for line in of_folds) == stacked


def test_a_run_to_begin_with_is_meant_by_its_name(tuiml, tmp_path: Path) -> None:
    """`--init-from` takes what `show` takes; the recipe keeps the folder's absolute path, as that of a model file."""
    run = tmp_path / "runs" / "20260101-120000-digits"
    run.mkdir(parents=True)
    (run / "recipe.toml").write_text('task = "digits"\n')
    (run / "env.json").write_text('{"name": "first"}')
    (run / "model.keras").write_text("")
    (tmp_path / "mine.py").write_text("")
    done = tuiml("--task", "digits", "--init-from", "first", "--model-file", "mine.py", "--dry-run")

    assert done.returncode == 0, done.stderr
    assert f'init_from = "{run}"' in done.stdout
    assert f'file = "{tmp_path / "mine.py"}"' in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--init-from", "nobody"], ["train.init_from", "no run 'nobody'"]),
        (["--init-from", "nobody", "--epochs", "0"], ["train.init_from", "train.epochs"]),
        (["--require", "best_val_loss<=1"], ["best_val_loss", "val_loss"]),
        (["--folds", "3", "--require", "best_val_los<=1"], ["'best_val_loss'"]),
        (["--metrics", "sparse_top_k_categorical_accuracy", "--require", "val_top>=1"], ["val_sparse_top_k"]),
    ],
)
def test_names_are_checked_before_anything_begins(
    tuiml, tmp_path: Path, arguments: list[str], words: list[str]
) -> None:
    """A run or a metric that will never be there is one clear error, exit 2, and no run folder is made."""
    done = tuiml("--task", "digits", *arguments)

    assert done.returncode == 2, done.stderr
    assert [word for word in words if word not in done.stderr] == []
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_the_number_of_networks_is_told_before_they_are_trained(tuiml) -> None:
    """Already by `--dry-run`; what one should know of a task, too."""
    done = tuiml("--task", "boston_housing", "--folds", "4", "--repeats", "3", "--dry-run")

    assert "12 networks (3 x 4 folds), then the refit" in done.stderr
    assert "warning: " in done.stderr
    assert "k = 4" in done.stdout
