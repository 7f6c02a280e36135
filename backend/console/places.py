"""组织: the tree of places and units, and spreadsheets of places and residents on their way in."""

from typing import Any

import sqlalchemy as sa
from flask import request
from flask_wtf.file import FileField, FileRequired

from backend.console import place_lists, sheets
from backend.console.forms import Form, JustDo
from backend.console.frame import Staff, done, onward, page, show
from backend.db import session
from backend.errors import NotAllowed
from backend.organisations.models import Organisation
from backend.people import imports

TITLES = {"places": "组织", "residents": "居民"}
EXAMPLES = {
    "places": (
        ("社区", "新桥社区", "林海街道"),
        ("网格", "新桥-01", "新桥社区"),
        ("单位", "市林业局", "青松市"),
    ),
    "residents": (
        ("李某某", "松涛社区", "松涛-01", "", "雪松家园 1 号楼", "1941"),
        ("王某某", "松涛社区", "", "11100009999", "", ""),
    ),
}


class UploadForm(Form):
    sheet = FileField(
        "表格文件（.xlsx 或 .csv）", [FileRequired("请选择文件")], render_kw={"accept": ".xlsx,.csv"}
    )


@page("/places", guard="organisation:manage")
def places(staff: Staff) -> Any:
    """Streets with their communities, each with the number of its grids; units and centres."""
    counted = dict(
        session.execute(
            sa.select(Organisation.parent_id, sa.func.count())
            .where(Organisation.kind == "grid")
            .group_by(Organisation.parent_id)
        ).all()
    )
    rows = session.execute(
        sa.select(Organisation.id, Organisation.name, Organisation.parent_id, Organisation.kind)
        .where(Organisation.kind.in_(("street", "community")))
        .order_by(Organisation.id)
    ).all()
    return show(
        "places/tree.html",
        streets=[row for row in rows if row.kind == "street"],
        communities=[row for row in rows if row.kind == "community"],
        grids=counted,
        units=place_lists.of_kinds("unit"),
        centres=place_lists.of_kinds("centre"),
    )


def _may(staff: Staff, kind: str) -> None:
    if not staff.may(imports.SHEETS[kind].permission):
        raise NotAllowed()


@page("/imports/<any(places, residents):kind>", methods=("GET", "POST"))
def new_import(staff: Staff, kind: str) -> Any:
    """A sheet is read and checked; what it would do is shown before anything is done."""
    _may(staff, kind)
    form = UploadForm()

    def work() -> Any:
        file = form.sheet.data
        table = sheets.read(file.filename, file.read())
        return imports.begin(kind, file.filename, table, by=staff)

    if request.method == "POST" and done(form, work):
        return onward("console.import_page", import_id=form.outcome.id)
    return show(
        "places/upload.html",
        form=form,
        title=TITLES[kind],
        sheet=imports.SHEETS[kind],
        examples=EXAMPLES[kind],
    )


@page("/imports/<id:import_id>")
def import_page(staff: Staff, import_id: int) -> Any:
    """Before: the first rows and every bad cell. Under way: how far. Afterwards: what became of it."""
    return _page(staff, import_id, JustDo())


def _page(staff: Staff, import_id: int, form: Form) -> Any:
    found = imports.own(import_id, by=staff)
    _may(staff, found.kind)
    waiting = found.rows_sealed is not None
    return show(
        "places/import.html",
        form=form,
        found=found,
        title=TITLES[found.kind],
        columns=imports.SHEETS[found.kind].columns,
        rows=imports.rows_of(found)[:8] if waiting and not found.done else [],
        waiting=waiting,
        faults=sorted(found.faults),
    )


@page("/imports/<id:import_id>/step", methods=("POST",))
def import_step(staff: Staff, import_id: int) -> Any:
    """The next rows; the page sends this again by itself until all are in, or the clerk presses on."""
    found = imports.own(import_id, by=staff)
    _may(staff, found.kind)
    form = JustDo()
    if done(form, lambda: imports.step(import_id, by=staff)):
        return onward("console.import_page", import_id=import_id)
    return _page(staff, import_id, form)
