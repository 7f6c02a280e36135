"""The demo city 青松市 with its named cast. All of it is invented; phones begin with 111, which is unassigned."""

import math
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from backend import clock, config
from backend.db import session, transaction
from backend.identity import credentials, sessions
from backend.ledger import actions as ledger
from backend.ledger import rules
from backend.organisations import actions as places
from backend.organisations.models import Organisation
from backend.people import actions as people
from backend.people import sealed, sign_ins
from backend.people.kinds import MembershipState
from backend.people.models import Membership, Person, Team
from backend.seeds import consents, governance, kiosks, supermarket, volunteering, wishes
from backend.seeds.calendar import days_ago
from backend.wechat.simulator.rules import openid_of

CITY = "青松市"
# Where no town of this name lies.
CENTRE = (46.985, 128.03)
COMMUNITIES = {
    "林海街道": ("松涛", "白桦", "红松", "椴香", "溪畔", "站前"),
    "铁兴街道": ("铁兴", "育才", "向阳", "永安", "新风", "文昌"),
    "金穗街道": ("北苑", "林海", "金穗", "和顺", "朝阳"),
}
GRIDS = 4
UNITS = ("市水务局", "市教育局", "市人民医院", "市融媒体中心")


@dataclass(frozen=True)
class Cast:
    """One named person: what they are called at the simulator, and their places by name."""

    name: str
    real_name: str
    community: str = "松涛社区"
    grid: int | None = None
    role: str | None = None
    place: str | None = None
    unit: str | None = None
    service_roles: tuple[str, ...] = ()
    points: int = 0
    resident: bool = True


CAST = (
    Cast("admin", "高远", role="city_admin", place=CITY),
    Cast("tong", "佟雨禾", role="community_staff", place="松涛社区"),
    Cast("lan", "蓝思源", role="community_staff", place="松涛社区"),
    Cast("shao", "邵景川", role="grid_worker", place="松涛-03", grid=3),
    Cast("bu", "卜秀云", role="shop_keeper", place="松涛社区"),
    Cast("yan", "晏如松", role="supervisor", place="松涛社区"),
    Cast("shang", "尚知远", role="auditor", place=CITY),
    Cast("jie", "解长河", role="street_staff", place="林海街道"),
    Cast("pei", "裴长青", grid=1, unit="市水务局", service_roles=("convenience", "relief")),
    Cast("qin", "秦明远", grid=2, unit="市水务局", service_roles=("policy",)),
    Cast("wulan", "乌兰舟", grid=2, points=120),
    Cast("ning", "宁小舟", grid=3, points=40),
    Cast("bai", "白露", community="白桦社区", role="community_staff", place="白桦社区"),
    # Beyond the contract's cast, so that 白桦社区 has a life of its own.
    Cast("jin", "靳小满", community="白桦社区", role="community_staff", place="白桦社区"),
    Cast("he", "何沐阳", community="白桦社区", unit="市教育局", service_roles=("civility",)),
)


def seed() -> bool:
    """Makes the city in one transaction; False when there is a city already."""
    # Hashed before the transaction: a password is slow on purpose, and the cast shares one.
    password_hash = credentials.hashed(password())
    with transaction():
        if begun():
            return False
        found, who = begin(password_hash)
        wishes.seed(found, who)
        supermarket.seed(found, who)
        volunteering.seed(found, who)
        kiosks.seed(found, (kiosks.FIRST, "白桦社区"), who["admin"])
        governance.seed(found, who, password_hash)
    return True


def begun() -> bool:
    """Is there a city already? One transaction makes it, so there is never half of one."""
    return bool(session.scalar(sa.select(sa.func.count()).select_from(Organisation)))


def begin(password_hash: str) -> tuple[dict[str, int], dict[str, Person]]:
    """The places by name and the cast, with their roles, points and sign-in; runs in the caller's transaction."""
    # A year of volunteering lies behind the city; its points and wishes began three months ago.
    with days_ago(366):
        found = _places()
        who = _people(found)
        _teams(found, who)
    with days_ago(90):
        who["e"] = _card_holder(found, who)
        rules.ensure_default_rules(actor=who["admin"])
        _opening_points(found, who)
        for one in CAST:
            credentials.keep(who[one.name].id, one.name, password_hash, actor=None)
    return found, who


def password() -> str:
    """The console password of the whole cast: DEMO_PASSWORD, else the one that was used before, else one made at
    random. It is kept in `demo-password` in DATA_DIR, for the eyes of whoever runs the demo."""
    settings = config.settings()
    kept = Path(settings.data_dir) / "demo-password"
    known = kept.read_text().strip() if kept.exists() else ""
    wanted = settings.demo_password or known or secrets.token_urlsafe(9)
    if wanted != known:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(wanted + "\n")
    return wanted


def renew_password() -> bool:
    """Gives the cast of a city that is there already the password that DEMO_PASSWORD says now; False where it is theirs,
    or none is said: what is printed at the start is what opens the console."""
    wanted = config.settings().demo_password
    if not wanted:
        return False
    cast = {
        one.id: name
        for name in (*(person.name for person in CAST), *governance.OFFICERS)
        if (one := sign_ins.holder(openid_of(name)))
    }
    # Of those who chose another one themselves it says nothing.
    if any(credentials.is_password_of(person_id, wanted) for person_id in cast):
        return False
    password_hash = credentials.hashed(password())
    with transaction():
        for person_id, name in cast.items():
            credentials.keep(person_id, name, password_hash, actor=None)
    return True


