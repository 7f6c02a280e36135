"""Reading the inbox, the quota, and the state of the deliveries."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.outbox import templates
from backend.outbox.models import Delivery, Notice, Subscription

MOST_UNREAD = 99
_NEWEST = 2**63 - 1

_INBOX = (
    sa.select(
        Notice.id,
        Notice.kind,
        Notice.title,
        Notice.body,
        Notice.subject_kind,
        Notice.subject_id,
        Notice.created_at,
        Notice.read_at,
    )
    .where(Notice.person_id == sa.bindparam("person"), Notice.id < sa.bindparam("before"))
    .order_by(Notice.id.desc())
    .limit(sa.bindparam("most"))
)
_NEW_IN_INBOX = _INBOX.where(Notice.read_at.is_(None))
UNREAD = sa.select(sa.func.count()).select_from(
    sa.select(sa.literal_column("1"))
    .where(Notice.person_id == sa.bindparam("person"), Notice.read_at.is_(None))
    .limit(sa.literal_column(str(MOST_UNREAD)))
    .subquery()
)
_SUBSCRIPTIONS = (
    sa.select(Subscription.template, Subscription.remaining, Subscription.rejected_at)
    .where(Subscription.person_id == sa.bindparam("person"))
    .order_by(Subscription.template)
)
# The words are written out, so that each half is answered from its partial index and never from all rows.
_LIVE = sa.text("deliveries.state IN ('waiting', 'sending')")
LOST = ("dead", "unknown")
_LOST = sa.text(f"deliveries.state IN {LOST}")
_WAITING = sa.union_all(
    *(
        sa.select(Delivery.state, sa.func.count()).where(these).group_by(Delivery.state)
        for these in (_LIVE, _LOST)
    )
)
# Literals, so that the partial index of what is due answers, with its first entry.
_OLDEST_DUE = sa.select(sa.func.min(Delivery.next_at)).where(_LIVE, Delivery.state == "waiting")
_DEAD = (
    sa.select(
        Delivery.notice_id,
        Notice.person_id,
        Notice.kind,
        Delivery.template,
        Delivery.state,
        Delivery.errcode,
        Delivery.attempts,
        Delivery.finished_at,
    )
    .join(Notice, Notice.id == Delivery.notice_id)
    .where(_LOST, Delivery.notice_id < sa.bindparam("before"))
    .order_by(Delivery.notice_id.desc())
    .limit(sa.bindparam("most"))
)


_LOST_BY_REASON = (
    sa.select(Delivery.state, Delivery.errcode, sa.func.count().label("number"))
    .where(_LOST)
    .group_by(Delivery.state, Delivery.errcode)
    .order_by(sa.func.count().desc(), Delivery.state, Delivery.errcode)
)


def inbox(
    person_id: int, before_id: int | None, limit: int, *, unread_only: bool = False
) -> Sequence[sa.Row]:
    """A page of a person's notices, newest first; `before_id` is the last one of the page before."""
    wanted = _NEW_IN_INBOX if unread_only else _INBOX
    return session.execute(wanted, {"person": person_id, "before": before_id or _NEWEST, "most": limit}).all()


def unread(person_id: int) -> int:
    """How many notices are new to a person, counted up to 99: a badge shows no more."""
    return session.scalars(UNREAD, {"person": person_id}).one()


class Saved(NamedTuple):
    """How many messages of a purpose may still be sent; those that share a template share the number."""

    template: str
    remaining: int
    rejected_at: datetime | None


def subscriptions(person_id: int) -> list[Saved]:
    """Of the templates a person ever answered about, by name."""
    rows = {row.template: row for row in session.execute(_SUBSCRIPTIONS, {"person": person_id})}
    found = {key: rows.get(templates.counted_as(key)) for key in sorted(templates.CATALOGUE)}
    return [Saved(key, row.remaining, row.rejected_at) for key, row in found.items() if row is not None]


def waiting() -> dict[str, int]:
    """How many deliveries wait, are being sent, died or ended unknown; for the metrics."""
    counted = dict(session.execute(_WAITING).all())
    return {state: counted.get(state, 0) for state in ("waiting", "sending", "dead", "unknown")}


def overdue() -> timedelta:
    """For how long the oldest notice has been due to WeChat and nobody delivered it; a worker needs seconds."""
    oldest = session.scalar(_OLDEST_DUE)
    return max(clock.now() - oldest, timedelta(0)) if oldest is not None else timedelta(0)


def lost_by_reason() -> Sequence[sa.Row]:
    """(state, errcode, how many) of what did not arrive, most first."""
    return session.execute(_LOST_BY_REASON).all()


def dead_letters(before_id: int | None = None, limit: int = 20) -> Sequence[sa.Row]:
    """Deliveries that died or ended unknown, newest notice first, without a word of what they said."""
    return session.execute(_DEAD, {"before": before_id or _NEWEST, "most": limit}).all()
