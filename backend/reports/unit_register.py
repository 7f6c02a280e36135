"""单位汇总: what units' members did here, as totals. Units stand in the order of the tree, never by a number."""

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.organisations.models import Organisation
from backend.people.kinds import PartyRegistrationState
from backend.people.models import Consent, PartyRegistration, Team
from backend.people.one_person import remaining
from backend.people.permissions import Permission
from backend.registers.definition import Column, ComputedRows, Register, Scope
from backend.volunteering.limits import IN_FORCE
from backend.volunteering.models import Activity, ActivityState
from backend.volunteering.record_models import ServiceRecord

# What goes to a unit rests on the member's own consent, and stops with it (个人信息保护法 23).
CONSENT = "unit_feedback"


def _members(scope: Scope) -> list[sa.ColumnElement[bool]]:
    return [
        PartyRegistration.state == PartyRegistrationState.VERIFIED,
        PartyRegistration.community_id.in_(scope.communities),
    ]


def _registered(scope: Scope) -> dict[int, int]:
    wanted = sa.select(PartyRegistration.unit_id, sa.func.count()).where(*_members(scope))
    return dict(session.execute(wanted.group_by(PartyRegistration.unit_id)).all())


def _served(scope: Scope) -> dict[int, dict[str, int]]:
    """By unit and category, records of members who agreed that their unit is told."""
    agreed = sa.and_(
        Consent.person_id == PartyRegistration.person_id,
        Consent.document == CONSENT,
        Consent.withdrawn_at.is_(None),
    )
    wanted = (
        sa.select(PartyRegistration.unit_id, ServiceRecord.category, sa.func.count())
        .join(ServiceRecord, remaining(ServiceRecord.person_id) == PartyRegistration.person_id)
        .join(Consent, agreed)
        .where(
            *_members(scope),
            ServiceRecord.community_id.in_(scope.communities),
            ServiceRecord.served_on.between(scope.first, scope.last),
            ServiceRecord.minutes > 0,
            IN_FORCE,
        )
        .group_by(PartyRegistration.unit_id, ServiceRecord.category)
        .order_by(PartyRegistration.unit_id, ServiceRecord.category)
    )
    told: dict[int, dict[str, int]] = defaultdict(dict)
    for unit_id, category, count in session.execute(wanted):
        told[unit_id][category] = count
    return told


def _organised(scope: Scope) -> dict[int, int]:
    """Activities held by units' teams: a team is its leader's unit's."""
    wanted = (
        sa.select(PartyRegistration.unit_id, sa.func.count())
        .select_from(Activity)
        .join(Team, Team.id == Activity.team_id)
        .join(PartyRegistration, PartyRegistration.person_id == Team.leader_id)
        .where(
            Team.kind == "unit",
            PartyRegistration.state == PartyRegistrationState.VERIFIED,
            Activity.community_id.in_(scope.communities),
            Activity.state.in_((ActivityState.ENDED, ActivityState.CERTIFIED)),
            Activity.starts_at >= scope.since,
            Activity.starts_at < scope.until,
        )
    )
    return dict(session.execute(wanted.group_by(PartyRegistration.unit_id)).all())


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
