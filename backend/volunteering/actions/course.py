"""How several sessions of an activity are planned and moved: with them it begins with the first and ends with the last."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import InvalidInput, StateConflict
from backend.volunteering import days, sessions
from backend.volunteering.models import MOST_MINUTES, Activity, SignUp
from backend.volunteering.session_models import MOST_SESSIONS, ActivitySession, SessionAttendance

# From the start of the first session to the end of the last one.
LONGEST = timedelta(days=366)
LONGEST_SESSION = timedelta(hours=72)


class OnlySessionsToCome(StateConflict):
    message = "已经有场次开始了，只能改还没有开始的场次和截止时间"


# From when to when one is.
Part = tuple[datetime, datetime]


def arranged(content: dict[str, Any]) -> dict[str, Any]:
    """The content with its sessions in order, and with the start and end that follow from them. A single one is the
    activity itself. Raises InvalidInput."""
    if not content.get("sessions"):
        return content
    parts = sorted(content["sessions"])
    _check(parts)
    several = parts if len(parts) > 1 else []
    return {**content, "sessions": several, "starts_at": parts[0][0], "ends_at": parts[-1][1]}


def _check(parts: Sequence[Part]) -> None:
    if len(parts) > MOST_SESSIONS:
        raise InvalidInput({"sessions": [f"最多 {MOST_SESSIONS} 场"]})
    if any(not starts < ends <= starts + LONGEST_SESSION for starts, ends in parts):
        raise InvalidInput({"sessions": ["每一场的结束要晚于开始，最长 72 小时"]})
    if any(after[0] < before[1] for before, after in pairwise(parts)):
        raise InvalidInput({"sessions": ["两场的时间不能重叠"]})
    if parts[-1][1] - parts[0][0] > LONGEST:
        raise InvalidInput({"sessions": ["从第一场到最后一场最长一年"]})
    if len(parts) > 1 and sum(days.most_between(*part) for part in parts) > MOST_MINUTES:
        raise InvalidInput({"sessions": [f"各场合计最多 {MOST_MINUTES // 60} 小时"]})


def of(activity: Activity) -> list[Part]:
    """Its sessions; none where it takes place once."""
    return [(one.starts_at, one.ends_at) for one in sessions.of_row(activity)]


def moved(before: Sequence[Part], activity: Activity, content: dict[str, Any]) -> dict[str, Any]:
    """What changes of an activity that has these sessions. Where they are not given, they move along with the start;
    the end follows from them. Raises InvalidInput."""
    if content.get("sessions") is not None:
        return arranged(content)
    if not before:
        return content
    later = content.get("starts_at", activity.starts_at) - activity.starts_at
    parts = shifted(before, later)
    if content.get("ends_at", parts[-1][1]) not in (parts[-1][1], activity.ends_at):
        raise InvalidInput({"endsAt": ["这个活动分几场，请在各场里改时间"]})
    return {**content, "sessions": parts, "starts_at": parts[0][0], "ends_at": parts[-1][1]}


def shifted(parts: Sequence[Part], later: timedelta) -> list[Part]:
    return [(starts + later, ends + later) for starts, ends in parts]


def to_come(activity: Activity) -> list[sessions.Session]:
    """Its sessions that have not begun."""
    return [one for one in sessions.of_row(activity) if one.starts_at > clock.now()]


def begun(activity: Activity) -> int:
    """How many of its sessions have begun, or were come to already: what is on record of them keeps its number."""
    noted = (
        sa.select(sa.func.max(SessionAttendance.number))
        .join(SignUp, SignUp.id == SessionAttendance.sign_up_id)
        .where(SignUp.activity_id == activity.id)
    )
    found = sessions.of_row(activity)
    return max(
        sum(one.starts_at <= clock.now() for one in found), (session.scalar(noted) if found else 0) or 0
    )


def kept(fixed: Sequence[Part], content: dict[str, Any]) -> dict[str, Any]:
    """The content, with those sessions to the second that a form knows to the minute."""
    given = content.get("sessions")
    if given == [] and {"starts_at", "ends_at"} <= content.keys():
        given = [(content["starts_at"], content["ends_at"])]
    if not given:
        return content
    exact = {_minutes(part): part for part in fixed}
    return {**content, "sessions": [exact.get(_minutes(part), part) for part in given]}


def _minutes(part: Part) -> Part:
    starts, ends = (at.replace(second=0, microsecond=0) for at in part)
    return starts, ends


def check_rest(fixed: Sequence[Part], parts: Sequence[Part]) -> None:
    """What has begun stays, and nothing is added to what is over. Raises OnlySessionsToCome."""
    begins_late = all(starts > clock.now() for starts, _ends in parts[len(fixed) :])
    if list(parts[: len(fixed)]) != list(fixed) or not begins_late:
        raise OnlySessionsToCome()


def keep(activity: Activity, parts: Sequence[Part]) -> None:
    """Writes its sessions down; who was told already that one is tomorrow, is not told again of that day. Where one
    alone is left, what was noted of it stands at the sign-ups."""
    mine = ActivitySession.activity_id == activity.id
    rows = session.execute(sa.select(ActivitySession.starts_at, ActivitySession.tomorrow_told_at).where(mine))
    told = {clock.business_day(starts): at for starts, at in rows}
    session.execute(sa.delete(ActivitySession).where(mine))
    made = [
        {
            "activity_id": activity.id,
            "number": number,
            "starts_at": starts,
            "ends_at": ends,
            "tomorrow_told_at": told.get(clock.business_day(starts)),
        }
        for number, (starts, ends) in enumerate(parts, start=1)
    ]
    if made:
        session.execute(sa.insert(ActivitySession), made)
    else:
        there = sa.select(SignUp.id).where(SignUp.activity_id == activity.id)
        session.execute(sa.delete(SessionAttendance).where(SessionAttendance.sign_up_id.in_(there)))
    activity.session_count = len(made)
    session.flush()
