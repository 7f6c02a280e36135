"""What time brings to pictures: verdicts that never came, uploads nobody used, and what has to be erased."""

import sqlalchemy as sa

from backend import clock
from backend.db import lock_row, session
from backend.files import actions, stores
from backend.files.actions import UNUSED_TIME, VERDICT_TIME
from backend.files.models import EarlyVerdict, File
from backend.jobs import Job

BATCH = 200


def unanswered() -> list[int]:
    """Pictures whose verdict WeChat has not told in time, and uploads that were never finished."""
    late = File.created_at < clock.now() - VERDICT_TIME
    return _ids(late, File.state.in_(("storing", "checking")), File.erased_at.is_(None))


def stop_waiting(file_id: int) -> None:
    """Staff look at what WeChat did not; an upload that was never finished is discarded."""
    row = lock_row(File, file_id)
    after = {"checking": "needs_look", "storing": "discarded"}
    row.state = after.get(row.state, row.state)
    session.flush()


def unused() -> list[int]:
    """Pictures uploaded a day ago and attached to nothing."""
    old = File.created_at < clock.now() - UNUSED_TIME
    return _ids(old, File.subject_id.is_(None), File.erased_at.is_(None), File.state != "discarded")


def discard(file_id: int) -> None:
    row = lock_row(File, file_id)
    if row.subject_id is None:
        row.state = "discarded"
        session.flush()


def erasable() -> list[int]:
    """Pictures that nobody may see any more, and that still lie in the store."""
    return _ids(File.state.in_(("refused", "discarded")), File.erased_at.is_(None))


_GONE = ("refused", "discarded")


def empty(file_id: int) -> None:
    """Erases the picture itself from the store, which may be slow. What is refused or discarded never comes
    back, so no lock is needed; erasing twice is the same."""
    row = session.execute(sa.select(File.key, File.state).where(File.id == file_id)).one()
    if row.state in _GONE:
        for size in ("full", "thumbnail"):
            stores.store().erase(actions.name(row.key, size))


def note_erased(file_id: int) -> None:
    """The store has it no more; that there was one stays."""
    row = lock_row(File, file_id)
    if row.state in _GONE and row.erased_at is None:
        row.erased_at = clock.now()
        session.flush()


def stray_verdicts() -> list[int]:
    """Whether there are verdicts about pictures that we never wrote down; one item stands for all."""
    old = sa.select(sa.literal(1)).where(EarlyVerdict.at < clock.now() - UNUSED_TIME).limit(1)
    return list(session.scalars(old))


def forget_verdicts(_item: int) -> None:
    session.execute(sa.delete(EarlyVerdict).where(EarlyVerdict.at < clock.now() - UNUSED_TIME))


def _ids(*conditions: sa.ColumnElement[bool]) -> list[int]:
    return list(session.scalars(sa.select(File.id).where(*conditions).order_by(File.created_at).limit(BATCH)))


JOBS = [
    Job("files.stop_waiting", 300, unanswered, stop_waiting),
    Job("files.discard_unused", 3600, unused, discard),
    Job("files.erase", 60, erasable, note_erased, before=empty),
    Job("files.forget_verdicts", 3600, stray_verdicts, forget_verdicts),
]
