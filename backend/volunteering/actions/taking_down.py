"""撤下活动: staff take an activity from everybody's eyes; it is off for those who signed up, and its organisers hear why."""

from backend import clock, journal
from backend.db import lock_row, session
from backend.errors import StateConflict
from backend.journal import Actor
from backend.lifecycle import transition
from backend.people import permissions
from backend.people.permissions import Permission
from backend.volunteering import notices, states
from backend.volunteering.actions import waitlist
from backend.volunteering.models import Activity, ActivityState, SignUpState


class ActivityTakenDown(StateConflict):
    message = "这个活动已经撤下了"


def take_down(activity_id: int, reason: str, *, actor: Actor) -> Activity:
    """Known to nobody but its organisers and staff from now on. What is planned, or published and not begun, is called
    off; hours that were served already are certified as ever. Raises NotFound, NotAllowed, ActivityTakenDown."""
    activity = lock_taken_down(activity_id, actor=actor)
    if activity.taken_down_at is not None:
        raise ActivityTakenDown()
    off = _may_be_called_off(activity)
    people = notices.attending(activity.id, SignUpState.CONFIRMED, SignUpState.WAITLISTED) if off else []
    if off:
        transition(states.CANCEL, activity, actor=actor, reason=reason)
        waitlist.move_all(states.DROP_WITH_ACTIVITY, activity)
    activity.taken_down_at = clock.now()
    session.flush()
    place = activity.community_id
    journal.write("take_down", "activity", activity.id, actor=actor, place=place, reason=reason)
    authors = sorted({activity.in_charge_id, activity.created_by_id} - {actor.id})
    notices.taken_down(activity, [one for one in people if one not in authors], authors, reason)
    return activity


def lock_taken_down(activity_id: int, *, actor: Actor) -> Activity:
    """A locked activity that this person may take down. Raises NotFound, NotAllowed."""
    activity: Activity = lock_row(Activity, activity_id)
    permissions.require(actor.id, Permission.ACTIVITY_TAKE_DOWN, activity.community_id)
    return activity


def _may_be_called_off(activity: Activity) -> bool:
    """Whoever is checking in at this moment is waited for, and seen."""
    if activity.state not in (ActivityState.DRAFT, ActivityState.PUBLISHED):
        return False
    waitlist.locked(activity.id, (SignUpState.CONFIRMED,))
    return not waitlist.attended(activity.id)
