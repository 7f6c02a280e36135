"""A register as a file: .xlsx for reading and printing, .csv for other programs. Row by row, whatever its length.

The paper says what it is, of when, and who took it with them; what was opened says so on every page. Nothing on it is
printed below eight points: what does not fit across a sheet stands on a second leaf (`Column.aside`).
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break

from backend import clock
from backend.registers.definition import Column, Register, Scope
from backend.registers.reading import Sums, display_value
from backend.spreadsheets import harmless

FORMATS = {"xlsx": "Excel 表格（.xlsx）", "csv": "CSV 文本（.csv）"}
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    # What is sent as text is said to be UTF-8 by whoever sends it.
    "csv": "text/csv",
}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HEADING_ROW = 4
_FORMATS = {"hours": "0.##", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm", "number": "0"}
_ASIDE = {"number": "center", "hours": "center", "day": "center", "moment": "center"}
# In points: a line of the table's type, in the tallest of the typefaces that stand in where 宋体 is missing.
_LINE = 15
_LETTERS, _SIZE = "宋体", 10
_FONT, _BOLD = Font(name=_LETTERS, size=_SIZE), Font(name=_LETTERS, size=_SIZE, bold=True)
# On A4 across, in points, between margins of 0.4 inch, there are 784; less what columns gain, a fifth, where the widest of
# the usual typefaces stands in for 宋体, by whose digits programs measure them.
SHEET = 640
# Of a hundred: type of ten points becomes eight, and no smaller.
LEAST_SCALE = 80
Rows = Iterable[list[list[Any]]]


@dataclass(frozen=True)
class Paper:
    """What stands around the table. `taker` is who takes it along, in full; `reason` only where it is open."""

    register: Register
    scope: Scope
    taker: str
    reason: str | None = None

    @property
    def about(self) -> str:
        scope = self.scope
        cut_off = scope.cut_off.astimezone(clock.CHINA)
        days = f"{scope.first.isoformat()} 至 {scope.last.isoformat()}"
        return f"范围：{scope.place}　期间：{days}　数据截止时间：{cut_off:%Y-%m-%d %H:%M}"

    @property
    def warning(self) -> str:
        """How much of persons it shows."""
        if self.reason is None:
            return "姓名已遮盖。"
        return f"含未遮盖的个人信息，用途：{self.reason}。不得转发，用完销毁。"

    @property
    def mark(self) -> str:
        """Who took it along, and when."""
        taken = self.scope.cut_off.astimezone(clock.CHINA)
        return f"导出人：{self.taker}　导出时间：{taken:%Y-%m-%d %H:%M}"

    def file_name(self, kind: str) -> str:
        scope = self.scope
        return f"{self.register.title}_{scope.place}_{scope.first}至{scope.last}.{kind}"


def write(kind: str, file: IO[bytes], paper: Paper, rows: Rows) -> None:
    """`rows` come in batches of plain values, as `reading.batches` makes them."""
    (write_csv if kind == "csv" else write_xlsx)(file, paper, rows)


def write_csv(file: IO[bytes], paper: Paper, rows: Rows) -> None:
    """UTF-8 with its mark, so that Excel takes it for what it is; the headings come first."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    lines, sums = csv.writer(text), Sums(paper.register)
    lines.writerow(paper.register.headings)
    for batch in rows:
        sums.add(batch)
        lines.writerows(_line(paper.register, row) for row in batch)
    if sums.of:
        lines.writerow(_line(paper.register, sums.row()))
    for sentence in (paper.about, paper.mark, paper.warning, paper.register.remarks):
        if sentence:
            lines.writerow([_harmless(sentence)])
    text.detach()


def _line(register: Register, row: list[Any]) -> list[Any]:
    return [
        _harmless(display_value(column, value)) for column, value in zip(register.columns, row, strict=True)
    ]


def _harmless(value: Any) -> Any:
    if not isinstance(value, str):
        return "" if value is None else value
    return harmless(_CONTROLS.sub("", value))


def write_xlsx(file: IO[bytes], paper: Paper, rows: Rows) -> None:
    """A sheet that prints on A4 landscape, its headings on every page. Written to disk as it grows."""
    order = sorted(range(len(paper.register.columns)), key=lambda at: paper.register.columns[at].aside)
    paper = replace(paper, register=laid_out(paper.register))
    book = Workbook(write_only=True)
    # Columns are as wide as so many digits of this one: by Calibri, which not every machine has, they grow by a quarter.
    book._named_styles["Normal"].font = _FONT
    sheet = book.create_sheet(paper.register.title)
    _set_up(sheet, paper)
    for line in _head(sheet, paper):
        sheet.append(line)
    at = _HEADING_ROW
    cells, sums = _cells(sheet, paper.register, _FONT), Sums(paper.register)
    for batch in ([[row[one] for one in order] for row in batch] for batch in rows):
        sums.add(batch)
        for row in batch:
            at += 1
            _append(sheet, at, _filled(cells, paper.register, row), paper.register)
    if sums.of:
        sheet.append(_filled(_cells(sheet, paper.register, _BOLD), paper.register, sums.row()))
    book.save(file)


