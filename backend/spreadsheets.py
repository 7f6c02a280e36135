"""What a spreadsheet program makes of a text in a file of ours, and what people write into its cells."""

import re
import unicodedata
from calendar import monthrange
from datetime import date
from typing import Any

# What begins a formula, also in the width of Chinese type, and what is skipped before one (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_BETWEEN = r"\s*[-/.年]\s*"
_DAY = re.compile(
    rf"([0-9]{{4}}){_BETWEEN}([0-9]{{1,2}})\s*[-/.月]\s*([0-9]{{1,2}})\s*日?(?:[T\s]*[0-9]{{1,2}}:[0-9:.]+)?"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})"
)
_MONTH = re.compile(rf"([0-9]{{4}})(?:{_BETWEEN}([0-9]{{1,2}})\s*月?|年?)")


def harmless(value: Any) -> Any:
    """A value of a CSV file, a text marked as a text where a program could take it for a formula (ASVS 1.2.10)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


class NotADay(ValueError):
    """What stands in a cell is no day; with a sentence for whoever filled it in."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def day(text: str) -> date | None:
    """A day as people write it: 2027-05-01, 2027/5/1, 2027年5月1日, 20270501; None for an empty cell. Raises NotADay."""
    plain = _plain(text)
    if not plain:
        return None
    found = _DAY.fullmatch(plain)
    if found is None:
        only_month = _MONTH.fullmatch(plain)
        raise NotADay(
            "没有写是哪一天，请写全，例如 2027-05-31" if only_month else "应为日期，例如 2027-05-01"
        )
    try:
        return date(*(int(part) for part in found.groups() if part is not None))
    except ValueError:
        raise NotADay("没有这一天，请核对，例如 2027-05-01") from None


def _plain(text: str) -> str:
    seen = (sign for sign in text if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", "".join(seen)).strip()


def written_end(text: str) -> str:
    """As `written_day`, of the last day of something: packages that name a month alone mean its last day."""
    month = _MONTH.fullmatch(_plain(text))
    if month is None or month[2] is None or not 1 <= int(month[2]) <= 12:
        return written_day(text)
    return date(int(month[1]), int(month[2]), monthrange(int(month[1]), int(month[2]))[1]).isoformat()


def written_day(text: str) -> str:
    """A day as it is kept, however it was written; what is none stays, to be named."""
    try:
        found = day(text)
    except NotADay:
        return text
    return found.isoformat() if found else ""
