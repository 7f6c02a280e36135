"""The volunteer teams of one person: those they lead, and those that they are in or want to be in."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people.kinds import STANDING_MEMBERSHIPS, MembershipState
from backend.people.models import Membership, Team
from backend.people.teams import moves_open


class TeamPart(StrEnum):
    LEADER = "leader"
    MEMBER = "member"


@dataclass(frozen=True)
class MyTeam:
    """`status` is how the membership stands; who leads the team is in it."""

    id: int
    name: str
    part: str
    status: str
    actions: list[str]


def mine(*, actor: Actor) -> KeysetQuery:
    """Teams with the person's membership in each, in the order of the teams' ids. What was taken down is shown to its
    leader alone, as everywhere."""
    own = sa.and_(
        Membership.team_id == Team.id,
        Membership.person_id == actor.id,
        Membership.state.in_(STANDING_MEMBERSHIPS),
    )
    member = sa.and_(Membership.person_id.is_not(None), Team.taken_down_at.is_(None))
    wanted = sa.select(Team, Membership).outerjoin(Membership, own)
    return KeysetQuery(wanted.where(sa.or_(Team.leader_id == actor.id, member)), (Team.id,))


def view_mine(rows: Sequence[tuple[Any, ...]], *, actor: Actor) -> list[MyTeam]:
    return [_view(team, membership, actor) for team, membership in rows]


def _view(team: Team, membership: Membership | None, actor: Actor) -> MyTeam:
    leads = team.leader_id == actor.id
    status = MembershipState.ACCEPTED if leads or membership is None else membership.state
    part = TeamPart.LEADER if leads else TeamPart.MEMBER
    return MyTeam(team.id, team.name, part, status, moves_open(team, status, actor))
