"""What an order's end says of its points is what the ledger gave back, not what the order had cost."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.ledger import actions as ledger
from backend.outbox.models import Notice
from backend.supermarket.actions import approvals
from tests.supermarket import cast

NEXT_YEAR = datetime(clock.today().year + 1, 1, 2, 2, tzinfo=UTC)


def asked_with_points_of_this_year(town, of_this_year):
    """An order of pei over 10 points, so many of which end with the year."""
    pei, year = town.person("pei").id, clock.today().year
    with transaction():
        for n, (amount, until) in enumerate(((of_this_year, year), (10 - of_this_year, year + 1))):
            if amount:
                facts = {"title": "期初积分", "community_id": town.songtao, "actor": cast.by(town, "tong")}
                ledger.grant(pei, amount, reference=f"test:pei:{n}", year=until, **facts)
    shop = cast.opened(town)
    return cast.asked(town, shop, {cast.goods(town, shop, points=10): 1}, name="pei")


def last_body(town, kind):
    wanted = sa.select(Notice.body).where(Notice.person_id == town.person("pei").id, Notice.kind == kind)
    return session.scalars(wanted.order_by(Notice.id.desc()).limit(1)).one()


ENDS = {
    "rejected": lambda town, one: approvals.reject(one, "这批优先给老人", actor=cast.by(town, "tong")),
    "cancelled": lambda town, one: approvals.cancel(one, "本人要求取消", actor=cast.by(town, "tong")),
    "expired": lambda _town, one: approvals.expire(one, "没有在期限内审批"),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    ("of_this_year", "told"),
    [
        (0, "10 积分已退回"),
        (4, "6 积分已退回，另有 4 积分的有效期已过，没有退回"),
        (10, "10 积分的有效期已过，没有退回"),
    ],
)
def test_the_notice_says_what_came_back_and_what_had_ended(town, end, of_this_year, told):
    order = asked_with_points_of_this_year(town, of_this_year)
    with clock.frozen_at(NEXT_YEAR):
        with transaction():
            ENDS[end](town, order)
        body = last_body(town, f"redemption_{end}")
        with transaction():
            # A repeat answers the first time.
            first = ledger.release(cast.order(order).hold_reference, actor=None)
    assert f"。{told}" in body
    assert (first.came_back, first.ended) == (10 - of_this_year, of_this_year)
