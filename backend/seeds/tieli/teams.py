"""46 teams of work units and 22 of communities, besides the riders; founded by staff, joined by their people."""

from itertools import product

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.people import teams
from backend.people.kinds import MembershipState
from backend.people.models import Membership, PartyRegistration, Person, Team
from backend.seeds import demo
from backend.seeds.calendar import days_ago
from backend.seeds.tieli.city import City, Community, first
from backend.seeds.tieli.places import units

RIDERS = "骑手先锋队"
KINDS = (
    ("守望相助队", "陪伴、代办、照看"),
    ("银发先锋队", "文艺、宣讲、调解"),
    ("巧手维修队", "水电小修、理发"),
)
MEMBERS = 9


def found_all(city: City) -> None:
    """Up to the figures, around the teams of the named cast."""
    with days_ago(362):
        _riders(city)
        for name in first(city.figures.unit_teams - _count("unit"), _without_a_team(city)):
            _unit_team(city, name)
        wanted = city.figures.community_teams - _count("community")
        for (title, skill), one in first(wanted, product(KINDS, city.communities)):
            leader = city.next_of(f"leader:{one.id}", one.residents)
            _team(one, "community", f"{one.short}{title}", skill, leader, one.residents[1 : 1 + MEMBERS])


def _count(kind: str) -> int:
    return session.scalars(sa.select(sa.func.count()).select_from(Team).where(Team.kind == kind)).one()


def _riders(city: City) -> None:
    """All riders of the city are in the one team that 乌兰舟 leads."""
    team = session.scalars(sa.select(Team).where(Team.name == RIDERS)).one()
    _accept(team, [rider for one in city.communities for rider in one.riders])


def _without_a_team(city: City) -> list[str]:
    have = set(session.scalars(sa.select(Team.name)))
    return [name for name in units(city) if f"{name}志愿服务队" not in have]


def _unit_team(city: City, unit: str) -> None:
    """In the community where most of the unit's people live."""
    one = city.communities[units(city).index(unit) % len(city.communities)]
    cast = [city.who[named.name].id for named in demo.CAST]
    staff = session.scalars(
        sa.select(Person)
        .join(PartyRegistration, PartyRegistration.person_id == Person.id)
        .where(PartyRegistration.unit_id == city.found[unit], PartyRegistration.community_id == one.id)
        .where(Person.id.not_in(cast))
        .order_by(Person.id)
        .limit(MEMBERS + 1)
    ).all()
    if len(staff) < 2:
        raise LookupError(f"{unit} has nobody in {one.name}")
    _team(one, "unit", f"{unit}志愿服务队", "政策宣传、便民服务", staff[0], list(staff[1:]))


def _team(
    one: Community,
    kind: str,
    name: str,
    skill: str,
    leader: Person,
    members: list[Person] | tuple[Person, ...],
) -> None:
    team = teams.create_team(one.id, kind, name, skill, leader_id=leader.id, actor=one.clerks[0])
    _accept(team, [member for member in members if member.id != leader.id])
    one.teams.append((team, leader))


def _accept(team: Team, members: list[Person]) -> None:
    rows = [
        {"team_id": team.id, "person_id": one.id, "state": MembershipState.ACCEPTED, "since": clock.now()}
        for one in members
    ]
    if rows:
        session.execute(sa.insert(Membership), rows)
