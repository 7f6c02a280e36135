"""Who is told what about an order and about stock. The sentences stand in the inbox; WeChat gets a short form."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa

from backend import app_pages, clock
from backend.db import session
from backend.journal import Actor
from backend.ledger.actions import HoldResult
from backend.organisations.models import Reach
from backend.outbox.actions import Telling, notify_many, notify_those
from backend.people import on_behalf, permissions, proxy_notices
from backend.people.models import Appointment
from backend.people.permissions import Permission
from backend.supermarket import queries
from backend.supermarket.allowances import Share
from backend.supermarket.labels import PERIODS
from backend.supermarket.models import Collector, Item, Line, Redemption, RedemptionState, Shop
from backend.supermarket.stock_models import Batch, ShopTransfer, Stocktake, StocktakeState
from backend.supermarket.views import content


def _notify_staff(
    permission: str, place_id: int, kind: str, title: str, body: str, *, but: int = 0, **more: Any
) -> None:
    """Whoever's appointment grants this in this place today, `but` one person."""
    given = {"place": place_id, "today": clock.today(), "but": but}
    notify_those(_staff(permission), given, kind, title, body, **more)


@cache
def _staff(permission: str) -> sa.Select[int]:
    """Built once for each permission, whose roles are words of the statement."""
    granting: list[sa.ColumnElement[str]] = [
        sa.literal_column(f"'{role}'") for role in sorted(permissions.roles_with(permission))
    ]
    today = sa.bindparam("today", type_=sa.Date)
    return (
        sa.select(Appointment.person_id)
        .distinct()
        .join(Reach, Reach.ancestor_id == Appointment.organisation_id)
        .where(
            Reach.descendant_id == sa.bindparam("place", type_=sa.BigInteger),
            Appointment.role.in_(granting),
            Appointment.from_day <= today,
            sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= today),
            Appointment.person_id != sa.bindparam("but", type_=sa.BigInteger),
        )
        .order_by(Appointment.person_id)
    )


def _notify_owner(
    order: Redemption, kind: str, title: str, body: str, phrase: str, lines: list[Line] | None = None
) -> None:
    """The owner, and whoever asked for an owner who may have no phone. `lines` are the order's, if the caller
    has read them already."""
    too = _told_too([order]).get(order.id)
    _notify(order, sorted(filter(None, {order.person_id, too})), kind, title, body, phrase, lines)


def _notify_owners(
    orders: Sequence[Redemption], kind: str, title: str, phrase: str, say: Callable[[Redemption], str]
) -> None:
    """The owners of many orders, and whoever asked for them, in a fixed number of statements."""
    lines, too = queries.lines_of_many([one.id for one in orders]), _told_too(orders)
    notify_many(
        [
            Telling(person_id, kind, title, say(one), **_wechat(one, title, phrase, lines[one.id]))
            for one in orders
            for person_id in sorted(filter(None, {one.person_id, too.get(one.id)}))
        ]
    )


def _told_too(orders: Sequence[Redemption]) -> dict[int, int]:
    return on_behalf.told_too(orders, "person_id", "requested_by_id")


def _who(order: Redemption) -> str:
    """Who did it for the owner, in the words of a sentence to them."""
    return f"您的家人{proxy_notices.named(order.requested_by_id or 0)}" if order.by_family else "工作人员"


def _notify(
    order: Redemption,
    person_ids: list[int],
    kind: str,
    title: str,
    body: str,
    phrase: str,
    lines: list[Line] | None = None,
) -> None:
    more = _wechat(order, title, phrase, lines)
    notify_many([Telling(person_id, kind, title, body, **more) for person_id in person_ids])


def _wechat(order: Redemption, title: str, phrase: str, lines: list[Line] | None = None) -> dict[str, Any]:
    """What the inbox opens, and the short form for WeChat."""
    lines = queries.lines_of(order.id) if lines is None else lines
    data: dict[str, Any] = {
        "thing1": content(lines),
        "phrase2": phrase,
        "character_string3": order.number,
        "thing4": title,
    }
    return {
        "subject": (Redemption.journal_kind, order.id),
        "template": "redemption_notice",
        "data": data,
        "page": app_pages.page_of("redemption", order.id),
    }


