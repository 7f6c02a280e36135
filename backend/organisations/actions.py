"""Adding places and bodies to the tree."""

import sqlalchemy as sa

from backend.db import lock_row, session
from backend.errors import Refused
from backend.organisations.models import KIND_NAMES, Organisation, Reach

# Which kind may stand under which.
PLACES = {
    "street": ("city",),
    "community": ("street", "city"),
    "grid": ("community",),
    "unit": ("city", "street"),
    "centre": ("community", "street", "city"),
}


class MisplacedOrganisation(Refused):
    code, message = 42220, "{kind} 不能放在 {parent} 之下"


def found_city(name: str, short: str) -> Organisation:
    """The root: a county-level city, the lowest body that may run a deployment (国办函〔2026〕12号)."""
    return _add(None, "city", name, short)


def add(parent_id: int, kind: str, name: str, short: str | None = None) -> Organisation:
    """Adds a place or body under its parent. Raises MisplacedOrganisation, NotFound."""
    parent = lock_row(Organisation, parent_id)
    if parent.kind not in PLACES.get(kind, ()):
        raise MisplacedOrganisation(kind=KIND_NAMES.get(kind, kind), parent=KIND_NAMES[parent.kind])
    return _add(parent, kind, name, short or name.removesuffix("社区"))


def _add(parent: Organisation | None, kind: str, name: str, short: str) -> Organisation:
    made = Organisation(parent_id=parent.id if parent else None, kind=kind, name=name, short=short)
    session.add(made)
    session.flush()
    session.add(Reach(ancestor_id=made.id, descendant_id=made.id, depth=0))
    if parent:
        above = sa.select(Reach.ancestor_id, sa.literal(made.id), Reach.depth + 1).where(
            Reach.descendant_id == parent.id
        )
        session.execute(sa.insert(Reach).from_select(["ancestor_id", "descendant_id", "depth"], above))
    session.flush()
    return made
