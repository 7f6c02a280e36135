"""One person, several records: which of them are joined, and which one remains (合并档案).

What is append-only goes on naming the record that it was written for. Whoever reads it by person asks here. Records are
joined in one step: what was joined before to the one that goes is joined to the one that remains.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from backend.db import Id, session
from backend.people.kinds import PersonState
from backend.people.models import Person

_persons = Person.__table__.c


def ids_of(person_id: Any) -> sa.Select[int]:
    """The ids of all records of a person: the one that remains, and those that were joined to it. To be asked with
    `column.in_(…)`; `person_id` is a number or an expression."""
    this = sa.literal(person_id, Id) if isinstance(person_id, int) else person_id
    joined = sa.select(_persons.id).where(_persons.merged_into_id == this)
    return sa.select(sa.union_all(sa.select(this.label("id")), joined).subquery().c.id)


def ids_of_all(persons: Collection[int]) -> sa.Select[int]:
    """The ids of all records of these persons; `remaining` says of each whose it is."""
    ids = sorted(persons)
    return sa.select(_persons.id).where(sa.or_(_persons.id.in_(ids), _persons.merged_into_id.in_(ids)))


def remaining(column: Any) -> sa.ColumnElement[int]:
    """The id of the record that remains of the person whom `column` names, as an expression."""
    one = Person.__table__.alias()
    # Whatever else stands in the query is the row that is asked about, however deep this stands in it.
    heir = sa.select(one.c.merged_into_id).where(one.c.id == column).correlate_except(one).scalar_subquery()
    return sa.func.coalesce(heir, column)


def remaining_id(person_id: int) -> int:
    """The same of a number."""
    found = session.scalar(sa.select(_persons.merged_into_id).where(_persons.id == person_id))
    return person_id if found is None else found


def join(gone_id: int, remaining_id: int) -> None:
    """The one record is the other one from now on, and so is whatever was joined to it before. Nobody signs in to it,
    and no card or number finds it."""
    chained = sa.update(Person).where(Person.merged_into_id == gone_id).values(merged_into_id=remaining_id)
    session.execute(chained, execution_options={"synchronize_session": False})
    emptied = {"openid": None, "card_number": None, "phone_sealed": None, "phone_index": None}
    session.execute(
        sa.update(Person)
        .where(Person.id == gone_id)
        .values(state=PersonState.MERGED, merged_into_id=remaining_id, **emptied),
        execution_options={"synchronize_session": False},
    )
    session.expire_all()
