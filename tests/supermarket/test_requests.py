"""Asking for something: what is refused and why, and that a refusal leaves nothing behind."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.ledger.actions import NotEnoughPoints
from backend.outbox import queries as outbox
from backend.people.models import Team
from backend.supermarket.actions import approvals, baskets, items, requests
from backend.supermarket.actions.stock import OutOfStock
from backend.supermarket.models import Line, Redemption
from backend.supermarket.stock_models import Movement
from tests.supermarket import cast


@pytest.fixture
def shop(town):
    return cast.opened(town)


def test_points_are_held_and_stock_is_reserved_together(town, shop):
    rice, soap = cast.goods(town, shop, points=44), cast.goods(town, shop, points=10)
    order_id = cast.asked(town, shop, {soap: 3, rice: 1})
    found = cast.order(order_id)
    assert (found.state, found.points) == ("requested", 74)
    assert cast.purse(town, "wulan") == (46, 74)
    assert (cast.stock(rice), cast.stock(soap)) == ((10, 1), (10, 3))
    assert found.approve_until == clock.today() + timedelta(days=3)


def test_numbers_go_up_without_gaps_whatever_is_refused_between(town, shop):
    soap = cast.goods(town, shop, points=1, stock=3)
    day = clock.today().strftime("%Y%m%d")
    first = cast.order(cast.asked(town, shop, {soap: 1})).number
    with pytest.raises(OutOfStock):
        cast.asked(town, shop, {soap: 9})
    with pytest.raises(NotEnoughPoints):
        cast.asked(town, shop, {cast.goods(town, shop, points=5000): 1})
    second = cast.order(cast.asked(town, shop, {soap: 1})).number
    assert first.startswith(f"DH-松涛-{day}-")
    assert int(second[-4:]) == int(first[-4:]) + 1


def test_a_refusal_says_what_is_there_and_leaves_nothing_behind(town, shop):
    soap, dear = cast.goods(town, shop, stock=2), cast.goods(town, shop, points=24)
    before = [cast.count(table) for table in (Redemption, Line, Movement)]
    with pytest.raises(OutOfStock, match="还剩 2，需要 3") as refused:
        cast.asked(town, shop, {soap: 3})
    assert (refused.value.facts["available"], refused.value.facts["needed"]) == (2, 3)
    with pytest.raises(NotEnoughPoints, match="可用 40 分，需要 44 分"):
        cast.asked(town, shop, {soap: 2, dear: 1}, "ning")
    assert [cast.count(table) for table in (Redemption, Line, Movement)] == before
    assert cast.purse(town, "ning") == (40, 0)
    assert (cast.stock(soap), cast.stock(dear)) == ((2, 0), (10, 0))


def test_what_is_off_the_shelf_or_of_another_shop_or_mixed_is_refused(town, shop):
    soap, elsewhere = cast.goods(town, shop), cast.goods(town, cast.opened(town))
    with transaction():
        items.change(soap, {"on_shelf": False}, actor=cast.by(town, "bu"))
    with pytest.raises(baskets.ItemOffShelf):
        cast.asked(town, shop, {soap: 1})
    with pytest.raises(baskets.NotInThisShop):
        cast.asked(town, shop, {elsewhere: 1})
    with pytest.raises(baskets.NotInThisShop):
        cast.asked(town, shop, {987654: 1})
    with pytest.raises(baskets.NothingAsked):
        cast.asked(town, shop, {})
    with pytest.raises(baskets.MixedKinds):
        cast.asked(town, shop, {cast.goods(town, shop): 1, cast.support(town, shop): 1}, purpose="x")
    with pytest.raises(NotFound):
        cast.asked(town, 987654, {soap: 1})


def test_units_past_their_day_are_for_nobody(town, shop):
    milk = cast.goods(town, shop, stock=5, days=2)
    cast.received(town, milk, 1, days=9)
    with clock.frozen_at(clock.now() + timedelta(days=3)):
        with pytest.raises(OutOfStock, match="还剩 1，需要 2"):
            cast.asked(town, shop, {milk: 2})
        cast.asked(town, shop, {milk: 1})
        with pytest.raises(OutOfStock, match="还剩 0"):
            cast.asked(town, shop, {milk: 1})


def test_the_last_day_of_a_batch_is_still_good(town, shop):
    milk = cast.goods(town, shop, stock=1, days=2)
    with clock.frozen_at(clock.day_ends(clock.today() + timedelta(days=2)) - timedelta(minutes=1)):
        cast.asked(town, shop, {milk: 1})


def test_a_limit_counts_all_orders_of_the_period(town, shop):
    cast.rich(town, "wulan")
    rice = cast.goods(town, shop, limit_per_person=2)
    with pytest.raises(baskets.LimitReached, match="每季度每人限兑 2，您已兑 0，这次要 3"):
        cast.asked(town, shop, {rice: 3})
    cast.asked(town, shop, {rice: 1})
    cast.handed_over(town, shop, {rice: 1})
    with pytest.raises(baskets.LimitReached) as refused:
        cast.asked(town, shop, {rice: 1})
    assert refused.value.facts["taken"] == 2
    cast.asked(town, shop, {rice: 2}, "ning")


def _last_of(town, name, kind):
    told = outbox.inbox(town.person(name).id, None, 50)
    return next(row.body for row in told if row.kind == kind)


def test_approver_and_keeper_are_told_when_an_order_fills_a_limit(town, shop):
    cast.rich(town, "wulan")
    rice, soap = cast.goods(town, shop, limit_per_person=3), cast.goods(town, shop, limit_per_person=3)
    full = f"“{cast.item(rice).name}”每季度每人限兑 3件，这位居民连同本单已兑满。"
    cast.approved(town, shop, {rice: 2, soap: 1})
    assert "限兑" not in _last_of(town, "tong", "redemption_waits")
    assert "限兑" not in _last_of(town, "bu", "redemption_to_prepare")
    cast.approved(town, shop, {rice: 1, soap: 1})
    assert _last_of(town, "tong", "redemption_waits").endswith(full)
    assert _last_of(town, "bu", "redemption_to_prepare").endswith(full)


def test_what_was_given_up_or_brought_back_does_not_count(town, shop):
    cast.rich(town, "wulan")
    rice = cast.goods(town, shop, limit_per_person=1)
    order_id = cast.asked(town, shop, {rice: 1})
    with transaction():
        approvals.cancel(order_id, actor=cast.by(town, "wulan"))
    order_id = cast.asked(town, shop, {rice: 1})
    with transaction():
        approvals.reject(order_id, "暂缓", actor=cast.by(town, "tong"))
    order_id = cast.handed_over(town, shop, {rice: 1})
    with pytest.raises(baskets.LimitReached):
        cast.asked(town, shop, {rice: 1})
    with transaction():
        approvals.give_back(order_id, "破损", actor=cast.by(town, "yan"))
    cast.asked(town, shop, {rice: 1})


@pytest.mark.parametrize(
    ("period", "same", "next_one"),
    [
        ("month", "2027-05-31", "2027-06-01"),
        ("quarter", "2027-06-30", "2027-07-01"),
        ("year", "2027-12-31", "2028-01-01"),
        ("once", "2027-12-31", None),
    ],
)
def test_a_period_ends_with_its_last_day_in_china(town, shop, period, same, next_one):
    # What is granted in the year may be used until the end of the next one.
    item = cast.goods(town, shop, points=1, limit_per_person=1, limit_period=period)
    with clock.frozen_at(datetime(2027, 5, 3, 1, tzinfo=UTC)):
        cast.asked(town, shop, {item: 1})
    late = clock.day_ends(date.fromisoformat(same)) - timedelta(minutes=1)
    with clock.frozen_at(late), pytest.raises(baskets.LimitReached):
        cast.asked(town, shop, {item: 1})
    if next_one:
        with clock.frozen_at(clock.day_starts(date.fromisoformat(next_one))):
            cast.rich(town, "wulan", 1)
            cast.asked(town, shop, {item: 1})


def test_support_of_an_activity_needs_a_purpose_and_ones_own_team(town, shop):
    kit = cast.support(town, shop, points=15)
    riders = session.scalar(sa.select(Team.id).where(Team.name == "骑手先锋队"))
    with pytest.raises(requests.PurposeNeeded):
        cast.asked(town, shop, {kit: 1})
    with pytest.raises(requests.NotInThatTeam):
        cast.asked(town, shop, {kit: 1}, "song", purpose="清雪", team_id=riders)
    found = cast.order(cast.asked(town, shop, {kit: 2}, purpose="清雪用的手套", team_id=riders))
    assert (found.item_kind, found.points, found.team_id) == ("activity_support", 30, riders)
    cast.asked(town, shop, {kit: 1}, "ning", purpose="清雪", team_id=riders)


def test_staff_ask_for_a_card_holder_of_their_community_with_a_reason(town, shop):
    rice = cast.goods(town, shop)
    holder = town.person("e").id
    behalf = {"on_behalf_of": (holder, "老人没有手机")}
    found = cast.order(cast.asked(town, shop, {rice: 1}, "shao", **behalf))
    assert (found.person_id, found.requested_by_id) == (holder, town.person("shao").id)
    cast.asked(town, shop, {rice: 1}, "bu", **behalf)
    for name, refusal in (("bai", NotFound), ("ning", NotAllowed), ("jie", NotAllowed)):
        with pytest.raises(refusal):
            cast.asked(town, shop, {rice: 1}, name, **behalf)
    with pytest.raises(NotAllowed):
        cast.asked(town, shop, {rice: 1}, "tong", on_behalf_of=(town.person("tong").id, "自己"))
    with pytest.raises(NotFound):
        cast.asked(town, shop, {rice: 1}, "tong", on_behalf_of=(town.person("he").id, "不是本社区"))
    assert "redemption_requested" in [row.kind for row in outbox.inbox(holder, None, 9)]


def test_those_who_decide_learn_that_an_order_waits(town, shop):
    cast.asked(town, shop, {cast.goods(town, shop): 1})
    for name, knows in (("tong", True), ("lan", True), ("bu", False), ("bai", False), ("admin", False)):
        kinds = [row.kind for row in outbox.inbox(town.person(name).id, None, 1)]
        assert (kinds == ["redemption_waits"]) == knows, name


def test_the_keeper_is_told_once_when_little_is_left(town, shop):
    soap = cast.goods(town, shop, stock=5, low_stock=3)
    cast.asked(town, shop, {soap: 1})
    told = [row.kind for row in outbox.inbox(town.person("bu").id, None, 9)]
    assert "item_low_stock" not in told
    cast.asked(town, shop, {soap: 1})
    cast.asked(town, shop, {soap: 1})
    told = [row.kind for row in outbox.inbox(town.person("bu").id, None, 9)]
    assert told.count("item_low_stock") == 1


def test_an_order_of_four_lines_costs_few_more_statements_than_one_of_one(town, shop, statements):
    cast.rich(town, "wulan")
    shelf = [cast.goods(town, shop, points=1) for _ in range(5)]
    with statements() as few:
        cast.asked(town, shop, {shelf[0]: 1})
    with statements() as many:
        cast.asked(town, shop, dict.fromkeys(shelf[1:], 1))
    # An item's own guarded update and its event; everything else is told for all lines at once.
    assert len(many) - len(few) <= 2 * 3
