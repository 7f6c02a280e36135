"""Daily seals: each past business day's transfers and journal lines, digested, chained and signed.

Who changes a row of a sealed day, even with the triggers dropped, would have to change the seals of that day
and of every day since, would need the key, and would still not have changed the copies of the short form
that were printed and shown. A large day is sealed in several transactions, a few thousand rows each, so that
no other writer waits long.
"""

import hashlib
import hmac
from datetime import date, timedelta
from typing import Any

import orjson
import sqlalchemy as sa

from backend import clock
from backend.db import dialect, session
from backend.jobs import Job
from backend.ledger.models import Seal, SealedPage
from backend.ledger.sealed_rows import (
    KINDS,
    PAGE,
    Kind,
    Place,
    day_begins,
    day_ends,
    digests,
    key,
    mark,
    page,
    place_of,
)

seals = Seal.__table__
pages = SealedPage.__table__

# Longer than any request or job keeps a transaction open: what began before midnight is in by then.
SETTLING = timedelta(minutes=30)
STEP_PAGES = 20
BEFORE_THE_FIRST = "0" * 64
# One number a house-wide lock; the migrations have the one before it.
SEALING_LOCK = 7_310_002


def days_to_seal() -> list[int]:
    """The past days that are not sealed yet, in order, as ordinals; a large day stands in it once a step."""
    day, found = _next_day(), []
    while day is not None and day < _open_since():
        found += [day.toordinal()] * _steps(day)
        day += timedelta(days=1)
    return found


def seal(ordinal: int) -> None:
    """The next step of sealing a day: some of its pages, and the seal itself when no row is left.

    Does nothing for a day that was sealed meanwhile, or whose day before is not sealed yet.
    """
    _one_worker_at_a_time()
    day = date.fromordinal(ordinal)
    if day != _next_day() or day >= _open_since():
        return
    room = STEP_PAGES
    for kind in KINDS:
        room -= _add_pages(day, kind, room)
        if room == 0:
            return
    _close(day)


JOBS = [Job("seal_days", every=600, due=days_to_seal, work=seal)]


def latest() -> Any | None:
    """The newest seal, to be shown and printed: `day`, `short`, `transfers`, `journal_lines`, …"""
    return session.execute(sa.select(seals).order_by(seals.c.day.desc()).limit(1)).one_or_none()


def listed(before: date | None, limit: int) -> list[Any]:
    """Seals, the newest first."""
    wanted = sa.select(seals).order_by(seals.c.day.desc()).limit(limit)
    return list(session.execute(wanted if before is None else wanted.where(seals.c.day < before)))


def of_day(day: date) -> Any | None:
    """The seal of a day, or None."""
    return session.execute(sa.select(seals).where(seals.c.day == day)).one_or_none()


def days_behind() -> int:
    """How many past days are not sealed; none or one is usual, more says that no worker seals."""
    following = _next_day()
    return max((_open_since() - following).days, 0) if following is not None else 0


def _open_since() -> date:
    """The first day that may still get rows."""
    return clock.business_day(clock.now() - SETTLING)


def _next_day() -> date | None:
    """The day after the newest seal, else the day of the first row; None where there is no row."""
    sealed = session.scalar(sa.select(sa.func.max(seals.c.day)))
    if sealed is not None:
        return sealed + timedelta(days=1)
    moments = [session.scalar(sa.select(sa.func.min(kind.table.c.at))) for kind in KINDS]
    known = [clock.business_day(moment) for moment in moments if moment is not None]
    return min(known, default=None)


def _steps(day: date) -> int:
    """How many times seal() has to be called for a day."""
    count = 0
    for kind in KINDS:
        at = kind.table.c.at
        within = sa.and_(at >= clock.day_starts(day), at < clock.day_ends(day))
        rows = session.scalars(sa.select(sa.func.count()).select_from(kind.table).where(within)).one()
        count += 1 + rows // PAGE
    return 1 + count // STEP_PAGES


def _one_worker_at_a_time() -> None:
    # SQLite has one writer anyway.
    if dialect() == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": SEALING_LOCK})


def _add_pages(day: date, kind: Kind, room: int) -> int:
    """Writes the day's next pages of this kind, at most `room`; answers how many."""
    number, after = _reached(day, kind)
    for added in range(room):
        rows = page(kind, after, day_ends(day))
        if not rows:
            return added
        after = place_of(rows[-1])
        session.execute(sa.insert(pages), _page(day, kind, number + added, rows))
    return room


def _reached(day: date, kind: Kind) -> tuple[int, Place]:
    """The number of the next page, and the place behind which it begins."""
    wanted = sa.select(pages.c.number, pages.c.last_at, pages.c.last_id).where(
        pages.c.day == day, pages.c.kind == kind.name
    )
    last = session.execute(wanted.order_by(pages.c.number.desc()).limit(1)).one_or_none()
    return (last.number + 1, (last.last_at, last.last_id)) if last else (1, day_begins(day))


def _page(day: date, kind: Kind, number: int, rows: list[Any]) -> dict[str, Any]:
    found = [(row.id, digest) for row, digest in digests(kind, rows)]
    return {
        "day": day,
        "kind": kind.name,
        "number": number,
        "size": len(rows),
        "last_at": rows[-1].at,
        "last_id": rows[-1].id,
        "digest": hashlib.sha256(b"".join(digest for _, digest in found)).hexdigest(),
        "marks": b"".join(mark(*one) for one in found),
    }


def _close(day: date) -> None:
    (transfers, transfers_root), (lines, journal_root) = (contents(day, kind) for kind in KINDS)
    before = latest()
    facts = {
        "day": day,
        "previous_hash": before.hash if before else BEFORE_THE_FIRST,
        "transfers": transfers,
        "transfers_root": transfers_root,
        "journal_lines": lines,
        "journal_root": journal_root,
        "key_id": key_id(),
    }
    made = hash_of(facts)
    session.execute(
        sa.insert(seals),
        {**facts, "hash": made, "short": short(made), "signature": signed(made), "made_at": clock.now()},
    )


def contents(day: date, kind: Kind) -> tuple[int, str]:
    """How many rows a day's pages hold, and the digest of the pages' digests."""
    wanted = sa.select(pages.c.size, pages.c.digest).where(pages.c.day == day, pages.c.kind == kind.name)
    root, rows = hashlib.sha256(), 0
    for one in session.execute(wanted.order_by(pages.c.number)):
        root.update(bytes.fromhex(one.digest))
        rows += one.size
    return rows, root.hexdigest()


_SEALED = ("previous_hash", "transfers", "transfers_root", "journal_lines", "journal_root", "key_id")


def hash_of(facts: Any) -> str:
    """The hash of a seal, of all that it says."""
    told = ["seal", 1, facts["day"].isoformat(), *(facts[name] for name in _SEALED)]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


def short(whole: str) -> str:
    """The first 64 bits, in four groups: fit for a printed notice and for reading out on the telephone."""
    return "-".join(whole[start : start + 4] for start in range(0, 16, 4))


def signed(whole: str) -> str:
    return hmac.digest(key("signature"), whole.encode(), "sha256").hex()


def key_id() -> str:
    """Tells one key from another without telling the key."""
    return hmac.digest(key("name"), b"", "sha256").hex()[:16]
