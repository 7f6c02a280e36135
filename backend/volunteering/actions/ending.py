"""How an activity ends: by its organiser, or by itself when CHECK_OUT_MINUTES have passed after the plan."""

from functools import partial

from backend import clock, working_days
from backend.db import lock_row
from backend.errors import Refused, StateConflict
from backend.journal import Actor
from backend.lifecycle import transition, transition_all
from backend.moves import Move
from backend.volunteering import sessions, states
from backend.volunteering.actions import waitlist
from backend.volunteering.models import Activity, ActivityKind, ActivityState, SignUpState
from backend.volunteering.notice_time import had_notice


class NotBegunYet(Refused):
    code, message = 40917, "活动还没有开始，也没有人签到；不办了请用“取消”"


class SessionsToCome(StateConflict):
    """After the first of three Saturdays its organiser would close the door of the other two."""

    message = "还有场次没有开始，不能结束活动；不办了的场次，请先在活动里去掉"


def end(activity_id: int, *, actor: Actor | None) -> Activity:
    """Closes the attendance: who is still there is unverified, who never came is a no-show (no penalty).

    The day on which its records are due is fixed here (民政部令 67, 11). Raises NotBegunYet, SessionsToCome.
    """
    activity, held = waitlist.hold(activity_id)
    service = activity.kind == ActivityKind.VOLUNTEER_SERVICE
    due = working_days.record_due_on(clock.business_day(activity.ends_at)) if service else None
    begun = partial(_begun, activity)
    transition(states.END, activity, actor=actor, precondition=begun, ended_at=clock.now(), record_due_on=due)
    _close(activity, SignUpState.WAITLISTED, states.DROP_WITH_ACTIVITY)
    _let_go(activity)
    # First who has not come: whoever checks in at this moment is then seen by the second.
    _close(activity, SignUpState.CONFIRMED, states.NO_SHOW)
    lapse(activity.id)
    waitlist.ask(held)
    return activity


def _let_go(activity: Activity) -> None:
    """Who got the place too late to decline it in time, and did not come, is no no-show."""
    rows = waitlist.locked(activity.id, (SignUpState.CONFIRMED,))
    parts = sessions.of_row(activity)
    late = [row for row in rows if not had_notice(row, activity, parts)]
    if late:
        transition_all(states.DROP_WITH_ACTIVITY, late, place_id=activity.community_id, actor=None)


def _begun(activity: Activity) -> None:
    if clock.now() < activity.starts_at and not waitlist.attended(activity.id):
        raise NotBegunYet()
    if any(one.starts_at > clock.now() for one in sessions.of_row(activity)):
        raise SessionsToCome()


def lapse(activity_id: int) -> None:
    """Who has not checked out is unverified: the organiser decides, nobody guesses."""
    activity = lock_row(Activity, activity_id)
    if activity.state == ActivityState.PUBLISHED and clock.now() < activity.ends_at:
        _lapse_of_session(activity)
        return
    _close(activity, SignUpState.CHECKED_IN, states.FORGOT_CHECK_OUT)


def _lapse_of_session(activity: Activity) -> None:
    """The same of a session that is over, while others are to come."""
    found = sessions.course_of(activity)
    over = {one.number for one in found.sessions.values() if one.ends_at <= clock.now()}
    rows = waitlist.locked(activity.id, (SignUpState.CHECKED_IN,)) if over else []
    gone = [row for row in rows if (noted := found.noted.get(row.id)) and noted[-1].number in over]
    if gone:
        transition_all(states.FORGOT_CHECK_OUT, gone, place_id=activity.community_id, actor=None)


def _close(activity: Activity, state: str, move: Move) -> None:
    rows = waitlist.locked(activity.id, (state,))
    if rows:
        transition_all(move, rows, place_id=activity.community_id, actor=None)
