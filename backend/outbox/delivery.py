"""The way of a notice through WeChat: at most once from the moment that sending began.

WeChat's subscription messages carry no idempotency key, so a message whose fate nobody saw is never sent
again. Three steps, and WeChat is asked between the transactions, never inside one:

1. `_lease` marks up to twenty deliveries `sending` under one lease and takes a unit of quota for each;
2. they are sent in the order of their notices;
3. the end of each is recorded, under the same lease, before the next one is begun.

So when a worker dies, the first of its lease still `sending` may have been sent, and ends `unknown`; those
behind it cannot have been begun, and wait again. A worker that wakes up after its lease was cleared finds
that it cannot record, and stops.
"""

import random
import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from backend import clock
from backend.db import session, transaction
from backend.outbox import meanings, templates
from backend.outbox.models import PERSONS, Delivery, Notice, Subscription
from backend.wechat.gateway import Sent, WeChat, WeChatRejected, WeChatUnavailable

BATCH = 20
# A batch of twenty slow answers has to fit: connect, read, and once more with a new token.
LEASE = timedelta(minutes=10)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
MOST_ATTEMPTS = 12
# After so many in a row WeChat is down, and the rest of the batch had better wait than queue for timeouts.
UNAVAILABLE_IN_A_ROW = 3

log = structlog.get_logger()
Pair = tuple[int, str]


@dataclass(frozen=True)
class _End:
    """How one attempt ended, and what that does to the unit of quota: `used`, `returned`, or all is `gone`.

    `down` says that WeChat could not be spoken to, whatever became of this message.
    """

    state: str
    quota: str = "used"
    errcode: int | None = None
    wait: timedelta = timedelta(0)
    down: bool = False


@dataclass(frozen=True)
class _Leased:
    """A delivery that is this worker's to send, and the lease under which it is."""

    row: sa.Row
    lease: str


def deliver_due(wechat: WeChat, limit: int = BATCH, *, stopping: Callable[[], bool] = lambda: False) -> int:
    """Sends what is due, twenty at most; answers how many deliveries it dealt with, 0 when none is due.

    Stands outside any transaction. Ends early, with the rest given back, when `stopping()` says so or when
    WeChat is down. A refusal by the person (43101) is a normal end.
    """
    if not session.scalar(_ANY_DUE, {"now": clock.now()}):
        return 0
    with transaction():
        batch, settled = _lease(min(limit, BATCH))
    return settled + _send_all(wechat, batch, stopping)


# Spelled as the partial index is, so that both databases use it.
_LIVE = sa.text("deliveries.state IN ('waiting', 'sending')")
_WAITING = Delivery.state == sa.literal_column("'waiting'")
_SENDING = Delivery.state == sa.literal_column("'sending'")
_DUE_NOW = sa.and_(_LIVE, Delivery.next_at <= sa.bindparam("now"))
_ANY_DUE = sa.select(sa.exists(sa.select(sa.literal_column("1")).select_from(Delivery).where(_DUE_NOW)))
_WANTED = (
    sa.select(
        Delivery.notice_id,
        Delivery.template,
        Delivery.data,
        Delivery.page,
        Delivery.attempts,
        Delivery.lease,
        Notice.person_id,
        PERSONS.c.openid,
    )
    .join(Notice, Notice.id == Delivery.notice_id)
    .join(PERSONS, PERSONS.c.id == Notice.person_id)
    .where(_DUE_NOW)
)
# All of them, waiting for their locks: only who sees a lease whole can tell which of it was begun.
_STRANDED = _WANTED.where(_SENDING).order_by(Delivery.notice_id).with_for_update(of=Delivery)
_DUE = (
    _WANTED.where(_WAITING)
    .order_by(Delivery.next_at, Delivery.notice_id)
    .limit(sa.bindparam("most"))
    .with_for_update(of=Delivery, skip_locked=True)
)
_QUOTA = (
    sa.select(Subscription.person_id, Subscription.template, Subscription.remaining)
    .where(
        sa.tuple_(Subscription.person_id, Subscription.template).in_(sa.bindparam("pairs", expanding=True))
    )
    .order_by(Subscription.person_id, Subscription.template)
    .with_for_update()
)
_subscriptions = Subscription.__table__
_TAKE_QUOTA = (
    sa.update(_subscriptions)
    .where(
        _subscriptions.c.person_id == sa.bindparam("person"), _subscriptions.c.template == sa.bindparam("key")
    )
    .values(remaining=_subscriptions.c.remaining - sa.bindparam("units"))
)


