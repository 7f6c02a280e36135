"""Places to choose from in a form: only those within reach."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.journal import Actor
from backend.organisations.models import Organisation, Reach
from backend.paging import containing
from backend.people import permissions


def choices(actor: Actor, word: str, kind: str) -> list[tuple[int, str]]:
    """The places of a kind in which this word is granted, in order of their ids."""
    return _listed(Organisation.id.in_(permissions.reach_of(actor.id, word)), kind)


@dataclass(frozen=True)
class Found:
    """A place by its name."""

    id: int
    kind: str
    name: str
    parent_id: int | None


def named(actor: Actor, word: str, words: str, most: int) -> list[Found]:
    """Communities and grids with these words in their names, where this permission is granted."""
    wanted = (
        sa.select(Organisation.id, Organisation.kind, Organisation.name, Organisation.parent_id)
        .where(
            Organisation.kind.in_(("community", "grid")),
            Organisation.id.in_(permissions.reach_of(actor.id, word)),
            containing(words, Organisation.name),
        )
        .order_by(Organisation.id)
        .limit(most)
    )
    return [Found(*row) for row in session.execute(wanted)]


def around(place_ids: Collection[int], kind: str = "community") -> list[tuple[int, str]]:
    """The places of a kind below any of these, or around one of them: a grid's community."""
    below = sa.select(Reach.descendant_id).where(Reach.ancestor_id.in_(place_ids))
    above = sa.select(Reach.ancestor_id).where(Reach.descendant_id.in_(place_ids))
    return _listed(sa.or_(Organisation.id.in_(below), Organisation.id.in_(above)), kind)


def grids_of(community_ids: list[int]) -> list[tuple[int, str]]:
    return _listed(Organisation.parent_id.in_(community_ids), "grid")


def of_kinds(*kinds: str) -> list[tuple[int, str]]:
    """All places of these kinds, for whoever appoints; the name says which kind where it does not tell."""
    rows = session.execute(
        sa.select(Organisation.id, Organisation.name)
        .where(Organisation.kind.in_(kinds), Organisation.closed_at.is_(None))
        .order_by(Organisation.id)
    )
    return [(row[0], row[1]) for row in rows]


@dataclass(frozen=True)
class Branch:
    """A place in the tree: how deep it lies, and its name with those of the places around it."""

    id: int
    kind: str
    name: str
    depth: int
    path: str


def tree(*kinds: str) -> list[Branch]:
    """All places of these kinds, each below the one that it lies in, for whoever appoints."""
    rows = session.execute(
        sa.select(Organisation.id, Organisation.parent_id, Organisation.kind, Organisation.name)
        .where(Organisation.closed_at.is_(None))
        .order_by(Organisation.id)
    ).all()
    below: dict[int | None, list[Any]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    found: list[Branch] = []
    waiting = [(row, 0, row.name) for row in reversed(below.get(None, []))]
    while waiting:
        row, depth, path = waiting.pop()
        if row.kind in kinds:
            found.append(Branch(row.id, row.kind, row.name, depth, path))
        inside = ((one, depth + 1, f"{path} › {one.name}") for one in reversed(below.get(row.id, [])))
        waiting += inside
    return found


def _listed(where: Any, kind: str) -> list[tuple[int, str]]:
    rows = session.execute(
        sa.select(Organisation.id, Organisation.name)
        .where(where, Organisation.kind == kind, Organisation.closed_at.is_(None))
        .order_by(Organisation.id)
    )
    return [(row[0], row[1]) for row in rows]


def community_near(actor: Actor, word: str) -> list[tuple[int, str]]:
    """The communities in which, or in a grid of which, this word is granted: where a grid worker helps."""
    reach = permissions.reach_of(actor.id, word)
    rows = session.execute(
        sa.select(Organisation.id, Organisation.name)
        .join(Reach, Reach.ancestor_id == Organisation.id)
        .where(Reach.descendant_id.in_(reach), Organisation.kind == "community")
        .where(Organisation.closed_at.is_(None))
        .distinct()
        .order_by(Organisation.id)
    )
    return [(row[0], row[1]) for row in rows]
