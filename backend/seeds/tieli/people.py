"""3,800 people: party members of 63 units, a grid worker a grid, staff, residents with and without a phone, riders.

Nobody's history is in how they came, so they are written many at once; their roles and paper cards go through the
verbs, and every verified residency has its line in the journal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import session
from backend.organisations.models import Organisation
from backend.people import actions as people
from backend.people import sealed
from backend.people.kinds import PartyRegistrationState, PersonState, ResidencyState
from backend.people.models import Appointment, PartyRegistration, Person, Residency
from backend.seeds import consents, demo
from backend.seeds.calendar import days_ago
from backend.seeds.tieli import names
from backend.seeds.tieli.city import City, Community, first
from backend.seeds.tieli.places import units
from backend.wechat.simulator.rules import openid_of

SERVICE_ROLES = ("convenience", "relief", "civility", "emergency", "mediation", "policy")
CARDS_IN_TEN = 3
CAST_NAMES = frozenset({one.real_name for one in demo.CAST} | {"鄂桂兰", "窦小满"})


@dataclass(frozen=True)
class _Newcomer:
    """Somebody to be written: what the simulator calls them (`m0017`), and where they belong."""

    name: str
    community: Community
    grid: int
    unit: str | None = None
    role: tuple[str, int] | None = None


def populate(city: City) -> None:
    """Fills the city up to its figures, around the named cast and the demo's neighbours."""
    chance = city.chance("people")
    with days_ago(365):
        _known_clerks(city)
        staff = [_Newcomer(f"w{n:04d}", *where) for n, where in enumerate(_posts(city), start=1)]
        _write(city, chance, staff)
        _write(city, chance, list(_grid_workers(city)))
        members, residents, riders = _missing(city)
        cards = residents * CARDS_IN_TEN // 10
        _write(city, chance, list(_members(city, members)))
        _write(city, chance, list(_everywhere(city, "s", residents - cards)))
        _write(city, chance, list(_everywhere(city, "r", riders)))
        _card_holders(city, chance, cards)


def _known_clerks(city: City) -> None:
    who = city.who
    for name, clerks in (("松涛社区", ("tong", "lan")), ("白桦社区", ("bai", "jin"))):
        city.community(name).clerks = [who[one] for one in clerks]
    here, there = city.communities[0], city.communities[1]
    here.keeper, here.supervisor = who["bu"], who["yan"]
    there.keeper, there.supervisor = who["mei"], who["luo"]
    here.grid_workers[city.found["松涛-03"]] = who["shao"]


def _posts(city: City) -> list[tuple[Any, ...]]:
    """The posts of the city's staff that nobody of the cast has, the necessary ones first, as many as it pays."""
    wanted = [("community_staff", one) for one in city.communities if not one.clerks for _ in range(2)]
    for one in city.communities[2 : city.figures.shops]:
        wanted += [("shop_keeper", one), ("supervisor", one)]
    streets = [("street_staff", name) for name in (*demo.COMMUNITIES, *_towns(city))]
    more = [("community_staff", one) for _ in range(2) for one in city.communities]
    officers = [("unit_officer", name) for name in units(city)]
    posts = [*wanted, *streets, *more, *streets, *officers]
    return [_post(city, number, *post) for number, post in enumerate(first(_staff_missing(city), posts))]


def _towns(city: City) -> list[str]:
    known = session.scalars(
        sa.select(Organisation.name).where(Organisation.kind == "street").order_by(Organisation.id)
    )
    return [name for name in known if name not in demo.COMMUNITIES]


def _post(city: City, number: int, role: str, place: Community | str) -> tuple[Any, ...]:
    home = place if isinstance(place, Community) else city.communities[number % len(city.communities)]
    place_id = place.id if isinstance(place, Community) else city.found[place]
    return home, home.grids[number % len(home.grids)], None, (role, place_id)


def _staff_missing(city: City) -> int:
    known = sa.select(sa.func.count(sa.distinct(Appointment.person_id))).where(
        Appointment.role != "grid_worker"
    )
    return city.figures.staff - session.scalars(known).one()


def _grid_workers(city: City) -> Iterator[_Newcomer]:
    number = count(1)
    for one in city.communities:
        for grid in one.grids:
            if grid not in one.grid_workers:
                yield _Newcomer(f"g{next(number):04d}", one, grid, role=("grid_worker", grid))


def _missing(city: City) -> tuple[int, int, int]:
    """How many members, residents and riders are still to come; the demo's neighbours count as residents, and so
    does the child whose guardian will declare it."""
    figures = city.figures
    members = session.scalars(sa.select(sa.func.count()).select_from(PartyRegistration)).one()
    everyone = session.scalars(sa.select(sa.func.count()).select_from(Person)).one()
    # 乌兰舟 is the first rider.
    riders = figures.riders - 1
    missing = figures.members - members
    return missing, figures.people - everyone - missing - riders - 1, riders


