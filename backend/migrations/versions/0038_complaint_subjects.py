"""what a complaint is about"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_CK = "CONSTRAINT ck_complaints_"
_KINDS = "'wish', 'activity', 'redemption', 'item', 'team'"


def upgrade() -> None:
    # Plain ALTER TABLE on both, as for the places of 0035: the table is not made anew.
    key = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for column in (
        f"subject_kind VARCHAR(16) {_CK}subject_known"
        f" CHECK (subject_kind IS NULL OR subject_kind IN ({_KINDS}))",
        f"subject_id {key} {_CK}subject_is_whole CHECK ((subject_kind IS NULL) = (subject_id IS NULL))",
    ):
        op.execute(f"ALTER TABLE complaints ADD COLUMN {column}")


def downgrade() -> None:
    # The last one first: a rule goes with the column that it was said beside.
    for column in ("subject_id", "subject_kind"):
        op.drop_column("complaints", column)
