"""Hours: the organiser proposes minutes, someone else certifies them; then they are a record for ever.

Minutes are those from check-in to check-out, at most the planned length and HOURS_TOLERANCE, at most eight
hours a day. Certification posts the records and the points of one activity in one transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from backend import clock
from backend.db import lock_row, session
from backend.errors import Refused
from backend.journal import Actor
from backend.ledger import actions as ledger
from backend.lifecycle import authorize, transition, transition_all
from backend.organisations import queries as places
from backend.people.models import Team
from backend.volunteering import days, limits, notices, sessions, states
from backend.volunteering.actions import waitlist
from backend.volunteering.models import Activity, ActivityKind, ActivityState, SignUp, SignUpState
from backend.volunteering.record_models import ServiceRecord, SyncState

_COUNTED = (SignUpState.CHECKED_OUT, SignUpState.UNVERIFIED)


class ActivityNotEnded(Refused):
    code, message = 40914, "请先结束活动，再申报时长"


class HoursNotProposed(Refused):
    code, message = 40915, "组织者还没有申报时长"


class AttendanceUndecided(Refused):
    code, message = 40916, "有人没有签退，请先逐个决定时长（可填 0），或点名补上离开时间"


class NoHoursForThis(Refused):
    """民政部令 67, 19: what is not volunteer service may not be recorded as such."""

    code, message = 42290, "会议和学习不计服务时长，也没有积分"


class MinutesTooMany(Refused):
    code, message = 42291, "时长最多 {most} 分钟（计划时长加上允许的误差，且一天不超过 8 小时）"


class NotAttended(Refused):
    code, message = 42292, "名单里有人没有签到，不能申报或认定时长"


class MinutesAboveProposal(Refused):
    code, message = 42293, "认定的时长不能多于申报的时长；要增加请由组织者重新申报"


class ProposalChanged(Refused):
    """Nobody certifies minutes that they have not seen."""

    code, message = 42243, "申报的时长刚刚改过，请按新的再看一遍"


def propose(activity_id: int, given: Mapping[int, int], *, actor: Actor) -> Activity:
    """The organiser's word on how long each one served; `given` is {person: minutes}, 0 for not at all.

    Who is not named gets the minutes from check-in to check-out; unverified attendance has to be named.
    May be repeated until it is certified. Raises NoHoursForThis, ActivityNotEnded, NotAttended,
    AttendanceUndecided, MinutesTooMany, TooManyHoursThatDay, OverlappingService.
    """
    activity = lock_row(Activity, activity_id)
    authorize(states.PROPOSE, activity, actor)
    if activity.kind != ActivityKind.VOLUNTEER_SERVICE:
        raise NoHoursForThis()
    if activity.state == ActivityState.PUBLISHED:
        raise ActivityNotEnded()
    rows = waitlist.locked(activity.id, _COUNTED)
    found = sessions.course_of(activity)
    minutes = _proposed(found, rows, given)
    limits.check(_stretches(found, rows, minutes))
    transition(states.PROPOSE, activity, actor=actor, proposed_by_id=actor.id, proposed_at=clock.now())
    if rows:
        proposed = [{"id": row.id, "proposed_minutes": minutes[row.person_id]} for row in rows]
        session.execute(sa.update(SignUp), proposed)
    return activity


def _proposed(found: sessions.Course, rows: Sequence[SignUp], given: Mapping[int, int]) -> dict[int, int]:
    _refuse_strangers(rows, given)
    for row in rows:
        if given.get(row.person_id, 0) > (most := found.most_of(row)):
            raise MinutesTooMany(most=most)
    proposed = {row.person_id: given.get(row.person_id, found.attended(row)) for row in rows}
    undecided = sorted(person_id for person_id, minutes in proposed.items() if minutes is None)
    if undecided:
        raise AttendanceUndecided(people=undecided)
    return {person_id: minutes for person_id, minutes in proposed.items() if minutes is not None}


def _refuse_strangers(rows: Sequence[SignUp], given: Mapping[int, int]) -> None:
    strangers = sorted(given.keys() - {row.person_id for row in rows})
    if strangers:
        raise NotAttended(people=strangers)


def _stretches(
    found: sessions.Course, rows: Sequence[SignUp], minutes: Mapping[int, int]
) -> list[limits.Served]:
    return [share.served for row in rows for share in found.shares(row, minutes[row.person_id])]


def certify(
    activity_id: int, given: Mapping[int, int], *, seen: datetime | None = None, actor: Actor
) -> Activity:
    """Someone else confirms: records and points of the whole activity, all or none, once.

    `given` may lower what was proposed, 0 included; `seen` is when the proposal was made that the checker has
    looked at. Never by whoever proposed, nor by anyone who took part.
    Raises FourEyes, HoursNotProposed, ProposalChanged, NotAttended, MinutesAboveProposal, TooManyHoursThatDay,
    OverlappingService, ActivityMovedOn for the second one to certify.
    """
    activity = lock_row(Activity, activity_id)
    said = partial(_refuse_unproposed, activity, seen)
    transition(
        states.CERTIFY,
        activity,
        actor=actor,
        precondition=said,
        certified_by_id=actor.id,
        certified_at=clock.now(),
    )
    rows = waitlist.locked(activity.id, _COUNTED)
    minutes = _certified(rows, given)
    counted = [row for row in rows if minutes[row.person_id]]
    _post(activity, counted, minutes, actor)
    return activity


def _refuse_unproposed(activity: Activity, seen: datetime | None) -> None:
    if activity.proposed_at is None:
        raise HoursNotProposed()
    if seen is not None and seen != activity.proposed_at:
        raise ProposalChanged()


def _certified(rows: Sequence[SignUp], given: Mapping[int, int]) -> dict[int, int]:
    _refuse_strangers(rows, given)
    told = {}
    for row in rows:
        proposed = row.proposed_minutes or 0
        told[row.person_id] = given.get(row.person_id, proposed)
        if told[row.person_id] > proposed:
            raise MinutesAboveProposal(personId=row.person_id, proposed=proposed)
    return told


def _post(activity: Activity, rows: Sequence[SignUp], minutes: Mapping[int, int], actor: Actor) -> None:
    if not rows:
        return
    limits.lock_persons({row.person_id for row in rows})
    found = sessions.course_of(activity)
    shares = {row.id: found.shares(row, minutes[row.person_id]) for row in rows}
    limits.check([share.served for told in shares.values() for share in told])
    # The minutes go with the state, because the database wants neither without the other.
    case = sa.case({row.id: minutes[row.person_id] for row in rows}, value=SignUp.id)
    transition_all(states.CERTIFY_SIGN_UP, rows, place_id=activity.community_id, actor=actor, minutes=case)
    for row in rows:
        set_committed_value(row, "minutes", minutes[row.person_id])
    session.execute(
        sa.insert(ServiceRecord),
        _records(activity, [share for told in shares.values() for share in told], actor),
    )
    _keep_days(activity)
    earned = [_earn(activity, row, shares[row.id], actor) for row in _by_person(rows)]
    notices.certified(activity, earned)


def _keep_days(activity: Activity) -> None:
    """Of those who served on after midnight, what each day counts."""
    wanted = sa.select(ServiceRecord).where(
        ServiceRecord.activity_id == activity.id,
        ServiceRecord.corrects_id.is_(None),
        ServiceRecord.backfill_id.is_(None),
        ServiceRecord.served_until.is_not(None),
    )
    days.keep(session.scalars(wanted))


def _by_person(rows: Sequence[SignUp]) -> list[SignUp]:
    """Purses are locked in the order of their persons."""
    return sorted(rows, key=lambda row: row.person_id)


def _records(activity: Activity, shares: Sequence[sessions.Share], actor: Actor) -> list[dict[str, Any]]:
    """One of each person; of several sessions one of each to which they came, for it says from when to when it was."""
    same = {
        "activity_id": activity.id,
        "community_id": activity.community_id,
        "team_id": activity.team_id,
        "activity_name": activity.title,
        "category": activity.category,
        "place": activity.place,
        "content": activity.description or activity.title,
        "organising_body": organising_body(activity.team_id, activity.community_id),
        "in_charge_id": activity.in_charge_id,
        "recorded_by_id": activity.proposed_by_id,
        "certified_by_id": actor.id,
        "recorded_at": clock.now(),
        "sync_state": SyncState.NOT_SYNCHRONISED,
    }
    return [{**same, **_own(share)} for share in shares]


def _own(share: sessions.Share) -> dict[str, Any]:
    own = {"person_id": share.served.person_id, "source": share.source, "session_number": share.number}
    return {**own, **share.served.facts()}


def organising_body(team_id: int | None, community_id: int) -> str:
    """组织单位: the team, else the community; never the platform (民政部令 67, 26)."""
    team = session.get(Team, team_id) if team_id is not None else None
    return team.name if team is not None else places.get(community_id).name


def _earn(
    activity: Activity, row: SignUp, shares: Sequence[sessions.Share], actor: Actor
) -> tuple[int, int, int]:
    """(person, minutes, points)."""
    served = [share.served for share in shares]
    points = award_hours(
        served,
        f"activity:{activity.id}:person:{row.person_id}:hours",
        f"志愿服务 {activity.title}",
        community_id=activity.community_id,
        cap_group=f"activity:{activity.id}",
        actor=actor,
    )
    return row.person_id, sum(one.minutes for one in served), points


def award_hours(
    served: Sequence[limits.Served],
    reference: str,
    title: str,
    *,
    community_id: int,
    cap_group: str,
    actor: Actor,
) -> int:
    """Points for service: whole hours earn, a begun one does not (海林: 1 小时 1 分). Each day on which an hour was
    full is an award of its own, under the cap of that day; from the second on its number ends the reference."""
    return sum(
        ledger.award(
            served[0].person_id,
            "service_hour",
            reference=reference if number == 1 else f"{reference}:{number}",
            title=title,
            community_id=community_id,
            actor=actor,
            units=units,
            cap_group=cap_group,
            day=day,
        ).points
        for number, (day, units) in enumerate(days.hours_of(served), start=1)
    )
