"""志愿服务记录台账: the records that count, with the fields of 民政部令 67, 7."""

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend.db import Moment, session
from backend.journal import JournalLine
from backend.people.permissions import Permission
from backend.registers.definition import NUMBER, Column, Query, Register, Scope
from backend.volunteering import certificate_queries
from backend.volunteering.exchange import record_number
from backend.volunteering.labels import SYNC_STATES
from backend.volunteering.record_models import ServiceRecord, SyncState

_before = aliased(ServiceRecord)


def _wanted(scope: Scope) -> sa.Select[Any]:
    return (
        sa.select(
            *ServiceRecord.__table__.columns,
            _before.minutes.label("minutes_before"),
            sa.literal(scope.until, Moment).label("until"),
        )
        .select_from(ServiceRecord)
        .outerjoin(_before, _before.id == ServiceRecord.corrects_id)
        .where(
            ServiceRecord.community_id.in_(scope.communities),
            ServiceRecord.recorded_at >= scope.since,
            ServiceRecord.recorded_at < scope.until,
        )
    )


def _as_it_stood(rows: Sequence[Any]) -> Iterable[Any]:
    """What was synchronised after the period was not synchronised in it."""
    if not rows:
        return []
    wanted = sa.select(JournalLine.subject_id).where(
        JournalLine.subject_kind == "service_record",
        JournalLine.verb == "synchronise",
        JournalLine.subject_id.in_([row.id for row in rows]),
        JournalLine.at >= rows[0].until,
    )
    later = set(session.scalars(wanted))
    return [
        SimpleNamespace(
            **{
                **row._mapping,
                "sync_status": SyncState.NOT_SYNCHRONISED if row.id in later else row.sync_status,
            }
        )
        for row in rows
    ]


def minutes(row: Any) -> int:
    """Of a correction by how much it changes what stood before it: less than nothing, where it takes away."""
    return row.minutes - (row.minutes_before or 0)


def content(row: Any) -> str:
    """What was done; of a correction first which record it corrects."""
    if row.corrects_id is None:
        return row.content
    return f"更正记录 {record_number(row.corrects_id)}，更正后 {row.minutes} 分钟：{row.content}"


def volunteer_number(row: Any) -> str:
    """统一编号 in place of the ID number (MZ/T 061): it says nothing about the person."""
    return certificate_queries.volunteer_number(row.person_id)


SERVICE_RECORDS = Register(
    "service_records",
    "志愿服务记录台账",
    Permission.REGISTER_READ,
    Query(_wanted, (ServiceRecord.id,), _as_it_stood),
    (
        NUMBER,
        Column("志愿者编号", "= volunteer_number(service_records.person_id)", volunteer_number, width=11),
        Column("姓名", "service_records.person_id", kind="person", width=9),
        Column("活动名称", "service_records.activity_name", width=18),
        Column("服务日期", "service_records.served_on", kind="day", width=11),
        Column("服务地点", "service_records.place", width=16),
        Column(
            "服务内容", "= content(service_records.content, service_records.corrects_id)", content, width=26
        ),
        Column("服务时长(小时)", "= minutes(service_records.minutes)", minutes, "hours", total=True, width=9),
        Column("活动组织单位", "service_records.organising_body", width=16),
        Column("活动负责人", "service_records.in_charge_id", kind="person", width=9, aside=True),
        Column("评价", "nothing: nobody rates a volunteer here", width=8, aside=True),
        Column("记录人", "service_records.recorded_by_id", kind="person", width=9, aside=True),
        Column("记录日期", "service_records.recorded_at", kind="day", width=11, aside=True),
        Column("审核人", "service_records.certified_by_id", kind="person", width=9),
        Column("同步状态", "service_records.sync_status", words=SYNC_STATES, width=9, aside=True),
    ),
    note="按记录日期列出；以前的服务、这一期才记录的，列在这一期。更正另列一行，时长是更正前后的差，原来的一行不动。与全国志愿服务信息系统同步前，均为“尚未同步”。",
    position=20,
)

REGISTERS = (SERVICE_RECORDS,)
