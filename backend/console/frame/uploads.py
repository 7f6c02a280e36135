"""A spreadsheet (.xlsx or .csv) as the console takes it in, and blank ones to fill in."""

import io
from collections.abc import Iterable

import openpyxl
from flask_wtf.file import FileField, FileRequired
from openpyxl.styles import Font

from backend.console.frame.forms import Form
from backend.imports import reading


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


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(Form):
    sheet = FileField(
        "表格文件（.xlsx 或 .csv）", [FileRequired("请选择文件")], render_kw={"accept": ".xlsx,.csv,.txt"}
    )

    def table(self) -> list[list[str]]:
        """The rows of what was uploaded. Slow: outside any transaction. Raises as `reading.read`."""
        # A large one lies in a file of its own, which goes now.
        with self.sheet.data.stream as stream:
            return reading.read(self.sheet.data.filename, stream.read())
