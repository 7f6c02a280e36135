"""Synchronising service records with the national system, and taking in hours that other platforms hold."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend import clock, journal, spreadsheets, text
from backend.db import session, view_of
from backend.errors import NotAllowed, Refused, StateConflict
from backend.imports import actions as imports
from backend.imports.actions import Fault, Row, Sheet
from backend.journal import Actor
from backend.people import permissions, sealed
from backend.people.kinds import PersonState
from backend.people.models import Person, Residency
from backend.people.one_person import remaining
from backend.people.permissions import Permission
from backend.people.sameness import name_key
from backend.people.sheets import phone_faults
from backend.volunteering import exchange
from backend.volunteering.certificate_queries import volunteer_number
from backend.volunteering.exchange import Delivered, Platform, record_id, record_number
from backend.volunteering.exchange_models import DAY, HoursElsewhere
from backend.volunteering.limits import IN_FORCE
from backend.volunteering.record_models import ServiceRecord, SyncState
from backend.volunteering.views import HeldElsewhere, HeldRecord

# Records that go with one delivery; what is left goes with the next one.
MOST_RECORDS = 5000


class NothingToSynchronise(Refused):
    code, message = 42269, "没有待同步的服务记录"


class NoSuchVolunteer(Refused):
    code, message = 42266, "您的任职范围里没有这位志愿者，请核对编号（或手机号）和姓名"


class SeveralVolunteers(StateConflict):
    message = "有 {count} 位志愿者姓名和手机号都相同，请填写志愿者编号"


class RecordedOtherwise(Refused):
    code, message = 42267, "“{platform}”的记录 {reference} 以前导入过，内容不一样，没有改动"


_corrected = aliased(ServiceRecord)
_corrects_a_synchronised_one = (
    sa.exists()
    .where(_corrected.id == ServiceRecord.corrects_id, _corrected.sync_state == SyncState.SYNCHRONISED)
    .correlate(ServiceRecord)
)


# A record of nobody is refused there each time it comes: whoever cancelled their account has no name any more, and
# whoever has not said it yet is waited for. What was not taken there stays, and is shown, as not synchronised.
_of_somebody = (
    sa.exists()
    .where(Person.id == remaining(ServiceRecord.person_id), Person.real_name_sealed.is_not(None))
    .correlate(ServiceRecord)
)


def _pending(actor: Actor) -> list[sa.ColumnElement[bool]]:
    """Records that count and are not there yet; taken back to nothing only where the other side has them."""
    return [
        ServiceRecord.community_id.in_(permissions.reach_of(actor.id, Permission.SERVICE_RECORD_SYNCHRONISE)),
        ServiceRecord.sync_state == SyncState.NOT_SYNCHRONISED,
        IN_FORCE,
        sa.or_(ServiceRecord.minutes > 0, _corrects_a_synchronised_one),
        _of_somebody,
    ]


def pending(*, actor: Actor) -> int:
    """How many records of the clerk's places wait to be synchronised."""
    return session.scalars(
        sa.select(sa.func.count()).select_from(ServiceRecord).where(*_pending(actor))
    ).one()


def deliver(platform: Platform, *, actor: Actor) -> set[int]:
    """Hands what waits to the platform, oldest first; whose records they are is to be noted before the platform
    keeps them. Slow: outside any transaction.

    The names go in clear, as the rule asks (民政部令 67, 5); nothing is synchronised yet. Raises
    NothingToSynchronise.
    """
    rows = session.execute(
        sa.select(ServiceRecord.__table__)
        .where(*_pending(actor))
        .order_by(ServiceRecord.id)
        .limit(MOST_RECORDS)
    ).all()
    if not rows:
        raise NothingToSynchronise()
    people = {row.person_id for row in rows}
    platform.deliver(_shaped(rows, _names(people | {row.in_charge_id for row in rows})))
    return people


def note_delivery(people: set[int], *, actor: Actor) -> None:
    """A line of the journal for each person whose records go out."""
    journal.write_all("deliver", "person", sorted(people), actor=actor, facts={"mapping": exchange.VERSION})


def _names(ids: set[int]) -> dict[int, str]:
    rows = session.execute(sa.select(Person.id, Person.real_name_sealed).where(Person.id.in_(ids)))
    return {row[0]: sealed.unsealed_name(row[0], row[1]) or "" for row in rows}


def _shaped(rows: Any, names: dict[int, str]) -> Iterator[Delivered]:
    for row in rows:
        yield view_of(
            Delivered,
            row,
            number=record_number(row.id),
            volunteer=volunteer_number(row.person_id),
            name=names[row.person_id],
            served_on=row.served_on.isoformat(),
            hours=round(row.minutes / 60, 2),
            in_charge=names[row.in_charge_id],
            corrects=record_number(row.corrects_id) if row.corrects_id else "",
            status=exchange.NOT_YET,
        )


def take_over_answers(platform: Platform, *, actor: Actor) -> tuple[int, list[tuple[str, str]]]:
    """Takes the platform's answers: how many records are synchronised by them, and what it did not take, as
    (number, what it said). Answers on records of other places, or told before, change nothing."""
    accepted, refused = [], []
    for answer in platform.answers():
        if answer.accepted:
            accepted.append(record_id(answer.number))
        else:
            refused.append((answer.number[:40], answer.remark[:200]))
    ids, done = [one for one in accepted if one is not None], 0
    for begun in range(0, len(ids), 500):
        done += _synchronised(ids[begun : begun + 500], actor)
    return done, refused


