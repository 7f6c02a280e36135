"""The exchange supermarket's books: 兑换登记表, 物资出入库台账, 盘点表."""

from typing import Any

import sqlalchemy as sa

from backend.db import AnySelect
from backend.former_names import Named, name_at
from backend.people.masking import Kind, masked
from backend.people.models import Person
from backend.people.permissions import Permission
from backend.registers.definition import NUMBER, Column, Either, Query, Register, Scope
from backend.supermarket import sealed
from backend.supermarket.labels import COLLECTORS, STOCK_SOURCES, STOCK_USES
from backend.supermarket.models import Item, Line, Redemption, RedemptionState, Shop
from backend.supermarket.return_models import Returned
from backend.supermarket.stock_models import (
    Batch,
    Movement,
    MovementKind,
    Stocktake,
    StocktakeLine,
    StocktakeState,
)

# What is only set aside has not left the shelf.
_ON_THE_SHELF = [kind for kind in MovementKind if kind not in (MovementKind.RESERVE, MovementKind.RELEASE)]


def _lines(entry: Any, at: Any, quantity: Any, by_id: Any, collected_by: Any) -> sa.Select[Any]:
    """Lines of orders as the register has them; `entry` tells what happened to one line apart."""
    return (
        sa.select(
            Line.redemption_id,
            Line.item_id,
            entry.label("entry"),
            Redemption.community_id,
            Redemption.number,
            at.label("at"),
            Redemption.person_id,
            Line.name,
            quantity.label("quantity"),
            Line.unit_points,
            (quantity * Line.unit_points).label("points"),
            Redemption.approved_by_id,
            by_id.label("by_id"),
            collected_by.label("collected_by"),
        )
        .select_from(Line)
        .join(Redemption, Redemption.id == Line.redemption_id)
    )


_RETURNED = sa.literal(RedemptionState.RETURNED.value)
# What was handed over stays in its period. What came back, all or a part of it, is a line of its own, in red, of the
# period in which it came back.
ENTRIES = sa.union_all(
    _lines(
        sa.literal(0),
        Redemption.handed_over_at,
        Line.handed_over,
        Redemption.handed_over_by_id,
        Redemption.collected_by,
    ).where(
        Redemption.handed_over_at.is_not(None),
        Redemption.handed_over_by_id.is_not(None),
        Line.handed_over > 0,
    ),
    _lines(Returned.id, Returned.at, -Returned.quantity, Returned.by_id, _RETURNED).join(
        Returned, sa.and_(Returned.redemption_id == Line.redemption_id, Returned.item_id == Line.item_id)
    ),
).subquery("redemption_entries")


def _redeemed(scope: Scope) -> AnySelect:
    return (
        sa.select(*ENTRIES.c, Person.card_number)
        .select_from(ENTRIES)
        .join(Person, Person.id == ENTRIES.c.person_id)
        .where(
            ENTRIES.c.community_id.in_(scope.communities),
            ENTRIES.c.at >= scope.since,
            ENTRIES.c.at < scope.until,
        )
    )


def card(row: Any) -> Either:
    return Either(masked(Kind.CARD, row.card_number), row.card_number)


REDEMPTIONS = Register(
    "redemptions",
    "兑换登记表",
    Permission.REGISTER_READ,
    Query(_redeemed, (ENTRIES.c.redemption_id, ENTRIES.c.item_id, ENTRIES.c.entry)),
    (
        NUMBER,
        Column("兑换单号", "redemptions.number", width=18),
        Column("日期", "redemptions.handed_over_at, redemption_returns.at", "at", "day", width=11),
        Column("姓名(脱敏)", "redemptions.person_id", kind="person", width=9),
        Column("卡号", "= card(persons.card_number)", card, "either", width=10),
        Column("物品/服务", "redemption_lines.name", width=18),
        Column(
            "数量",
            "redemption_lines.handed_over, redemption_returns.quantity",
            "quantity",
            "number",
            total=True,
            width=7,
        ),
        Column("单价积分", "redemption_lines.unit_points", kind="number", width=9, aside=True),
        Column(
            "合计积分",
            "redemption_lines.points, redemption_returns.points",
            "points",
            "number",
            total=True,
            width=9,
        ),
        Column("审批人", "redemptions.approved_by_id", kind="person", width=9),
        Column(
            "发放人", "redemptions.handed_over_by_id, redemption_returns.by_id", "by_id", "person", width=9
        ),
        Column("领取人签字", "nothing: signed on the printed sheet", width=14),
        Column(
            "领取方式(本人/代领)",
            "redemptions.collected_by",
            words={**COLLECTORS, RedemptionState.RETURNED: "退回"},
            width=11,
        ),
    ),
    note="按核销发放的日期列出。退回的另列一行，数量和积分为负，日期是退回的那一天，原来的一行不动。",
    position=40,
)


def _movements(scope: Scope) -> AnySelect:
    return (
        sa.select(
            *Movement.__table__.columns,
            name_at(Named.ITEM, Item.id, Movement.at, Item.name).label("name"),
            name_at(Named.ITEM_UNIT, Item.id, Movement.at, Item.unit).label("unit"),
            Batch.batch_no,
            Batch.best_before,
            Redemption.number,
            Stocktake.decided_by_id,
        )
        .select_from(Movement)
        .join(Item, Item.id == Movement.item_id)
        .join(Shop, Shop.id == Item.shop_id)
        .outerjoin(Batch, Batch.id == Movement.batch_id)
        .outerjoin(Redemption, Redemption.id == Movement.redemption_id)
        .outerjoin(Stocktake, Stocktake.id == Movement.stocktake_id)
        .where(
            Shop.community_id.in_(scope.communities),
            Movement.kind.in_(_ON_THE_SHELF),
            Movement.at >= scope.since,
            Movement.at < scope.until,
        )
    )


