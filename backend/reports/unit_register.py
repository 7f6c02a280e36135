"""单位汇总: what units' members did here, as totals. Units stand in the order of the tree, never by a number."""

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend.db import session
from backend.journal import JournalLine
from backend.organisations.models import Organisation
from backend.people import registrations
from backend.people.models import Consent, Team
from backend.people.one_person import remaining
from backend.people.permissions import Permission
from backend.registers.definition import Column, ComputedRows, Register, Scope
from backend.volunteering.models import Activity
from backend.volunteering.record_models import ServiceRecord

# What goes to a unit rests on the member's own consent, and stops with it (个人信息保护法 23).
CONSENT = "unit_feedback"


def _members(scope: Scope) -> Any:
    """Those who were registered in these communities when the days ended."""
    there = registrations.registered_at(scope.until)
    return (
        sa.select(there.c.person_id, there.c.unit_id)
        .where(there.c.community_id.in_(scope.communities))
        .subquery()
    )


def _registered(scope: Scope) -> dict[int, int]:
    there = _members(scope)
    return dict(session.execute(sa.select(there.c.unit_id, sa.func.count()).group_by(there.c.unit_id)).all())


def _served(scope: Scope) -> dict[int, dict[str, int]]:
    """By unit and category, records of members who agreed in these days or before, and still agree, that their unit is
    told. What was taken back by a correction counts against the days in which it was."""
    there, before = _members(scope), aliased(ServiceRecord)
    agreed = sa.and_(
        Consent.person_id == there.c.person_id,
        Consent.document == CONSENT,
        Consent.given_at < scope.until,
        Consent.withdrawn_at.is_(None),
    )
    adds = sa.case((ServiceRecord.minutes > 0, 1), else_=0) - sa.case((before.minutes > 0, 1), else_=0)
    wanted = (
        sa.select(there.c.unit_id, ServiceRecord.category, sa.func.sum(adds))
        .select_from(there)
        .join(ServiceRecord, remaining(ServiceRecord.person_id) == there.c.person_id)
        .join(Consent, agreed)
        .outerjoin(before, before.id == ServiceRecord.corrects_id)
        .where(
            ServiceRecord.community_id.in_(scope.communities),
            ServiceRecord.recorded_at >= scope.since,
            ServiceRecord.recorded_at < scope.until,
        )
        .group_by(there.c.unit_id, ServiceRecord.category)
        .order_by(there.c.unit_id, ServiceRecord.category)
    )
    told: dict[int, dict[str, int]] = defaultdict(dict)
    for unit_id, category, count in session.execute(wanted):
        if count:
            told[unit_id][category] = int(count)
    return told


def _organised(scope: Scope) -> dict[int, int]:
    """Activities of units' teams that ended in these days: a team is its leader's unit's."""
    there, line = registrations.registered_at(scope.until), JournalLine
    ended = (line.subject_kind == "activity", line.subject_id == Activity.id, line.verb == "end")
    wanted = (
        sa.select(there.c.unit_id, sa.func.count())
        .select_from(Activity)
        .join(Team, Team.id == Activity.team_id)
        .join(there, there.c.person_id == Team.leader_id)
        .where(
            Team.kind == "unit",
            Activity.community_id.in_(scope.communities),
            sa.exists().where(*ended, line.at >= scope.since, line.at < scope.until),
        )
    )
    return dict(session.execute(wanted.group_by(there.c.unit_id)).all())


def _rows(scope: Scope) -> list[Any]:
    registered, served, organised = _registered(scope), _served(scope), _organised(scope)
    units = sa.select(Organisation.id).where(Organisation.kind == "unit").order_by(Organisation.id)
    return [
        SimpleNamespace(
            unit_id=unit,
            registered=registered.get(unit, 0),
            served=sum(served[unit].values()),
            organised=organised.get(unit, 0),
            summary="、".join(served[unit]) or None,
        )
        for unit in session.scalars(units)
        if unit in registered or unit in served or unit in organised
    ]


def registered_members(row: Any) -> int:
    return row.registered


def times_served(row: Any) -> int:
    return row.served


def activities_held(row: Any) -> int:
    return row.organised


def kinds_of_service(row: Any) -> str | None:
    return row.summary


UNITS = Register(
    "units",
    "单位汇总",
    Permission.REGISTER_TOTALS,
    ComputedRows(_rows),
    (
        Column("单位", "party_registrations.unit_id", kind="place", width=24),
        Column(
            "已报到人数",
            "= registered_members(party_registrations.status)",
            registered_members,
            "number",
            total=True,
            width=12,
        ),
        Column(
            "参加人次",
            "= times_served(service_records.person_id, consents.document)",
            times_served,
            "number",
            total=True,
            width=12,
        ),
        Column(
            "组织活动数",
            "= activities_held(activities.team_id, teams.leader_id)",
            activities_held,
            "number",
            total=True,
            width=12,
        ),
        Column("服务内容摘要", "= kinds_of_service(service_records.category)", kinds_of_service, width=50),
    ),
    note="按单位的固定次序列出，不排名次。参加人次只统计同意向单位反馈的党员；组织活动数统计由单位党员任队长的单位志愿队。",
)
