"""Reads an uploaded spreadsheet (.xlsx or .csv) into rows of text, and refuses what is none."""

import csv
import io
import zipfile
from typing import Any

import openpyxl

from backend.errors import Refused

# An honest sheet of 20,000 rows unpacks to some MiB; a bomb to some GiB.
MOST_UNPACKED = 64 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 20_001, 30


class NotASheet(Refused):
    code, message = 42262, "请选择 Excel（.xlsx）或 CSV 文件"


def read(name: str, raw: bytes) -> list[list[str]]:
    """The rows of the first sheet. Raises NotASheet."""
    try:
        return _workbook(raw) if raw[:2] == b"PK" else _comma_separated(raw)
    except (ValueError, KeyError, IndexError, OSError, csv.Error, zipfile.BadZipFile) as fault:
        raise NotASheet() from fault


def _workbook(raw: bytes) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
            raise NotASheet()
    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    try:
        rows = book.worksheets[0].iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
        return [[_text(cell) for cell in row] for row in rows]
    finally:
        book.close()


def _comma_separated(raw: bytes) -> list[list[str]]:
    """Excel in China writes GB 18030 unless told otherwise; with a mark it is UTF-8."""
    if b"\0" in raw:
        raise NotASheet()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    rows = []
    for row in csv.reader(io.StringIO(text), strict=True):
        rows.append(row[:MOST_COLUMNS])
        if len(rows) > MOST_ROWS:
            break
    return rows


def _text(cell: Any) -> str:
    """A number that Excel keeps as 1990.0 is 1990; an empty cell is no text."""
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
