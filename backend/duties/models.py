"""Lists and their items, categories with their terms, estates: with their rules repeated as constraints."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Json, Model, Moment, sql_list
from backend.duties.kinds import ChangeState, ImportState, ListKind, RowKind, TermUnit
from backend.people.permissions import Permission
from backend.personal import handler, not_personal

# How long what a list says may be, at each door.
CODE_MAX, NAME_MAX, TITLE_MAX, DOES_MAX, BASIS_MAX = 40, 200, 120, 500, 500
CATEGORY_MAX, ESTATE_MAX, WORDS_MAX = 60, 80, 500
TERM_MAX = 400


class TicketCategory(Model):
    """What somebody reports, in a tree of at most three levels: `environment.rubbish` lies below `environment`. One
    that is no longer used stays, because tickets name it."""

    __tablename__ = "ticket_categories"
    __table_args__ = (
        sa.CheckConstraint("depth BETWEEN 1 AND 3", name="three_levels"),
        sa.CheckConstraint("(depth = 1) = (parent_code IS NULL)", name="roots_have_no_parent"),
        sa.CheckConstraint("parent_code IS NULL OR parent_code <> code", name="not_below_itself"),
    )

    code: Mapped[str] = mapped_column(sa.String(CATEGORY_MAX), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(
        sa.String(CATEGORY_MAX), sa.ForeignKey("ticket_categories.code"), index=True
    )
    depth: Mapped[int] = mapped_column(sa.Integer)
    name: Mapped[str] = mapped_column(sa.String(NAME_MAX), info=not_personal("a category's", code=True))
    active: Mapped[bool] = mapped_column(sa.Boolean, default=True)


class TermRule(Model):
    """How long something may take: of a category, a kind of request, an urgency, or of whatever is left empty; from a day
    on. The most particular rule counts."""

    __tablename__ = "term_rules"
    __table_args__ = (
        sa.CheckConstraint(f"unit IN {sql_list(TermUnit)}", name="unit_known"),
        sa.CheckConstraint(f"value BETWEEN 0 AND {TERM_MAX}", name="value_sensible"),
        sa.CheckConstraint(
            "category_code IS NOT NULL OR request_kind IS NOT NULL OR urgency IS NOT NULL",
            name="says_of_what",
        ),
        sa.Index("ix_term_rules_category", "category_code", "valid_from"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    category_code: Mapped[str | None] = mapped_column(
        sa.String(CATEGORY_MAX), sa.ForeignKey("ticket_categories.code")
    )
    request_kind: Mapped[str | None] = mapped_column(
        sa.String(12), info=not_personal("one of a few words", code=True)
    )
    urgency: Mapped[str | None] = mapped_column(
        sa.String(12), info=not_personal("one of a few words", code=True)
    )
    value: Mapped[int] = mapped_column(sa.Integer)
    unit: Mapped[str] = mapped_column(sa.String(12))
    valid_from: Mapped[date] = mapped_column(sa.Date)


class Estate(Model):
    """小区: where people live within a community; no organisation, nobody is appointed there."""

    __tablename__ = "estates"
    __table_args__ = (sa.UniqueConstraint("community_id", "name"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(sa.String(ESTATE_MAX), info=not_personal("an estate's", code=True))


class DutyList(Model):
    """One version of a list, in force on the days from `valid_from` to `valid_to`, both included."""

    __tablename__ = "duty_lists"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {sql_list(ListKind)}", name="kind_known"),
        sa.CheckConstraint("version >= 1", name="versions_count_up"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_it_begins"),
        sa.UniqueConstraint("kind", "version"),
        # One that has no end yet, of each kind.
        sa.Index(
            "uq_duty_lists_current",
            "kind",
            unique=True,
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        ),
    )
    journal_kind = "duty_list"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    version: Mapped[int] = mapped_column(sa.Integer)
    title: Mapped[str] = mapped_column(sa.String(TITLE_MAX), info=not_personal("a list's", code=True))
    document_no: Mapped[str | None] = mapped_column(
        sa.String(60), info=not_personal("a document's number", code=True)
    )
    valid_from: Mapped[date] = mapped_column(sa.Date)
    valid_to: Mapped[date | None] = mapped_column(sa.Date)


class DutyItem(Model):
    """An item of one version. Without `lead_unit_id` the grid, community or town of the place is in charge."""

    __tablename__ = "duty_items"
    __table_args__ = (
        sa.UniqueConstraint("list_id", "code"),
        sa.CheckConstraint("(term_value IS NULL) = (term_unit IS NULL)", name="term_is_whole"),
        sa.CheckConstraint(f"term_unit IS NULL OR term_unit IN {sql_list(TermUnit)}", name="term_unit_known"),
        sa.CheckConstraint(
            f"term_value IS NULL OR term_value BETWEEN 0 AND {TERM_MAX}", name="term_sensible"
        ),
        sa.Index("ix_duty_items_lead_unit_id", "lead_unit_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    list_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("duty_lists.id"))
    code: Mapped[str] = mapped_column(sa.String(CODE_MAX))
    name: Mapped[str] = mapped_column(sa.String(NAME_MAX), info=not_personal("an item's", code=True))
    lead_unit_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    lead_does: Mapped[str | None] = mapped_column(
        sa.String(DOES_MAX), info=not_personal("a unit's duty", code=True)
    )
    cooperator_does: Mapped[str | None] = mapped_column(
        sa.String(DOES_MAX), info=not_personal("a unit's duty", code=True)
    )
    town_does: Mapped[str | None] = mapped_column(
        sa.String(DOES_MAX), info=not_personal("a town's duty", code=True)
    )
    legal_basis: Mapped[str | None] = mapped_column(
        sa.String(BASIS_MAX), info=not_personal("a law's", code=True)
    )
    term_value: Mapped[int | None] = mapped_column(sa.Integer)
    term_unit: Mapped[str | None] = mapped_column(sa.String(12))


class ItemCooperator(Model):
    """A unit that helps with an item."""

    __tablename__ = "duty_item_cooperators"

    item_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("duty_items.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("organisations.id"), primary_key=True, index=True
    )


class ItemCategory(Model):
    """What somebody reports for which an item says who is in charge."""

    __tablename__ = "duty_item_categories"
    __table_args__ = (sa.Index("ix_duty_item_categories_code", "category_code", "item_id"),)

    item_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("duty_items.id"), primary_key=True)
    category_code: Mapped[str] = mapped_column(
        sa.String(CATEGORY_MAX), sa.ForeignKey("ticket_categories.code"), primary_key=True
    )


class ItemChange(Model):
    """A proposal to change a list: staff met something that it says wrongly, or does not say. The list office (编办)
    decides; what it grants stands in the next version that is brought in."""

    __tablename__ = "duty_item_changes"
    __four_eyes__ = (("decided_by_id", "proposed_by_id"),)
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(ChangeState)}", name="state_known"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> proposed_by_id", name="four_eyes"),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL) AND (decided_at IS NULL) = (reason IS NULL)"
            " AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name="decided_by_someone",
        ),
        sa.Index("ix_duty_item_changes_queue", "state", "id"),
        sa.Index("ix_duty_item_changes_proposed_by_id", "proposed_by_id", "id"),
    )
    journal_kind = "duty_item_change"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    item_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("duty_items.id"))
    place_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    proposal: Mapped[str] = mapped_column(sa.String(WORDS_MAX), info=not_personal("a list should say it"))
    why: Mapped[str] = mapped_column(sa.String(WORDS_MAX), info=not_personal("a list should say it"))
    state: Mapped[str] = mapped_column(sa.String(12))
    proposed_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str | None] = mapped_column(sa.String(WORDS_MAX), info=not_personal("a list's office's"))

    def facts_about(self, person_id: int) -> frozenset[str]:
        """Whether the person proposed it."""
        return frozenset({"suggester"} if self.proposed_by_id == person_id else ())

    def visible_to(self, _person_id: int, words: frozenset[str], facts: frozenset[str]) -> bool:
        """To who proposed it and to who decides."""
        return "suggester" in facts or Permission.LIST_CHANGE in words


class DutyImport(Model):
    """A sheet that is to become the next version of a list: compared with the newest one, and nothing is written of it
    before somebody has confirmed it. `base_version` is what it was compared with, nothing for the first."""

    __tablename__ = "duty_imports"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(ImportState)}", name="state_known"),
        sa.CheckConstraint(f"list_kind IN {sql_list(ListKind)}", name="list_kind_known"),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_at IS NOT NULL)", name="confirmed_at_some_time"
        ),
        sa.CheckConstraint("list_id IS NULL OR state = 'confirmed'", name="made_by_confirming"),
    )
    journal_kind = "duty_import"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    list_kind: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[str] = mapped_column(sa.String(TITLE_MAX), info=not_personal("a list's", code=True))
    valid_from: Mapped[date] = mapped_column(sa.Date)
    base_version: Mapped[int] = mapped_column(sa.Integer)
    state: Mapped[str] = mapped_column(sa.String(12))
    by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), index=True, info=handler())
    made_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    # What it became; nothing, where it said what the list said already.
    list_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("duty_lists.id"))


class DutyImportRow(Model):
    """A row of such a sheet. One without a line is not in it: an item that the next version leaves out."""

    __tablename__ = "duty_import_rows"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {sql_list(RowKind)}", name="kind_known"),
        sa.Index("ix_duty_import_rows_import", "import_id", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    import_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("duty_imports.id"))
    line: Mapped[int | None] = mapped_column(sa.Integer)
    kind: Mapped[str] = mapped_column(sa.String(12))
    code: Mapped[str | None] = mapped_column(sa.String(CODE_MAX))
    # What the item will say; nothing of one that is left out, or that nobody could read.
    said: Mapped[dict[str, Any] | None] = mapped_column(Json, info=not_personal("an item's", code=True))
    # Names of columns that say something else, and what is wrong with a row.
    changes: Mapped[list[str]] = mapped_column(Json, info=not_personal("columns of a list", code=True))
    faults: Mapped[list[str]] = mapped_column(Json, info=not_personal("columns and sentences", code=True))
