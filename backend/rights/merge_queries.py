"""Merges as staff see them: both records side by side, as masked as the people of their place are to the reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.db import session, view_of
from backend.journal import Actor
from backend.ledger.queries import whole_of
from backend.lifecycle import open_to
from backend.organisations import queries as places
from backend.paging import KeysetQuery
from backend.people import permissions, residents
from backend.people import queries as people
from backend.people.kinds import MergeState
from backend.people.masking import levels
from backend.people.models import Person
from backend.people.permissions import Permission
from backend.people.person_merges import PersonMerge
from backend.people.residents import PersonView
from backend.people.states import MERGE_MOVES
from backend.volunteering.models import SignUp
from backend.volunteering.record_queries import minutes_of


@dataclass(frozen=True)
class RecordView:
    """One of the two records, and what it has now."""

    id: int
    name: str
    phone: str | None
    card: str | None
    birth_year: int | None
    wechat: bool
    points: int
    minutes: int
    sign_ups: int


@dataclass(frozen=True)
class MergeView:
    """`points` and `minutes` are those of the record that goes: as it has them, or as it had them when it went."""

    id: int
    state: str
    community_id: int
    community_name: str
    gone: RecordView
    stays: RecordView
    proof: str | None
    reason: str | None
    begun_at: datetime
    proposed_by: str | None
    proposed_at: datetime | None
    decided_at: datetime | None
    decision_reason: str | None
    points: int
    minutes: int
    actions: list[str]


def merges(
    community_id: int | None = None, states: Sequence[str] | None = None, *, actor: Actor
) -> KeysetQuery:
    """All in the clerk's places, newest first."""
    reach = permissions.reach_of(actor.id, Permission.PERSON_MERGE)
    wanted = sa.select(PersonMerge).where(PersonMerge.community_id.in_(reach))
    if community_id is not None:
        wanted = wanted.where(PersonMerge.community_id == community_id)
    if states:
        wanted = wanted.where(PersonMerge.state.in_(states))
    return KeysetQuery(wanted, (PersonMerge.id.desc(),))


def view_merges(rows: Sequence[PersonMerge], *, actor: Actor) -> list[MergeView]:
    """In the same number of statements, however many."""
    ids = {one for row in rows for one in (row.from_id, row.into_id)}
    homes = {row.community_id for row in rows}
    persons = {one.id: one for one in session.scalars(sa.select(Person).where(Person.id.in_(ids)))}
    names, seen = places.names(homes), levels(actor.id, homes, Permission.PERSON_MERGE)
    proposers = people.officer_names({row.proposed_by_id for row in rows} - {None})
    words = {home: permissions.permissions_in(actor.id, home) for home in homes}
    sums = (whole_of(ids), minutes_of(ids), _sign_ups(ids))
    told = []
    for row in rows:
        gone, stays = (
            _record(residents.view_person(persons[one], seen[row.community_id]), *sums)
            for one in (row.from_id, row.into_id)
        )
        done = row.state == MergeState.APPROVED
        told.append(
            view_of(
                MergeView,
                row,
                community_name=names[row.community_id],
                gone=gone,
                stays=stays,
                proposed_by=proposers.get(row.proposed_by_id),
                points=row.points if done else gone.points,
                minutes=row.minutes if done else gone.minutes,
                actions=open_to(MERGE_MOVES, row, words[row.community_id], row.facts_about(actor.id)),
            )
        )
    return told


def _record(
    person: PersonView, points: dict[int, int], minutes: dict[int, int], sign_ups: dict[int, int]
) -> RecordView:
    has = {"points": points, "minutes": minutes, "sign_ups": sign_ups}
    return view_of(RecordView, person, **{name: each.get(person.id, 0) for name, each in has.items()})


def _sign_ups(ids: set[int]) -> dict[int, int]:
    counted = sa.select(SignUp.person_id, sa.func.count()).where(SignUp.person_id.in_(ids))
    return {row[0]: row[1] for row in session.execute(counted.group_by(SignUp.person_id))}
