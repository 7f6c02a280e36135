"""Taking in what people report: at most four fields of a resident, on behalf of somebody, from a patrol, anonymous."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, crypto, journal, numbering, working_days
from backend.db import lock_row, session
from backend.duties import queries as duties
from backend.duties.models import TicketCategory
from backend.errors import InvalidInput, NotAllowed, NotFound, StateConflict
from backend.journal import Actor
from backend.organisations import queries as places
from backend.organisations.models import Organisation, Reach
from backend.people import permissions
from backend.people.models import Person
from backend.people.permissions import Permission
from backend.tickets import counting, notices, sealed, signals
from backend.tickets.actions import notes
from backend.tickets.holding_models import Follower
from backend.tickets.kinds import LIVE, NoteKind, Source, TicketState, Urgency
from backend.tickets.models import Reference, Ticket
from backend.tickets.said_models import Flag

# The same person and matter again within so many days is the same ticket.
AGAIN_WITHIN = timedelta(days=7)
# To be dispatched within: a working day, two hours, a quarter of an hour.
_DISPATCH = {Urgency.URGENT: timedelta(hours=2), Urgency.EMERGENCY: timedelta(minutes=15)}
_CODE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8


class ReopenOffered(StateConflict):
    """Closed some days ago, the same person, the same matter: it is reopened, and gets no new number."""

    message = "这件事几天前刚办结（{number}），可以直接申请重新办理，不用再报一次"


class TicketOver(StateConflict):
    message = "这件事已经结束了"


@dataclass(frozen=True)
class Reported:
    """A ticket that was taken in; `code` is told once to who stays anonymous. `again` was open already, and was urged."""

    ticket: Ticket
    code: str | None = None
    again: bool = False


@dataclass(frozen=True)
class Report:
    """What somebody reports. `on_behalf_of` is the resident for whom staff report."""

    text: str
    community_id: int
    category: str | None = None
    request_kind: str | None = None
    grid_id: int | None = None
    estate_id: int | None = None
    address: str | None = None
    happened_at: datetime | None = None
    urgency: Urgency = Urgency.NORMAL
    contact: str | None = None
    confidential: bool = False
    anonymous: bool = False
    reply_wanted: bool = True
    subject_id: int | None = None
    on_behalf_of: int | None = None
    patrol: bool = False


def report(said: Report, *, actor: Actor) -> Reported:
    """Takes it in. Of an anonymous report no person is kept.

    Raises NotACommunity, InvalidInput, NotAllowed, ReopenOffered.
    """
    _check_where(said)
    if said.patrol or said.on_behalf_of is not None:
        permissions.require(actor.id, Permission.TICKET_REPORT, said.grid_id or said.community_id)
    reporter = None if said.anonymous or said.patrol else said.on_behalf_of or actor.id
    if reporter is not None:
        lock_row(Person, reporter)
        again = _again(said, reporter)
        if again is not None:
            return _urge(again, said.text, actor)
    source = Source.PATROL if said.patrol else Source.PROXY if said.on_behalf_of else Source.RESIDENT
    staff = said.patrol or said.on_behalf_of is not None
    made = _write(said, source, reporter, actor.id if staff else None)
    code = _query_code(made) if said.anonymous else None
    _flag(made, said)
    who = None if said.anonymous else actor
    journal.write("report", "ticket", made.id, actor=who, states=(None, made.state), place=made.place_id)
    notices.received(made)
    return Reported(made, code)


def _check_where(said: Report) -> None:
    places.community(said.community_id)
    if said.grid_id is not None:
        grid = places.get(said.grid_id)
        if grid.kind != "grid" or grid.parent_id != said.community_id:
            raise InvalidInput({"gridId": ["这个网格不在这个社区"]})
    estate = duties.estate(said.estate_id) if said.estate_id is not None else None
    if said.estate_id is not None and (estate is None or estate.community_id != said.community_id):
        raise InvalidInput({"estateId": ["这个小区不在这个社区"]})
    if said.category is not None and session.get(TicketCategory, said.category) is None:
        raise InvalidInput({"category": ["没有这个事项分类"]})
    if said.subject_id is not None:
        places.get(said.subject_id)


def _same_matter(said: Report, reporter: int) -> sa.Select[Any]:
    return sa.select(Ticket).where(
        Ticket.reporter_id == reporter,
        Ticket.category == said.category,
        Ticket.community_id == said.community_id,
        Ticket.estate_id.is_not_distinct_from(said.estate_id),
    )


def _again(said: Report, reporter: int) -> Ticket | None:
    """Open since some days: the same ticket. Closed some days ago: reopening is offered."""
    if said.category is None:
        return None
    wanted = _same_matter(said, reporter).order_by(Ticket.id.desc())
    for one in session.scalars(wanted):
        since = clock.now() - AGAIN_WITHIN
        if one.state in LIVE and one.reported_at >= since:
            return one
        over = one.ended_at or one.resolved_at
        if one.state in (TicketState.RESOLVED, TicketState.CLOSED) and over is not None and over >= since:
            raise ReopenOffered(number=one.number, ticketId=one.id)
    return None


def _urge(again: Ticket, text: str, actor: Actor) -> Reported:
    notes.write(again, NoteKind.URGE, text, actor=actor)
    journal.write("urge", "ticket", again.id, actor=actor, place=again.place_id)
    return Reported(again, again=True)


def _write(said: Report, source: Source, reporter: int | None, entered_by: int | None) -> Ticket:
    now = clock.now()
    made = Ticket(
        number=_number(said.community_id),
        source=source,
        request_kind=said.request_kind,
        category=said.category,
        title=_title(said),
        community_id=said.community_id,
        place_id=said.grid_id or said.community_id,
        estate_id=said.estate_id,
        subject_id=said.subject_id,
        urgency=said.urgency,
        level=1,
        reporter_id=reporter,
        entered_by_id=entered_by,
        confidential=said.confidential,
        reply_wanted=said.reply_wanted,
        happened_at=said.happened_at,
        reported_at=now,
        dispatch_due_at=dispatch_due(said.urgency),
        state=TicketState.REPORTED,
        recurrence_of_id=_recurrence(said, reporter),
    )
    session.add(made)
    session.flush()
    made.text_sealed = sealed.keep(made, "text", said.text)
    made.address_sealed = sealed.keep(made, "address", said.address)
    made.contact_sealed = sealed.keep(made, "contact", None if said.anonymous else said.contact)
    session.flush()
    return made


def dispatch_due(urgency: str) -> datetime:
    """Until when somebody has to have dispatched what came in now."""
    within = _DISPATCH.get(Urgency(urgency))
    return clock.now() + within if within else counting.end_of(working_days.after(clock.today(), 1))


def _recurrence(said: Report, reporter: int | None) -> int | None:
    """The same person's same matter that ended longer ago: too late to be reopened."""
    if reporter is None or said.category is None:
        return None
    wanted = _same_matter(said, reporter).where(Ticket.state == TicketState.CLOSED)
    before = session.scalar(wanted.order_by(Ticket.id.desc()).limit(1))
    return before.id if before else None


