"""Days of volunteering that are counted in working days: when the records of an activity are due."""

import sqlalchemy as sa

from backend import clock, working_days
from backend.db import session
from backend.volunteering.models import Activity, ActivityState


def recompute() -> int:
    """Counts anew when the records of ended activities are due; answers how many days moved.

    Who was told that a day had passed, which is now still to come, is told anew when it does.
    """
    waiting = session.scalars(
        sa.select(Activity)
        .where(Activity.state == ActivityState.ENDED, Activity.record_due_on.is_not(None))
        .order_by(Activity.id)
        .with_for_update()
    )
    moved = 0
    for activity in waiting:
        due = working_days.record_due_on(clock.business_day(activity.ends_at))
        if due != activity.record_due_on:
            activity.record_due_on = due
            if due > clock.today():
                activity.overdue_told_at = None
            moved += 1
    session.flush()
    return moved
