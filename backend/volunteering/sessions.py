"""What several sessions of one activity mean where time is judged: clashes, lists by day, minutes, the roll.

Everything here answers for an activity without sessions what the activity itself says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend import clock
from backend.db import Moment, session
from backend.volunteering import days, limits
from backend.volunteering.models import DAY_MINUTES, MOST_MINUTES, Activity, SignUp
from backend.volunteering.session_models import ActivitySession, SessionAttendance


@dataclass(frozen=True)
class Session:
    """From when to when one session is. Number 0 is an activity that takes place once."""

    number: int
    starts_at: datetime
    ends_at: datetime


def of_activities(ids: Iterable[int]) -> dict[int, list[Session]]:
    """The sessions of each of these activities that has several, in their order."""
    wanted = sa.select(
        ActivitySession.activity_id,
        ActivitySession.number,
        ActivitySession.starts_at,
        ActivitySession.ends_at,
    ).where(ActivitySession.activity_id.in_(list(ids)))
    found: dict[int, list[Session]] = {}
    for row in session.execute(wanted.order_by(ActivitySession.activity_id, ActivitySession.number)):
        found.setdefault(row.activity_id, []).append(Session(row.number, row.starts_at, row.ends_at))
    return found


def of(activity_id: int) -> list[Session]:
    """The sessions of one activity; none where it takes place once."""
    return of_activities([activity_id]).get(activity_id, [])


def of_rows(activities: Iterable[Activity]) -> dict[int, list[Session]]:
    """The same of activities that were read already: no statement where each takes place once."""
    ids = [one.id for one in activities if one.session_count]
    return of_activities(ids) if ids else {}


def of_row(activity: Activity) -> list[Session]:
    return of_rows([activity]).get(activity.id, [])


def several() -> sa.ColumnElement[bool]:
    """Whether an activity has sessions."""
    return Activity.session_count > 0


def between(first: datetime, last: datetime) -> sa.ColumnElement[bool]:
    """Of an activity whose span touches this time whether one of its sessions does: the weeks between are free."""
    there = sa.exists().where(
        ActivitySession.activity_id == Activity.id,
        ActivitySession.ends_at > first,
        ActivitySession.starts_at < last,
    )
    return sa.or_(~several(), there)


def running_until(sign_up: Any, activity: Any) -> Any:
    """Until when what the person of a sign-up came to goes on: the session that they were last checked into."""
    there, noted = aliased(ActivitySession), aliased(SessionAttendance)
    last = (
        sa.select(sa.func.max(there.ends_at))
        .join(noted, noted.number == there.number)
        .where(there.activity_id == sign_up.activity_id, noted.sign_up_id == sign_up.id)
        .correlate(sign_up)
        .scalar_subquery()
    )
    return sa.func.coalesce(last, activity.ends_at, type_=Moment())


def noted_in(activity_id: int, person_id: int | None = None) -> dict[int, list[SessionAttendance]]:
    """Who was where, by sign-up, in the order of the sessions."""
    wanted = (
        sa.select(SessionAttendance)
        .join(SignUp, SignUp.id == SessionAttendance.sign_up_id)
        .where(SignUp.activity_id == activity_id)
    )
    if person_id is not None:
        wanted = wanted.where(SignUp.person_id == person_id)
    found: dict[int, list[SessionAttendance]] = {}
    rows = session.scalars(
        wanted.order_by(SessionAttendance.sign_up_id, SessionAttendance.number),
        execution_options={"populate_existing": True},
    )
    for row in rows:
        found.setdefault(row.sign_up_id, []).append(row)
    return found


@dataclass(frozen=True)
class Share:
    """What one person served in one session, or in the activity that takes place once (number 0)."""

    number: int
    source: str | None
    served: days.Served


@dataclass(frozen=True)
class Course:
    """An activity with its sessions and who was noted in them: whose minutes are how many."""

    activity: Activity
    sessions: dict[int, Session]
    noted: dict[int, list[SessionAttendance]] = field(default_factory=dict)

    @property
    def most(self) -> int:
        """How many minutes anybody can have served in it."""
        if not self.sessions:
            return limits.most_minutes(self.activity)
        return min(sum(limits.most_minutes(one) for one in self.sessions.values()), MOST_MINUTES)

    def most_of(self, row: SignUp) -> int:
        """The same of one person: nobody served in a session to which they did not come."""
        if not self.sessions:
            return self.most
        return min(sum(self._most(row, place) for place in range(len(self._of(row)))), MOST_MINUTES)

    def attended(self, row: SignUp) -> int | None:
        """Whole minutes from check-in to check-out, summed over the sessions; None where nobody saw the person leave
        one of them."""
        if not self.sessions:
            return limits.attended_minutes(self.activity, row)
        if not self._of(row) or any(one.checked_out_at is None for one in self._of(row)):
            return None
        return min(sum(self._attended(row)), MOST_MINUTES)

    def attended_in(self, one: SessionAttendance) -> int | None:
        return limits.attended_minutes(self.sessions[one.number], one)

    def shares(self, row: SignUp, minutes: int) -> list[Share]:
        """So many minutes by session: each first has what was attended there, the first session first, and what the
        organiser adds goes where time is left."""
        if not self.sessions:
            served = days.Served(row.person_id, row.came_at, minutes)
            return [Share(0, row.source, served)] if minutes else []
        here, shares = self._of(row), []
        for attended in self._attended(row):
            shares.append(min(attended, minutes))
            minutes -= shares[-1]
        for place in range(len(here)):
            more = max(min(self._most(row, place) - shares[place], minutes), 0)
            shares[place] += more
            minutes -= more
        return [
            Share(one.number, one.source, days.Served(row.person_id, one.checked_in_at, share))
            for one, share in zip(here, shares, strict=True)
            if share
        ]

    def _of(self, row: SignUp) -> list[SessionAttendance]:
        return [one for one in self.noted.get(row.id, []) if one.number in self.sessions]

    def _most(self, row: SignUp, place: int) -> int:
        """Nobody was in two sessions at once: it ends when the person came to the next one."""
        here = self._of(row)
        most = limits.most_minutes(self.sessions[here[place].number])
        if place + 1 == len(here):
            return most
        between = here[place + 1].checked_in_at - here[place].checked_in_at
        return min(most, max(between // timedelta(minutes=1), 0))

    def _attended(self, row: SignUp) -> list[int]:
        """Of each session that the person came to; on one day never more than eight hours together."""
        told, full = [], dict[Any, int]()
        for one in self._of(row):
            counted = 0
            for part in days.split(one.checked_in_at, self.attended_in(one) or 0):
                room = DAY_MINUTES - full.get(part.day, 0)
                counted += min(part.minutes, room)
                full[part.day] = full.get(part.day, 0) + min(part.minutes, room)
                if room < part.minutes:
                    break
            told.append(counted)
        return told


def course_of(activity: Activity, person_id: int | None = None) -> Course:
    """No statement for what takes place once, two for what has sessions."""
    found = of_row(activity)
    noted = noted_in(activity.id, person_id) if found else {}
    return Course(activity, {one.number: one for one in found}, noted)


def in_words(found: Sequence[Session]) -> str:
    """All sessions, each with its day."""
    return "、".join(span_in_words(one.starts_at, one.ends_at) for one in found)


def span_in_words(starts_at: datetime, ends_at: datetime) -> str:
    start, end = starts_at.astimezone(clock.CHINA), ends_at.astimezone(clock.CHINA)
    last = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%m月%d日 %H:%M}"
    return f"{start:%m月%d日 %H:%M}–{last}"
