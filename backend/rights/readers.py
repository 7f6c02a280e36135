"""The readers behind the export: one topic a holding, and those that no single table tells."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from backend import journal
from backend.db import session
from backend.files import actions as files
from backend.files import stores
from backend.files.models import File
from backend.ledger import queries as ledger
from backend.organisations import queries as places
from backend.people import queries as people
from backend.rights import personal_tables, sealed
from backend.rights.personal_tables import PersonalRows
from backend.wishes.kinds import WishState
from backend.wishes.views import NO_LONGER_SHOWN

PAGE = 500
Row = dict[str, Any]


@dataclass(frozen=True)
class Topic:
    """One file of the export: `read(person id)` yields its rows, oldest first; `labels` are its own headings."""

    file: str
    title: str
    read: Callable[[int], Iterator[Row]]
    labels: dict[str, str] = field(default_factory=dict)


def topics() -> list[Topic]:
    """Everything, in the order of the README. A capability's models say what they hold of a person."""
    found = personal_tables.existing()
    own = [Topic(rows.said.file, rows.said.title, _reader(rows), rows.labels()) for rows in found]
    return [
        *own,
        Topic("points_balance", "现在的积分", _balance),
        Topic("my_acts", "我办过的事", _acts),
        Topic("done_to_me", "别人为我办的事，包括谁在何时为何看过我的联系方式", _done_to_me),
    ]


def _reader(held: PersonalRows) -> Callable[[int], Iterator[Row]]:
    def read(person_id: int) -> Iterator[Row]:
        # Accounts that were joined are a topic of their own.
        joined = held.table.name != "persons"
        for account in personal_tables.accounts_of(person_id) if joined else [person_id]:
            for page in _pages(held, account):
                yield from _readable_rows(held, page, account)

    return read


def _pages(held: PersonalRows, person_id: int) -> Iterator[list[Row]]:
    """The person's rows, a page at a time by their number; rows without one number are few."""
    table = held.table
    keys = list(table.primary_key.columns)
    wanted = sa.select(table).where(held.of(person_id)).order_by(*keys)
    if len(keys) > 1:
        yield [dict(row) for row in session.execute(wanted).mappings()]
        return
    (key,), after = keys, None
    while True:
        step = wanted if after is None else wanted.where(key > after)
        rows = [dict(row) for row in session.execute(step.limit(PAGE)).mappings()]
        yield rows
        if len(rows) < PAGE:
            return
        after = rows[-1][key.name]


def _readable_rows(held: PersonalRows, rows: list[Row], person_id: int) -> Iterator[Row]:
    """Rows as the person may read them: own seals opened, others masked, places by name."""
    if not rows:
        return
    names = _names(held, rows)
    seals = sealed.of(held.table.name)
    hidden = held.not_exported
    looked_up = [(own, _lookup(held.columns[own], names, rows)) for own, names in held.said.lookups.items()]
    for row in rows:
        told: Row = {}
        for name, value in row.items():
            if name in hidden:
                continue
            if name in seals:
                told[name.removesuffix("_sealed")] = sealed.opened(seals[name], row)
            elif name in names:
                mine = value == person_id
                told[name.removesuffix("_id")] = "本人" if mine else names[name].get(value)
            else:
                # Plain text: the name of a column that its model calls otherwise is of a class of its own.
                told[str(name)] = value
        for own, found in looked_up:
            told.update(found.get(row[own], {}))
        yield told


def _names(held: PersonalRows, rows: list[Row]) -> dict[str, dict[int | None, str]]:
    """For each column that points to a person or a place: names by id."""
    table, found = held.table, {}
    persons = personal_tables.standing_in(table)
    for column in table.columns:
        targets = {key.column.table.name for key in column.foreign_keys}
        ids = {row[column.name] for row in rows} - {None} if targets else set()
        if column.name in persons:
            found[column.name] = people.masked_names(ids)
        elif "organisations" in targets:
            found[column.name] = places.names(ids)
    return found


def _lookup(own: Any, columns: tuple[str, ...], rows: list[Row]) -> dict[int, Row]:
    """What another table says of the things these rows are about, under the name of that thing."""
    table, ids = personal_tables.target(own), {row[own.name] for row in rows}
    shown = [_unless_taken_down(table, name) for name in columns]
    wanted = sa.select(table.c.id, *shown).where(table.c.id.in_(ids))
    noun = own.name.removesuffix("_id")
    return {
        row["id"]: {f"{noun}_{name}": row[name] for name in columns}
        for row in session.execute(wanted).mappings()
    }


def _unless_taken_down(table: sa.Table, name: str) -> sa.ColumnElement[Any]:
    """A column of another thing. What staff took down is named to nobody who only had to do with it."""
    if table.name == "wishes":
        taken_down = table.c.state == WishState.TAKEN_DOWN
    elif "taken_down_at" in table.c:
        taken_down = table.c.taken_down_at.is_not(None)
    else:
        return table.c[name]
    if name not in ("title", "name"):
        return table.c[name]
    return sa.case((taken_down, NO_LONGER_SHOWN), else_=table.c[name]).label(name)


def pictures(person_id: int) -> Iterator[tuple[str, bytes]]:
    """The pictures the person uploaded that still lie in the store, one in memory at a time."""
    wanted = sa.select(File.id, File.key).where(File.owner_id == person_id, File.erased_at.is_(None))
    for row in session.execute(wanted.order_by(File.id)).all():
        content = stores.store().get(files.name(row.key, "full"))
        if content is not None:
            yield f"pictures/{row.id}.jpg", content


def _balance(person_id: int) -> Iterator[Row]:
    yield {**ledger.balance(person_id)}


# In a reason that staff once wrote about somebody else, a number is most likely that person's.
_NUMBER = re.compile(r"\d[\d\s-]{5,}\d")


def _acts(person_id: int) -> Iterator[Row]:
    line, after = journal.JournalLine, 0
    while True:
        wanted = sa.select(line).where(line.actor_id == person_id, line.id > after).order_by(line.id)
        page = list(session.scalars(wanted.limit(PAGE)))
        for one in page:
            reason = one.reason and _NUMBER.sub("***", one.reason)
            yield {**_line(one), "reason": reason, "facts": one.facts}
        if len(page) < PAGE:
            return
        after = page[-1].id


def _done_to_me(person_id: int) -> Iterator[Row]:
    """What others did to the person, and to what is theirs."""
    for kind in ("person", "residency", "party_registration"):
        yield from _by_others(journal.lines(kind, person_id), person_id)
    for held in personal_tables.existing():
        key, theirs = held.columns.get("id"), held.of(person_id)
        ids = session.scalars(sa.select(key).where(theirs).order_by(key)).all() if held.journal_kind else ()
        for subject_id in ids:
            yield from _by_others(journal.lines(held.journal_kind, subject_id), person_id)


def _by_others(lines: list[journal.JournalLine], person_id: int) -> Iterator[Row]:
    found = [line for line in lines if line.actor_id != person_id]
    names = people.masked_names({line.actor_id for line in found if line.actor_id})
    for line in found:
        yield {**_line(line), "by": names.get(line.actor_id or 0, "系统"), "reason": line.reason}


def _line(line: journal.JournalLine) -> Row:
    return {
        "at": line.at,
        "verb": line.verb,
        "subject_kind": line.subject_kind,
        "subject_id": line.subject_id,
        "from_state": line.from_state,
        "to_state": line.to_state,
    }
