"""The list of activities that staff look through, beside their calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from backend import clock
from backend.db import AnySelect, session
from backend.journal import Actor
from backend.paging import Keys, KeysetQuery, containing
from backend.people import permissions
from backend.people.models import Team
from backend.people.permissions import Permission
from backend.volunteering import queries, sessions
from backend.volunteering.models import Activity
from backend.volunteering.views import ActivityView

SORTS = {"latest": "时间晚的在前", "earliest": "时间早的在前", "title": "按标题"}
_KEYS: dict[str, Keys] = {
    "latest": (Activity.starts_at.desc(), Activity.id.desc()),
    "earliest": (Activity.starts_at, Activity.id),
    "title": (Activity.title, Activity.id),
}
# So many teams stand to choose from.
TEAMS = 300


@dataclass(frozen=True, kw_only=True)
class ActivityFilters:
    """What was asked for; None where it does not matter. Of the days from `first` to `last` what touches them."""

    text: str | None = None
    state: str | None = None
    community: int | None = None
    team: int | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class ActivityRow:
    """One line: when and where, who organises it, how many come."""

    id: int
    title: str
    state: str
    organiser: str
    place: str
    seats: str
    starts_at: datetime


def listed(asked: ActivityFilters, sort: str, *, actor: Actor) -> KeysetQuery:
    """Activities of the person's own places, as they are asked for."""
    reach = permissions.reach_of(actor.id, Permission.ACTIVITY_READ)
    wanted: AnySelect = sa.select(Activity).where(Activity.community_id.in_(reach))
    for column, value in (
        (Activity.state, asked.state),
        (Activity.community_id, asked.community),
        (Activity.team_id, asked.team),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    if asked.text:
        wanted = wanted.where(containing(asked.text, Activity.title, Activity.place))
    if asked.first:
        wanted = wanted.where(Activity.ends_at > clock.day_starts(asked.first))
    if asked.last:
        wanted = wanted.where(Activity.starts_at < clock.day_ends(asked.last))
    if asked.first and asked.last:
        wanted = wanted.where(sessions.between(clock.day_starts(asked.first), clock.day_ends(asked.last)))
    return KeysetQuery(wanted, _KEYS[sort])


def rows(activities: Sequence[Activity], *, actor: Actor) -> list[ActivityRow]:
    return [_row(one) for one in queries.view_activities(activities, actor=actor)]


def _row(one: ActivityView) -> ActivityRow:
    waiting = f"，候补 {one.waiting}" if one.waiting else ""
    return ActivityRow(
        id=one.id,
        title=one.title,
        state=one.state,
        organiser=one.team_name or one.community_name,
        place=one.place,
        seats=f"{one.confirmed} / {one.capacity}{waiting}",
        starts_at=one.starts_at,
    )


def teams_to_choose(*, actor: Actor) -> dict[int, str]:
    """The teams of one's places, by name."""
    reach = permissions.reach_of(actor.id, Permission.ACTIVITY_READ)
    wanted = sa.select(Team.id, Team.name).where(Team.community_id.in_(reach))
    return {row[0]: row[1] for row in session.execute(wanted.order_by(Team.name, Team.id).limit(TEAMS))}
