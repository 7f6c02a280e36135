"""How a wish, a round, an activity, a redemption changes its state. The one way to do so.

A capability lists its moves as data; `transition()` walks permission → state → change and its facts in one
statement → journal (`moves`). The tests try every move × role × state from these tables, and the diagrams in the
documentation are drawn from them.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from backend import journal, moves
from backend.db import session
from backend.errors import FourEyes as FourEyes
from backend.errors import NotAllowed, NotFound
from backend.journal import Actor
from backend.moves import Move
from backend.people import at_kiosk, permissions

# Said at a terminal to somebody whose code came from the wrong one of the staff.
HELPER_MAY_NOT = "给您验证码的工作人员经手过这件事，请另一位工作人员再给一个验证码"


class Subject(Protocol):
    """What can be moved: a row with a state, a place, and an opinion on who a person is to it."""

    id: int
    state: str
    journal_kind: str

    @property
    def place_id(self) -> int: ...

    def facts_about(self, person_id: int) -> frozenset[str]: ...

    def visible_to(self, person_id: int, words: frozenset[str], facts: frozenset[str]) -> bool: ...


def transition(
    move: Move,
    subject: Any,
    *,
    actor: Actor | None,
    precondition: Callable[[], None] | None = None,
    reason: str | None = None,
    details: dict[str, Any] | None = None,
    permitted: bool = False,
    **facts: Any,
) -> None:
    """Moves `subject` and sets its `facts` in one guarded statement, with its journal line.

    `actor` is a person, or None for time itself; `precondition` refuses for the move's own reasons, once permission,
    state and `reason` are settled; `permitted` says that the verb has asked `authorize` already, under the same lock.
    Raises NotFound, NotAllowed, FourEyes, and the move's own refusal when the state is no longer one of its
    sources.
    """
    if not permitted:
        authorize(move, subject, actor)
    moves.check_source(move, subject)
    if reason is not None:
        journal.check_reason(reason)
    if precondition is not None:
        precondition()
    moves.apply(move, subject, facts, actor=actor, reason=reason, details=details)


def transition_all(
    move: Move,
    subjects: Sequence[Any],
    *,
    place_id: int,
    actor: Actor | None,
    permitted: bool = False,
    **facts: Any,
) -> None:
    """Moves many subjects of one place, all or none: what happens to a round's wishes when it is published.

    The caller has locked them. The permission is asked once, for the place; `permitted` says that the verb has
    asked already.
    """
    if not permitted:
        _authorize_in(place_id, move, actor)
    moves.apply_all(move, subjects, facts, place_id=place_id, actor=actor)


def _authorize_in(place_id: int, move: Move, actor: Actor | None) -> None:
    if actor is None:
        if "time" not in permissions.facts_with(move.permission):
            raise NotAllowed()
    elif not permissions.appointed(actor.id, move.permission, place_id):
        raise NotAllowed()


def authorize_by_id(move: Move, model: type[Any], subject_id: int, *, actor: Actor) -> None:
    """The same as `authorize`, for a door that has the id alone. Raises NotFound, NotAllowed, FourEyes."""
    subject = session.get(model, subject_id)
    if subject is None:
        raise NotFound()
    authorize(move, subject, actor)


def check_allowed(move: Move, subject: Any, actor: Actor) -> None:
    """Permission, then state: what a verb asks first whose own conditions would else tell a stranger more."""
    authorize(move, subject, actor)
    moves.check_source(move, subject)


def authorize(
    move: Move,
    subject: Any,
    actor: Actor | None,
    words: frozenset[str] | None = None,
    facts: frozenset[str] | None = None,
) -> None:
    """Refuses who may not make this move on this subject, whatever its state.

    `words` are what appointments give them in its place, and `facts` what they are to it, if the caller has read these
    with the subject.
    """
    if actor is None:
        if "time" not in permissions.facts_with(move.permission):
            raise NotAllowed()
        return
    if facts is None:
        facts = subject.facts_about(actor.id)
    if not facts & permissions.facts_with(move.permission):
        if words is None:
            words = permissions.permissions_in(actor.id, subject.place_id)
        if move.permission not in words:
            known = subject.visible_to(actor.id, words, facts)
            elsewhere = permissions.appointed(actor.id, move.permission)
            raise NotAllowed() if known and not elsewhere else NotFound()
    if facts & move.never_by:
        raise FourEyes()
    if _helper_may_not(move, subject):
        raise FourEyes(HELPER_MAY_NOT)


def _helper_may_not(move: Move, subject: Any) -> bool:
    """Whether who of the staff gave the code for the kiosk is one who never makes this move: they could make it with the
    code themselves."""
    helper = at_kiosk.helper_id()
    return helper is not None and bool(subject.facts_about(helper) & move.never_by)


def open_to(moves: tuple[Move, ...], subject: Any, words: frozenset[str], facts: frozenset[str]) -> list[str]:
    """The names of the moves that someone with these words and facts may make now: a client's buttons."""
    return open_in(moves, subject.state, words, facts)


def open_in(moves: tuple[Move, ...], state: str, words: frozenset[str], facts: frozenset[str]) -> list[str]:
    """The same for whatever is in this state."""
    return [
        move.name
        for move in moves
        if state in move.sources and _granted(move, words, facts) and not facts & move.never_by
    ]


def _granted(move: Move, words: frozenset[str], facts: frozenset[str]) -> bool:
    return move.permission in words or bool(facts & permissions.facts_with(move.permission))
