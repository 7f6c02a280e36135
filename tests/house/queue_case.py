"""What a test of a queue is given: how its rows come into being, and what waits for whom."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import columns_of, session
from backend.errors import NotAllowed, NotFound
from backend.lifecycle import FourEyes, authorize
from backend.people import permissions
from backend.people.models import Person


@dataclass(frozen=True)
class Case:
    """How rows of one queue come into being, so many at once, for `reader` to decide; and what waits for whom."""

    model: type
    write: Callable[[Any, int], None]
    empty: Callable[[], Any]
    waits: Callable[[Any, Any], bool]
    reader: str = "tong"
    # The list of the same in the API, the action of a row there that decides, and whether it lists besides what waits
    # for those below; the page of the console besides 今日待办.
    path: str = ""
    action: str = ""
    below: bool = False
    page: str = ""
    # Rows that the reader may not decide, or that do not wait; what its page shows where nothing is decided there.
    others: Callable[[Any], Any] = lambda _town: None
    shows: str = ""
    # What the queue calls the id of a row, and what the API calls it.
    identity: Callable[[Any], int] = attrgetter("id")
    key: str = "id"


def may(move, row, actor):
    """Is this move open to the person by their office?"""
    if row.state not in move.sources or move.permission not in permissions.permissions_in(
        actor.id, row.place_id
    ):
        return False
    try:
        authorize(move, row, actor)
    except (FourEyes, NotAllowed, NotFound):
        return False
    return True


def ended(model, state, *states_before, **values):
    """Nothing of the model waits any more."""
    waiting = sa.update(model).where(model.state.in_(states_before)).values(state=state, **values)
    return session.execute(waiting, execution_options={"synchronize_session": False})


def multiply(row, more, /, **values):
    """Some `more` rows like this one; a callable value is asked with the number of the copy."""
    plain = {name: value for name, value in columns_of(row).items() if name != "id"}
    copies = [
        {**plain, **{name: value(one) if callable(value) else value for name, value in values.items()}}
        for one in range(more)
    ]
    if copies:
        session.execute(sa.insert(type(row)), copies)


def numbers(prefix):
    return lambda one: f"{prefix}-{one:04d}"


def by_another(*columns):
    """Somebody who is none of these, as the constraints of a decision want it."""
    other = sa.select(sa.func.min(Person.id)).where(*(Person.id != one for one in columns))
    return {"decided_by_id": other.scalar_subquery(), "decided_at": clock.now()}
