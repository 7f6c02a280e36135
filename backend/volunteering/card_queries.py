"""The activities of a first screen."""

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.journal import Actor
from backend.volunteering import queries
from backend.volunteering.models import Activity, ActivityState
from backend.volunteering.views import ActivityView


def coming(community_id: int, limit: int, *, actor: Actor) -> list[ActivityView]:
    """Published activities of a community that are not over, the next one first, as this person sees them."""
    wanted = sa.select(Activity).where(
        Activity.community_id == community_id,
        Activity.state == ActivityState.PUBLISHED,
        Activity.taken_down_at.is_(None),
        Activity.ends_at > clock.now(),
    )
    found = session.scalars(wanted.order_by(Activity.starts_at, Activity.id).limit(limit)).all()
    return queries.view_activities(found, actor=actor)
