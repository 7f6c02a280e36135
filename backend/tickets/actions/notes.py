"""What is said on a ticket: sealed, by whom, when."""

from backend import clock
from backend.db import session
from backend.journal import Actor
from backend.tickets import sealed
from backend.tickets.kinds import NoteKind
from backend.tickets.models import Ticket
from backend.tickets.said_models import Note


def write(ticket: Ticket, kind: NoteKind, text: str, *, actor: Actor | None) -> Note:
    made = Note(ticket_id=ticket.id, kind=kind, at=clock.now(), by_id=actor.id if actor else None)
    session.add(made)
    session.flush()
    made.text_sealed = sealed.keep_note(made, text)
    session.flush()
    return made
