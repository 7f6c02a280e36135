"""What staff read at their desk: a month of their places, one request, who came, and what looks odd about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import NotFound
from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people.permissions import Permission
from backend.volunteering import days, limits, queries, sessions
from backend.volunteering.models import (
    ATTENDED,
    SEATED,
    Activity,
    ActivityState,
    PlaceCheck,
    SignUp,
    SignUpState,
)
from backend.volunteering.record_models import Backfill, Correction, ServiceRecord
from backend.volunteering.views import SignUpView

Asked = TypeVar("Asked", Backfill, Correction)
# Whose minutes are to be proposed or certified.
COUNTED = (SignUpState.CHECKED_OUT, SignUpState.UNVERIFIED, SignUpState.CERTIFIED)
# A month of a whole city; more than this is narrowed by choosing a community.
MOST_IN_A_MONTH = 400


def reached(activity_id: int, word: str, *, actor: Actor) -> Activity:
    """An activity in a place where an appointment grants this word; every other one does not exist here."""
    activity = session.get(Activity, activity_id)
    if activity is None or not permissions.appointed(actor.id, word, activity.community_id):
        raise NotFound()
    return activity


def month(
    first_day: date, last_day: date, community_id: int | None, state: str | None, *, actor: Actor
) -> list[Activity]:
    """Activities that touch these days in the person's own places, in the order of their start."""
    wanted = sa.select(Activity).where(
        Activity.community_id.in_(permissions.reach_of(actor.id, Permission.ACTIVITY_READ)),
        Activity.ends_at > clock.day_starts(first_day),
        Activity.starts_at < clock.day_ends(last_day),
        sessions.between(clock.day_starts(first_day), clock.day_ends(last_day)),
    )
    if community_id is not None:
        wanted = wanted.where(Activity.community_id == community_id)
    if state is not None:
        wanted = wanted.where(Activity.state == state)
    rows = wanted.order_by(Activity.starts_at, Activity.id).limit(MOST_IN_A_MONTH + 1)
    return list(session.scalars(rows))


@dataclass(frozen=True)
class SignedUp:
    """A sign-up on the page of the one who signed up."""

    activity_id: int
    title: str
    starts_at: datetime
    state: str


def signed_up(person_id: int, *, actor: Actor) -> KeysetQuery:
    """A resident's sign-ups for activities that this person reads, the newest first."""
    reach = permissions.reach_of(actor.id, Permission.ACTIVITY_READ)
    wanted = (
        sa.select(SignUp, Activity)
        .join(Activity, Activity.id == SignUp.activity_id)
        .where(SignUp.person_id == person_id, Activity.community_id.in_(reach))
    )
    return KeysetQuery(wanted, (SignUp.id.desc(),))


def view_signed_up(rows: Sequence[tuple[SignUp, Activity]]) -> list[SignedUp]:
    return [SignedUp(one.id, one.title, one.starts_at, mine.state) for mine, one in rows]


def repeated(activity: Activity) -> bool:
    """Whether it stands in a weekly series with others."""
    others = sa.select(Activity.id).where(activity.series(), Activity.id != activity.id)
    return bool(session.scalar(sa.select(others.exists())))


def joinable(community_id: int, limit: int) -> list[Activity]:
    """Activities of the community for which the sign-up is open."""
    until = sa.func.coalesce(Activity.sign_up_until, Activity.ends_at)
    wanted = sa.select(Activity).where(
        Activity.community_id == community_id, Activity.state == ActivityState.PUBLISHED, until >= clock.now()
    )
    return list(session.scalars(wanted.order_by(Activity.starts_at, Activity.id).limit(limit)))


def of_team(team_id: int, limit: int, *, actor: Actor) -> list[Activity]:
    """What a team does next and did last, the latest start first; drafts to whoever may see them."""
    wanted = sa.select(Activity).where(Activity.team_id == team_id, queries.visible_to(actor))
    return list(session.scalars(wanted.order_by(Activity.starts_at.desc(), Activity.id.desc()).limit(limit)))


