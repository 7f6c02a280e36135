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
from backend.console.people import sheet_help
from backend.console.people.sheet_help import HELP
from backend.db import transaction
from backend.errors import NotAllowed
from backend.imports import actions as imports
from backend.imports import doubts, reading
from backend.imports.actions import Sheet
from backend.imports.views import view_import
from backend.people import residents, roster, staff_sheets
from backend.people.residents import PersonView
from backend.supermarket import opening, shop_sheets
from backend.volunteering.actions import exchange

# Doubtful rows of one page.
MOST_ASKED = 100


KINDS = {
    kind: imports.SHEETS[kind]
    for kind in (
        "places",
        staff_sheets.KIND,
        "residents",
        roster.KIND,
        shop_sheets.KIND,
        opening.KIND,
        exchange.KIND,
    )
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


@page("/imports/<any(places, staff, residents, members, shops, stock, hours):kind>/blank")
def blank_sheet(staff: Staff, kind: str) -> Response:
    """An empty sheet to fill in."""
    sheet = _sheet(staff, kind)
    told = sheet_help.of(kind, sheet.permission, staff)
    file = io.BytesIO(uploads.blank(sheet.columns, sheet.needed, told.examples))
    # A header is ASCII, and gunicorn sends no other: Flask writes the Chinese name as RFC 6266 wants it.
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=f"{told.title}.xlsx")


@page(
    "/imports/<any(places, staff, residents, members, shops, stock, hours):kind>",
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
    told = sheet_help.of(kind, sheet.permission, staff)
    return render("imports/upload.html", form=form, kind=kind, told=told, sheet=sheet)


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
