"""At the counter: goods are handed over for a code."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from answers import Answer
from callers import Caller, Key, Keyed, Token, appointed, caller, insert, request_id
from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field
from shop import lock_purse, message_of, order_out, shift, write_movement, write_transfer
from sqlalchemy.ext.asyncio import AsyncConnection
from tables import code_index, now, t, today, writing
from telling import journal, notify

router = APIRouter(prefix="/api/v1")
WRONG_CODES, WRONG_CODE_MINUTES = 10, 10


class HandOverIn(BaseModel):
    pick_up_code: str = Field(alias="pickUpCode")
    collected_by: str = Field(alias="collectedBy")


@router.post("/redemptions/{order_id}/hand-over")
async def hand_over(
    order_id: int, body: HandOverIn, request: Request, authorization: Token, key: Key = None
) -> Any:
    async with writing() as connection:
        who, keyed = await caller(connection, authorization), Keyed(key, request)
        if (known := await keyed.begin(connection, who.id)) is not None:
            return known
        await _guard(connection, who)
        orders, places = t["redemptions"], t["organisations"]
        one = (
            await connection.execute(
                sa.select(*orders.c, places.c.short)
                .join_from(orders, places, places.c.id == orders.c.community_id)
                .where(orders.c.id == order_id)
                .with_for_update(of=orders)
            )
        ).one_or_none()
        if one is None or one.state != "approved" or one.pick_up_code_index != code_index(body.pick_up_code):
            raise HTTPException(409)
        allowed = sa.select(appointed(who.id, ("shop_keeper",), one.community_id))
        if not (await connection.execute(allowed)).scalar() or who.id in (one.person_id, one.approved_by_id):
            raise HTTPException(403)
        purse = await lock_purse(connection, one.person_id)
        values = {"state": "handed_over", "handed_over_by_id": who.id, "handed_over_at": now()}
        values |= {"collected_by": body.collected_by, "closed_at": now()}
        await connection.execute(sa.update(orders).where(orders.c.id == order_id).values(values))
        states, facts = ("approved", "handed_over"), {"collected_by": body.collected_by}
        await journal(
            connection, "hand_over", "redemption", order_id, who.id, states, one.community_id, facts
        )
        await _settle(connection, who, one, purse.available)
        goods = await _take_out(connection, who, order_id)
        await _tell_the_owner(connection, one, goods)
        answer = Answer(data=await order_out(connection, order_id, who), request_id=request_id())
        return await keyed.keep(connection, answer, 200)


async def _guard(connection: AsyncConnection, who: Caller) -> None:
    guards, over = t["pick_up_guards"], now() - timedelta(minutes=WRONG_CODE_MINUTES)
    anew = {
        "since": sa.case(
            (guards.c.since <= over, sa.literal(now(), guards.c.since.type)), else_=guards.c.since
        ),
        "wrong": sa.case((guards.c.since <= over, 0), else_=guards.c.wrong),
    }
    taken = (
        insert(guards)
        .values(person_id=who.id, since=now(), wrong=0)
        .on_conflict_do_update(index_elements=["person_id"], set_=anew)
        .returning(guards.c.wrong)
    )
    if (await connection.execute(taken)).scalar_one() >= WRONG_CODES:
        raise HTTPException(429)


async def _settle(connection: AsyncConnection, who: Caller, one: Any, available: int) -> None:
    holds, transfers, accounts, purses = t["holds"], t["transfers"], t["accounts"], t["purses"]
    lot, spent = accounts.alias("lot"), accounts.alias("spent")
    hold = (
        await connection.execute(
            sa.select(
                holds.c.id,
                transfers.c.amount,
                transfers.c.target_id,
                transfers.c.title,
                lot.c.lot,
                spent.c.id.label("spent_id"),
            )
            .select_from(holds)
            .join(transfers, (transfers.c.hold_id == holds.c.id) & (transfers.c.kind == "hold"))
            .join(lot, lot.c.id == transfers.c.source_id)
            .join(spent, spent.c.address == f"shop:{one.shop_id}:spent")
            .where(holds.c.reference == f"redemption:{one.id}", holds.c.state == "open")
        )
    ).one()
    await connection.execute(
        sa.update(holds).where(holds.c.id == hold.id).values(state="settled", closed_at=now())
    )
    await shift(connection, hold.target_id, -hold.amount)
    await connection.execute(
        sa.update(purses)
        .where(purses.c.person_id == one.person_id, purses.c.held >= hold.amount)
        .values(held=purses.c.held - hold.amount)
    )
    reference, place = f"redemption:{one.id}:settle:{hold.lot}", one.community_id
    between = (hold.target_id, hold.spent_id)
    await write_transfer(
        connection,
        who,
        "settle",
        between,
        hold.amount,
        reference,
        hold.title,
        one.person_id,
        place,
        available,
        hold.id,
    )


async def _take_out(connection: AsyncConnection, who: Caller, order_id: int) -> str:
    """The goods leave, from the batch that ends first; answers what they are called."""
    items, batches, lines = t["items"], t["batches"], t["redemption_lines"]
    await connection.execute(
        sa.update(lines).where(lines.c.redemption_id == order_id).values(handed_over=lines.c.quantity)
    )
    goods = (
        await connection.execute(
            sa.select(
                items.c.id, items.c.name, items.c.unit, lines.c.quantity, batches.c.id.label("batch_id")
            )
            .select_from(lines)
            .join(items, items.c.id == lines.c.item_id)
            .join(batches, batches.c.item_id == items.c.id)
            .where(
                lines.c.redemption_id == order_id,
                batches.c.on_hand >= lines.c.quantity,
                ~batches.c.quarantined,
                batches.c.best_before.is_(None) | (batches.c.best_before >= today()),
            )
            .order_by(batches.c.best_before.is_(None), batches.c.best_before, batches.c.id)
            .with_for_update(of=[items, batches])
        )
    ).first()
    if goods is None:
        raise HTTPException(409)
    left = await connection.execute(
        sa.update(items)
        .where(items.c.id == goods.id)
        .values(on_hand=items.c.on_hand - goods.quantity, reserved=items.c.reserved - goods.quantity)
        .returning(items.c.on_hand)
    )
    change = (-goods.quantity, -goods.quantity, left.scalar_one())
    await connection.execute(
        sa.update(batches)
        .where(batches.c.id == goods.batch_id)
        .values(on_hand=batches.c.on_hand - goods.quantity)
    )
    reference = f"redemption:{order_id}:hand_over:{goods.batch_id}"
    await write_movement(connection, who, goods.id, goods.batch_id, "hand_over", change, order_id, reference)
    return f"{goods.name}×{goods.quantity}{goods.unit}"


async def _tell_the_owner(connection: AsyncConnection, one: Any, goods: str) -> None:
    title = "兑换已完成"
    text = f"兑换单 {one.number} 已领取，使用 {one.points} 积分。如不是您本人或您委托的人领取，请联系社区。"
    message = message_of(one.id, goods, "已领取", one.number, one.short, title)
    subject = ("redemption", one.id)
    await notify(connection, [one.person_id], "redemption_handed_over", title, text, subject, message)
