"""季度公示: one line a community, sums only. Donors are named where they agreed; of residents nothing."""

from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend import clock, config
from backend.complaints.models import Complaint, ComplaintState
from backend.db import session
from backend.journal import JournalLine
from backend.ledger import bookings, rules, seals
from backend.people.permissions import Permission
from backend.points.labels import REGISTER_EVENTS
from backend.registers.definition import Column, ComputedRows, Register, Scope
from backend.supermarket import sealed
from backend.supermarket.models import Item, Shop
from backend.supermarket.stock_models import Movement, StockSource
from backend.volunteering.models import Activity, ActivityKind, ActivityState
from backend.volunteering.record_models import ServiceRecord
from backend.wishes.kinds import WishState
from backend.wishes.models import Claim, Wish

Numbers = dict[int, int]


def _rows(scope: Scope) -> list[Any]:
    """In the order of the places."""
    told = {name: ask(scope) for name, ask in _ASKED.items()}
    booked = bookings.sums(scope.communities, scope.since, scope.until)
    ever = bookings.sums(scope.communities, None, scope.until)
    donors, changes = _donors(scope), _rule_changes(scope)
    return [
        SimpleNamespace(
            community_id=one,
            **{name: numbers.get(one, 0) for name, numbers in told.items()},
            issued=booked[one]["issued"],
            redeemed=booked[one]["redeemed"],
            outstanding=ever[one]["issued"] - ever[one]["redeemed"] - ever[one]["ended"],
            donors="、".join(donors[one]) or None,
            rules="；".join(changes[None] + changes[one]) or None,
        )
        for one in sorted(scope.communities)
    ]


def _between(moment: Any, scope: Scope) -> sa.ColumnElement[bool]:
    return sa.and_(moment >= scope.since, moment < scope.until)


def _numbers(wanted: Any, column: Any) -> Numbers:
    return {place: int(number or 0) for place, number in session.execute(wanted.group_by(column))}


def _came_into(
    model: Any, states: tuple[str, ...], *more: Any, first: bool = False
) -> Callable[[Scope], Numbers]:
    """How many things came into one of these states in these days, each once: by the journal, which says for ever what a
    state of today no longer does. They count for their community; a complaint for the place that had it then.
    `first`: only those that had never been in it before."""
    kind, line = model.journal_kind, JournalLine
    place = getattr(model, "community_id", line.organisation_id)

    def asked(scope: Scope) -> Numbers:
        wanted = (
            sa.select(place, sa.func.count(sa.distinct(line.subject_id)))
            .select_from(line)
            .join(model, model.id == line.subject_id)
            .where(line.subject_kind == kind, line.to_state.in_(states), place.in_(scope.communities))
            .where(_between(line.at, scope), *more)
        )
        if first:
            before = aliased(JournalLine)
            same = (before.subject_kind == kind, before.subject_id == line.subject_id, before.at < line.at)
            wanted = wanted.where(~sa.exists().where(*same, before.to_state.in_(states)))
        return _numbers(wanted, place)

    return asked


def _claims(scope: Scope) -> Numbers:
    """Wishes claimed in these days: one that was released and claimed again counts once."""
    wanted = (
        sa.select(Wish.community_id, sa.func.count(sa.distinct(Wish.id)))
        .join(Claim, Claim.wish_id == Wish.id)
        .where(Wish.community_id.in_(scope.communities), _between(Claim.claimed_at, scope))
    )
    return _numbers(wanted, Wish.community_id)


_OF_SERVICE = Activity.kind == ActivityKind.VOLUNTEER_SERVICE
_PUBLISHED = JournalLine.verb.in_(("publish", "republish"))
_before = aliased(ServiceRecord)
# What a record adds to what was counted before it: a correction the difference, in the period in which it was made.
_TIMES = sa.case((ServiceRecord.minutes > 0, 1), else_=0) - sa.case((_before.minutes > 0, 1), else_=0)
_MINUTES = ServiceRecord.minutes - sa.func.coalesce(_before.minutes, 0)


def _records(number: Any) -> Callable[[Scope], Numbers]:
    def asked(scope: Scope) -> Numbers:
        wanted = (
            sa.select(ServiceRecord.community_id, sa.func.sum(number))
            .select_from(ServiceRecord)
            .outerjoin(_before, _before.id == ServiceRecord.corrects_id)
            .where(
                ServiceRecord.community_id.in_(scope.communities), _between(ServiceRecord.recorded_at, scope)
            )
        )
        return _numbers(wanted, ServiceRecord.community_id)

    return asked


def _received(source: str) -> Callable[[Scope], Numbers]:
    """What came in for how much. A receipt taken back counts against the quarter of its red entry: what an earlier
    notice said stays said."""

    def asked(scope: Scope) -> Numbers:
        receipt = aliased(Movement)
        came = _movements(scope, sa.func.sum(Movement.cost)).where(Movement.source == source)
        taken_back = _movements(scope, sa.func.sum(receipt.cost)).join(
            receipt, sa.and_(receipt.id == Movement.reverses_id, receipt.source == source)
        )
        red = _numbers(taken_back, Shop.community_id)
        booked = _numbers(came, Shop.community_id)
        return {place: booked.get(place, 0) - red.get(place, 0) for place in booked.keys() | red.keys()}

    return asked


