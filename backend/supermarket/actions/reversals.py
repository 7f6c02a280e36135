"""冲销: a receipt that was booked wrongly is taken back whole by a red entry. Nothing that was booked is edited."""

import sqlalchemy as sa

from backend import journal
from backend.db import session
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.lifecycle import FourEyes
from backend.people.permissions import Permission
from backend.supermarket.actions.receipts import keep_good_for_orders, of_keeper
from backend.supermarket.actions.stock import OutOfStock, lock_batch, next_number, record_movement
from backend.supermarket.models import Item
from backend.supermarket.stock_models import Movement, MovementKind


class ReceiptReversed(Refused):
    code, message = 40969, "这次入库已经冲销过了，不能再冲销一次"


def reverse_receipt(item_id: int, movement_id: int, reason: str, *, actor: Actor) -> Movement:
    """Takes a receipt's units off the books again, out of the batch into which they came, for a reason.

    By a supervisor or a keeper, never by who booked it. All of it or nothing: what has left the shelf meanwhile is
    put right by a stocktake. Raises NotFound, NotAllowed, FourEyes, ReceiptReversed once it is, OutOfStock where
    units of it are gone, StockReserved where orders wait for them.
    """
    item, shop = of_keeper(item_id, Permission.STOCK_REVERSE, actor)
    receipt = _receipt(item, movement_id)
    if receipt.by_id == actor.id:
        raise FourEyes()
    batch = lock_batch(receipt.batch_id or 0)
    if batch.on_hand < receipt.on_hand_change:
        raise OutOfStock(item=item.name, available=batch.on_hand, needed=receipt.on_hand_change)
    event = record_movement(
        item,
        MovementKind.RECEIPT_REVERSAL,
        on_hand=-receipt.on_hand_change,
        batch=batch,
        reference=next_number("CX", shop.community_id),
        actor=actor,
        reverses_id=receipt.id,
        reason=reason,
    )
    keep_good_for_orders(item)
    facts = {"number": event.reference, "receipt": receipt.reference, "quantity": receipt.on_hand_change}
    journal.write(
        "reverse_receipt", "item", item.id, actor=actor, reason=reason, place=shop.place_id, facts=facts
    )
    return event


def _receipt(item: Item, movement_id: int) -> Movement:
    """A receipt of this very item that stands. Raises NotFound, ReceiptReversed."""
    receipt = session.get(Movement, movement_id)
    if receipt is None or receipt.item_id != item.id or receipt.kind != MovementKind.RECEIPT:
        raise NotFound()
    if session.scalars(sa.select(sa.exists().where(Movement.reverses_id == receipt.id))).one():
        raise ReceiptReversed()
    return receipt
