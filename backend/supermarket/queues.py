"""What waits for whom in the supermarket: in the asker's places, and such that the asker may decide it.

Each is a query that both doors page and count. Who may not decide something (their own order, one that they asked for,
what they counted, a picture that they took) does not find it here; the moves say so again when it is decided.
"""

from datetime import date

import sqlalchemy as sa

from backend import clock
from backend.db import AnySelect
from backend.files import queries as files
from backend.journal import Actor
from backend.paging import KeysetQuery, count
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket.models import Item, Redemption, RedemptionState, Shop
from backend.supermarket.queries import ends_soon, shop_of_staff
from backend.supermarket.stock_models import Batch, Movement, Stocktake, StocktakeState


def to_approve(shop_id: int | None = None, *, actor: Actor) -> KeysetQuery:
    """Requested orders, in the order in which they were asked for. Another place's shop is NotFound."""
    if shop_id is not None:
        shop_of_staff(shop_id, Permission.REDEMPTION_APPROVE, actor=actor)
    wanted = _requested(actor).where(_of_others(actor))
    if shop_id is not None:
        wanted = wanted.where(Redemption.shop_id == shop_id)
    return KeysetQuery(wanted, (Redemption.id,))


def for_a_colleague(*, actor: Actor) -> int:
    """How many requests wait here that another one has to decide: the clerk's own, or asked for by them."""
    return count(_requested(actor).where(sa.not_(_of_others(actor))))


def _requested(actor: Actor) -> AnySelect:
    reach = permissions.reach_of(actor.id, Permission.REDEMPTION_APPROVE)
    # A literal, so that the planner can prove a partial index.
    waiting = sa.text(f"redemptions.state = '{RedemptionState.REQUESTED}'")
    return sa.select(Redemption).where(waiting, Redemption.community_id.in_(reach))


def _of_others(actor: Actor) -> sa.ColumnElement[bool]:
    """Nobody approves their own order, or one that they asked for on behalf of somebody."""
    return sa.and_(Redemption.person_id != actor.id, Redemption.requested_by_id.is_distinct_from(actor.id))


def to_hand_over(until: date | None = None, *, chosen: date | None = None, actor: Actor) -> KeysetQuery:
    """Approved orders of the keeper's shops, what must be collected first first; only those whose last day, or the day
    that their owner chose, is not after `until`, or whose owner comes on the `chosen` one.

    All of them, for whoever stands at the counter has to know who may come: what the keeper approved under four eyes a
    colleague hands over.
    """
    wanted = sa.select(Redemption).where(
        sa.text(f"redemptions.state = '{RedemptionState.APPROVED}'"),
        Redemption.community_id.in_(permissions.reach_of(actor.id, Permission.REDEMPTION_HAND_OVER)),
    )
    if until is not None:
        wanted = wanted.where(sa.or_(Redemption.pick_up_until <= until, Redemption.collect_on <= until))
    if chosen is not None:
        wanted = wanted.where(Redemption.collect_on == chosen)
    return KeysetQuery(wanted, (Redemption.pick_up_until, Redemption.id))


def to_hand_over_today(*, actor: Actor) -> KeysetQuery:
    """What must be collected today, whose owner chose today or a day before, and venues that are used today."""
    return to_hand_over(clock.today(), actor=actor)


def to_look_at(*, actor: Actor) -> KeysetQuery:
    """Items with a picture that WeChat was not sure of, each with the community of its shop, in the order of their ids.

    None with a picture of one's own that waits: all of an item's pictures are looked at together.
    """
    wanted = (
        sa.select(Item, Shop.community_id)
        .join(Shop, Shop.id == Item.shop_id)
        .where(
            Item.id.in_(files.waiting_for_a_look("item")),
            Item.id.not_in(files.waiting_for_a_look("item", owner_id=actor.id)),
            Shop.community_id.in_(permissions.reach_of(actor.id, Permission.ITEM_LOOK)),
        )
    )
    return KeysetQuery(wanted, (Item.id,))


def stocktakes_to_check(*, actor: Actor) -> KeysetQuery:
    """Counted, and waiting for a supervisor who did not count, in the order in which they were proposed."""
    wanted = sa.select(Stocktake).where(
        Stocktake.state == StocktakeState.PROPOSED,
        Stocktake.proposed_by_id != actor.id,
        Stocktake.community_id.in_(permissions.reach_of(actor.id, Permission.STOCKTAKE_APPROVE)),
    )
    return KeysetQuery(wanted, (Stocktake.id,))


def low(*, actor: Actor) -> KeysetQuery:
    """Goods on the shelf of which no more than their mark is left, for whoever receives goods there.

    With each the community of its shop and since when at the latest it is low: when its stock last moved.
    """
    moved = sa.select(sa.func.max(Movement.at)).where(Movement.item_id == Item.id).scalar_subquery()
    wanted = (
        sa.select(Item, Shop.community_id, sa.func.coalesce(moved, Item.created_at))
        .join(Shop, Shop.id == Item.shop_id)
        .where(
            Item.on_shelf,
            Item.low_stock.is_not(None),
            Item.on_hand - Item.reserved <= Item.low_stock,
            Shop.community_id.in_(permissions.reach_of(actor.id, Permission.STOCK_RECEIVE)),
        )
    )
    return KeysetQuery(wanted, (Item.id,))


def ending(*, actor: Actor) -> KeysetQuery:
    """Batches that end within BATCH_WARNING_DAYS open days or have ended, each with its item and the community of its shop, what
    ends first first, for whoever receives goods there."""
    wanted = (
        sa.select(Batch, Item, Shop.community_id)
        .join(Item, Item.id == Batch.item_id)
        .join(Shop, Shop.id == Item.shop_id)
        .where(
            sa.text("batches.on_hand > 0"),
            ends_soon(),
            Shop.community_id.in_(permissions.reach_of(actor.id, Permission.STOCK_RECEIVE)),
        )
    )
    return KeysetQuery(wanted, (Batch.best_before, Batch.id))
