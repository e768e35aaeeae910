"""Confusion matrices of epochs, as lines that a crash may tear."""

import numpy as np
import pytest

from tuiml.errors import StorageError
from tuiml.runs import confusions
from tuiml.runs.folder import RunFolder


def counts(*rows: tuple[int, ...]):
    """A small confusion matrix."""
    return np.array(rows, np.int64)


FIRST, SECOND = counts((3, 1), (0, 4)), counts((4, 0), (1, 3))


def test_what_is_written_is_read(tmp_path) -> None:
    """By epoch, in order, whatever the order of writing; of an epoch told twice the later ones."""
    folder = RunFolder(tmp_path)
    assert confusions.read(folder) == {}
    for epoch, matrix in ((7, FIRST), (2, FIRST), (7, SECOND)):
        confusions.append(folder, epoch, matrix)
    found = confusions.read(folder)

    assert list(found) == [2, 7]
    np.testing.assert_array_equal(found[2], FIRST)
    np.testing.assert_array_equal(found[7], SECOND)
    assert found[7].dtype == np.int64


@pytest.mark.parametrize(
    "line",
    [
        b'{"epoch":3,"counts":[[1,',
        b"[]",
        b'{"epoch":"3","counts":[[1]]}',
        b'{"epoch":true,"counts":[[1]]}',
        b'{"epoch":3,"counts":[[1,2]]}',
        b'{"epoch":3,"counts":[[1.5]]}',
        b'{"epoch":3,"counts":[[1],[2,3]]}',
        b'{"epoch":3,"counts":"x"}',
        b'{"epoch":3,"counts":[[99999999999999999999999]]}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_damaged_line_costs_itself_alone(tmp_path, line) -> None:
    """Torn or foreign lines are passed over."""
    folder = RunFolder(tmp_path)
    confusions.append(folder, 1, FIRST)
    with confusions.file(folder).open("ab") as stream:
        stream.write(line + b"\n")
    confusions.append(folder, 4, SECOND)

    assert list(confusions.read(folder)) == [1, 4]


def test_a_resumed_run_drops_later_epochs_and_torn_lines(tmp_path) -> None:
    """What is appended afterwards begins a line of its own."""
    folder = RunFolder(tmp_path)
    confusions.drop_after(folder, 3)
    assert not confusions.file(folder).exists()
    for epoch in (1, 3, 5):
        confusions.append(folder, epoch, FIRST)
    with confusions.file(folder).open("ab") as stream:
        stream.write(b'{"epoch":6,"cou')
    confusions.drop_after(folder, 3)
    confusions.append(folder, 4, SECOND)

    assert list(confusions.read(folder)) == [1, 3, 4]


def test_a_place_that_cannot_be_written_is_named(tmp_path) -> None:
    """A file where the folder should be is an error of storage, not of the program."""
    (tmp_path / "predictions").write_text("")
    with pytest.raises(StorageError, match="confusions"):
        confusions.append(RunFolder(tmp_path), 1, FIRST)
