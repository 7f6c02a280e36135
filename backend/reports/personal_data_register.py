"""个人信息台账: why personal data is processed, on what ground, for how long, and how rights were used.

The purposes stand in the room beside this one; whoever makes the app tells them here.
"""

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.journal import JournalLine
from backend.organisations.models import Reach
from backend.people.permissions import Permission
from backend.registers.definition import Column, ComputedRows, Register, Scope

_COUNTED = {
    "opened": ("open_person", "open_contact", "open_register"),
    "exported": ("export",),
    "cancelled": ("cancel",),
}
_purposes: Callable[[], Sequence[Mapping[str, Any]]] = list


def register_purposes(purposes: Callable[[], Sequence[Mapping[str, Any]]]) -> None:
    """Says once, when the app is made, where the purposes are known: `purpose, fields, basis, document,
    version, retention`."""
    global _purposes
    _purposes = purposes


def _rows(scope: Scope) -> list[Any]:
    nothing = dict.fromkeys(_COUNTED)
    purposes = [
        SimpleNamespace(**{**one, "fields": "、".join(one["fields"])}, **nothing) for one in _purposes()
    ]
    empty = dict.fromkeys(("fields", "basis", "document", "version", "retention"))
    return [*purposes, SimpleNamespace(purpose="以上各项的权利行使", **empty, **_counts(scope))]


def _counts(scope: Scope) -> dict[str, int]:
    """Totals of these days, never of a person. A person's own export or leaving has no place: the city's."""
    here: sa.ColumnElement[bool] = JournalLine.organisation_id.in_(
        sa.select(Reach.descendant_id).where(Reach.ancestor_id == scope.place_id)
    )
    if scope.kind == "city":
        here = sa.or_(here, JournalLine.organisation_id.is_(None))
    verbs = [verb for verbs in _COUNTED.values() for verb in verbs]
    rows = session.execute(
        sa.select(JournalLine.verb, sa.func.count())
        .where(
            here,
            JournalLine.at >= scope.since,
            JournalLine.at < scope.until,
            JournalLine.subject_kind.in_(("person", "wish", "complaint", "register")),
            JournalLine.verb.in_(verbs),
            # What time alone ended, nobody asked for.
            JournalLine.actor_id.is_not(None),
        )
        .group_by(JournalLine.verb)
    )
    counted = dict(rows.all())
    return {name: sum(counted.get(verb, 0) for verb in verbs) for name, verbs in _COUNTED.items()}


def purpose(row: Any) -> str:
    return row.purpose


def fields(row: Any) -> str | None:
    return row.fields


def basis(row: Any) -> str | None:
    return row.basis


def consented_version(row: Any) -> str | None:
    return row.version


def retention(row: Any) -> str | None:
    return row.retention


def times_opened(row: Any) -> int | None:
    return row.opened


def times_exported(row: Any) -> int | None:
    return row.exported


def times_cancelled(row: Any) -> int | None:
    return row.cancelled


PERSONAL_DATA = Register(
    "personal_data",
    "个人信息台账",
    Permission.REGISTER_TOTALS,
    ComputedRows(_rows),
    (
        Column("处理目的", "= purpose()", purpose, width=15),
        Column("字段", "= fields()", fields, width=22),
        Column("依据", "= basis()", basis, width=24),
        Column("同意版本", "= consented_version(consents.version)", consented_version, width=10),
        Column("留存期", "= retention()", retention, width=26),
        Column("查阅请求数", "= times_opened(journal.verb)", times_opened, "number", total=True, width=10),
        Column(
            "导出请求数", "= times_exported(journal.verb)", times_exported, "number", total=True, width=10
        ),
        Column(
            "删除请求数", "= times_cancelled(journal.verb)", times_cancelled, "number", total=True, width=10
        ),
        Column("处理时长", "nothing: each request is carried out in the moment it is made", width=9),
    ),
    note="查阅是工作人员写明理由后查看居民信息的次数；导出和删除由居民自己办理，当时办结，只计入全市。",
)
