"""The tree changes: a place or body is added, renamed, moved, closed, opened again or merged with its like.

Who may is asked by `backend.reorganising`, which also knows what stands in the way and what moves along.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from backend import clock, former_names, journal
from backend.db import lock_row, session
from backend.errors import InvalidInput, Refused, StateConflict
from backend.former_names import FormerName, Named
from backend.journal import Actor
from backend.organisations.models import CAP_MAX, KIND_NAMES, Organisation, Reach

# Which kind may stand under which.
PLACES = {
    "street": ("city",),
    "community": ("street", "city"),
    "grid": ("community",),
    "unit": ("city", "street"),
    "centre": ("community", "street", "city"),
}
_GRID_ELSEWHERE = "只能并入同一个社区的网格；请先把它划归那个社区"


class MisplacedOrganisation(Refused):
    code, message = 42220, "{kind} 不能放在 {parent} 之下"


class PlaceAlreadyThere(StateConflict):
    message = "“{parent}”下面已经有（或有过）叫“{names}”的{kind}，请用别的名称"


class PlaceClosed(StateConflict):
    message = "“{name}”已经撤销，不能再这样办"


class PlaceIsOpen(StateConflict):
    message = "“{name}”没有撤销，或已并入别处，不能恢复"


class CityStays(StateConflict):
    message = "市一级不能撤销、合并或划归别处"


def found_city(name: str, short: str) -> Organisation:
    """The root: a county-level city, the lowest body that may run a deployment (国办函〔2026〕12号)."""
    return _add(None, "city", name, short)


def add(parent_id: int, kind: str, name: str, short: str | None = None) -> Organisation:
    """Adds a place or body under its parent. Raises MisplacedOrganisation, NotFound, PlaceClosed, PlaceAlreadyThere."""
    parent = lock_row(Organisation, parent_id)
    _check_parent(kind, parent)
    _refuse_twins(parent, kind, [name])
    return _add(parent, kind, name, short or usual_short(name))


def usual_short(name: str) -> str:
    return name.removesuffix("社区")


def _check_parent(kind: str, parent: Organisation) -> None:
    if parent.kind not in PLACES.get(kind, ()):
        raise MisplacedOrganisation(kind=KIND_NAMES.get(kind, kind), parent=KIND_NAMES[parent.kind])
    refuse_closed(parent)


def refuse_closed(place: Organisation) -> None:
    """Raises PlaceClosed."""
    if place.closed_at is not None:
        raise PlaceClosed(name=place.name)


def _refuse_twins(parent: Organisation, kind: str, names: Iterable[str], but: int | None = None) -> None:
    """A closed one keeps its name: what it did is told of it by that."""
    wanted = sa.select(Organisation.name).where(
        Organisation.parent_id == parent.id, Organisation.kind == kind, Organisation.name.in_(list(names))
    )
    there = session.scalars(wanted.where(Organisation.id != (but or 0)).order_by(Organisation.id)).all()
    if there:
        raise PlaceAlreadyThere(parent=parent.name, names="”“".join(there), kind=KIND_NAMES[kind])


def _add(parent: Organisation | None, kind: str, name: str, short: str) -> Organisation:
    made = Organisation(parent_id=parent.id if parent else None, kind=kind, name=name, short=short)
    session.add(made)
    session.flush()
    session.add(Reach(ancestor_id=made.id, descendant_id=made.id, depth=0))
    if parent:
        above = sa.select(Reach.ancestor_id, sa.literal(made.id), Reach.depth + 1).where(
            Reach.descendant_id == parent.id
        )
        session.execute(sa.insert(Reach).from_select(["ancestor_id", "descendant_id", "depth"], above))
    session.flush()
    return made


def rename(place_id: int, name: str, short: str, *, reason: str, actor: Actor) -> Organisation:
    """Gives it another name, or another short one for the numbers to come; numbers that were given stay.

    Registers of a time before go on saying the name of then. Raises NotFound, PlaceClosed, PlaceAlreadyThere,
    InvalidInput where nothing changes, or where another community's numbers begin with this short name.
    """
    place: Organisation = lock_row(Organisation, place_id)
    refuse_closed(place)
    if (name, short) == (place.name, place.short):
        raise InvalidInput({"placeName": ["和现在的名称一样"]})
    if place.parent_id is not None:
        _refuse_twins(session.get_one(Organisation, place.parent_id), place.kind, [name], but=place.id)
    refuse_short(place.kind, short, but=place.id)
    former_names.keep(Named.PLACE, place.id, place.name, name)
    former_names.keep(Named.PLACE_SHORT, place.id, place.short, short)
    # Who is named so is no person: both names may stand in the journal.
    facts = {"from": place.name, "to": name, "fromShort": place.short, "toShort": short}
    place.name, place.short = name, short
    session.flush()
    _journal("rename", place.id, reason, actor, facts)
    return place


def refuse_short(kind: str, short: str, but: int | None = None) -> None:
    """The numbers of wishes and orders begin with a community's short name: no two may ever have had the same. Raises
    InvalidInput."""
    if kind != "community":
        return
    before = sa.select(FormerName.subject_id).where(
        FormerName.kind == Named.PLACE_SHORT, FormerName.name == short
    )
    taken = sa.select(Organisation.name).where(
        Organisation.id != (but or 0),
        sa.or_(
            sa.and_(Organisation.kind == "community", Organisation.short == short),
            Organisation.id.in_(before),
        ),
    )
    other = session.scalars(taken.limit(1)).first()
    if other is not None:
        raise InvalidInput({"short": [f"“{other}”的编号用过这个简称，请换一个"]})


def set_wish_cost_cap(place_id: int, cap: int | None, *, reason: str, actor: Actor) -> Organisation:
    """What a wish of the community may cost at most, in yuan; None: as everywhere in the city. Wishes that were handed in
    stay as they are.

    Raises NotFound, PlaceClosed, InvalidInput for another kind of place, beyond 1 to CAP_MAX, or where nothing changes.
    """
    place: Organisation = lock_row(Organisation, place_id)
    refuse_closed(place)
    if place.kind != "community":
        raise InvalidInput({"cap": ["只有社区有自己的心愿金额上限"]})
    if cap is not None and not 1 <= cap <= CAP_MAX:
        raise InvalidInput({"cap": [f"请填 1 到 {CAP_MAX} 之间的数"]})
    if cap == place.wish_cost_cap:
        raise InvalidInput({"cap": ["和现在的一样"]})
    facts = {"from": place.wish_cost_cap, "to": cap}
    place.wish_cost_cap = cap
    session.flush()
    _journal("set_wish_cost_cap", place.id, reason, actor, facts)
    return place


def move(place_id: int, parent_id: int, *, reason: str, actor: Actor) -> Organisation:
    """Puts it with all that lies below it under another parent.

    Raises NotFound, CityStays, PlaceClosed, MisplacedOrganisation, PlaceAlreadyThere, InvalidInput for where it lies.
    """
    place, parent = lock_pair(place_id, parent_id)
    refuse_closed(place)
    if place.kind == "city":
        raise CityStays()
    if place.parent_id == parent.id:
        raise InvalidInput({"parent": ["现在就在这里"]})
    _check_parent(place.kind, parent)
    _refuse_twins(parent, place.kind, [place.name])
    before = place.parent_id
    _hang(place, parent.id)
    _journal("move", place.id, reason, actor, {"from": before, "to": parent.id})
    return place


def lock_pair(one_id: int, other_id: int) -> tuple[Organisation, Organisation]:
    """Both under their locks, always in the same order. Raises NotFound."""
    locked = {each: lock_row(Organisation, each) for each in sorted({one_id, other_id})}
    return locked[one_id], locked[other_id]


def _hang(place: Organisation, parent_id: int) -> None:
    """Under another parent, with the closure of all that lies below."""
    place.parent_id = parent_id
    session.flush()
    inside = sa.select(Reach.descendant_id).where(Reach.ancestor_id == place.id)
    session.execute(
        sa.delete(Reach).where(Reach.descendant_id.in_(inside), Reach.ancestor_id.not_in(inside)),
        execution_options={"synchronize_session": False},
    )
    above, below = Reach.__table__.alias("above"), Reach.__table__.alias("below")
    each = above.join(below, sa.and_(above.c.descendant_id == parent_id, below.c.ancestor_id == place.id))
    pairs = sa.select(
        above.c.ancestor_id, below.c.descendant_id, above.c.depth + below.c.depth + 1
    ).select_from(each)
    session.execute(sa.insert(Reach).from_select(["ancestor_id", "descendant_id", "depth"], pairs))
    # Rows that were read before stand for what is no longer there.
    session.expire_all()


def close(place_id: int, *, reason: str, actor: Actor) -> Organisation:
    """It takes nothing new from now on; what is said of it stays. Raises NotFound, CityStays, PlaceClosed."""
    place: Organisation = lock_row(Organisation, place_id)
    refuse_closed(place)
    if place.kind == "city":
        raise CityStays()
    place.closed_at = clock.now()
    session.flush()
    _journal("close", place.id, reason, actor, {"kind": place.kind})
    return place


def reopen(place_id: int, *, reason: str, actor: Actor) -> Organisation:
    """Takes a closing back. Raises NotFound, PlaceIsOpen, PlaceClosed for what lies in a closed one."""
    place: Organisation = lock_row(Organisation, place_id)
    if place.closed_at is None or place.merged_into_id is not None or place.parent_id is None:
        raise PlaceIsOpen(name=place.name)
    refuse_closed(lock_row(Organisation, place.parent_id))
    place.closed_at = None
    session.flush()
    _journal("reopen", place.id, reason, actor, {"kind": place.kind})
    return place


def check_merge(gone: Organisation, into: Organisation) -> None:
    """Raises CityStays, PlaceClosed, InvalidInput for what is not its like."""
    if "city" in (gone.kind, into.kind):
        raise CityStays()
    refuse_closed(gone)
    refuse_closed(into)
    if gone.id == into.id or gone.kind != into.kind:
        raise InvalidInput({"into": [f"请选另一个{KIND_NAMES[gone.kind]}"]})
    if gone.kind == "grid" and gone.parent_id != into.parent_id:
        raise InvalidInput({"into": [_GRID_ELSEWHERE]})


def merge(
    gone: Organisation, into: Organisation, moved: dict[str, int], *, reason: str, actor: Actor
) -> None:
    """The one, closed, lies below the other from now on, and its open parts are the other's: whoever works there
    reaches what it left. `moved` says for the journal what went along. Both are locked and were checked.

    Raises PlaceAlreadyThere for parts of one name.
    """
    parts = session.scalars(
        sa.select(Organisation)
        .where(Organisation.parent_id == gone.id, Organisation.closed_at.is_(None))
        .order_by(Organisation.id)
    ).all()
    for kind in sorted({one.kind for one in parts}):
        _refuse_twins(into, kind, [one.name for one in parts if one.kind == kind])
    _refuse_twins(into, gone.kind, [gone.name])
    for part in parts:
        _hang(part, into.id)
    _hang(gone, into.id)
    gone.closed_at, gone.merged_into_id = clock.now(), into.id
    session.flush()
    facts = {**moved, "parts": len(parts)}
    _journal("merge", gone.id, reason, actor, {"into": into.id, **facts})
    _journal("absorb", into.id, reason, actor, {"from": gone.id, **facts})


def _journal(verb: str, place_id: int, reason: str, actor: Actor, facts: dict[str, Any]) -> None:
    journal.write(verb, "organisation", place_id, actor=actor, reason=reason, place=place_id, facts=facts)
