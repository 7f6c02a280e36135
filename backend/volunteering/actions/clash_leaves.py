"""The organiser lets somebody be at two activities at the same time, and says why (an hour of each, a way between).

Hours are never counted twice for it: who is checked in elsewhere is not checked in here, and overlapping records are
refused.
"""

import sqlalchemy as sa

from backend import clock, journal
from backend.db import session
from backend.errors import NotFound
from backend.journal import Actor
from backend.lifecycle import authorize
from backend.people.kinds import MembershipState, PersonState
from backend.people.models import Membership, Person, Residency
from backend.volunteering import notices, states
from backend.volunteering.actions import waitlist
from backend.volunteering.models import Activity, ClashLeave, SignUp


def allow(activity_id: int, person_id: int, reason: str, *, actor: Actor) -> Activity:
    """The person may sign up, or move up, whatever else they do at that time; they are told, and sign up themselves.

    Raises NotFound, NotAllowed for who does not organise it, ActivityMovedOn once it is over.
    """
    activity, held = waitlist.hold(activity_id, freed=[person_id])
    note(activity, person_id, reason, actor=actor)
    notices.clash_allowed(activity, person_id, reason)
    waitlist.ask(held)
    return activity


def note(activity: Activity, person_id: int, reason: str, *, actor: Actor) -> None:
    """Keeps that it was allowed, with its line of the journal. A later reason takes the place of the first one."""
    authorize(states.ALLOW_CLASH, activity, actor)
    if activity.state not in states.ALLOW_CLASH.sources:
        raise states.ActivityMovedOn()
    if person_id != actor.id and not _close_to(activity, person_id):
        raise NotFound()
    journal.write(
        "allow_clash",
        "activity",
        activity.id,
        actor=actor,
        reason=reason,
        place=activity.community_id,
        facts={"person": person_id},
    )
    leave = session.get(ClashLeave, (activity.id, person_id)) or ClashLeave(
        activity_id=activity.id, person_id=person_id
    )
    leave.reason, leave.allowed_by_id, leave.allowed_at = reason, actor.id, clock.now()
    session.add(leave)
    session.flush()


def _close_to(activity: Activity, person_id: int) -> bool:
    """Of the team, on the list of the activity, or at home in its community: nobody else is written to."""
    near = (
        sa.exists().where(SignUp.activity_id == activity.id, SignUp.person_id == person_id),
        sa.exists().where(
            Membership.team_id == activity.team_id,
            Membership.person_id == person_id,
            Membership.state == MembershipState.ACCEPTED,
        ),
        sa.exists().where(Residency.person_id == person_id, Residency.community_id == activity.community_id),
    )
    active = sa.exists().where(Person.id == person_id, Person.state == PersonState.ACTIVE)
    return bool(session.scalar(sa.select(sa.and_(active, sa.or_(*near)))))
