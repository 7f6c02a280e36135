"""Who holds a ticket, who follows it, and who stands in for whom."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, sql_list
from backend.personal import PersonalTable, handler, on_merge
from backend.tickets.kinds import AssignmentPart

_standing = sa.text("ended_at IS NULL")


class Assignment(Model):
    """派办: an organisation that holds a ticket, or helps. One live lead at a time; what ended stays."""

    __tablename__ = "ticket_assignments"
    __table_args__ = (
        sa.CheckConstraint(f"part IN {sql_list(AssignmentPart)}", name="part_known"),
        sa.CheckConstraint("(signed_at IS NULL) = (signed_by_id IS NULL)", name="signed_by_someone"),
        sa.Index(
            "uq_ticket_assignments_lead",
            "ticket_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL AND part = 'lead'"),
            postgresql_where=sa.text("ended_at IS NULL AND part = 'lead'"),
        ),
        sa.Index(
            "uq_ticket_assignments_live",
            "ticket_id",
            "organisation_id",
            unique=True,
            sqlite_where=_standing,
            postgresql_where=_standing,
        ),
        sa.Index("ix_ticket_assignments_holder", "organisation_id", "ended_at", "ticket_id"),
        sa.Index("ix_ticket_assignments_ticket_id", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("tickets.id"))
    organisation_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    part: Mapped[str] = mapped_column(sa.String(12))
    round: Mapped[int] = mapped_column(sa.Integer)
    sent_at: Mapped[datetime] = mapped_column(Moment)
    signed_at: Mapped[datetime | None] = mapped_column(Moment)
    signed_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    # A cooperator's own last moment; the lead's is the ticket's.
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    first_contact_at: Mapped[datetime | None] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class Follower(Model):
    """我也遇到: who has the same, and hears how it goes on, without words and people."""

    __tablename__ = "ticket_followers"
    __personal__ = [
        PersonalTable("person_id", "我关注的事项", "ticket_followers", position=383, on_erasure="delete")
    ]

    ticket_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("tickets.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("persons.id"), primary_key=True, index=True, info=on_merge("step")
    )
    since: Mapped[datetime] = mapped_column(Moment)


class Substitute(Model):
    """代班: who acts in a grid, community or unit while somebody is away: new tickets are theirs, open ones both see."""

    __tablename__ = "ticket_substitutes"
    __table_args__ = (
        sa.CheckConstraint("to_day >= from_day", name="ends_after_it_begins"),
        sa.CheckConstraint("absent_id <> substitute_id", name="by_another"),
        sa.Index("ix_ticket_substitutes_substitute", "substitute_id", "to_day"),
        sa.Index("ix_ticket_substitutes_absent", "absent_id", "to_day"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    absent_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    substitute_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    organisation_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    from_day: Mapped[date] = mapped_column(sa.Date)
    to_day: Mapped[date] = mapped_column(sa.Date)
