"""${message}"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Json, Moment  # noqa: F401

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


