"""imports: the rows that wait, in parts of one transaction each"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_parts",
        sa.Column("id", Id, nullable=False),
        sa.Column("import_id", Id, nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("rows_sealed", sa.Text(), nullable=False),
        sa.CheckConstraint("begins >= 0", name=op.f("ck_import_parts_begins_within")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_parts_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_parts")),
        sa.UniqueConstraint("import_id", "begins", name=op.f("uq_import_parts_import_id_begins")),
    )


def downgrade() -> None:
    # Imports that wait are over for the release before: their sheets may come again, and make nothing twice.
    op.drop_table("import_parts")
