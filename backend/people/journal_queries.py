"""Reading the journal: for the auditor, and for whoever may read it in their places."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session, view_of
from backend.journal import Actor, JournalLine
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people import queries as people
from backend.people.kinds import GRANT
from backend.people.permissions import Permission

# What opens sealed data.
OPENINGS = ("open_contact", "open_person", "open_register", "open_former_text")
# Opening what is sealed needs a reason each time; what tasks bring has no limit: a day of calling back is many openings,
# and work must not stop. Who reviews is told of such days instead.
MANY_OPENINGS = 20
DAYS_LOOKED_AT = 7


def lines(asked: dict[str, Any], *, actor: Actor) -> KeysetQuery:
    """The lines asked for, newest first. Lines without a place are for whoever reads the whole city's."""
    wanted = sa.select(JournalLine).where(_within(actor))
    for column in ("subject_kind", "subject_id", "actor_id"):
        if asked.get(column):
            wanted = wanted.where(getattr(JournalLine, column) == asked[column])
    if asked["verbs"]:
        wanted = wanted.where(JournalLine.verb.in_(asked["verbs"]))
    if asked["first"]:
        wanted = wanted.where(JournalLine.at >= clock.day_starts(asked["first"]))
    if asked["last"]:
        wanted = wanted.where(JournalLine.at < clock.day_ends(asked["last"]))
    return KeysetQuery(wanted, (JournalLine.id.desc(),))


def _within(actor: Actor) -> sa.ColumnElement[bool]:
    here = JournalLine.organisation_id.in_(permissions.reach_of(actor.id, Permission.JOURNAL_READ))
    return sa.or_(here, JournalLine.organisation_id.is_(None)) if _whole_city(actor) else here


@dataclass(frozen=True)
class Openings:
    """How often a person opened what is sealed on one day: something to look at, no measure of anybody."""

    day: date
    actor_id: int
    times: int


@dataclass(frozen=True)
class LineView:
    """A line of the journal, who acted by masked name, where by name."""

    id: int
    at: datetime
    actor_id: int | None
    actor_name: str | None
    verb: str
    subject_kind: str
    subject_id: int
    from_state: str | None
    to_state: str | None
    reason: str | None
    place: str
    # With what the console was opened, where others had seen it: a first password, or a link.
    opened_by: str | None
    # Of an opening: the task that brought it, or the number of the request that a colleague agreed to.
    task: str | None
    agreed: int | None


def view_lines(found: Sequence[JournalLine]) -> list[LineView]:
    """In two statements, however many."""
    names = people.masked_names({line.actor_id for line in found if line.actor_id})
    where = places.names({line.organisation_id for line in found if line.organisation_id})
    return [_view(line, names.get(line.actor_id), where.get(line.organisation_id, "")) for line in found]


def _view(line: JournalLine, actor_name: str | None, place: str) -> LineView:
    facts = line.facts or {}
    return view_of(
        LineView,
        line,
        actor_name=actor_name,
        place=place,
        opened_by=facts.get("console"),
        task=facts.get("task"),
        agreed=facts.get(GRANT),
    )


def many_openings(*, actor: Actor) -> list[Openings]:
    """Of these last days, the newest first, and then as people were registered: nobody is ranked."""
    days = [clock.today() - timedelta(days=back) for back in range(DAYS_LOOKED_AT)]
    day = sa.case(*((JournalLine.at >= clock.day_starts(one), back) for back, one in enumerate(days)))
    wanted = (
        sa.select(day.label("back"), JournalLine.actor_id, sa.func.count().label("times"))
        .where(
            _within(actor),
            JournalLine.at >= clock.day_starts(days[-1]),
            JournalLine.verb.in_(OPENINGS),
            JournalLine.actor_id.is_not(None),
        )
        .group_by("back", JournalLine.actor_id)
        .having(sa.func.count() >= MANY_OPENINGS)
        .order_by("back", JournalLine.actor_id)
    )
    return [Openings(days[row.back], row.actor_id, row.times) for row in session.execute(wanted)]


@dataclass(frozen=True)
class WeekOfOpenings:
    """All openings of one week in the places that somebody supervises; by whom in the order in which people were
    registered, and why in the order of the words: nobody is ranked."""

    first: date
    last: date
    lines: KeysetQuery
    total: int
    by_task: int
    by_person: dict[int, int]
    by_reason: dict[str, int]


def week_of_openings(weeks_back: int, *, actor: Actor) -> WeekOfOpenings:
    """The week that many weeks ago, from Monday to Sunday; 0 is this one."""
    today = clock.today()
    first = today - timedelta(days=today.weekday() + 7 * weeks_back)
    last = first + timedelta(days=6)
    wanted = sa.select(JournalLine).where(
        JournalLine.verb.in_(OPENINGS),
        JournalLine.organisation_id.in_(permissions.reach_of(actor.id, Permission.OPENING_REVIEW)),
        JournalLine.at >= clock.day_starts(first),
        JournalLine.at < clock.day_ends(last),
        JournalLine.actor_id.is_not(None),
    )
    told = session.execute(
        wanted.with_only_columns(JournalLine.actor_id, JournalLine.reason, JournalLine.facts)
    ).all()
    return WeekOfOpenings(
        first,
        last,
        KeysetQuery(wanted, (JournalLine.id.desc(),)),
        len(told),
        sum("task" in (facts or {}) for _who, _why, facts in told),
        dict(sorted(Counter(who for who, _why, _facts in told).items())),
        dict(sorted(Counter(why or "" for _who, why, _facts in told).items())),
    )


def _whole_city(actor: Actor) -> bool:
    city = session.scalar(sa.select(Organisation.id).where(Organisation.kind == "city").limit(1))
    return city is not None and permissions.appointed(actor.id, Permission.JOURNAL_READ, city)
