"""A resident asks for goods, a venue or support: points are held and stock is reserved, both or neither."""

from datetime import date
from functools import cache, partial
from typing import Any

import sqlalchemy as sa

from backend import clock, journal, numbering
from backend.db import savepoint, session
from backend.errors import Refused
from backend.journal import Actor
from backend.ledger import actions as ledger
from backend.ledger.posting import lock_purse
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.people import queries as people
from backend.people.on_behalf import Acting, OnBehalf, acting_for, home_of
from backend.people.permissions import Permission
from backend.statements import Sources, Writing, adopt
from backend.supermarket import notices, queries
from backend.supermarket.actions import baskets, collecting, stock, watches
from backend.supermarket.actions.baskets import Basket, SlotTaken
from backend.supermarket.models import ItemKind, Line, Redemption, RedemptionState, Slot
from backend.supermarket.open_days import OpenTimes
from backend.supermarket.timetable import venue_of

# The largest number that the column of an order's points holds; nobody has so many.
MOST_POINTS = 2**31 - 1


class PurposeNeeded(Refused):
    code, message = 42275, "申请活动支持请写明用途"


class NotInThatTeam(Refused):
    code, message = 40370, "申请人不是这支志愿队的成员"


def request(
    shop_id: int,
    lines: list[tuple[int, int]],
    *,
    slot_ids: list[int] | None = None,
    purpose: str | None = None,
    team_id: int | None = None,
    on_behalf_of: OnBehalf = None,
    collect_on: date | None = None,
    actor: Actor,
) -> Redemption:
    """A new order of `lines` (item id, units), of one kind of item: goods, a venue's slots, or support.

    `on_behalf_of` is (person id, reason) when staff ask for a resident of the shop's community, or a relative for
    whoever agreed to it. Holds the points as `redemption:<id>` and reserves the stock in one transaction. Raises what
    `baskets.fill`, `check_limits` and `on_behalf.acting_for` refuse, PurposeNeeded, NotInThatTeam, NotEnoughPoints.
    """
    acting = acting_for(on_behalf_of, Permission.REDEMPTION_REQUEST_FOR, actor=actor)
    person_id = acting.person_id
    if acting.in_office:
        shop = queries.shop(shop_id)
        home_of(acting, Permission.REDEMPTION_REQUEST_FOR, places.standing_id(shop.community_id), actor=actor)
    # The purse first: what this person has had, and has, is counted by one order after another.
    purse = lock_purse(person_id)
    basket = baskets.fill(shop_id, lines, slot_ids or [], person_id)
    _check_purpose(basket, purpose, team_id, person_id)
    collecting.check(basket, collect_on)
    full = baskets.check_limits(basket)
    if basket.points > MOST_POINTS:
        raise ledger.NotEnoughPoints(available=purse.available, needed=basket.points)
    baskets.check_stock(basket)
    order, ordered = _write(basket, acting, purpose, team_id, collect_on, actor)
    stock.reserve(order, basket.items, basket.wanted, actor=actor)
    ledger.hold(
        person_id,
        order.points,
        reference=order.hold_reference,
        title=f"兑换 {order.number}",
        community_id=order.community_id,
        actor=actor,
        purse=purse,
    )
    notices.requested(order, ordered, full)
    return order


def request_or_note(
    shop_id: int, lines: list[tuple[int, int]], *, actor: Actor, **more: Any
) -> Redemption | Refused:
    """The same for a door: a refusal for want of stock is answered, not raised, because it is counted as demand."""
    try:
        return request(shop_id, lines, actor=actor, **more)
    except stock.OutOfStock as refusal:
        if refusal.asked is None:
            raise
        watches.note_shortfall(*refusal.asked)
        return refusal


def _check_purpose(basket: Basket, purpose: str | None, team_id: int | None, person_id: int) -> None:
    if basket.item_kind == ItemKind.ACTIVITY_SUPPORT and not purpose:
        raise PurposeNeeded()
    if team_id is not None and people.team_of(team_id, person_id) is None:
        raise NotInThatTeam()


