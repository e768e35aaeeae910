"""Which folds a run is cut into is known, and what is wrong with its data told, before TensorFlow is there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tuiml.events import Preparing
from tuiml.runs.log import read_all
from tuiml.state import RunState
from tuiml.tasks.recipes import build_recipe
from tuiml.train import rows
from tuiml.train.plan import planned
from tuiml.train.rows import Source

Table = Callable[[list[tuple[float, str]]], Source]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Rows of one column in four folds, nobody's rows on both sides: (value, whose it is)."""

    def make(cells: list[tuple[float, str]]) -> Source:
        lines = [f"{value},{who},{at * 0.37}" for at, (value, who) in enumerate(cells)]
        path = tmp_path / "people.csv"
        path.write_text("\n".join(["value,who,y", *lines]) + "\n")
        sets = ["data.split=group:who", "data.target=y", "data.test=0", "folds.k=4"]
        return rows.read(build_recipe(f"csv:{path}", sets=sets), lambda text: None)

    return make


def test_people_whose_rows_are_equal_do_not_tie_all_into_one(table: Table) -> None:
    """Each has a row of the next one's: nobody is parted, each row is validated on once, and none that was trained on."""
    source = table(
        [(float((who + step) % 12 + step * 0.5 * (step > 1)), f"p{who}") for who in range(12) for step in range(5)]
    )
    x, whose = source.data.train_x, source.data.groups
    assert whose is not None
    numbers, folds = planned(source)

    assert sorted(np.concatenate([fold.validation for fold in folds])) == list(range(len(numbers)))
    for fold in folds:
        train, validation = numbers[fold.train], numbers[fold.validation]
        assert not set(whose[train]) & set(whose[validation])
        assert not {row.tobytes() for row in x[train]} & {row.tobytes() for row in x[validation]}
        assert len(train)


def test_equal_rows_of_two_people_tie_these_alone(table: Table) -> None:
    """Where ties are few, those who share a row are in one fold, and every other row is trained on."""
    source = table(
        [(float(5 * who + step if (who, step) != (1, 0) else 0), f"p{who}") for who in range(12) for step in range(5)]
    )
    whose = source.data.groups
    assert whose is not None
    numbers, folds = planned(source)

    for fold in folds:
        assert len(fold.train) + len(fold.validation) == len(numbers)
        assert len({"p0", "p1"} & set(whose[numbers[fold.validation]])) != 1


RUN = """
import sys
from pathlib import Path
from tuiml.runs.folder import RunFolder
from tuiml.train import runner

code = runner.run(RunFolder(Path(sys.argv[1])))
print(code, "tensorflow" in sys.modules, "keras" in sys.modules)
"""


@pytest.mark.parametrize("what", ["folds", "file"])
def test_what_is_wrong_with_data_is_told_before_tensorflow_is_imported(prepare, tmp_path: Path, what: str) -> None:
    """Too few rows of a class for the folds, and a file that has gone."""
    path = tmp_path / "few.csv"
    path.write_text("x,y\n" + "\n".join(f"{row},{'ab'[row % 10 == 0]}" for row in range(40)) + "\n")
    folder = prepare(f"csv:{path}", "data.target=y", "data.test=0", "folds.k=9")
    if what == "file":
        path.unlink()
    told = subprocess.run([sys.executable, "-c", RUN, str(folder.path)], capture_output=True, text=True, check=True)
    records = list(read_all(folder.events))

    assert told.stdout.split() == ["3", "False", "False"]
    assert RunState.replay(records).status == "failed"
    stages = [record.event.what for record in records if isinstance(record.event, Preparing)]
    assert stages
    assert "importing TensorFlow" not in stages
