"""console: links that open it once, consoles opened by one, and scans that bind a WeChat account"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_METHODS = "'password', 'scan'"


def upgrade() -> None:
    op.create_table(
        "console_links",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_console_links_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_links")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_console_links_code_digest")),
    )
    op.create_index(op.f("ix_console_links_person_id"), "console_links", ["person_id"])
    op.create_index(op.f("ix_console_links_expires_at"), "console_links", ["expires_at"])
    with op.batch_alter_table("scan_sign_ins") as table:
        table.add_column(sa.Column("binds_id", Id, nullable=True))
        table.create_foreign_key(op.f("fk_scan_sign_ins_binds_id_persons"), "persons", ["binds_id"], ["id"])
    _constrain_method(f"method IN ({_METHODS}, 'link')")


def downgrade() -> None:
    # The release before cannot mark what is done in them: whoever sits there signs in again.
    op.execute("DELETE FROM console_sessions WHERE method = 'link'")
    op.execute("DELETE FROM scan_sign_ins WHERE binds_id IS NOT NULL")
    _constrain_method(f"method IN ({_METHODS})")
    with op.batch_alter_table("scan_sign_ins") as table:
        table.drop_constraint(op.f("fk_scan_sign_ins_binds_id_persons"), type_="foreignkey")
        table.drop_column("binds_id")
    op.drop_table("console_links")


def _constrain_method(rule: str) -> None:
    with op.batch_alter_table("console_sessions") as table:
        table.drop_constraint(op.f("ck_console_sessions_method_known"), type_="check")
        table.create_check_constraint(op.f("ck_console_sessions_method_known"), rule)
