"""Reads the first sheet of an XLSX workbook, in time and memory that no file can make it exceed.

The libraries for it build a whole row, or the whole sheet, before they hand anything out: a row of millions of
cells, packed into some KiB, would take gigabytes. So the parts of the file go through expat a piece at a time, and
what is too much is refused where it is met. What a number means by its format (a day) is said by openpyxl.
"""

import io
import math
import posixpath
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, TypeVar
from xml.parsers import expat  # nosec B407 - no DOCTYPE is let in, and so no entity

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from backend.errors import Refused

MOST_ROWS, MOST_COLUMNS = 20_001, 30
# An honest sheet of 20,000 rows unpacks to some MiB; a bomb to some GiB.
MOST_UNPACKED = 64 * 1024 * 1024
# A cell is two or three, an empty one with a frame is one: 20,000 rows of the widest sheet are half of it.
MOST_ELEMENTS = 1_200_000
# Of all texts of a sheet together, in signs: 400 a row.
MOST_TEXT = 8_000_000
# What Excel itself can hold.
LONGEST_CELL, LONGEST_FORMAT, LAST_COLUMN = 32_767, 255, 16_384
MOST_PARTS, MOST_NAMES, MOST_FORMATS, DEEPEST = 1000, 1000, 1000, 40
_PIECE, _LONGEST_TAG = 64 * 1024, 1024 * 1024
# Formats of days that Excel knows by their number alone, where it speaks Chinese.
_CHINESE_DAYS = (*range(27, 37), *range(50, 59))


class SheetTooLarge(Refused):
    code, message = 42249, "表格太大：最多 {rows} 行、{columns} 列，请删去多余的行列和格式，或拆成几张表"

    def __init__(self) -> None:
        super().__init__(rows=MOST_ROWS - 1, columns=MOST_COLUMNS)


class Broken(Exception):
    """What no program writes that makes workbooks."""


class Rounded(str):
    """A number of more digits than a spreadsheet keeps: the file holds another one than was typed."""


class _Read(Exception):
    """All that is wanted of a part has been read."""


def rows_of(raw: bytes) -> list[list[str]]:
    """The rows of the first sheet down to the last that says anything, at most one more than may be.

    Raises SheetTooLarge; anything else where the file is no workbook.
    """
    # Before the list of its parts is made, which takes more memory than the file.
    if raw.count(b"PK\x01\x02") > MOST_PARTS:
        raise Broken("too many parts")
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
            raise Broken("unpacks to more than any sheet")
        return _Workbook(packed).rows()


class _Workbook:
    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        self._unpacked = self._elements = 0

    def rows(self) -> list[list[str]]:
        book = self._read(_Relations(""), "_rels/.rels").first("/officeDocument")
        folder, name = posixpath.split(book)
        parts = self._read(_Relations(folder), f"{folder}/_rels/{name}.rels")
        told = self._read(_Book(), book)
        styles = self._read(_Styles(), parts.first("/styles")) if parts.has("/styles") else _Styles()
        has_texts = parts.has("/sharedStrings")
        texts = self._read(_Texts(), parts.first("/sharedStrings")) if has_texts else _Texts()
        first = next(one for one in told.sheets if parts.kind(one).endswith("/worksheet"))
        sheet = _Sheet(texts.texts, styles.days(), told.epoch)
        return self._read(sheet, parts.target(first)).table

    def _read(self, part: "AnyPart", name: str) -> "AnyPart":
        """Lets a part of the file tell itself to `part`, a piece at a time."""
        found = self._packed.getinfo(name.lstrip("/"))
        # The others may ask for as much memory to unpack as they like.
        if found.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Broken("packed otherwise")
        parser, names = part.parser(self._elements)
        try:
            with self._packed.open(found) as stream:
                for piece in self._pieces(stream):
                    parser.Parse(piece)
                    if (
                        len(names) > MOST_NAMES
                        or part.fed(len(piece)) - parser.CurrentByteIndex > _LONGEST_TAG
                    ):
                        raise Broken("no names of ours")
                parser.Parse(b"", True)
        except _Read:
            pass
        self._elements = part.elements
        return part

    def _pieces(self, stream: Any) -> Iterator[bytes]:
        while piece := stream.read(_PIECE):
            self._unpacked += len(piece)
            if self._unpacked > MOST_UNPACKED:
                raise SheetTooLarge()
            yield piece


