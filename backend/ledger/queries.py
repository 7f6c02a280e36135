"""Reading points: a person's balance and statement, a community's sums. Changes nothing."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypedDict

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.ledger.lots import accounts
from backend.ledger.models import TRANSFER_KINDS, Hold
from backend.ledger.writing import purses, transfers
from backend.statements import Statement

holds = Hold.__table__
_PERSONS_ACCOUNTS = (
    sa.select(accounts.c.kind, accounts.c.ends_on, accounts.c.balance)
    .where(accounts.c.person_id == sa.bindparam("person"), accounts.c.balance > 0)
    .order_by(accounts.c.ends_on.is_(None), accounts.c.ends_on, accounts.c.id)
)


class LotPoints(TypedDict):
    """What is left of one lot; without `expires_on` it never ends."""

    points: int
    expires_on: date | None


class Balance(TypedDict):
    """What a person has, in points: `lots` are what of it is available, what ends first first."""

    available: int
    held: int
    lots: list[LotPoints]


def balance(person_id: int) -> Balance:
    """What a person has now. Points whose last day is past are no longer available, also in the hour until they are taken out."""
    rows = session.execute(_PERSONS_ACCOUNTS, {"person": person_id}).all()
    today = clock.today()
    live = [row for row in rows if row.kind == "lot" and (row.ends_on is None or row.ends_on >= today)]
    return {
        "available": sum(row.balance for row in live),
        "held": sum(row.balance for row in rows if row.kind == "held"),
        "lots": [{"points": row.balance, "expires_on": row.ends_on} for row in live],
    }


# What a statement has lines of: what was held has left the available points already when it is settled.
STATEMENT_KINDS = tuple(kind for kind in TRANSFER_KINDS if kind != "settle")
_target = accounts.alias("target")
# Joined records bring their points lot by lot, in one moment: that is one line, the last of them. What came over as held
# is none: it is not available before nor after.
_lot_of_merge, _of_merge = accounts.alias("lot_of_merge"), transfers.alias("of_merge")
_brought = (
    sa.select(_of_merge.c.id)
    .join(_lot_of_merge, _lot_of_merge.c.id == _of_merge.c.target_id)
    .where(
        _of_merge.c.person_id == transfers.c.person_id,
        _of_merge.c.at == transfers.c.at,
        _of_merge.c.kind == sa.literal_column("'merge'"),
        _lot_of_merge.c.kind == sa.literal_column("'lot'"),
    )
    .correlate(transfers)
)
_together = _brought.with_only_columns(sa.func.sum(_of_merge.c.amount)).scalar_subquery()
_last = _brought.with_only_columns(sa.func.max(_of_merge.c.id)).scalar_subquery()
_lot = accounts.alias("ended_lot")
# Points whose last day is past still lie in a lot.
_ended = sa.exists().where(
    _lot.c.person_id == sa.bindparam("person"),
    _lot.c.kind == sa.literal_column("'lot'"),
    _lot.c.ends_on < sa.bindparam("today"),
    _lot.c.balance > 0,
)


class StatementLine(NamedTuple):
    """One line of 积分流水; `ended` of the whole says that points which ended are still counted."""

    id: int
    at: datetime
    points: int
    balance: int
    kind: str
    title: str
    reference: str
    ended: bool


_STATEMENT = Statement(
    sa.select(
        transfers.c.id,
        transfers.c.at,
        sa.case(
            (transfers.c.kind == sa.literal_column("'merge'"), _together),
            (_target.c.kind == sa.literal_column("'lot'"), transfers.c.amount),
            else_=-transfers.c.amount,
        ).label("points"),
        transfers.c.balance,
        transfers.c.kind,
        transfers.c.title,
        transfers.c.reference,
        _ended.label("ended"),
    )
    .select_from(transfers)
    .join(_target, _target.c.id == transfers.c.target_id)
    .where(
        transfers.c.person_id == sa.bindparam("person"),
        transfers.c.id < sa.bindparam("before"),
        # What was held has left the available points already.
        transfers.c.kind != sa.literal_column("'settle'"),
        sa.or_(transfers.c.kind != sa.literal_column("'merge'"), transfers.c.id == _last),
    )
    .order_by(transfers.c.id.desc())
    .limit(sa.bindparam("size")),
    StatementLine,
)
_END = 2**62


def statement(person_id: int, before_id: int | None = None, limit: int = 50) -> list[StatementLine]:
    """积分流水, newest first: rows of `id, at, points, balance, kind, title, reference`; `ended` says that points which
    ended are still counted, until they are taken out.

    `points` is the effect on what is available (+/−), `balance` what was available after it. A hold
    stands in it as taken, its release as given back; its settlement changes nothing more and is left out. What a
    joined record brought is one line, however many lots it came from.
    The next page is asked for with the last row's id.
    """
    page: dict[str, Any] = {
        "person": person_id,
        "before": _END if before_id is None else before_id,
        "size": limit,
    }
    page["today"] = clock.today()
    return _STATEMENT.all(page)


def whole_of(persons: Collection[int]) -> dict[int, int]:
    """Available and held points together of each of these persons who has any."""
    wanted = sa.select(purses.c.person_id, purses.c.available + purses.c.held)
    return {row[0]: row[1] for row in session.execute(wanted.where(purses.c.person_id.in_(persons)))}


def lots_ending(last: date, but: sa.Select[int]) -> list[int]:
    """Ids of the lots with points that end from today to `last`, without those that `but` selects."""
    lot = accounts.c
    wanted = sa.select(lot.id).where(
        lot.kind == sa.literal_column("'lot'"),
        lot.ends_on.between(clock.today(), last),
        lot.balance > 0,
        lot.id.not_in(but),
    )
    return list(session.scalars(wanted.order_by(lot.id)))


def lot(lot_id: int) -> Any | None:
    """A person's lot: `person_id, points, ends_on`."""
    one = accounts.c
    wanted = sa.select(one.person_id, one.balance.label("points"), one.ends_on)
    return session.execute(wanted.where(one.id == lot_id, one.kind == "lot")).one_or_none()


