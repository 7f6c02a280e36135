"""Reading the tree."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.errors import NotFound, Refused
from backend.organisations.models import Organisation, Reach
from backend.paging import KeysetQuery


class NotACommunity(Refused):
    code, message = 42221, "请选择一个社区"


def get(organisation_id: int) -> Organisation:
    """Raises NotFound."""
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound()
    return found


def community(organisation_id: int) -> Organisation:
    """The community with this id. Raises NotACommunity, also for an id that does not exist."""
    found = session.get(Organisation, organisation_id)
    if found is None or found.kind != "community":
        raise NotACommunity()
    return found


def city_id() -> int:
    """The root of the tree: an installation is one city's."""
    return session.scalars(sa.select(Organisation.id).where(Organisation.kind == "city")).one()


def children(parent_id: int | None, kind: str | None) -> KeysetQuery:
    """The tree in the order of ids: below one parent, or of one kind, or both."""
    wanted = sa.select(Organisation)
    if parent_id is not None:
        wanted = wanted.where(Organisation.parent_id == parent_id)
    if kind is not None:
        wanted = wanted.where(Organisation.kind == kind)
    return KeysetQuery(wanted, (Organisation.id,))


def within(organisation_id: int, ancestor_id: int) -> bool:
    """Is the organisation the ancestor itself, or below it?"""
    return session.scalars(
        sa.select(sa.exists().where(Reach.ancestor_id == ancestor_id, Reach.descendant_id == organisation_id))
    ).one()


def below(ancestor_id: int, kind: str) -> list[int]:
    """Ids of all organisations of a kind below (and including) one, in order."""
    wanted = (
        sa.select(Organisation.id)
        .join(Reach, Reach.descendant_id == Organisation.id)
        .where(Reach.ancestor_id == ancestor_id, Organisation.kind == kind)
        .order_by(Organisation.id)
    )
    return list(session.scalars(wanted))


# Every page and list that shows a place asks for its name.
_NAMES = sa.select(Organisation.id, Organisation.name).where(
    Organisation.id.in_(sa.bindparam("ids", expanding=True))
)


def names(ids: Collection[int | None]) -> dict[int | None, str]:
    """Names by id, in one statement."""
    if not ids:
        return {}
    return dict(session.execute(_NAMES, {"ids": list(ids)}).all())


def kinds(ids: Collection[int]) -> dict[int, str]:
    """Kinds by id, in one statement."""
    if not ids:
        return {}
    rows = session.execute(sa.select(Organisation.id, Organisation.kind).where(Organisation.id.in_(ids)))
    return {row.id: row.kind for row in rows}


def streets_and_communities() -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Rows of `id, name, parent_id, kind`, in order of their ids."""
    wanted = sa.select(Organisation.id, Organisation.name, Organisation.parent_id, Organisation.kind)
    return session.execute(
        wanted.where(Organisation.kind.in_(("street", "community"))).order_by(Organisation.id)
    ).all()


def grids_counted() -> dict[int | None, int]:
    """How many grids each community has."""
    wanted = sa.select(Organisation.parent_id, sa.func.count()).where(Organisation.kind == "grid")
    return {row[0]: row[1] for row in session.execute(wanted.group_by(Organisation.parent_id))}
