"""At the counter: codes, four eyes, proxies, what is handed over and what comes back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, config
from backend.db import session, transaction
from backend.errors import NotFound
from backend.ledger import actions as ledger
from backend.ledger.actions import HoldClosed
from backend.lifecycle import FourEyes
from backend.outbox import queries as outbox
from backend.supermarket import queries
from backend.supermarket.actions import approvals, counter, shops
from backend.supermarket.actions.stock import StockPastItsDay
from backend.supermarket.models import CodeGuard, Redemption
from backend.supermarket.states import RedemptionMovedOn
from backend.supermarket.stock_models import Batch
from tests.supermarket import cast


@pytest.fixture
def shop(town):
    return cast.opened(town)


def _preview(town, code, name="bu"):
    with transaction():
        return counter.preview(code, actor=cast.by(town, name))


def test_an_approved_order_has_a_code_of_eight_digits_that_only_its_owner_sees(town, shop):
    order_id = cast.approved(town, shop, {cast.goods(town, shop): 1})
    assert len(cast.code(order_id)) == 8
    assert cast.code(order_id).isdigit()
    assert cast.code(order_id) not in str(session.execute(sa.text("SELECT * FROM redemptions")).all())
    for name, sees in (("wulan", True), ("tong", False), ("bu", False), ("yan", False), ("shang", False)):
        (shown,) = queries.view_redemptions([cast.order(order_id)], actor=cast.by(town, name))
        assert (shown.pick_up_code == cast.code(order_id)) == sees, name
        assert (shown.pick_up_code is None) != sees, name


def test_a_code_is_printed_by_who_asked_for_a_card_holder_and_by_nobody_for_who_has_a_phone(town, shop):
    rice = cast.goods(town, shop, points=1)
    for owner, printed in (("e", True), ("ning", False)):
        behalf = {"on_behalf_of": (town.person(owner).id, "代办")}
        order_id = cast.approved(town, shop, {rice: 1}, "tong", "lan", **behalf)
        for name in ("tong", "lan", "bu"):
            (shown,) = queries.view_redemptions([cast.order(order_id)], actor=cast.by(town, name))
            assert (shown.pick_up_code is not None) == (printed and name == "tong"), (owner, name)


def test_a_preview_changes_nothing_and_a_hand_over_settles_and_moves_the_goods(town, shop):
    soap = cast.goods(town, shop, points=30)
    order_id = cast.approved(town, shop, {soap: 2})
    assert _preview(town, cast.code(order_id)).id == order_id
    assert (cast.order(order_id).state, cast.stock(soap), cast.purse(town, "wulan")) == (
        "approved",
        (10, 2),
        (60, 60),
    )
    cast.hand_over(town, order_id)
    found = cast.order(order_id)
    assert (found.state, found.collected_by) == ("handed_over", "self")
    assert (cast.stock(soap), cast.purse(town, "wulan")) == ((8, 0), (60, 0))
    assert outbox.inbox(town.person("wulan").id, None, 1)[0].kind == "redemption_handed_over"


def test_what_ends_first_leaves_first_and_what_is_past_its_day_never(town, shop):
    milk = cast.goods(town, shop, stock=3, points=1, days=1)
    cast.received(town, milk, 3, days=30)
    cast.received(town, milk, 3)
    order_id = cast.approved(town, shop, {milk: 4})
    cast.hand_over(town, order_id)
    wanted = sa.select(Batch.on_hand).where(Batch.item_id == milk).order_by(Batch.id)
    assert list(session.scalars(wanted)) == [0, 2, 3]
    order_id = cast.approved(town, shop, {milk: 2})
    with clock.frozen_at(clock.now() + timedelta(days=5)):
        cast.hand_over(town, order_id)
    assert list(session.scalars(wanted)) == [0, 0, 3]


def test_goods_that_are_all_past_their_day_are_not_handed_over(town, shop):
    milk = cast.goods(town, shop, stock=2, points=1, days=1)
    order_id = cast.approved(town, shop, {milk: 2})
    with clock.frozen_at(clock.now() + timedelta(days=2)), pytest.raises(StockPastItsDay):
        cast.hand_over(town, order_id)
    assert (cast.order(order_id).state, cast.purse(town, "wulan")) == ("approved", (118, 2))


def test_a_proxy_is_named_sealed_and_only_a_proxy_is(town, shop):
    order_id = cast.approved(town, shop, {cast.goods(town, shop): 1})
    with pytest.raises(counter.ProxyNameNeeded):
        cast.hand_over(town, order_id, collected_by="proxy")
    with pytest.raises(counter.ProxyNameNeeded):
        cast.hand_over(town, order_id, proxy_name="邻居")
    cast.hand_over(town, order_id, collected_by="proxy", proxy_name="张邻居")
    assert "张邻居" not in cast.order(order_id).proxy_name_sealed
    assert "代领" in outbox.inbox(town.person("wulan").id, None, 1)[0].body


def test_the_same_order_is_not_handed_over_twice(town, shop):
    order_id = cast.handed_over(town, shop, {cast.goods(town, shop): 1})
    with pytest.raises(RedemptionMovedOn):
        cast.hand_over(town, order_id)
    with pytest.raises(RedemptionMovedOn):
        _preview(town, cast.code(order_id))


def test_a_code_may_come_again_once_its_order_is_closed(town, shop, monkeypatch):
    monkeypatch.setattr(approvals.secrets, "randbelow", lambda _most: 1234)
    rice = cast.goods(town, shop, points=1)
    first = cast.approved(town, shop, {rice: 1})
    waiting = cast.asked(town, shop, {rice: 1})
    with pytest.raises(sa.exc.IntegrityError), transaction():
        approvals.approve(waiting, actor=cast.by(town, "tong"))
    cast.hand_over(town, first)
    with transaction():
        approvals.approve(waiting, actor=cast.by(town, "tong"))
    assert cast.code(waiting) == cast.code(first) == "00001234"
    assert _preview(town, "00001234").id == waiting


def test_a_draw_that_is_taken_is_drawn_again(town, shop, monkeypatch):
    rice = cast.goods(town, shop, points=1)
    draws = iter([7, 7, 7, 8])
    monkeypatch.setattr(approvals.secrets, "randbelow", lambda _most: next(draws))
    codes = [cast.code(cast.approved(town, shop, {rice: 1})) for _ in range(2)]
    assert codes == ["00000007", "00000008"]


def test_the_clerk_of_another_place_is_told_nothing_of_a_code_and_it_counts_as_wrong(town, shop):
    order_id = cast.approved(town, shop, {cast.goods(town, shop): 1})
    assert isinstance(_preview(town, cast.code(order_id), "mei"), counter.PickUpCodeUnknown)
    guard = session.get(CodeGuard, town.person("mei").id)
    assert guard.wrong == 1
    with pytest.raises(NotFound):
        cast.hand_over(town, order_id, "mei")


def test_after_ten_wrong_codes_a_clerk_waits_ten_minutes_and_others_do_not(town, shop):
    cast.second_keeper(town)
    order_id = cast.approved(town, shop, {cast.goods(town, shop): 1})
    code = cast.code(order_id)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    for _ in range(config.settings().wrong_code_limit):
        assert isinstance(_preview(town, wrong), counter.PickUpCodeUnknown)
    for attempt in (lambda: _preview(town, code), lambda: cast.hand_over(town, order_id)):
        with pytest.raises(counter.TooManyWrongCodes, match="10 分钟") as refused:
            attempt()
        assert 0 < int(refused.value.headers["Retry-After"]) <= 600
    assert _preview(town, code, "shao").id == order_id
    with clock.frozen_at(clock.now() + timedelta(minutes=10)):
        assert _preview(town, code).id == order_id
        assert session.get(CodeGuard, town.person("bu").id, populate_existing=True).wrong == 0


def test_a_wrong_code_at_the_hand_over_counts_and_hands_nothing_over(town, shop):
    order_id = cast.approved(town, shop, {cast.goods(town, shop): 1})
    wrong = f"{(int(cast.code(order_id)) + 1) % 10**8:08d}"
    with transaction():
        answer = counter.hand_over(order_id, wrong, "self", actor=cast.by(town, "bu"))
    assert isinstance(answer, counter.WrongPickUpCode)
    assert session.get(CodeGuard, town.person("bu").id).wrong == 1
    assert cast.order(order_id).state == "approved"


def test_two_pairs_of_eyes_see_an_order_that_staff_asked_for(town, shop):
    cast.second_keeper(town, "tong")
    rice = cast.goods(town, shop, points=1)
    behalf = {"on_behalf_of": (town.person("e").id, "代办")}
    order_id = cast.asked(town, shop, {rice: 1}, "tong", **behalf)
    with pytest.raises(FourEyes), transaction():
        approvals.approve(order_id, actor=cast.by(town, "tong"))
    with transaction():
        approvals.approve(order_id, actor=cast.by(town, "lan"))
    with pytest.raises(FourEyes):
        cast.hand_over(town, order_id, "tong")
    cast.hand_over(town, order_id)


def test_nobody_approves_or_hands_over_their_own(town, shop):
    for name in ("tong", "bu"):
        cast.rich(town, name)
    rice = cast.goods(town, shop)
    own = cast.asked(town, shop, {rice: 1}, "tong")
    with pytest.raises(FourEyes), transaction():
        approvals.approve(own, actor=cast.by(town, "tong"))
    with pytest.raises(FourEyes), transaction():
        approvals.reject(own, "自己的", actor=cast.by(town, "tong"))
    keepers = cast.approved(town, shop, {rice: 1}, "bu")
    with pytest.raises(FourEyes):
        cast.hand_over(town, keepers)
    with pytest.raises(FourEyes):
        _preview(town, cast.code(keepers))


def test_the_street_may_let_one_clerk_approve_and_hand_over(town, shop):
    cast.second_keeper(town, "tong")
    order_id = cast.approved(town, shop, {cast.goods(town, shop): 1})
    with pytest.raises(FourEyes):
        cast.hand_over(town, order_id, "tong")
    with transaction():
        shops.set_four_eyes(shop, False, "中心只有一名工作人员", actor=cast.by(town, "jie"))
    cast.hand_over(town, order_id, "tong")
    assert not cast.order(order_id).four_eyes


def test_a_return_brings_back_points_and_goods_into_their_batches(town, shop):
    milk = cast.goods(town, shop, stock=1, points=10, days=10)
    cast.received(town, milk, 5, days=20)
    order_id = cast.handed_over(town, shop, {milk: 3})
    with pytest.raises(HoldClosed), transaction():
        ledger.release(f"redemption:{order_id}", actor=None)
    with transaction():
        approvals.give_back(order_id, "包装破损", actor=cast.by(town, "yan"))
    assert cast.purse(town, "wulan") == (120, 0)
    wanted = sa.select(Batch.on_hand).where(Batch.item_id == milk).order_by(Batch.id)
    assert list(session.scalars(wanted)) == [1, 5]
    with pytest.raises(RedemptionMovedOn), transaction():
        approvals.give_back(order_id, "再退一次", actor=cast.by(town, "yan"))


def test_who_handed_over_does_not_take_back(town, shop):
    cast.second_keeper(town, "tong")
    order_id = cast.approved(town, shop, {cast.goods(town, shop): 1}, approver="lan")
    cast.hand_over(town, order_id, "tong")
    with pytest.raises(FourEyes), transaction():
        approvals.give_back(order_id, "破损", actor=cast.by(town, "tong"))
    with transaction():
        approvals.give_back(order_id, "破损", actor=cast.by(town, "lan"))


def test_staff_cancel_for_someone_with_a_reason_and_owners_without(town, shop):
    rice = cast.goods(town, shop)
    first, second = cast.asked(town, shop, {rice: 1}), cast.approved(town, shop, {rice: 1})
    with transaction():
        approvals.cancel(first, actor=cast.by(town, "wulan"))
    with pytest.raises(approvals.CancelReasonNeeded), transaction():
        approvals.cancel(second, actor=cast.by(town, "tong"))
    with transaction():
        approvals.cancel(second, "本人来电取消", actor=cast.by(town, "tong"))
    assert cast.purse(town, "wulan") == (120, 0)
    assert cast.stock(rice) == (10, 0)
    assert outbox.inbox(town.person("wulan").id, None, 1)[0].kind == "redemption_cancelled"
    assert cast.count(Redemption)
