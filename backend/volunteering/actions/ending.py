"""How an activity ends: by its organiser, or by itself when CHECK_OUT_MINUTES have passed after the plan."""

from functools import partial
from typing import Any

from backend import clock, working_days
from backend.db import take
from backend.errors import Refused
from backend.lifecycle import Move, make, make_all
from backend.volunteering import states
from backend.volunteering.actions import waitlist
from backend.volunteering.models import Activity


class NotBegunYet(Refused):
    code, message = 40917, "活动还没有开始，也没有人签到；不办了请用“取消”"


def end(activity_id: int, *, by: Any) -> Activity:
    """Closes the attendance: who is still there is unverified, who never came is a no-show (no penalty).

    The day on which its records are due is fixed here (民政部令 67, 11). Raises NotBegunYet.
    """
    activity = take(Activity, activity_id)
    service = activity.activity_kind == "volunteer_service"
    due = working_days.record_due_on(clock.business_day(activity.ends_at)) if service else None
    begun = partial(_begun, activity)
    make(states.END, activity, by=by, provided=begun, ended_at=clock.now(), record_due_on=due)
    _close(activity, "waitlisted", states.CALL_OFF)
    # First who has not come: whoever checks in at this moment is then seen by the second.
    _close(activity, "confirmed", states.MISS)
    lapse(activity.id)
    return activity


def _begun(activity: Activity) -> None:
    if clock.now() < activity.starts_at and not waitlist.attended(activity.id):
        raise NotBegunYet()


def lapse(activity_id: int) -> None:
    """Who has not checked out is unverified: the organiser decides, nobody guesses."""
    activity = take(Activity, activity_id)
    if activity.state == "published" and clock.now() < activity.ends_at:
        return
    _close(activity, "checked_in", states.LAPSE)


def _close(activity: Activity, state: str, move: Move) -> None:
    rows = waitlist.locked(activity.id, (state,))
    if rows:
        make_all(move, rows, place_id=activity.community_id, by=None)
