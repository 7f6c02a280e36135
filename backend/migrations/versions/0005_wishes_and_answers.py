"""wishes and answers"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Json, Moment  # noqa: F401

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer_sealed", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_idempotency_keys_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_idempotency_keys_person_id_key")),
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index("ix_idempotency_keys_created_at", ["created_at"], unique=False)

    op.create_table(
        "rounds",
        sa.Column("id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("collect_until", sa.Date(), nullable=False),
        sa.Column("publish_until", sa.Date(), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "state IN ('collecting', 'reviewing', 'published', 'closed')", name=op.f("ck_rounds_state_known")
        ),
        sa.CheckConstraint("last_sequence >= 0", name=op.f("ck_rounds_sequence_counts_up")),
        sa.CheckConstraint("publish_until >= collect_until", name=op.f("ck_rounds_days_in_order")),
        sa.ForeignKeyConstraint(["community_id"], ["organisations.id"], name=op.f("fk_rounds_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("community_id", "number", name=op.f("uq_rounds_community_id_number")),
    )
    with op.batch_alter_table("rounds", schema=None) as batch_op:
        batch_op.create_index("ix_rounds_state", ["state", "community_id"], unique=False)
        batch_op.create_index(
            "uq_rounds_one_collecting",
            ["community_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('collecting', 'reviewing')"),
            postgresql_where=sa.text("state IN ('collecting', 'reviewing')"),
        )
        batch_op.create_index(
            "uq_rounds_one_published",
            ["community_id"],
            unique=True,
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )

    op.create_table(
        "wishes",
        sa.Column("id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("grid_id", Id, nullable=True),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=12), nullable=False),
        sa.Column("beneficiary_group", sa.String(length=12), nullable=False),
        sa.Column("service_role", sa.String(length=16), nullable=True),
        sa.Column("estimated_cost", sa.Integer(), nullable=False),
        sa.Column("wanted_by", sa.Date(), nullable=True),
        sa.Column("disclosure", sa.String(length=12), nullable=False),
        sa.Column("salutation", sa.String(length=8), nullable=True),
        sa.Column("wisher_id", Id, nullable=False),
        sa.Column("reporter_id", Id, nullable=True),
        sa.Column("on_behalf_reason", sa.Text(), nullable=True),
        sa.Column("address_sealed", sa.Text(), nullable=True),
        sa.Column("phone_sealed", sa.Text(), nullable=True),
        sa.Column("reviewer_id", Id, nullable=True),
        sa.Column("claimer_id", Id, nullable=True),
        sa.Column("review_reason", sa.Text(), nullable=True),
        sa.Column("referred_to", sa.String(length=12), nullable=True),
        sa.Column("carried", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("submitted_at", Moment(), nullable=True),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("fulfilled_at", Moment(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("confirmed_by_id", Id, nullable=True),
        sa.Column("confirm_method", sa.String(length=12), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_by_id IS NOT NULL) AND (state = 'confirmed') = (solved IS NOT NULL)",
            name=op.f("ck_wishes_confirmed_by_someone"),
        ),
        sa.CheckConstraint(
            "beneficiary_group IN ('elder', 'child', 'disabled', 'family', 'worker', 'other')",
            name=op.f("ck_wishes_group_known"),
        ),
        sa.CheckConstraint(
            "category IN ('goods', 'service', 'company', 'repair', 'learning', 'other')",
            name=op.f("ck_wishes_category_known"),
        ),
        sa.CheckConstraint("disclosure IN ('anonymous', 'title')", name=op.f("ck_wishes_disclosure_known")),
        sa.CheckConstraint(
            "state <> 'published' OR published_at IS NOT NULL", name=op.f("ck_wishes_published_has_a_time")
        ),
        sa.CheckConstraint(
            "state <> 'referred' OR referred_to IS NOT NULL", name=op.f("ck_wishes_referred_somewhere")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'sent_back', 'accepted', 'declined', 'referred', 'published', 'claimed', 'fulfilled', 'confirmed', 'closed_unconfirmed', 'carried_over', 'escalated', 'withdrawn')",
            name=op.f("ck_wishes_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'published', 'claimed', 'fulfilled', 'confirmed', 'closed_unconfirmed', 'carried_over', 'escalated') OR (reviewer_id IS NOT NULL AND number IS NOT NULL)",
            name=op.f("ck_wishes_accepted_means_reviewed_and_numbered"),
        ),
        sa.CheckConstraint(
            "(reporter_id IS NULL) = (on_behalf_reason IS NULL)", name=op.f("ck_wishes_on_behalf_with_reason")
        ),
        sa.CheckConstraint("carried IN (0, 1)", name=op.f("ck_wishes_carried_over_once")),
        sa.CheckConstraint(
            "confirmed_by_id IS NULL OR (confirmed_by_id <> reviewer_id AND confirmed_by_id <> claimer_id)",
            name=op.f("ck_wishes_confirmed_by_another"),
        ),
        sa.CheckConstraint(
            "(state IN ('claimed', 'fulfilled', 'confirmed', 'closed_unconfirmed')) = (claimer_id IS NOT NULL)",
            name=op.f("ck_wishes_claimed_by_someone"),
        ),
        sa.CheckConstraint(
            "claimer_id IS NULL OR (claimer_id <> wisher_id AND claimer_id <> reviewer_id"
            " AND claimer_id <> coalesce(reporter_id, -1))",
            name=op.f("ck_wishes_claimed_by_another"),
        ),
        sa.CheckConstraint("estimated_cost >= 0", name=op.f("ck_wishes_cost_not_negative")),
        sa.CheckConstraint(
            "reviewer_id IS NULL OR (reviewer_id <> wisher_id AND reviewer_id <> coalesce(reporter_id, -1))",
            name=op.f("ck_wishes_reviewed_by_another"),
        ),
        sa.CheckConstraint(
            "satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name=op.f("ck_wishes_satisfaction_1_to_5")
        ),
        sa.ForeignKeyConstraint(["community_id"], ["organisations.id"], name=op.f("fk_wishes_community_id")),
        sa.ForeignKeyConstraint(["claimer_id"], ["persons.id"], name=op.f("fk_wishes_claimer_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["persons.id"], name=op.f("fk_wishes_confirmed_by_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["organisations.id"], name=op.f("fk_wishes_grid_id")),
        sa.ForeignKeyConstraint(["reporter_id"], ["persons.id"], name=op.f("fk_wishes_reporter_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["persons.id"], name=op.f("fk_wishes_reviewer_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_wishes_round_id")),
        sa.ForeignKeyConstraint(["wisher_id"], ["persons.id"], name=op.f("fk_wishes_wisher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wishes")),
        sa.UniqueConstraint("number", name=op.f("uq_wishes_number")),
    )
    with op.batch_alter_table("wishes", schema=None) as batch_op:
        batch_op.create_index("ix_wishes_community_state", ["community_id", "state", "id"], unique=False)
        batch_op.create_index("ix_wishes_reporter", ["reporter_id", "id"], unique=False)
        batch_op.create_index("ix_wishes_round", ["round_id", "state"], unique=False)
        batch_op.create_index("ix_wishes_wisher", ["wisher_id", "id"], unique=False)
    on_the_wall = sa.text("state IN ('published', 'claimed', 'confirmed')")
    newest_first = [sa.text("published_at DESC"), sa.text("id DESC")]
    for name, columns in (
        ("ix_wishes_wall", ["community_id", *newest_first]),
        ("ix_wishes_city_wall", newest_first),
    ):
        op.create_index(name, "wishes", columns, sqlite_where=on_the_wall, postgresql_where=on_the_wall)

    op.create_table(
        "claims",
        sa.Column("id", Id, nullable=False),
        sa.Column("wish_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("party", sa.String(length=12), nullable=False),
        sa.Column("team_id", Id, nullable=True),
        sa.Column("unit_id", Id, nullable=True),
        sa.Column("claimed_at", Moment(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("reminded_at", Moment(), nullable=True),
        sa.Column("fulfilled_at", Moment(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(party = 'team') = (team_id IS NOT NULL)", name=op.f("ck_claims_team_named")),
        sa.CheckConstraint("(party = 'unit') = (unit_id IS NOT NULL)", name=op.f("ck_claims_unit_named")),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('released', 'overdue', 'confirmed', 'closed_unconfirmed')",
            name=op.f("ck_claims_outcome_known"),
        ),
        sa.CheckConstraint("party IN ('personal', 'team', 'unit')", name=op.f("ck_claims_party_known")),
        sa.CheckConstraint(
            "(outcome IS NULL) = (ended_at IS NULL)", name=op.f("ck_claims_ended_with_an_outcome")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_claims_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_claims_team_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisations.id"], name=op.f("fk_claims_unit_id")),
        sa.ForeignKeyConstraint(["wish_id"], ["wishes.id"], name=op.f("fk_claims_wish_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.create_index("ix_claims_person", ["person_id", "id"], unique=False)
        batch_op.create_index(
            "ix_claims_promise",
            ["promised_on"],
            unique=False,
            sqlite_where=sa.text("outcome IS NULL"),
            postgresql_where=sa.text("outcome IS NULL"),
        )
        batch_op.create_index("ix_claims_wish", ["wish_id", "id"], unique=False)
        batch_op.create_index(
            "uq_claims_one_standing",
            ["wish_id"],
            unique=True,
            sqlite_where=sa.text("outcome IS NULL"),
            postgresql_where=sa.text("outcome IS NULL"),
        )
