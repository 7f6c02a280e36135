"""The residents of one's own grid or community as a list, without looking for anybody: who lives here, who has no phone,
who is old. Names are sealed, so they order nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import AnySelect
from backend.journal import Actor
from backend.paging import Keys, KeysetQuery
from backend.people import permissions, residents, sought
from backend.people.kinds import PersonState
from backend.people.models import Person, Residency
from backend.people.permissions import Permission

SORTS = {"newest": "新登记的在前", "oldest": "早登记的在前", "card": "按卡号"}
_KEYS: dict[str, Keys] = {
    "newest": (Person.id.desc(),),
    "oldest": (Person.id,),
    "card": (sa.func.coalesce(Person.card_number, ""), Person.id),
}
WITH_WECHAT, WITH_CARD, NEITHER = "wechat", "card", "neither"
REACHED_BY = {WITH_WECHAT: "有微信", WITH_CARD: "只有纸质卡", NEITHER: "都没有"}


@dataclass(frozen=True, kw_only=True)
class ResidentFilters:
    """What was asked for; None where it does not matter. `first` and `last` are the days on which they declared it."""

    text: str | None = None
    community: int | None = None
    grid: int | None = None
    state: str | None = None
    way: str | None = None
    born_until: int | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class ResidentRow:
    """One line, as a search shows it: names in full to who works in that very place."""

    id: int
    name: str
    phone: str | None
    card: str | None
    birth_year: int | None
    home: str
    state: str
    wechat: str
    declared_at: datetime


def listed(asked: ResidentFilters, sort: str, *, actor: Actor) -> KeysetQuery:
    """Active residents where this person reads residents."""
    reach = permissions.reach_of(actor.id, Permission.PERSON_READ)
    here = sa.or_(Residency.community_id.in_(reach), Residency.grid_id.in_(reach))
    wanted = (
        sa.select(Person, Residency)
        .join(Residency, Residency.person_id == Person.id)
        .where(Person.state == PersonState.ACTIVE, here)
    )
    if asked.text:
        mine = sa.select(Residency.person_id).where(here)
        wanted = wanted.where(Person.id.in_(sought.among(mine, asked.text)))
    return KeysetQuery(_asked(wanted, asked), _KEYS[sort])


def _asked(wanted: AnySelect, asked: ResidentFilters) -> AnySelect:
    for column, value in (
        (Residency.community_id, asked.community),
        (Residency.grid_id, asked.grid),
        (Residency.state, asked.state),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    ways = {
        WITH_WECHAT: Person.openid.is_not(None),
        WITH_CARD: sa.and_(Person.openid.is_(None), Person.card_number.is_not(None)),
        NEITHER: sa.and_(Person.openid.is_(None), Person.card_number.is_(None)),
    }
    if asked.way in ways:
        wanted = wanted.where(ways[asked.way])
    if asked.born_until:
        wanted = wanted.where(Person.birth_year <= asked.born_until)
    if asked.first:
        wanted = wanted.where(Residency.declared_at >= clock.day_starts(asked.first))
    if asked.last:
        wanted = wanted.where(Residency.declared_at < clock.day_ends(asked.last))
    return wanted


def rows(found: Sequence[tuple[Person, Residency]], *, actor: Actor) -> list[ResidentRow]:
    homes: Any = residents.view_declarations([home for _person, home in found])
    people = residents.view_residents(actor, found)
    return [_row(person, home) for person, home in zip(people, homes, strict=True)]


def _row(one: residents.PersonView, home: residents.DeclarationView) -> ResidentRow:
    return ResidentRow(
        id=one.id,
        name=one.name,
        phone=one.phone,
        card=one.card,
        birth_year=one.birth_year,
        home=" ".join(filter(None, (home.community, home.grid))),
        state=home.state,
        wechat="已绑定" if one.wechat else "没有",
        declared_at=home.declared_at,
    )