class _XmlPart:
    """What is made of a part of a workbook while expat goes through it."""

    def __init__(self) -> None:
        self.elements = self._fed = self._depth = self._text_size = 0
        # The pieces of the text that is being read; None where no text is wanted.
        self._said: list[str] | None = None

    def parser(self, elements: int) -> tuple[Any, dict[str, str]]:
        """A parser that tells this part what it meets, and the names it has met so far; so many elements were met in
        the parts before."""
        self.elements = elements
        names: dict[str, str] = {}
        parser: Any = expat.ParserCreate(None, None, names)
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        return parser, names

    def fed(self, size: int) -> int:
        self._fed += size
        return self._fed

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise SheetTooLarge()
        if self._depth > DEEPEST:
            raise Broken("too deep")
        # Some programs write <x:c> for <c>.
        self.begin(name[name.find(":") + 1 :], attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self.end(name[name.find(":") + 1 :])

    def _text(self, text: str) -> None:
        if self._said is None:
            return
        self._said.append(text)
        self._text_size += len(text)
        if self._text_size > MOST_TEXT:
            raise SheetTooLarge()

    def begin(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...


AnyPart = TypeVar("AnyPart", bound=_XmlPart)


def _refuse_doctype(*_given: Any) -> None:
    raise Broken("a DOCTYPE")


class _Relations(_XmlPart):
    """Which parts belong to a part, and as what."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder
        self._found: dict[str, tuple[str, str]] = {}

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join(self._folder, attributes["Target"]))
            self._found[attributes["Id"]] = (attributes["Type"], target)

    def has(self, kind: str) -> bool:
        return any(one.endswith(kind) for one, _ in self._found.values())

    def first(self, kind: str) -> str:
        return next(target for one, target in self._found.values() if one.endswith(kind))

    def kind(self, key: str) -> str:
        return self._found[key][0]

    def target(self, key: str) -> str:
        return self._found[key][1]


class _Book(_XmlPart):
    """The sheets in their order, and from which day days are counted."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[str] = []
        self.epoch = CALENDAR_WINDOWS_1900

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self.sheets.append(next(value for key, value in attributes.items() if key.endswith(":id")))
        elif name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.epoch = CALENDAR_MAC_1904


class _Styles(_XmlPart):
    """Which of the formats of cells show a number as a day."""

    def __init__(self) -> None:
        super().__init__()
        self._formats: dict[int, str] = dict(BUILTIN_FORMATS)
        self._of_cells: list[int] = []
        self._in_cells = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._formats[int(attributes["numFmtId"])] = attributes["formatCode"][:LONGEST_FORMAT]
            if len(self._formats) > MOST_FORMATS:
                raise SheetTooLarge()
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self._of_cells.append(int(attributes.get("numFmtId", 0)))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            raise _Read()

    def days(self) -> set[str]:
        """By the number that a cell gives for its style."""
        known = {number for number, code in self._formats.items() if is_date_format(code)} | {*_CHINESE_DAYS}
        return {str(at) for at, number in enumerate(self._of_cells) if number in known}


class _Texts(_XmlPart):
    """The texts of all cells, to which the cells point by number."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._in_reading = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            # How a text is read aloud stands beside it.
            self._in_reading = True
        elif name == "t" and not self._in_reading:
            self._said = self._pieces

    def end(self, name: str) -> None:
        if name == "t":
            self._said = None
        elif name == "rPh":
            self._in_reading = False
        elif name == "si":
            self.texts.append(_plain("".join(self._pieces)))


class _Sheet(_XmlPart):
    """The rows of a sheet as texts. A sheet has up to two million elements: what is done for each is done here, in
    as few steps as may be."""

    def __init__(self, texts: list[str], days: set[str], epoch: datetime) -> None:
        super().__init__()
        self.table: list[list[str]] = []
        self._texts, self._days, self._epoch = texts, days, epoch
        self._row: dict[int, str] = {}
        self._line = self._column = 0
        self._kind = self._style = ""
        self._cell: list[str] | None = None
        self._in_reading = False

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if name == "c":
            self._begin_cell(attributes)
        elif name == "v" or (name == "t" and not self._in_reading):
            self._said = self._cell
        elif name == "row":
            self._line = int(attributes.get("r", self._line + 1))
            self._row, self._column = {}, 0
        elif ":" in name:
            self._depth -= 1
            self._begin(name.partition(":")[2], attributes)
            return
        elif name == "rPh":
            self._in_reading = True
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise SheetTooLarge()
        if self._depth > DEEPEST:
            raise Broken("too deep")

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        get = attributes.get
        place = get("r")
        self._column = column_index_from_string(place.rstrip("0123456789")) if place else self._column + 1
        if self._column > LAST_COLUMN:
            raise SheetTooLarge()
        self._kind, self._style = get("t", "n"), get("s", "")
        self._cell = []

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name == "c":
            if self._cell:
                self._end_cell("".join(self._cell))
            self._cell = None
        elif name == "v" or name == "t":
            self._said = None
        elif name == "row":
            self._end_row()
        elif ":" in name:
            self._depth += 1
            self._end(name.partition(":")[2])
        elif name == "rPh":
            self._in_reading = False
        elif name == "sheetData":
            raise _Read()

    def _end_cell(self, text: str) -> None:
        said = self._as_text(text)
        if said and self._column > MOST_COLUMNS:
            raise SheetTooLarge()
        if said:
            self._row[self._column] = said

    def _as_text(self, text: str) -> str:
        if len(text) > LONGEST_CELL:
            raise SheetTooLarge()
        match self._kind:
            case "s":
                return self._texts[int(text)]
            case "inlineStr" | "str":
                return _plain(text)
            case "n":
                return _number(text, self._epoch if self._style in self._days else None)
            case "b":
                return str(bool(int(text)))
            case "d":
                return date.fromisoformat(text[:10]).isoformat()
        return text

    def _end_row(self) -> None:
        if not self._row:
            return
        # Rows that say nothing are not written down, or not all: the ones after them keep their number.
        self.table += [[] for _ in range(len(self.table) + 1, min(self._line, MOST_ROWS + 1))]
        cells = [""] * max(self._row)
        for column, said in self._row.items():
            cells[column - 1] = said
        self.table.append(cells)
        if len(self.table) > MOST_ROWS:
            raise _Read()


def _plain(text: str) -> str:
    """Excel marks an underscore that stands before something like a mark."""
    return text.replace("x005F_", "") if "x005F_" in text else text


def _number(text: str, epoch: datetime | None) -> str:
    """A number that Excel keeps as 1990.0 is 1990, a day is 2027-05-01; what is too long for a number is told as such."""
    if epoch is None and len(text) < 16 and text.isdecimal() and text.isascii():
        return str(int(text))
    try:
        value = float(text)
        if epoch is not None:
            found = from_excel(value, epoch)
            return found.date().isoformat() if isinstance(found, datetime) else str(found)
        # Excel writes 2.3 as 2.2999999999999998.
        if abs(value) < 1e15:
            return str(int(value) if value.is_integer() else value)
        return Rounded(text) if math.isfinite(value) else text
    except (ValueError, OverflowError):
        return text
