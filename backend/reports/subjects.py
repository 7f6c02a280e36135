"""The things that a complaint may name, of whichever capability: what the person may read, and whose matter it is."""

from collections.abc import Callable
from dataclasses import dataclass

from backend.complaints.models import SubjectKind
from backend.errors import InvalidInput, NotFound
from backend.journal import Actor
from backend.organisations import queries as places
from backend.people import teams
from backend.supermarket import queries as supermarket
from backend.volunteering import queries as volunteering
from backend.wishes import queries as wishes


def _place_of_item(item_id: int, _actor: Actor) -> int:
    return supermarket.shop(supermarket.item(item_id).shop_id).community_id


# The community of a thing that this person may read; each raises NotFound.
_PLACES: dict[SubjectKind, Callable[[int, Actor], int]] = {
    SubjectKind.WISH: lambda thing_id, actor: wishes.one(thing_id, actor=actor).community_id,
    SubjectKind.ACTIVITY: lambda thing_id, actor: volunteering.one(thing_id, actor=actor).community_id,
    SubjectKind.REDEMPTION: lambda thing_id, actor: supermarket.order(thing_id, actor=actor).community_id,
    SubjectKind.ITEM: _place_of_item,
    SubjectKind.TEAM: lambda thing_id, actor: teams.seen(thing_id, actor=actor).community_id,
}


@dataclass(frozen=True)
class Subject:
    """A thing that the person may read, and the community whose matter it is."""

    thing: tuple[SubjectKind, int] | None = None
    community_id: int | None = None


def named(kind: str | None, thing_id: int | None, *, actor: Actor) -> Subject:
    """What a complaint names, if it names something. Raises InvalidInput for half of it, and for what the person may not
    read."""
    if kind is None and thing_id is None:
        return Subject()
    if kind is None or thing_id is None:
        raise InvalidInput({"subjectKind" if kind is None else "subjectId": ["类别和编号请一起填写"]})
    known = SubjectKind(kind)
    try:
        place = _PLACES[known](thing_id, actor)
    except NotFound:
        raise InvalidInput({"subjectId": ["没有找到您说的这一个，请从它的页面里提交"]}) from None
    return Subject((known, thing_id), places.standing_id(place))
