"""terminals, the one-time codes of cards, who is signed in there"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    _create_kiosks()
    op.create_table(
        "card_codes",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("code_index", sa.String(64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by_id", Id, nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "failures >= 0 AND failures < 5", name=op.f("ck_card_codes_failures_below_the_lock")
        ),
        _key("card_codes", "person_id", "persons"),
        _key("card_codes", "made_by_id", "persons"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_card_codes")),
    )
    op.create_index(op.f("ix_card_codes_expires_at"), "card_codes", ["expires_at"])
    op.create_table(
        "kiosk_sessions",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("kiosk_id", Id, nullable=False),
        sa.Column("helper_id", Id, nullable=True),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        _key("kiosk_sessions", "person_id", "persons"),
        _key("kiosk_sessions", "kiosk_id", "kiosks"),
        _key("kiosk_sessions", "helper_id", "persons"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_kiosk_sessions_token_digest")),
    )
    for column in ("person_id", "kiosk_id", "expires_at"):
        op.create_index(op.f(f"ix_kiosk_sessions_{column}"), "kiosk_sessions", [column])


def _create_kiosks() -> None:
    op.create_table(
        "kiosks",
        sa.Column("id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("set_up_digest", sa.String(64), nullable=True),
        sa.Column("set_up_until", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by_id", Id, nullable=False),
        sa.Column("seen_at", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.Column("revoked_by_id", Id, nullable=True),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by_id IS NULL)", name=op.f("ck_kiosks_revoked_by_someone")
        ),
        sa.CheckConstraint(
            "(set_up_digest IS NULL) = (set_up_until IS NULL)", name=op.f("ck_kiosks_set_up_in_time")
        ),
        sa.CheckConstraint(
            "set_up_digest IS NULL OR revoked_at IS NULL", name=op.f("ck_kiosks_revoked_is_not_set_up")
        ),
        _key("kiosks", "community_id", "organisations"),
        _key("kiosks", "created_by_id", "persons"),
        _key("kiosks", "revoked_by_id", "persons"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosks")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_kiosks_token_digest")),
        sa.UniqueConstraint("set_up_digest", name=op.f("uq_kiosks_set_up_digest")),
    )
    op.create_index(
        "uq_kiosks_name_in_use",
        "kiosks",
        ["community_id", "name"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def downgrade() -> None:
    for table in ("kiosk_sessions", "card_codes", "kiosks"):
        op.drop_table(table)
