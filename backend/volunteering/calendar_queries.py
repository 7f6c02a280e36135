"""What goes into the calendar of a phone: one activity, or all in which a person has a place; the week that a screen
shows, and what a map shows of the coming days."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import Moment, session
from backend.organisations.models import Organisation
from backend.volunteering import sessions
from backend.volunteering.models import Activity, ActivityState, SignUp, SignUpState
from backend.volunteering.session_models import ActivitySession

# A calendar is read whole; nobody has promised to come to more.
MOST_COMING = 200


def coming(person_id: int) -> list[Activity]:
    """Activities not yet over in which the person has a place, in the order of their start."""
    wanted = (
        sa.select(Activity)
        .join(SignUp, SignUp.activity_id == Activity.id)
        .where(
            SignUp.person_id == person_id,
            sa.or_(
                SignUp.state.in_((SignUpState.CONFIRMED, SignUpState.CHECKED_IN)),
                # Who was in a session comes to the next one.
                sa.and_(
                    SignUp.state.in_((SignUpState.CHECKED_OUT, SignUpState.UNVERIFIED)), sessions.several()
                ),
            ),
            Activity.state == ActivityState.PUBLISHED,
            Activity.ends_at > clock.now(),
        )
        .order_by(Activity.starts_at, Activity.id)
        .limit(MOST_COMING)
    )
    return list(session.scalars(wanted))


def coming_week(community_id: int | None, limit: int) -> list[sa.Row[Any]]:
    """For a public screen: activities of the next seven days that anyone may join or see, the next one first."""
    starts = sa.func.coalesce(ActivitySession.starts_at, Activity.starts_at, type_=Moment())
    ends = sa.func.coalesce(ActivitySession.ends_at, Activity.ends_at, type_=Moment())
    wanted = (
        sa.select(
            Activity.title,
            Activity.place,
            starts.label("starts_at"),
            ends.label("ends_at"),
            Organisation.name.label("community"),
        )
        .join(Organisation, Organisation.id == Activity.community_id)
        # Each session is a line of its own.
        .outerjoin(ActivitySession, ActivitySession.activity_id == Activity.id)
        .where(
            Activity.state == ActivityState.PUBLISHED,
            Activity.taken_down_at.is_(None),
            ends > clock.now(),
            starts < clock.day_ends(clock.today() + timedelta(days=6)),
        )
        .order_by(starts, Activity.id)
        .limit(limit)
    )
    if community_id is not None:
        wanted = wanted.where(Activity.community_id == community_id)
    return list(session.execute(wanted))


def coming_places(community_ids: Collection[int] | None, days: int, limit: int) -> list[sa.Row[Any]]:
    """For a map: where the activities of the coming days are that anyone may join or see, the next one first. Without a
    point of its own one is at its community's office; without any it is on no map."""
    latitude = sa.func.coalesce(Activity.latitude, Organisation.latitude)
    wanted = (
        sa.select(
            Activity.id,
            Activity.title,
            Activity.place,
            Activity.starts_at,
            Organisation.name.label("community"),
            latitude.label("latitude"),
            sa.case((Activity.latitude.is_not(None), Activity.longitude), else_=Organisation.longitude).label(
                "longitude"
            ),
            Activity.latitude.is_not(None).label("own_point"),
        )
        .join(Organisation, Organisation.id == Activity.community_id)
        .where(
            Activity.state == ActivityState.PUBLISHED,
            Activity.taken_down_at.is_(None),
            Activity.ends_at > clock.now(),
            Activity.starts_at < clock.day_ends(clock.today() + timedelta(days=days)),
            latitude.is_not(None),
        )
        .order_by(Activity.starts_at, Activity.id)
        .limit(limit)
    )
    if community_ids is not None:
        wanted = wanted.where(Activity.community_id.in_(community_ids))
    return list(session.execute(wanted))
