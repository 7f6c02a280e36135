"""Recomputes every sealed day from its rows and names the row, the page or the seal that does not agree."""

import hashlib
import hmac
import itertools
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.ledger.sealed_rows import (
    KINDS,
    MARK_BYTES,
    Kind,
    Place,
    day_begins,
    day_ends,
    digests,
    each,
    marks_of,
    named,
)
from backend.ledger.seals import BEFORE_THE_FIRST, contents, hash_of, key_id, pages, seals, short, signed

PAGES_A_TIME = 50
DAYS_A_TIME = 30
# The place before every row there can be.
_EVER: Place = (datetime.min.replace(tzinfo=UTC), 0)


def findings(progress: Callable[[str], object] = lambda _: None) -> Iterator[str]:
    """All that was changed, added or taken away in a sealed day, one sentence each; none is good.

    Reads a page at a time, so memory stays small whatever a day's size. That the newest seals were taken
    away together with all rows that tell of them, only a copy outside of the database can show.
    """
    before = None
    days = session.scalars(sa.select(seals.c.day).order_by(seals.c.day)).all()
    yield from _older(days[:1])
    for number, day in enumerate(days, start=1):
        one = session.execute(sa.select(seals).where(seals.c.day == day)).one()
        yield from _chain(one, before)
        for kind in KINDS:
            yield from _rows(one, kind, progress)
        before = one
        if number % DAYS_A_TIME == 0 or number == len(days):
            progress(f"seals up to {day} checked")


def _older(first: Sequence[date]) -> Iterator[str]:
    """The first day of all is that of the first row there was: what is older came afterwards, and is in no seal."""
    for day, kind in itertools.product(first, KINDS):
        for row in each(kind, _EVER, day_begins(day)):
            yield f"{named(kind, row)} was added to {clock.business_day(row.at)}, before the first sealed day {day}"


def of_day(day: date) -> list[str]:
    """The same of one day alone: its seal by itself and after the one before it, and all of its rows."""
    one = session.execute(sa.select(seals).where(seals.c.day == day)).one()
    before = session.execute(
        sa.select(seals).where(seals.c.day < day).order_by(seals.c.day.desc()).limit(1)
    ).one_or_none()
    found = list(_chain(one, before))
    for kind in KINDS:
        found += _rows(one, kind, lambda _: None)
    return found


def chained(some: Sequence[Any]) -> dict[date, bool]:
    """Whether each of these seals, the newest first, is sound by itself and after the one before it, without
    reading a row. The last of them is taken for the very first seal: ask with one more than is shown."""
    return {one.day: not any(_chain(one, before)) for one, before in itertools.pairwise([*some, None]) if one}


def _chain(one: Any, before: Any | None) -> Iterator[str]:
    """The seal by itself, and as a link between its neighbours."""
    name = f"the seal of {one.day} ({one.short})"
    if before is not None and one.day != before.day + timedelta(days=1):
        yield f"{name} follows the seal of {before.day}: the days between have none"
    if one.previous_hash != (before.hash if before is not None else BEFORE_THE_FIRST):
        yield f"{name} does not name the seal before it: one of them was changed or taken away"
    if one.hash != hash_of(one._mapping) or one.short != short(one.hash):
        yield f"{name} was changed: its hash is not that of its contents"
    if one.key_id != key_id():
        yield f"{name} was made with another SECRET_KEY, so it cannot be checked with this one"
    elif not hmac.compare_digest(one.signature, signed(one.hash)):
        yield f"{name} does not bear our signature"


def _rows(one: Any, kind: Kind, progress: Callable[[str], object]) -> Iterator[str]:
    # Texts were digested with the key of then; without it every row would seem changed.
    if one.key_id != key_id():
        return
    counted = (
        (one.transfers, one.transfers_root) if kind is KINDS[0] else (one.journal_lines, one.journal_root)
    )
    if contents(one.day, kind) != counted:
        yield f"the sealed pages of {one.day} ({kind.noun}s) were changed: they do not make up its seal"
    after = day_begins(one.day)
    for sealed in _pages(one.day, kind):
        last = (sealed.last_at, sealed.last_id)
        yield from _page(one.day, kind, sealed, after, last)
        after = last
        if sealed.number % PAGES_A_TIME == 0:
            progress(f"{sealed.number} pages of {kind.noun}s of {one.day} checked")
    for row in each(kind, after, day_ends(one.day)):
        yield _added(one.day, kind, row)


def _pages(day: date, kind: Kind) -> Iterator[Any]:
    number = 0
    while True:
        mine = sa.and_(pages.c.day == day, pages.c.kind == kind.name, pages.c.number > number)
        found = session.execute(
            sa.select(pages).where(mine).order_by(pages.c.number).limit(PAGES_A_TIME)
        ).all()
        if not found:
            return
        yield from found
        number = found[-1].number


def _page(day: date, kind: Kind, sealed: Any, after: Place, last: Place) -> Iterator[str]:
    expected, whole, told = marks_of(sealed.marks), hashlib.sha256(), False
    for row, digest in digests(kind, each(kind, after, last)):
        whole.update(digest)
        known = expected.pop(row.id, None)
        if known == digest[:MARK_BYTES]:
            continue
        told = True
        yield _added(day, kind, row) if known is None else f"{named(kind, row)} of {day} was changed{_SINCE}"
    for row_id in expected:
        yield _gone(day, kind, row_id)
    if not told and not expected and whole.hexdigest() != sealed.digest:
        yield f"page {sealed.number} of {kind.noun}s of {day} was changed{_SINCE}: its digest is not its rows'"


_SINCE = " after that day was sealed"


def _added(day: date, kind: Kind, row: Any) -> str:
    return f"{named(kind, row)} was added to {day}{_SINCE}"


def _gone(day: date, kind: Kind, row_id: int) -> str:
    wanted = sa.select(*(kind.table.c[name] for name in kind.facts)).where(kind.table.c.id == row_id)
    row = session.execute(wanted).one_or_none()
    if row is None:
        return f"{kind.noun} {row_id} of {day} was taken away{_SINCE}"
    moment = row.at.astimezone(clock.CHINA).isoformat(timespec="seconds")
    return f"{named(kind, row)} of {day} was changed{_SINCE}: it now tells the time {moment}"
