"""A file of comma-separated values as text: its encoding, its delimiter, its header, its rows."""

from __future__ import annotations

import csv
import io
import shlex
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tuiml.errors import DataError, did_you_mean
from tuiml.text import clean

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_ROWS = 50
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_ZIP_MARK = b"PK\x03\x04"


@dataclass(frozen=True, eq=False)
class Text:
    """The cells of a file without the spaces around them: `rows` as long as `header`, row i at line `lines[i]` of the file."""

    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    delimiter: str

    @property
    def decimal_comma(self) -> bool:
        """Whether numbers are written as 1,5: where a comma marks decimals, a semicolon separates cells."""
        return self.delimiter == ";"

    def column(self, number: int) -> list[str]:
        """Return the cells of one column."""
        return [row[number] for row in self.rows]


def read(path: Path, least: int = 2) -> Text:
    """Return what is written in the file at `path`, blank lines left out.

    Raises DataError, naming file and line, for a file that cannot be read, is not UTF-8, is empty or has a header only;
    for rows of another length than the header; for a header with less than `least` names, without any, or with one twice.
    """
    content = _content(path)
    delimiter = _delimiter(content)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows, lines = [], []
    try:
        for row in reader:
            if any(cell.strip() for cell in row) or len(row) > 1:
                rows.append([cell.strip() for cell in row])
                lines.append(reader.line_num)
    except csv.Error as error:
        raise DataError(
            f"{clean(path)}, line {reader.line_num}: {error}. A quotation mark that is never closed does that."
        ) from None
    if not rows:
        raise DataError(
            f"{clean(path)} is empty. Expected a line with the names of the columns, then one line per row."
        )
    _check_end(path, content, delimiter, lines)
    text = Text(_header(path, rows[0], delimiter, least), rows[1:], lines[1:], delimiter)
    _check_lengths(path, text)
    return text


def _check_end(path: Path, content: str, delimiter: str, lines: list[int]) -> None:
    """Raise DataError where the last row has swallowed lines because a quotation mark is never closed."""
    start = lines[-2] if len(lines) > 1 else 0
    if lines[-1] - start < 2:
        return
    last = "".join(io.StringIO(content, newline="").readlines()[start:])
    try:
        list(csv.reader(io.StringIO(last, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error as error:
        if "unexpected end" not in str(error):
            return
        raise DataError(
            f"{clean(path)}, line {start + 1}: a quotation mark is never closed, so that all lines from there on are one cell. "
            'Close it, or write one that belongs to a text twice: "".'
        ) from None


def _content(path: Path) -> str:
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise DataError(f"{clean(path)} is a pipe or a device, expected a file: it is read more than once.")
        content = path.read_bytes()
    except IsADirectoryError:
        raise DataError(
            f"{clean(path)} is a folder, expected a file. Pictures in folders: folder:{clean(path)}."
        ) from None
    except FileNotFoundError:
        others = sorted(other.name for other in path.parent.glob("*.csv"))
        beside = f" Beside it: {', '.join(map(clean, others[:5]))}." if others else ""
        raise DataError(f"There is no file {clean(path)}.{clean(did_you_mean(path.name, others))}{beside}") from None
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise DataError(f"{clean(path)} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if b"\0" in content and not content.startswith((*_UTF16_MARKS, _ZIP_MARK)):
        raise DataError(f"{clean(path)} holds zero bytes: it is not a text file, or it is UTF-16 without a mark.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(_foreign(path, content, error)) from None


def _foreign(path: Path, content: bytes, error: UnicodeDecodeError) -> str:
    line = content.count(b"\n", 0, error.start) + 1
    told = f"{clean(path)} is not UTF-8 text: byte 0x{content[error.start]:02x} at offset {error.start:,}, line {line}"
    if content.startswith(_UTF16_MARKS):
        encoding, found = "UTF-16", "its first bytes are the mark of UTF-16"
    elif content.startswith(_ZIP_MARK):
        return f"{told}. It is a zip archive, maybe a spreadsheet: save it as CSV (UTF-8) there."
    else:
        letter = content[error.start : error.start + 1].decode("cp1252", "replace")
        encoding, found = "CP1252", f"it would be {letter!r} in Windows-1252, the likely encoding"
    return f"{told}; {found}. Convert it: iconv -f {encoding} -t UTF-8 {shlex.quote(clean(path.name))} > utf8.csv"


def _delimiter(content: str) -> str:
    """Return the delimiter by which most rows are as long as the header; of several, the one that makes most columns."""

    def fit(delimiter: str) -> tuple[float, int]:
        sample = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
        try:
            rows = [len(row) for row, _ in zip(filter(None, sample), range(_SAMPLE_ROWS), strict=False)]
        except csv.Error:
            return 0.0, 0
        return (rows.count(rows[0]) / len(rows), rows[0]) if rows and rows[0] > 1 else (0.0, 0)

    return max(DELIMITERS, key=fit)


def _header(path: Path, cells: list[str], delimiter: str, least: int) -> tuple[str, ...]:
    names = tuple(name or f"column_{number}" for number, name in enumerate(cells, 1))
    twice = [clean(name) for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(
            f"{clean(path)}, line 1: two columns are called {', '.join(twice)}; each needs a name of its own."
        )
    if all(_is_number(cell) for cell in cells):
        shown = clean(delimiter.join(cells), 60)
        raise DataError(
            f"{clean(path)}, line 1: expected the names of the columns, received numbers: {shown}. Add a header line."
        )
    if len(names) < least:
        raise DataError(
            f"{clean(path)}, line 1: expected at least two columns, one to learn from and one to predict; found "
            f"{clean(names[0], 60)!r}. Columns are separated by {', '.join(DELIMITERS.values())}."
        )
    return names


def _check_lengths(path: Path, text: Text) -> None:
    if not text.rows:
        raise DataError(f"{clean(path)} has a header and no rows.")
    width = len(text.header)
    ragged = [(line, len(row)) for line, row in zip(text.lines, text.rows, strict=True) if len(row) != width]
    if ragged:
        line, found = ragged[0]
        others = f" In all, {len(ragged):,} lines have another length." if len(ragged) > 1 else ""
        raise DataError(
            f"{clean(path)}, line {line}: expected {width} cells, as the header has, received {found}.{others} A cell that "
            f"holds a {DELIMITERS[text.delimiter]} needs quotation marks around it."
        )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
