"""Who stands at a 自助终端, for the length of a request.

In the hall of a centre one is a resident and nothing else: no office is held there (`permissions`), and nothing of a
neighbour's is read. Whoever gave the code that let them in answers for it as if beside them (`lifecycle.authorize`).
"""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visitor:
    """`helper_id` is who of the staff gave the code; None where it came from the person's own phone."""

    person_id: int
    helper_id: int | None


_visitor: ContextVar[Visitor | None] = ContextVar("at_kiosk", default=None)


def enter(person_id: int, helper_id: int | None) -> None:
    """What is asked from here on is asked by this person at a kiosk."""
    _visitor.set(Visitor(person_id, helper_id))


def leave() -> None:
    """Before each request: nobody is at a kiosk."""
    _visitor.set(None)


def is_visitor(person_id: object) -> bool:
    """Whether this is the person who stands there now; what is no number, as a column of a statement, is nobody."""
    visitor = _visitor.get()
    return visitor is not None and isinstance(person_id, int) and visitor.person_id == person_id


def helper_id() -> int | None:
    """Who of the staff let them in, where somebody did."""
    visitor = _visitor.get()
    return visitor.helper_id if visitor is not None else None
