"""sheets of appointments"""

from alembic import op

revision = "0041"
down_revision = "0038"
branch_labels = None
depends_on = None

_BEFORE = "kind IN ('places', 'residents', 'members', 'stock', 'hours')"
_AFTER = "kind IN ('places', 'residents', 'members', 'stock', 'hours', 'appointments')"


def upgrade() -> None:
    _constrain(_AFTER)


def downgrade() -> None:
    # Their rows and doubts first: they name the import.
    mine = "SELECT id FROM imports WHERE kind = 'appointments'"
    for table in ("import_parts", "import_doubts"):
        op.execute(f"DELETE FROM {table} WHERE import_id IN ({mine})")
    op.execute("DELETE FROM imports WHERE kind = 'appointments'")
    _constrain(_BEFORE)


def _constrain(kinds: str) -> None:
    with op.batch_alter_table("imports") as table:
        table.drop_constraint(op.f("ck_imports_kind_known"), type_="check")
        table.create_check_constraint(op.f("ck_imports_kind_known"), kinds)
