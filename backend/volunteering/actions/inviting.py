"""Staff ask volunteers whom an activity fits to fill its empty places: one notice each, once, and no answer is needed.

Nobody is shown a list of them, and nobody is ranked: whom it fits is a rule, and how many they are is all that is told.
"""

from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, session
from backend.errors import StateConflict
from backend.journal import Actor
from backend.people import permissions
from backend.people import queries as people
from backend.people.kinds import MembershipState, ResidencyState
from backend.people.models import Membership, Person, Residency, Team
from backend.people.permissions import Permission
from backend.volunteering import joining, notices, states
from backend.volunteering.actions import waitlist
from backend.volunteering.message_models import Invitation, InvitationRefusal
from backend.volunteering.models import Activity, ActivityState, SignUp


class NoPlaceFree(StateConflict):
    message = "没有空着的名额，或活动已经开始、报名已经截止，不用邀请"


def fitting(activity: Activity) -> int:
    """How many would be asked now."""
    return session.scalars(_whom(activity, activity.in_charge_id).with_only_columns(sa.func.count())).one()


def can_invite(activity: Activity) -> bool:
    """Is a place free for which one may still sign up before it begins?"""
    until, now = activity.sign_up_until or activity.ends_at, clock.now()
    open_now = activity.state == ActivityState.PUBLISHED and now < activity.starts_at and now <= until
    return open_now and waitlist.seated(activity.id) < activity.capacity


def invite(activity_id: int, *, actor: Actor) -> int:
    """Asks all whom it fits and who were not asked yet; answers how many. By staff of the place.

    Raises NotFound, NotAllowed, ActivityMovedOn, NoPlaceFree.
    """
    activity = lock_row(Activity, activity_id)
    permissions.require(actor.id, Permission.ACTIVITY_ORGANISE, activity.community_id)
    if activity.state != ActivityState.PUBLISHED:
        raise states.ActivityMovedOn()
    if not can_invite(activity):
        raise NoPlaceFree()
    found = list(session.scalars(_whom(activity, actor.id).order_by(Person.id)))
    if found:
        same = {"activity_id": activity.id, "asked_by_id": actor.id, "asked_at": clock.now()}
        session.execute(sa.insert(Invitation), [{**same, "person_id": one} for one in found])
        notices.invited(activity, found)
    place, facts = activity.community_id, {"asked": len(found)}
    journal.write("invite", "activity", activity.id, actor=actor, place=place, facts=facts)
    return len(found)


def _whom(activity: Activity, asking_id: int) -> sa.Select[Any]:
    """Verified residents of the community who volunteer and have the mini-program: old enough, free at that time, not
    asked yet for this one nor today for another, who never signed up for it and did not say no to being asked."""
    today = clock.day_starts(clock.today())
    asked = sa.exists().where(
        Invitation.person_id == Person.id,
        sa.or_(Invitation.activity_id == activity.id, Invitation.asked_at >= today),
    )
    knows = sa.exists().where(SignUp.activity_id == activity.id, SignUp.person_id == Person.id)
    return (
        sa.select(Person.id)
        .join(Residency, Residency.person_id == Person.id)
        .join(Activity, Activity.id == activity.id)
        .where(
            Residency.community_id == activity.community_id,
            Residency.state == ResidencyState.VERIFIED,
            Person.openid.is_not(None),
            Person.id.not_in((activity.in_charge_id, asking_id)),
            ~people.absent(),
            _volunteers(),
            joining.old_enough(Person.birth_year),
            ~joining.busy(Person.id),
            ~asked,
            ~knows,
            ~sa.exists().where(InvitationRefusal.person_id == Person.id),
        )
    )


def _volunteers() -> sa.ColumnElement[bool]:
    """Whoever is in a team, or signed up for something before."""
    member = sa.exists().where(
        Membership.person_id == Person.id, Membership.state == MembershipState.ACCEPTED
    )
    leads = sa.exists().where(Team.leader_id == Person.id)
    before = sa.exists().where(SignUp.person_id == Person.id)
    return sa.or_(member, leads, before)


def wants(person_id: int) -> bool:
    """Does the person want to be asked? Who said nothing does."""
    return session.get(InvitationRefusal, person_id, populate_existing=True) is None


def choose(wanted: bool, *, actor: Actor) -> bool:
    """The person says whether they want to be asked."""
    lock_row(Person, actor.id)
    refused = session.get(InvitationRefusal, actor.id, populate_existing=True)
    if wanted and refused is not None:
        session.delete(refused)
    elif not wanted and refused is None:
        session.add(InvitationRefusal(person_id=actor.id, since=clock.now()))
    session.flush()
    return wanted
