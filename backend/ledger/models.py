"""The ledger's tables. A transfer is one row with a source and a target, so it cannot be out of balance.

What the code refuses is refused here again, for the script that goes past the code.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment
from backend.erasable import digest_column
from backend.journal import JournalLine
from backend.personal import PersonalTable, Purpose, handler, internal, on_merge, personal

# `lot` and `held` are a person's; the others are the system's.
ACCOUNT_KINDS = ("lot", "held", "issuance", "spent", "expired", "adjusted")
TRANSFER_KINDS = ("award", "opening", "hold", "settle", "release", "expire", "adjust", "reverse", "merge")
HOLD_STATES = ("open", "settled", "released")
EVENTS = ("wish_confirmed", "service_hour")
_OF_THE_BOOKS = "numbers of the books; the title says what it was"


class Purse(Model):
    """A person's points in two numbers. Its row is the first lock of every movement of that person."""

    __tablename__ = "purses"
    __personal__ = [PersonalTable("person_id", "积分合计", "points", position=160)]
    __table_args__ = (
        sa.CheckConstraint("available >= 0", name="available_not_negative"),
        sa.CheckConstraint("held >= 0", name="held_not_negative"),
    )

    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("persons.id"), primary_key=True, autoincrement=False, info=on_merge("step")
    )
    available: Mapped[int] = mapped_column(sa.Integer, default=0)
    held: Mapped[int] = mapped_column(sa.Integer, default=0)


