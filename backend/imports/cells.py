"""What stands in the cells of a sheet: the heads of its columns known again, each cell clean or named with what is wrong."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from backend import text
from backend.imports.workbook import Rounded

Read = Callable[[str], str]
# Before or after the name of a column that has to be filled in.
_STARS = re.compile(r"^\*+|\*+$")
# As Excel writes a long number into a text file.
_SHORTENED = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]{2,3}", re.IGNORECASE)
LOST = "数字太长，表格已经改动了后面的几位，请把这一列设为“文本”格式后重新填写"


def heads(cells: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Which of the columns stands where: a name is known in any width, with signs that nobody sees or a star beside it."""
    known = {_plain(name): name for name in columns}
    return [known.get(_plain(cell), cell) for cell in cells]


def _plain(head: str) -> str:
    seen = (
        sign for sign in unicodedata.normalize("NFKC", head) if unicodedata.category(sign) not in ("Cf", "Cc")
    )
    return _STARS.sub("", "".join("".join(seen).split()))


def cell(typed: str, read: Read = text.searched) -> tuple[str, str | None]:
    """What stands in a cell, clean: numbers as they count, texts as at every door; or what is wrong with it."""
    if isinstance(typed, Rounded) or _SHORTENED.fullmatch(typed.strip()):
        return "", LOST
    try:
        return text.clean(read(typed)), None
    except text.Unclean as fault:
        return "", fault.sentence


def row(
    told: Mapping[str, str], columns: Sequence[str], reads: Mapping[str, Read]
) -> tuple[dict[str, str], dict[str, str]]:
    """The values of a row by column, and what is wrong with those that cannot be taken."""
    found = {name: cell(told.get(name, ""), reads.get(name, text.searched)) for name in columns}
    values = {name: value for name, (value, _wrong) in found.items()}
    return values, {name: wrong for name, (_value, wrong) in found.items() if wrong}
