"""Numbers that begin with a place's short name."""

import sqlalchemy as sa

from backend import numbering
from backend.db import session
from backend.organisations.models import Organisation


def next_number_in(community_id: int, name: str) -> tuple[int, str]:
    """The next number of a counter beside the community's short name, which stands in the number that people read."""
    short = sa.select(Organisation.short).where(Organisation.id == community_id).scalar_subquery()
    row = session.execute(numbering.bump(name).returning(short.label("short"))).one()
    return row[0], row[1]
