"""files, what WeChat told, codes and links, and what waits for a look"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_UNERASED = sa.text("erased_at IS NULL AND state IN ('storing', 'checking', 'refused', 'discarded')")
_UNUSED = sa.text("subject_id IS NULL AND erased_at IS NULL")


def upgrade() -> None:
    _files()
    _pushes()
    _pages()
    for table in ("wishes", "claims"):
        op.add_column(table, sa.Column("needs_look", sa.Boolean(), server_default=sa.false(), nullable=False))
    for column in ("told", "pushed"):
        op.add_column("subscriptions", sa.Column(column, sa.Integer(), server_default="0", nullable=False))


def _files() -> None:
    op.create_table(
        "files",
        sa.Column("id", Id, nullable=False),
        sa.Column("owner_id", Id, nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("trace", sa.String(length=64), nullable=True),
        sa.Column("label", sa.Integer(), nullable=True),
        sa.Column("subject_kind", sa.String(length=16), nullable=True),
        sa.Column("subject_id", Id, nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("place_id", Id, nullable=True),
        sa.Column("consent_of_id", Id, nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("looked_by_id", Id, nullable=True),
        sa.Column("erased_at", Moment(), nullable=True),
        sa.CheckConstraint("purpose IN ('wish', 'fulfilment')", name=op.f("ck_files_purpose_known")),
        sa.CheckConstraint(
            "state IN ('storing', 'checking', 'passed', 'needs_look', 'refused', 'discarded')",
            name=op.f("ck_files_state_known"),
        ),
        sa.CheckConstraint(
            "(subject_kind IS NULL) = (subject_id IS NULL)", name=op.f("ck_files_subject_is_whole")
        ),
        sa.CheckConstraint(
            "subject_id IS NULL OR (place_id IS NOT NULL AND consent_of_id IS NOT NULL)",
            name=op.f("ck_files_shown_somewhere"),
        ),
        sa.CheckConstraint(
            "erased_at IS NULL OR state IN ('refused', 'discarded')", name=op.f("ck_files_erased_unshown")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["persons.id"], name=op.f("fk_files_owner_id")),
        sa.ForeignKeyConstraint(["place_id"], ["organisations.id"], name=op.f("fk_files_place_id")),
        sa.ForeignKeyConstraint(["consent_of_id"], ["persons.id"], name=op.f("fk_files_consent_of_id")),
        sa.ForeignKeyConstraint(["looked_by_id"], ["persons.id"], name=op.f("fk_files_looked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("key", name=op.f("uq_files_key")),
        sa.UniqueConstraint("trace", name=op.f("uq_files_trace")),
    )
    op.create_index("ix_files_subject", "files", ["subject_kind", "subject_id", "position"])
    op.create_index("ix_files_owner", "files", ["owner_id"])
    op.create_index(
        "ix_files_due", "files", ["created_at"], sqlite_where=_UNERASED, postgresql_where=_UNERASED
    )
    op.create_index(
        "ix_files_unused", "files", ["created_at"], sqlite_where=_UNUSED, postgresql_where=_UNUSED
    )
    op.create_table(
        "early_verdicts",
        sa.Column("trace", sa.String(length=64), nullable=False),
        sa.Column("suggest", sa.String(length=12), nullable=False),
        sa.Column("label", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("trace", name=op.f("pk_early_verdicts")),
    )
    op.create_index(op.f("ix_early_verdicts_at"), "early_verdicts", ["at"])


def _pushes() -> None:
    op.create_table(
        "wechat_pushes",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_wechat_pushes")),
        sa.UniqueConstraint("nonce", name=op.f("uq_wechat_pushes_nonce")),
    )
    op.create_index(op.f("ix_wechat_pushes_seen_at"), "wechat_pushes", ["seen_at"])


def _pages() -> None:
    op.create_table(
        "wechat_page_codes",
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("page", sa.String(length=128), nullable=False),
        sa.Column("scene", sa.String(length=32), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("version", "page", "scene", name=op.f("pk_wechat_page_codes")),
    )
    op.create_table(
        "wechat_page_links",
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("page", sa.String(length=128), nullable=False),
        sa.Column("query", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("version", "page", "query", name=op.f("pk_wechat_page_links")),
    )
