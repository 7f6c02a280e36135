"""Shops, items and redemptions, with their rules repeated as constraints; stock is in stock_models."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock
from backend.db import Id, Json, Model, Moment, sql_list
from backend.opening_hours import Hours
from backend.people import on_behalf
from backend.people.permissions import Permission
from backend.personal import DIGEST, PersonalTable, Purpose, handler, not_personal, on_merge, personal
from backend.supermarket import limits


class ItemKind(StrEnum):
    GOODS = "goods"
    VENUE = "venue"
    ACTIVITY_SUPPORT = "activity_support"


class Period(StrEnum):
    """In which a limit on one person's redemptions counts."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ONCE = "once"


class RedemptionState(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    HANDED_OVER = "handed_over"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    RETURNED = "returned"
    NO_SHOW = "no_show"


class Collector(StrEnum):
    SELF = "self"
    PROXY = "proxy"


# Points are held and stock is reserved in these.
OPEN_STATES = (RedemptionState.REQUESTED, RedemptionState.APPROVED)
# What a person has had, or is about to have: a no-show counts, so that nobody blocks a venue for nothing.
COUNTED_STATES = (*OPEN_STATES, RedemptionState.HANDED_OVER, RedemptionState.NO_SHOW)

_open = sa.text(f"state IN {sql_list(OPEN_STATES)}")
_requested = sa.text(f"state = '{RedemptionState.REQUESTED}'")
_approved = sa.text(f"state = '{RedemptionState.APPROVED}'")
_live = sa.text("live")


def partial(condition: Any) -> dict[str, Any]:
    """An index over these rows only, on either database."""
    return {"sqlite_where": condition, "postgresql_where": condition}


class Shop(Model):
    """A service centre's exchange supermarket (党群服务中心).

    `opening_hours` is a list of {weekday 1–7, opens, closes} in China's time, `closed_days` of days. Deadlines count
    the days on which it is open: see open_days.
    """

    __tablename__ = "shops"
    __table_args__ = (
        sa.CheckConstraint(f"approve_days BETWEEN 1 AND {limits.APPROVE_DAYS_MAX}", name="approve_days_sane"),
        sa.CheckConstraint(f"pick_up_days BETWEEN 1 AND {limits.PICK_UP_DAYS_MAX}", name="pick_up_days_sane"),
        sa.UniqueConstraint("community_id", "name"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(sa.String(limits.SHOP_NAME_MAX), info=not_personal("a shop's"))
    address: Mapped[str] = mapped_column(
        sa.String(limits.ADDRESS_MAX), default="", info=not_personal("a shop's")
    )
    opening_hours: Mapped[list[Hours]] = mapped_column(Json, info=not_personal("a shop's", code=True))
    closed_days: Mapped[list[str]] = mapped_column(Json, info=not_personal("a shop's", code=True))
    four_eyes_hand_over: Mapped[bool] = mapped_column(sa.Boolean, default=True)
    approve_days: Mapped[int] = mapped_column(sa.Integer)
    pick_up_days: Mapped[int] = mapped_column(sa.Integer)
    created_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def place_id(self) -> int:
        return self.community_id


class Item(Model):
    """What points are redeemed for. Only goods have stock; `on_hand` and `reserved` sum up their events."""

    __tablename__ = "items"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {sql_list(ItemKind)}", name="kind_known"),
        sa.CheckConstraint("points >= 1", name="costs_points"),
        sa.CheckConstraint("limit_per_person >= 1", name="limit_positive"),
        sa.CheckConstraint(f"limit_period IN {sql_list(Period)}", name="period_known"),
        sa.CheckConstraint("low_stock >= 0", name="low_stock_not_negative"),
        sa.CheckConstraint("on_hand >= 0", name="on_hand_not_negative"),
        sa.CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        sa.CheckConstraint("reserved <= on_hand", name="reserved_is_there"),
        sa.CheckConstraint("kind = 'goods' OR on_hand = 0", name="only_goods_have_stock"),
        sa.CheckConstraint("(kind = 'venue') = (slot_minutes IS NOT NULL)", name="venues_have_slots"),
        sa.CheckConstraint(
            f"slot_minutes BETWEEN {limits.SLOT_MINUTES_MIN} AND {limits.SLOT_MINUTES_MAX}",
            name="slot_length_sane",
        ),
        sa.CheckConstraint(
            f"pick_up_days IS NULL OR (pick_up_days BETWEEN 1 AND {limits.PICK_UP_DAYS_MAX} AND kind <> 'venue')",
            name="pick_up_days_sane",
        ),
        sa.Index("ix_items_shop", "shop_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    shop_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("shops.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(limits.ITEM_NAME_MAX), info=not_personal("an item's"))
    description: Mapped[str] = mapped_column(sa.Text, default="", info=not_personal("an item's"))
    unit: Mapped[str] = mapped_column(sa.String(limits.UNIT_MAX), info=not_personal("an item's"))
    points: Mapped[int] = mapped_column(sa.Integer)
    # Units a person and period; empty: as many as the points are good for.
    limit_per_person: Mapped[int | None] = mapped_column(sa.Integer)
    limit_period: Mapped[str] = mapped_column(sa.String(12))
    on_shelf: Mapped[bool] = mapped_column(sa.Boolean)
    # The keeper is told when no more than this is left; empty: never.
    low_stock: Mapped[int | None] = mapped_column(sa.Integer)
    on_hand: Mapped[int] = mapped_column(sa.Integer, default=0)
    reserved: Mapped[int] = mapped_column(sa.Integer, default=0)
    slot_minutes: Mapped[int | None] = mapped_column(sa.Integer)
    # Its own open days to be collected (fresh food: one); empty: the shop's.
    pick_up_days: Mapped[int | None] = mapped_column(sa.Integer)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Redemption(Model):
    """兑换单: goods, a venue or support of an activity for points. Nobody makes and checks the same order.

    `four_eyes` is its shop's switch: then who approved it, or requested it for somebody, hands nothing over.
    """

    __tablename__ = "redemptions"
    __personal__ = [PersonalTable("person_id", "兑换", "redemptions", position=310, redact_notices=True)]
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(RedemptionState)}", name="state_known"),
        sa.CheckConstraint(f"item_kind IN {sql_list(ItemKind)}", name="item_kind_known"),
        sa.CheckConstraint("points > 0", name="points_positive"),
        sa.CheckConstraint(
            "(requested_by_id IS NULL) = (on_behalf_reason IS NULL)", name="on_behalf_with_reason"
        ),
        sa.CheckConstraint("requested_by_id <> person_id", name="on_behalf_of_another"),
        sa.CheckConstraint("NOT by_family OR requested_by_id IS NOT NULL", name="family_requested"),
        sa.CheckConstraint(
            "approved_by_id IS NULL"
            " OR (approved_by_id <> person_id AND approved_by_id <> coalesce(requested_by_id, -1))",
            name="approved_by_another",
        ),
        sa.CheckConstraint("handed_over_by_id <> person_id", name="handed_over_by_another"),
        sa.CheckConstraint(
            "NOT four_eyes OR handed_over_by_id IS NULL OR (handed_over_by_id <> approved_by_id"
            " AND handed_over_by_id <> coalesce(requested_by_id, -1))",
            name="four_eyes",
        ),
        sa.CheckConstraint(
            "returned_by_id IS NULL OR (returned_by_id <> person_id AND returned_by_id <> handed_over_by_id)",
            name="returned_by_another",
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'handed_over', 'returned', 'no_show') OR (approved_by_id IS NOT NULL"
            " AND approved_at IS NOT NULL AND pick_up_code_index IS NOT NULL AND pick_up_until IS NOT NULL)",
            name="approved_by_someone",
        ),
        sa.CheckConstraint(
            "state NOT IN ('requested', 'rejected') OR approved_by_id IS NULL", name="not_yet_approved"
        ),
        sa.CheckConstraint(
            "(pick_up_code_sealed IS NULL) = (pick_up_code_index IS NULL)", name="code_can_be_found"
        ),
        sa.CheckConstraint(
            "(state IN ('handed_over', 'returned')) = (handed_over_by_id IS NOT NULL)",
            name="handed_over_by_someone",
        ),
        sa.CheckConstraint(
            "(handed_over_by_id IS NULL) = (collected_by IS NULL)"
            " AND (handed_over_by_id IS NULL) = (handed_over_at IS NULL)",
            name="handed_over_to_someone",
        ),
        sa.CheckConstraint(f"collected_by IN {sql_list(Collector)}", name="collector_known"),
        sa.CheckConstraint(
            "(coalesce(collected_by, 'self') = 'proxy') = (proxy_name_sealed IS NOT NULL)", name="proxy_named"
        ),
        sa.CheckConstraint("(state = 'returned') = (returned_by_id IS NOT NULL)", name="returned_by_someone"),
        sa.CheckConstraint(
            "state NOT IN ('rejected', 'returned') OR closing_reason IS NOT NULL", name="refused_for_a_reason"
        ),
        sa.CheckConstraint(
            "(state IN ('requested', 'approved')) = (closed_at IS NULL)", name="closed_at_some_time"
        ),
        sa.CheckConstraint(
            "item_kind <> 'activity_support' OR purpose IS NOT NULL", name="support_has_a_purpose"
        ),
        sa.CheckConstraint(
            "(item_kind = 'venue') = (starts_at IS NOT NULL) AND (item_kind = 'venue') = (ends_at IS NOT NULL)",
            name="venues_have_times",
        ),
        sa.CheckConstraint("state <> 'no_show' OR item_kind = 'venue'", name="no_show_at_a_venue"),
        sa.CheckConstraint("series_id IS NULL OR item_kind = 'venue'", name="series_of_a_venue"),
        sa.CheckConstraint("collect_on IS NULL OR item_kind = 'goods'", name="goods_are_collected"),
        sa.UniqueConstraint("number"),
        sa.Index("uq_redemptions_open_code", "pick_up_code_index", unique=True, **partial(_approved)),
        sa.Index("ix_redemptions_code", "pick_up_code_index"),
        sa.Index("ix_redemptions_person", "person_id", "id"),
        sa.Index("ix_redemptions_shop", "shop_id", "state", "id"),
        sa.Index("ix_redemptions_requested", "approve_until", **partial(_requested)),
        sa.Index("ix_redemptions_approved", "pick_up_until", **partial(_approved)),
        sa.Index("ix_redemptions_open", "id", **partial(_open)),
        sa.Index("ix_redemptions_series", "series_id"),
    )
    journal_kind = "redemption"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(60))
    shop_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("shops.id"))
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    item_kind: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[str] = mapped_column(sa.String(16))
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    requested_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    on_behalf_reason: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.REDEMPTIONS, on_erasure="erase")
    )
    # Whoever requested it did so as a relative, not in office.
    by_family: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    points: Mapped[int] = mapped_column(sa.Integer)
    purpose: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.REDEMPTIONS, on_erasure="redact")
    )
    team_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("teams.id"))
    four_eyes: Mapped[bool] = mapped_column(sa.Boolean)
    requested_at: Mapped[datetime] = mapped_column(Moment)
    # The last day to decide it, and the last day to collect it; of how many open days each is the last, so that it can
    # be counted anew when the shop closes. Empty in orders that are older than that.
    approve_until: Mapped[date] = mapped_column(sa.Date)
    approve_open_days: Mapped[int | None] = mapped_column(sa.Integer)
    pick_up_until: Mapped[date | None] = mapped_column(sa.Date)
    pick_up_open_days: Mapped[int | None] = mapped_column(sa.Integer)
    # The open day on which its owner means to come, where they chose one; the last day is what it is without it.
    collect_on: Mapped[date | None] = mapped_column(sa.Date)
    approved_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    pick_up_code_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.REDEMPTIONS, on_erasure="keep", label="取货码", code=True)
    )
    pick_up_code_index: Mapped[str | None] = mapped_column(
        sa.String(64), info=personal(Purpose.REDEMPTIONS, on_erasure="keep", not_exported=DIGEST)
    )
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)
    handed_over_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    handed_over_at: Mapped[datetime | None] = mapped_column(Moment)
    collected_by: Mapped[str | None] = mapped_column(sa.String(8))
    proxy_name_sealed: Mapped[str | None] = mapped_column(
        sa.Text,
        info=personal(Purpose.REDEMPTIONS, on_erasure="keep", not_exported="the name of somebody else"),
    )
    returned_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closing_reason: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.REDEMPTIONS, on_erasure="erase")
    )
    # Of a venue: when its first slot begins and its last one ends.
    starts_at: Mapped[datetime | None] = mapped_column(Moment)
    ends_at: Mapped[datetime | None] = mapped_column(Moment)
    # The first order of the weekly series to which it belongs.
    series_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("redemptions.id"))

    @property
    def place_id(self) -> int:
        return self.community_id

    @property
    def hold_reference(self) -> str:
        """What the ledger calls the points that are held for it."""
        return f"redemption:{self.id}"

    def slot_begun(self) -> bool:
        """Whether it is for a venue, and the time of its first slot has begun."""
        return self.starts_at is not None and self.starts_at <= clock.now()

    def facts_about(self, person_id: int) -> frozenset[str]:
        return self.facts_of(person_id, requesting_in([self], person_id))

    def facts_of(self, person_id: int, requesting: set[int]) -> frozenset[str]:
        """The same from what is known already, for a list: `requesting` as `requesting_in` answers it."""
        approved, requested = self.approved_by_id == person_id, self.requested_by_id == person_id
        told = {
            "owner": self.person_id == person_id,
            "requester": requested,
            "requesting": self.id in requesting and not self.by_family,
            "family": self.id in requesting and self.by_family,
            "first_pair_of_eyes": self.four_eyes and (approved or requested),
            "clerk": self.handed_over_by_id == person_id,
        }
        return frozenset(name for name, true in told.items() if true)

    def visible_to(self, _person_id: int, words: frozenset[str], facts: frozenset[str]) -> bool:
        """Its own people, and the staff of its place."""
        return bool(facts & {"owner", "requesting", "family"}) or Permission.REDEMPTION_READ in words


