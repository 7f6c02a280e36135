"""An order of goods, and what it has in common with its hand-over."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from answers import Answer, LineOut, OrderOut
from callers import Caller, Key, Keyed, Token, appointed, caller, in_office, insert, request_id
from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection
from tables import now, t, today, told, writing
from telling import journal, notify

router = APIRouter(prefix="/api/v1")
COUNTED = ("requested", "approved", "handed_over", "no_show")


class LineIn(BaseModel):
    item_id: int = Field(alias="itemId")
    quantity: int = Field(ge=1, le=99)


class OrderIn(BaseModel):
    shop_id: int = Field(alias="shopId")
    lines: list[LineIn] = Field(min_length=1, max_length=20)


@router.post("/redemptions", status_code=201)
async def order(body: OrderIn, request: Request, authorization: Token, key: Key = None) -> Any:
    """One kind of goods, as the bench asks for it."""
    async with writing() as connection:
        who, keyed = await caller(connection, authorization), Keyed(key, request)
        if (known := await keyed.begin(connection, who.id)) is not None:
            return known
        purse = await lock_purse(connection, who.id)
        (line,) = body.lines
        item = await _item(connection, body.shop_id, line.item_id, who.id)
        points = item.points * line.quantity
        if purse.available < points:
            raise HTTPException(409)
        number = await _number(connection, item)
        made = await _write_order(connection, who, item, line.quantity, number)
        await _reserve(connection, who, item, line.quantity, made)
        await _hold(connection, who, item, points, made, number, purse.available)
        await _tell_the_staff(connection, who, item, line.quantity, made, number)
        answer = Answer(data=await order_out(connection, made, who), request_id=request_id())
        return await keyed.keep(connection, answer, 201)


async def lock_purse(connection: AsyncConnection, person_id: int) -> Any:
    purses = t["purses"]
    found = await connection.execute(
        sa.select(purses).where(purses.c.person_id == person_id).with_for_update()
    )
    return found.one()


async def _item(connection: AsyncConnection, shop_id: int, item_id: int, person_id: int) -> Any:
    items, shops, places = t["items"], t["shops"], t["organisations"]
    orders, lines = t["redemptions"], t["redemption_lines"]
    had = (
        sa.select(sa.func.coalesce(sa.func.sum(lines.c.quantity - lines.c.returned), 0))
        .join_from(lines, orders, orders.c.id == lines.c.redemption_id)
        .where(orders.c.person_id == person_id, orders.c.state.in_(COUNTED), lines.c.item_id == items.c.id)
        .scalar_subquery()
    )
    wanted = (
        sa.select(
            *items.c,
            shops.c.community_id,
            shops.c.four_eyes_hand_over,
            shops.c.approve_days,
            shops.c.opening_hours,
            shops.c.closed_days,
            places.c.short,
            had.label("had"),
        )
        .select_from(items)
        .join(shops, shops.c.id == items.c.shop_id)
        .join(places, places.c.id == shops.c.community_id)
        .where(items.c.id == item_id, items.c.shop_id == shop_id)
        .with_for_update(of=items)
    )
    item = (await connection.execute(wanted)).one_or_none()
    if item is None or not item.on_shelf or item.kind != "goods":
        raise HTTPException(404)
    if item.limit_per_person is not None and item.had >= item.limit_per_person:
        raise HTTPException(409)
    return item


def _open_days_after(item: Any, days: int) -> date:
    open_on = {hours["weekday"] for hours in item.opening_hours}
    closed, day = set(item.closed_days), today()
    while days:
        day += timedelta(days=1)
        days -= not open_on or (day.isoweekday() in open_on and day.isoformat() not in closed)
    return day


async def _number(connection: AsyncConnection, item: Any) -> str:
    counters, day = t["counters"], f"{today():%Y%m%d}"
    drawn = (
        insert(counters)
        .values(name=f"DH:{item.community_id}:{day}", value=1)
        .on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
        .returning(counters.c.value)
    )
    return f"DH-{item.short}-{day}-{(await connection.execute(drawn)).scalar_one():04}"


async def _write_order(
    connection: AsyncConnection, who: Caller, item: Any, quantity: int, number: str
) -> int:
    orders, lines = t["redemptions"], t["redemption_lines"]
    points = item.points * quantity
    values = {
        "number": number,
        "shop_id": item.shop_id,
        "community_id": item.community_id,
        "item_kind": item.kind,
        "state": "requested",
        "person_id": who.id,
        "by_family": False,
        "points": points,
        "four_eyes": item.four_eyes_hand_over,
        "requested_at": now(),
        "approve_until": _open_days_after(item, item.approve_days),
        "approve_open_days": item.approve_days,
    }
    made = (await connection.execute(sa.insert(orders).values(values).returning(orders.c.id))).scalar_one()
    line = {"redemption_id": made, "item_id": item.id, "name": item.name, "unit": item.unit, "returned": 0}
    line |= {"quantity": quantity, "unit_points": item.points, "points": points}
    await connection.execute(sa.insert(lines).values(line))
    states = (None, "requested")
    await journal(connection, "request", "redemption", made, who.id, states, item.community_id)
    return made


async def _reserve(connection: AsyncConnection, who: Caller, item: Any, quantity: int, made: int) -> None:
    items, batches = t["items"], t["batches"]
    spoilt = (
        sa.select(sa.func.coalesce(sa.func.sum(batches.c.on_hand), 0))
        .where(
            batches.c.item_id == item.id,
            batches.c.on_hand > 0,
            batches.c.quarantined | (batches.c.best_before < today()),
        )
        .scalar_subquery()
    )
    left = await connection.execute(
        sa.update(items)
        .where(items.c.id == item.id, items.c.reserved + quantity <= items.c.on_hand - spoilt)
        .values(reserved=items.c.reserved + quantity)
        .returning(items.c.on_hand)
    )
    on_hand = left.scalar()
    if on_hand is None:
        raise HTTPException(409)
    reference = f"redemption:{made}:reserve:{item.id}"
    await write_movement(connection, who, item.id, None, "reserve", (0, quantity, on_hand), made, reference)


async def write_movement(
    connection: AsyncConnection,
    who: Caller,
    item_id: int,
    batch_id: int | None,
    kind: str,
    change: tuple[int, int, int],
    order_id: int,
    reference: str,
) -> None:
    values = {
        "item_id": item_id,
        "batch_id": batch_id,
        "kind": kind,
        "on_hand_change": change[0],
        "reserved_change": change[1],
        "on_hand_after": change[2],
        "at": now(),
        "by_id": who.id,
        "reference": reference,
        "redemption_id": order_id,
        "donor_public": False,
    }
    await connection.execute(sa.insert(t["stock_movements"]).values(values))


async def _hold(
    connection: AsyncConnection, who: Caller, item: Any, points: int, made: int, number: str, available: int
) -> None:
    """From the one lot that ends first and covers it, as the bench's holders have it."""
    accounts, holds, purses = t["accounts"], t["holds"], t["purses"]
    held = accounts.alias("held")
    lots = await connection.execute(
        sa.select(accounts.c.id, held.c.id.label("held_id"), accounts.c.lot, accounts.c.balance)
        .join_from(
            accounts,
            held,
            (held.c.person_id == accounts.c.person_id)
            & (held.c.lot == accounts.c.lot)
            & (held.c.kind == "held"),
        )
        .where(
            accounts.c.person_id == who.id,
            accounts.c.kind == "lot",
            accounts.c.balance > 0,
            accounts.c.ends_on.is_(None) | (accounts.c.ends_on >= today()),
        )
        .order_by(accounts.c.ends_on.is_(None), accounts.c.ends_on, accounts.c.id)
    )
    lot = lots.first()
    if lot is None or lot.balance < points:
        raise HTTPException(409)
    hold = {"person_id": who.id, "reference": f"redemption:{made}", "amount": points}
    hold |= {"state": "open", "opened_at": now()}
    hold_id = (await connection.execute(sa.insert(holds).values(hold).returning(holds.c.id))).scalar_one()
    for account, change in ((lot.id, -points), (lot.held_id, points)):
        await shift(connection, account, change)
    await connection.execute(
        sa.update(purses)
        .where(purses.c.person_id == who.id)
        .values(available=purses.c.available - points, held=purses.c.held + points)
    )
    reference, title = f"redemption:{made}:hold:{lot.lot}", f"兑换 {number}"
    accounts_of = (lot.id, lot.held_id)
    place = item.community_id
    await write_transfer(
        connection,
        who,
        "hold",
        accounts_of,
        points,
        reference,
        title,
        who.id,
        place,
        available - points,
        hold_id,
    )


