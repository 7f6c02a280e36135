"""The organiser hears who signed up and who cancelled: once a day and activity, in numbers, and at once where somebody
cancels on the last day."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import lock_row, session
from backend.people.models import Team
from backend.volunteering import notices, sessions
from backend.volunteering.actions import waitlist
from backend.volunteering.models import OVER, Activity, ActivityState, SignUp

BATCH = 200
# In the evening, when the day's sign-ups are in and the next day can still be planned.
HOUR = 18
LAST_DAY = timedelta(hours=24)

# Of the activity of the query, however deep this stands in it.
_leader = sa.select(Team.leader_id).where(Team.id == Activity.team_id).correlate_except(Team)
_organiser = sa.func.coalesce(_leader.scalar_subquery(), Activity.in_charge_id)
_since = sa.func.coalesce(Activity.organiser_told_at, Activity.published_at)
_of_others = sa.and_(SignUp.activity_id == Activity.id, SignUp.person_id != _organiser)
# Who came and went since then is no news.
_new = sa.and_(_of_others, SignUp.signed_up_at > _since, SignUp.state.not_in(OVER))
_gone = sa.and_(_of_others, SignUp.signed_up_at <= _since, SignUp.cancelled_at > _since)


def _number(which: Any) -> Any:
    return sa.select(sa.func.count()).where(which).scalar_subquery()


def due() -> list[int]:
    """Published activities to come in which something changed, of which nobody was told today; from six on."""
    if clock.now().astimezone(clock.CHINA).hour < HOUR:
        return []
    wanted = sa.select(Activity.id).where(
        Activity.state == ActivityState.PUBLISHED,
        # Between its sessions it is to come, too.
        sa.or_(Activity.starts_at > clock.now(), sa.and_(sessions.several(), Activity.ends_at > clock.now())),
        _since < clock.day_starts(clock.today()) + timedelta(hours=HOUR),
        sa.or_(sa.exists().where(_new), sa.exists().where(_gone)),
    )
    return list(session.scalars(wanted.order_by(Activity.id).limit(BATCH)))


def send(activity_id: int) -> None:
    """Once an activity and day: how many are new, and how many are gone."""
    activity = lock_row(Activity, activity_id)
    if activity.id not in due():
        return
    told = sa.select(_organiser, _number(_new), _number(_gone)).where(Activity.id == activity.id)
    organiser, new, gone = session.execute(told).one()
    activity.organiser_told_at = clock.now()
    session.flush()
    notices.organiser_news(activity, organiser, new, gone, _seats(activity))


def somebody_cancelled(activity: Activity, person_id: int) -> None:
    """The first who gives a place back within a day before the start, also of a session, is told at once; the others
    with the day's news."""
    starts = [one.starts_at for one in sessions.of_row(activity)] or [activity.starts_at]
    soon = next((at for at in starts if at - LAST_DAY <= clock.now() < at), None)
    told = activity.late_cancel_told_at
    if soon is None or (told and told >= soon - LAST_DAY) or activity.state != ActivityState.PUBLISHED:
        return
    organiser = session.scalars(sa.select(_organiser).where(Activity.id == activity.id)).one()
    if organiser == person_id:
        return
    activity.late_cancel_told_at = clock.now()
    session.flush()
    notices.cancelled_late(activity, organiser, _seats(activity))


def _seats(activity: Activity) -> tuple[int, int]:
    return waitlist.seated(activity.id), waitlist.waiting(activity.id)
