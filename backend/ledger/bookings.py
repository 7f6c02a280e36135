"""The books as registers read them: every transfer that changed what was available, and sums of a period.

Communities and moments are given by who asks; who may ask is decided above. Changes nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.ledger.lots import accounts
from backend.ledger.models import EarningRule
from backend.ledger.writing import transfers

_source, _target = accounts.alias("source"), accounts.alias("target")
_undone = transfers.alias("undone")
# In the order of booking, as the index of a community's transfers has them.
KEYS = (transfers.c.at, transfers.c.id)


def lines(communities: Sequence[int], since: datetime, until: datetime) -> sa.Select[Any]:
    """Rows of `id, person_id, address, at, title, kind, reference, version, gain, loss, balance, ends_on,
    by_id, undone`: one for each transfer to or from a person's lot. Settling what was held is none."""
    gains, loses = _target.c.kind == sa.literal_column("'lot'"), _source.c.kind == sa.literal_column("'lot'")
    rule = EarningRule.__table__
    return (
        sa.select(
            transfers.c.id,
            transfers.c.person_id,
            sa.case((gains, _target.c.address), else_=_source.c.address).label("address"),
            transfers.c.at,
            transfers.c.title,
            transfers.c.kind,
            transfers.c.reference,
            rule.c.version,
            sa.case((gains, transfers.c.amount)).label("gain"),
            sa.case((loses, transfers.c.amount)).label("loss"),
            transfers.c.balance,
            sa.case((gains, _target.c.ends_on), else_=_source.c.ends_on).label("ends_on"),
            transfers.c.by_id,
            _undone.c.reference.label("undone"),
        )
        .select_from(transfers)
        .join(_source, _source.c.id == transfers.c.source_id)
        .join(_target, _target.c.id == transfers.c.target_id)
        .outerjoin(rule, rule.c.id == transfers.c.rule_id)
        .outerjoin(_undone, _undone.c.id == transfers.c.reverses_id)
        .where(
            transfers.c.community_id.in_(communities),
            transfers.c.at >= since,
            transfers.c.at < until,
            sa.or_(gains, loses),
        )
    )


def sums(communities: Iterable[int], since: datetime | None, until: datetime) -> dict[int, dict[str, int]]:
    """By community: points `issued` (less what was taken back), `redeemed` (less returns) and `ended`, all
    booked from `since` (None: ever) to before `until`. In the community's own name, as `queries.outstanding`.
    """
    communities = list(communities)
    wanted = (
        sa.select(
            transfers.c.community_id,
            _source.c.kind.label("source"),
            _target.c.kind.label("target"),
            sa.func.sum(transfers.c.amount).label("points"),
        )
        .join(_source, _source.c.id == transfers.c.source_id)
        .join(_target, _target.c.id == transfers.c.target_id)
        .where(transfers.c.community_id.in_(communities), transfers.c.at < until)
        .group_by(transfers.c.community_id, _source.c.kind, _target.c.kind)
    )
    if since is not None:
        wanted = wanted.where(transfers.c.at >= since)
    told = {one: {"issued": 0, "redeemed": 0, "ended": 0} for one in communities}
    for row in session.execute(wanted):
        for kinds, name, sign in _SIDES:
            points = int(row.points)
            told[row.community_id][name] += sign * (
                points * (row.target in kinds) - points * (row.source in kinds)
            )
    return told


_SIDES = ((("issuance", "adjusted"), "issued", -1), (("spent",), "redeemed", 1), (("expired",), "ended", 1))


def ending(persons: sa.Select[int], first: date, last: date) -> dict[str, int]:
    """Points of these persons whose last day falls on one of these days, by the day's month (`2027-12`)."""
    lot = accounts.c
    wanted = sa.select(lot.ends_on, sa.func.sum(lot.balance)).where(
        lot.kind == sa.literal_column("'lot'"),
        lot.ends_on.between(first, last),
        lot.balance > 0,
        lot.person_id.in_(persons),
    )
    told: dict[str, int] = {}
    for day, points in session.execute(wanted.group_by(lot.ends_on).order_by(lot.ends_on)):
        month = f"{day:%Y-%m}"
        told[month] = told.get(month, 0) + int(points)
    return told