def numbers_to_count(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many have minutes to count in each of these activities, and how many of them nobody saw leave."""
    unverified = sa.func.sum(sa.case((SignUp.state == SignUpState.UNVERIFIED, 1), else_=0))
    wanted = sa.select(SignUp.activity_id, sa.func.count(), unverified).where(
        SignUp.activity_id.in_(ids), SignUp.state.in_((SignUpState.CHECKED_OUT, SignUpState.UNVERIFIED))
    )
    rows = session.execute(wanted.group_by(SignUp.activity_id))
    return {row[0]: (row[1], int(row[2])) for row in rows}


def correction(correction_id: int, *, actor: Actor) -> tuple[Correction, ServiceRecord]:
    """One request with the record it is about, in one's own places. Raises NotFound."""
    found = _within(Correction, correction_id, actor)
    return found, session.get_one(ServiceRecord, found.record_id)


def backfill(backfill_id: int, *, actor: Actor) -> Backfill:
    """One backfill in one's own places. Raises NotFound."""
    return _within(Backfill, backfill_id, actor)


def _within(model: type[Asked], row_id: int, actor: Actor) -> Asked:
    found = session.get(model, row_id)
    if found is None or not permissions.appointed(
        actor.id, Permission.SERVICE_RECORD_DECIDE, found.community_id
    ):
        raise NotFound()
    return found


def sign_up(sign_up_id: int, *, actor: Actor) -> SignUpView:
    """One sign-up that a list has shown already."""
    return queries.view_sign_up(session.get_one(SignUp, sign_up_id), actor=actor)


def numbers(activity_id: int) -> tuple[int, int]:
    """How many have come, and how many have a place: what a screen in the hall may say."""
    came = sa.select(sa.func.count()).where(SignUp.activity_id == activity_id, SignUp.state.in_(ATTENDED))
    seated = sa.select(sa.func.count()).where(SignUp.activity_id == activity_id, SignUp.state.in_(SEATED))
    row = session.execute(sa.select(came.scalar_subquery(), seated.scalar_subquery())).one()
    return row[0], row[1]


def oddities(activity: Activity) -> dict[int, list[str]]:
    """What a checker should look at before these minutes count, by person; who is not named is unremarkable.

    Missing check-outs, longer than planned, more proposed than attended, the place not matched, a day with
    more than eight hours, something else recorded at the same time.
    """
    wanted = sa.select(SignUp).where(SignUp.activity_id == activity.id, SignUp.state.in_(COUNTED))
    rows = session.scalars(wanted.order_by(SignUp.id)).all()
    found = sessions.course_of(activity)
    served = [one for row in rows for one in _stretches(found, row)]
    beyond = limits.beyond(served)
    told = {row.person_id: [*_signs(found, row), *beyond.get(row.person_id, [])] for row in rows}
    return {person_id: sentences for person_id, sentences in told.items() if sentences}


def _stretches(found: sessions.Course, row: SignUp) -> list[limits.Served]:
    minutes = row.proposed_minutes
    if minutes is None:
        minutes = found.attended(row)
    return [share.served for share in found.shares(row, minutes or 0)]


def _signs(found: sessions.Course, row: SignUp) -> list[str]:
    """What the sign-up itself tells, and of several sessions each."""
    noted: list[tuple[datetime, datetime | None]] = [
        (one.checked_in_at, one.checked_out_at) for one in found.noted.get(row.id, [])
    ] or [(row.came_at, row.checked_out_at)]
    told = ["没有签退"] if any(left is None for _, left in noted) else []
    seen = [(came, left) for came, left in noted if left is not None]
    there = sum(int((left - came).total_seconds()) // 60 for came, left in seen)
    counts, most = sum(days.most_between(*one) for one in seen), found.most_of(row)
    if not told and there > most:
        told.append(f"在场 {there} 分钟，比计划长，最多计 {most} 分钟")
    if not told and (row.proposed_minutes or 0) > counts:
        told.append(f"申报 {row.proposed_minutes} 分钟，多于在场的 {there} 分钟")
    if row.place_check == PlaceCheck.FAILED:
        told.append("签到位置不在现场范围内")
    return told
