"""What was typed of a person in the records of others: where it stands, and how it is taken out when they leave.

What is in a person's own records goes with them. But a name may have been typed anywhere: into the reason why another
wish waits, the title of an activity, the note of a stocktake. Looking for it reads all texts, so it is done before the
transaction that cancels the account, which then changes the few rows that were found.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
import structlog

from backend import capabilities, journal
from backend.db import Base, session
from backend.people.kinds import PersonState
from backend.people.models import Person
from backend.rights import sealed, texts
from backend.rights.texts import TextTable

# A name that so many living accounts bear as well tells nobody apart.
BEARERS = 3
# A word that stands in more texts than anybody is written about is no name, whatever somebody called themselves.
MOST_TEXTS = 500
AT_A_TIME = 50
# Things whose names are public: what the journal calls them, and the columns of their names.
_NAMED = {
    "organisations": ("organisation", ("name", "short")),
    "teams": ("team", ("name",)),
    "shops": ("shop", ("name",)),
    "items": ("item", ("name",)),
    "activities": ("activity", ("title",)),
    "rounds": ("round", ("title",)),
}
# By what a thing gets its name: by being made, and by a change of it.
_MAKING = ("open", "found", "put_up", "plan", "import")
_RENAMING = ('"name"', '"title"')

log = structlog.get_logger()


@dataclass(frozen=True)
class Place:
    """A row in which some of the words stand, by its key."""

    where: TextTable
    key: dict[str, Any]
    words: frozenset[str]


@dataclass(frozen=True)
class Found:
    """The places where somebody is named by words that can only mean them."""

    words: frozenset[str]
    places: tuple[Place, ...]


def look(person_id: int, words: set[str]) -> Found:
    """Where these words of a person stand, in whose records ever. Reads without a lock."""
    if not words:
        return Found(frozenset(), ())
    places = tuple(_places(words))
    counts = Counter(word for place in places for word in place.words)
    theirs = frozenset(_only_theirs(set(counts), counts, person_id))
    return Found(theirs, tuple(place for place in places if place.words & theirs))


def take_out(found: Found) -> None:
    """Takes the words out of the rows, each read again under its lock; so many at a time, since others wait meanwhile."""
    if not found.words:
        return
    sought = texts.pattern_of(found.words)
    for where, places in groupby(found.places, attrgetter("where")):
        standing = list(places)
        for begin in range(0, len(standing), AT_A_TIME):
            some = standing[begin : begin + AT_A_TIME]
            here = sa.or_(*(where.place_of(place.key) for place in some))
            rows = session.execute(sa.select(where.table).where(here).with_for_update()).mappings().all()
            _write(where, [(dict(row), texts.cleaned(where, dict(row), sought)) for row in rows])


def _write(where: TextTable, changes: list[tuple[texts.Row, texts.Row]]) -> None:
    """A statement for all rows in which the same columns change."""
    same = sorted(((row, changed) for row, changed in changes if changed), key=lambda one: sorted(one[1]))
    for names, some in groupby(same, key=lambda one: sorted(one[1])):
        here = sa.and_(*(key == sa.bindparam(f"key_{key.name}") for key in where.keys))
        values: texts.Row = {name: sa.bindparam(f"new_{name}") for name in names}
        told = [
            {f"key_{key.name}": row[key.name] for key in where.keys}
            | {f"new_{name}": value for name, value in changed.items()}
            for row, changed in some
        ]
        # Beside the session, which would take many rows at once for objects of its own.
        session.connection().execute(sa.update(where.table).where(here).values(values), told)


def _places(words: set[str]) -> Iterator[Place]:
    each = {word: texts.pattern_of([word]) for word in words}
    for where in texts.tables():
        for row in texts.candidates(where, words):
            told = json.dumps(list(texts.read(where, row).values()), ensure_ascii=False, default=str)
            standing = frozenset(word for word, pattern in each.items() if pattern.search(told))
            if standing:
                yield Place(where, {key.name: row[key.name] for key in where.keys}, standing)


def _only_theirs(words: set[str], counts: Counter[str], person_id: int) -> set[str]:
    """The words that can mean nobody and nothing else: nobody may take words of the city's own out of its records by
    calling themselves so and leaving."""
    since = session.scalars(sa.select(Person.created_at).where(Person.id == person_id)).one()
    left = {word for word in words if counts[word] <= MOST_TEXTS}
    left = {word for word in left if not (_of_the_product(word) or _named_before(word, since))}
    bearers = _bearers(left, person_id)
    left = {word for word in left if bearers[word] < BEARERS}
    if left != words:
        # Without the words, which nobody may read in a log.
        log.warning("rights.words_left", person=person_id, words=len(words - left))
    return left


def _of_the_product(word: str) -> bool:
    """Whether it is part of what the product itself calls something."""
    return any(word in text for module in capabilities.modules("labels") for text in _labels(vars(module)))


def _labels(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            if not str(name).startswith("__"):
                yield from _labels(one)


def _named_before(word: str, since: datetime) -> bool:
    """Whether a place or a thing bore the word in its name before this person was known."""
    return any(_bears(name, *called, word, since) for name, called in _NAMED.items())


def _bears(name: str, kind: str, columns: tuple[str, ...], word: str, since: datetime) -> bool:
    """Of a thing that got its name since, it may have been typed there because of the person."""
    table, line = Base.metadata.tables[name].c, journal.JournalLine
    facts = sa.cast(line.facts, sa.Text)
    named = sa.or_(line.verb.in_(_MAKING), *(facts.contains(one) for one in _RENAMING))
    since_then = sa.exists().where(
        line.subject_kind == kind, line.subject_id == table.id, line.at >= since, named
    )
    holds = sa.or_(*(table[one].contains(word, autoescape=True) for one in columns))
    return session.execute(sa.select(table.id).where(holds, ~since_then).limit(1)).one_or_none() is not None


def _bearers(words: set[str], person_id: int) -> Counter[str]:
    """How many other living accounts bear each as their name or nickname."""
    names, people, after = sealed.of("persons")["real_name_sealed"], Base.metadata.tables["persons"].c, 0
    living = (people.status == PersonState.ACTIVE, people.id != person_id)
    wanted = sa.select(people.id, people.nickname, people.real_name_sealed).where(*living).order_by(people.id)
    found: Counter[str] = Counter()
    while words:
        rows = session.execute(wanted.where(people.id > after).limit(texts.PAGE)).mappings().all()
        found.update(word for row in rows for word in {row["nickname"], sealed.opened(names, row)} & words)
        if len(rows) < texts.PAGE:
            break
        after = rows[-1]["id"]
    return found
