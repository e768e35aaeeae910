"""The user's own table: what is inferred from its cells, what is left out, and one clear error for each thing that is wrong."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuiml.errors import DataError, RecipeError, TuimlError
from tuiml.fields import DataFields
from tuiml.tasks import catalog, prepare, recipes
from tuiml.tasks.base import Data, Task
from tuiml.tasks.files import csv_file
from tuiml.tasks.sets import embedded

Write = Callable[..., Path]
LETTERS = "abcdefghij"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write bytes, a text, or columns by name into table.csv."""

    def go(content: bytes | str | dict[str, Sequence[Any]], delimiter: str = ",") -> Path:
        path = tmp_path / "table.csv"
        if isinstance(content, dict):
            rows = [
                delimiter.join(content),
                *(delimiter.join(map(str, row)) for row in zip(*content.values(), strict=True)),
            ]
            content = "\n".join(rows) + "\n"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return go


def task(path: Path, **fields: Any) -> Task:
    return catalog.find(f"csv:{path}", DataFields(**fields))


def load(path: Path, **fields: Any) -> Data:
    return task(path, **fields).load(DataFields(**fields).model_dump(), lambda text: None)


def columns(rows: int = 40) -> dict[str, list[Any]]:
    """Numbers, categories and targets of every kind, `rows` of each."""
    random = np.random.default_rng(0)
    return {
        "size": random.normal(50, 9, rows).round(3).tolist(),
        "color": random.choice(["red", "blue", "green"], rows).tolist(),
        "two": (["yes", "no"] * rows)[:rows],
        "grade": [3 + number % 4 for number in range(rows)],
        "price": random.normal(200, 30, rows).round(2).tolist(),
        "part": random.uniform(0.01, 0.99, rows).round(4).tolist(),
        "cat": [number % 2 for number in range(rows)],
        "dog": [number // 2 % 2 for number in range(rows)],
    }


@pytest.mark.parametrize(
    ("target", "kind", "classes"),
    [
        ("two", "binary", ("no", "yes")),
        ("cat", "binary", ("0", "1")),
        ("color", "one_of_n", ("blue", "green", "red")),
        ("grade", "one_of_n", ("3", "4", "5", "6")),
        ("price", "value", ()),
        ("part", "share", ()),
        ("cat,dog", "many_of_n", ("cat", "dog")),
        ("price,size", "value", ()),
    ],
)
def test_the_kind_follows_from_the_values(write: Write, target: str, kind: str, classes: tuple[str, ...]) -> None:
    """Two values, few values, fractions, numbers, several columns of 0 and 1: each is what it looks like, and says so."""
    path = write(columns())
    found, data = task(path, target=target), load(path, target=target)

    assert (found.kind, found.classes, data.classes) == (kind, classes, classes)
    assert target.split(",")[0] in found.title
    assert found.outputs == data.outputs == max(1, len(classes) or len(target.split(",")))
    assert found.rows == (len(data.train_x), 0)
    assert data.train_y.dtype == (np.int64 if kind in ("binary", "one_of_n") else np.float32)
    assert set(target.split(",")).isdisjoint(column.name for column in data.columns)


def test_the_kind_can_be_overridden(write: Write) -> None:
    """Grades are numbers when asked for, and what does not fit is refused with the field's name."""
    path = write(columns())

    assert task(path, target="grade", kind="value").kind == "value"
    assert load(path, target="grade", kind="value").train_y.dtype == np.float32
    for target, kind, words in (
        ("price", "share", "from 0 to 1"),
        ("color", "value", "texts"),
        ("color", "binary", "two different"),
        ("price", "one_of_n", "too many"),
        ("cat,price", "many_of_n", "0 and 1"),
    ):
        with pytest.raises(RecipeError, match=words) as caught:
            task(path, target=target, kind=kind)
        assert caught.value.problems[0].path == "data.kind"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_delimiter_mark_quotes_and_decimals(write: Write, delimiter: str, mark: str) -> None:
    """Comma, semicolon (with decimal commas), tab and bar; with a byte order mark; cells in quotation marks hold delimiters."""
    decimal = "," if delimiter == ";" else "."
    rows = [[f"1{decimal}5", f'"x{delimiter}y"', "a"], [f"2{decimal}5", "z", "b"]] * 10
    path = write(mark + "\n".join(delimiter.join(row) for row in [["size", "kind", "two"], *rows]))
    data = load(path, target="two")

    assert data.train_x[:2, 0].tolist() == [1.5, 2.5]
    assert data.columns[1].categories == (f"x{delimiter}y", "z")


def test_every_way_to_say_missing(write: Write) -> None:
    """Empty, NA, nan, null, ? and -, in any case, are gaps in numbers and in categories; a row without a target is left out."""
    gaps = ["", "NA", "nan", "NULL", "?", "-"]
    path = write({"n": [*gaps, 1, 2, 3, 4], "c": [*gaps, "u", "v", "u", "v"], "y": [*"abababab", "", "NA"]})
    data = load(path, target="y")

    assert len(data.train_x) == 8
    assert np.isnan(data.train_x[:6]).all()
    assert not np.isnan(data.train_x[6:]).any()
    assert any("2 of 10" in notice for notice in data.notices)


def test_useless_columns_are_left_out_and_named(write: Write) -> None:
    """Constants, ids, row numbers and dates: each is told in a sentence, and none is learned from."""
    table = columns() | {
        "name": [f"row {number}" for number in range(40)],
        "same": ["x"] * 40,
        "void": [""] * 40,
        "day": [f"2026-01-{1 + number % 28:02}" for number in range(40)],
        "RowId": list(range(1000, 1040)),
    }
    data = load(write(table), target="two")
    told = " ".join(data.notices)

    assert [column.name for column in data.columns] == ["size", "color", "grade", "price", "part", "cat", "dog"]
    for name in ("name", "same", "void", "day", "RowId"):
        assert f"Column {name} is left out" in told
    quiet = load(write(table), target="two", drop="name,same,void,day,RowId")
    assert quiet.notices == ()
    assert quiet.columns == data.columns


def test_groups_and_times_are_no_features(write: Write) -> None:
    """The column that splits the rows is handed on: groups as they are, times as numbers that rise with the dates."""
    days = [f"20{26 - number // 12}-{1 + number % 12:02}-15" for number in range(40)]
    path = write(columns() | {"day": days})
    by_time, by_group = load(path, target="two", split="time:day"), load(path, target="two", split="group:color")

    assert by_time.times is not None
    assert np.argsort(by_time.times, kind="stable").tolist() == np.argsort(days, kind="stable").tolist()
    assert by_group.groups is not None
    assert [len(np.unique(by_group.groups)), by_group.times] == [3, None]
    assert "color" not in [column.name for column in by_group.columns]
    assert load(path, target="two", split="time:price").times is not None
    with pytest.raises(DataError, match="numbers or dates"):
        load(path, target="two", split="time:color")


def test_a_changed_file_is_read_again(write: Write) -> None:
    """Reading is remembered for one state of a file alone."""
    table = columns()
    before = load(write(table), target="two")
    after = load(write({name: values[:30] for name, values in table.items()}), target="two")

    assert (len(before.train_x), len(after.train_x)) == (40, 30)


def test_wine_written_and_read_is_wine(write: Write) -> None:
    """A real table through a file: the same cells, columns and classes, to the last bit."""
    wine = embedded.wine({}, lambda text: None)
    names = [column.name for column in wine.columns]
    cells = {name: [repr(value) for value in wine.train_x[:, place].tolist()] for place, name in enumerate(names)}
    data = load(write(cells | {"grower": [wine.classes[label] for label in wine.train_y]}), target="grower")

    assert data.columns == wine.columns
    assert data.classes == wine.classes
    np.testing.assert_array_equal(data.train_x, wine.train_x)
    np.testing.assert_array_equal(data.train_y, wine.train_y)


def test_new_rows_are_read_for_the_columns_that_were_learned(write: Write) -> None:
    """Any order, more columns, no target; unseen categories become zeros; a missing column is named with the nearest."""
    path = write(columns())
    data = load(path, target="two")
    ready = prepare.fit(recipes.default_recipe("wine"), data, np.arange(40))
    again = csv_file.rows(path, data.columns)
    np.testing.assert_array_equal(ready(again), ready(data.train_x))

    table = columns(3)
    swapped = {"new": [1, 2, 3], **dict(reversed(table.items())), "color": ["red", "pink", ""]}
    prepared = ready(csv_file.rows(write(swapped), data.columns))
    colors = [place for place, name in enumerate(ready.names) if name.startswith("color=")]
    assert prepared[:, colors].sum(1).tolist() == [1, 0, 0]

    with pytest.raises(DataError, match=r"lacks 1 of the 7 columns.*'colour'"):
        csv_file.rows(
            write({**{name: cells for name, cells in table.items() if name != "color"}, "colour": "xyz"}), data.columns
        )
    with pytest.raises(DataError, match="line 3, column size: expected a number, received 'big'"):
        csv_file.rows(write(table | {"size": [1, "big", 2]}), data.columns)


WRONG: dict[str, tuple[bytes | str, dict[str, Any], str]] = {
    "empty": (b"", {}, "is empty"),
    "blank lines": ("\n\n  \n", {}, "is empty"),
    "header only": ("a,b\n", {}, "no rows"),
    "no header": ("1,2\n3,4\n", {}, "names of the columns"),
    "one column": ("a\n1\n2\n", {}, "at least two columns"),
    "ragged": ("a,b\n1,2\n3\n4,5,6\n", {}, "line 3: expected 2 cells, as the header has, received 1. In all, 2 lines"),
    "name twice": ("a,b,a\n1,2,3\n", {}, "two columns are called a"),
    "latin-1": ("name,b\nok,1\nJos\u00e9,2\n".encode("latin-1"), {}, "byte 0xe9 at offset 15, line 3.*Windows-1252"),
    "utf-16": ("a,b\n1,2\n".encode("utf-16"), {}, "UTF-16"),
    "zero bytes": (b"a,b\n1,\x002\n", {}, "zero bytes"),
    "a zip": (b"PK\x03\x04\xff\xff", {}, "zip archive"),
    "open quote": ('a,b\n1,"2\n' + "x" * 200_000, {}, "quotation mark"),
    "no target": ("a,b\n1,2\n3,4\n", {"target": ()}, "Columns of table.csv: a, b.*--target b"),
    "unknown target": ("price,b\n1,2\n3,4\n", {"target": "prize"}, "no column 'prize'.*'price'"),
    "unknown split": ("a,b\n1,2\n3,4\n", {"split": "group:c"}, "no column 'c'"),
    "split by target": ("a,b\n1,2\n3,4\n", {"split": "group:b"}, "is the target"),
    "unknown drop": ("alpha,b\n1,2\n3,4\n", {"drop": "alpa"}, "'alpha'"),
    "one value": ("a,b\n1,2\n3,2\n", {}, r"one value in all 2 rows \(2\)"),
    "target of gaps": ("a,b\n1,\n3,NA\n", {}, "no row has a value of b"),
    "nothing to learn from": ("a,b\n1,2\n1,3\n", {}, "no column to learn from.*Column a is left out"),
    "1e400": ("a,b\n1,2\n1e400,3\n", {}, "line 3: expected numbers up to 1e.100, received 1e400.*--drop a"),
    "infinity": ("a,b\n1,2\ninf,3\n", {}, "line 3"),
    "huge target": (f"a,b\n1,2\n2,{10**30}\n4,5\n", {}, "squared"),
    "mixed": (
        "a,b\n" + "".join(f"{n}.5,{n}\n" for n in range(9)) + "x1,3\n",
        {},
        "line 11, column a: expected a number",
    ),
    "mixed target": ("b,a\n1,x1\n" + "".join(f"{n},{n}.5\n" for n in range(9)), {"target": "a"}, "line 2, column a"),
    "text targets": ("a,b,c\n1,x,y\n2,y,x\n", {"target": "b,c"}, "need numbers"),
    "percent": ("a,b\n1.5%,2\n2.5%,3\n3.5%,4\n", {}, "line 2, column a: '1.5%' is not written plainly"),
    "thousands": ('a,b\n"1,500",2\n"2,500",3\n"3,500",4\n', {}, "'1,500' is not written plainly"),
    "whole numbers beyond 2**53": (f"a,b\n{10**20 + 1},2\n{10**20 + 2},3\n", {}, "equal in their first 15 digits"),
    "open quotation mark": ('a,b\n1,"2\n3,4\n5,6\n', {}, "line 2: a quotation mark is never closed"),
    "one text over lines": ('a,b\n1,"x\ny\nz"\n', {}, r"one value in all 1 rows \(x.ny.nz\)"),
    "a program": (bytes(range(256)), {}, "zero bytes: it is not a text file"),
    "a comma in a name": ('a,"b,c"\n1,2\n3,4\n', {"target": "b,c"}, r"a --recipe file: target = \[.b,c.\]"),
    "a comma in a dropped name": ('a,"c,d",b\n1,2,3\n3,4,5\n', {"drop": "d"}, r"file: drop = \[.c,d.\]"),
    "every row a class": ("a,b\n1,x\n2,y\n3,z\n", {}, "too many to be classes"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_one_sentence(write: Write, case: str) -> None:
    """Where it is, what was expected, what was found; never a traceback, and an exit code of 2 or 3."""
    content, fields, words = WRONG[case]
    with pytest.raises(TuimlError, match=words) as caught:
        task(write(content), **({"target": "b"} | fields))

    assert caught.value.exit_code in (2, 3)
    assert "\n" not in str(caught.value)


def test_files_that_are_not_there(tmp_path: Path, write: Write) -> None:
    """A missing file names those beside it, a folder suggests its own task, a zero byte in a name is no traceback."""
    write(columns())
    with pytest.raises(DataError, match=r"no file .*tabel\.csv\. Did you mean 'table\.csv'\? Beside it"):
        task(tmp_path / "tabel.csv", target="b")
    with pytest.raises(DataError, match=r"is a folder.*folder:"):
        task(tmp_path, target="b")
    with pytest.raises(DataError, match="a pipe or a device"):
        task(Path("/dev/zero"), target="b")
    with pytest.raises(DataError, match="cannot be read"):
        csv_file.task("csv:x", Path("a\0b.csv"), DataFields(target=("b",)))


def test_no_text_of_a_file_moves_the_cursor(write: Write) -> None:
    """Escape sequences in names, cells and classes are shown, never obeyed."""
    evil = "\x1b[31m"
    for content, fields in (
        (f"a{evil},b\n1,2\n3,4\n", {"target": "c"}),
        (f"a{evil},b\n1,2\n1e999,4\n", {"target": "b"}),
        (f"a,b\n1,2\n{evil},4\n", {"target": evil}),
        (f"a,b{evil}\n1,2\n1,2\n", {"target": f"b{evil}"}),
    ):
        with pytest.raises(TuimlError) as caught:
            task(write(content), **fields)
        assert "\x1b" not in str(caught.value)
    found = task(write(f"a,b\n1,x{evil}\n2,y\n3,y\n"), target="b")
    assert "\x1b" not in found.title


@pytest.mark.parametrize("seed", range(20))
def test_any_table_survives_the_way_through_a_file(tmp_path: Path, seed: int) -> None:
    """Random numbers, gaps and texts of any letters come back as they were written, whatever the delimiter."""
    random = np.random.default_rng(seed)
    n, path = int(random.integers(30, 80)), tmp_path / "any.csv"
    numbers = np.where(random.random((n, 3)) < 0.1, np.nan, random.normal(0, 10.0 ** random.integers(-5, 9), (n, 3)))
    words = random.choice(['a "b"', "c,d;e", "f\tg", "é ü", " inner  space ".strip()], n)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=random.choice([",", "\t"]))
        writer.writerow([*LETTERS[:3], "word", "y"])
        for number, row in enumerate(numbers.tolist()):
            writer.writerow([*("" if value != value else repr(value) for value in row), words[number], number % 2])
    data = load(path, target="y")

    assert [column.name for column in data.columns] == ["a", "b", "c", "word"]
    np.testing.assert_array_equal(data.train_x[:, :3], numbers)
    assert [data.columns[3].categories[int(code)] for code in data.train_x[:, 3]] == words.tolist()


def test_any_damage_is_told_or_harmless(write: Write) -> None:
    """300 files with bytes turned, taken out or put in: each is read, or refused in one sentence."""
    whole, random = write(columns()).read_bytes(), np.random.default_rng(1)
    refused = []
    for _ in range(300):
        content, at = bytearray(whole), int(random.integers(len(whole)))
        inserted = random.choice([b"", b",", b'"', b"\n", b"1e400", b"\xff", b";", b"\r", b"nan", b"\0"])
        content[at : at + int(random.integers(0, 40))] = inserted
        try:
            load(write(bytes(content)), target=str(random.choice(["two", "price", "cat,dog"])))
        except TuimlError as error:
            refused.append(str(error))
    assert len(refused) > 50
    assert not [told for told in refused if "\n" in told]