def _limits(full: Sequence[Item | Share]) -> str:
    """What makes whoever approves or hands over look twice, since many small orders hide in a queue."""
    return "".join(
        f"“{item.name}”{PERIODS[item.limit_period]}每人限兑 {item.limit_per_person}{item.unit}，"
        "这位居民连同本单已兑满。"
        for item in full
    )


def points_back(came_back: int, ended: int) -> str:
    """What the ledger gave back: points whose last day is past come back to nobody."""
    lost = f"{ended} 积分的有效期已过，没有退回"
    if not ended:
        return f"{came_back} 积分已退回"
    return f"{came_back} 积分已退回，另有 {lost}" if came_back else lost


def requested(order: Redemption, lines: list[Line], full: list[Item]) -> None:
    """Its owner reads it in the order itself; those who decide learn that one waits, and which limits it fills."""
    if order.requested_by_id is not None:
        body = f"{_who(order)}代您提交了兑换单 {order.number}，已冻结 {order.points} 积分，等待审批。"
        _notify(order, [order.person_id], "redemption_requested", "已代您提交兑换", body, "待审批", lines)
    title = "有兑换单待审批"
    body = f"兑换单 {order.number} 等待审批，请在 {order.approve_until:%m月%d日} 前处理。{_limits(full)}"
    more = _wechat(order, title, "待审批", lines)
    _notify_staff(
        Permission.REDEMPTION_APPROVE,
        order.place_id,
        "redemption_waits",
        title,
        body,
        but=order.person_id,
        **more,
    )


def approved(order: Redemption, full: list[Share], chosen: date | None) -> None:
    """Its owner learns when to come, and whether the day that they had `chosen` is another one now; the keepers what to
    prepare, and of which goods this person has all."""
    lines = queries.lines_of(order.id)
    body = (
        f"兑换单 {order.number} 已通过审批。请在 {order.pick_up_until:%m月%d日} 前凭取货码到超市领取或使用。"
        f"{_comes_on(order, chosen)}"
    )
    _notify_owner(order, "redemption_approved", "兑换已通过审批", body, "待领取", lines)
    title = "有兑换单待领取"
    when = f"（{order.collect_on:%m月%d日} 来领）" if order.collect_on else ""
    body = f"兑换单 {order.number} 已审批，请备好：{content(lines)}{when}。{_limits(full)}"
    more = _wechat(order, title, "待领取", lines)
    _notify_staff(
        Permission.REDEMPTION_HAND_OVER, order.place_id, "redemption_to_prepare", title, body, **more
    )


def _comes_on(order: Redemption, chosen: date | None) -> str:
    if order.collect_on is None:
        return ""
    if chosen is None or chosen == order.collect_on:
        return f"您选的领取日是 {order.collect_on:%m月%d日}。"
    return f"您原来选的 {chosen:%m月%d日} 已过或不开门，领取日改为 {order.collect_on:%m月%d日}。"


def collect_days_moved(chosen: Mapping[Redemption, date]) -> None:
    """The shop is closed on the day that was chosen: owners learn the next one that is open."""
    _notify_owners(
        list(chosen),
        "redemption_deadline_moved",
        "领取日有变",
        "待领取",
        lambda one: (
            f"超市 {chosen[one]:%m月%d日} 不开门，兑换单 {one.number} 的领取日改为 {one.collect_on:%m月%d日}。"
        ),
    )


def rejected(order: Redemption, reason: str, released: HoldResult) -> None:
    body = f"兑换单 {order.number} 未通过：{reason}。{points_back(released.came_back, released.ended)}。"
    _notify_owner(order, "redemption_rejected", "兑换未通过审批", body, "未通过")


def cancelled(order: Redemption, actor: Actor, released: HoldResult) -> None:
    if actor.id == order.person_id:
        return
    who = _who(order) if actor.id == order.requested_by_id else "工作人员"
    body = f"{who}代您取消了兑换单 {order.number}：{order.closing_reason}。{points_back(released.came_back, released.ended)}。"
    _notify_owner(order, "redemption_cancelled", "兑换已取消", body, "已取消")


CLOSED_THEN = "超市的休息日或开放时间有变，这个时段不开放"


