"""导入: spreadsheets of places, residents, party members and opening stock on their way in.

A sheet is checked before anything is done, taken in step by step, and may come twice without doubles.
"""

import io
from dataclasses import dataclass
from typing import Any

from flask import Response, request, send_file

from backend.console.frame import uploads
from backend.console.frame.forms import Form, JustDo
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form, run_in_parts
from backend.console.frame.uploads import XLSX, UploadForm
from backend.db import transaction
from backend.errors import NotAllowed
from backend.imports import actions as imports
from backend.imports import doubts, reading
from backend.imports.actions import Sheet
from backend.imports.views import view_import
from backend.people import residents, roster, staff_sheets
from backend.people.residents import PersonView
from backend.supermarket import opening
from backend.volunteering.actions import exchange

# Doubtful rows of one page.
MOST_ASKED = 100


@dataclass(frozen=True)
class SheetHelp:
    """How a kind of sheet is told to clerks: its name, what becomes of its rows, rows as they may look."""

    title: str
    note: str
    examples: tuple[tuple[str, ...], ...]


HELP = {
    "places": SheetHelp(
        "组织",
        "街道、社区、网格、单位和党群服务中心，上级写在下级前面。",
        (("社区", "新桥社区", "林海街道"), ("网格", "新桥-01", "新桥社区"), ("单位", "市林业局", "青松市")),
    ),
    "staff": SheetHelp(
        "工作人员",
        "一人一岗一行，从今天起任职。还没登记的人按姓名和手机号登记；地方有同名的，在“上级”里写明。",
        (
            ("赵某某", "11100006666", "社区工作者", "松涛社区", ""),
            ("钱某某", "11100005555", "网格员", "松涛-01", "松涛社区"),
            ("孙某某", "11100004444", "超市管理员", "松涛社区", ""),
        ),
    ),
    "residents": SheetHelp(
        "居民",
        "为居民登记并发纸质卡，登记后就算已核实。",
        (
            ("李某某", "松涛社区", "松涛-01", "", "雪松家园 1 号楼", "1941"),
            ("王某某", "松涛社区", "", "11100009999", "", ""),
        ),
    ),
    "members": SheetHelp(
        "在职党员",
        "单位提供的名册，导入后就算双报到已核实。系统里还没有的党员会一并登记、发卡；六大员可以写几个，用顿号隔开。",
        (
            ("陈某某", "11100008888", "市水务局", "松涛社区", "便民服务员、帮扶济困员"),
            ("周某某", "11100007777", "市教育局", "松涛社区", ""),
        ),
    ),
    "stock": SheetHelp(
        "期初库存",
        f"启用系统前已经在货架上的物品，按“{opening.DOCUMENT}”入库。一批物品一行；超市里还没有的物品要写积分。",
        (
            ("松涛兑换超市", "东北大米 5 公斤", "20", "袋", "44", "A2601", "2027-05-01", "采购", ""),
            ("松涛兑换超市", "毛巾", "36", "条", "8", "", "", "捐赠", "某某商店"),
        ),
    ),
    "hours": SheetHelp(
        "其他平台的时长",
        "居民在其他志愿服务平台的记录，从那里导出后导入。单独显示，不计入本系统的时长和积分。编号和手机号至少填一项。",
        (
            (
                "V0000042",
                "",
                "李某某",
                "省志愿服务平台",
                "2026-000123",
                "2026-03-05",
                "清雪",
                "市志愿者协会",
                "2.5",
            ),
            ("", "11100009999", "王某某", "省志愿服务平台", "2026-000124", "2026-03-05", "清雪", "", "2"),
        ),
    ),
}
KINDS = {
    kind: imports.SHEETS[kind]
    for kind in ("places", staff_sheets.KIND, "residents", roster.KIND, opening.KIND, exchange.KIND)
}


def _sheet(staff: Staff, kind: str) -> Sheet:
    found = KINDS[kind]
    if not staff.may(found.permission):
        raise NotAllowed()
    return found


@page("/imports")
def all_imports(staff: Staff) -> Any:
    """Which sheets this person may bring in."""
    mine = [(kind, HELP[kind], sheet) for kind, sheet in KINDS.items() if staff.may(sheet.permission)]
    if not mine:
        raise NotAllowed()
    return render("imports/all.html", kinds=mine)


