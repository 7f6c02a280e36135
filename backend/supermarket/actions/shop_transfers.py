"""调拨: a keeper sends goods to another shop; a keeper there, never the sender, confirms what arrived."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, session
from backend.errors import InvalidInput, NotFound
from backend.journal import Actor
from backend.lifecycle import FourEyes, transition
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket import notices, queries, states
from backend.supermarket.actions import receipts, stock
from backend.supermarket.actions.baskets import NotInThisShop
from backend.supermarket.models import Item, ItemKind, Shop
from backend.supermarket.stock_models import Batch, Movement, MovementKind, ShopTransfer, TransferState


def send(item_id: int, to_shop_id: int, quantity: int, reason: str, *, actor: Actor) -> ShopTransfer:
    """Units leave the shelf for another shop: what ends first first, never more than is free.

    Raises NotFound, NotAllowed, NotGoods, InvalidInput for the shop itself, OutOfStock.
    """
    item, shop = receipts.of_keeper(item_id, Permission.STOCK_TRANSFER, actor)
    journal.check_reason(reason)
    target = queries.shop(to_shop_id)
    if target.id == shop.id:
        raise InvalidInput(toShopId=["请选择另一个超市"])
    free = item.on_hand - item.reserved - queries.past_their_day([item.id]).get(item.id, 0)
    if free < quantity:
        raise stock.OutOfStock(item=item.name, available=max(free, 0), needed=quantity)
    batches = _good_batches(item.id)
    sent = ShopTransfer(
        number=stock.next_number("DB", shop.community_id),
        state=TransferState.SENT,
        from_shop_id=shop.id,
        to_shop_id=target.id,
        from_community_id=shop.community_id,
        to_community_id=target.community_id,
        item_id=item.id,
        quantity=quantity,
        reason=reason,
        sent_by_id=actor.id,
        sent_at=clock.now(),
    )
    session.add(sent)
    session.flush()
    picked = [(item, batch, -units) for batch, units in stock.oldest_first(batches, quantity)]
    _move(sent, MovementKind.TRANSFER_OUT, "out", picked, actor)
    journal.write(
        "send",
        ShopTransfer.journal_kind,
        sent.id,
        actor=actor,
        states=(None, sent.state),
        reason=reason,
        place=shop.community_id,
    )
    notices.transfer_sent(sent, item)
    return sent


def receive(
    transfer_id: int, received: int, item_id: int, reason: str | None = None, *, actor: Actor
) -> ShopTransfer:
    """So many arrived, and are kept as this item of the receiving shop; fewer than were sent for a reason.

    Never by the sender. Raises NotFound, NotAllowed, FourEyes, TransferMovedOn, NotInThisShop, InvalidInput.
    """
    sent = lock_arriving(transfer_id, actor=actor)
    item = stock.lock_items([item_id]).get(item_id)
    if item is None or item.shop_id != sent.to_shop_id or item.kind != ItemKind.GOODS:
        raise NotInThisShop()
    if received > sent.quantity:
        raise InvalidInput(received=["不能多于调出的数量"])
    if received < sent.quantity and not reason:
        raise InvalidInput(reason=["少收的请写明原因"])
    closing: dict[str, Any] = {"closed_by_id": actor.id, "closed_at": clock.now(), "closing_reason": reason}
    transition(
        states.RECEIVE_TRANSFER,
        sent,
        actor=actor,
        permitted=True,
        reason=reason,
        received=received,
        to_item_id=item.id,
        **closing,
    )
    arriving = [
        (item, receipts.batch_like(item, batch.batch_no, batch.best_before), units)
        for batch, units in _on_the_way(sent, received)
    ]
    _move(sent, MovementKind.TRANSFER_IN, "in", arriving, actor)
    notices.transfer_closed(sent, item)
    return sent


def call_back(transfer_id: int, reason: str, *, actor: Actor) -> ShopTransfer:
    """The sending shop takes the goods back before they arrived: into the batches which they left.

    Raises NotFound, NotAllowed, TransferMovedOn.
    """
    sent = lock_leaving(transfer_id, actor=actor)
    journal.check_reason(reason)
    item = stock.lock_items([sent.item_id])[sent.item_id]
    closing: dict[str, Any] = {"closed_by_id": actor.id, "closed_at": clock.now(), "closing_reason": reason}
    transition(states.CALL_BACK_TRANSFER, sent, actor=actor, permitted=True, reason=reason, **closing)
    back = [(item, batch, units) for batch, units in _on_the_way(sent, sent.quantity)]
    _move(sent, MovementKind.TRANSFER_IN, "back", back, actor)
    return sent


def lock_arriving(transfer_id: int, *, actor: Actor) -> ShopTransfer:
    """For whoever may confirm what arrived, which is never who sent it. Raises NotFound, NotAllowed, FourEyes."""
    sent = _lock(transfer_id, "to_community_id", actor)
    if sent.sent_by_id == actor.id:
        raise FourEyes()
    return sent


def lock_leaving(transfer_id: int, *, actor: Actor) -> ShopTransfer:
    """For whoever may call it back. Raises NotFound, NotAllowed."""
    return _lock(transfer_id, "from_community_id", actor)


def _lock(transfer_id: int, side: str, actor: Actor) -> ShopTransfer:
    sent: ShopTransfer = lock_row(ShopTransfer, transfer_id)
    mine = [
        place
        for place in (sent.from_community_id, sent.to_community_id)
        if permissions.appointed(actor.id, Permission.STOCK_TRANSFER, place)
    ]
    if not mine:
        raise NotFound()
    permissions.require(actor.id, Permission.STOCK_TRANSFER, getattr(sent, side))
    return sent


def _good_batches(item_id: int) -> list[Batch]:
    wanted = sa.select(Batch).where(Batch.item_id == item_id, Batch.on_hand > 0, queries.for_somebody())
    ordered = wanted.order_by(Batch.best_before.is_(None), Batch.best_before, Batch.id).with_for_update()
    return list(session.scalars(ordered, execution_options={"populate_existing": True}))


def _on_the_way(sent: ShopTransfer, units: int) -> list[tuple[Batch, int]]:
    """The batches that left with it, and how many of each arrive when so many units do."""
    wanted = sa.select(Movement.batch_id, Movement.on_hand_change).where(
        Movement.transfer_id == sent.id, Movement.kind == MovementKind.TRANSFER_OUT
    )
    found = []
    for batch_id, change in session.execute(wanted.order_by(Movement.id)).all():
        taken = min(-change, units)
        units -= taken
        if taken:
            found.append((stock.lock_batch(batch_id or 0), taken))
    return found


def _move(
    sent: ShopTransfer, kind: str, way: str, moved: Iterable[tuple[Item, Batch, int]], actor: Actor
) -> None:
    for count, (item, batch, units) in enumerate(moved, start=1):
        told: dict[str, Any] = {"on_hand": units, "batch": batch, "transfer_id": sent.id}
        reference = f"{sent.number}:{way}:{count}"
        stock.record_movement(item, kind, reference=reference, actor=actor, reason=_names(sent), **told)


def _names(sent: ShopTransfer) -> str:
    """For the register: from where to where."""
    shops = dict(
        session.execute(
            sa.select(Shop.id, Shop.name).where(Shop.id.in_([sent.from_shop_id, sent.to_shop_id]))
        ).all()
    )
    return f"从{shops[sent.from_shop_id]}调到{shops[sent.to_shop_id]}"
