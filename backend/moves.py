"""Moves as data, and how a thing is moved: its state, what goes with it and its journal line, in one statement.

Nobody's permission is asked here. `lifecycle` asks first, for whatever stands above people; the registrations of
people stand below it, because permissions are read from them, and ask in their own verbs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from backend import journal
from backend.db import session
from backend.errors import Refused, StateConflict
from backend.journal import Actor
from backend.statements import Piece, Sources, Writing


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


def names(moves: Iterable[Move]) -> tuple[str, ...]:
    """What they are called, each once: the words of a client's buttons."""
    return tuple(dict.fromkeys(move.name for move in moves))


def check_source(move: Move, subject: Any) -> None:
    """Raises the move's own refusal unless it starts from the subject's state."""
    if subject.state not in move.sources:
        raise move.refusal()


def apply(
    move: Move,
    subject: Any,
    facts: dict[str, Any],
    *,
    actor: Actor | None,
    reason: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Moves one subject and sets its `facts` in one guarded statement, with its journal line.

    `reason` and `details` are the journal's. Raises the move's refusal when the state is none of its sources, or
    is no longer what was read.
    """
    check_source(move, subject)
    line = journal.line(
        move.name,
        subject.journal_kind,
        actor=actor,
        states=(subject.state, move.target),
        reason=reason,
        place=subject.place_id,
        facts=details,
    )
    _change(move, [subject], facts, line)


def begin_or_apply(
    move: Move, row: Any, facts: dict[str, Any], *, actor: Actor | None, details: dict[str, Any] | None = None
) -> None:
    """Moves a row that is there already, or adds the new one in the state to which the move leads: for what is said
    of somebody in one row, the first time and every later one. What else was set on the row is kept with it."""
    if sa.inspect(row).persistent:
        session.flush()
        apply(move, row, facts, actor=actor, details=details)
        return
    for name, value in {"state": move.target, **facts}.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    (subject, *_) = sa.inspect(row).identity
    states = (None, move.target)
    journal.write(
        move.name, row.journal_kind, subject, actor=actor, states=states, place=row.place_id, facts=details
    )


def apply_all(
    move: Move, subjects: Sequence[Any], facts: dict[str, Any], *, place_id: int, actor: Actor | None
) -> None:
    """Moves many subjects of one place, all or none; a statement for each state that they come from."""
    for subject in subjects:
        check_source(move, subject)
    for before in sorted({subject.state for subject in subjects}):
        group = [subject for subject in subjects if subject.state == before]
        line = journal.line(
            move.name, group[0].journal_kind, actor=actor, states=(before, move.target), place=place_id
        )
        _change(move, group, facts, line)


def _change(move: Move, subjects: Sequence[Any], facts: dict[str, Any], line: dict[str, Any]) -> None:
    """Sets state and facts where the state is still what the line says it was, with the journal line of each."""
    values, model = {"state": move.target, **facts}, cast("Any", type(subjects[0]))
    given = {f"set_{name}": value for name, value in values.items()}
    keys = [sa.inspect(subject).identity for subject in subjects]
    given["subjects"] = [{f"key_{n}": part for n, part in enumerate(key)} for key in keys]
    counted = {name: value for name, value in values.items() if isinstance(value, sa.ColumnElement)}
    # What the database counts for each of many is said by this verb alone.
    writing = _writing(model, tuple(values), counted) if counted else _moving(model, tuple(values))
    reached = writing.run({**given, **journal.bind_values(line)})
    if len(reached["moved"]) != len(subjects):
        raise move.refusal()
    for subject in subjects:
        for name, value in values.items():
            set_committed_value(subject, name, value)


@cache
def _moving(model: Any, names: tuple[str, ...]) -> Writing:
    """What is written when rows of this kind are moved and these facts of them set."""
    return _writing(model, names, {})


def _writing(model: Any, names: tuple[str, ...], counted: dict[str, Any]) -> Writing:
    return Writing(
        moved=lambda of: moved(model, names, of, counted),
        line=journal.line_of("moved"),
        answers=("moved",),
        keeps=True,
    )


def moving(model: Any, *names: str) -> Piece:
    """The piece of a verb's own `Writing` that moves its subject and sets these facts; given by `move_of`. It returns
    the subject's id, then its community."""
    return lambda of: moved(model, names, of, {}, "community_id")


def move_of(
    move: Move, subject: Any, *, actor: Actor | None, details: dict[str, Any] | None = None, **facts: Any
) -> dict[str, Any]:
    """What a `Writing` with `moving` and the journal's line is given. Raises the move's refusal unless it starts from
    the subject's state; whether it still does, the piece tells."""
    check_source(move, subject)
    line = journal.line(
        move.name,
        subject.journal_kind,
        actor=actor,
        states=(subject.state, move.target),
        place=subject.place_id,
        facts=details,
    )
    given = {f"set_{name}": value for name, value in {"state": move.target, **facts}.items()}
    return {**given, "subjects": [{"key_0": subject.id}], **journal.bind_values(line)}


def moved(model: type[Any], names: Iterable[str], of: Sources, counted: Mapping[str, Any], *more: str) -> Any:
    """The guarded change of `subjects` (by `key_0`, …) to `set_state` and other facts, from the state that the journal's
    line says it was."""
    mapper = sa.inspect(model)
    key = mapper.primary_key
    subject = of.each("subjects", {f"key_{n}": column.type for n, column in enumerate(key)})
    here = (column == subject.c[f"key_{n}"] for n, column in enumerate(key))
    was = sa.bindparam("told_from_state", type_=sa.String)
    # By the columns: an attribute may have another name than its column.
    columns = {name: mapper.columns[name] for name in names}
    values = {
        column: counted[name] if name in counted else sa.bindparam(f"set_{name}", type_=column.type)
        for name, column in columns.items()
    }
    return (
        sa.update(mapper.local_table)
        .where(*here, mapper.columns["state"] == was)
        .values(values)
        .returning(key[0], *(mapper.columns[name] for name in more))
    )
