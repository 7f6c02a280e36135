"""积分台账: every line of the statements of a place, as the ledger booked it."""

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.ledger import bookings
from backend.people.permissions import Permission
from backend.points.models import Adjustment
from backend.registers.definition import NUMBER, Column, Query, Register, Scope


def _wanted(scope: Scope) -> sa.Select[Any]:
    return bookings.lines(scope.communities, scope.since, scope.until)


def _with_makers(rows: Sequence[Any]) -> Iterable[Any]:
    """An adjustment is booked by who approved it; who proposed it stands in its own row."""
    named = {row.id: int(row.reference.split(":")[1]) for row in rows if _adjusts(row)}
    makers: dict[int, int] = {}
    if named:
        wanted = sa.select(Adjustment.id, Adjustment.proposed_by_id)
        makers = dict(session.execute(wanted.where(Adjustment.id.in_(named.values()))).all())
    return [SimpleNamespace(**row._mapping, proposed_by_id=makers.get(named.get(row.id, 0))) for row in rows]


def _adjusts(row: Any) -> bool:
    return row.kind == "adjust" and row.reference.startswith("adjustment:")


def maker(row: Any) -> int | None:
    return row.by_id if row.proposed_by_id is None else row.proposed_by_id


def checker(row: Any) -> int | None:
    """Of an adjustment; what else is booked was checked before it: the wish, the hours, the order."""
    return None if row.proposed_by_id is None else row.by_id


POINTS = Register(
    "points",
    "积分台账",
    Permission.REGISTER_READ,
    Query(_wanted, bookings.KEYS, _with_makers),
    (
        NUMBER,
        Column("账户编号", "accounts.address", width=16),
        Column("姓名(脱敏)", "transfers.person_id", kind="person", width=9),
        Column("日期", "transfers.at", kind="moment", width=16),
        Column("事项", "transfers.title", width=22),
        Column("规则版本", "earning_rules.version", kind="number", width=8, aside=True),
        Column("依据单号", "transfers.reference", width=23),
        Column("增加", "transfers.amount", "gain", "number", total=True, width=8),
        Column("减少", "transfers.amount", "loss", "number", total=True, width=8),
        Column("结余", "transfers.balance", kind="number", width=8),
        Column("到期日", "accounts.ends_on", kind="day", width=11, aside=True),
        Column("经办人", "= maker(adjustments.proposed_by_id, transfers.by_id)", maker, "person", width=9),
        Column(
            "复核人", "= checker(adjustments.proposed_by_id, transfers.by_id)", checker, "person", width=9
        ),
        Column("冲正单号", "transfers.reference", "undone", width=20, aside=True),
    ),
    note="按记账时间列出。申请兑换时记减少，退回时记增加；核销时积分已经扣过，不再重复列出。到时自动办理的没有经办人。",
    position=30,
)

REGISTERS = (POINTS,)