@page("/imports/<any(places, staff, residents, members, stock, hours):kind>/blank")
def blank_sheet(staff: Staff, kind: str) -> Response:
    """An empty sheet to fill in."""
    sheet, told = _sheet(staff, kind), HELP[kind]
    file = io.BytesIO(uploads.blank(sheet.columns, sheet.needed, told.examples))
    # A header is ASCII, and gunicorn sends no other: Flask writes the Chinese name as RFC 6266 wants it.
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=f"{told.title}.xlsx")


@page(
    "/imports/<any(places, staff, residents, members, stock, hours):kind>",
    methods=("GET", "POST"),
    largest=reading.MOST_BYTES,
)
def new_import(staff: Staff, kind: str) -> Any:
    """A sheet is read and checked; what it would do is shown before anything is done."""
    sheet, form = _sheet(staff, kind), UploadForm()

    def checked() -> imports.Checked:
        return imports.look_up(imports.check(kind, form.table()), actor=staff)

    def work(found: imports.Checked) -> Any:
        return imports.begin(form.sheet.data.filename, found, actor=staff)

    if request.method == "POST" and run_form(form, work, precheck=checked):
        return redirect_with_message("console.import_page", import_id=form.outcome.id)
    return render("imports/upload.html", form=form, kind=kind, told=HELP[kind], sheet=sheet)


@page("/imports/<id:import_id>")
def import_page(staff: Staff, import_id: int) -> Any:
    """Before: the first rows and every bad cell. Under way: how far. Afterwards: what became of it."""
    return _page(staff, import_id, JustDo())


def _page(staff: Staff, import_id: int, form: Form) -> Any:
    found = imports.own(import_id, actor=staff)
    sheet = _sheet(staff, found.kind)
    rows = [] if found.finished_at else imports.first_rows(found)
    asked = [] if found.finished_at or rows else _asked(found.id)
    return render(
        "imports/import.html",
        form=form,
        found=view_import(found),
        title=HELP[found.kind].title,
        columns=sheet.columns,
        rows=[] if found.done else rows[:8],
        # A sheet without a good row waits for nothing, and does not end either.
        waiting=bool(rows or asked) or not found.total,
        asked=asked,
        faults=sorted(found.faults),
        warnings=sorted(found.warnings),
    )


@page("/imports/<id:import_id>/step", methods=("POST",))
def import_step(staff: Staff, import_id: int) -> Any:
    """The next rows; the page sends this again by itself until all are in, or the clerk presses on."""
    found = imports.own(import_id, actor=staff)
    _sheet(staff, found.kind)
    form = JustDo()
    # Pressed once more when all is done, it shows that.
    if found.finished_at or run_in_parts(form, lambda: _step(import_id, staff)):
        return redirect_with_message("console.import_page", import_id=import_id)
    return _page(staff, import_id, form)


@dataclass(frozen=True)
class Asked:
    """A doubtful row as the clerk is asked of it, with those whom it may mean."""

    line: int
    cells: list[str]
    why: str
    likely: list[PersonView]


def _asked(import_id: int) -> list[Asked]:
    rows = doubts.waiting(import_id, MOST_ASKED)
    people = residents.views({one for row in rows for one in row.likely})
    return [
        Asked(
            row.line,
            [cell for cell in row.row.values() if cell],
            row.why,
            [people[one] for one in row.likely if one in people],
        )
        for row in rows
    ]


@page("/imports/<id:import_id>/decide", methods=("POST",))
def decide_rows(staff: Staff, import_id: int) -> Any:
    """What the clerk says of the doubtful rows; those that they say nothing of wait on."""
    found = imports.own(import_id, actor=staff)
    _sheet(staff, found.kind)
    given = {
        name.removeprefix("row-"): value for name, value in request.form.items() if name.startswith("row-")
    }
    said = [
        (int(line), value)
        for line, value in given.items()
        if line.isascii() and line.isdigit() and len(line) < 6
    ]
    form = JustDo()
    if run_in_parts(form, lambda: _decide(import_id, said, staff)):
        return redirect_with_message("console.import_page", import_id=import_id)
    return _page(staff, import_id, form)


def _decide(import_id: int, said: list[tuple[int, str]], staff: Staff) -> None:
    """In parts, as rows are taken in: others write in between."""
    for begun in range(0, len(said), imports.PART):
        with transaction():
            imports.decide(import_id, dict(said[begun : begun + imports.PART]), actor=staff)


def _step(import_id: int, staff: Staff) -> None:
    """Each part in a transaction of its own: others write in between, and what is in stays in."""
    ahead = imports.look_ahead(import_id, actor=staff)
    for part in ahead.parts:
        with transaction():
            imports.take_in(ahead, part, actor=staff)
