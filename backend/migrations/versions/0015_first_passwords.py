"""console: the end of a first password, and sheets of party members, of opening stock and of hours elsewhere"""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BEFORE = "kind IN ('places', 'residents')"
_AFTER = "kind IN ('places', 'residents', 'members', 'stock', 'hours')"


def upgrade() -> None:
    with op.batch_alter_table("credentials") as table:
        table.add_column(sa.Column("first_until", Moment(), nullable=True))
    _constrain(_AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM imports WHERE kind IN ('members', 'stock', 'hours')")
    _constrain(_BEFORE)
    with op.batch_alter_table("credentials") as table:
        table.drop_column("first_until")


def _constrain(kinds: str) -> None:
    with op.batch_alter_table("imports") as table:
        table.drop_constraint(op.f("ck_imports_kind_known"), type_="check")
        table.create_check_constraint(op.f("ck_imports_kind_known"), kinds)