def _number(community_id: int) -> str:
    """街道-年月-序: counted by town and month."""
    town = session.scalars(
        sa.select(Organisation)
        .join(Reach, Reach.ancestor_id == Organisation.id)
        .where(Reach.descendant_id == community_id, Organisation.kind == "street")
    ).one()
    month = f"{clock.today():%Y%m}"
    return f"{town.short}-{month}-{numbering.next_number(f'ticket:{town.id}:{month}'):04}"


def _title(said: Report) -> str:
    category = session.get(TicketCategory, said.category) if said.category else None
    estate = duties.estate(said.estate_id) if said.estate_id else None
    what = category.name if category else "居民反映"
    return f"{what} · {estate.name if estate else places.get(said.grid_id or said.community_id).name}"


def _query_code(made: Ticket) -> str:
    code = "".join(secrets.choice(_CODE) for _ in range(CODE_LENGTH))
    made.query_code_digest = crypto.digest(f"ticket:{made.id}:{code}")
    session.flush()
    return code


def _flag(made: Ticket, said: Report) -> None:
    if signals.raised(said.text):
        now = clock.now()
        session.add(Flag(ticket_id=made.id, raised_at=now, look_by=now + signals.LOOK_WITHIN))
        session.flush()


def take_over(
    said: Report, platform: str, number: str, due_on: date | None, *, actor: Actor | None
) -> Ticket:
    """What another platform (12345) keeps under its number: its deadline stays to the letter. The same number again is
    the same ticket."""
    known = session.scalar(
        sa.select(Reference).where(Reference.platform == platform, Reference.number == number)
    )
    if known is not None:
        return session.get_one(Ticket, known.ticket_id)
    _check_where(said)
    made = _write(said, Source.HOTLINE, None, actor.id if actor else None)
    if due_on is not None:
        made.owner_due_at = counting.end_of(due_on)
    session.add(Reference(ticket_id=made.id, platform=platform, number=number, due_on=due_on))
    session.flush()
    _flag(made, said)
    journal.write("report", "ticket", made.id, actor=actor, states=(None, made.state), place=made.place_id)
    return made


def me_too(ticket_id: int, *, actor: Actor) -> Ticket:
    """A neighbour has the same: they hear how it goes on, and report nothing anew. Raises NotFound, TicketOver."""
    found: Ticket = lock_row(Ticket, ticket_id)
    if found.parent_id is not None and found.state == TicketState.MERGED:
        found = lock_row(Ticket, found.parent_id)
    facts = found.facts_about(actor.id)
    if found.confidential or "subject" in facts:
        raise NotFound()
    if "ticket_reporter" in facts:
        raise NotAllowed()
    if found.state not in LIVE:
        raise TicketOver()
    if "follower" not in facts:
        session.add(Follower(ticket_id=found.id, person_id=actor.id, since=clock.now()))
        session.flush()
        journal.write("me_too", "ticket", found.id, actor=actor, place=found.place_id)
    return found


def part_of(whole: Ticket, said: Report, *, actor: Actor) -> Ticket:
    """One matter of a ticket that had several. Nobody is asked about it: the whole is answered."""
    made = _write(said, Source(whole.source), None, actor.id)
    made.part_of_id, made.confidential = whole.id, whole.confidential
    session.flush()
    journal.write(
        "split",
        "ticket",
        made.id,
        actor=actor,
        states=(None, made.state),
        place=made.place_id,
        facts={"of": whole.id},
    )
    return made
