"""Opening the contact of a wisher: for who needs it, for as long as they need it, and never unseen."""

from datetime import timedelta

import sqlalchemy as sa

from backend import clock, config, crypto, journal
from backend.db import session
from backend.errors import NotAllowed
from backend.journal import Actor, JournalLine
from backend.people import openings, permissions, sealed
from backend.people.models import Person, Residency
from backend.people.opening_requests import OpeningRequest
from backend.people.openings import Contact, OpeningTask, Sealed
from backend.people.permissions import Permission
from backend.wishes.models import Wish
from backend.wishes.queries import one
from backend.wishes.states import CONFIRM

# What the journal says of an opening that a call-back brings.
CALL_REASON = "电话回访"
# So long one call lasts: who looks at its page again has opened nothing more.
ONE_CALL = timedelta(minutes=30)


def contact_for_call(wish_id: int, reason: str = CALL_REASON, *, actor: Actor) -> Contact:
    """As `contact`, for whoever calls back a fulfilled wish: opened by the page of the call itself, for that reason. One
    call is one line of the journal, however often its page is loaded. Raises NotFound, NotAllowed, InvalidInput."""
    wish = one(wish_id, actor=actor)
    permissions.require(actor.id, Permission.WISH_CONTACT, wish.place_id)
    if _task(wish, actor) != OpeningTask.CALL_BACK:
        raise NotAllowed()
    opened = sa.select(JournalLine.id).where(
        JournalLine.subject_kind == "wish",
        JournalLine.subject_id == wish.id,
        JournalLine.verb == "open_contact",
        JournalLine.actor_id == actor.id,
        JournalLine.at > clock.now() - ONE_CALL,
    )
    if session.scalar(opened.limit(1)) is None:
        return contact(wish_id, reason, actor=actor)
    return _in_clear(wish)


def contact(wish_id: int, reason: str | None, *, actor: Actor) -> Contact:
    """Name, phone and address in clear: for the claimer from claim until CONTACT_DAYS after closing, for
    staff with a reason. Every opening stands in the journal (个人信息保护法 28; trust: break-glass).

    What the claim or a call-back that waits brings is not counted against the pace of openings. Raises NotFound,
    NotAllowed, InvalidInput, OpeningPace."""
    wish = one(wish_id, actor=actor)
    task = _task(wish, actor)
    if task == OpeningTask.CLAIM:
        reason = reason or "认领人联系许愿人"
    else:
        permissions.require(actor.id, Permission.WISH_CONTACT, wish.place_id)
        if not reason:
            raise NotAllowed("查看联系方式要写明理由")
    facts = openings.admit(_sealed(wish), reason, actor=actor, task=task)
    place = wish.community_id
    journal.write("open_contact", "wish", wish.id, actor=actor, place=place, reason=reason, facts=facts)
    return _in_clear(wish)


def _in_clear(wish: Wish) -> Contact:
    # For a child its guardian is asked for; the child's own name is nobody's business.
    person = (
        session.get(Person, wish.guardian_id or 0) if wish.for_child else session.get(Person, wish.wisher_id)
    )
    phone, address = wish.phone_sealed, wish.address_sealed
    return {
        "name": sealed.real_name(person) if person else None,
        "phone": crypto.unseal(phone, f"wishes.phone:{wish.id}")
        if phone
        else (sealed.phone(person) if person else None),
        "address": crypto.unseal(address, f"wishes.address:{wish.id}") if address else _home(wish.wisher_id),
    }


def ask_contact(wish_id: int, reason: str, *, actor: Actor) -> OpeningRequest:
    """Staff beyond their pace ask the colleagues to agree. Raises NotFound, NotAllowed, InvalidInput."""
    wish = one(wish_id, actor=actor)
    permissions.require(actor.id, Permission.WISH_CONTACT, wish.place_id)
    return openings.ask(_sealed(wish), reason, actor=actor)


def _sealed(wish: Wish) -> Sealed:
    about = wish.guardian_id if wish.for_child else wish.wisher_id
    return Sealed("wish", wish.id, wish.community_id, about)


def _task(wish: Wish, actor: Actor) -> OpeningTask | None:
    """My own claim; or a fulfilled wish that this person may call about, and calls."""
    facts = wish.facts_about(actor.id)
    if "claimer" in facts and not _contact_ended(wish):
        return OpeningTask.CLAIM
    waits = CONFIRM.permission in permissions.permissions_in(actor.id, wish.place_id)
    if wish.state in CONFIRM.sources and waits and not facts & CONFIRM.never_by:
        return OpeningTask.CALL_BACK
    return None


def _home(person_id: int) -> str | None:
    home = session.get(Residency, person_id)
    return sealed.address(home) if home else None


def _contact_ended(wish: Wish) -> bool:
    days = timedelta(days=config.settings().contact_days)
    return wish.closed_at is not None and clock.now() > wish.closed_at + days
