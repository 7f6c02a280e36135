"""How the office of a place is reached: telephone, hours, address, and where it stands on a map."""

from typing import Any

import sqlalchemy as sa

from backend import journal, opening_hours
from backend.db import lock_row, session
from backend.errors import InvalidInput
from backend.journal import Actor
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people.permissions import Permission

# A place is found on a map by two numbers, to about ten metres.
DECIMALS = 4


def office_of(organisation_id: int, *, actor: Actor) -> Organisation:
    """The place, for its own staff or those above it. Raises NotFound, NotAllowed."""
    place = places.get(organisation_id)
    permissions.require(actor.id, Permission.ORGANISATION_CONTACT, place.id)
    return place


def lock_office(organisation_id: int, *, actor: Actor) -> Organisation:
    """The locked place, for its own staff or those above it. Raises NotFound, NotAllowed."""
    place: Organisation = lock_row(Organisation, organisation_id)
    permissions.require(actor.id, Permission.ORGANISATION_CONTACT, place.id)
    return place


def in_reach(*, actor: Actor) -> KeysetQuery:
    """The places whose contact this person may change, in the order of the tree's ids; a grid has no office."""
    reach = permissions.reach_of(actor.id, Permission.ORGANISATION_CONTACT)
    wanted = sa.select(Organisation).where(
        Organisation.id.in_(reach), Organisation.kind != "grid", Organisation.closed_at.is_(None)
    )
    return KeysetQuery(wanted, (Organisation.id,))


def change_contact(organisation_id: int, *, actor: Actor, **changes: Any) -> Organisation:
    """Changes `telephone`, `opening_hours`, `address`, `latitude` or `longitude`; what is absent stays, None takes it
    away.

    Raises NotFound, NotAllowed, HoursNotSensible, InvalidInput for half a point.
    """
    place = lock_office(organisation_id, actor=actor)
    if changes.get("opening_hours") is not None:
        changes["opening_hours"] = opening_hours.checked(changes["opening_hours"])
    for name in ("telephone", "address"):
        if name in changes:
            changes[name] = changes[name] or None
    for name in ("latitude", "longitude"):
        if changes.get(name) is not None:
            changes[name] = round(changes[name], DECIMALS)
    _check_whole(place, changes)
    for name, value in changes.items():
        setattr(place, name, value)
    session.flush()
    facts = {"fields": sorted(changes)}
    journal.write("change_contact", "organisation", place.id, actor=actor, place=place.id, facts=facts)
    return place


def _check_whole(place: Organisation, changes: dict[str, Any]) -> None:
    latitude, longitude = (changes.get(one, getattr(place, one)) for one in ("latitude", "longitude"))
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        raise InvalidInput({missing: ["纬度和经度要一起填写"]})
