"""What either door shows of the supermarket, and no more: who may see what is decided where these are made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from backend.opening_hours import Hours


@dataclass(frozen=True)
class ShopView:
    id: int
    community_id: int
    community_name: str
    name: str
    address: str
    opening_hours: list[Hours]
    closed_days: list[str]
    four_eyes_hand_over: bool
    approve_days: int
    pick_up_days: int


@dataclass(frozen=True)
class ItemView:
    """`available` is in units, None where there is no stock to run out of; the stock's own numbers are None for
    everybody but the shop's staff."""

    id: int
    shop_id: int
    kind: str
    name: str
    description: str
    unit: str
    points: int
    available: int | None
    limit_per_person: int | None
    limit_period: str
    on_shelf: bool
    slot_minutes: int | None
    pick_up_days: int | None
    donors: list[str]
    files: list[dict[str, Any]]
    on_hand: int | None
    reserved: int | None
    low_stock: int | None
    # Whether the viewer is told when it is there again; and for the staff, how many are.
    watching: bool
    waiting: int | None


@dataclass(frozen=True)
class LineView:
    item_id: int
    name: str
    unit: str
    quantity: int
    unit_points: int
    points: int
    # Units that left with the order, None before; and those of them that are back.
    handed_over: int | None
    returned: int

    @property
    def out(self) -> int:
        """Units that can still come back."""
        return (self.handed_over or 0) - self.returned


@dataclass(frozen=True)
class SlotView:
    """`id` is the timetable's: the venue and its beginning in one number."""

    id: int
    item_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class RedemptionView:
    """An order as one viewer may see it, with the moves open to that viewer."""

    id: int
    number: str
    state: str
    kind: str
    shop_id: int
    shop_name: str
    community_id: int
    community_name: str
    person_id: int
    person_name: str
    on_behalf: bool
    by_family: bool
    # Of who asked for them and of whoever may approve it now; of nobody else.
    on_behalf_reason: str | None
    requested_by_id: int | None
    approved_by_id: int | None
    points: int
    lines: list[LineView]
    slots: list[SlotView]
    purpose: str | None
    team_id: int | None
    team_name: str | None
    requested_at: datetime
    approve_until: date
    approved_at: datetime | None
    pick_up_code: str | None
    pick_up_until: date | None
    # The open day on which its owner means to come, where they chose one.
    collect_on: date | None
    handed_over_at: datetime | None
    collected_by: str | None
    # Who collected it for its owner, masked, for the staff of the place.
    proxy_name: str | None
    closed_at: datetime | None
    reason: str | None
    # The first order of the weekly series to which it belongs.
    series_id: int | None
    actions: list[str]
    # Drawn where one order is asked for alone.
    pick_up_qr: str | None = None

    @property
    def content(self) -> str:
        return content(self.lines)

    @property
    def points_spent(self) -> int | None:
        """What it costs in the end: of what was handed over and is not back. None before it is handed over."""
        if all(line.handed_over is None for line in self.lines):
            return None
        return sum(line.out * line.unit_points for line in self.lines)

    @property
    def venue_id(self) -> int | None:
        """The venue that it is for, if it is for one and no other."""
        return self.lines[0].item_id if self.slots and len(self.lines) == 1 else None

    @property
    def starts_at(self) -> datetime | None:
        """Of a venue: when its first slot begins."""
        return self.slots[0].starts_at if self.slots else None


@dataclass(frozen=True)
class OpenOrder:
    """An order that is neither handed over nor closed."""

    id: int
    number: str
    state: str


def content(lines: Iterable[Any]) -> str:
    """What an order is for, in a few words: `抽纸 3 包×1提、香皂×2块`. Once it was handed over, what left with it."""
    told = ((line, line.quantity if line.handed_over is None else line.handed_over) for line in lines)
    return "、".join(f"{line.name}×{units}{line.unit}" for line, units in told if units)


@dataclass(frozen=True)
class Step:
    """One thing that happened to an order, and by whom (masked)."""

    at: datetime
    label: str
    by_name: str
    reason: str | None


@dataclass(frozen=True)
class BatchView:
    id: int
    batch_no: str | None
    best_before: date | None
    on_hand: int
    # Came back, and is for nobody before a keeper has looked at it.
    quarantined: bool


@dataclass(frozen=True)
class MovementView:
    """An event of stock; `quantity` is what was set aside or freed where nothing came or went."""

    id: int
    item_id: int
    kind: str
    quantity: int
    on_hand_change: int
    reserved_change: int
    on_hand_after: int
    at: datetime
    by_name: str | None
    reference: str
    batch_id: int | None
    batch: str | None
    best_before: date | None
    source: str | None
    donor: str | None
    donor_public: bool
    document: str | None
    cost: int | None
    reason: str | None
    redemption_id: int | None
    redemption_number: str | None
    # Of a red entry the receipt that it takes back, and its number; of a receipt whether it was taken back.
    reverses_id: int | None
    reverses: str | None
    reversed: bool
    actions: list[str]


@dataclass(frozen=True)
class CountedView:
    """One item of a stocktake."""

    item_id: int
    name: str
    unit: str
    book: int
    counted: int
    difference: int
    reason: str | None
    # It differs, and nobody has written why.
    unexplained: bool


@dataclass(frozen=True)
class StocktakeView:
    id: int
    number: str
    shop_id: int
    state: str
    lines: list[CountedView]
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    review_reason: str | None
    actions: list[str]


@dataclass(frozen=True)
class GoodsView:
    """What a stocktake counts: without the books' number, so that one really counts."""

    id: int
    name: str
    unit: str


@dataclass(frozen=True)
class LowView:
    id: int
    name: str
    unit: str
    on_hand: int
    reserved: int


@dataclass(frozen=True)
class EndingView:
    item_id: int
    name: str
    unit: str
    batch_no: str | None
    best_before: date
    on_hand: int


@dataclass(frozen=True)
class BookedView:
    """A time of a venue that an order has taken."""

    item_id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    redemption_id: int
    number: str
    state: str


@dataclass(frozen=True)
class Today:
    """What a counter has before it: numbers of orders, goods and lots that need a look, venues used today."""

    date: date
    shop_id: int
    to_approve: int
    to_pick_up: int
    last_day: int
    late: int
    handed_over_today: int
    low_stock: list[LowView]
    ending_batches: list[EndingView]
    venue_slots: list[BookedView]


@dataclass(frozen=True)
class TransferView:
    """Goods between two shops; `received` is None until they arrived."""

    id: int
    number: str
    state: str
    from_shop_id: int
    from_shop: str
    to_shop_id: int
    to_shop: str
    item_id: int
    to_item_id: int | None
    name: str
    unit: str
    quantity: int
    received: int | None
    reason: str
    closing_reason: str | None
    sent_by: str
    sent_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    actions: list[str]


@dataclass(frozen=True)
class BarcodeView:
    """A GTIN in 14 digits, and how many pieces a scan of it stands for."""

    id: int
    item_id: int
    code: str
    factor: int
