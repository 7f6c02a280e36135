"""A complaint about one thing: whoever complains names what they may read, and the place of that thing answers."""

from collections.abc import Callable

from backend.complaints import actions as complaints
from backend.complaints.models import Complaint, SubjectKind
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


def file(
    complaint_kind: str,
    text: str,
    *,
    subject_kind: str | None,
    subject_id: int | None,
    community_id: int | None,
    about: str,
    anonymous: bool,
    contact: str | None,
    actor: Actor,
) -> Complaint:
    """Takes a complaint in; without `community_id` it is for the community of what it is about. Raises InvalidInput for a
    thing that the person may not read, and what `complaints.file` refuses."""
    if (subject_kind is None) != (subject_id is None):
        missing = "subjectKind" if subject_kind is None else "subjectId"
        raise InvalidInput({missing: ["类别和编号请一起填写"]})
    subject = None
    if subject_kind is not None and subject_id is not None:
        subject = (SubjectKind(subject_kind), subject_id)
        place = _readable_place(*subject, actor)
        community_id = community_id or places.standing_id(place)
    return complaints.file(
        complaint_kind,
        text,
        about=about,
        anonymous=anonymous,
        contact=contact,
        community_id=community_id,
        subject=subject,
        actor=actor,
    )


def _readable_place(kind: SubjectKind, thing_id: int, actor: Actor) -> int:
    try:
        return _PLACES[kind](thing_id, actor)
    except NotFound:
        raise InvalidInput({"subjectId": ["没有找到您说的这一个，请从它的页面里提交"]}) from None
