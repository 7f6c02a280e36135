"""What time brings: tomorrow's reminder, missing check-outs, the end, and records that are due by law."""

from datetime import date, timedelta

import sqlalchemy as sa

from backend import clock, config
from backend.db import lock_row, session, sql_list
from backend.jobs import Job
from backend.volunteering import notices, sessions
from backend.volunteering.actions import ending, news, waitlist
from backend.volunteering.models import Activity, ActivityState, SignUp, SignUpState
from backend.volunteering.session_models import ActivitySession

BATCH = 200
# Nobody is woken up to be told of tomorrow.
FIRST_HOUR = 9

_live = sa.text(f"activities.state IN {sql_list((ActivityState.PUBLISHED, ActivityState.ENDED))}")


def unfinished() -> list[int]:
    """Activities past their planned end (or ended) in which someone is still checked in."""
    here = sa.exists().where(SignUp.activity_id == Activity.id, SignUp.state == SignUpState.CHECKED_IN)
    past = sa.or_(Activity.ends_at <= clock.now(), Activity.state != ActivityState.PUBLISHED)
    wanted = sa.select(Activity.id).where(_live, sa.or_(sa.and_(past, here), _in_a_session_that_is_over()))
    return list(session.scalars(wanted.limit(BATCH)))


def _in_a_session_that_is_over() -> sa.ColumnElement[bool]:
    """Whether somebody is still checked in to one of several sessions after its end."""
    until = sessions.running_until(SignUp, Activity)
    here = sa.exists().where(
        SignUp.activity_id == Activity.id, SignUp.state == SignUpState.CHECKED_IN, until <= clock.now()
    )
    return sa.and_(sessions.several(), here)


def over() -> list[int]:
    """Published activities whose check-out is over too."""
    before = clock.now() - timedelta(minutes=config.settings().check_out_minutes)
    wanted = sa.select(Activity.id).where(
        _live, Activity.state == ActivityState.PUBLISHED, Activity.ends_at <= before
    )
    return list(session.scalars(wanted.order_by(Activity.ends_at).limit(BATCH)))


def end(activity_id: int) -> None:
    ending.end(activity_id, actor=None)


def tomorrows() -> list[int]:
    """Published activities of tomorrow, or with a session then, of which nobody was reminded yet; from nine in the
    morning."""
    if clock.now().astimezone(clock.CHINA).hour < FIRST_HOUR:
        return []
    midnight = clock.day_ends(clock.today())
    ends = midnight + timedelta(days=1)
    whole = sa.and_(
        Activity.tomorrow_told_at.is_(None),
        Activity.starts_at >= midnight,
        Activity.starts_at < ends,
        ~sessions.several(),
    )
    one = sa.exists().where(
        ActivitySession.activity_id == Activity.id,
        ActivitySession.tomorrow_told_at.is_(None),
        ActivitySession.starts_at >= midnight,
        ActivitySession.starts_at < ends,
    )
    wanted = sa.select(Activity.id).where(Activity.state == ActivityState.PUBLISHED, sa.or_(whole, one))
    return list(session.scalars(wanted.limit(BATCH)))


def remind(activity_id: int) -> None:
    """Once an activity, and once each of its sessions: who has a place is told of tomorrow."""
    activity = lock_row(Activity, activity_id)
    tomorrow = clock.today() + timedelta(days=1)
    if activity.session_count:
        _remind_of_sessions(activity, tomorrow)
        return
    due = clock.business_day(activity.starts_at) == tomorrow and activity.tomorrow_told_at is None
    if activity.state != ActivityState.PUBLISHED or not due:
        return
    activity.tomorrow_told_at = clock.now()
    session.flush()
    notices.tomorrow(activity, notices.attending(activity.id, SignUpState.CONFIRMED))


def _remind_of_sessions(activity: Activity, tomorrow: date) -> None:
    wanted = sa.select(ActivitySession).where(
        ActivitySession.activity_id == activity.id, ActivitySession.tomorrow_told_at.is_(None)
    )
    rows = session.scalars(wanted.order_by(ActivitySession.number)).all()
    due = [one for one in rows if clock.business_day(one.starts_at) == tomorrow]
    if activity.state != ActivityState.PUBLISHED or not due:
        return
    for one in due:
        one.tomorrow_told_at = clock.now()
    session.flush()
    # Who came to a session before comes again.
    coming = (SignUpState.CONFIRMED, SignUpState.CHECKED_IN, SignUpState.CHECKED_OUT, SignUpState.UNVERIFIED)
    told = [sessions.Session(one.number, one.starts_at, one.ends_at) for one in due]
    notices.tomorrow(activity, notices.attending(activity.id, *coming), told)


def overdue() -> list[int]:
    """Ended activities whose tenth working day has come, and whose records are not made."""
    attended = sa.exists().where(
        SignUp.activity_id == Activity.id, SignUp.state.in_((SignUpState.CHECKED_OUT, SignUpState.UNVERIFIED))
    )
    wanted = sa.select(Activity.id).where(
        _live,
        Activity.state == ActivityState.ENDED,
        Activity.record_due_on <= clock.today(),
        Activity.overdue_told_at.is_(None),
        attended,
    )
    return list(session.scalars(wanted.limit(BATCH)))


def remind_staff(activity_id: int) -> None:
    """Once an activity: the community's staff are told that the law's ten working days are up."""
    activity = lock_row(Activity, activity_id)
    due = activity.record_due_on is not None and activity.record_due_on <= clock.today()
    if activity.state != ActivityState.ENDED or not due or activity.overdue_told_at is not None:
        return
    activity.overdue_told_at = clock.now()
    session.flush()
    notices.record_overdue(activity)


def forgotten() -> list[int]:
    """Activities with a free place that somebody who waits could take."""
    return waitlist.forgotten(BATCH)


JOBS = [
    Job("volunteering.waiting", 60, forgotten, waitlist.ask_again),
    Job("volunteering.lapse", 60, unfinished, ending.lapse),
    Job("volunteering.end", 60, over, end),
    Job("volunteering.tomorrow", 600, tomorrows, remind),
    Job("volunteering.organiser_news", 600, news.due, news.send),
    Job("volunteering.record_overdue", 3600, overdue, remind_staff),
]
