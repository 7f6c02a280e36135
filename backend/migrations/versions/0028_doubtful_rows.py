"""imports: rows that may mean somebody who is here already, and what to look at in those that were taken in"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Json

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_doubts",
        sa.Column("id", Id, nullable=False),
        sa.Column("import_id", Id, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("row_sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_doubts_import_id_imports")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_doubts")),
        sa.UniqueConstraint("import_id", "line", name=op.f("uq_import_doubts_import_id_line")),
    )
    op.add_column("imports", sa.Column("warnings", Json, server_default="[]", nullable=False))


def downgrade() -> None:
    # Rows that wait for an answer are over for the release before: their sheets may come again.
    op.drop_column("imports", "warnings")
    op.drop_table("import_doubts")
