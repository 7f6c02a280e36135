"""What a seal sees of a row: one canonical line of ids and facts, and its digest.

Texts that may speak of a person (a title, a reason) stand in the line only as keyed digests. So the seals
hold no personal data, nobody without the key can guess a text from them, and a sealed day still agrees when words
of it were erased (`erasable`).
"""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from backend import clock, config, erasable
from backend.db import Id, Moment, session
from backend.journal import JournalLine
from backend.ledger.writing import transfers

PAGE = 512
# Enough to tell one changed row of a page from another; what proves is the page's whole digest.
MARK_BYTES = 8
_ID_BYTES = 8

# A place in the order of time: (moment, row id). No row has the id 0.
Place = tuple[datetime, int]


class Kind(NamedTuple):
    """A table that is sealed: `facts` go into the line as they are, `texts` as keyed digests."""

    name: str
    noun: str
    table: Any
    facts: tuple[str, ...]
    texts: tuple[str, ...]
    named_by: tuple[str, ...]


TRANSFERS = Kind(
    "transfer",
    "transfer",
    transfers,
    (
        "id",
        "at",
        "kind",
        "source_id",
        "target_id",
        "amount",
        "reference",
        "by_id",
        "person_id",
        "community_id",
        "balance",
        "rule_id",
        "units",
        "earned_on",
        "cap_group",
        "hold_id",
        "reverses_id",
    ),
    ("title",),
    ("reference",),
)
JOURNAL = Kind(
    "journal",
    "journal line",
    JournalLine.__table__,
    (
        "id",
        "at",
        "actor_id",
        "verb",
        "subject_kind",
        "subject_id",
        "from_state",
        "to_state",
        "organisation_id",
        "request",
    ),
    ("reason", "facts"),
    ("verb", "subject_kind", "subject_id"),
)
KINDS = (TRANSFERS, JOURNAL)


def _columns(kind: Kind) -> list[str]:
    """What is read of a row: its facts, its texts, and beside a text that can be erased what is kept of it."""
    kept = [erasable.digest_of(text) for text in erasable.texts(kind.table) if text in kind.texts]
    return [*kind.facts, *kind.texts, *kept]


def _between(kind: Kind) -> Any:
    table = kind.table.c
    place = sa.tuple_(table.at, table.id)
    return (
        sa.select(*(table[name] for name in _columns(kind)))
        .where(
            place > sa.tuple_(sa.bindparam("after", type_=Moment), sa.bindparam("after_id", type_=Id)),
            place <= sa.tuple_(sa.bindparam("last", type_=Moment), sa.bindparam("last_id", type_=Id)),
        )
        .order_by(table.at, table.id)
        .limit(sa.bindparam("most"))
    )


_BETWEEN = {kind.name: _between(kind) for kind in KINDS}


def page(kind: Kind, after: Place, last: Place) -> list[Any]:
    """The next rows behind `after`, up to and with `last`; at most PAGE of them."""
    bounds = {"after": after[0], "after_id": after[1], "last": last[0], "last_id": last[1]}
    return list(session.execute(_BETWEEN[kind.name], {**bounds, "most": PAGE}))


def each(kind: Kind, after: Place, last: Place) -> Iterator[Any]:
    """All rows in between, however many, a page in memory at a time."""
    while rows := page(kind, after, last):
        yield from rows
        after = place_of(rows[-1])


def place_of(row: Any) -> Place:
    return row.at, row.id


def day_begins(day: date) -> Place:
    """The place before the day's first row."""
    return clock.day_starts(day), 0


def day_ends(day: date) -> Place:
    """The place behind the day's last row."""
    return clock.day_ends(day), 0


def digests(kind: Kind, rows: Iterator[Any] | list[Any]) -> Iterator[tuple[Any, bytes]]:
    """Each row with the SHA-256 of its canonical line."""
    secret = erasable.key()
    for row in rows:
        facts = [_plain(getattr(row, name)) for name in kind.facts]
        texts = [_digest(secret, row, name) for name in kind.texts]
        yield row, hashlib.sha256(orjson.dumps([kind.name, 1, *facts, *texts])).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _digest(secret: bytes, row: Any, name: str) -> str | None:
    """Of the text as it was written: its words may have been erased since, with the person they spoke of."""
    return erasable.as_written(secret, getattr(row, name), getattr(row, erasable.digest_of(name), None))


def mark(row_id: int, digest: bytes) -> bytes:
    return row_id.to_bytes(_ID_BYTES) + digest[:MARK_BYTES]


def marks_of(packed: bytes) -> dict[int, bytes]:
    """The beginning of each row's digest, by the row's id."""
    size = _ID_BYTES + MARK_BYTES
    parts = (packed[start : start + size] for start in range(0, len(packed), size))
    return {int.from_bytes(part[:_ID_BYTES]): part[_ID_BYTES:] for part in parts}


def named(kind: Kind, row: Any) -> str:
    """The row as a finding calls it: `transfer 17 (wish:3:confirmed)`."""
    return f"{kind.noun} {row.id} ({' '.join(str(getattr(row, name)) for name in kind.named_by)})"


def key(purpose: str) -> bytes:
    """A key of its own for each purpose of the seals, derived from SECRET_KEY."""
    return hmac.digest(config.settings().secret_key.encode(), f"ledger seal: {purpose}".encode(), "sha256")
