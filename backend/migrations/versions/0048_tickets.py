"""tickets: what people report, who holds it, until when, what was said and asked; who stands in for whom"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_HELD = "'assigned', 'handling', 'needs_info', 'returned'"
_TABLES = (
    "ticket_substitutes",
    "ticket_flags",
    "ticket_extensions",
    "ticket_call_backs",
    "ticket_contacts",
    "ticket_notes",
    "ticket_followers",
    "ticket_references",
    "ticket_deadline_events",
    "ticket_assignments",
    "tickets",
)


def upgrade() -> None:
    _tickets()
    _held()
    _said()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("request_kind", sa.String(length=12), nullable=True),
        sa.Column("category", sa.String(length=60), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("place_id", Id, nullable=False),
        sa.Column("estate_id", Id, nullable=True),
        sa.Column("subject_id", Id, nullable=True),
        sa.Column("urgency", sa.String(length=12), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("list_item_id", Id, nullable=True),
        sa.Column("reporter_id", Id, nullable=True),
        sa.Column("entered_by_id", Id, nullable=True),
        sa.Column("text_sealed", sa.Text(), nullable=True),
        sa.Column("address_sealed", sa.Text(), nullable=True),
        sa.Column("contact_sealed", sa.Text(), nullable=True),
        sa.Column("query_code_digest", sa.String(length=64), nullable=True),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("reply_wanted", sa.Boolean(), nullable=False),
        sa.Column("happened_at", Moment(), nullable=True),
        sa.Column("reported_at", Moment(), nullable=False),
        sa.Column("dispatch_due_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("part_of_id", Id, nullable=True),
        sa.Column("recurrence_of_id", Id, nullable=True),
        sa.Column("lead_id", Id, nullable=True),
        sa.Column("assigned_by_id", Id, nullable=True),
        sa.Column("first_dispatched_at", Moment(), nullable=True),
        sa.Column("counted_from", Moment(), nullable=True),
        sa.Column("term_value", sa.Integer(), nullable=True),
        sa.Column("term_unit", sa.String(length=12), nullable=True),
        sa.Column("credit_days", sa.Integer(), nullable=False),
        sa.Column("credit_seconds", sa.Integer(), nullable=False),
        sa.Column("extended_days", sa.Integer(), nullable=False),
        sa.Column("owner_due_at", Moment(), nullable=True),
        sa.Column("own_due_at", Moment(), nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("paused_at", Moment(), nullable=True),
        sa.Column("return_spent", sa.Boolean(), nullable=False),
        sa.Column("info_spent", sa.Boolean(), nullable=False),
        sa.Column("extension_spent", sa.Boolean(), nullable=False),
        sa.Column("resolved_at", Moment(), nullable=True),
        sa.Column("resolved_by_id", Id, nullable=True),
        sa.Column("result_kind", sa.String(length=12), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("answer_sealed", sa.Text(), nullable=True),
        sa.Column("solved", sa.String(length=12), nullable=True),
        sa.Column("satisfied", sa.String(length=12), nullable=True),
        sa.Column("closed_by", sa.String(length=12), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("referred_to", sa.String(length=12), nullable=True),
        sa.Column("decline_asked_by_id", Id, nullable=True),
        sa.Column("declined_by_id", Id, nullable=True),
        sa.CheckConstraint(
            "(result_kind = 'planned') = (planned_on IS NOT NULL)", name=op.f("ck_tickets_planned_for_a_day")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_by IS NOT NULL)", name=op.f("ck_tickets_closed_by_something")
        ),
        sa.CheckConstraint(
            "(state = 'referred') = (referred_to IS NOT NULL)", name=op.f("ck_tickets_referred_somewhere")
        ),
        sa.CheckConstraint(
            "(state IN ('closed', 'referred', 'declined', 'withdrawn')) = (ended_at IS NOT NULL)",
            name=op.f("ck_tickets_ended_at_some_time"),
        ),
        sa.CheckConstraint(
            "closed_by IS NULL OR closed_by IN ('confirmed', 'call_back', 'not_asked', 'time')",
            name=op.f("ck_tickets_closed_by_known"),
        ),
        sa.CheckConstraint(
            "referred_to IS NULL OR referred_to IN ('emergency', 'petition', 'court', 'discipline', 'other_city')",
            name=op.f("ck_tickets_referred_to_known"),
        ),
        sa.CheckConstraint(
            "request_kind IS NULL OR request_kind IN ('consult', 'help', 'complain', 'report', 'suggest', 'hazard')",
            name=op.f("ck_tickets_request_kind_known"),
        ),
        sa.CheckConstraint(
            "result_kind IS NULL OR result_kind IN ('solved', 'partly', 'planned', 'explained', 'not_found', 'no_answer', 'duplicate', 'referred')",
            name=op.f("ck_tickets_result_kind_known"),
        ),
        sa.CheckConstraint(
            "satisfied IS NULL OR satisfied IN ('yes', 'basically', 'no', 'wont_say')",
            name=op.f("ck_tickets_satisfied_known"),
        ),
        sa.CheckConstraint(
            "solved IS NULL OR solved IN ('yes', 'partly', 'no')", name=op.f("ck_tickets_solved_known")
        ),
        sa.CheckConstraint(
            "source IN ('patrol', 'resident', 'proxy', 'hotline')", name=op.f("ck_tickets_source_known")
        ),
        sa.CheckConstraint(
            "state <> 'declined' OR declined_by_id IS NOT NULL", name=op.f("ck_tickets_declined_by_somebody")
        ),
        sa.CheckConstraint(
            "state <> 'merged' OR parent_id IS NOT NULL", name=op.f("ck_tickets_merged_into_something")
        ),
        sa.CheckConstraint(
            "state IN ('reported', 'assigned', 'handling', 'needs_info', 'returned', 'resolved', 'closed', 'merged', 'referred', 'declined', 'withdrawn')",
            name=op.f("ck_tickets_state_known"),
        ),
        sa.CheckConstraint(
            f"state NOT IN ({_HELD}) OR (lead_id IS NOT NULL AND own_due_at IS NOT NULL)",
            name=op.f("ck_tickets_held_by_somebody"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('resolved', 'closed') OR (result_kind IS NOT NULL AND resolved_at IS NOT NULL)",
            name=op.f("ck_tickets_answered_before_it_ends"),
        ),
        sa.CheckConstraint(
            "term_unit IS NULL OR term_unit IN ('wd', 'hour', 'office_hour')",
            name=op.f("ck_tickets_term_unit_known"),
        ),
        sa.CheckConstraint(
            "urgency IN ('emergency', 'urgent', 'normal')", name=op.f("ck_tickets_urgency_known")
        ),
        sa.CheckConstraint(
            "credit_days >= 0 AND credit_seconds >= 0 AND extended_days >= 0",
            name=op.f("ck_tickets_time_is_given_back"),
        ),
        sa.CheckConstraint(
            "declined_by_id IS NULL OR declined_by_id <> decline_asked_by_id",
            name=op.f("ck_tickets_declined_by_two"),
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_tickets_three_levels")),
        sa.CheckConstraint(
            "own_due_at IS NULL OR due_at IS NOT NULL", name=op.f("ck_tickets_due_is_never_lost")
        ),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> id", name=op.f("ck_tickets_not_its_own_parent")
        ),
        sa.CheckConstraint(
            "reporter_id IS NULL OR query_code_digest IS NULL", name=op.f("ck_tickets_anonymous_keeps_nobody")
        ),
        sa.CheckConstraint("round >= 1", name=op.f("ck_tickets_rounds_count_up")),
        sa.CheckConstraint(
            "subject_id IS NULL OR lead_id IS NULL OR subject_id <> lead_id",
            name=op.f("ck_tickets_never_by_its_subject"),
        ),
        sa.ForeignKeyConstraint(["assigned_by_id"], ["persons.id"], name=op.f("fk_tickets_assigned_by_id")),
        sa.ForeignKeyConstraint(["category"], ["ticket_categories.code"], name=op.f("fk_tickets_category")),
        sa.ForeignKeyConstraint(["community_id"], ["organisations.id"], name=op.f("fk_tickets_community_id")),
        sa.ForeignKeyConstraint(
            ["decline_asked_by_id"], ["persons.id"], name=op.f("fk_tickets_decline_asked_by_id")
        ),
        sa.ForeignKeyConstraint(["declined_by_id"], ["persons.id"], name=op.f("fk_tickets_declined_by_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["persons.id"], name=op.f("fk_tickets_entered_by_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estates.id"], name=op.f("fk_tickets_estate_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["organisations.id"], name=op.f("fk_tickets_lead_id")),
        sa.ForeignKeyConstraint(["list_item_id"], ["duty_items.id"], name=op.f("fk_tickets_list_item_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["tickets.id"], name=op.f("fk_tickets_parent_id")),
        sa.ForeignKeyConstraint(["part_of_id"], ["tickets.id"], name=op.f("fk_tickets_part_of_id")),
        sa.ForeignKeyConstraint(["place_id"], ["organisations.id"], name=op.f("fk_tickets_place_id")),
        sa.ForeignKeyConstraint(
            ["recurrence_of_id"], ["tickets.id"], name=op.f("fk_tickets_recurrence_of_id")
        ),
        sa.ForeignKeyConstraint(["reporter_id"], ["persons.id"], name=op.f("fk_tickets_reporter_id")),
        sa.ForeignKeyConstraint(["resolved_by_id"], ["persons.id"], name=op.f("fk_tickets_resolved_by_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["organisations.id"], name=op.f("fk_tickets_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("number", name=op.f("uq_tickets_number")),
    )
    op.create_index(
        "ix_tickets_due",
        "tickets",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text(f"state IN ({_HELD})"),
        postgresql_where=sa.text(f"state IN ({_HELD})"),
    )
    op.create_index(
        "ix_tickets_hint", "tickets", ["category", "community_id", "estate_id", "reported_at"], unique=False
    )
    op.create_index(
        "ix_tickets_live",
        "tickets",
        ["community_id", "id"],
        unique=False,
        sqlite_where=sa.text(
            "state IN ('reported', 'assigned', 'handling', 'needs_info', 'returned', 'merged')"
        ),
        postgresql_where=sa.text(
            "state IN ('reported', 'assigned', 'handling', 'needs_info', 'returned', 'merged')"
        ),
    )
    op.create_index("ix_tickets_parent_id", "tickets", ["parent_id"], unique=False)
    op.create_index(op.f("ix_tickets_part_of_id"), "tickets", ["part_of_id"], unique=False)
    op.create_index("ix_tickets_place", "tickets", ["place_id", "state", "id"], unique=False)
    op.create_index("ix_tickets_reporter", "tickets", ["reporter_id", "id"], unique=False)
    op.create_table(
        "ticket_references",
        sa.Column("id", Id, nullable=False),
        sa.Column("ticket_id", Id, nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_references_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_references")),
        sa.UniqueConstraint("platform", "number", name=op.f("uq_ticket_references_platform_number")),
    )
    op.create_index("ix_ticket_references_ticket_id", "ticket_references", ["ticket_id"], unique=False)
    op.create_table(
        "ticket_deadline_events",
        sa.Column("id", Id, nullable=False),
        sa.Column("ticket_id", Id, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("event", sa.String(length=12), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "event IN ('set', 'paused', 'resumed', 'extended', 'recomputed', 'round')",
            name=op.f("ck_ticket_deadline_events_event_known"),
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_deadline_events_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_deadline_events")),
    )
    op.create_index(
        "ix_ticket_deadline_events_ticket", "ticket_deadline_events", ["ticket_id", "id"], unique=False
    )


def _held() -> None:
    op.create_table(
        "ticket_assignments",
        sa.Column("id", Id, nullable=False),
        sa.Column("ticket_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("signed_at", Moment(), nullable=True),
        sa.Column("signed_by_id", Id, nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("first_contact_at", Moment(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.CheckConstraint("part IN ('lead', 'cooperate')", name=op.f("ck_ticket_assignments_part_known")),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signed_by_id IS NULL)",
            name=op.f("ck_ticket_assignments_signed_by_someone"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_ticket_assignments_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["persons.id"], name=op.f("fk_ticket_assignments_signed_by_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_assignments_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_assignments")),
    )
    op.create_index(
        "ix_ticket_assignments_holder",
        "ticket_assignments",
        ["organisation_id", "ended_at", "ticket_id"],
        unique=False,
    )
    op.create_index("ix_ticket_assignments_ticket_id", "ticket_assignments", ["ticket_id"], unique=False)
    op.create_index(
        "uq_ticket_assignments_lead",
        "ticket_assignments",
        ["ticket_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL AND part = 'lead'"),
        postgresql_where=sa.text("ended_at IS NULL AND part = 'lead'"),
    )
    op.create_index(
        "uq_ticket_assignments_live",
        "ticket_assignments",
        ["ticket_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "ticket_followers",
        sa.Column("ticket_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_ticket_followers_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_followers_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "person_id", name=op.f("pk_ticket_followers")),
    )
    op.create_index(op.f("ix_ticket_followers_person_id"), "ticket_followers", ["person_id"], unique=False)
    op.create_table(
        "ticket_substitutes",
        sa.Column("id", Id, nullable=False),
        sa.Column("absent_id", Id, nullable=False),
        sa.Column("substitute_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.CheckConstraint("absent_id <> substitute_id", name=op.f("ck_ticket_substitutes_by_another")),
        sa.CheckConstraint("to_day >= from_day", name=op.f("ck_ticket_substitutes_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["absent_id"], ["persons.id"], name=op.f("fk_ticket_substitutes_absent_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_ticket_substitutes_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["persons.id"], name=op.f("fk_ticket_substitutes_substitute_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_substitutes")),
    )
    op.create_index(
        "ix_ticket_substitutes_absent", "ticket_substitutes", ["absent_id", "to_day"], unique=False
    )
    op.create_index(
        "ix_ticket_substitutes_substitute", "ticket_substitutes", ["substitute_id", "to_day"], unique=False
    )


def _said() -> None:
    op.create_table(
        "ticket_notes",
        sa.Column("id", Id, nullable=False),
        sa.Column("ticket_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by_id", Id, nullable=True),
        sa.Column("text_sealed", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('question', 'supplied', 'urge', 'report_back', 'reopened', 'return', 'supervised')",
            name=op.f("ck_ticket_notes_kind_known"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_ticket_notes_by_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_notes_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_notes")),
    )
    op.create_index("ix_ticket_notes_ticket_id", "ticket_notes", ["ticket_id", "id"], unique=False)
    op.create_table(
        "ticket_contacts",
        sa.Column("id", Id, nullable=False),
        sa.Column("ticket_id", Id, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by_id", Id, nullable=False),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "method IN ('call', 'app', 'visit')", name=op.f("ck_ticket_contacts_method_known")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_ticket_contacts_by_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_contacts_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_contacts")),
    )
    op.create_index("ix_ticket_contacts_ticket_id", "ticket_contacts", ["ticket_id", "round"], unique=False)
    op.create_table(
        "ticket_call_backs",
        sa.Column("id", Id, nullable=False),
        sa.Column("ticket_id", Id, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by_id", Id, nullable=True),
        sa.Column("by_reporter", sa.Boolean(), nullable=False),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("solved", sa.String(length=12), nullable=True),
        sa.Column("satisfied", sa.String(length=12), nullable=True),
        sa.CheckConstraint(
            "method IN ('call', 'app', 'visit')", name=op.f("ck_ticket_call_backs_method_known")
        ),
        sa.CheckConstraint(
            "satisfied IS NULL OR satisfied IN ('yes', 'basically', 'no', 'wont_say')",
            name=op.f("ck_ticket_call_backs_satisfied_known"),
        ),
        sa.CheckConstraint(
            "solved IS NULL OR solved IN ('yes', 'partly', 'no')",
            name=op.f("ck_ticket_call_backs_solved_known"),
        ),
        sa.CheckConstraint(
            "reached = (solved IS NOT NULL)", name=op.f("ck_ticket_call_backs_reached_is_asked")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_ticket_call_backs_by_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_call_backs_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_call_backs")),
    )
    op.create_index("ix_ticket_call_backs_ticket_id", "ticket_call_backs", ["ticket_id", "id"], unique=False)
    op.create_table(
        "ticket_extensions",
        sa.Column("id", Id, nullable=False),
        sa.Column("ticket_id", Id, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", Id, nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "(granted IS NULL) = (decided_at IS NULL) AND (granted IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_ticket_extensions_decided_by_someone"),
        ),
        sa.CheckConstraint("days >= 1", name=op.f("ck_ticket_extensions_some_days")),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> asked_by_id",
            name=op.f("ck_ticket_extensions_four_eyes"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["persons.id"], name=op.f("fk_ticket_extensions_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["persons.id"], name=op.f("fk_ticket_extensions_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_extensions_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_extensions")),
    )
    op.create_index(
        "uq_ticket_extensions_open",
        "ticket_extensions",
        ["ticket_id"],
        unique=True,
        sqlite_where=sa.text("granted IS NULL"),
        postgresql_where=sa.text("granted IS NULL"),
    )
    op.create_table(
        "ticket_flags",
        sa.Column("ticket_id", Id, nullable=False),
        sa.Column("raised_at", Moment(), nullable=False),
        sa.Column("look_by", Moment(), nullable=False),
        sa.Column("looked_by_id", Id, nullable=True),
        sa.Column("result", sa.String(length=12), nullable=True),
        sa.CheckConstraint(
            "result IS NULL OR result IN ('clear', 'sensitive')", name=op.f("ck_ticket_flags_result_known")
        ),
        sa.CheckConstraint(
            "(result IS NULL) = (looked_by_id IS NULL)", name=op.f("ck_ticket_flags_looked_by_someone")
        ),
        sa.ForeignKeyConstraint(["looked_by_id"], ["persons.id"], name=op.f("fk_ticket_flags_looked_by_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_flags_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_flags")),
    )
