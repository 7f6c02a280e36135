"""What waits for whom in volunteering, for the first screen: where one is expected, and the queue of who certifies."""

from datetime import timedelta

import sqlalchemy as sa

from backend import clock
from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people.permissions import Permission
from backend.to_do import Waits
from backend.volunteering import queues
from backend.volunteering.models import Activity, ActivityState, SignUp, SignUpState

# The days that are called this week, from now on: what comes on Monday is no surprise on Sunday evening.
WEEK = timedelta(days=7)


def this_week(*, actor: Actor) -> KeysetQuery:
    """Activities in which the person has a place, not yet over, that begin within a week."""
    wanted = (
        sa.select(Activity)
        .join(SignUp, SignUp.activity_id == Activity.id)
        .where(
            SignUp.person_id == actor.id,
            SignUp.state.in_((SignUpState.CONFIRMED, SignUpState.CHECKED_IN)),
            Activity.state == ActivityState.PUBLISHED,
            Activity.ends_at > clock.now(),
            Activity.starts_at <= clock.now() + WEEK,
        )
    )
    return KeysetQuery(wanted, (Activity.starts_at, Activity.id))


TO_DO = (
    Waits("activities_this_week", this_week, Activity.starts_at),
    Waits("hours_to_certify", queues.hours_to_certify, Activity.ended_at, Permission.ACTIVITY_CERTIFY),
)
