"""What is asked a thousand times a day costs few round trips: the counts of docs/performance.md.

Counted is every statement that reaches the database for one request: sign-in check, idempotency, journal
and notices included; not BEGIN and COMMIT.
"""

import pytest

from backend import clock
from backend.db import dialect, session, transaction
from backend.ledger import actions as ledger
from backend.supermarket.actions import counter
from backend.wishes.actions import claims
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering
from tests.wishes import cast


def _wall(town):
    """A page of twenty, some claimed: personally, for a unit, for a team."""
    ids, _ = cast.published(town, 20, disclosure="title", salutation="女士")
    with transaction():
        claims.claim(ids[-1], "unit", actor=cast.by(town, "qin"))
        claims.claim(ids[-2], actor=cast.by(town, "pei"))
    return town.phone("qin"), "GET", f"/wishes?communityId={town.songtao}", None


def _statement(town):
    with transaction():
        for number in range(20):
            ledger.grant(
                town.person("ning").id,
                1,
                reference=f"test:{number}",
                title="测试",
                community_id=town.songtao,
                actor=cast.by(town, "tong"),
            )
    return town.phone("ning"), "GET", "/me/points/statement", None


def _claimed(town):
    ids, _ = cast.published(town, 1, disclosure="title", salutation="女士")
    with transaction():
        claims.claim(ids[0], actor=cast.by(town, "pei"))
    return ids[0]


def _wish(town):
    return town.phone("qin"), "GET", f"/wishes/{_claimed(town)}", None


def _timeline(town):
    return town.phone("ning"), "GET", f"/wishes/{_claimed(town)}/timeline", None


def _home(town):
    _wall(town)
    shop.goods(town, shop.opened(town))
    return town.phone("qin"), "GET", f"/home?communityId={town.songtao}", None


def _to_do(town):
    _claimed(town)
    return town.phone("tong"), "GET", "/me/to-do", None


def _claim(town):
    ids, _ = cast.published(town, 1, disclosure="title", salutation="女士")
    return town.phone("qin"), "POST", f"/wishes/{ids[0]}/claim", {"as": "personal"}


def _check_in(town):
    activity_id = volunteering.published(town)
    volunteering.sign_up(activity_id, volunteering.by(town, "ning"))
    return (
        town.phone("ning"),
        "POST",
        f"/activities/{activity_id}/check-in",
        {"code": volunteering.code(activity_id)},
    )


def _redemption(town):
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id, limit_per_person=2, limit_period="month", low_stock=1)
    return (
        town.phone("wulan"),
        "POST",
        "/redemptions",
        {"shopId": shop_id, "lines": [{"itemId": item_id, "quantity": 1}]},
    )


def _approval(town):
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id, limit_per_person=2, limit_period="month")
    order_id = shop.asked(town, shop_id, {item_id: 1})
    return town.phone("tong"), "POST", f"/redemptions/{order_id}/approve", {}


def _hand_over(town):
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id)
    # The first order of a shop opens its account in the ledger, once.
    first = shop.approved(town, shop_id, {item_id: 1})
    with transaction():
        counter.hand_over(first, shop.code(first), "self", actor=shop.by(town, "bu"))
    order_id = shop.approved(town, shop_id, {item_id: 1})
    body = {"pickUpCode": shop.code(order_id), "collectedBy": "self"}
    return town.phone("bu"), "POST", f"/redemptions/{order_id}/hand-over", body


# Statements on PostgreSQL, at most.
GOALS = {
    _wall: 3,
    _statement: 3,
    # With its timeline.
    _wish: 3,
    _timeline: 3,
    # All that a first screen shows, of five rooms.
    _home: 20,
    _to_do: 3,
    _claim: 9,
    _check_in: 8,
    _redemption: 12,
    _approval: 14,
    _hand_over: 12,
}
# There a change and its journal line are one statement, and so are a movement of points, one of stock, an
# order with its lines, a notice and its delivery. SQLite needs one a table, and no way to a server for any.
BESIDE = {_claim: 2, _check_in: 1, _redemption: 9, _approval: 5, _hand_over: 8}


@pytest.mark.parametrize("prepared", GOALS, ids=lambda prepared: prepared.__name__.strip("_"))
def test_a_hot_path_costs_few_statements(town, statements, prepared):
    when = volunteering.STARTS if prepared is _check_in else clock.now()
    with clock.frozen_at(when):
        phone, method, path, body = prepared(town)
        session.remove()
        key = {"Idempotency_Key": "hot-path-1"} if method == "POST" else {}
        with statements() as seen:
            phone.data(method, path, body, **key)
    said = [one for one in seen if not one.startswith("BEGIN")]
    most = GOALS[prepared] + (BESIDE.get(prepared, 0) if dialect() == "sqlite" else 0)
    assert len(said) <= most, "\n".join(said)
