"""Bringing in the next version of a list: a preview, then the confirmation that writes it."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, journal, numbering
from backend.db import lock_row, session
from backend.duties import queries
from backend.duties.kinds import ImportState, RowKind
from backend.duties.models import DutyImport, DutyImportRow, DutyItem, DutyList, ItemCategory, ItemCooperator
from backend.duties.sheets import Compared
from backend.errors import InvalidInput, StateConflict
from backend.journal import Actor
from backend.organisations import queries as places
from backend.people import permissions
from backend.people.permissions import Permission


class ListImported(StateConflict):
    message = "这张表已经确认过了，请刷新"


class ListMovedOn(StateConflict):
    message = "预览以后清单已经有了新的一版，请重新导入这张表"


def preview(kind: str, title: str, valid_from: date, sheet: Compared, *, actor: Actor) -> DutyImport:
    """Keeps what a sheet would change of the newest version; of the list itself nothing is written yet.

    Raises NotAllowed, InvalidInput where the next version would begin before the newest one.
    """
    city = places.city_id()
    permissions.require(actor.id, Permission.LIST_CHANGE, city)
    _check_begins(kind, valid_from)
    made = DutyImport(
        list_kind=kind,
        title=title,
        valid_from=valid_from,
        base_version=sheet.base_version,
        state=ImportState.PREVIEW,
        by_id=actor.id,
        made_at=clock.now(),
    )
    session.add(made)
    session.flush()
    rows = [
        {
            "import_id": made.id,
            "line": one.line,
            "kind": one.kind,
            "code": one.code,
            "said": one.said,
            "changes": list(one.changes),
            "faults": list(one.faults),
        }
        for one in sheet.rows
    ]
    if rows:
        session.execute(sa.insert(DutyImportRow), rows)
    journal.write(
        "preview",
        "duty_import",
        made.id,
        actor=actor,
        states=(None, made.state),
        place=city,
        facts={"kind": kind},
    )
    return made


def _check_begins(kind: str, valid_from: date) -> None:
    base = queries.newest(kind)
    if base is not None and valid_from <= base.valid_from:
        raise InvalidInput({"validFrom": [f"应晚于现行一版的生效日期 {base.valid_from.isoformat()}"]})


def confirm(import_id: int, *, actor: Actor) -> DutyImport:
    """The sheet becomes the next version, and the one before ends with the day before it begins. One that says what the
    newest version says already changes nothing.

    Raises NotFound, NotAllowed, ListImported, ListMovedOn, InvalidInput.
    """
    city = places.city_id()
    permissions.require(actor.id, Permission.LIST_CHANGE, city)
    found = lock_row(DutyImport, import_id)
    if found.state != ImportState.PREVIEW:
        raise ListImported()
    # Who confirms another sheet of the same list waits here.
    numbering.keep_others_out(f"duty_list:{found.list_kind}")
    base = queries.newest(found.list_kind)
    if (base.version if base else 0) != found.base_version:
        raise ListMovedOn()
    rows = session.scalars(
        sa.select(DutyImportRow).where(DutyImportRow.import_id == found.id).order_by(DutyImportRow.id)
    ).all()
    if any(row.kind in (RowKind.NEW, RowKind.CHANGED) for row in rows):
        _check_begins(found.list_kind, found.valid_from)
        found.list_id = _publish(found, base, rows, city, actor)
    found.state, found.confirmed_at = ImportState.CONFIRMED, clock.now()
    session.flush()
    journal.write(
        "confirm",
        "duty_import",
        found.id,
        actor=actor,
        states=(ImportState.PREVIEW, ImportState.CONFIRMED),
        place=city,
        facts={"list": found.list_id},
    )
    return found


def _publish(found: DutyImport, base: DutyList | None, rows: Any, city: int, actor: Actor) -> int:
    if base is not None:
        base.valid_to = found.valid_from - timedelta(days=1)
        session.flush()
    made = DutyList(
        kind=found.list_kind, version=found.base_version + 1, title=found.title, valid_from=found.valid_from
    )
    session.add(made)
    session.flush()
    write_items(made.id, {row.code: row.said for row in rows if row.said is not None})
    journal.write("publish", "duty_list", made.id, actor=actor, place=city, facts={"version": made.version})
    return made.id


def write_items(list_id: int, said: dict[str, dict[str, Any]]) -> None:
    """All items of a version, in three statements."""
    if not said:
        return
    session.execute(sa.insert(DutyItem), [_item(list_id, code, one) for code, one in said.items()])
    ids = dict(
        session.execute(sa.select(DutyItem.code, DutyItem.id).where(DutyItem.list_id == list_id)).all()
    )
    helps = [
        {"item_id": ids[code], "organisation_id": unit}
        for code, one in said.items()
        for unit in one["cooperators"]
    ]
    fits = [
        {"item_id": ids[code], "category_code": category}
        for code, one in said.items()
        for category in one["categories"]
    ]
    if helps:
        session.execute(sa.insert(ItemCooperator), helps)
    if fits:
        session.execute(sa.insert(ItemCategory), fits)


def _item(list_id: int, code: str, said: dict[str, Any]) -> dict[str, Any]:
    value, unit = said["term"] or (None, None)
    return {
        "list_id": list_id,
        "code": code,
        "name": said["name"],
        "lead_unit_id": said["lead"],
        "lead_does": said["lead_does"],
        "cooperator_does": said["cooperator_does"],
        "town_does": said["town_does"],
        "legal_basis": said["basis"],
        "term_value": value,
        "term_unit": unit,
    }
