"""What people have declared and waits for whom: in the asker's places, and such that the asker may decide it.

Each is a query that both doors page and count. What somebody may not decide (their own, their own child's) they do not
find here; the verbs say so again when it is decided.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people.guardians import Guardianship
from backend.people.models import Membership, PartyRegistration, Person, Residency, Team

# A leader answers from a phone; after so many days an application comes to the community's desk.
LEADER_DAYS = 3


def residencies_to_verify(*, actor: Actor) -> KeysetQuery:
    """Declared residencies with their persons, longest declared first. Never one's own, nor a child's whose guardian
    waits to be verified: it is decided with the guardian."""
    with_guardian = sa.exists().where(
        Guardianship.child_id == Residency.person_id, Guardianship.status == "declared"
    )
    wanted = _declared(Residency, "declared", "residency:verify", actor).where(~with_guardian)
    return KeysetQuery(wanted, (Residency.declared_at, Residency.person_id))


def party_registrations_to_verify(*, actor: Actor) -> KeysetQuery:
    """Party members' registrations with their persons, longest declared first. Never one's own."""
    wanted = _declared(PartyRegistration, "pending", "party_registration:verify", actor)
    return KeysetQuery(wanted, (PartyRegistration.declared_at, PartyRegistration.person_id))


def _declared(model: Any, state: str, permission: str, actor: Actor) -> sa.Select[Any]:
    return (
        sa.select(model, Person)
        .join(Person, Person.id == model.person_id)
        .where(
            model.status == state,
            model.community_id.in_(permissions.reach_of(actor.id, permission)),
            model.person_id != actor.id,
        )
    )


def guardianships_to_verify(*, actor: Actor) -> KeysetQuery:
    """Declared links of guardians to children, in the order in which they were declared. Never one's own family."""
    wanted = sa.select(Guardianship).where(
        Guardianship.status == "declared",
        Guardianship.community_id.in_(permissions.reach_of(actor.id, "guardian:verify")),
        Guardianship.guardian_id != actor.id,
        Guardianship.child_id != actor.id,
    )
    return KeysetQuery(wanted, (Guardianship.id,))


def applications_to_decide(*, actor: Actor) -> KeysetQuery:
    """Applications to join a team, with the team, longest waiting first, that come to staff: those to a leader without
    a phone, to oneself, and those that the leader has left unanswered for LEADER_DAYS. Never one's own."""
    before = clock.now() - timedelta(days=LEADER_DAYS)
    wanted = (
        sa.select(Membership, Team)
        .join(Team, Team.id == Membership.team_id)
        .join(Person, Person.id == Team.leader_id)
        .where(
            Membership.status == "applied",
            Membership.person_id != actor.id,
            Team.community_id.in_(permissions.reach_of(actor.id, "team:manage")),
            sa.or_(Person.openid.is_(None), Team.leader_id == actor.id, Membership.since <= before),
        )
    )
    return KeysetQuery(wanted, (Membership.since, Membership.person_id, Membership.team_id))