def _write(
    basket: Basket,
    acting: Acting,
    purpose: str | None,
    team_id: int | None,
    collect_on: date | None,
    actor: Actor,
) -> tuple[Redemption, list[Line]]:
    shop, slots = basket.shop, basket.slots
    values = {
        "shop_id": shop.id,
        "community_id": shop.community_id,
        "item_kind": basket.item_kind,
        "state": RedemptionState.REQUESTED,
        "person_id": acting.person_id,
        "requested_by_id": acting.by_id,
        "on_behalf_reason": acting.reason,
        "by_family": acting.by_family,
        "points": basket.points,
        "purpose": purpose,
        "team_id": team_id,
        "four_eyes": shop.four_eyes_hand_over,
        "requested_at": clock.now(),
        "approve_until": OpenTimes.of(shop).after(clock.today(), shop.approve_days),
        "approve_open_days": shop.approve_days,
        "collect_on": collect_on,
        "starts_at": slots[0].starts_at if slots else None,
        "ends_at": max(slot.ends_at for slot in slots) if slots else None,
    }
    told = journal.line(
        "request",
        Redemption.journal_kind,
        actor=actor,
        states=(None, RedemptionState.REQUESTED),
        reason=acting.reason,
        place=shop.community_id,
    )
    lines = _lines(basket)
    day = clock.today().strftime("%Y%m%d")
    counter = {"counter": f"DH:{shop.community_id}:{day}", "day": f"-{day}-"}
    given = {**values, **counter, **journal.bind_values(told), "lines": lines}
    ((order_id, number),) = _placing(tuple(values)).run(given)["order"]
    order = adopt(Redemption, {**values, "id": order_id, "number": number})
    _book(order.id, basket)
    return order, [Line(redemption_id=order.id, **line) for line in lines]


def _lines(basket: Basket) -> list[dict[str, Any]]:
    return [
        {
            "item_id": item.id,
            "name": item.name,
            "unit": item.unit,
            "quantity": basket.wanted[item.id],
            "unit_points": item.points,
            "points": item.points * basket.wanted[item.id],
        }
        for item in basket.items.values()
    ]


_orders, _ordered = Redemption.__table__, Line.__table__
_OF_LINE = ("item_id", "name", "unit", "quantity", "unit_points", "points")


@cache
def _placing(columns: tuple[str, ...]) -> Writing:
    """What a new order writes first: itself, its lines, its line in the journal. The day's counter is the last lock,
    taken by the statement that needs its number: whoever holds it waits for nobody."""
    return Writing(
        drawn=lambda _of: numbering.bump(sa.bindparam("counter", type_=sa.String)),
        order=partial(_order, columns=columns),
        lines=_order_lines,
        told=journal.line_of("order"),
        answers=("order",),
    )


def _order(of: Sources, columns: tuple[str, ...]) -> Any:
    """With its number, `DH-松涛-20261123-0007`: gapless, and told by the counter's row."""
    values = [sa.bindparam(name, type_=_orders.c[name].type) for name in columns]
    short = sa.select(Organisation.short).where(
        Organisation.id == sa.bindparam("community_id", type_=_orders.c.community_id.type)
    )
    day = sa.bindparam("day", type_=sa.String)
    count = numbering.padded(of["drawn"].c.value, of.dialect_name)
    number = sa.literal_column("'DH-'", sa.String) + short.scalar_subquery() + day + count
    wanted = sa.select(*values, number).select_from(of["drawn"])
    written = sa.insert(_orders).from_select([*columns, "number"], wanted, include_defaults=False)
    return written.returning(_orders.c.id, _orders.c.number)


def _order_lines(of: Sources) -> Any:
    each = of.each("lines", {name: _ordered.c[name].type for name in _OF_LINE})
    wanted = sa.select(of["order"].c.id, *each.c).join(each, sa.true())
    # What a line begins with besides is the database's to say: a default of ours would be one more parameter.
    listed = sa.insert(_ordered).from_select(["redemption_id", *_OF_LINE], wanted, include_defaults=False)
    return listed.returning(_ordered.c.item_id)


def _book(order_id: int, basket: Basket) -> None:
    """The slots become this order's; the unique index has the last word. Raises SlotTaken."""
    if not basket.slots:
        return
    made = [
        Slot(
            item_id=venue_of(slot.id),
            redemption_id=order_id,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            live=True,
        )
        for slot in basket.slots
    ]
    try:
        with savepoint():
            session.add_all(made)
            session.flush()
    except sa.exc.IntegrityError:
        raise SlotTaken() from None