def called_off(orders: Sequence[Redemption], shop: Shop, released: Mapping[int, HoldResult]) -> None:
    """The shop is closed at a time that was booked: whoever booked it, and whoever asked for them, may choose another."""
    _notify_owners(
        orders,
        "redemption_called_off",
        "场地预订已取消",
        "已取消",
        lambda one: (
            f"{shop.name}{CLOSED_THEN.removeprefix('超市')}，您 {_begins(one)} 的预订（{one.number}）已取消。"
            f"{points_back(released[one.id].came_back, released[one.id].ended)}，请另选时段。"
        ),
    )


def _begins(order: Redemption) -> str:
    starts_at = order.starts_at or order.requested_at
    return f"{starts_at.astimezone(clock.CHINA):%m月%d日 %H:%M}"


def deadlines_moved(orders: Sequence[Redemption]) -> None:
    """The shop is open on other days than before: owners learn their new last day, staff until when they decide."""
    waiting = [one for one in orders if one.state == RedemptionState.REQUESTED]
    _notify_owners(
        waiting,
        "redemption_deadline_moved",
        "审批期限有变",
        "待审批",
        lambda one: (
            f"超市的休息日或开放时间有变，兑换单 {one.number} 最晚 {one.approve_until:%m月%d日} 审批。"
        ),
    )
    _notify_owners(
        [one for one in orders if one.state == RedemptionState.APPROVED],
        "redemption_deadline_moved",
        "领取期限有变",
        "待领取",
        lambda one: (
            f"超市的休息日或开放时间有变，兑换单 {one.number} 改为最晚 {one.pick_up_until:%m月%d日} 领取。"
        ),
    )
    if waiting:
        first = min(one.approve_until for one in waiting)
        body = f"超市的休息日或开放时间有变，{len(waiting)} 张待审批的兑换单期限顺延，最早的到 {first:%m月%d日}。"
        _notify_staff(
            Permission.REDEMPTION_APPROVE, waiting[0].place_id, "redemption_waits", "审批期限有变", body
        )


def extended(order: Redemption, reason: str) -> None:
    body = f"兑换单 {order.number} 的领取期限延长到 {order.pick_up_until:%m月%d日}：{reason}。"
    _notify_owner(order, "redemption_deadline_moved", "领取期限已延长", body, "待领取")


def expired(order: Redemption, why: str, released: HoldResult) -> None:
    again = "，欢迎重新兑换" if released.came_back else ""
    body = f"兑换单 {order.number} 已结束：{why}。{points_back(released.came_back, released.ended)}{again}。"
    _notify_owner(order, "redemption_expired", "兑换单已过期", body, "已过期")


def last_days(order: Redemption) -> None:
    body = f"兑换单 {order.number} 请在 {order.pick_up_until:%m月%d日} 当天或之前领取，过后自动结束，还没有到期的积分退回。"
    _notify_owner(order, "redemption_last_days", "兑换即将到期", body, "待领取")


def handed_over(order: Redemption, lines: list[Line], told: HoldResult) -> None:
    who = "由代领人领取" if order.collected_by == Collector.PROXY else "领取"
    rest = [(line, line.quantity - (line.handed_over or 0)) for line in lines]
    missing = "、".join(f"{line.name}×{units}{line.unit}" for line, units in rest if units)
    less = f"没有发放的 {missing} 已取消，{points_back(told.came_back, told.ended)}。" if missing else ""
    body = (
        f"兑换单 {order.number} 已{who}，使用 {told.points} 积分。{less}"
        "如不是您本人或您委托的人领取，请联系社区。"
    )
    _notify_owner(order, "redemption_handed_over", "兑换已完成", body, "已领取", lines)


def returned(order: Redemption, back: Sequence[tuple[Line, int]], reason: str, told: HoldResult) -> None:
    what = "" if order.state == RedemptionState.RETURNED else _units(back)
    body = f"兑换单 {order.number} 已退回{what}：{reason}。{points_back(told.came_back, told.ended)}。"
    _notify_owner(order, "redemption_returned", "兑换已退回", body, "已退回")


