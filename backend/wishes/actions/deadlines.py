"""What time brings: rounds end, promises fall due, silence closes. Each item in a transaction of its own."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from backend import clock, config, working_days
from backend.db import lock_row, session
from backend.jobs import Job
from backend.lifecycle import transition
from backend.wishes import notices, states
from backend.wishes.actions import endings, rounds
from backend.wishes.actions.endings import current_claim
from backend.wishes.kinds import ClaimOutcome, RoundState, WishState
from backend.wishes.models import Claim, Round, Wish

BATCH = 200


def rounds_collected() -> list[int]:
    """Rounds whose last day of collecting is past."""
    wanted = sa.select(Round.id).where(
        Round.state == RoundState.COLLECTING, Round.collect_until < clock.today()
    )
    return list(session.scalars(wanted.limit(BATCH)))


def rounds_over() -> list[int]:
    """Rounds whose last day of publication is past."""
    wanted = sa.select(Round.id).where(
        Round.state == RoundState.PUBLISHED, Round.publish_until < clock.today()
    )
    return list(session.scalars(wanted.limit(BATCH)))


def end_collecting(round_id: int) -> None:
    rounds.review(round_id, actor=None)


def end_round(round_id: int) -> None:
    rounds.close(round_id, actor=None)


def _promises(*more: sa.ColumnElement[bool]) -> list[int]:
    wanted = sa.select(Claim.wish_id).where(
        Claim.outcome.is_(None), Claim.fulfilled_at.is_(None), Claim.promised_on <= _kept_until(), *more
    )
    return list(session.scalars(wanted.order_by(Claim.promised_on).limit(BATCH)))


def _kept_until() -> date:
    """The latest promised day that is past: one that is free goes on to the next working day."""
    return working_days.after(clock.today(), -1)


def promises_to_remind() -> list[int]:
    """Wishes whose claimer's promised day is past and who was not reminded yet; nobody is on a free day."""
    if not working_days.today_is_worked():
        return []
    return _promises(Claim.reminded_at.is_(None))


def promises_to_release() -> list[int]:
    """Wishes whose claimer was reminded PROMISE_GRACE_DAYS working days ago and has still not fulfilled; none goes
    on a free day, on which it may still be fulfilled."""
    if not working_days.today_is_worked():
        return []
    return _promises(Claim.reminded_at <= _grace_over())


def _grace_over() -> datetime:
    """Who was reminded until then has had all working days of grace: as many, and no less time than days of any kind."""
    count = config.settings().promise_grace_days
    begins = working_days.after(clock.today() + timedelta(days=1), -count)
    return min(_days_ago(count), clock.day_starts(begins) - timedelta(microseconds=1))


def remind(wish_id: int) -> None:
    """Reminder first; a late promise has no penalty (减负: no score of people)."""
    wish = lock_row(Wish, wish_id)
    if wish.state != WishState.CLAIMED:
        return
    current = current_claim(wish_id)
    if current.reminded_at is None and current.promised_on <= _kept_until():
        current.reminded_at = clock.now()
        session.flush()
        notices.overdue(wish, current)


def release_overdue(wish_id: int) -> None:
    """Gives the wish to others, once the reminder has had its time."""
    wish = lock_row(Wish, wish_id)
    if wish.state != WishState.CLAIMED:
        return
    current = current_claim(wish_id)
    if current.reminded_at is None or current.reminded_at > _grace_over():
        return
    endings.put_back(states.EXPIRE, wish, ClaimOutcome.OVERDUE, actor=None)
    notices.expired(wish, current)


def silent_wishes() -> list[int]:
    """Fulfilled wishes to which nobody answered in SILENCE_DAYS; none ends on a free day, when nobody calls back."""
    wanted = sa.select(Wish.id).where(Wish.state == WishState.FULFILLED, Wish.fulfilled_at <= _silence_over())
    return list(session.scalars(wanted.limit(BATCH)))


def close_silent(wish_id: int) -> None:
    """办结未回访: silence is not satisfaction, and awards nothing."""
    wish = lock_row(Wish, wish_id)
    if wish.state != WishState.FULFILLED or wish.fulfilled_at > _silence_over():
        return
    transition(states.CLOSE_UNCONFIRMED, wish, actor=None, closed_at=clock.now())
    current = current_claim(wish_id)
    endings.end(current, ClaimOutcome.CLOSED_UNCONFIRMED)
    notices.closed_unconfirmed(wish, current)


def _silence_over() -> datetime:
    return working_days.over() - timedelta(days=config.settings().silence_days)


def _days_ago(days: int) -> datetime:
    return clock.now() - timedelta(days=days)


JOBS = [
    Job("wishes.end_collecting", 60, rounds_collected, end_collecting),
    Job("wishes.end_round", 60, rounds_over, end_round),
    Job("wishes.remind_overdue", 300, promises_to_remind, remind),
    Job("wishes.release_overdue", 300, promises_to_release, release_overdue),
    Job("wishes.close_silent", 300, silent_wishes, close_silent),
]
