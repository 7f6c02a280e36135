"""lists: the wall also shows what was fulfilled and waits for its confirmation"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None

_BEFORE = "'published', 'claimed', 'confirmed'"
_SINCE = "'published', 'claimed', 'fulfilled', 'confirmed'"
_WALLS = {"ix_wishes_wall": ["community_id"], "ix_wishes_city_wall": []}


def upgrade() -> None:
    _walls_of(_SINCE)


def downgrade() -> None:
    _walls_of(_BEFORE)


def _walls_of(states: str) -> None:
    shown = sa.text(f"state IN ({states})")
    for name, first in _WALLS.items():
        op.drop_index(name, table_name="wishes")
        op.create_index(
            name,
            "wishes",
            [*first, sa.text("published_at DESC"), sa.text("id DESC")],
            sqlite_where=shown,
            postgresql_where=shown,
        )