async def shift(connection: AsyncConnection, account_id: int, change: int) -> None:
    accounts = t["accounts"]
    shifted = await connection.execute(
        sa.update(accounts)
        .where(accounts.c.id == account_id, accounts.c.balance + change >= 0)
        .values(balance=accounts.c.balance + change)
        .returning(accounts.c.id)
    )
    if shifted.one_or_none() is None:
        raise HTTPException(409)


async def write_transfer(
    connection: AsyncConnection,
    who: Caller,
    kind: str,
    accounts: tuple[int, int],
    points: int,
    reference: str,
    title: str,
    person_id: int,
    place_id: int,
    balance: int,
    hold_id: int,
) -> None:
    values = {
        "source_id": accounts[0],
        "target_id": accounts[1],
        "amount": points,
        "reference": reference,
        "kind": kind,
        "at": now(),
        "by_id": who.id,
        "person_id": person_id,
        "community_id": place_id,
        "title": title,
        "balance": balance,
        "hold_id": hold_id,
    }
    await connection.execute(sa.insert(t["transfers"]).values(values))


async def _tell_the_staff(
    connection: AsyncConnection, who: Caller, item: Any, quantity: int, made: int, number: str
) -> None:
    appointments, reach = t["appointments"], t["organisation_reach"]
    found = await connection.execute(
        sa.select(appointments.c.person_id)
        .distinct()
        .join_from(appointments, reach, reach.c.ancestor_id == appointments.c.organisation_id)
        .where(
            reach.c.descendant_id == item.community_id,
            appointments.c.role == "community_staff",
            in_office(),
            appointments.c.person_id != who.id,
        )
        .order_by(appointments.c.person_id)
    )
    title = "有兑换单待审批"
    until = _open_days_after(item, item.approve_days)
    text = f"兑换单 {number} 等待审批，请在 {until:%m月%d日} 前处理。"
    message = message_of(made, f"{item.name}×{quantity}{item.unit}", "待审批", number, item.short, title)
    await notify(
        connection, list(found.scalars()), "redemption_waits", title, text, ("redemption", made), message
    )


