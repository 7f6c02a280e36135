"""Reading the names of who comes: they are the work of who calls the roll, and the journal knows who read them."""

from backend.db import session
from backend.journal import Actor
from backend.people import openings
from backend.volunteering import attendance_queries
from backend.volunteering.models import Activity
from backend.volunteering.views import Attendance


def attendance(activity_id: int, *, person_id: int | None = None, actor: Actor) -> Attendance:
    """As `attendance_queries.attendance`, with a line in the journal where an office shows the names in full. The leader
    knows who signed up anyway."""
    told = attendance_queries.attendance(activity_id, person_id=person_id, actor=actor)
    activity = session.get_one(Activity, activity_id)
    if told.in_full and told.people and "leader" not in activity.facts_about(actor.id):
        openings.note_names("activity", activity.id, activity.community_id, actor=actor)
    return told
