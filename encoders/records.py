"""Reading the line formats that users bring: JSONL and CSV, with errors that name the line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from encoders.errors import InputError

MAX_LINE = 4 * 1024 * 1024
"""A line of more characters than this is refused."""


def read_text(path: Path) -> str:
    """A whole UTF-8 file, a byte order mark removed.

    Raises:
        InputError: when it is missing, unreadable or not UTF-8 (with the line of the first bad byte).
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(path, "there is no such file.") from None
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror}).") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(path, "is not UTF-8.", line=line, remedy="Save it as UTF-8.") from error


def read_jsonl(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) for each non-empty line, read one line at a time.

    Raises:
        InputError: for a line that is not UTF-8, not JSON, not an object, or too long.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise InputError(path, "there is no such file.") from None
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror}).") from error
    with file:
        for number, raw in enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), start=1):
            if len(raw) > MAX_LINE:
                raise InputError(path, f"the line is longer than {MAX_LINE} bytes.", line=number)
            if raw.strip():
                yield number, parse_object(raw, path, number)


def parse_object(raw: bytes, path: Path, number: int) -> dict[str, Any]:
    """One JSONL line as an object.

    Raises:
        InputError: when it is not UTF-8, not JSON or not an object.
    """
    try:
        value = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(path, "is not UTF-8.", line=number, remedy="Save it as UTF-8.") from error
    except ValueError as error:
        raise InputError(path, f"is not JSON ({error}).", line=number) from error
    if not isinstance(value, dict):
        raise InputError(path, "is not a JSON object.", line=number)
    return value


def read_csv(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, row) for each row of a CSV file with a header; TSV when the name ends so.

    Where commas are decimal points, spreadsheets write semicolons between fields: a header without a comma says so.

    Raises:
        InputError: when the file has no header or a row has more fields than the header.
    """
    lines = read_text(path).splitlines(keepends=True)
    reader = csv.DictReader(lines, delimiter=_delimiter(path, lines[0] if lines else ""), strict=True)
    try:
        if not reader.fieldnames:
            raise InputError(path, "has no header line.")
        reader.fieldnames = [name.strip().lower() for name in reader.fieldnames]
        for row in reader:
            if None in row:
                raise InputError(path, "has more fields than the header.", line=reader.line_num)
            yield reader.line_num, {name: value or "" for name, value in row.items()}
    except csv.Error as error:
        raise InputError(path, f"is not CSV ({error}).", line=reader.line_num) from error


def _delimiter(path: Path, header: str) -> str:
    if path.suffix == ".tsv":
        return "\t"
    return ";" if ";" in header and "," not in header else ","


def text_field(record: Mapping[str, Any], names: tuple[str, ...], path: Path, line: int) -> str:
    """The first of `names` that the record has, as a non-empty string.

    Raises:
        InputError: naming the fields found and those wanted.
    """
    for name in names:
        if name in record:
            value = record[name]
            if isinstance(value, str) and value.strip():
                return value
            raise InputError(path, f"the field {name!r} is empty or no text.", line=line)
    found = ", ".join(sorted(map(str, record))) or "none"
    raise InputError(path, f"has no field {' or '.join(names)} (found: {found}).", line=line)
