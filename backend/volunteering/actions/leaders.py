"""Who answers for a team and for an activity: staff name somebody else when whoever did has left, or may not act."""

from typing import Any

import sqlalchemy as sa

from backend import journal
from backend.db import lock_row, session
from backend.errors import InvalidInput
from backend.journal import Actor
from backend.people import permissions, teams
from backend.people import queries as people
from backend.people.models import Person, Team
from backend.people.permissions import Permission
from backend.volunteering import notices, states
from backend.volunteering.models import Activity, ActivityState

OPEN = (ActivityState.DRAFT, ActivityState.PUBLISHED, ActivityState.ENDED)


def edit_team(team_id: int, changes: dict[str, Any], *, actor: Actor) -> Team:
    """As `teams.edit`; a new leader also answers for the team's activities that are not certified yet."""
    team = teams.edit(team_id, changes, actor=actor)
    if "leader_id" in changes:
        session.execute(
            sa.update(Activity)
            .where(Activity.team_id == team.id, Activity.state.in_(OPEN))
            .values(in_charge_id=team.leader_id)
        )
    return team


def organisers(activity: Activity) -> list[int]:
    """Who may be put in charge of it: staff of its place who organise there, and the leader of its team."""
    leader = session.scalar(sa.select(Team.leader_id).where(Team.id == activity.team_id))
    found = [
        *notices.staff(activity.community_id, Permission.ACTIVITY_ORGANISE),
        *([leader] if leader else []),
    ]
    here = sa.select(Person.id).where(Person.id.in_(found), ~people.absent())
    return list(session.scalars(here.order_by(Person.id)))


def name_organiser(activity_id: int, person_id: int, *, actor: Actor) -> Activity:
    """Staff put somebody else in charge, until its hours are certified; they are told. Raises NotFound, NotAllowed,
    ActivityMovedOn, InvalidInput for who may not organise it."""
    activity = lock_row(Activity, activity_id)
    permissions.require(actor.id, Permission.ACTIVITY_ORGANISE, activity.community_id)
    if activity.state not in OPEN:
        raise states.ActivityMovedOn()
    if person_id not in organisers(activity):
        raise InvalidInput({"person": ["请选择能组织这个活动的人"]})
    activity.in_charge_id = person_id
    session.flush()
    journal.write(
        "name_organiser",
        "activity",
        activity.id,
        actor=actor,
        place=activity.community_id,
        facts={"person": person_id},
    )
    if person_id != actor.id:
        notices.put_in_charge(activity, person_id)
    return activity


def teams_led(person_id: int) -> list[Team]:
    """In the order of their ids."""
    return list(session.scalars(sa.select(Team).where(Team.leader_id == person_id).order_by(Team.id)))


def in_charge_of(person_id: int) -> list[Activity]:
    """What the person answers for and is not certified yet, in the order of their ids."""
    wanted = sa.select(Activity).where(Activity.in_charge_id == person_id, Activity.state.in_(OPEN))
    return list(session.scalars(wanted.order_by(Activity.id)))


def tell_of_absence(person_id: int) -> None:
    """The staff of each place are told what waits for somebody else in charge; an activity of a team that is told of
    goes with it."""
    led = teams_led(person_id)
    for team in led:
        notices.team_without_leader(team)
    known = {team.id for team in led}
    for activity in in_charge_of(person_id):
        if activity.team_id not in known:
            notices.without_organiser(activity)
