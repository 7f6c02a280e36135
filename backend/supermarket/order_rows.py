"""What is read beside orders to show them: their lines, and what names their shop, people and place."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from backend.db import Id
from backend.journal import Actor
from backend.organisations.models import Organisation
from backend.people import permissions
from backend.people.models import Person, Team
from backend.statements import Statement, given_rows
from backend.supermarket.models import Line, Redemption, Shop


class OrderLine(NamedTuple):
    """A line of an order, with the names around the order: an order has few."""

    redemption_id: int
    item_id: int
    name: str
    unit: str
    quantity: int
    unit_points: int
    points: int
    handed_over: int | None
    returned: int
    shop: str
    community: str
    real_name_sealed: str | None
    openid: str | None
    team: str | None
    roles: str | None


def _lines(dialect_name: str) -> sa.Select[Any]:
    these = given_rows("orders", {"id": Id}, dialect_name)
    return (
        sa.select(
            *(getattr(Line, name) for name in OrderLine._fields[:9]),
            Shop.name,
            Organisation.name,
            Person.real_name_sealed,
            Person.openid,
            Team.name,
            permissions.roles_subquery(Redemption.community_id),
        )
        .join(Redemption, Redemption.id == Line.redemption_id)
        .join(Shop, Shop.id == Redemption.shop_id)
        .join(Organisation, Organisation.id == Redemption.community_id)
        .join(Person, Person.id == Redemption.person_id)
        .outerjoin(Team, Team.id == Redemption.team_id)
        .where(Line.redemption_id.in_(sa.select(these.c.id)))
        .order_by(Line.redemption_id, Line.item_id)
    )


LINES = Statement(_lines, OrderLine)


def lines_of(ids: Sequence[int], actor: Actor) -> dict[int, list[OrderLine]]:
    """The lines of each of these orders, by its id, in one statement; for whom the roles are asked."""
    told: dict[int, list[OrderLine]] = {}
    for line in LINES.all({"orders": [{"id": one} for one in ids], **permissions.bind_viewer(actor.id)}):
        told.setdefault(line.redemption_id, []).append(line)
    return told