def _lease(limit: int) -> tuple[list[_Leased], int]:
    """What this worker may send now, and how many deliveries were settled without sending.

    The locks are taken in one order, deliveries before quota, as `_record` takes them.
    """
    now = clock.now()
    begun, untouched = _parted(session.execute(_STRANDED, {"now": now}).all())
    due = session.execute(_DUE, {"now": now, "most": limit}).all()
    before = _remaining([*untouched, *due])
    quota = before + Counter(_pair(row) for row in untouched)
    batch, nobody = _affordable(due, quota)
    _record_quota(before, quota)
    _close(begun, "unknown", now)
    _close(nobody, "not_subscribed", now)
    _give_back(untouched, now)
    return _begin(batch, now), len(begun) + len(untouched) + len(nobody)


def _parted(stranded: Iterable[sa.Row]) -> tuple[list[sa.Row], list[sa.Row]]:
    """Of leases that ran out, in the order of notices: the first of each, and those behind it."""
    leases: set[str] = set()
    begun: list[Any] = []
    untouched: list[Any] = []
    for row in stranded:
        (untouched if row.lease in leases else begun).append(row)
        leases.add(row.lease)
    if begun:
        log.warning("notice.unknown", notices=[row.notice_id for row in begun])
    return begun, untouched


def _pair(row: sa.Row) -> Pair:
    """Whose quota a message uses up: two purposes may share a template of WeChat's."""
    return row.person_id, templates.counted_as(row.template)


def _remaining(rows: Iterable[sa.Row]) -> Counter[Pair]:
    pairs = sorted({_pair(row) for row in rows})
    if not pairs:
        return Counter()
    return Counter({(row[0], row[1]): row[2] for row in session.execute(_QUOTA, {"pairs": pairs})})


def _affordable(due: Iterable[sa.Row], quota: Counter[Pair]) -> tuple[list[sa.Row], list[sa.Row]]:
    """Takes a unit of quota for each that can be sent; the others end as not subscribed."""
    batch: list[Any] = []
    nobody: list[Any] = []
    for row in sorted(due, key=lambda row: row.notice_id):
        pair = _pair(row)
        sendable = row.openid and templates.template_id(row.template) and quota[pair] > 0
        (batch if sendable else nobody).append(row)
        if sendable:
            quota[pair] -= 1
    return batch, nobody


def _record_quota(before: Counter[Pair], after: Counter[Pair]) -> None:
    changes = [
        {"person": pair[0], "key": pair[1], "units": before[pair] - after[pair]}
        for pair in sorted(before | after)
        if before[pair] != after[pair]
    ]
    if changes:
        session.execute(_TAKE_QUOTA, changes)


def _begin(batch: list[sa.Row], now: datetime) -> list[_Leased]:
    if not batch:
        return []
    lease, until = secrets.token_hex(16), now + LEASE
    begun = _change(
        (row.notice_id for row in batch),
        _WAITING,
        {
            "state": "sending",
            "attempts": Delivery.attempts + 1,
            "lease": lease,
            "leased_until": until,
            "next_at": until,
        },
    )
    return [_Leased(row, lease) for row in batch if row.notice_id in begun]


def _close(rows: list[sa.Row], state: str, now: datetime) -> None:
    if rows:
        ended = {"state": state, "lease": None, "leased_until": None, "finished_at": now}
        _change((row.notice_id for row in rows), sa.true(), ended)


def _give_back(rows: list[sa.Row], now: datetime) -> None:
    if rows:
        _change((row.notice_id for row in rows), _SENDING, _not_begun(now))


def _not_begun(next_at: datetime) -> dict[str, Any]:
    return {
        "state": "waiting",
        "attempts": Delivery.attempts - 1,
        "lease": None,
        "leased_until": None,
        "next_at": next_at,
    }


