"""What was said and asked on tickets: notes, contacts, call-backs, extensions, signals."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, sql_list
from backend.personal import Purpose, handler, internal, personal
from backend.tickets.kinds import ContactMethod, Look, NoteKind, Satisfied, Solved


class Note(Model):
    """What somebody said on a ticket: a question and its answer, an urge, what a cooperator did, why it was returned."""

    __tablename__ = "ticket_notes"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {sql_list(NoteKind)}", name="kind_known"),
        sa.Index("ix_ticket_notes_ticket_id", "ticket_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("tickets.id"))
    kind: Mapped[str] = mapped_column(sa.String(12))
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    text_sealed: Mapped[str | None] = mapped_column(sa.Text, info=personal(Purpose.TICKETS))


class Contact(Model):
    """A time at which the holder spoke with who reported it, or tried to."""

    __tablename__ = "ticket_contacts"
    __table_args__ = (
        sa.CheckConstraint(f"method IN {sql_list(ContactMethod)}", name="method_known"),
        sa.Index("ix_ticket_contacts_ticket_id", "ticket_id", "round"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("tickets.id"))
    round: Mapped[int] = mapped_column(sa.Integer)
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    method: Mapped[str] = mapped_column(sa.String(12))
    reached: Mapped[bool] = mapped_column(sa.Boolean)


class CallBack(Model):
    """回访: somebody else asks whether it is solved, and then whether they are content. `by_reporter` is what the reporter
    says unasked; all answers stay."""

    __tablename__ = "ticket_call_backs"
    __table_args__ = (
        sa.CheckConstraint(f"method IN {sql_list(ContactMethod)}", name="method_known"),
        sa.CheckConstraint(f"solved IS NULL OR solved IN {sql_list(Solved)}", name="solved_known"),
        sa.CheckConstraint(
            f"satisfied IS NULL OR satisfied IN {sql_list(Satisfied)}", name="satisfied_known"
        ),
        sa.CheckConstraint("reached = (solved IS NOT NULL)", name="reached_is_asked"),
        sa.Index("ix_ticket_call_backs_ticket_id", "ticket_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("tickets.id"))
    round: Mapped[int] = mapped_column(sa.Integer)
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    by_reporter: Mapped[bool] = mapped_column(sa.Boolean)
    method: Mapped[str] = mapped_column(sa.String(12))
    reached: Mapped[bool] = mapped_column(sa.Boolean)
    solved: Mapped[str | None] = mapped_column(sa.String(12))
    satisfied: Mapped[str | None] = mapped_column(sa.String(12))


class Extension(Model):
    """延期: asked by the lead before the end of the term, once a round, and decided by who dispatches."""

    __tablename__ = "ticket_extensions"
    __four_eyes__ = (("decided_by_id", "asked_by_id"),)
    __table_args__ = (
        sa.CheckConstraint("days >= 1", name="some_days"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> asked_by_id", name="four_eyes"),
        sa.CheckConstraint(
            "(granted IS NULL) = (decided_at IS NULL) AND (granted IS NULL) = (decided_by_id IS NULL)",
            name="decided_by_someone",
        ),
        sa.Index(
            "uq_ticket_extensions_open",
            "ticket_id",
            unique=True,
            sqlite_where=sa.text("granted IS NULL"),
            postgresql_where=sa.text("granted IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("tickets.id"))
    days: Mapped[int] = mapped_column(sa.Integer)
    asked_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    asked_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    granted: Mapped[bool | None]


class Flag(Model):
    """A word of danger, harm or discipline was found: a person looks before anything is dispatched. Gone with the end of the
    ticket."""

    __tablename__ = "ticket_flags"
    __table_args__ = (
        sa.CheckConstraint(f"result IS NULL OR result IN {sql_list(Look)}", name="result_known"),
        sa.CheckConstraint("(result IS NULL) = (looked_by_id IS NULL)", name="looked_by_someone"),
    )

    ticket_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("tickets.id"), primary_key=True)
    raised_at: Mapped[datetime] = mapped_column(Moment)
    look_by: Mapped[datetime] = mapped_column(Moment, info=internal("when somebody has to have looked"))
    looked_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    result: Mapped[str | None] = mapped_column(sa.String(12))
