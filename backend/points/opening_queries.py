"""Sheets of opening balances as staff see them, and their rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

import sqlalchemy as sa

from backend.db import session
from backend.errors import NotFound
from backend.journal import Actor
from backend.lifecycle import open_to
from backend.organisations import queries as places
from backend.paging import KeysetQuery
from backend.people import masking, permissions
from backend.people import queries as people
from backend.people.models import Person
from backend.people.permissions import Permission
from backend.points import states
from backend.points.opening_models import OpeningRow, OpeningSheet, OpeningState, RowKind


class Counts(TypedDict):
    """Rows of a sheet, by what they mean."""

    new: int
    same: int
    unreadable: int


@dataclass(frozen=True)
class OpeningView:
    """A sheet as staff see it. `points` are those of its new rows, of which `booked` have been booked."""

    id: int
    community_id: int
    community_name: str
    state: str
    file_name: str
    counts: Counts
    points: int
    booked: int
    uploaded_by: str
    uploaded_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    actions: list[str]
    # Whether the one who looks brought it in.
    own: bool

    @property
    def waiting(self) -> int:
        """Rows that were confirmed and are not booked yet."""
        return self.counts["new"] - self.booked if self.state == OpeningState.CONFIRMED else 0


@dataclass(frozen=True)
class OpeningRowView:
    """A row, with its person as the one who looks may see them."""

    line: int
    kind: str
    person_id: int | None
    person_name: str | None
    card_number: str | None
    points: int | None
    year: int | None
    problem: str | None


def sheets(*, actor: Actor) -> KeysetQuery:
    """Those of the places where the person may read them, newest first."""
    reach = permissions.reach_of(actor.id, Permission.POINTS_READ)
    wanted = sa.select(OpeningSheet).where(OpeningSheet.community_id.in_(reach))
    return KeysetQuery(wanted, (OpeningSheet.id.desc(),))


def sheet(sheet_id: int, *, actor: Actor) -> OpeningSheet:
    """One, for the staff of its community. Raises NotFound, NotAllowed."""
    found = session.get(OpeningSheet, sheet_id, populate_existing=True)
    if found is None:
        raise NotFound()
    permissions.require(actor.id, Permission.POINTS_READ, found.community_id)
    return found


def rows(sheet_id: int, kind: str | None, *, actor: Actor) -> KeysetQuery:
    """The rows of a sheet in their order, of one kind or all. Raises as `sheet`."""
    found = sheet(sheet_id, actor=actor)
    wanted = sa.select(OpeningRow).where(OpeningRow.sheet_id == found.id)
    if kind is not None:
        wanted = wanted.where(OpeningRow.kind == kind)
    return KeysetQuery(wanted, (OpeningRow.id,))


def view_rows(found: Sequence[OpeningRow], *, actor: Actor) -> list[OpeningRowView]:
    """Rows of one sheet, in four statements, however many. Whoever is at work there compares names with the book."""
    if not found:
        return []
    place = session.get_one(OpeningSheet, found[0].sheet_id).community_id
    level = masking.level(actor.id, place, Permission.POINTS_READ)
    ids = {row.person_id for row in found if row.person_id}
    names = people.masked_names(ids, level)
    cards = dict(session.execute(sa.select(Person.id, Person.card_number).where(Person.id.in_(ids))).all())
    return [
        OpeningRowView(
            line=row.line,
            kind=row.kind,
            person_id=row.person_id,
            person_name=names.get(row.person_id) if row.person_id else None,
            card_number=masking.masked(masking.Kind.CARD, cards.get(row.person_id or 0), level),
            points=row.points,
            year=row.year,
            problem=row.problem,
        )
        for row in found
    ]


def view_sheets(found: Sequence[OpeningSheet], *, actor: Actor) -> list[OpeningView]:
    """In four statements, however many."""
    if not found:
        return []
    communities = {one.community_id for one in found}
    names = people.officer_names(
        {who for one in found for who in (one.uploaded_by_id, one.decided_by_id) if who}
    )
    named, sums = places.names(communities), _sums([one.id for one in found])
    words = permissions.permissions_in_many(actor.id, communities)
    return [
        OpeningView(
            id=one.id,
            community_id=one.community_id,
            community_name=named[one.community_id],
            state=one.state,
            file_name=one.file_name,
            **sums[one.id],
            uploaded_by=names[one.uploaded_by_id],
            uploaded_at=one.uploaded_at,
            decided_by=names.get(one.decided_by_id) if one.decided_by_id else None,
            decided_at=one.decided_at,
            actions=open_to(states.OPENING_MOVES, one, words[one.community_id], one.facts_about(actor.id)),
            own=one.uploaded_by_id == actor.id,
        )
        for one in found
    ]


class Sums(TypedDict):
    counts: Counts
    points: int
    booked: int


def _sums(ids: list[int]) -> dict[int, Sums]:
    told: dict[int, Sums] = {
        one: {"counts": {"new": 0, "same": 0, "unreadable": 0}, "points": 0, "booked": 0} for one in ids
    }
    wanted = sa.select(
        OpeningRow.sheet_id,
        OpeningRow.kind,
        sa.func.count().label("rows"),
        sa.func.coalesce(sa.func.sum(OpeningRow.points), 0).label("points"),
        sa.func.count(OpeningRow.booked_at).label("booked"),
    ).where(OpeningRow.sheet_id.in_(ids))
    for row in session.execute(wanted.group_by(OpeningRow.sheet_id, OpeningRow.kind)):
        one = told[row.sheet_id]
        kind = RowKind(row.kind)
        one["counts"][kind.value] = row.rows
        if kind == RowKind.NEW:
            one["points"], one["booked"] = int(row.points), row.booked
    return told
