"""Who wished and who claimed, by their whole names, for the staff who work with the wishers of a place."""

from collections.abc import Collection, Sequence
from typing import Any

from backend.people import permissions
from backend.people import queries as people
from backend.people.masking import Level, level_of
from backend.people.permissions import Permission
from backend.wishes.models import Wish

# What only who works with the wishers of a place has: they call them by name.
WORK_WITH_WISHERS = (Permission.WISH_REVIEW, Permission.WISH_REPORT)


def of_rows(rows: Sequence[Any]) -> dict[int, str]:
    """By wish, of rows with a `Wish` and the reader's `roles` in its place. A child's name is nobody's business. In one
    statement for whoever works there, and in none for everybody else."""
    near = {
        row.Wish.id: row.Wish.wisher_id
        for row in rows
        if not row.Wish.for_child
        and level_of(permissions.parse_roles(row.roles), *WORK_WITH_WISHERS) == Level.AT_WORK
    }
    names = people.masked_names(set(near.values()), Level.AT_WORK)
    return {wish_id: names[wisher_id] for wish_id, wisher_id in near.items()}


def of_claimers(ids: Collection[int], words: frozenset[str]) -> dict[int | None, str]:
    """Those who claimed, by person, for a reader with these words in the wish's place; nobody for everybody else."""
    if not ids or level_of(words, *WORK_WITH_WISHERS) != Level.AT_WORK:
        return {}
    return people.masked_names(ids, Level.AT_WORK)


def of_wish(wish: Wish, words: frozenset[str]) -> dict[int | None, str]:
    """The same of one wish, by person, for a reader with these words in its place."""
    if wish.for_child or level_of(words, *WORK_WITH_WISHERS) != Level.AT_WORK:
        return {}
    return people.masked_names({wish.wisher_id}, Level.AT_WORK)
