"""Stock as events, its batches, and stocktakes, with their rules repeated as constraints."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, sql_list
from backend.erasable import digest_column
from backend.people.permissions import Permission
from backend.personal import Purpose, handler, not_personal, personal
from backend.supermarket import limits
from backend.supermarket.models import partial


class StockSource(StrEnum):
    PURCHASE = "purchase"
    DONATION = "donation"


class MovementKind(StrEnum):
    RECEIPT = "receipt"
    RESERVE = "reserve"
    RELEASE = "release"
    HAND_OVER = "hand_over"
    RETURN = "return"
    SPOILAGE = "spoilage"
    EXPIRED = "expired"
    STOCKTAKE = "stocktake"
    RECEIPT_REVERSAL = "receipt_reversal"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"


class StocktakeState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


_proposed = sa.text(f"state = '{StocktakeState.PROPOSED}'")
_left = sa.text("on_hand > 0")


class Batch(Model):
    """Units that came with one batch number and one best-before day, which is their last good day."""

    __tablename__ = "batches"
    __table_args__ = (
        sa.CheckConstraint("on_hand >= 0", name="on_hand_not_negative"),
        sa.Index("ix_batches_item", "item_id", "best_before"),
        sa.Index("ix_batches_ending", "best_before", **partial(_left)),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    item_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("items.id"))
    batch_no: Mapped[str | None] = mapped_column(sa.String(limits.BATCH_MAX), info=not_personal("a batch's"))
    best_before: Mapped[date | None] = mapped_column(sa.Date)
    on_hand: Mapped[int] = mapped_column(sa.Integer, default=0)
    # 待检: what came back, and is for nobody before somebody has looked at it.
    quarantined: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    warned_at: Mapped[datetime | None] = mapped_column(Moment)


class Movement(Model):
    """One event of stock. Append-only: what was wrong is corrected by another event.

    `on_hand_change` and `reserved_change` are in units, `on_hand_after` is what the shop had after it, and
    `cost` (yuan) is what a receipt was bought for or is worth, for the quarterly notice.
    """

    __tablename__ = "stock_movements"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {sql_list(MovementKind)}", name="kind_known"),
        sa.CheckConstraint(
            "(kind IN ('receipt', 'return', 'transfer_in') AND on_hand_change > 0 AND reserved_change = 0)"
            " OR (kind = 'reserve' AND on_hand_change = 0 AND reserved_change > 0)"
            " OR (kind = 'release' AND on_hand_change = 0 AND reserved_change < 0)"
            " OR (kind = 'hand_over' AND on_hand_change < 0 AND reserved_change = on_hand_change)"
            " OR (kind IN ('spoilage', 'expired', 'receipt_reversal', 'transfer_out') AND on_hand_change < 0"
            " AND reserved_change = 0)"
            " OR (kind = 'stocktake' AND on_hand_change <> 0 AND reserved_change = 0)",
            name="goes_the_way_of_its_kind",
        ),
        sa.CheckConstraint("on_hand_after >= 0", name="on_hand_after_not_negative"),
        sa.CheckConstraint("(on_hand_change <> 0) = (batch_id IS NOT NULL)", name="units_have_a_batch"),
        sa.CheckConstraint("(kind = 'receipt') = (source IS NOT NULL)", name="receipts_have_a_source"),
        sa.CheckConstraint(f"source IN {sql_list(StockSource)}", name="source_known"),
        sa.CheckConstraint("donor_sealed IS NULL OR source = 'donation'", name="donors_donate"),
        sa.CheckConstraint("cost >= 0", name="cost_not_negative"),
        sa.CheckConstraint(
            "(kind IN ('reserve', 'release', 'hand_over', 'return')) = (redemption_id IS NOT NULL)",
            name="orders_are_named",
        ),
        sa.CheckConstraint("(kind = 'stocktake') = (stocktake_id IS NOT NULL)", name="stocktakes_are_named"),
        sa.CheckConstraint(
            "kind = 'expired' OR by_id IS NOT NULL OR kind = 'release'", name="done_by_someone"
        ),
        sa.CheckConstraint(
            "(kind = 'receipt_reversal') = (reverses_id IS NOT NULL)", name="reversals_name_their_receipt"
        ),
        sa.CheckConstraint("kind <> 'receipt_reversal' OR reason IS NOT NULL", name="reversed_for_a_reason"),
        sa.CheckConstraint(
            "(kind IN ('transfer_out', 'transfer_in')) = (transfer_id IS NOT NULL)",
            name="transfers_are_named",
        ),
        sa.UniqueConstraint("reference"),
        # Once: who comes second finds it reversed. That it takes back the very units, by another hand than booked
        # them, compares two rows: the trigger stock_movements_reversal does.
        sa.UniqueConstraint("reverses_id"),
        sa.Index("ix_stock_movements_item", "item_id", "id"),
        sa.Index("ix_stock_movements_batch", "batch_id"),
        sa.Index("ix_stock_movements_redemption", "redemption_id"),
        sa.Index("ix_stock_movements_transfer", "transfer_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    item_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("items.id"))
    batch_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("batches.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    on_hand_change: Mapped[int] = mapped_column(sa.Integer)
    reserved_change: Mapped[int] = mapped_column(sa.Integer)
    on_hand_after: Mapped[int] = mapped_column(sa.Integer)
    at: Mapped[datetime] = mapped_column(Moment)
    # Empty when time itself acted (a deadline or a best-before day passed).
    by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler(merged="stay"))
    reference: Mapped[str] = mapped_column(sa.String(80))
    redemption_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("redemptions.id"))
    stocktake_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("stocktakes.id"))
    transfer_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("shop_transfers.id"))
    # The receipt that this event takes back whole.
    reverses_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("stock_movements.id"))
    source: Mapped[str | None] = mapped_column(sa.String(12))
    # A donor may be a person: sealed, and shown to the public only where they agreed.
    donor_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.DONATIONS, sealed_for="reference")
    )
    donor_public: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    document: Mapped[str | None] = mapped_column(
        sa.String(limits.DOCUMENT_MAX), info=not_personal("a paper's")
    )
    document_digest: Mapped[str | None] = digest_column()
    cost: Mapped[int | None] = mapped_column(sa.Integer)
    reason: Mapped[str | None] = mapped_column(sa.Text, info=not_personal("about stock"))
    reason_digest: Mapped[str | None] = digest_column()


class Stocktake(Model):
    """盘点: what the keeper counted against the books. It counts once a supervisor has approved it."""

    __tablename__ = "stocktakes"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(StocktakeState)}", name="state_known"),
        sa.CheckConstraint("decided_by_id <> proposed_by_id", name="decided_by_another"),
        sa.CheckConstraint("(state = 'proposed') = (decided_by_id IS NULL)", name="decided_by_someone"),
        sa.CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided_at_some_time"),
        sa.CheckConstraint("state <> 'rejected' OR review_reason IS NOT NULL", name="rejected_for_a_reason"),
        sa.UniqueConstraint("number"),
        # The difference of a second one would be counted twice.
        sa.Index("uq_stocktakes_one_open", "shop_id", unique=True, **partial(_proposed)),
        sa.Index("ix_stocktakes_shop", "shop_id", "id"),
    )
    journal_kind = "stocktake"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    shop_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("shops.id"))
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    number: Mapped[str] = mapped_column(sa.String(60))
    state: Mapped[str] = mapped_column(sa.String(12))
    proposed_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    review_reason: Mapped[str | None] = mapped_column(sa.Text, info=not_personal("about stock"))

    @property
    def place_id(self) -> int:
        return self.community_id

    def facts_about(self, person_id: int) -> frozenset[str]:
        return frozenset({"proposer"} if self.proposed_by_id == person_id else ())

    def visible_to(self, _person_id: int, words: frozenset[str], _facts: frozenset[str]) -> bool:
        return Permission.STOCK_READ in words


class StocktakeLine(Model):
    """One item counted: `book` is what the books said at that moment. Units."""

    __tablename__ = "stocktake_lines"
    __table_args__ = (
        sa.CheckConstraint("book >= 0", name="book_not_negative"),
        sa.CheckConstraint("counted >= 0", name="counted_not_negative"),
    )

    stocktake_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("stocktakes.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("items.id"), primary_key=True)
    book: Mapped[int] = mapped_column(sa.Integer)
    counted: Mapped[int] = mapped_column(sa.Integer)
    reason: Mapped[str | None] = mapped_column(sa.Text, info=not_personal("about stock"))

    @property
    def unexplained(self) -> bool:
        """It differs, and nobody has written why: the trigger stocktakes_explained keeps it out of the books."""
        return self.counted != self.book and not (self.reason or "").strip()


class TransferState(StrEnum):
    SENT = "sent"
    RECEIVED = "received"
    CALLED_BACK = "called_back"


class ShopTransfer(Model):
    """调拨: goods go from one shop to another. One books them out, another of the other shop confirms what came.

    Its two kinds of movements bear its number; what did not arrive stands here as the difference, with its reason.
    """

    __tablename__ = "shop_transfers"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(TransferState)}", name="state_known"),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("from_shop_id <> to_shop_id", name="between_two_shops"),
        sa.CheckConstraint("received BETWEEN 1 AND quantity", name="no_more_than_was_sent"),
        sa.CheckConstraint("(state = 'received') = (received IS NOT NULL)", name="received_when_received"),
        sa.CheckConstraint("(state = 'received') = (to_item_id IS NOT NULL)", name="received_as_something"),
        sa.CheckConstraint("(state = 'sent') = (closed_by_id IS NULL)", name="closed_by_someone"),
        sa.CheckConstraint("(state = 'sent') = (closed_at IS NULL)", name="closed_at_some_time"),
        sa.CheckConstraint("state <> 'received' OR closed_by_id <> sent_by_id", name="received_by_another"),
        sa.CheckConstraint(
            "(state <> 'called_back' AND coalesce(received, quantity) = quantity) OR closing_reason IS NOT NULL",
            name="missing_for_a_reason",
        ),
        sa.UniqueConstraint("number"),
        sa.Index("ix_shop_transfers_from", "from_shop_id", "id"),
        sa.Index("ix_shop_transfers_to", "to_shop_id", "id"),
    )
    journal_kind = "shop_transfer"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(60))
    state: Mapped[str] = mapped_column(sa.String(12))
    from_shop_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("shops.id"))
    to_shop_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("shops.id"))
    from_community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    to_community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    item_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("items.id"))
    # As what the other shop keeps them.
    to_item_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("items.id"))
    quantity: Mapped[int] = mapped_column(sa.Integer)
    received: Mapped[int | None] = mapped_column(sa.Integer)
    reason: Mapped[str] = mapped_column(sa.Text, info=not_personal("about stock"))
    closing_reason: Mapped[str | None] = mapped_column(sa.Text, info=not_personal("about stock"))
    sent_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    sent_at: Mapped[datetime] = mapped_column(Moment)
    closed_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    closed_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def place_id(self) -> int:
        """Where it arrives: there it is decided what became of it."""
        return self.to_community_id

    def facts_about(self, person_id: int) -> frozenset[str]:
        return frozenset({"sender"} if self.sent_by_id == person_id else ())

    def visible_to(self, _person_id: int, words: frozenset[str], _facts: frozenset[str]) -> bool:
        return Permission.STOCK_READ in words
