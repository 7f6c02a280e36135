"""到货提醒: who wants an item that is gone is told once when it is there again; the keeper sees how many wait."""

import sqlalchemy as sa

from backend import clock
from backend.db import insert, session
from backend.journal import Actor
from backend.supermarket import notices, queries
from backend.supermarket.demand_models import Shortfall, Watch
from backend.supermarket.models import Item, ItemKind


def watch(item_id: int, *, actor: Actor) -> Item:
    """The person wants to be told; twice is once. Raises NotFound."""
    found = queries.item(item_id)
    wanted = insert(Watch).values(item_id=item_id, person_id=actor.id, asked_at=clock.now())
    session.execute(wanted.on_conflict_do_nothing(index_elements=["item_id", "person_id"]))
    return found


def unwatch(item_id: int, *, actor: Actor) -> Item:
    """The person does not want to be told any more. Raises NotFound."""
    found = queries.item(item_id)
    session.execute(sa.delete(Watch).where(Watch.item_id == item_id, Watch.person_id == actor.id))
    return found


def announce(item: Item, gained: int | None = None) -> None:
    """Tells those who wait, if a locked item is there again, and was not before it `gained` these units (None: it
    was not on the shelf)."""
    free = Item.on_hand - Item.reserved - queries.ended_units(Item.id)
    there = sa.or_(Item.kind != ItemKind.GOODS, free > 0)
    if gained is not None:
        there = sa.and_(Item.kind == ItemKind.GOODS, free > 0, free - gained <= 0)
    is_there = sa.exists().where(Item.id == Watch.item_id, Item.on_shelf, there)
    gone = sa.delete(Watch).where(Watch.item_id == item.id, is_there).returning(Watch.person_id)
    told = session.scalars(gone, execution_options={"synchronize_session": False}).all()
    if told:
        notices.available_again(item, sorted(told))


def note_shortfall(item_id: int, units: int) -> None:
    """Somebody asked for so many units and there were fewer: a figure for the keeper, without a name."""
    month = clock.today().replace(day=1)
    first = insert(Shortfall).values(item_id=item_id, month=month, times=1, units=units)
    more = {"times": Shortfall.times + 1, "units": Shortfall.units + units}
    session.execute(first.on_conflict_do_update(index_elements=["item_id", "month"], set_=more))
