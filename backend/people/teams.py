"""志愿队: founded by community staff, who name the leader; joined by asking, accepted by the leader."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend import clock, former_names, journal, moves
from backend.db import lock_row, savepoint, session, view_of
from backend.errors import NotAllowed, NotFound, Refused, StateConflict
from backend.former_names import Named
from backend.journal import Actor
from backend.moves import Move
from backend.organisations import queries as places
from backend.outbox.actions import notify
from backend.paging import Keys, KeysetQuery, containing
from backend.people import guests, masking, permissions, states, suspensions
from backend.people import queries as people
from backend.people.kinds import STANDING_MEMBERSHIPS, MembershipState, PersonState
from backend.people.masking import Level
from backend.people.models import Membership, Person, Team
from backend.people.namesakes import told_apart
from backend.people.permissions import Permission

NO_LEADER = "暂无队长"
TEAM_KINDS = ("community", "unit", "social")


class TeamNameTaken(Refused):
    code, message = 40919, "社区里已有同名的志愿队"


class TeamTakenDown(StateConflict):
    message = "这支志愿队已经撤下了"


class LeaderUnknown(Refused):
    code, message = 42297, "没有找到这位队长，请先让他登录或登记"


def create_team(
    community_id: int, kind: str, name: str, speciality: str = "", *, leader_id: int, actor: Actor
) -> Team:
    """A new team of a community; `kind` is community, unit (a work unit's) or social (riders, for one).

    By community staff. Raises TeamNameTaken, LeaderUnknown, NotACommunity, SuspendedPerson.
    """
    places.community(community_id)
    permissions.require(actor.id, Permission.TEAM_FOUND, community_id)
    _check_leader(leader_id)
    team = Team(
        community_id=community_id,
        kind=kind,
        name=name,
        speciality=speciality,
        leader_id=leader_id,
        created_at=clock.now(),
    )
    _keep(team)
    journal.write("found", "team", team.id, actor=actor, place=community_id, facts={"leader": leader_id})
    return team


def _check_leader(leader_id: int) -> None:
    leader = session.get(Person, leader_id)
    if leader is None or leader.state != PersonState.ACTIVE:
        raise LeaderUnknown()
    suspensions.refuse_charge(leader)


def _keep(team: Team) -> None:
    try:
        with savepoint():
            session.add(team)
            session.flush()
    except sa.exc.IntegrityError:
        raise TeamNameTaken() from None


def edit(team_id: int, changes: dict[str, Any], *, actor: Actor) -> Team:
    """Staff change `name`, `speciality` or `leader_id`; a new leader has the team's activities at once."""
    team = lock_row(Team, team_id)
    permissions.require(actor.id, Permission.TEAM_MANAGE, team.community_id)
    if "leader_id" in changes:
        _check_leader(changes["leader_id"])
    if any(changes.get(name, getattr(team, name)) != getattr(team, name) for name in ("name", "speciality")):
        team.taken_down_at = None
    former_names.keep(Named.TEAM, team.id, team.name, changes.get("name", team.name))
    for name in ("name", "speciality", "leader_id"):
        setattr(team, name, changes.get(name, getattr(team, name)))
    _keep(team)
    journal.write(
        "edit", "team", team.id, actor=actor, place=team.community_id, facts={"fields": sorted(changes)}
    )
    return team


# Stands for the name of a team that was taken down, in what its team did before; staff and the team read the name.
TAKEN_DOWN = "（已撤下的志愿队）"


def take_down(team_id: int, reason: str, *, actor: Actor) -> Team:
    """Known to nobody but its leader and staff from now on, until staff put another name or speciality there; the
    leader is told why. Raises NotFound, NotAllowed, TeamTakenDown."""
    team = lock_taken_down(team_id, actor=actor)
    if team.taken_down_at is not None:
        raise TeamTakenDown()
    team.taken_down_at = clock.now()
    session.flush()
    journal.write("take_down", "team", team.id, actor=actor, place=team.community_id, reason=reason)
    body = f"您任队长的志愿队“{team.name}”已由社区撤下，别人暂时看不到：{reason}。请联系社区改名或改介绍。"
    notify(team.leader_id, "team_taken_down", "志愿队已撤下", body, subject=("team", team.id))
    return team


def lock_taken_down(team_id: int, *, actor: Actor) -> Team:
    """A locked team that this person may take down. Raises NotFound, NotAllowed."""
    team: Team = lock_row(Team, team_id)
    permissions.require(actor.id, Permission.TEAM_TAKE_DOWN, team.community_id)
    return team


def join(team_id: int, *, actor: Actor) -> Team:
    """Asks to be accepted. Who left or was declined may ask again. Raises AlreadyMember, NotFound."""
    team = lock_row(Team, team_id)
    if team.taken_down_at is not None:
        raise NotFound()
    if team.leader_id == actor.id:
        raise states.AlreadyMember()
    row = _membership(team, actor.id) or Membership(team_id=team.id, person_id=actor.id)
    _move(states.JOIN, row, actor)
    return team


def leave(team_id: int, *, actor: Actor) -> Team:
    """Leaves, or takes the application back; at any time, without a reason. Raises NotAMember."""
    team = lock_row(Team, team_id)
    row = _membership(team, actor.id)
    if row is None:
        raise states.NotAMember()
    _move(states.LEAVE, row, actor)
    return team


def decide(team_id: int, person_id: int, accepted: bool, *, actor: Actor) -> Team:
    """The leader (or staff, for a leader without a phone) accepts or declines; nobody their own application.

    Raises NothingToDecide.
    """
    team = lock_row(Team, team_id)
    move = states.ACCEPT_MEMBER if accepted else states.DECLINE_MEMBER
    if team.leader_id != actor.id:
        permissions.require(actor.id, move.permission, team.community_id)
    if person_id == actor.id:
        raise NotAllowed()
    row = _membership(team, person_id)
    if row is None:
        raise states.NothingToDecide()
    _move(move, row, actor)
    return team


def _membership(team: Team, person_id: int) -> Membership | None:
    return session.get(Membership, (team.id, person_id), populate_existing=True)


def _move(move: Move, row: Membership, actor: Actor) -> None:
    details = {"person": row.person_id}
    moves.begin_or_apply(move, row, {"since": clock.now()}, actor=actor, details=details)


@dataclass(frozen=True)
class TeamView:
    """A team as one viewer may see it: how many it has, not who."""

    id: int
    community_id: int
    community_name: str
    kind: str
    name: str
    speciality: str
    # Nobody, where whoever led it has left.
    leader_id: int | None
    leader_name: str
    member_count: int
    my_status: str | None
    created_at: datetime
    taken_down_at: datetime | None
    actions: list[str]


@dataclass(frozen=True)
class MemberView:
    person_id: int
    name: str
    # Of two with one name: what tells them apart.
    told_apart: str | None
    state: str
    since: datetime
    actions: list[str]


@dataclass(frozen=True)
class TeamDetail(TeamView):
    """The same with who is in it, for its leader and staff; None for others."""

    members: list[MemberView] | None


def one(team_id: int) -> Team:
    """Raises NotFound."""
    team = session.get(Team, team_id)
    if team is None:
        raise NotFound()
    return team


def seen(team_id: int, *, actor: Actor) -> Team:
    """A team that this person may see: what was taken down is its leader's and its staff's. Raises NotFound."""
    team = one(team_id)
    known = team.taken_down_at is None or team.leader_id == actor.id
    if not known and not permissions.appointed(actor.id, Permission.TEAM_MANAGE, team.community_id):
        raise NotFound()
    return team


def listed(community_id: int | None, kind: str | None, q: str | None = None) -> KeysetQuery:
    """Teams in the order of their ids, without those that were taken down."""
    wanted = sa.select(Team).where(Team.taken_down_at.is_(None))
    for column, value in ((Team.community_id, community_id), (Team.kind, kind)):
        if value is not None:
            wanted = wanted.where(column == value)
    if q is not None:
        wanted = wanted.where(containing(q, Team.name))
    return KeysetQuery(wanted, (Team.id,))


def within(word: str, after: int, limit: int, *, actor: Actor) -> list[Team]:
    """Teams of the places where this word is granted, in the order of their ids."""
    return listed_within(word, TeamFilters(), "oldest", actor=actor).rows(limit, (after,))


SORTS = {"oldest": "按成立先后", "name": "按名称"}
_KEYS: dict[str, Keys] = {"oldest": (Team.id,), "name": (Team.name, Team.id)}


@dataclass(frozen=True, kw_only=True)
class TeamFilters:
    """What was asked for; None where it does not matter. `text` are words in the name or in what they are good at."""

    text: str | None = None
    kind: str | None = None
    community: int | None = None


def listed_within(word: str, asked: TeamFilters, sort: str, *, actor: Actor) -> KeysetQuery:
    """Teams of the places where this word is granted, as they are asked for."""
    wanted = sa.select(Team).where(Team.community_id.in_(permissions.reach_of(actor.id, word)))
    if asked.text:
        wanted = wanted.where(containing(asked.text, Team.name, Team.speciality))
    if asked.kind:
        wanted = wanted.where(Team.kind == asked.kind)
    if asked.community:
        wanted = wanted.where(Team.community_id == asked.community)
    return KeysetQuery(wanted, _KEYS[sort])


def numbers_waiting(ids: Sequence[int]) -> dict[int, int]:
    """How many ask to join each of these teams."""
    rows = session.execute(
        sa.select(Membership.team_id, sa.func.count())
        .where(Membership.team_id.in_(ids), Membership.state == MembershipState.APPLIED)
        .group_by(Membership.team_id)
    )
    return dict(rows.all())


def view_teams(teams: Sequence[Team], *, actor: Actor) -> list[TeamView]:
    """Teams as this person sees them; four statements for a page."""
    if not teams:
        return []
    ids = [team.id for team in teams]
    names = places.names({team.community_id for team in teams})
    guest = guests.is_guest(actor)
    leaders = people.masked_names({team.leader_id for team in teams}, gone=NO_LEADER)
    counts = _counts(ids)
    mine = _mine(ids, actor.id)
    return [
        view_of(
            TeamView,
            team,
            community_name=names[team.community_id],
            leader_id=None if guest or leaders[team.leader_id] == NO_LEADER else team.leader_id,
            leader_name="" if guest else leaders[team.leader_id],
            member_count=counts.get(team.id, 0),
            my_status="leader" if team.leader_id == actor.id else mine.get(team.id),
            actions=[] if guest else moves_open(team, mine.get(team.id), actor),
        )
        for team in teams
    ]


def _counts(ids: list[int]) -> dict[int, int]:
    rows = session.execute(
        sa.select(Membership.team_id, sa.func.count())
        .where(Membership.team_id.in_(ids), Membership.state == MembershipState.ACCEPTED)
        .group_by(Membership.team_id)
    )
    return dict(rows.all())


def _mine(ids: list[int], person_id: int) -> dict[int, str]:
    rows = session.execute(
        sa.select(Membership.team_id, Membership.state).where(
            Membership.team_id.in_(ids), Membership.person_id == person_id
        )
    )
    return dict(rows.all())


# How somebody stands to a team, as `my_status` says it.
STANDINGS = ("leader", *MembershipState)


def moves_open(team: Team, state: str | None, actor: Actor) -> list[str]:
    """What somebody whose membership stands like this may do now, for a button each."""
    if team.leader_id == actor.id:
        return []
    return [states.LEAVE.name if state in states.LEAVE.sources else states.JOIN.name]


def view_team(team: Team, *, actor: Actor) -> TeamDetail:
    """One team with its members."""
    (shown,) = view_teams([team], actor=actor)
    members = _members(team, actor)
    if members is not None and team.leader_id is not None and shown.leader_name != NO_LEADER:
        shown = replace(
            shown, leader_name=people.masked_names({team.leader_id}, Level.AT_WORK)[team.leader_id]
        )
    return TeamDetail(**vars(shown), members=members)


def _members(team: Team, actor: Actor) -> list[MemberView] | None:
    """Who is in the team or wants to be: by name for its leader and for staff who work with it, nothing for others."""
    leading = team.leader_id == actor.id
    if not leading and not permissions.appointed(actor.id, Permission.TEAM_MANAGE, team.community_id):
        return None
    rows = session.execute(
        sa.select(Membership, Person.real_name_sealed)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.team_id == team.id, Membership.state.in_(STANDING_MEMBERSHIPS))
        .order_by(Membership.since, Membership.person_id)
    ).all()
    level = Level.AT_WORK if leading else masking.level(actor.id, team.community_id, Permission.TEAM_MANAGE)
    names = {row.person_id: people.masked_name(row.person_id, name, level) for row, name in rows}
    apart = told_apart(names)
    return [
        view_of(
            MemberView,
            row,
            name=names[row.person_id],
            told_apart=apart.get(row.person_id),
            actions=["accept", "decline"]
            if row.state == MembershipState.APPLIED and row.person_id != actor.id
            else [],
        )
        for row, _name in rows
    ]