def _append(sheet: Any, at: int, cells: list[Any], register: Register) -> None:
    """A row as high as its longest text needs: not every program finds that out when it opens the file."""
    lines = max(
        _lines(cell.value, column.width) for cell, column in zip(cells, register.columns, strict=True)
    )
    if lines == 1:
        sheet.append(cells)
        return
    sheet.row_dimensions[at].height = lines * _LINE
    sheet.append(cells)
    # Written: what is kept of every row would grow with the register.
    del sheet.row_dimensions[at]


def _lines(value: Any, width: int) -> int:
    if not isinstance(value, str) or len(value) * 2 <= width:
        return 1
    # A line holds whole characters: of an odd width one letter stays free.
    return -(-sum(2 if ord(sign) > 0x2E7F else 1 for sign in value) // (width - width % 2))


def _set_up(sheet: Any, paper: Paper) -> None:
    for at, column in enumerate(paper.register.columns, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = column.width + 1
    sheet.row_dimensions[1].height = 2 * _LINE
    sheet.row_dimensions[_HEADING_ROW].height = 1 + _LINE * max(
        _lines(column.heading, column.width) for column in paper.register.columns
    )
    sheet.freeze_panes = f"A{_HEADING_ROW + 1}"
    sheet.print_title_rows = f"{_HEADING_ROW}:{_HEADING_ROW}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.scale = _scale(paper.register)
    _second_leaf(sheet, paper.register)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.8
    sheet.page_margins.header = sheet.page_margins.footer = 0.4
    sheet.print_options.gridLines = sheet.print_options.horizontalCentered = True
    sheet.oddHeader.right.text = _plain(paper.warning)
    sheet.oddFooter.left.text = _plain(paper.mark)
    sheet.oddFooter.right.text = "第 &P 页，共 &N 页"


def laid_out(register: Register) -> Register:
    """With the columns as they stand on paper: those of the first leaf, then those aside."""
    return replace(register, columns=tuple(sorted(register.columns, key=lambda one: one.aside)))


def _second_leaf(sheet: Any, register: Register) -> None:
    """The sheet is cut before the columns aside; each leaf of the same rows follows the other, and says which rows."""
    first = sum(not one.aside for one in register.columns)
    if first == len(register.columns):
        return
    sheet.col_breaks.append(Break(id=first))
    sheet.print_title_cols = f"A:{get_column_letter(register.repeated)}"
    sheet.page_setup.pageOrder = "overThenDown"


def leaf_widths(register: Register) -> list[float]:
    """How wide the leaves of a register are in full size, in points."""
    again = register.columns[: register.repeated]
    first = [one for one in register.columns if not one.aside]
    second = [*again, *(one for one in register.columns if one.aside)]
    return [_points(first)] + ([_points(second)] if len(second) > len(again) else [])


def _points(columns: Iterable[Column]) -> float:
    # A letter of the workbook's own type is seven pixels wide, and a cell keeps five free.
    return sum(((one.width + 1) * 7 + 5) * 0.75 for one in columns)


def _scale(register: Register) -> int:
    return max(LEAST_SCALE, min(100, int(SHEET * 100 / max(leaf_widths(register)))))


def _plain(text: str) -> str:
    """In headers and footers `&` begins a code, and a digit after a code would be a size of type."""
    return _CONTROLS.sub("", text).replace("&", "＆")[:200]


def _head(sheet: Any, paper: Paper) -> Iterator[list[Any]]:
    title = _text(sheet, paper.register.title, Font(name=_LETTERS, bold=True, size=16))
    yield [title]
    yield [_text(sheet, paper.about)]
    yield [_text(sheet, f"{paper.warning}{paper.mark}。{paper.register.remarks}")]
    fill = PatternFill("solid", fgColor="F1ECE3")
    headings = [_text(sheet, one, _BOLD) for one in paper.register.headings]
    for cell in headings:
        cell.fill = fill
        cell.alignment = Alignment("center", "center", wrap_text=True)
    yield headings


def _text(sheet: Any, value: str, font: Font | None = None) -> Any:
    cell = WriteOnlyCell(sheet, _CONTROLS.sub("", value))
    cell.data_type, cell.font = "s", font or _FONT
    return cell


def _cells(sheet: Any, register: Register, font: Font) -> list[Any]:
    """One cell a column, filled anew for each row: it is on disk before the next one is asked for."""
    cells = []
    for column in register.columns:
        cell = WriteOnlyCell(sheet)
        cell.font = font
        cell.alignment = Alignment(_ASIDE.get(column.kind), "top", wrap_text=True)
        cell.number_format = _FORMATS.get(column.kind, "General")
        cells.append(cell)
    return cells


def _filled(cells: list[Any], register: Register, row: list[Any]) -> list[Any]:
    for cell, column, value in zip(cells, register.columns, row, strict=True):
        style = cell.number_format
        cell.value = _typed(column, value)
        # Setting a day changes the format, and a text that begins with = would become a formula.
        cell.number_format = style
        if isinstance(cell.value, str):
            cell.data_type = "s"
    return cells


def _typed(column: Column, value: Any) -> Any:
    """Days and moments as such, so that they can be filtered; texts without what XML forbids."""
    value = display_value(column, value)
    if not isinstance(value, str):
        return value
    if column.kind == "day" and value[:1].isdigit():
        return date.fromisoformat(value)
    if column.kind == "moment" and value[:1].isdigit():
        return datetime.strptime(value, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a spreadsheet knows no zones
    return _CONTROLS.sub("", value)