def _change(notice_ids: Iterable[int], where: Any, values: dict[str, Any]) -> set[int]:
    """Changes those deliveries for which `where` still holds; answers which."""
    changed = session.scalars(
        sa.update(Delivery)
        .where(Delivery.notice_id.in_(list(notice_ids)), where)
        .values(values)
        .returning(Delivery.notice_id),
        execution_options={"synchronize_session": False},
    )
    return set(changed)


def _send_all(wechat: WeChat, batch: list[_Leased], stopping: Callable[[], bool]) -> int:
    down = 0
    for done, leased in enumerate(batch):
        if stopping() or down == UNAVAILABLE_IN_A_ROW:
            _hand_over(batch[done:], FIRST_WAIT if down else timedelta(0))
            return done
        end = _send(wechat, leased.row)
        down = down + 1 if end.down else 0
        if not _record(leased, end):
            # The lease was cleared meanwhile: what lies behind belongs to others now.
            return done + 1
    return len(batch)


def _send(wechat: WeChat, row: sa.Row) -> _End:
    """Asks WeChat. Nothing that is logged here says who is told or what."""
    number = row.notice_id
    try:
        data = templates.addressed(row.template, row.data)
        answer = wechat.send_notice(
            row.openid, templates.template_id(row.template) or "", data, page=row.page
        )
    except WeChatUnavailable as fault:
        return _unavailable(row, fault)
    except WeChatRejected as fault:
        meaning = meanings.refusal(fault.errcode)
        # Where every message fails, somebody has to be woken.
        tell = log.error if meaning.ours else log.warning
        tell("notice.rejected", notice=number, template=row.template, errcode=fault.errcode)
        return _End("dead", meaning.quota, fault.errcode)
    except Exception as fault:
        log.error("notice.unknown", notice=number, fault=type(fault).__name__)
        return _End("unknown")
    if answer is Sent.REFUSED:
        log.info("notice.refused", notice=number, template=row.template)
        return _End("refused", "gone")
    return _End("sent" if answer is Sent.SENT else "unknown")


def _unavailable(row: sa.Row, fault: WeChatUnavailable) -> _End:
    attempts = row.attempts + 1
    if fault.may_have_arrived:
        log.warning("notice.unknown", notice=row.notice_id, why=fault.why)
        return _End("unknown", down=True)
    if attempts >= MOST_ATTEMPTS:
        log.warning("notice.dead", notice=row.notice_id, attempts=attempts, why=fault.why)
        return _End("dead", "returned", down=True)
    return _End("waiting", "returned", wait=_wait_after(attempts), down=True)


def _wait_after(attempts: int) -> timedelta:
    """A minute, doubled with each attempt up to six hours; a fifth more or less, so that no crowd returns."""
    return min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT) * random.uniform(0.8, 1.2)


def _record(leased: _Leased, end: _End) -> bool:
    """Writes the end down; False when the lease is no longer ours, and then changes nothing."""
    now = clock.now()
    values: dict[str, Any] = {"state": end.state, "lease": None, "leased_until": None, "errcode": end.errcode}
    values["finished_at"] = None if end.state == "waiting" else now
    if end.state == "waiting":
        values["next_at"] = now + end.wait
    with transaction():
        if not _change([leased.row.notice_id], Delivery.lease == leased.lease, values):
            return False
        if end.quota == "returned":
            _return_quota([leased.row])
        elif end.quota == "gone":
            _forget_quota(leased.row)
    return True


def _hand_over(rest: list[_Leased], wait: timedelta) -> None:
    """Gives back what was leased and not begun: any worker may take it after `wait`."""
    with transaction():
        ours = Delivery.lease == rest[0].lease
        back = _change((one.row.notice_id for one in rest), ours, _not_begun(clock.now() + wait))
        _return_quota([one.row for one in rest if one.row.notice_id in back])


def _return_quota(rows: Iterable[sa.Row]) -> None:
    units = Counter(_pair(row) for row in rows)
    _record_quota(Counter(), units)


def _forget_quota(row: sa.Row) -> None:
    """WeChat counts for itself, and says that there is nothing left."""
    person, key = _pair(row)
    session.execute(
        sa.update(Subscription)
        .where(Subscription.person_id == person, Subscription.template == key)
        .values(remaining=0),
        execution_options={"synchronize_session": False},
    )
