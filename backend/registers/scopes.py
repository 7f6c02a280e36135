"""Where and when a register is asked for: only places within reach, and nothing after the cut-off."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.people import permissions
from backend.periods import PeriodReversed
from backend.registers.definition import Register, Scope


class NoPlaceForRegister(Refused):
    code, message = 40341, "您的任职范围里没有可以出这张台账的地方"


def places_of(register: Register, *, actor: Actor) -> list[tuple[int, str]]:
    """The places for which the person may ask, the widest first."""
    reach = permissions.reach_of(actor.id, register.permission)
    rows = session.execute(
        sa.select(Organisation.id, Organisation.name)
        .where(Organisation.id.in_(reach), Organisation.kind.in_(register.places))
        .order_by(_width(register), Organisation.id)
    )
    return [(row[0], row[1]) for row in rows]


def _width(register: Register) -> Any:
    return sa.case({kind: at for at, kind in enumerate(register.places)}, value=Organisation.kind)


def usual_days(register: Register) -> tuple[date, date]:
    """This year, or this quarter, up to today."""
    today = clock.today()
    month = 1 if register.period == "year" else today.month - (today.month - 1) % 3
    return today.replace(month=month, day=1), today


def scope_for(
    register: Register, place_id: int | None, first: date | None, last: date | None, *, actor: Actor
) -> Scope:
    """What the person asks for; without a place the widest one. Raises NotFound for a place out of reach,
    NoPlaceForRegister, PeriodReversed."""
    own = places_of(register, actor=actor)
    if not own:
        raise NoPlaceForRegister()
    if place_id is not None and place_id not in dict(own):
        raise NotFound()
    return whole(register, own[0][0] if place_id is None else place_id, first, last)


def whole(
    register: Register, place_id: int, first: date | None, last: date | None, cut_off: datetime | None = None
) -> Scope:
    """A place as a whole, for whoever may have it. Raises PeriodReversed."""
    usual = usual_days(register)
    last = last or usual[1]
    first = first or min(usual[0], last)
    if first > last:
        raise PeriodReversed()
    place, cut_off = places.get(place_id), cut_off or clock.now()
    # A unit is no place where people live: what its members do lies all over the city.
    root = place.parent_id or place.id if place.kind == "unit" else place.id
    until = min(clock.day_ends(last), cut_off)
    return Scope(
        place.id,
        places.names_at([place.id], until)[place.id],
        place.kind,
        tuple(places.below_at(root, "community", until)),
        first,
        last,
        clock.day_starts(first),
        until,
        cut_off,
    )
