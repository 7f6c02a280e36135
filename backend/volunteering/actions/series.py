"""A weekly series as one: from one of its activities on, all are published, changed or called off together."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import NotFound, StateConflict
from backend.journal import Actor
from backend.lifecycle import authorize
from backend.volunteering import states
from backend.volunteering.actions import activities, course
from backend.volunteering.models import Activity, ActivityState


class SeriesInTheWay(StateConflict):
    """A time at which the series has an activity already, which does not move along."""

    message = "这个系列在 {starts_at} 已有一次活动，不能移到同一时间"


def publish(activity_id: int, *, actor: Actor) -> list[Activity]:
    """Publishes the drafts of the series from this activity on, all or none.

    Raises InsuranceMissing, NotAllowed, NotFound, ActivityMovedOn where there is no draft.
    """
    return _each(
        activity_id, (ActivityState.DRAFT,), lambda one: activities.publish(one, actor=actor), actor=actor
    )


def cancel(activity_id: int, reason: str, *, actor: Actor) -> list[Activity]:
    """Calls off this activity and all later ones of the series; who signed up for any is told.

    Raises NotAllowed, NotFound, ActivityMovedOn where nothing is left to call off.
    """
    return _each(activity_id, _STANDING, lambda one: activities.cancel(one, reason, actor=actor), actor=actor)


def change(activity_id: int, content: dict[str, Any], *, actor: Actor) -> list[Activity]:
    """Changes this activity and all later ones alike. Times are those of this one; the others keep their distance.

    Raises what `activities.edit` raises, and SeriesInTheWay.
    """
    here, later = _lock(activity_id, _STANDING, actor)
    content = course.arranged(content)
    shift = content.get("starts_at", here.starts_at) - here.starts_at
    begins = here.starts_at
    offsets = _offsets(content, begins + shift)
    fixed = {name: value for name, value in content.items() if name not in offsets}
    _check_free(here, later, shift)
    # The farthest goes first, so that none is moved onto the next one, which has not moved yet.
    for one in sorted(later, key=lambda one: one.starts_at, reverse=shift > timedelta(0)):
        starts = one.starts_at + shift
        told = {**fixed, **_moments(offsets, starts)}
        if content.get("sessions"):
            told["sessions"] = course.shifted(content["sessions"], one.starts_at - begins)
        activities.edit(one.id, told, actor=actor)
    return later


_STANDING = (ActivityState.DRAFT, ActivityState.PUBLISHED)


def _each(
    activity_id: int, wanted: tuple[str, ...], verb: Callable[[int], Activity], *, actor: Actor
) -> list[Activity]:
    return [verb(one.id) for one in _lock(activity_id, wanted, actor)[1]]


def _lock(activity_id: int, wanted: tuple[str, ...], actor: Actor) -> tuple[Activity, list[Activity]]:
    """This activity, and those from it on in these states which have not begun, in the order of their start."""
    here = session.get(Activity, activity_id)
    if here is None:
        raise NotFound()
    authorize(states.ORGANISE, here, actor)
    rows = session.scalars(
        sa.select(Activity).where(here.series()).order_by(Activity.id).with_for_update(),
        execution_options={"populate_existing": True},
    ).all()
    begins = max(here.starts_at, clock.now())
    later = [one for one in rows if one.state in wanted and one.starts_at >= begins]
    if not later:
        raise states.ActivityMovedOn()
    return here, sorted(later, key=lambda one: one.starts_at)


def _offsets(content: dict[str, Any], starts: datetime) -> dict[str, timedelta | None]:
    """How far each given moment lies from the start; None for one that is taken away."""
    given = {name: content[name] for name in activities.MOMENTS if name in content}
    return {name: None if at is None else at - starts for name, at in given.items()}


def _moments(offsets: dict[str, timedelta | None], starts: datetime) -> dict[str, datetime | None]:
    return {name: None if offset is None else starts + offset for name, offset in offsets.items()}


def _check_free(here: Activity, later: list[Activity], shift: timedelta) -> None:
    moving = [one.id for one in later]
    staying = sa.select(Activity.starts_at).where(
        Activity.repeats_id == here.origin_id,
        Activity.id.not_in(moving),
        Activity.starts_at.in_([one.starts_at + shift for one in later]),
    )
    taken = session.scalars(staying.order_by(Activity.starts_at).limit(1)).first()
    if taken is not None:
        raise SeriesInTheWay(starts_at=f"{taken.astimezone(clock.CHINA):%m月%d日 %H:%M}")