def _movements(scope: Scope, *columns: Any) -> sa.Select[Any]:
    return (
        sa.select(Shop.community_id, *columns)
        .select_from(Movement)
        .join(Item, Item.id == Movement.item_id)
        .join(Shop, Shop.id == Item.shop_id)
        .where(Shop.community_id.in_(scope.communities), _between(Movement.at, scope))
    )


def _stock(scope: Scope) -> Numbers:
    """What was on the shelves at the end of these days: the sum of all that came and went before."""
    wanted = (
        sa.select(Shop.community_id, sa.func.sum(Movement.on_hand_change))
        .select_from(Movement)
        .join(Item, Item.id == Movement.item_id)
        .join(Shop, Shop.id == Item.shop_id)
        .where(Shop.community_id.in_(scope.communities), Movement.at < scope.until)
    )
    return _numbers(wanted, Shop.community_id)


def _donors(scope: Scope) -> dict[int, list[str]]:
    """Who gave and agreed to be named, each once, in the order of the gifts; a gift taken back in these days was none."""
    red = aliased(Movement)
    taken_back = sa.exists().where(red.reverses_id == Movement.id, red.at < scope.until)
    wanted = _movements(scope, Movement.reference, Movement.donor_sealed).where(
        Movement.donor_public, Movement.donor_sealed.is_not(None), ~taken_back
    )
    told: dict[int, dict[str, None]] = defaultdict(dict)
    for place, reference, kept in session.execute(wanted.order_by(Movement.id)):
        told[place][sealed.donor_of(reference, kept) or ""] = None
    return defaultdict(list, {place: list(names) for place, names in told.items()})


def _rule_changes(scope: Scope) -> dict[int | None, list[str]]:
    """Versions that began in these days; under None those of the whole city."""
    told: dict[int | None, list[str]] = defaultdict(list)
    for one in rules.rules():
        if scope.first <= one.effective_from <= scope.last and one.effective_from <= clock.today():
            day = one.effective_from.isoformat()
            text = f"{REGISTER_EVENTS.get(one.event, one.event)} {one.points} 分（第 {one.version} 版，{day} 起）"
            told[one.organisation_id].append(text)
    return told


_ASKED: dict[str, Callable[[Scope], Numbers]] = {
    "submitted": _came_into(Wish, (WishState.SUBMITTED,), first=True),
    "published": _came_into(Wish, (WishState.PUBLISHED,), _PUBLISHED),
    "claimed": _claims,
    "lit": _came_into(Wish, (WishState.CONFIRMED,)),
    "activities": _came_into(Activity, (ActivityState.ENDED,), _OF_SERVICE, first=True),
    "times": _records(_TIMES),
    "minutes": _records(_MINUTES),
    "purchased": _received(StockSource.PURCHASE),
    "donated": _received(StockSource.DONATION),
    "stock": _stock,
    "complaints": _came_into(Complaint, (ComplaintState.RECEIVED,), first=True),
    "answered": _came_into(Complaint, (ComplaintState.ANSWERED,)),
}


def _seal() -> str:
    """The short form of the newest seal of the books, so that a copy of it lives outside the database."""
    seal = seals.latest()
    return f"账目封存码（{seal.day}）：{seal.short}。" if seal else ""


def supervision_phone(_row: Any) -> str | None:
    return config.settings().supervision_phone or None


def _sum(heading: str, source: str, take: str, kind: str = "number", aside: bool = False) -> Column:
    return Column(heading, source, take, kind, total=True, width=9, aside=aside)


QUARTERLY = Register(
    "quarterly",
    "季度公示",
    Permission.REGISTER_TOTALS,
    ComputedRows(_rows),
    (
        Column("社区", "wishes.community_id", kind="place", width=11),
        _sum("本季征集数", "journal.to_state", "submitted"),
        _sum("本季发布数", "journal.to_state", "published"),
        _sum("本季认领数", "claims.claimed_at", "claimed"),
        _sum("本季点亮数", "journal.to_state", "lit"),
        _sum("志愿活动场次", "journal.to_state", "activities"),
        _sum("参与人次", "service_records.person_id", "times"),
        _sum("服务时长(小时)", "service_records.minutes", "minutes", "hours"),
        _sum("积分发放", "transfers.amount", "issued"),
        _sum("积分兑换", "transfers.amount", "redeemed"),
        _sum("积分结存", "transfers.amount", "outstanding"),
        _sum("物资采购金额", "stock_movements.cost", "purchased"),
        _sum("物资捐赠金额", "stock_movements.cost", "donated"),
        Column("捐赠单位(同意)", "stock_movements.donor_sealed", "donors", width=16, aside=True),
        _sum("库存结余", "stock_movements.on_hand_change", "stock"),
        Column("规则变更", "earning_rules.effective_from", "rules", width=22, aside=True),
        _sum("投诉受理", "journal.to_state", "complaints", aside=True),
        _sum("投诉办结", "journal.to_state", "answered", aside=True),
        Column("监督电话", "= supervision_phone()", supervision_phone, width=13, aside=True),
    ),
    note="点亮数只算许愿人确认的。积分结存是以本社区名义发放、还没有兑换或到期的。由街道承办的投诉不计入社区。",
    period="quarter",
    closing=_seal,
    repeated=1,
)