def message_of(order_id: int, goods: str, phrase: str, number: str, short: str, title: str) -> dict[str, Any]:
    data = {
        "thing1": goods,
        "phrase2": phrase,
        "character_string3": number.replace(short, ""),
        "thing4": title,
    }
    page = f"pages/redemption/detail?id={order_id}"
    return {"template": "redemption_notice", "data": data, "page": page}


async def order_out(connection: AsyncConnection, order_id: int, who: Caller) -> OrderOut:
    orders, lines, shops = t["redemptions"], t["redemption_lines"], t["shops"]
    places, names, teams = t["organisations"], t["peer_names"], t["teams"]
    row = (
        await connection.execute(
            sa.select(
                *orders.c,
                shops.c.name.label("shop"),
                places.c.name.label("community"),
                names.c.name.label("person"),
                teams.c.name.label("team"),
                appointed(who.id, ("shop_keeper", "community_staff"), 0).label("staff"),
            )
            .select_from(orders)
            .join(shops, shops.c.id == orders.c.shop_id)
            .join(places, places.c.id == orders.c.community_id)
            .outerjoin(names, names.c.person_id == orders.c.person_id)
            .outerjoin(teams, teams.c.id == orders.c.team_id)
            .where(orders.c.id == order_id)
        )
    ).one()
    ordered = await connection.execute(
        sa.select(lines).where(lines.c.redemption_id == order_id).order_by(lines.c.item_id)
    )
    own = ("id", "number", "state", "shop_id", "community_id", "by_family", "points", "purpose", "team_id")
    days = ("approve_until", "pick_up_until", "collect_on", "collected_by", "series_id")
    moments = ("requested_at", "approved_at", "handed_over_at", "closed_at")
    of_line = tuple(LineOut.model_fields)
    return OrderOut(
        **{name: getattr(row, name) for name in own + days},
        **{name: told(getattr(row, name)) for name in moments},
        kind=row.item_kind,
        shop_name=row.shop,
        community_name=row.community,
        person_name=f"{row.person[0]}**" if row.person else "一位居民",
        on_behalf=row.requested_by_id is not None,
        points_spent=row.points if row.state == "handed_over" else None,
        lines=[LineOut(**{name: getattr(one, name) for name in of_line}) for one in ordered],
        team_name=row.team,
        pick_up_code=None,
        pick_up_qr=None,
        reason=row.closing_reason,
        actions=["cancel"] if row.state == "requested" else [],
    )
