"""Places are added, renamed, moved, closed and merged by the city, with a reason.

What stands in a place is told by `STANDING` of every `<capability>/standing.py`: it keeps the place from being closed,
or goes along when it is merged. The ledger, the numbers and the records go on saying what they said.
"""

from collections.abc import Iterator

from backend import capabilities, journal
from backend.db import lock_row
from backend.errors import StateConflict
from backend.journal import Actor
from backend.organisations import actions
from backend.organisations.models import Organisation
from backend.people import permissions
from backend.people.models import Residency
from backend.people.permissions import Permission
from backend.people.standing import move_residents
from backend.standing import Standing


class PlaceInUse(StateConflict):
    message = "“{name}”还有{what}，先办完、结束或转走才能{doing}"


def kinds_of_things() -> Iterator[Standing]:
    """All kinds of things that may stand in a place."""
    for module in capabilities.modules("standing"):
        yield from module.STANDING


def add(
    parent_id: int, kind: str, name: str, short: str | None, *, reason: str, actor: Actor
) -> Organisation:
    """A new place or body. Raises NotFound, NotAllowed, and what `organisations.actions.add` raises."""
    _require(parent_id, actor)
    short = short or actions.usual_short(name)
    made = actions.add(parent_id, kind, name, short)
    actions.refuse_short(kind, short, but=made.id)
    facts = {"kind": kind, "parent": parent_id}
    journal.write("add", "organisation", made.id, actor=actor, reason=reason, place=made.id, facts=facts)
    return made


def rename(place_id: int, name: str, short: str | None, *, reason: str, actor: Actor) -> Organisation:
    _require(place_id, actor)
    place: Organisation = lock_row(Organisation, place_id)
    return actions.rename(place_id, name, short or place.short, reason=reason, actor=actor)


def set_wish_cost_cap(place_id: int, cap: int | None, *, reason: str, actor: Actor) -> Organisation:
    """By the city, of one community. Raises NotFound, NotAllowed, and what `organisations.actions.set_wish_cost_cap`
    raises."""
    _require(place_id, actor)
    return actions.set_wish_cost_cap(place_id, cap, reason=reason, actor=actor)


def move(place_id: int, parent_id: int, *, reason: str, actor: Actor) -> Organisation:
    """Under another parent, with all that lies below. Who lives in a grid lives in its new community."""
    _require(place_id, actor)
    _require(parent_id, actor)
    place = actions.move(place_id, parent_id, reason=reason, actor=actor)
    if place.kind == "grid":
        move_residents(Residency.grid_id == place_id, community_id=parent_id)
    return place


def in_the_way(place_id: int, merging: bool = False) -> list[tuple[str, int]]:
    """What keeps the place from being closed, or from being merged, each with its number."""
    told = ((one.label, one.count(place_id)) for one in kinds_of_things() if one.hinders_merge or not merging)
    return [(label, count) for label, count in told if count]


def close(place_id: int, *, reason: str, actor: Actor) -> Organisation:
    """Closes an empty place. Raises NotFound, NotAllowed, PlaceInUse, and what `organisations.actions.close` raises."""
    _require(place_id, actor)
    place: Organisation = lock_row(Organisation, place_id)
    actions.refuse_closed(place)
    _refuse_in_use(place, "撤销", merging=False)
    return actions.close(place_id, reason=reason, actor=actor)


def reopen(place_id: int, *, reason: str, actor: Actor) -> Organisation:
    _require(place_id, actor)
    return actions.reopen(place_id, reason=reason, actor=actor)


def merge(gone_id: int, into_id: int, *, reason: str, actor: Actor) -> Organisation:
    """Residents, members, teams, appointments and the parts of the one are the other's from now on, in one step.

    Raises NotFound, NotAllowed, PlaceInUse, TeamsOfOneName, and what `organisations.actions.merge` raises.
    """
    _require(gone_id, actor)
    _require(into_id, actor)
    gone, into = actions.lock_pair(gone_id, into_id)
    actions.check_merge(gone, into)
    _refuse_in_use(gone, "合并", merging=True)
    moved = {one.name: one.move(gone_id, into_id) for one in kinds_of_things()}
    actions.merge(
        gone, into, {name: count for name, count in moved.items() if count}, reason=reason, actor=actor
    )
    return into


def _refuse_in_use(place: Organisation, doing: str, *, merging: bool) -> None:
    there = in_the_way(place.id, merging)
    if there:
        what = "、".join(f" {count} 个{label}" for label, count in there)
        raise PlaceInUse(name=place.name, what=what, doing=doing)


def _require(place_id: int, actor: Actor) -> None:
    permissions.require(actor.id, Permission.ORGANISATION_MANAGE, place_id)
