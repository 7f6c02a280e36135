"""Days of complaints that move with the city's calendar: none falls on a day that has become free."""

import sqlalchemy as sa

from backend import working_days
from backend.complaints import notices
from backend.complaints.models import WAITING_STATES, Complaint
from backend.db import session


def recompute() -> int:
    """Moves on the last days of waiting complaints that are free now; answers how many. None comes sooner: whoever
    complained was told it. Handlers are told, and recalled anew."""
    waiting = session.scalars(
        sa.select(Complaint)
        .where(Complaint.state.in_(WAITING_STATES))
        .order_by(Complaint.id)
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).all()
    last = working_days.on_or_after_each({found.due_on for found in waiting})
    moved = [found for found in waiting if last[found.due_on] != found.due_on]
    for found in moved:
        found.due_on, found.reminded_at = last[found.due_on], None
    session.flush()
    notices.due_moved(moved)
    return len(moved)