def donor(row: Any) -> Either | None:
    """Named where the donor agreed to be named; otherwise in clear only."""
    name = sealed.donor_of(row.reference, row.donor_sealed)
    return Either(name if row.donor_public else "不公开", name) if name else None


def sheet_number(row: Any) -> str:
    """Of the order, the receipt, the loss or the stocktake; what follows it tells the lines apart."""
    return row.number or row.reference.partition(":")[0]


def came_in(row: Any) -> int | None:
    """A receipt taken back stands here in red, as less than nothing: the column adds up to what really came."""
    return row.on_hand_change if row.on_hand_change > 0 or _is_red(row) else None


def went_out(row: Any) -> int | None:
    return -row.on_hand_change if row.on_hand_change < 0 and not _is_red(row) else None


def _is_red(row: Any) -> bool:
    return row.kind == MovementKind.RECEIPT_REVERSAL


def use(row: Any) -> str:
    return STOCK_USES[row.kind]


_CHANGE = "stock_movements.on_hand_change, stock_movements.kind"
STOCK = Register(
    "stock",
    "物资出入库台账",
    Permission.REGISTER_STOCK,
    Query(_movements, (Movement.id,)),
    (
        NUMBER,
        Column("日期", "stock_movements.at", kind="day", width=11),
        Column(
            "单号", "= sheet_number(stock_movements.reference, redemptions.number)", sheet_number, width=18
        ),
        Column("品名", "items.name", width=14),
        Column("规格", "nothing: part of the item's name", width=6, aside=True),
        Column("单位", "items.unit", width=6),
        Column("批次", "batches.batch_no", width=10, aside=True),
        Column("保质期至", "batches.best_before", kind="day", width=11, aside=True),
        Column("来源(采购/捐赠/共建)", "stock_movements.source", words=STOCK_SOURCES, width=10),
        Column(
            "捐赠方",
            "= donor(stock_movements.donor_sealed, stock_movements.donor_public)",
            donor,
            "either",
            aside=True,
        ),
        Column("票据号", "stock_movements.document", width=12, aside=True),
        Column("入库数", f"= came_in({_CHANGE})", came_in, "number", total=True, width=7),
        Column("出库数", f"= went_out({_CHANGE})", went_out, "number", total=True, width=7),
        Column("用途", "= use(stock_movements.kind)", use, width=17),
        Column("结存", "stock_movements.on_hand_after", kind="number", width=7),
        Column("经办人", "stock_movements.by_id", kind="person", width=8),
        Column("保管人", "nothing: signed on the printed sheet", width=8),
        Column("监督人", "stocktakes.decided_by_id", kind="person", width=8, aside=True),
        Column("备注", "stock_movements.reason", width=12),
    ),
    note="按发生的次序列出；只预留、还没有拿走的不算出库。入库数为负的是红字冲销。监督人是核定盘点的人。",
    position=50,
)


def _counted(scope: Scope) -> AnySelect:
    return (
        sa.select(
            name_at(Named.ITEM, Item.id, Stocktake.decided_at, Item.name).label("name"),
            StocktakeLine.book,
            StocktakeLine.counted,
            StocktakeLine.reason,
            Stocktake.review_reason,
            Stocktake.proposed_by_id,
            Stocktake.decided_by_id,
            Stocktake.decided_at,
        )
        .select_from(StocktakeLine)
        .join(Stocktake, Stocktake.id == StocktakeLine.stocktake_id)
        .join(Item, Item.id == StocktakeLine.item_id)
        .where(
            Stocktake.community_id.in_(scope.communities),
            Stocktake.state == StocktakeState.APPROVED,
            Stocktake.decided_at >= scope.since,
            Stocktake.decided_at < scope.until,
        )
    )


def difference(row: Any) -> int:
    return row.counted - row.book


def treatment(row: Any) -> str:
    """An approved difference was booked at once; what the supervisor added stands beside it."""
    booked = "账实相符" if row.counted == row.book else "已按实盘数调整库存"
    return "；".join(filter(None, (booked, row.review_reason)))


_BOTH = "stocktake_lines.counted, stocktake_lines.book"
STOCKTAKES = Register(
    "stocktakes",
    "盘点表",
    Permission.REGISTER_STOCK,
    Query(_counted, (StocktakeLine.stocktake_id, StocktakeLine.item_id)),
    (
        Column("品名", "items.name", width=20),
        Column("账面数", "stocktake_lines.book", kind="number", total=True, width=9),
        Column("实盘数", "stocktake_lines.counted", kind="number", total=True, width=9),
        Column("盈亏数", f"= difference({_BOTH})", difference, "number", total=True, width=9),
        Column("盈亏原因", "stocktake_lines.reason", width=24),
        Column("处理意见", f"= treatment({_BOTH}, stocktakes.review_reason)", treatment, width=24),
        Column("盘点人", "stocktakes.proposed_by_id", kind="person"),
        Column("监盘人", "stocktakes.decided_by_id", kind="person"),
        Column("日期", "stocktakes.decided_at", kind="day", width=11),
    ),
    note="只列监盘人已经核定的盘点。",
    position=60,
)

REGISTERS = (REDEMPTIONS, STOCK, STOCKTAKES)
