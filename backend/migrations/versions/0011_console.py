"""console: names and passwords of staff, failed tries, scanned sign-ins, open consoles, sheets"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Json, Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _credentials()
    _scan_sign_ins()
    _console_sessions()
    _imports()


def _credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("totp_sealed", sa.Text(), nullable=True),
        sa.Column("totp_since", Moment(), nullable=True),
        sa.Column("totp_used", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("name = lower(name)", name=op.f("ck_credentials_name_in_small_letters")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_credentials_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("name", name=op.f("uq_credentials_name")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("name_index", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("locked_until", Moment(), nullable=True),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_sign_in_attempts_failures_count_up")),
        sa.PrimaryKeyConstraint("name_index", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index("ix_sign_in_attempts_last_at", "sign_in_attempts", ["last_at"])


def _scan_sign_ins() -> None:
    op.create_table(
        "scan_sign_ins",
        sa.Column("id", Id, nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("approved_by_id", Id, nullable=True),
        sa.Column("approved_at", Moment(), nullable=True),
        sa.Column("used_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "(approved_by_id IS NULL) = (approved_at IS NULL)",
            name=op.f("ck_scan_sign_ins_approved_by_someone"),
        ),
        sa.CheckConstraint(
            "used_at IS NULL OR approved_at IS NOT NULL", name=op.f("ck_scan_sign_ins_used_once_approved")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["persons.id"], name=op.f("fk_scan_sign_ins_approved_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_sign_ins")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_scan_sign_ins_code_digest")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_scan_sign_ins_secret_digest")),
    )
    op.create_index("ix_scan_sign_ins_expires_at", "scan_sign_ins", ["expires_at"])


def _console_sessions() -> None:
    op.create_table(
        "console_sessions",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.CheckConstraint("method IN ('password', 'scan')", name=op.f("ck_console_sessions_method_known")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_console_sessions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_console_sessions_token_digest")),
    )
    op.create_index("ix_console_sessions_person_id", "console_sessions", ["person_id"])
    op.create_index("ix_console_sessions_ends_at", "console_sessions", ["ends_at"])


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("by_id", Id, nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("rows_sealed", sa.Text(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("faults", Json, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.CheckConstraint("kind IN ('places', 'residents')", name=op.f("ck_imports_kind_known")),
        sa.CheckConstraint("done BETWEEN 0 AND total", name=op.f("ck_imports_done_within_total")),
        sa.CheckConstraint("made >= 0 AND known >= 0", name=op.f("ck_imports_counts_up")),
        sa.CheckConstraint(
            "finished_at IS NULL OR rows_sealed IS NULL", name=op.f("ck_imports_rows_go_at_the_end")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_imports_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_by_id", "imports", ["by_id"])
    op.create_index("ix_imports_created_at", "imports", ["created_at"])


def downgrade() -> None:
    for table in ("imports", "console_sessions", "scan_sign_ins", "sign_in_attempts", "credentials"):
        op.drop_table(table)
