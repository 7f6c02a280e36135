"""The roll where an activity has several sessions: which one is meant, and what is noted of it.

What was noted stands by session; the sign-up itself says what the last session says that its person came to.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from backend import config, journal
from backend.db import session
from backend.errors import InvalidInput
from backend.journal import Actor
from backend.volunteering import sessions
from backend.volunteering.models import Activity, RecordSource, SignUp
from backend.volunteering.session_models import SessionAttendance


class Called(NamedTuple):
    """One line of the roll. Without `left_at` the person is still there, or, where it is over, unverified. Of several
    sessions the one at that time is meant, where its number is not said."""

    person_id: int
    arrived_at: datetime
    left_at: datetime | None = None
    session: int | None = None


def meant(found: sessions.Course, one: Called) -> sessions.Session:
    """The session that a line is about; number 0 where there is but one. Raises InvalidInput for a number unknown."""
    if not found.sessions:
        return sessions.Session(0, found.activity.starts_at, found.activity.ends_at)
    if one.session is not None:
        if one.session not in found.sessions:
            raise InvalidInput({"session": ["没有这一场"]})
        return found.sessions[one.session]
    early = timedelta(minutes=config.settings().check_in_minutes)
    rows = list(found.sessions.values())
    during = [row for row in rows if row.starts_at <= one.arrived_at <= row.ends_at]
    before = [row for row in rows if row.starts_at - early <= one.arrived_at <= row.ends_at]
    return next(iter([*during, *before]), rows[0])


def twice(found: sessions.Course, row: SignUp, one: Called, there: sessions.Session) -> bool:
    """Do these times meet what was noted of the same person in another session? No minute counts twice."""
    until = one.left_at or there.ends_at
    return any(
        other.number != there.number
        and one.arrived_at < (other.checked_out_at or found.sessions[other.number].ends_at)
        and other.checked_in_at < until
        for other in found.noted.get(row.id, [])
        if other.number in found.sessions
    )


def keep(
    found: sessions.Course, lines: Sequence[tuple[Called, sessions.Session]], rows: dict[int, SignUp]
) -> None:
    """Notes the times, each in its session."""
    for one, there in lines:
        row = rows[one.person_id]
        known = [noted for noted in found.noted.get(row.id, []) if noted.number == there.number]
        noted = known[0] if known else SessionAttendance(sign_up_id=row.id, number=there.number)
        noted.checked_in_at, noted.checked_out_at = one.arrived_at, one.left_at
        noted.source = RecordSource.ROLL_CALL
        session.add(noted)
    session.flush()


def earlier(
    found: sessions.Course, lines: Sequence[tuple[Called, sessions.Session]], rows: dict[int, SignUp]
) -> list[Called]:
    """Who came to a later session, too: nothing of the sign-up itself changes by this line."""
    return [
        one
        for one, there in lines
        if any(noted.number > there.number for noted in found.noted.get(rows[one.person_id].id, []))
    ]


def write(activity: Activity, called: Sequence[Called], rows: dict[int, SignUp], actor: Actor) -> None:
    """Their lines of the journal."""
    ids = sorted(rows[one.person_id].id for one in called)
    place = activity.community_id
    journal.write_all("call_session", "sign_up", ids, actor=actor, place=place)
