"""The list of orders that staff look through: by everything that a row shows. In no order of anybody's points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from backend import clock, text
from backend.db import AnySelect, session
from backend.journal import Actor
from backend.paging import Keys, KeysetQuery, containing
from backend.people import permissions, sought
from backend.people.permissions import Permission
from backend.supermarket import queries
from backend.supermarket.models import Line, Redemption, RedemptionState
from backend.supermarket.views import RedemptionView

SORTS = {"newest": "新的在前", "oldest": "旧的在前", "number": "按单号"}
_KEYS: dict[str, Keys] = {
    "newest": (Redemption.id.desc(),),
    "oldest": (Redemption.id,),
    "number": (Redemption.number, Redemption.id),
}


@dataclass(frozen=True, kw_only=True)
class OrderFilters:
    """What was asked for; None where it does not matter. `first` and `last` are the days on which it was asked for."""

    number: str | None = None
    state: str | None = None
    shop: int | None = None
    item: str | None = None
    person: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class OrderRow:
    """One line: whose it is, what it is for, and until when it has to be decided or collected."""

    id: int
    number: str
    content: str
    person: str
    points: int
    state: str
    shop: str
    due: date | None
    late: bool
    requested_at: datetime


def listed(asked: OrderFilters, sort: str, *, actor: Actor) -> KeysetQuery:
    """Orders in the places where staff read them, as they are asked for."""
    reach = permissions.reach_of(actor.id, Permission.REDEMPTION_READ)
    wanted = sa.select(Redemption).where(Redemption.community_id.in_(reach))
    return KeysetQuery(_asked(wanted, asked, actor), _KEYS[sort])


def _asked(wanted: AnySelect, asked: OrderFilters, actor: Actor) -> AnySelect:
    if asked.number:
        wanted = wanted.where(containing(asked.number, number=Redemption.number))
    if asked.state:
        wanted = wanted.where(Redemption.state == asked.state)
    if asked.shop:
        wanted = wanted.where(Redemption.shop_id == asked.shop)
    if asked.item:
        lines = sa.select(Line.redemption_id).where(containing(asked.item, Line.name))
        wanted = wanted.where(Redemption.id.in_(lines))
    if asked.person:
        # By name only where this person may look for residents: whoever sees names masked learns none by trying them.
        reach = permissions.reach_of(actor.id, Permission.PERSON_READ)
        who = sa.select(Redemption.person_id).where(Redemption.community_id.in_(reach))
        wanted = wanted.where(Redemption.person_id.in_(sought.among(who, asked.person)))
    if asked.first:
        wanted = wanted.where(Redemption.requested_at >= clock.day_starts(asked.first))
    if asked.last:
        wanted = wanted.where(Redemption.requested_at < clock.day_ends(asked.last))
    return wanted


def rows(orders: Sequence[Redemption], *, actor: Actor) -> list[OrderRow]:
    return [_row(one) for one in queries.view_redemptions(orders, actor=actor)]


def _row(one: RedemptionView) -> OrderRow:
    days = {
        RedemptionState.REQUESTED.value: one.approve_until,
        RedemptionState.APPROVED.value: one.pick_up_until,
    }
    due = days.get(one.state)
    return OrderRow(
        id=one.id,
        number=one.number,
        content=one.content,
        person=f"{one.person_name}（代办）" if one.on_behalf else one.person_name,
        points=one.points,
        state=one.state,
        shop=one.shop_name,
        due=due,
        late=due is not None and due < clock.today(),
        requested_at=one.requested_at,
    )


def numbered(number: str, *, actor: Actor) -> int | None:
    """The order with this number, where this person may read it."""
    reach = permissions.reach_of(actor.id, Permission.REDEMPTION_READ)
    wanted = sa.select(Redemption.id).where(
        Redemption.number == text.reference(number).upper(), Redemption.community_id.in_(reach)
    )
    return session.scalar(wanted)