def requesting_in(orders: Iterable[Redemption], person_id: int) -> set[int]:
    """The ids of those that the person asked for on behalf of somebody, for whom they may still do so."""
    word = Permission.REDEMPTION_REQUEST_FOR
    return on_behalf.still_acting(orders, "person_id", "requested_by_id", word, person_id)


class Line(Model):
    """So many units of one item, at the points it cost when it was asked for."""

    __tablename__ = "redemption_lines"
    __personal__ = [
        PersonalTable("person_id", "兑换的物品", "redemption_lines", position=320, via="redemption_id")
    ]
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("unit_points > 0", name="unit_points_positive"),
        sa.CheckConstraint("points = quantity * unit_points", name="points_add_up"),
        sa.CheckConstraint("handed_over BETWEEN 0 AND quantity", name="no_more_than_ordered"),
        sa.CheckConstraint(
            "returned BETWEEN 0 AND coalesce(handed_over, 0)", name="no_more_than_handed_over"
        ),
        sa.Index("ix_redemption_lines_item", "item_id", "redemption_id"),
    )

    redemption_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("redemptions.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("items.id"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(limits.ITEM_NAME_MAX), info=not_personal("an item's"))
    unit: Mapped[str] = mapped_column(sa.String(limits.UNIT_MAX), info=not_personal("an item's"))
    quantity: Mapped[int] = mapped_column(sa.Integer)
    unit_points: Mapped[int] = mapped_column(sa.Integer)
    points: Mapped[int] = mapped_column(sa.Integer)
    # Units that left with the order; empty before it is handed over. And units of these that are back.
    handed_over: Mapped[int | None] = mapped_column(sa.Integer)
    returned: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")

    @property
    def kept(self) -> int:
        """Units that the person has, or is about to have."""
        return (self.quantity if self.handed_over is None else self.handed_over) - self.returned


class Slot(Model):
    """A venue's time taken by an order; `live` until the order gave it back. One live order a slot."""

    __tablename__ = "venue_slots"
    __personal__ = [
        PersonalTable("person_id", "预约的场地时段", "venue_slots", position=330, via="redemption_id")
    ]
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        sa.Index("uq_venue_slots_live", "item_id", "starts_at", unique=True, **partial(_live)),
        sa.Index("ix_venue_slots_redemption", "redemption_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    item_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("items.id"))
    redemption_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("redemptions.id"))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    live: Mapped[bool] = mapped_column(sa.Boolean, default=True)


class CodeGuard(Model):
    """How many wrong pick-up codes a clerk has tried since a moment. Its row also queues the clerk's tries."""

    __tablename__ = "pick_up_guards"
    __table_args__ = (sa.CheckConstraint("wrong >= 0", name="wrong_not_negative"),)

    person_id: Mapped[int] = mapped_column(
        Id,
        sa.ForeignKey("persons.id"),
        primary_key=True,
        autoincrement=False,
        info=handler("counts a clerk's wrong codes of the last hour, and nothing else", merged="drop"),
    )
    since: Mapped[datetime] = mapped_column(Moment)
    wrong: Mapped[int] = mapped_column(sa.Integer)