class Account(Model):
    """Where points can be. A person's has a stored, guarded balance; the system's are summed, never stored.

    A community's issuance would else be one row that all its awards fight for.
    """

    __tablename__ = "accounts"
    __personal__ = [PersonalTable("person_id", "积分分批", "points_lots", position=170)]
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {ACCOUNT_KINDS}", name="kind_known"),
        sa.CheckConstraint("balance >= 0", name="balance_not_negative"),
        sa.CheckConstraint("(person_id IS NOT NULL) = (balance IS NOT NULL)", name="stored_for_persons_only"),
        sa.CheckConstraint("(person_id IS NOT NULL) = (kind IN ('lot', 'held'))", name="persons_hold_lots"),
        sa.CheckConstraint("(person_id IS NULL) = (community_id IS NOT NULL)", name="someone_owns_it"),
        sa.CheckConstraint("(person_id IS NULL) = (lot IS NULL)", name="lots_are_persons"),
        sa.CheckConstraint(
            "person_id IS NULL OR (lot = 'never') = (ends_on IS NULL)", name="never_has_no_last_day"
        ),
        sa.CheckConstraint(
            "kind <> 'lot' OR address = 'person:' || person_id || ':' || lot", name="address_of_lot"
        ),
        sa.CheckConstraint(
            "kind <> 'held' OR address = 'person:' || person_id || ':' || lot || ':' || 'held'",
            name="address_of_held",
        ),
        sa.UniqueConstraint("person_id", "lot", "kind"),
        # Without the balance in it: an index on what every movement changes would slow every movement.
        sa.Index(
            "ix_accounts_ending",
            "ends_on",
            sqlite_where=sa.text("kind = 'lot'"),
            postgresql_where=sa.text("kind = 'lot'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    address: Mapped[str] = mapped_column(
        sa.String(64),
        unique=True,
        info=internal("the account's own name in the ledger, which repeats the rest"),
    )
    kind: Mapped[str] = mapped_column(sa.String(12))
    person_id: Mapped[int | None] = mapped_column(
        Id, sa.ForeignKey("purses.person_id"), info=on_merge("step")
    )
    community_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"), index=True)
    lot: Mapped[str | None] = mapped_column(sa.String(8))
    # The last business day on which these points can be used; empty: they never end.
    ends_on: Mapped[date | None] = mapped_column(sa.Date)
    balance: Mapped[int | None] = mapped_column(sa.Integer)


class EarningRule(Model):
    """How many points a unit of an event brings. A change is a new version; the old one stays as it was."""

    __tablename__ = "earning_rules"
    __table_args__ = (
        sa.CheckConstraint(f"event IN {EVENTS}", name="event_known"),
        sa.CheckConstraint("points >= 0", name="points_not_negative"),
        sa.CheckConstraint("cap_per_activity > 0", name="cap_per_activity_positive"),
        sa.CheckConstraint("cap_per_day > 0", name="cap_per_day_positive"),
        sa.UniqueConstraint("event", "organisation_id", "version"),
        # A unique constraint takes two empty organisations for different ones.
        sa.Index(
            "uq_earning_rules_city",
            "event",
            "version",
            unique=True,
            sqlite_where=sa.text("organisation_id IS NULL"),
            postgresql_where=sa.text("organisation_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    event: Mapped[str] = mapped_column(sa.String(24))
    version: Mapped[int] = mapped_column(sa.Integer)
    # Empty: the whole city. A community's own rule stands before the city's.
    organisation_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    points: Mapped[int] = mapped_column(sa.Integer)
    # Both in points a person.
    cap_per_activity: Mapped[int | None] = mapped_column(sa.Integer)
    cap_per_day: Mapped[int | None] = mapped_column(sa.Integer)
    effective_from: Mapped[date] = mapped_column(sa.Date)
    made_by_id: Mapped[int | None] = mapped_column(
        Id, sa.ForeignKey("persons.id"), info=handler(merged="stay")
    )


class Hold(Model):
    """Points set aside for something not yet decided. It is settled or released, once."""

    __tablename__ = "holds"
    __personal__ = [PersonalTable("person_id", "冻结的积分", "points_held", position=180)]
    __table_args__ = (
        sa.CheckConstraint(f"state IN {HOLD_STATES}", name="state_known"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_at_some_time"),
        sa.Index(
            "ix_holds_open",
            "id",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("purses.person_id"), index=True, info=on_merge("step")
    )
    reference: Mapped[str] = mapped_column(sa.String(120), unique=True)
    amount: Mapped[int] = mapped_column(sa.Integer)
    state: Mapped[str] = mapped_column(sa.String(12), default="open")
    opened_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)


class Transfer(Model):
    """So many points of one person went from here to there, for this reason. Append-only.

    `person_id` is whose points they are, `balance` what that person had available after it. A merge goes from the
    lots of a record that was joined to this person's. An award also says its units, the day it was earned on and the
    group (an activity) that its cap counts.
    """

    __tablename__ = "transfers"
    __personal__ = [PersonalTable("person_id", "积分流水", "points_statement", position=190)]
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {TRANSFER_KINDS}", name="kind_known"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("source_id <> target_id", name="goes_somewhere"),
        sa.CheckConstraint("balance >= 0", name="balance_not_negative"),
        sa.CheckConstraint("(kind = 'award') = (rule_id IS NOT NULL)", name="award_names_its_rule"),
        sa.CheckConstraint("(kind = 'award') = (units IS NOT NULL)", name="award_names_its_units"),
        sa.CheckConstraint("(kind = 'award') = (earned_on IS NOT NULL)", name="award_names_its_day"),
        sa.CheckConstraint(
            "(kind IN ('hold', 'settle', 'release')) = (hold_id IS NOT NULL)", name="hold_is_named"
        ),
        sa.CheckConstraint("(kind = 'reverse') = (reverses_id IS NOT NULL)", name="reversal_names_its_pair"),
        # In parts, but never by more than it moved: compares rows, so the trigger transfers_reversed_in_parts does it.
        sa.CheckConstraint("reverses_id <> id", name="reverses_another"),
        sa.Index("ix_transfers_reverses", "reverses_id"),
        sa.Index("ix_transfers_person", "person_id", "id"),
        # Registers and sums ask for days of a community, however old its books are.
        sa.Index("ix_transfers_community_at", "community_id", "at", "id"),
        # A business day is sealed, and verified, in the order of time.
        sa.Index("ix_transfers_at", "at", "id"),
        # The amount rides along: sums of the system's accounts are read from the index alone.
        sa.Index("ix_transfers_source", "source_id", "amount"),
        sa.Index("ix_transfers_target", "target_id", "amount"),
        sa.Index(
            "ix_transfers_cap_group",
            "person_id",
            "cap_group",
            sqlite_where=sa.text("cap_group IS NOT NULL"),
            postgresql_where=sa.text("cap_group IS NOT NULL"),
        ),
        sa.Index(
            "ix_transfers_earned",
            "person_id",
            "earned_on",
            sqlite_where=sa.text("earned_on IS NOT NULL"),
            postgresql_where=sa.text("earned_on IS NOT NULL"),
        ),
        sa.Index(
            "ix_transfers_hold",
            "hold_id",
            sqlite_where=sa.text("hold_id IS NOT NULL"),
            postgresql_where=sa.text("hold_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    source_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("accounts.id"), info=internal(_OF_THE_BOOKS))
    target_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("accounts.id"), info=internal(_OF_THE_BOOKS))
    amount: Mapped[int] = mapped_column(sa.Integer)
    reference: Mapped[str] = mapped_column(sa.String(160), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    at: Mapped[datetime] = mapped_column(Moment)
    # Empty when time itself acted (points ended).
    by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler(merged="stay"))
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("purses.person_id"), info=on_merge("stay"))
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    title: Mapped[str] = mapped_column(sa.Text, info=personal(Purpose.POINTS, on_erasure="redact"))
    title_digest: Mapped[str | None] = digest_column()
    balance: Mapped[int] = mapped_column(sa.Integer)
    rule_id: Mapped[int | None] = mapped_column(
        Id, sa.ForeignKey("earning_rules.id"), info=internal(_OF_THE_BOOKS)
    )
    units: Mapped[int | None] = mapped_column(sa.Integer)
    earned_on: Mapped[date | None] = mapped_column(sa.Date)
    cap_group: Mapped[str | None] = mapped_column(sa.String(80))
    hold_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("holds.id"))
    reverses_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("transfers.id"))


class Seal(Model):
    """封存: the digest of one business day's transfers and journal lines, chained to the day before it.

    `key_id` names the key of the signature and of the keyed digests, without telling it. Append-only.
    """

    __tablename__ = "seals"
    __table_args__ = (sa.CheckConstraint("transfers >= 0 AND journal_lines >= 0", name="rows_counted"),)

    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    # Unique, so that the chain cannot fork.
    previous_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    # What is printed and shown: four groups of four signs.
    short: Mapped[str] = mapped_column(sa.String(19))
    transfers: Mapped[int] = mapped_column(sa.Integer)
    transfers_root: Mapped[str] = mapped_column(sa.String(64))
    journal_lines: Mapped[int] = mapped_column(sa.Integer)
    journal_root: Mapped[str] = mapped_column(sa.String(64))
    key_id: Mapped[str] = mapped_column(sa.String(16))
    signature: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime] = mapped_column(Moment)


class SealedPage(Model):
    """Some hundred rows of a sealed day, in the order of time up to `last_at` and `last_id`. Append-only.

    `digest` is of all its rows; `marks` has for each row its id and the beginning of its digest, so that a
    row that was changed can be named.
    """

    __tablename__ = "seal_pages"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('transfer', 'journal')", name="kind_known"),
        sa.CheckConstraint("size > 0", name="not_empty"),
    )

    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(sa.Integer)
    last_at: Mapped[datetime] = mapped_column(Moment)
    last_id: Mapped[int] = mapped_column(Id)
    digest: Mapped[str] = mapped_column(sa.String(64))
    marks: Mapped[bytes] = mapped_column(sa.LargeBinary)


# The journal belongs to everyone; only its seals ask for it by time.
sa.Index("ix_journal_at", JournalLine.at, JournalLine.id)
