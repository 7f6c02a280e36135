"""The certificate on paper (民政部令 67, 14): whose service, when, what, how long, recorded by whom.

Drawn anew each time it is asked for, from what is frozen, and never stored: when the person leaves, no copy
with their name is left here.
"""

from collections.abc import Sequence
from typing import Any

import segno
from fpdf import FPDF
from fpdf.fonts import FontFace

from backend import clock
from backend.errors import Refused
from backend.volunteering import certificate_links as links
from backend.volunteering import certificate_queries as queries
from backend.volunteering import sealed
from backend.volunteering.certificate_models import Certificate
from backend.volunteering.models import RecordSource
from backend.volunteering.notices import told_hours
from backend.volunteering.print_font import cut_to, printable
from backend.volunteering.record_models import SyncState

TITLE = "志愿服务记录证明"
NOT_SYNCHRONISED = "尚未同步全国志愿服务信息系统。"
BACKFILLED = "（补录）"
_HEADINGS = ("日期", "服务内容", "时长", "组织单位")
_WIDTHS = (26, 84, 30, 34)
_MARGIN, _LINE, _CODE = 18, 6, 30
_CONTENT_SIGNS = 80


class CertificateWithoutName(Refused):
    code, message = 40430, "持证人已注销账号，这份证明不能再下载"


class CertificateDoesNotHold(Refused):
    code, message = 40956, "这份证明已经不再有效，请重新开具"


def pdf(number: str) -> bytes:
    """The paper of a certificate that holds. Raises NotFound, CertificateDoesNotHold, CertificateWithoutName."""
    certificate = queries.numbered(number)
    rows = queries.contents([certificate.id]).get(certificate.id, [])
    if queries.status(certificate, rows) != "valid":
        raise CertificateDoesNotHold()
    name = sealed.name(certificate)
    if name is None:
        raise CertificateWithoutName()
    return _drawn(_PaperText(certificate, rows, name))


class _PaperText:
    """All words of the paper, each sign of them one that the font has."""

    def __init__(self, certificate: Certificate, rows: Sequence[Any], name: str) -> None:
        first, last = _day(certificate.first_day), _day(certificate.last_day)
        holder = f"{name}（志愿者编号 {queries.volunteer_number(certificate.person_id)}）"
        served = f"参加志愿服务 {len(rows)} 次，服务时长合计 {told_hours(certificate.minutes)}"
        self.number = certificate.number
        self.sentence = printable(f"兹证明{holder}于 {first}至 {last}{served}。服务记录如下：")
        self.rows = [tuple(map(printable, _cells(row))) for row in rows]
        self.issuer = printable(certificate.issuer_name)
        self.issued_at = certificate.issued_at
        self.issued = _day(clock.business_day(certificate.issued_at))
        self.address = links.verification(certificate.number)
        waiting = any(row.sync_state == SyncState.NOT_SYNCHRONISED for row in rows)
        self.notes = [
            _how_to_verify(self.address),
            "本证明免费开具，内容来自开具单位的志愿服务记录。",
            "服务记录更正以后，本证明失效，请重新开具。",
            *([NOT_SYNCHRONISED] if waiting else []),
        ]

    def all(self) -> str:
        cells = "".join(cell for row in self.rows for cell in row)
        own = (self.number, self.sentence, self.issuer, self.issued, *self.notes, *_HEADINGS)
        return "".join((TITLE, cells, *own, "编号：记录（开具）单位：开具日期：编号，第页0123456789 "))


def _how_to_verify(address: str) -> str:
    if address.startswith("http"):
        return f"查验：扫右侧二维码，或打开 {address}"
    return "查验：在开具单位所用系统的“查验服务证明”页面输入编号。"


def _day(day: Any) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _cells(row: Any) -> tuple[str, str, str, str]:
    content = row.content.replace("\n", " ")
    if len(content) > _CONTENT_SIGNS:
        content = content[: _CONTENT_SIGNS - 1] + "…"
    marked = BACKFILLED if row.source == RecordSource.BACKFILL else ""
    what = f"{row.activity_name}{marked}：{content}"
    return row.served_on.isoformat(), what, told_hours(row.minutes), row.organising_body


class _Paper(FPDF):
    """A4 upright, with the number and the page at the foot of each."""

    number = ""

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font("song", size=9)
        self.cell(0, _LINE, f"编号 {self.number}，第 {self.page_no()} 页", align="C")


def _drawn(told: _PaperText) -> bytes:
    with cut_to(told.all()) as font:
        paper = _Paper()
        paper.number = told.number
        paper.add_font("song", "", font)
        paper.set_title(TITLE)
        paper.set_lang("zh-CN")
        paper.set_creation_date(told.issued_at)
        paper.set_margin(_MARGIN)
        paper.set_auto_page_break(True, 20)
        paper.add_page()
        _head(paper, told)
        _table(paper, told)
        _foot(paper, told)
        return bytes(paper.output())


def _head(paper: FPDF, told: _PaperText) -> None:
    paper.set_font("song", size=24)
    paper.cell(0, 18, TITLE, align="C", new_x="LMARGIN", new_y="NEXT")
    paper.set_font("song", size=10)
    paper.cell(0, 8, f"编号：{told.number}", align="R", new_x="LMARGIN", new_y="NEXT")
    paper.set_font("song", size=12)
    paper.multi_cell(0, 8, told.sentence, align="L", new_x="LMARGIN", new_y="NEXT")
    paper.ln(3)


def _table(paper: FPDF, told: _PaperText) -> None:
    paper.set_font("song", size=10)
    with paper.table(
        col_widths=_WIDTHS, line_height=_LINE, headings_style=FontFace(fill_color=238), text_align="LEFT"
    ) as table:
        for cells in (_HEADINGS, *told.rows):
            table.row(cells)
    paper.ln(4)


def _foot(paper: FPDF, told: _PaperText) -> None:
    if paper.will_page_break(_CODE + 4 * _LINE):
        paper.add_page()
    paper.set_font("song", size=12)
    for line in (f"记录（开具）单位：{told.issuer}", f"开具日期：{told.issued}"):
        paper.cell(0, 8, line, align="R", new_x="LMARGIN", new_y="NEXT")
    paper.ln(4)
    left, above = paper.w - _MARGIN - _CODE, paper.get_y()
    # Without PUBLIC_URL nobody has said where the outside finds us.
    if told.address.startswith("http"):
        _code(paper, told.address, left, above)
    paper.set_font("song", size=9)
    for note in told.notes:
        paper.multi_cell(paper.epw - _CODE - 6, 5.5, note, align="L", new_x="LMARGIN", new_y="NEXT")


def _code(paper: FPDF, address: str, left: float, above: float) -> None:
    """The QR code as drawn squares: sharp on any printer."""
    rows = tuple(segno.make(address, error="m").matrix)
    side = _CODE / len(rows)
    paper.set_fill_color(0)
    for down, row in enumerate(rows):
        for along, dark in enumerate(row):
            if dark:
                paper.rect(left + along * side, above + down * side, side, side, style="F")
