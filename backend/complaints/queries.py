"""Reading complaints: mine, and those of a handler's places."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from backend import journal
from backend.complaints import sealed
from backend.complaints.models import TELLS_ITS_OWNER, WAITING_STATES, Complaint, ComplaintState
from backend.complaints.states import COMPLAINT_MOVES
from backend.db import session
from backend.errors import NotFound
from backend.journal import Actor
from backend.lifecycle import open_to
from backend.organisations import queries as places
from backend.paging import KeysetQuery
from backend.people import openings, permissions
from backend.people import queries as people
from backend.people.masking import Kind, masked
from backend.people.opening_requests import OpeningRequest
from backend.people.openings import OpeningTask, Sealed
from backend.people.permissions import Permission


@dataclass(frozen=True)
class ComplaintView:
    """A complaint as one person sees it."""

    id: int
    kind: str
    about: str
    state: str
    anonymous: bool
    by_name: str
    text: str
    contact_back: str | None
    place_id: int
    place_name: str
    filed_at: datetime
    due_on: date
    appealed_at: datetime | None
    ended_at: datetime | None
    answer: str | None
    answered_at: datetime | None
    # What it is about, where that says nothing of who complained.
    subject_kind: str | None
    subject_id: int | None
    actions: list[str]


def mine(person_id: int) -> KeysetQuery:
    """What the person filed, newest first."""
    return KeysetQuery(sa.select(Complaint).where(Complaint.person_id == person_id), (Complaint.id.desc(),))


def one(complaint_id: int, *, actor: Actor) -> Complaint:
    """A complaint that the person may see; else NotFound."""
    found = session.get(Complaint, complaint_id)
    if found is None:
        raise NotFound()
    words = permissions.permissions_in(actor.id, found.place_id)
    if not found.visible_to(actor.id, words, found.facts_about(actor.id)):
        raise NotFound()
    return found


def view_complaints(found: Sequence[Complaint], *, actor: Actor) -> list[ComplaintView]:
    """Complaints as this person sees them: who complained is masked, or nobody where it is anonymous."""
    if not found:
        return []
    words = permissions.permissions_in_many(actor.id, {one.place_id for one in found})
    names = people.masked_names({one.person_id for one in found if not one.anonymous})
    where = places.names({one.place_id for one in found})
    return [_to_view(one, words.get(one.place_id, frozenset()), names, where, actor) for one in found]


def _to_view(
    one: Complaint,
    words: frozenset[str],
    names: dict[int | None, str],
    where: dict[int | None, str],
    actor: Actor,
) -> ComplaintView:
    facts = one.facts_about(actor.id)
    own = "complainant" in facts
    hidden = one.anonymous and not own and one.subject_kind in TELLS_ITS_OWNER
    return ComplaintView(
        id=one.id,
        kind=one.complaint_kind,
        about=one.about,
        state=one.state,
        anonymous=one.anonymous,
        by_name="本人" if own else names.get(one.person_id, "匿名居民"),
        text=sealed.text(one) or "（已按期删除）",
        contact_back=masked(Kind.PHONE, sealed.contact(one)),
        place_id=one.place_id,
        place_name=where[one.place_id],
        filed_at=one.filed_at,
        due_on=one.due_on,
        appealed_at=one.appealed_at,
        ended_at=one.ended_at,
        answer=sealed.answer(one),
        answered_at=one.ended_at if one.state == ComplaintState.ANSWERED else None,
        subject_kind=None if hidden else one.subject_kind,
        subject_id=None if hidden else one.subject_id,
        actions=open_to(COMPLAINT_MOVES, one, words, facts),
    )


def contact(complaint_id: int, reason: str, *, actor: Actor) -> str | None:
    """The phone to call back, in clear, for whoever answers it; every opening is journaled with its reason.

    While it waits for an answer it is a task, and not counted against the pace of openings. Raises NotFound,
    NotAllowed, InvalidInput, OpeningPace.
    """
    found = _openable(complaint_id, actor)
    task = OpeningTask.COMPLAINT if found.state in WAITING_STATES else None
    facts = openings.admit(_sealed(found), reason, actor=actor, task=task)
    place = found.place_id
    journal.write("open_contact", "complaint", found.id, actor=actor, place=place, reason=reason, facts=facts)
    return sealed.contact(found)


def ask_contact(complaint_id: int, reason: str, *, actor: Actor) -> OpeningRequest:
    """Whoever is beyond their pace asks the colleagues to agree. Raises NotFound, NotAllowed, InvalidInput."""
    return openings.ask(_sealed(_openable(complaint_id, actor)), reason, actor=actor)


def _openable(complaint_id: int, actor: Actor) -> Complaint:
    found = one(complaint_id, actor=actor)
    permissions.require(actor.id, Permission.COMPLAINT_ANSWER, found.place_id)
    return found


def _sealed(found: Complaint) -> Sealed:
    return Sealed("complaint", found.id, found.place_id, found.person_id)


def figures(place_ids: set[int] | None = None) -> dict[str, int]:
    """Complaints by state, for the quarterly notice: totals of places, never of people."""
    wanted = sa.select(Complaint.state, sa.func.count()).group_by(Complaint.state)
    if place_ids is not None:
        wanted = wanted.where(Complaint.place_id.in_(place_ids))
    return dict(session.execute(wanted).all())


def ended_before(moment: datetime, limit: int) -> list[int]:
    """Ids of those that ended before a moment and still have their words."""
    wanted = sa.select(Complaint.id).where(
        Complaint.ended_at < moment,
        sa.or_(Complaint.text_sealed.is_not(None), Complaint.contact_sealed.is_not(None)),
    )
    return list(session.scalars(wanted.order_by(Complaint.id).limit(limit)))
