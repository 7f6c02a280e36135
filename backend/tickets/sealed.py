"""What is sealed of a ticket, and how it is read again."""

from typing import Any

from backend import crypto
from backend.tickets.models import Ticket
from backend.tickets.said_models import Note


def keep(ticket: Ticket, name: str, text: str | None) -> str | None:
    """Seals `text`, `address`, `contact` or `answer` for this row, which has its id already."""
    return crypto.seal(text, f"tickets.{name}:{ticket.id}") if text else None


def opened(ticket: Any, name: str) -> str | None:
    value = getattr(ticket, f"{name}_sealed")
    return crypto.unseal(value, f"tickets.{name}:{ticket.id}") if value else None


def keep_note(note: Note, text: str) -> str:
    return crypto.seal(text, f"ticket_notes.text:{note.id}")


def note_text(note: Note) -> str | None:
    return crypto.unseal(note.text_sealed, f"ticket_notes.text:{note.id}") if note.text_sealed else None
