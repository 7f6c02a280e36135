"""Reads an uploaded spreadsheet (.xlsx or .csv) into rows of text, refuses what is none, makes blank ones."""

import csv
import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import openpyxl
from flask_wtf.file import FileField, FileRequired
from openpyxl.styles import Font

from backend.console.frame.forms import Form
from backend.errors import Refused

# An honest sheet of 20,000 rows unpacks to some MiB; a bomb to some GiB.
MOST_UNPACKED = 64 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 20_001, 30


class NotASheet(Refused):
    code, message = 42262, "请选择 Excel（.xlsx）或 CSV 文件"


def read(name: str, raw: bytes) -> list[list[str]]:
    """The rows of the first sheet. Raises NotASheet."""
    reader = _workbook if raw[:2] == b"PK" else _comma_separated
    try:
        return reader(raw)
    # What is no workbook may break its reader anywhere: in the packing, the XML, a style, a number.
    except Exception as fault:
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
    """A number that Excel keeps as 1990.0 is 1990, a day is 2027-05-01; an empty cell is no text."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def blank(columns: tuple[str, ...], needed: tuple[str, ...], examples: Iterable[tuple[str, ...]]) -> bytes:
    """A workbook to fill in: the head alone on its first sheet, so that no example is ever imported, and how
    it is filled in on the second."""
    book = openpyxl.Workbook()
    sheet, told = book.active, book.create_sheet("填写说明")
    sheet.title = "填写"
    for at, name in enumerate(columns, start=1):
        head = sheet.cell(1, at, name)
        head.font = Font(bold=True)
        width = sheet.column_dimensions[head.column_letter]
        # As text: Excel would take the zeros off a number that begins with them, and round a long one.
        width.width, width.number_format = 18, "@"
    told.append(["第一张表从第二行起填写，不要改列名。必须填写：" + "、".join(needed) + "。例如："])
    for row in (columns, *examples):
        told.append(list(row))
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


class UploadForm(Form):
    sheet = FileField(
        "表格文件（.xlsx 或 .csv）", [FileRequired("请选择文件")], render_kw={"accept": ".xlsx,.csv"}
    )
