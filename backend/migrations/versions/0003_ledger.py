"""points"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment, append_only

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "earning_rules",
        sa.Column("id", Id, nullable=False),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", Id, nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("cap_per_activity", sa.Integer(), nullable=True),
        sa.Column("cap_per_day", sa.Integer(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("made_by_id", Id, nullable=True),
        sa.CheckConstraint(
            "event IN ('wish_confirmed', 'service_hour')", name=op.f("ck_earning_rules_event_known")
        ),
        sa.CheckConstraint("cap_per_activity > 0", name=op.f("ck_earning_rules_cap_per_activity_positive")),
        sa.CheckConstraint("cap_per_day > 0", name=op.f("ck_earning_rules_cap_per_day_positive")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_earning_rules_points_not_negative")),
        sa.ForeignKeyConstraint(["made_by_id"], ["persons.id"], name=op.f("fk_earning_rules_made_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_earning_rules_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earning_rules")),
        sa.UniqueConstraint(
            "event", "organisation_id", "version", name=op.f("uq_earning_rules_event_organisation_id_version")
        ),
    )
    with op.batch_alter_table("earning_rules", schema=None) as batch_op:
        batch_op.create_index(
            "uq_earning_rules_city",
            ["event", "version"],
            unique=True,
            sqlite_where=sa.text("organisation_id IS NULL"),
            postgresql_where=sa.text("organisation_id IS NULL"),
        )

    op.create_table(
        "purses",
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("available", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.CheckConstraint("available >= 0", name=op.f("ck_purses_available_not_negative")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_purses_held_not_negative")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_purses_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_purses")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", Id, nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("community_id", Id, nullable=True),
        sa.Column("lot", sa.String(length=8), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("balance", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(person_id IS NOT NULL) = (kind IN ('lot', 'held'))", name=op.f("ck_accounts_persons_hold_lots")
        ),
        sa.CheckConstraint(
            "kind <> 'held' OR address = 'person:' || person_id || ':' || lot || ':' || 'held'",
            name=op.f("ck_accounts_address_of_held"),
        ),
        sa.CheckConstraint(
            "kind <> 'lot' OR address = 'person:' || person_id || ':' || lot",
            name=op.f("ck_accounts_address_of_lot"),
        ),
        sa.CheckConstraint(
            "kind IN ('lot', 'held', 'issuance', 'spent', 'expired', 'adjusted')",
            name=op.f("ck_accounts_kind_known"),
        ),
        sa.CheckConstraint(
            "person_id IS NULL OR (lot = 'never') = (ends_on IS NULL)",
            name=op.f("ck_accounts_never_has_no_last_day"),
        ),
        sa.CheckConstraint(
            "(person_id IS NOT NULL) = (balance IS NOT NULL)",
            name=op.f("ck_accounts_stored_for_persons_only"),
        ),
        sa.CheckConstraint(
            "(person_id IS NULL) = (community_id IS NOT NULL)", name=op.f("ck_accounts_someone_owns_it")
        ),
        sa.CheckConstraint("(person_id IS NULL) = (lot IS NULL)", name=op.f("ck_accounts_lots_are_persons")),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_accounts_balance_not_negative")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["organisations.id"], name=op.f("fk_accounts_community_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["purses.person_id"], name=op.f("fk_accounts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("address", name=op.f("uq_accounts_address")),
        sa.UniqueConstraint("person_id", "lot", "kind", name=op.f("uq_accounts_person_id_lot_kind")),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accounts_community_id"), ["community_id"], unique=False)
        batch_op.create_index(
            "ix_accounts_ending",
            ["ends_on"],
            unique=False,
            sqlite_where=sa.text("kind = 'lot'"),
            postgresql_where=sa.text("kind = 'lot'"),
        )

    op.create_table(
        "holds",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (closed_at IS NULL)", name=op.f("ck_holds_closed_at_some_time")
        ),
        sa.CheckConstraint("state IN ('open', 'settled', 'released')", name=op.f("ck_holds_state_known")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_holds_amount_positive")),
        sa.ForeignKeyConstraint(["person_id"], ["purses.person_id"], name=op.f("fk_holds_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.UniqueConstraint("reference", name=op.f("uq_holds_reference")),
    )
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.create_index(
            "ix_holds_open",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(batch_op.f("ix_holds_person_id"), ["person_id"], unique=False)

    op.create_table(
        "transfers",
        sa.Column("id", Id, nullable=False),
        sa.Column("source_id", Id, nullable=False),
        sa.Column("target_id", Id, nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by_id", Id, nullable=True),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("rule_id", Id, nullable=True),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("earned_on", sa.Date(), nullable=True),
        sa.Column("cap_group", sa.String(length=80), nullable=True),
        sa.Column("hold_id", Id, nullable=True),
        sa.Column("reverses_id", Id, nullable=True),
        sa.CheckConstraint(
            "(kind = 'award') = (earned_on IS NOT NULL)", name=op.f("ck_transfers_award_names_its_day")
        ),
        sa.CheckConstraint(
            "(kind = 'award') = (rule_id IS NOT NULL)", name=op.f("ck_transfers_award_names_its_rule")
        ),
        sa.CheckConstraint(
            "(kind = 'award') = (units IS NOT NULL)", name=op.f("ck_transfers_award_names_its_units")
        ),
        sa.CheckConstraint(
            "(kind = 'reverse') = (reverses_id IS NOT NULL)",
            name=op.f("ck_transfers_reversal_names_its_pair"),
        ),
        sa.CheckConstraint(
            "(kind IN ('hold', 'settle', 'release')) = (hold_id IS NOT NULL)",
            name=op.f("ck_transfers_hold_is_named"),
        ),
        sa.CheckConstraint(
            "kind IN ('award', 'opening', 'hold', 'settle', 'release', 'expire', 'adjust', 'reverse')",
            name=op.f("ck_transfers_kind_known"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_transfers_amount_positive")),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_transfers_balance_not_negative")),
        sa.CheckConstraint("reverses_id <> id", name=op.f("ck_transfers_reverses_another")),
        sa.CheckConstraint("source_id <> target_id", name=op.f("ck_transfers_goes_somewhere")),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_transfers_by_id")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["organisations.id"], name=op.f("fk_transfers_community_id")
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_transfers_hold_id")),
        sa.ForeignKeyConstraint(["person_id"], ["purses.person_id"], name=op.f("fk_transfers_person_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["transfers.id"], name=op.f("fk_transfers_reverses_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["earning_rules.id"], name=op.f("fk_transfers_rule_id")),
        sa.ForeignKeyConstraint(["source_id"], ["accounts.id"], name=op.f("fk_transfers_source_id")),
        sa.ForeignKeyConstraint(["target_id"], ["accounts.id"], name=op.f("fk_transfers_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("reference", name=op.f("uq_transfers_reference")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_transfers_reverses_id")),
    )
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.create_index(
            "ix_transfers_cap_group",
            ["person_id", "cap_group"],
            unique=False,
            sqlite_where=sa.text("cap_group IS NOT NULL"),
            postgresql_where=sa.text("cap_group IS NOT NULL"),
        )
        batch_op.create_index("ix_transfers_community", ["community_id", "id"], unique=False)
        batch_op.create_index(
            "ix_transfers_earned",
            ["person_id", "earned_on"],
            unique=False,
            sqlite_where=sa.text("earned_on IS NOT NULL"),
            postgresql_where=sa.text("earned_on IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_transfers_hold",
            ["hold_id"],
            unique=False,
            sqlite_where=sa.text("hold_id IS NOT NULL"),
            postgresql_where=sa.text("hold_id IS NOT NULL"),
        )
        batch_op.create_index("ix_transfers_person", ["person_id", "id"], unique=False)
        batch_op.create_index("ix_transfers_source", ["source_id", "amount"], unique=False)
        batch_op.create_index("ix_transfers_target", ["target_id", "amount"], unique=False)

    for table in ("transfers", "earning_rules"):
        for statement in append_only(table, op.get_bind().dialect.name):
            op.execute(statement)
