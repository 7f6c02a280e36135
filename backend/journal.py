"""The journal: who did what, when, to which thing, from which state to which, and why. Append-only.

A line is written in the transaction of what it tells, so that no change is without one. People stand in it by
their ids, and numbers typed into a reason are left out; what else a reason says of a person is erased when they leave,
and of the line only its digest is kept (`erasable`).
"""

import unicodedata
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Protocol, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock, erasable, statements
from backend.crypto import without_numbers
from backend.db import Id, Json, Model, Moment, session
from backend.errors import InvalidInput
from backend.personal import Purpose, handler, personal

# Set by whoever received the request, so that a line can be found from a log and the other way round.
correlation: ContextVar[str | None] = ContextVar("correlation", default=None)

# Set by the console where it was opened with something that others have seen, a first password or a link: each line
# says with what.
opened_by: ContextVar[str | None] = ContextVar("opened_by", default=None)

# How long a reason may be at each door: why something was sent back, refused, entered afterwards.
REASON_MAX = 200
# A reason has at least so many signs that one can see.
REASON_MIN = 2


def visible_signs(text: str) -> int:
    """How many signs of a text can be seen: no spaces, no marks that stand on others, nothing that only steers."""
    return sum(unicodedata.category(sign)[0] not in "ZCM" for sign in text)


class UnfitReason(str):
    """A reason that a door could not accept (none given, too long), with its sentences. It is judged where reasons are
    written down, once it is settled that the asker may act at all: a stranger is told nothing of the fields."""

    sentences: list[str]

    def __new__(cls, sentences: list[str]) -> Self:
        unfit = super().__new__(cls)
        unfit.sentences = sentences
        return unfit

    def __bool__(self) -> bool:
        """It was given, and is no silence: where a reason may be left out, this one is still judged."""
        return True


def check_reason(reason: str, field: str = "reason") -> None:
    """Raises InvalidInput for a reason that says nothing, or did not fit at the door."""
    if isinstance(reason, UnfitReason):
        raise InvalidInput({field: reason.sentences})
    if visible_signs(reason) < REASON_MIN:
        raise InvalidInput({field: ["请写清楚，至少两个字"]})


class Actor(Protocol):
    """Whoever acts: a person, a caller of the API, a member of staff at the console. Their id is a person's."""

    @property
    def id(self) -> int: ...


class JournalLine(Model):
    __tablename__ = "journal"
    __table_args__ = (
        sa.Index("ix_journal_subject", "subject_kind", "subject_id", "id"),
        sa.Index("ix_journal_actor", "actor_id", "id"),
        sa.Index("ix_journal_place", "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    # Empty when time itself acted (a deadline passed).
    actor_id: Mapped[int | None] = mapped_column(
        Id,
        sa.ForeignKey("persons.id"),
        info=handler("exported as what I did and what was done to me, not as a table", merged="stay"),
    )
    verb: Mapped[str] = mapped_column(sa.String(40))
    subject_kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int] = mapped_column(Id)
    from_state: Mapped[str | None] = mapped_column(sa.String(24))
    to_state: Mapped[str | None] = mapped_column(sa.String(24))
    reason: Mapped[str | None] = mapped_column(sa.Text, info=personal(Purpose.AUDIT))
    organisation_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    reason_digest: Mapped[str | None] = erasable.digest_column()
    # Ids, names of fields and words of the product; nobody's sentence.
    facts: Mapped[dict[str, Any] | None] = mapped_column(Json, info=personal(Purpose.AUDIT, code=True))
    request: Mapped[str | None] = mapped_column(sa.String(64))


def write(
    verb: str,
    kind: str,
    subject_id: int,
    *,
    actor: Actor | None,
    states: tuple[str | None, str | None] = (None, None),
    reason: str | None = None,
    place: int | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """One line. `actor` is a person (has an `id`), or None for time itself; `place` an organisation id."""
    write_all(verb, kind, [subject_id], actor=actor, states=states, reason=reason, place=place, facts=facts)


def write_all(
    verb: str,
    kind: str,
    subject_ids: list[int],
    *,
    actor: Actor | None,
    states: tuple[str | None, str | None] = (None, None),
    reason: str | None = None,
    place: int | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """A line for each subject to which the same happened, in one statement."""
    add(line(verb, kind, actor=actor, states=states, reason=reason, place=place, facts=facts), subject_ids)


def line(
    verb: str,
    kind: str,
    *,
    actor: Actor | None,
    states: tuple[str | None, str | None] = (None, None),
    reason: str | None = None,
    place: int | None = None,
    facts: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What a line says, without its subject. Raises InvalidInput for a reason that says nothing."""
    if reason is not None:
        check_reason(reason)
    if mark := opened_by.get():
        facts = {**(facts or {}), "console": mark}
    return {
        "at": clock.now(),
        "actor_id": actor.id if actor is not None else None,
        "verb": verb,
        "subject_kind": kind,
        "from_state": states[0],
        "to_state": states[1],
        "reason": without_numbers(reason),
        "organisation_id": place,
        "facts": facts,
        "request": correlation.get(),
    }


_journal = JournalLine.__table__
# What a line says when it is written; of its reason a digest is kept once the words are erased.
_SAID = tuple(
    column.name for column in _journal.columns if column.name not in ("id", "subject_id", "reason_digest")
)


def add(told: dict[str, Any], subject_ids: list[int]) -> None:
    """Writes what `line` says of each of these; of nothing, nothing."""
    if subject_ids:
        _ADD.run({**bind_values(told), "subjects": [{"id": one} for one in subject_ids]})


def bind_values(told: dict[str, Any]) -> dict[str, Any]:
    """What a `Writing` with `line_of` has to be given."""
    return {f"told_{name}": told[name] for name in _SAID}


def line_of(piece: str) -> statements.Piece:
    """A line for each row that an earlier piece of a `Writing` returned: its first column is the subject's id."""

    def written(of: statements.Sources) -> Any:
        subject, *_ = of[piece].c
        return _line(subject)

    return written


def _line(subject: Any) -> Any:
    values = [sa.bindparam(f"told_{name}", type_=_journal.c[name].type) for name in _SAID]
    wanted = sa.select(*values, subject)
    return sa.insert(_journal).from_select([*_SAID, "subject_id"], wanted).returning(_journal.c.id)


_ADD = statements.Writing(line=lambda of: _line(of.each("subjects", {"id": Id}).c.id), answers=())


def lines(kind: str, subject_id: int) -> list[JournalLine]:
    """All that happened to one thing, oldest first."""
    wanted = (
        sa.select(JournalLine)
        .where(JournalLine.subject_kind == kind, JournalLine.subject_id == subject_id)
        .order_by(JournalLine.id)
    )
    return list(session.scalars(wanted))


def tells_why(kind: str, subject: Any) -> sa.ColumnElement[bool]:
    """The condition that some line of a thing, by the column of its id, still has a reason in words."""
    line = _journal.c
    told = (line.subject_kind == kind, line.subject_id == subject, line.reason.is_not(None))
    return sa.exists().where(*told, line.reason != erasable.ERASED)


def erase_reasons(kind: str, subjects: Any) -> None:
    """Erases why all this happened to some things, given by a SELECT of their ids or by a list."""
    line = _journal.c
    told = (line.subject_kind == kind, line.subject_id.in_(subjects), line.reason.is_not(None))
    wanted = sa.select(line.id, line.reason, line.reason_digest).where(*told, line.reason != erasable.ERASED)
    for row in session.execute(wanted).mappings().all():
        changed = erasable.erased(row, "reason", erasable.ERASED)
        session.execute(sa.update(_journal).where(line.id == row["id"]).values(changed))
