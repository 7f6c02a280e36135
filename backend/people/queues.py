"""What people have declared and waits for whom: in the asker's places, and such that the asker may decide it.

Each is a query that both doors page and count. What somebody may not decide (their own, their own child's) they do not
find here; the verbs say so again when it is decided.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.journal import Actor
from backend.moves import Move
from backend.paging import KeysetQuery
from backend.people import permissions, states
from backend.people import queries as people
from backend.people.guardians import Guardianship
from backend.people.kinds import MergeState
from backend.people.models import Membership, PartyRegistration, Person, Residency, Team
from backend.people.permissions import Permission
from backend.people.person_merges import PersonMerge

# A leader answers from a phone; after so many days an application comes to the community's desk.
LEADER_DAYS = 3


def residencies_to_verify(*, actor: Actor) -> KeysetQuery:
    """Declared residencies with their persons, longest declared first. Never one's own, nor a child's whose guardian
    waits to be verified: it is decided with the guardian."""
    with_guardian = sa.exists().where(
        Guardianship.child_id == Residency.person_id, _waiting(Guardianship, states.VERIFY_GUARDIAN)
    )
    wanted = _declared(Residency, states.VERIFY_RESIDENCY, actor).where(~with_guardian)
    return KeysetQuery(wanted, (Residency.declared_at, Residency.person_id))


def party_registrations_to_verify(*, actor: Actor) -> KeysetQuery:
    """Party members' registrations with their persons, longest declared first. Never one's own."""
    wanted = _declared(PartyRegistration, states.VERIFY_PARTY_MEMBER, actor)
    return KeysetQuery(wanted, (PartyRegistration.declared_at, PartyRegistration.person_id))


def _declared(model: Any, move: Move, actor: Actor) -> sa.Select[Any]:
    return (
        sa.select(model, Person)
        .join(Person, Person.id == model.person_id)
        .where(_waiting(model, move), _within(model, move, actor), model.person_id != actor.id)
    )


def guardianships_to_verify(*, actor: Actor) -> KeysetQuery:
    """Declared links of guardians to children, in the order in which they were declared. Never one's own family."""
    move = states.VERIFY_GUARDIAN
    wanted = sa.select(Guardianship).where(
        _waiting(Guardianship, move),
        _within(Guardianship, move, actor),
        Guardianship.guardian_id != actor.id,
        Guardianship.child_id != actor.id,
    )
    return KeysetQuery(wanted, (Guardianship.id,))


def applications_to_decide(*, actor: Actor) -> KeysetQuery:
    """Applications to join a team, with the team, longest waiting first, that come to staff: those to a leader without
    a phone, or who left or is suspended, to oneself, and those that the leader has left unanswered for LEADER_DAYS.
    Never one's own."""
    before, move = clock.now() - timedelta(days=LEADER_DAYS), states.ACCEPT_MEMBER
    wanted = (
        sa.select(Membership, Team)
        .join(Team, Team.id == Membership.team_id)
        .join(Person, Person.id == Team.leader_id)
        .where(
            _waiting(Membership, move),
            _within(Team, move, actor),
            Membership.person_id != actor.id,
            sa.or_(
                Person.openid.is_(None),
                people.absent(),
                Team.leader_id == actor.id,
                Membership.since <= before,
            ),
        )
    )
    return KeysetQuery(wanted, (Membership.since, Membership.person_id, Membership.team_id))


def teams_without_leader(*, actor: Actor) -> KeysetQuery:
    """Teams whose leader left or is suspended, in the order of their ids, where this person may name another."""
    wanted = sa.select(Team).join(Person, Person.id == Team.leader_id)
    reach = permissions.reach_of(actor.id, Permission.TEAM_MANAGE)
    return KeysetQuery(wanted.where(people.absent(), Team.community_id.in_(reach)), (Team.id,))


def merges_to_check(*, actor: Actor) -> KeysetQuery:
    """What people asked for themselves: staff look for the proof. Never about oneself."""
    return _merges(actor, MergeState.ASKED)


def merges_to_approve(*, actor: Actor) -> KeysetQuery:
    """What one of the staff has proposed, for another one. Never about oneself, nor one's own proposal."""
    return _merges(actor, MergeState.PROPOSED)


def merges_to_decide(*, actor: Actor) -> KeysetQuery:
    """Both of these: whatever this person may take a step with."""
    return _merges(actor, MergeState.ASKED, MergeState.PROPOSED)


def _merges(actor: Actor, *states: MergeState) -> KeysetQuery:
    row = PersonMerge
    wanted = sa.select(row).where(
        row.state.in_(states),
        row.community_id.in_(permissions.reach_of(actor.id, Permission.PERSON_MERGE)),
        row.from_id != actor.id,
        row.into_id != actor.id,
        sa.or_(row.proposed_by_id.is_(None), row.proposed_by_id != actor.id),
    )
    return KeysetQuery(wanted, (row.id,))


def _waiting(model: Any, move: Move) -> sa.ColumnElement[bool]:
    """In a state from which the move is made."""
    return model.state.in_(sorted(move.sources))


def _within(model: Any, move: Move, actor: Actor) -> sa.ColumnElement[bool]:
    """In a place where the person may make it."""
    return model.community_id.in_(permissions.reach_of(actor.id, move.permission))