def holdings(persons: sa.Select[int], ending_by: date) -> dict[str, int]:
    """What these persons have together: `available`, `held`, and of the available what ends by that day."""
    one = accounts.c
    live = sa.and_(one.kind == "lot", sa.or_(one.ends_on.is_(None), one.ends_on >= clock.today()))
    sums = {"available": live, "held": one.kind == "held", "ending": sa.and_(live, one.ends_on <= ending_by)}
    columns = (
        sa.func.coalesce(sa.func.sum(sa.case((condition, one.balance), else_=0)), 0).label(name)
        for name, condition in sums.items()
    )
    return dict(session.execute(sa.select(*columns).where(one.person_id.in_(persons))).one()._mapping)


def ending(first: date, last: date) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Points whose last day is one of these, for a notice ahead: rows of `person_id, points, ends_on`."""
    lot = accounts.c
    wanted = sa.select(lot.person_id, lot.balance.label("points"), lot.ends_on).where(
        lot.kind == sa.literal_column("'lot'"), lot.ends_on.between(first, last), lot.balance > 0
    )
    return session.execute(wanted.order_by(lot.person_id, lot.ends_on)).all()


def issued(community_id: int) -> int:
    """Points the community has ever given, less those it took back."""
    return -_came_in(community_id, "issuance")


def spent(community_id: int) -> int:
    """Points spent in the community's shops, less those given back."""
    return _came_in(community_id, "spent")


def expired(community_id: int) -> int:
    """Points that ended in the community's name."""
    return _came_in(community_id, "expired")


def adjusted(community_id: int) -> int:
    """What adjustments gave, less what they took: below zero where they took more."""
    return -_came_in(community_id, "adjusted")


def outstanding(community_id: int | None = None) -> int:
    """Points given in the community's name and not yet spent, ended or taken back in its name.

    Points have no home: one community's may be spent in another's shop, so a single community's figure
    can be negative. Over the whole city (None) it is exactly what all persons have, held included.
    """
    return -_came_in(community_id)


def _came_in(community_id: int | None, *kinds: str) -> int:
    """What went into the system's accounts of a community, less what came out of them."""
    wanted: sa.ColumnElement[bool] = accounts.c.person_id.is_(None)
    if community_id is not None:
        wanted = accounts.c.community_id == community_id
    if kinds:
        wanted = sa.and_(wanted, accounts.c.kind.in_(kinds))
    whose = sa.select(accounts.c.id).where(wanted)
    return session.scalars(
        sa.select(_sum(transfers.c.target_id.in_(whose)) - _sum(transfers.c.source_id.in_(whose)))
    ).one()


def _sum(condition: Any) -> Any:
    total = sa.func.coalesce(sa.func.sum(transfers.c.amount), 0)
    return sa.select(total).where(condition).scalar_subquery()
