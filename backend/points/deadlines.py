"""What time brings: 60 days before a lot ends, its owner is told, once; opening balances that were confirmed are booked."""

from datetime import timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import insert, session
from backend.jobs import Job
from backend.ledger import queries as ledger
from backend.points import notices, opening_balances
from backend.points.models import EndingNotice
from backend.points.queries import DAYS_AHEAD

# In China's time: a notice that has sixty days to be read wakes nobody.
WAKING_HOURS = range(8, 21)


def lots_ending_soon() -> list[int]:
    """Ids of the lots that end within 60 days, hold points, and whose owner was not told yet."""
    if clock.now().astimezone(clock.CHINA).hour not in WAKING_HOURS:
        return []
    told = sa.select(EndingNotice.lot_id)
    return ledger.lots_ending(clock.today() + timedelta(days=DAYS_AHEAD), told)


def announce_ending(lot_id: int) -> None:
    """Tells the owner what is in the lot now. Does nothing where another worker has, or where all is spent."""
    lot = ledger.lot(lot_id)
    if lot is None or lot.points == 0:
        return
    noted = insert(EndingNotice).values(lot_id=lot_id, told_at=clock.now()).on_conflict_do_nothing()
    if session.scalar(noted.returning(EndingNotice.lot_id)) is not None:
        notices.ending(lot.person_id, lot.points, lot.ends_on)


JOBS = [
    Job("tell_points_ending", every=3600, due=lots_ending_soon, work=announce_ending),
    Job(
        "book_opening_balances", every=10, due=opening_balances.waiting_parts, work=opening_balances.book_part
    ),
]