def _members(city: City, wanted: int) -> Iterator[_Newcomer]:
    """Two of three live where their unit stands, the third anywhere: 双报到 goes by the home, not by the office."""
    listed = units(city)
    for number in range(wanted):
        unit = number % len(listed)
        where = unit if number // len(listed) % 3 else number
        one = city.communities[where % len(city.communities)]
        yield _Newcomer(f"m{number + 1:04d}", one, one.grids[number % len(one.grids)], unit=listed[unit])


def _everywhere(city: City, letter: str, wanted: int) -> Iterator[_Newcomer]:
    for number in range(wanted):
        one = city.communities[number % len(city.communities)]
        yield _Newcomer(f"{letter}{number + 1:04d}", one, one.grids[number % len(one.grids)])


def _write(city: City, chance: Random, newcomers: Sequence[_Newcomer]) -> None:
    persons = [_person(one) for one in newcomers]
    session.add_all(persons)
    session.flush()
    for person, one in zip(persons, newcomers, strict=True):
        _name(person, chance)
        person.birth_year = clock.today().year - chance.randint(22, 68)
        city.who[one.name] = person
        if one.role is not None:
            people.write_appointment(person.id, *one.role, clock.today(), None, actor=city.who["admin"])
        _join(person, one)
    session.flush()
    consents.all_agree(persons)
    _homes(city, chance, persons, newcomers)


def _person(one: _Newcomer) -> Person:
    return Person(openid=openid_of(one.name), nickname="", state=PersonState.ACTIVE, created_at=clock.now())


def _name(person: Person, chance: Random) -> None:
    person.nickname = names.real_name(chance, CAST_NAMES)
    sealed.keep_real_name(person, person.nickname)
    sealed.keep_phone(person, names.phone(person.id))


def _join(person: Person, one: _Newcomer) -> None:
    """Among whom the person is found again by the histories."""
    role = one.role[0] if one.role else None
    if role == "community_staff":
        one.community.clerks.append(person)
    elif role == "shop_keeper":
        one.community.keeper = person
    elif role == "supervisor":
        one.community.supervisor = person
    elif role == "grid_worker":
        one.community.grid_workers[one.grid] = person
    elif role is None:
        groups = {"m": one.community.members, "s": one.community.residents, "r": one.community.riders}
        groups[one.name[0]].append(person)


def _homes(city: City, chance: Random, persons: Sequence[Person], newcomers: Sequence[_Newcomer]) -> None:
    """Residency and 双报到, verified by a clerk of the community who is somebody else."""
    verified: dict[tuple[int, int], list[int]] = {}
    clerks: dict[int, Person] = {}
    for person, one in zip(persons, newcomers, strict=True):
        clerk = next(clerk for clerk in one.community.clerks if clerk.id != person.id)
        home = Residency(person_id=person.id, community_id=one.community.id, grid_id=one.grid)
        sealed.keep_address(home, _address(one.community, chance))
        _verify(home, clerk)
        if one.unit is not None:
            _verify(_registration(person, one, city.found[one.unit], chance), clerk)
        clerks[clerk.id] = clerk
        verified.setdefault((one.community.id, clerk.id), []).append(person.id)
    session.flush()
    kinds = ("residency", "party_registration") if newcomers and newcomers[0].unit else ("residency",)
    for (place, clerk_id), ids in verified.items():
        for kind in kinds:
            source = ResidencyState.DECLARED if kind == "residency" else PartyRegistrationState.PENDING
            journal.write_all(
                "verify",
                kind,
                ids,
                actor=clerks[clerk_id],
                states=(source, ResidencyState.VERIFIED),
                place=place,
            )


def _address(one: Community, chance: Random) -> str:
    return f"{chance.choice(one.estates)} {chance.randint(1, 18)} 号楼 {chance.randint(1, 4)} 单元"


def _registration(person: Person, one: _Newcomer, unit_id: int, chance: Random) -> PartyRegistration:
    roles = chance.sample(SERVICE_ROLES, chance.randint(1, 2))
    row = PartyRegistration(person_id=person.id, community_id=one.community.id, service_roles=roles)
    row.unit_id = unit_id
    return row


def _verify(row: Any, clerk: Person) -> None:
    row.state, row.declared_at, row.decided_by_id = ResidencyState.VERIFIED, clock.now(), clerk.id
    session.add(row)


def _card_holders(city: City, chance: Random, wanted: int) -> None:
    """Who has no phone comes to the clerk, who gives out a paper card."""
    for number in range(wanted):
        one = city.communities[number % len(city.communities)]
        grid = one.grids[number % len(one.grids)]
        person = people.create_card_holder(
            names.real_name(chance, CAST_NAMES),
            one.id,
            grid_id=grid,
            address=_address(one, chance),
            birth_year=clock.today().year - chance.randint(66, 92),
            actor=one.clerks[number % 2],
        )
        consents.agree_on_paper(person, one.clerks[number % 2])
        one.card_holders.append((person, grid))
