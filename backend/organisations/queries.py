"""Reading the tree."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend import config, nearness
from backend.db import session, view_of
from backend.errors import NotFound, Refused
from backend.former_names import Named, name_at
from backend.nearness import Point
from backend.opening_hours import Hours
from backend.organisations.models import Organisation, Reach
from backend.paging import KeysetQuery, containing


@dataclass(frozen=True)
class PlaceView:
    """A place as everybody sees it."""

    id: int
    parent_id: int | None
    kind: str
    name: str
    short: str
    # From where somebody asked.
    distance_km: float | None = None


@dataclass(frozen=True)
class OfficeView:
    """A place with how its office is reached."""

    id: int
    parent_id: int | None
    kind: str
    name: str
    short: str
    telephone: str | None
    opening_hours: list[Hours]
    address: str | None
    latitude: float | None
    longitude: float | None
    # Yuan; of a community, whether of its own or the city's.
    wish_cost_cap: int | None


def view_places(found: Sequence[Organisation]) -> list[PlaceView]:
    return [view_of(PlaceView, one, distance_km=None) for one in found]


def view_office(found: Organisation) -> OfficeView:
    cap = cap_of(found) if found.kind == "community" else None
    return view_of(OfficeView, found, opening_hours=found.opening_hours or [], wish_cost_cap=cap)


def cap_of(found: Organisation) -> int:
    """What a wish of the community may cost at most, in yuan."""
    return found.wish_cost_cap or config.settings().wish_cost_cap


def wish_cost_cap(community_id: int) -> int:
    """The same by id. Raises NotFound."""
    return cap_of(get(community_id))


class NotACommunity(Refused):
    code, message = 42221, "请选择一个社区"


def get(organisation_id: int) -> Organisation:
    """Raises NotFound."""
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound()
    return found


def community(organisation_id: int, *, closed_too: bool = False) -> Organisation:
    """The community with this id. Raises NotACommunity, also for an id that does not exist, and for a closed one unless
    it is only read of."""
    found = session.get(Organisation, organisation_id)
    if found is None or found.kind != "community":
        raise NotACommunity()
    if found.closed_at is not None and not closed_too:
        raise NotACommunity()
    return found


def first_community() -> int | None:
    """The community that stands longest, for who lives in none."""
    wanted = sa.select(Organisation.id).where(
        Organisation.kind == "community", Organisation.closed_at.is_(None)
    )
    return session.scalar(wanted.order_by(Organisation.id).limit(1))


def city_id() -> int:
    """The root of the tree: an installation is one city's."""
    return session.scalars(sa.select(Organisation.id).where(Organisation.kind == "city")).one()


def children(
    parent_id: int | None, kind: str | None, q: str | None = None, near: Point | None = None
) -> KeysetQuery:
    """What stands of the tree in the order of ids: below one parent, of one kind, with these words in its name. With
    `near` by how far their offices are, each with the square of it."""
    wanted = sa.select(Organisation).where(Organisation.closed_at.is_(None))
    if parent_id is not None:
        wanted = wanted.where(Organisation.parent_id == parent_id)
    if kind is not None:
        wanted = wanted.where(Organisation.kind == kind)
    if q is not None:
        wanted = wanted.where(containing(q, Organisation.name, Organisation.short))
    if near is None:
        return KeysetQuery(wanted, (Organisation.id,))
    far = nearness.square(near, Organisation.latitude, Organisation.longitude)
    return KeysetQuery(wanted.add_columns(far), (far, Organisation.id))


def within(organisation_id: int, ancestor_id: int) -> bool:
    """Is the organisation the ancestor itself, or below it?"""
    return session.scalars(
        sa.select(sa.exists().where(Reach.ancestor_id == ancestor_id, Reach.descendant_id == organisation_id))
    ).one()


def below(ancestor_id: int, kind: str) -> list[int]:
    """Ids of all that stand of a kind below (and including) one, in order."""
    return list(session.scalars(_below(ancestor_id, kind).where(Organisation.closed_at.is_(None))))


def below_at(ancestor_id: int, kind: str, moment: datetime) -> list[int]:
    """The same for what was so at that moment: also the closed ones. What was merged into this very place later was no
    part of it yet."""
    wanted = _below(ancestor_id, kind)
    if get(ancestor_id).kind == kind:
        there = sa.or_(Organisation.id == ancestor_id, Organisation.closed_at < moment)
        wanted = wanted.where(there)
    return list(session.scalars(wanted))


def _below(ancestor_id: int, kind: str) -> sa.Select[int]:
    return (
        sa.select(Organisation.id)
        .join(Reach, Reach.descendant_id == Organisation.id)
        .where(Reach.ancestor_id == ancestor_id, Organisation.kind == kind)
        .order_by(Organisation.id)
    )


def standing_id(place_id: int) -> int:
    """The place itself, or what it was merged into."""
    seen = place_id
    while (
        into := session.scalar(sa.select(Organisation.merged_into_id).where(Organisation.id == seen))
    ) is not None:
        seen = into
    return seen


# Every page and list that shows a place asks for its name.
_NAMES = sa.select(Organisation.id, Organisation.name).where(
    Organisation.id.in_(sa.bindparam("ids", expanding=True))
)


def names(ids: Collection[int | None]) -> dict[int | None, str]:
    """Names by id, in one statement."""
    if not ids:
        return {}
    return dict(session.execute(_NAMES, {"ids": list(ids)}).all())


def communities_named(words: str) -> dict[int, str]:
    """The communities whose whole names stand in these words."""
    named = sa.func.replace(sa.literal(words, sa.String), Organisation.name, "") != words
    wanted = sa.select(Organisation.id, Organisation.name).where(Organisation.kind == "community", named)
    return {row.id: row.name for row in session.execute(wanted.order_by(Organisation.id))}


def names_at(ids: Collection[int | None], moment: datetime) -> dict[int | None, str]:
    """What places were called at that moment, by id, in one statement: for registers, which say what was so."""
    if not ids:
        return {}
    then = name_at(Named.PLACE, Organisation.id, moment, Organisation.name)
    return dict(session.execute(sa.select(Organisation.id, then).where(Organisation.id.in_(ids))).all())


def kinds(ids: Collection[int]) -> dict[int, str]:
    """Kinds by id, in one statement."""
    if not ids:
        return {}
    rows = session.execute(sa.select(Organisation.id, Organisation.kind).where(Organisation.id.in_(ids)))
    return {row.id: row.kind for row in rows}


def paths_to(ids: Collection[int]) -> dict[int, str]:
    """Of each place the names of those around it, from the city down: 青松市 › 林海街道. In one statement."""
    wanted = (
        sa.select(Reach.descendant_id, Organisation.name)
        .join(Organisation, Organisation.id == Reach.ancestor_id)
        .where(Reach.descendant_id.in_(ids), Reach.depth > 0)
        .order_by(Reach.descendant_id, Reach.depth.desc())
    )
    told: dict[int, list[str]] = {one: [] for one in ids}
    for place_id, name in session.execute(wanted):
        told[place_id].append(name)
    return {place_id: " › ".join(names) for place_id, names in told.items()}
