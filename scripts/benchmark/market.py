"""Twenty communities with a shop each, for orders that do not meet at one counter."""

from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.organisations import actions as organisations
from backend.organisations.models import Organisation
from backend.people.models import Appointment
from backend.supermarket.actions import items, receipts, shops

# A community each.
NAMES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"


def opened(beside_id: int, clerks: list[Any], keeper: Any) -> list[tuple[int, int]]:
    """(shop, item) of each; with as many clerks as the first community, so that as many are notified of an order."""
    street = session.scalars(sa.select(Organisation.parent_id).where(Organisation.id == beside_id)).one()
    made = []
    for number, name in enumerate(NAMES):
        with transaction():
            place = organisations.add(street, "community", f"集市{name}社区", f"集{name}").id
            rows = [(clerk.id, "community_staff") for clerk in clerks] + [(keeper.id, "shop_keeper")]
            named = {"organisation_id": place, "from_day": clock.today()}
            session.execute(
                sa.insert(Appointment), [{"person_id": one, "role": role, **named} for one, role in rows]
            )
            hours = [{"weekday": day, "opens": "09:00", "closes": "17:00"} for day in range(1, 8)]
            shop = shops.open_shop(place, "集市超市", opening_hours=hours, actor=clerks[0]).id
            item = items.create_item(shop, "goods", f"物品 {number}", 1, actor=keeper).id
            receipts.receive(item, 5000, "purchase", best_before=None, actor=keeper)
            made.append((shop, item))
    return made
