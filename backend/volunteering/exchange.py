"""The national volunteer exchange: service records in the rule's fields, and who carries them (民政部令 67, 4, 7).

How a province takes them in is not published: so an adapter stands between. The one here
writes a file for the clerk to upload and reads the file that comes back; a province's own interface would be
another class of the same shape.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Protocol

from backend import text
from backend.errors import Refused
from backend.imports import cells
from backend.spreadsheets import harmless

# Of the mapping below: changes with the fields, so that a file says which one it was written by.
VERSION = "2026-1"
NOT_YET = "尚未同步全国志愿服务信息系统"
# Our record's field by the heading of the exchange (民政部令 67, 7; MZ/T 061: 统一编号 instead of the ID number).
FIELDS = {
    "记录编号": "number",
    "志愿者编号": "volunteer",
    "姓名": "name",
    "活动名称": "activity_name",
    "服务日期": "served_on",
    "服务地点": "place",
    "服务内容": "content",
    "服务时长（小时）": "hours",
    "组织单位": "organising_body",
    "负责人": "in_charge",
    "更正的记录编号": "corrects",
    "同步状态": "status",
}
ANSWER = ("记录编号", "结果", "说明")
ACCEPTED = ("成功", "已接收", "已同步")


class NotAnAnswer(Refused):
    code, message = 42268, "没有找到“记录编号”和“结果”两列，请选择全国系统返回的结果文件"


@dataclass(frozen=True)
class Delivered:
    """One record in the fields of the exchange, as FIELDS heads them; `hours` of 60 minutes, the day in ISO 8601."""

    number: str
    volunteer: str
    name: str
    activity_name: str
    served_on: str
    place: str
    content: str
    hours: float
    organising_body: str
    in_charge: str
    corrects: str
    status: str


@dataclass(frozen=True)
class Answer:
    """What the platform says of one record."""

    number: str
    accepted: bool
    remark: str = ""


class Platform(Protocol):
    """Where service records go to. Nothing counts as synchronised before the platform has said so."""

    def deliver(self, records: Iterable[Delivered]) -> int:
        """Hands the records over; answers how many."""
        ...

    def answers(self) -> Iterator[Answer]:
        """What it has said since; the same may be said twice."""
        ...


class FilePlatform:
    """A file to carry there, and the file that comes back. Either may be missing."""

    def __init__(self, out: IO[bytes] | None = None, back: list[list[str]] | None = None) -> None:
        self._out, self._back = out, back

    def deliver(self, records: Iterable[Delivered]) -> int:
        if self._out is None:
            raise ValueError("no file to write to")
        text = io.TextIOWrapper(self._out, "utf-8-sig", newline="", write_through=True)
        lines, count = csv.writer(text), 0
        lines.writerow(FIELDS)
        for count, record in enumerate(records, start=1):  # noqa: B007 - how many there were
            lines.writerow([harmless(getattr(record, name)) for name in FIELDS.values()])
        text.detach()
        return count

    def answers(self) -> Iterator[Answer]:
        """Raises NotAnAnswer."""
        head = cells.heads(self._back[0], ANSWER) if self._back else []
        if not {"记录编号", "结果"} <= set(head):
            raise NotAnAnswer()
        for typed in (self._back or [])[1:]:
            told = dict(zip(head, (cell.strip() for cell in typed), strict=False))
            if told.get("记录编号"):
                yield Answer(told["记录编号"], told.get("结果", "") in ACCEPTED, told.get("说明", ""))


def record_number(record_id: int) -> str:
    return f"R{record_id:09d}"


def record_id(number: str) -> int | None:
    """The other way round; None for what is no number of ours."""
    digits = text.number(number).upper().removeprefix("R")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None
