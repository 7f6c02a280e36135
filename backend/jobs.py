"""Work that time brings: what is due is found by a query, and each item is done in a transaction of its own.

A capability lists its jobs as data; the worker runs them. A job's `done` decides again under the lock
whether the item is still due, so running it twice, or on two workers at once, changes nothing more.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from backend.db import transaction
from backend.errors import Refused

log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """`due()` answers the ids of what is due, `work(id)` does one of them; `every` is in seconds.

    `before(id)` is what is slow and elsewhere, a store that has to be asked; it is done outside any
    transaction, and again when the work after it failed.
    """

    name: str
    every: int
    due: Callable[[], Iterable[int]]
    work: Callable[[int], object]
    before: Callable[[int], object] | None = None


def run(job: Job) -> int:
    """Does all that is due now; answers how many were done. One item's failure does not stop the others."""
    done = 0
    for item in list(job.due()):
        try:
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
