"""Reads a spreadsheet that was sent (.xlsx or .csv) into rows of text, and refuses what is none."""

import codecs
import csv
import io
import threading
from collections.abc import Iterable, Iterator

from backend.errors import Refused
from backend.imports import workbook
from backend.imports.workbook import LAST_COLUMN, MOST_COLUMNS, MOST_ROWS, SheetTooLarge

# An upload with a sheet: 20,000 rows of text are two or three MiB where they are not packed.
MOST_BYTES = 8 * 1024 * 1024
# Each takes up to a hundred MiB, and the processor: so many at once in a process, the others wait.
_reading = threading.BoundedSemaphore(2)


class NotASheet(Refused):
    code, message = 42262, "请选择 Excel（.xlsx）或 CSV 文件"


def read(name: str, raw: bytes) -> list[list[str]]:
    """The rows of the first sheet, in bounded time and memory; slow: outside any transaction.

    Raises NotASheet, SheetTooLarge.
    """
    reader = workbook.rows_of if raw[:2] == b"PK" else _comma_separated
    try:
        with _reading:
            return reader(raw)
    except Refused:
        raise
    # What is no workbook may break its reader anywhere: in the packing, the XML, a style, a number.
    except Exception as fault:
        raise NotASheet() from fault


def _comma_separated(raw: bytes) -> list[list[str]]:
    """Excel in China writes GB 18030 unless told otherwise; with a mark it is UTF-8, or as "Unicode text" UTF-16 with tabs."""
    encoding = _encoding(raw)
    if b"\0" in raw and encoding != "utf-16":
        raise NotASheet()
    between = _delimiter(raw, encoding)
    lines, rows = _Lines(io.TextIOWrapper(io.BytesIO(raw), encoding, newline=""), between), []
    for row in csv.reader(lines, strict=True, delimiter=between):
        if any(row[MOST_COLUMNS:]):
            raise SheetTooLarge()
        rows.append(row[:MOST_COLUMNS])
        if len(rows) > MOST_ROWS:
            break
        lines.cells = 0
    return rows


def _delimiter(raw: bytes, encoding: str) -> str:
    """What stands between the names of the columns: they have neither a tab nor a comma in them."""
    head = raw[:4096].decode(encoding, "ignore").partition("\n")[0]
    return "\t" if "\t" in head and "," not in head else ","


def _encoding(raw: bytes) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


class _Lines:
    """The lines of a text for a reader of rows, which would build a row of millions of cells: they are counted
    before. A row may have several lines, where a text in it has."""

    def __init__(self, text: Iterable[str], between: str) -> None:
        self._text, self._between, self.cells = text, between, 0

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            self.cells += 1 + line.count(self._between)
            if self.cells > LAST_COLUMN:
                raise SheetTooLarge()
            yield line