def _places() -> dict[str, int]:
    city = places.found_city(CITY, "青松")
    found = {CITY: city.id}
    for street_name, shorts in COMMUNITIES.items():
        street = places.add(city.id, "street", street_name)
        found[street_name] = street.id
        for short in shorts:
            community = places.add(street.id, "community", f"{short}社区")
            found[community.name] = community.id
            _open_office(community, street_name, short, len(found))
            put_on_the_map(community, (*CENTRE, 0.9), len(found))
            for number in range(1, GRIDS + 1):
                name = f"{short}-{number:02d}"
                grid = places.add(community.id, "grid", name, name)
                put_on_the_map(grid, (community.latitude or 0, community.longitude or 0, 0.2), number)
                found[name] = grid.id
        first = found[f"{shorts[0]}社区"]
        places.add(first, "centre", f"{shorts[0]}社区党群服务中心")
    for unit in UNITS:
        found[unit] = places.add(city.id, "unit", unit).id
    return found


def _open_office(community: Organisation, street: str, short: str, number: int) -> None:
    """Where residents of the community go, and whom they call."""
    community.telephone, community.address = f"0458-555{number:04d}", f"{street}{short}路 8 号"
    community.opening_hours = [
        {"weekday": weekday, "opens": opens, "closes": closes}
        for weekday in range(1, 6)
        for opens, closes in (("08:30", "11:30"), ("13:30", "17:00"))
    ]


def put_on_the_map(place: Organisation, around: tuple[float, float, float], number: int) -> None:
    """The `number`-th place around a point (latitude, longitude, kilometres to the nearest): on a spiral, so that none lies
    upon another."""
    latitude, longitude, kilometres = around
    turn, far = number * 2.4, kilometres * math.sqrt(number) / 111
    place.latitude = round(latitude + far * math.cos(turn), 4)
    place.longitude = round(longitude + far * math.sin(turn) / math.cos(math.radians(latitude)), 4)
    # What is added below it is added to the row as it is kept.
    session.flush()


def _people(found: dict[str, int]) -> dict[str, Person]:
    who = {one.name: sessions.person_of(openid_of(one.name)) for one in CAST}
    first = who["admin"]
    # The first administrator is appointed by the deployment itself, everyone else by them.
    people.write_appointment(first.id, "city_admin", found[CITY], clock.today(), None, actor=None)
    for number, one in enumerate(CAST, start=1):
        _introduce(one, who[one.name], f"111{number:08d}", found, first)
    for one in CAST:
        _register_home(one, who, found)
    return who


def _introduce(one: Cast, person: Person, phone: str, found: dict[str, int], admin: Person) -> None:
    person.nickname = one.real_name
    sealed.keep_real_name(person, one.real_name)
    sealed.keep_phone(person, phone)
    session.flush()
    if one.role and one.place and one.name != "admin":
        people.write_appointment(person.id, one.role, found[one.place], clock.today(), None, actor=admin)


def _register_home(one: Cast, who: dict[str, Person], found: dict[str, int]) -> None:
    """Residency and registration, verified by a colleague who is not the person."""
    person, community_id = who[one.name], found[one.community]
    staff = {"松涛社区": ("tong", "lan"), "白桦社区": ("bai", "jin")}[one.community]
    clerk = who[staff[0] if one.name != staff[0] else staff[1]]
    grid_id = found[f"{one.community[:2]}-{one.grid:02d}"] if one.grid else None
    consents.agree(person)
    people.declare_residency(community_id, grid_id, f"雪松家园 {person.id} 号楼", actor=person)
    people.decide_residency(person.id, True, actor=clerk)
    if one.unit:
        people.register_party_member(found[one.unit], community_id, list(one.service_roles), actor=person)
        people.decide_party_registration(person.id, True, actor=clerk)


def _card_holder(found: dict[str, int], who: dict[str, Person]) -> Person:
    """鄂桂兰, 82, without a phone: paper card P000001."""
    made = people.create_card_holder(
        "鄂桂兰",
        found["松涛社区"],
        grid_id=found["松涛-03"],
        address="雪松家园 7 号楼 2 单元 301",
        birth_year=clock.today().year - 82,
        actor=who["tong"],
    )
    consents.agree_on_paper(made, who["tong"])
    return made


def _teams(found: dict[str, int], who: dict[str, Person]) -> None:
    riders = Team(
        community_id=found["松涛社区"],
        kind="social",
        name="骑手先锋队",
        speciality="跑腿、巡查、应急送药",
        leader_id=who["wulan"].id,
        created_at=clock.now(),
    )
    session.add(riders)
    session.flush()
    for name in ("ning", "pei"):
        session.add(
            Membership(
                team_id=riders.id, person_id=who[name].id, state=MembershipState.ACCEPTED, since=clock.now()
            )
        )
    session.flush()


def _opening_points(found: dict[str, int], who: dict[str, Person]) -> None:
    for one in CAST:
        if one.points:
            ledger.grant(
                who[one.name].id,
                one.points,
                reference=f"opening:{one.name}",
                title="系统启用前的积分结转",
                community_id=found[one.community],
                actor=who["tong"],
            )
