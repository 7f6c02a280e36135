"""Work that time brings: what is due is found by a query, and each item is done in a transaction of its own.

A capability lists its jobs as data; the worker runs them. A job's `done` decides again under the lock
whether the item is still due, so running it twice, or on two workers at once, changes nothing more.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock, traces
from backend.db import Model, Moment, clock_ahead, insert, session, transaction
from backend.errors import Refused
from backend.personal import not_personal

# A clock that is ahead would seal days that are not over, end points and orders too early and erase what
# is to be kept: none of it can be taken back. Well under the half hour that a day has to settle before
# it is sealed.
MOST_APART = timedelta(minutes=5)

log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """`due()` answers the ids of what is due, `work(id)` does one of them; `every` is in seconds.

    `before(id)` is what is slow and elsewhere, a store that has to be asked; it is done outside any
    transaction, and again when the work after it failed.
    """

    name: str
    every: int
    due: Callable[[], Iterable[Any]]
    work: Callable[[Any], object]
    before: Callable[[int], object] | None = None


class JobRun(Model):
    """When a job last had nothing more to do, on whichever machine the worker ran: for /metrics."""

    __tablename__ = "job_runs"

    name: Mapped[str] = mapped_column(
        sa.String(60), primary_key=True, info=not_personal("a job's", code=True)
    )
    every: Mapped[int] = mapped_column(sa.Integer)
    ended_at: Mapped[datetime] = mapped_column(Moment)


# A job that runs every few seconds is noted once in this time.
NOTED_EVERY = timedelta(minutes=5)


def note(job: Job) -> None:
    """It is through; in the worker alone, after every item."""
    now = clock.now()
    known = session.get(JobRun, job.name)
    if known is not None and known.ended_at > now - NOTED_EVERY:
        return
    told = {"every": job.every, "ended_at": now}
    with transaction():
        added = insert(JobRun).values(name=job.name, **told)
        session.execute(added.on_conflict_do_update(index_elements=["name"], set_=told))


def overdue() -> dict[str, float]:
    """For how many seconds each job is late; a job that never ran is not known here."""
    now = clock.now()
    rows = session.execute(sa.select(JobRun.name, JobRun.every, JobRun.ended_at))
    spared = NOTED_EVERY.total_seconds()
    return {row.name: max((now - row.ended_at).total_seconds() - row.every - spared, 0.0) for row in rows}


class ClocksApart(Exception):
    """What is due cannot be known: this machine and the database disagree about the time."""


def run(job: Job) -> int:
    """Does all that is due now; answers how many were done. One item's failure does not stop the others.

    Raises ClocksApart, and does nothing, where this machine's clock and PostgreSQL's are minutes apart:
    several machines run jobs, and one with a wrong clock must not act for all.
    """
    _clocks_agree()
    done = 0
    for item in list(job.due()):
        try:
            with traces.span(f"item of {job.name}", **{"job.item": str(item)}):
                if job.before is not None:
                    job.before(item)
                with transaction():
                    job.work(item)
            done += 1
        except Refused as refusal:
            # Someone else was quicker: the item is no longer due.
            log.info("job.skipped", job=job.name, item=item, refusal=refusal.name())
        except Exception:
            log.exception("job.failed", job=job.name, item=item)
    return done


def _clocks_agree() -> None:
    ahead = clock_ahead()
    if abs(ahead) > MOST_APART:
        raise ClocksApart(
            f"this machine's clock is {ahead.total_seconds():+.0f} s from the database's: run NTP"
        )
