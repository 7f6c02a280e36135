"""A ticket with its holders and deadlines, with their rules repeated as constraints."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, sql_list
from backend.duties.kinds import TermUnit
from backend.people.permissions import Permission
from backend.personal import PersonalTable, Purpose, handler, not_personal, on_merge, personal
from backend.tickets import acting
from backend.tickets.kinds import (
    HELD,
    LIVE,
    ClosedBy,
    DeadlineEvent,
    Referral,
    RequestKind,
    ResultKind,
    Satisfied,
    Solved,
    Source,
    TicketState,
    Urgency,
)

NUMBER_MAX, TEXT_MAX, ANSWER_MAX = 40, 1000, 1000
_held = sa.text(f"state IN {sql_list(HELD)}")
_live = sa.text(f"state IN {sql_list(LIVE)}")


class Ticket(Model):
    """事项: one case, one number, one holder. `place_id` is the grid where it lies, or the community while the grid is
    not known.

    `own_due_at` follows from its own columns alone: the term counted from `counted_from`, with pauses and extensions given
    back, and never later than a working day before what an owner elsewhere (12345) expects. `due_at` is what its holder
    sees: of a parent the earliest of its own and of those merged into it.
    """

    __tablename__ = "tickets"
    __four_eyes__ = (("declined_by_id", "decline_asked_by_id"),)
    __personal__ = [PersonalTable("reporter_id", "我上报的事项", "tickets", position=382)]
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(TicketState)}", name="state_known"),
        sa.CheckConstraint(f"source IN {sql_list(Source)}", name="source_known"),
        sa.CheckConstraint(
            f"request_kind IS NULL OR request_kind IN {sql_list(RequestKind)}", name="request_kind_known"
        ),
        sa.CheckConstraint(f"urgency IN {sql_list(Urgency)}", name="urgency_known"),
        sa.CheckConstraint(
            f"result_kind IS NULL OR result_kind IN {sql_list(ResultKind)}", name="result_kind_known"
        ),
        sa.CheckConstraint(f"solved IS NULL OR solved IN {sql_list(Solved)}", name="solved_known"),
        sa.CheckConstraint(
            f"satisfied IS NULL OR satisfied IN {sql_list(Satisfied)}", name="satisfied_known"
        ),
        sa.CheckConstraint(f"closed_by IS NULL OR closed_by IN {sql_list(ClosedBy)}", name="closed_by_known"),
        sa.CheckConstraint(f"term_unit IS NULL OR term_unit IN {sql_list(TermUnit)}", name="term_unit_known"),
        sa.CheckConstraint(
            f"referred_to IS NULL OR referred_to IN {sql_list(Referral)}", name="referred_to_known"
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name="three_levels"),
        sa.CheckConstraint("round >= 1", name="rounds_count_up"),
        # No ticket without a holder and a deadline, once it was dispatched, or without an end.
        sa.CheckConstraint(
            f"state NOT IN {sql_list(HELD)} OR (lead_id IS NOT NULL AND own_due_at IS NOT NULL)",
            name="held_by_somebody",
        ),
        sa.CheckConstraint("own_due_at IS NULL OR due_at IS NOT NULL", name="due_is_never_lost"),
        sa.CheckConstraint("state <> 'merged' OR parent_id IS NOT NULL", name="merged_into_something"),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
        sa.CheckConstraint("(state = 'closed') = (closed_by IS NOT NULL)", name="closed_by_something"),
        sa.CheckConstraint(
            "(state IN ('closed', 'referred', 'declined', 'withdrawn')) = (ended_at IS NOT NULL)",
            name="ended_at_some_time",
        ),
        sa.CheckConstraint(
            "state NOT IN ('resolved', 'closed') OR (result_kind IS NOT NULL AND resolved_at IS NOT NULL)",
            name="answered_before_it_ends",
        ),
        sa.CheckConstraint("(result_kind = 'planned') = (planned_on IS NOT NULL)", name="planned_for_a_day"),
        sa.CheckConstraint("(state = 'referred') = (referred_to IS NOT NULL)", name="referred_somewhere"),
        sa.CheckConstraint(
            "subject_id IS NULL OR lead_id IS NULL OR subject_id <> lead_id", name="never_by_its_subject"
        ),
        sa.CheckConstraint(
            "declined_by_id IS NULL OR declined_by_id <> decline_asked_by_id", name="declined_by_two"
        ),
        sa.CheckConstraint("state <> 'declined' OR declined_by_id IS NOT NULL", name="declined_by_somebody"),
        sa.CheckConstraint("reporter_id IS NULL OR query_code_digest IS NULL", name="anonymous_keeps_nobody"),
        sa.CheckConstraint(
            "credit_days >= 0 AND credit_seconds >= 0 AND extended_days >= 0", name="time_is_given_back"
        ),
        sa.Index("ix_tickets_place", "place_id", "state", "id"),
        sa.Index("ix_tickets_reporter", "reporter_id", "id"),
        # The hint on entry, and the same matter again.
        sa.Index("ix_tickets_hint", "category", "community_id", "estate_id", "reported_at"),
        sa.Index("ix_tickets_parent_id", "parent_id"),
        sa.Index("ix_tickets_due", "due_at", "id", sqlite_where=_held, postgresql_where=_held),
        sa.Index("ix_tickets_live", "community_id", "id", sqlite_where=_live, postgresql_where=_live),
    )
    journal_kind = "ticket"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(NUMBER_MAX), unique=True)
    source: Mapped[str] = mapped_column(sa.String(12))
    request_kind: Mapped[str | None] = mapped_column(sa.String(12))
    category: Mapped[str | None] = mapped_column(
        sa.String(60),
        sa.ForeignKey("ticket_categories.code"),
        info=not_personal("a category's code", code=True),
    )
    # Made of category and place: nobody types it.
    title: Mapped[str] = mapped_column(
        sa.String(200), info=not_personal("made of category and place", code=True)
    )
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    place_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    estate_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("estates.id"))
    subject_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    urgency: Mapped[str] = mapped_column(sa.String(12))
    level: Mapped[int] = mapped_column(sa.Integer, default=1)
    list_item_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("duty_items.id"))
    reporter_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    entered_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    text_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.TICKETS, on_erasure="redact", label="内容")
    )
    address_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.TICKETS, on_erasure="clear", label="地址")
    )
    contact_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.TICKETS, on_erasure="clear", label="联系电话", identifies=True)
    )
    query_code_digest: Mapped[str | None] = mapped_column(
        sa.String(64), info=not_personal("of a code that names nobody", code=True)
    )
    confidential: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    reply_wanted: Mapped[bool] = mapped_column(sa.Boolean, default=True)
    happened_at: Mapped[datetime | None] = mapped_column(Moment)
    reported_at: Mapped[datetime] = mapped_column(Moment)
    # Until when it is to be dispatched; its level's list shows what is late.
    dispatch_due_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(sa.String(12))
    round: Mapped[int] = mapped_column(sa.Integer, default=1)
    parent_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("tickets.id"))
    part_of_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("tickets.id"), index=True)
    recurrence_of_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("tickets.id"))
    lead_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    assigned_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    first_dispatched_at: Mapped[datetime | None] = mapped_column(Moment)
    counted_from: Mapped[datetime | None] = mapped_column(Moment)
    term_value: Mapped[int | None] = mapped_column(sa.Integer)
    term_unit: Mapped[str | None] = mapped_column(sa.String(12))
    credit_days: Mapped[int] = mapped_column(sa.Integer, default=0)
    credit_seconds: Mapped[int] = mapped_column(sa.Integer, default=0)
    extended_days: Mapped[int] = mapped_column(sa.Integer, default=0)
    owner_due_at: Mapped[datetime | None] = mapped_column(Moment)
    own_due_at: Mapped[datetime | None] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    paused_at: Mapped[datetime | None] = mapped_column(Moment)
    # Asked once a round; what was decided is final.
    return_spent: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    info_spent: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    extension_spent: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
    resolved_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    result_kind: Mapped[str | None] = mapped_column(sa.String(12))
    planned_on: Mapped[date | None] = mapped_column(sa.Date)
    answer_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.TICKETS, on_erasure="redact", label="答复")
    )
    solved: Mapped[str | None] = mapped_column(sa.String(12))
    satisfied: Mapped[str | None] = mapped_column(sa.String(12))
    closed_by: Mapped[str | None] = mapped_column(sa.String(12))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    referred_to: Mapped[str | None] = mapped_column(sa.String(12))
    decline_asked_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    declined_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())

    def facts_about(self, person_id: int) -> frozenset[str]:
        """What somebody is to it: as a person, and by whom they act for."""
        found = {
            name
            for name, one in {
                "ticket_reporter": self.reporter_id,
                "ticket_assigner": self.assigned_by_id,
                "ticket_asker": self.decline_asked_by_id,
                "ticket_handler": self.resolved_by_id,
            }.items()
            if one == person_id
        }
        return frozenset(found | acting.facts(self, person_id))

    def visible_to(self, _person_id: int, words: frozenset[str], facts: frozenset[str]) -> bool:
        """By place, by assignment, or as who reported or follows it. Who acts for the body complained about never sees it,
        unless they reported it themselves."""
        if "subject" in facts:
            return "ticket_reporter" in facts
        return Permission.TICKET_READ in words or bool(
            facts & {"ticket_reporter", "follower", "ticket_lead", "cooperator"}
        )


class Deadline(Model):
    """A line for each time at which a deadline was set or moved, and what it was from then on. Append-only."""

    __tablename__ = "ticket_deadline_events"
    __table_args__ = (
        sa.CheckConstraint(f"event IN {sql_list(DeadlineEvent)}", name="event_known"),
        sa.Index("ix_ticket_deadline_events_ticket", "ticket_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("tickets.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    event: Mapped[str] = mapped_column(sa.String(12))
    due_at: Mapped[datetime | None] = mapped_column(Moment)


class Reference(Model):
    """The number under which another platform keeps the same ticket, and when it expects the answer: to the letter."""

    __tablename__ = "ticket_references"
    __table_args__ = (
        sa.UniqueConstraint("platform", "number"),
        sa.Index("ix_ticket_references_ticket_id", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("tickets.id"))
    platform: Mapped[str] = mapped_column(sa.String(40))
    number: Mapped[str] = mapped_column(sa.String(60))
    due_on: Mapped[date | None] = mapped_column(sa.Date)
