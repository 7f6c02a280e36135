"""What is sealed of a complaint, and how it is read again."""

from backend import crypto
from backend.complaints.models import Complaint


def keep(complaint: Complaint, name: str, text: str | None) -> str | None:
    """Seals `text`, `contact` or `answer` for this row, which has its id already."""
    return crypto.seal(text, _place(complaint, name)) if text else None


def text(complaint: Complaint) -> str | None:
    return _open(complaint, "text")


def contact(complaint: Complaint) -> str | None:
    return _open(complaint, "contact")


def answer(complaint: Complaint) -> str | None:
    return _open(complaint, "answer")


def _open(complaint: Complaint, name: str) -> str | None:
    value = getattr(complaint, f"{name}_sealed")
    return crypto.unseal(value, _place(complaint, name)) if value else None


def _place(complaint: Complaint, name: str) -> str:
    return f"complaints.{name}:{complaint.id}"