def _synchronised(ids: list[int], actor: Actor) -> int:
    here = permissions.reach_of(actor.id, Permission.SERVICE_RECORD_SYNCHRONISE)
    changed = sorted(
        session.scalars(
            sa.update(ServiceRecord)
            .where(
                ServiceRecord.id.in_(ids),
                ServiceRecord.sync_state == SyncState.NOT_SYNCHRONISED,
                ServiceRecord.community_id.in_(here),
            )
            .values(sync_state=SyncState.SYNCHRONISED)
            .returning(ServiceRecord.id),
            execution_options={"synchronize_session": False},
        )
    )
    if changed:
        moved = (SyncState.NOT_SYNCHRONISED, SyncState.SYNCHRONISED)
        journal.write_all("synchronise", "service_record", changed, actor=actor, states=moved)
    return len(changed)


def _check(row: Row) -> list[Fault]:
    faults = [] if row["志愿者编号"] or row["手机号"] else [("志愿者编号", "编号和手机号至少填一项")]
    if row["志愿者编号"] and not re.fullmatch(r"V[0-9]{7,15}", row["志愿者编号"]):
        faults.append(("志愿者编号", "应为 V 和 7 位数字"))
    faults += phone_faults(row["手机号"])
    faults += _day_faults(row["服务日期"])
    if row["时长（小时）"] and _minutes(row["时长（小时）"]) is None:
        faults.append(("时长（小时）", "应大于 0，一条记录不超过 24 小时"))
    limits = {"平台": 40, "平台记录编号": 60, "活动名称": 60, "组织单位": 80}
    return faults + [(name, f"最多 {most} 个字") for name, most in limits.items() if len(row[name]) > most]


def _day_faults(written: str) -> list[Fault]:
    """None in the future."""
    try:
        day = spreadsheets.day(written)
    except spreadsheets.NotADay as fault:
        return [("服务日期", fault.sentence)]
    if day is not None and not date(2000, 1, 1) <= day <= clock.today():
        return [("服务日期", "应为今天以前的日期，如 2026-03-05")]
    return []


def _minutes(written: str) -> int | None:
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,4})?", written):
        return None
    minutes = round(float(written) * 60)
    return minutes if 1 <= minutes <= DAY else None


def _take_in(row: Row, memory: dict[str, Any], actor: Actor) -> bool:
    """One record of another platform, for a volunteer of the clerk's places. The same again is known."""
    person_id = _volunteer(row, actor)
    facts = {
        "person_id": person_id,
        "served_on": spreadsheets.day(row["服务日期"]),
        "activity_name": row["活动名称"],
        "organising_body": row["组织单位"],
        "minutes": _minutes(row["时长（小时）"]),
    }
    told = {"platform": row["平台"], "reference": row["平台记录编号"]}
    there = session.scalar(sa.select(HoursElsewhere).filter_by(**told))
    if there is not None:
        if any(getattr(there, name) != value for name, value in facts.items()):
            raise RecordedOtherwise(**told)
        return False
    made = HoursElsewhere(**told, **facts, imported_at=clock.now(), imported_by_id=actor.id)
    session.add(made)
    session.flush()
    journal.write("import", "hours_elsewhere", made.id, actor=actor, facts={"person": person_id})
    return True


def _volunteer(row: Row, actor: Actor) -> int:
    """By our number or the phone, and always by the name too, so that a slip of the pen credits nobody else.

    Raises NoSuchVolunteer, NotAllowed for the clerk's own hours.
    """
    reach = permissions.reach_of(actor.id, Permission.HOURS_ELSEWHERE_IMPORT)
    wanted = (
        sa.select(Person.id, Person.real_name_sealed)
        .join(Residency, Residency.person_id == Person.id)
        .where(Person.state == PersonState.ACTIVE, Residency.community_id.in_(reach))
    )
    if row["志愿者编号"]:
        wanted = wanted.where(Person.id == int(row["志愿者编号"][1:]))
    if row["手机号"]:
        wanted = wanted.where(sealed.has_phone(row["手机号"]))
    name = name_key(row["姓名"])
    same = [
        one
        for one, kept in session.execute(wanted)
        if name_key(sealed.unsealed_name(one, kept) or "") == name
    ]
    if not same:
        raise NoSuchVolunteer()
    if len(same) > 1:
        raise SeveralVolunteers(count=len(same))
    if same[0] == actor.id:
        raise NotAllowed("不能为自己导入时长，请别人来办")
    return same[0]


def _number(typed: str) -> str:
    return text.number(typed).upper()


NEEDED = ("姓名", "平台", "平台记录编号", "服务日期", "活动名称", "时长（小时）")
KIND = "hours"
imports.offer(
    KIND,
    Sheet(
        ("志愿者编号", "手机号", *NEEDED[:5], "组织单位", NEEDED[5]),
        NEEDED,
        Permission.HOURS_ELSEWHERE_IMPORT,
        _check,
        _take_in,
        key=lambda row: (row["平台"], row["平台记录编号"]),
        reads={
            "手机号": text.phone,
            "志愿者编号": _number,
            "服务日期": spreadsheets.written_day,
            "时长（小时）": text.code,
        },
    ),
)


def held_elsewhere(person_id: int) -> list[HeldElsewhere]:
    """What other platforms hold of a person: by platform, in the order of their names, records by day."""
    rows = session.scalars(
        sa.select(HoursElsewhere)
        .where(HoursElsewhere.person_id == person_id)
        .order_by(HoursElsewhere.platform, HoursElsewhere.served_on, HoursElsewhere.id)
    )
    told: dict[str, list[HeldRecord]] = {}
    for row in rows:
        told.setdefault(row.platform, []).append(view_of(HeldRecord, row))
    return [
        HeldElsewhere(platform, sum(one.minutes for one in held), held) for platform, held in told.items()
    ]