def _units(back: Sequence[tuple[Line, int]]) -> str:
    total: dict[str, int] = {}
    for line, units in back:
        total[line.name] = total.get(line.name, 0) + units
    names = {line.name: line.unit for line, _ in back}
    return "".join(f" {name}×{units}{names[name]}" for name, units in total.items())


def not_shown(order: Redemption, released: HoldResult) -> None:
    back = points_back(released.came_back, released.ended)
    body = f"兑换单 {order.number} 预订的时段没有使用，{back}。以后用不上时请提前取消，让给其他居民。"
    _notify_owner(order, "redemption_no_show", "场地预订未使用", body, "未到场")


def available_again(item: Item, person_ids: list[int]) -> None:
    """To those who asked to be told, once."""
    body = f"您关注的“{item.name}”又可以兑换了。数量有限，请到积分超市查看。"
    notify_many(
        [
            Telling(one, "item_available", "关注的物品到货了", body, subject=("item", item.id))
            for one in person_ids
        ]
    )


def taken_down(item: Item, author_id: int, reason: str) -> None:
    body = f"“{item.name}”已被下架：{reason}。已提交的兑换单不受影响。"
    told = Telling(author_id, "item_taken_down", "物品已被下架", body, subject=("item", item.id))
    notify_many([told])


# --- to those who keep the shop ----------------------------------------------------------------------


def _notify_keepers(item: Item, kind: str, title: str, body: str) -> None:
    place_id = session.get_one(Shop, item.shop_id).place_id
    _notify_staff(Permission.STOCK_RECEIVE, place_id, kind, title, body, subject=("item", item.id))


def low_stock(item: Item) -> None:
    left = item.on_hand - item.reserved
    _notify_keepers(
        item, "item_low_stock", "库存不多了", f"“{item.name}”可兑换的只剩 {left}{item.unit}，请及时补货。"
    )


def batch_ends_soon(item: Item, batch: Batch) -> None:
    body = (
        f"“{item.name}”有 {batch.on_hand}{item.unit} 保质期到 {batch.best_before:%Y年%m月%d日}，请尽快发放。"
    )
    _notify_keepers(item, "batch_ends_soon", "有物品快到保质期", body)


def batch_ended(item: Item, batch: Batch, units: int) -> None:
    body = f"“{item.name}”有 {units}{item.unit} 已过保质期（{batch.best_before:%Y年%m月%d日}），已自动下架，请清理。"
    _notify_keepers(item, "batch_ended", "有物品已过保质期", body)


def stocktake_waits(found: Stocktake) -> None:
    body, about = f"盘点 {found.number} 等待审核。", ("stocktake", found.id)
    given: dict[str, Any] = {"but": found.proposed_by_id, "subject": about}
    _notify_staff(
        Permission.STOCKTAKE_APPROVE, found.place_id, "stocktake_waits", "有盘点待审核", body, **given
    )


def stocktake_decided(found: Stocktake) -> None:
    body = f"盘点 {found.number} 已通过。"
    if found.state == StocktakeState.REJECTED:
        body = f"盘点 {found.number} 被退回：{found.review_reason}。请重新盘点。"
    notify_many(
        [
            Telling(
                found.proposed_by_id, "stocktake_decided", "盘点已审核", body, subject=("stocktake", found.id)
            )
        ]
    )


def transfer_sent(sent: ShopTransfer, item: Item) -> None:
    body = f"“{item.name}”{sent.quantity}{item.unit} 已调出，调拨单 {sent.number}。到货后请核对数量并确认。"
    about: dict[str, Any] = {"but": sent.sent_by_id, "subject": (sent.journal_kind, sent.id)}
    _notify_staff(
        Permission.STOCK_TRANSFER, sent.to_community_id, "transfer_sent", "有调拨待收货", body, **about
    )


def transfer_closed(sent: ShopTransfer, item: Item) -> None:
    missing = sent.quantity - (sent.received or 0)
    less = f"，少收 {missing}{item.unit}：{sent.closing_reason}" if missing else ""
    body = f"调拨单 {sent.number} 已收到 {sent.received}{item.unit}{less}。"
    about = (sent.journal_kind, sent.id)
    notify_many([Telling(sent.sent_by_id, "transfer_received", "调拨已收到", body, subject=about)])
