"""What people call the things that the books tell of: each capability says in its own `public_names.py` by which column."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from backend import capabilities
from backend.db import session


def _columns() -> dict[str, Any]:
    named = capabilities.modules("public_names")
    return {kind: column for one in named for kind, column in one.NAMES.items()}


def of(kind: str, ids: Collection[int]) -> dict[int, str]:
    """By id the number, title or name of things of one kind, in one statement; nothing of what bears none."""
    column = _columns().get(kind)
    if column is None or not ids:
        return {}
    rows = session.execute(sa.select(column.class_.id, column).where(column.class_.id.in_(ids)))
    return {one: name for one, name in rows if name}


def numbered(kind: str, number: str) -> int | None:
    """The id of the thing of this kind that bears this number."""
    column = _columns()[kind]
    return session.scalar(sa.select(column.class_.id).where(column == number).limit(1))
