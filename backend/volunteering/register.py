"""志愿服务记录台账: the records that count, with the fields of 民政部令 67, 7."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend.people.permissions import Permission
from backend.registers.definition import NUMBER, Column, Query, Register, Scope
from backend.volunteering import certificate_queries, days
from backend.volunteering.labels import SYNC_STATES
from backend.volunteering.limits import IN_FORCE
from backend.volunteering.record_models import ServiceDay, ServiceRecord


def _wanted(scope: Scope) -> sa.Select[Any]:
    """A line a day: what was served over midnight counts in the period of each of its days."""
    kept = [one for one in ServiceRecord.__table__.columns if one.name not in ("served_on", "minutes")]
    return (
        sa.select(*kept, days.DAY.label("served_on"), days.MINUTES.label("minutes"))
        .outerjoin(ServiceDay, days.DAYS_OF_RECORD)
        .where(
            ServiceRecord.community_id.in_(scope.communities),
            days.DAY.between(scope.first, scope.last),
            ServiceRecord.recorded_at < scope.cut_off,
            ServiceRecord.minutes > 0,
            IN_FORCE,
        )
    )


# Which of the days of its record a line is: its place among them, as the pages of a register want whole numbers.
_before = aliased(ServiceDay)
_NTH_DAY = (
    sa.select(sa.func.count())
    .where(_before.record_id == ServiceRecord.id, _before.day < ServiceDay.day)
    .scalar_subquery()
)


def volunteer_number(row: Any) -> str:
    """统一编号 in place of the ID number (MZ/T 061): it says nothing about the person."""
    return certificate_queries.volunteer_number(row.person_id)


SERVICE_RECORDS = Register(
    "service_records",
    "志愿服务记录台账",
    Permission.REGISTER_READ,
    Query(_wanted, (ServiceRecord.id, _NTH_DAY)),
    (
        NUMBER,
        Column("志愿者编号", "= volunteer_number(service_records.person_id)", volunteer_number, width=11),
        Column("姓名", "service_records.person_id", kind="person", width=9),
        Column("活动名称", "service_records.activity_name", width=18),
        Column("服务日期", "service_records.served_on", kind="day", width=11),
        Column("服务地点", "service_records.place", width=16),
        Column("服务内容", "service_records.content", width=26),
        Column("服务时长(小时)", "service_records.minutes", kind="hours", total=True, width=9),
        Column("活动组织单位", "service_records.organising_body", width=16),
        Column("活动负责人", "service_records.in_charge_id", kind="person", width=9),
        Column("评价", "nothing: nobody rates a volunteer here", width=8),
        Column("记录人", "service_records.recorded_by_id", kind="person", width=9),
        Column("记录日期", "service_records.recorded_at", kind="day", width=11),
        Column("审核人", "service_records.certified_by_id", kind="person", width=9),
        Column("同步状态", "service_records.sync_status", words=SYNC_STATES, width=9),
    ),
    note="按服务日期列出；已被更正的记录不再计入。与全国志愿服务信息系统同步前，均为“尚未同步”。",
    position=20,
)

REGISTERS = (SERVICE_RECORDS,)
