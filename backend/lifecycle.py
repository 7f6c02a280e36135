"""Moves: how a wish, a round (later an activity, a redemption) changes its state. The one way to do so.

A capability lists its moves as data; `transition()` walks permission → state → change and its facts in one
statement → journal. The tests try every move × role × state from these tables, and the diagrams in the
documentation are drawn from them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from backend import journal
from backend.errors import NotAllowed, NotFound, Refused, StateConflict
from backend.journal import Actor
from backend.people import permissions


@dataclass(frozen=True)
class Move:
    """One way from some states to another.

    `permission` is asked in the subject's place; `never_by` names facts about a person that rule them out
    all the same, because nobody makes and checks the same record.
    """

    name: str
    sources: frozenset[str]
    target: str
    permission: str
    never_by: frozenset[str] = frozenset()
    refusal: type[Refused] = StateConflict
    label: str = field(default="", compare=False)


@dataclass(frozen=True)
class MoveTable:
    """All moves of one kind of thing, as documentation and journal name them.

    `kind` is what the journal calls it; `begins` are the states in which it comes into being, and `states` the
    words of all. `note` stands below the title of the diagram.
    """

    title: str
    kind: str
    moves: tuple[Move, ...]
    begins: tuple[str, ...]
    states: Mapping[str, str]
    note: str


class FourEyes(Refused):
    code, message = 40302, "这件事需要另一位工作人员来办：经手人不能自己复核"


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

    `actor` is a person, or None for time itself; `precondition` refuses for the move's own reasons, once permission
    and state are settled; `permitted` says that the verb has asked `authorize` already, under the same lock.
    Raises NotFound, NotAllowed, FourEyes, and the move's own refusal when the state is no longer one of its
    sources.
    """
    if not permitted:
        authorize(move, subject, actor)
    if subject.state not in move.sources:
        raise move.refusal()
    if precondition is not None:
        precondition()
    states = (subject.state, move.target)
    line = journal.line(
        move.name,
        subject.journal_kind,
        actor=actor,
        states=states,
        reason=reason,
        place=subject.place_id,
        facts=details,
    )
    if _change(move, [subject], subject.state, facts, line) != {subject.id}:
        raise move.refusal()


def transition_all(
    move: Move, subjects: Sequence[Any], *, place_id: int, actor: Actor | None, **facts: Any
) -> None:
    """Moves many subjects of one place, all or none: what happens to a round's wishes when it is published.

    The caller has locked them. The permission is asked once, for the place.
    """
    allowed = permissions.facts_with(move.permission) if actor is None else ()
    if "time" not in allowed and (
        actor is None or not permissions.appointed(actor.id, move.permission, place_id)
    ):
        raise NotAllowed()
    for before in sorted({subject.state for subject in subjects}):
        group = [subject for subject in subjects if subject.state == before]
        ids = [subject.id for subject in group]
        line = journal.line(
            move.name, group[0].journal_kind, actor=actor, states=(before, move.target), place=place_id
        )
        if before not in move.sources or _change(move, group, before, facts, line) != set(ids):
            raise move.refusal()


def _change(
    move: Move, subjects: Sequence[Any], before: str, facts: dict[str, Any], line: dict[str, Any]
) -> set[int]:
    """Sets state and facts where the state is still `before`, with the journal line of each; answers whom it
    reached."""
    table, values = type(subjects[0]).__table__, {"state": move.target, **facts}
    moved = (
        sa.update(table)
        .where(table.c.id.in_([subject.id for subject in subjects]), table.c.state == before)
        .values(**values)
        .returning(table.c.id)
    )
    reached = journal.write_moved(moved, line)
    for subject in subjects:
        for name, value in values.items():
            set_committed_value(subject, name, value)
    return set(reached)


def check_allowed(move: Move, subject: Any, actor: Actor) -> None:
    """Permission, then state: what a verb asks first whose own conditions would else tell a stranger more."""
    authorize(move, subject, actor)
    if subject.state not in move.sources:
        raise move.refusal()


def authorize(move: Move, subject: Any, actor: Actor | None, words: frozenset[str] | None = None) -> None:
    """Refuses who may not make this move on this subject, whatever its state.

    `words` are what appointments give them in its place, if the caller has read them with the subject.
    """
    if actor is None:
        if "time" not in permissions.facts_with(move.permission):
            raise NotAllowed()
        return
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


def open_to(moves: tuple[Move, ...], subject: Any, words: frozenset[str], facts: frozenset[str]) -> list[str]:
    """The names of the moves that someone with these words and facts may make now: a client's buttons."""
    return [
        move.name
        for move in moves
        if subject.state in move.sources and _granted(move, words, facts) and not facts & move.never_by
    ]


def _granted(move: Move, words: frozenset[str], facts: frozenset[str]) -> bool:
    return move.permission in words or bool(facts & permissions.facts_with(move.permission))
