"""The supermarket, points and seals at the console: who sees which page, what is refused and how it is said."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.console.frame import todo
from backend.db import session, transaction
from backend.identity import credentials
from backend.ledger import seals
from backend.points.models import Adjustment
from backend.seeds import demo
from backend.supermarket.actions import stocktakes
from backend.supermarket.models import Redemption, Shop
from backend.supermarket.queries import shelf_value
from backend.supermarket.stock_models import Stocktake
from tests.points import cast as points_cast
from tests.supermarket import cast

MARKUP = '"><script>alert(1)</script><b>粗</b>'


def shop_of(town, community="songtao"):
    return session.scalar(sa.select(Shop.id).where(Shop.community_id == getattr(town, community)))


def an_order(town, **more):
    """A request of wulan that waits, in a shop of 松涛."""
    shop_id = cast.opened(town)
    item_id = cast.goods(town, shop_id, **more)
    return cast.asked(town, shop_id, {item_id: 1}), item_id, shop_id


def an_approved_order(town):
    shop_id = cast.opened(town)
    item_id = cast.goods(town, shop_id)
    return cast.approved(town, shop_id, {item_id: 1}), item_id, shop_id


def counted(town, shop_id, item_id, units):
    with transaction():
        return stocktakes.propose(shop_id, [(item_id, units, "破损")], actor=cast.by(town, "bu")).id


def newest(model):
    return session.scalar(sa.select(sa.func.max(model.id)))


# --- the counter -------------------------------------------------------------------------------------


def test_a_code_shows_the_order_and_one_form_hands_it_over(visitor, town):
    order_id, item_id, _shop = an_approved_order(town)
    code, keeper = cast.code(order_id), visitor("bu")
    assert "取货码" in keeper.page("/console/counter")
    shown = keeper.text(keeper.post("/console/counter", {"code": f"{code[:4]} {code[4:]}"}))
    assert "本人领取，发放" in shown
    assert "乌兰舟" in shown
    assert "佟雨禾" in shown
    assert cast.order(order_id).state == "approved"
    answer = keeper.post(f"/console/counter/{order_id}/hand-over", {"code": code})
    assert answer.headers["Location"] == "/console/counter"
    page = keeper.page("/console/counter")
    assert "已发给 乌兰舟" in page
    assert "autofocus" in page
    assert cast.stock(item_id) == (9, 0)


def test_a_proxy_is_named_and_what_was_typed_stays_when_the_name_is_missing(visitor, town):
    order_id, _item, _shop = an_approved_order(town)
    code, keeper = cast.code(order_id), visitor("bu")
    keeper.page("/console/counter")
    missing = keeper.post(f"/console/counter/{order_id}/hand-over-to-proxy", {"code": code})
    assert missing.status_code == 422
    assert "请填写这一项" in keeper.text(missing)
    done = keeper.post(
        f"/console/counter/{order_id}/hand-over-to-proxy", {"code": code, "proxy_name": "邵景川"}
    )
    assert done.status_code == 303
    assert cast.order(order_id).collected_by == "proxy"
    page = keeper.page(f"/console/redemptions/{order_id}")
    assert "邵**" in page
    assert "邵景川" not in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("12", "取货码是 8 位数字"), ("", "请填写这一项"), ("00000000", "没有找到这个取货码")],
)
def test_a_code_that_opens_nothing_says_why_and_the_focus_stays(visitor, town, typed, sentence):
    keeper = visitor("bu")
    keeper.page("/console/counter")
    page = keeper.text(keeper.post("/console/counter", {"code": typed}))
    assert sentence in page
    assert "autofocus" in page


def may_sign_in(town, *names):
    """Staff of 白桦社区 who have phones get a name and a password for the console."""
    hashed = credentials.hashed(demo.password())
    with transaction():
        for name in names:
            credentials.keep(town.person(name).id, name, hashed, actor=None)


def test_another_places_code_is_as_unknown_as_a_wrong_one(visitor, town):
    order_id, _item, _shop = an_approved_order(town)
    may_sign_in(town, "mei")
    keeper = visitor("mei")
    keeper.page("/console/counter")
    answer = keeper.post("/console/counter", {"code": cast.code(order_id)})
    assert answer.status_code == 404
    assert "没有找到这个取货码" in keeper.text(answer)
    assert (
        keeper.post(f"/console/counter/{order_id}/hand-over", {"code": cast.code(order_id)}).status_code
        == 404
    )


def test_a_code_that_was_used_says_so(visitor, town):
    order_id, _item, _shop = an_approved_order(town)
    code = cast.code(order_id)
    cast.hand_over(town, order_id)
    keeper = visitor("bu")
    keeper.page("/console/counter")
    answer = keeper.post("/console/counter", {"code": code})
    assert answer.status_code == 409
    assert "已经核销过了" in keeper.text(answer)


def test_too_many_wrong_codes_say_how_long_to_wait(visitor, town):
    keeper = visitor("bu")
    keeper.page("/console/counter")
    answers = [keeper.post("/console/counter", {"code": f"{n:08d}"}) for n in range(40)]
    assert answers[-1].status_code == 429
    assert "分钟后再试" in keeper.text(answers[-1])


def test_who_approved_does_not_hand_over(visitor, town):
    shop_id = cast.opened(town)
    cast.second_keeper(town, "tong")
    order_id = cast.approved(town, shop_id, {cast.goods(town, shop_id): 1})
    clerk = visitor("tong")
    clerk.page("/console/counter")
    answer = clerk.post("/console/counter", {"code": cast.code(order_id)})
    assert answer.status_code == 403
    assert "需要另一位工作人员" in clerk.text(answer)


# --- approvals and orders ----------------------------------------------------------------------------


def test_orders_are_decided_one_after_the_other(visitor, town):
    first, *_rest = an_order(town)
    second, *_rest = an_order(town)
    clerk = visitor("tong")
    assert "等您审批" in clerk.page("/console/redemptions")
    clerk.page(f"/console/redemptions/{first}/decide")
    answer = clerk.post(f"/console/redemptions/{first}/approve")
    assert answer.headers["Location"] == f"/console/redemptions/{second}/decide"
    assert cast.order(first).state == "approved"
    refused = clerk.post(f"/console/redemptions/{second}/turn-down", {})
    assert refused.status_code == 422
    ready = {"ready": "用途写得不够清楚，请补充后重新申请"}
    assert clerk.post(f"/console/redemptions/{second}/turn-down", ready).status_code == 303
    assert cast.order(second).closing_reason == ready["ready"]


def test_an_order_shows_its_limits_and_its_stock(visitor, town):
    order_id, *_rest = an_order(town, stock=7, limit_per_person=1)
    page = visitor("tong").page(f"/console/redemptions/{order_id}/decide")
    assert "限兑 1，连这一单已兑 1，兑满了" in page
    assert "现有 7" in page


def test_what_i_asked_for_somebody_waits_for_a_colleague(visitor, town):
    shop_id, holder = cast.opened(town), town.person("e").id
    item_id = cast.goods(town, shop_id, points=5)
    cast.rich(town, "e")
    clerk = visitor("tong")
    clerk.page(f"/console/people/{holder}/redemptions/new?shop={shop_id}")
    told = {f"units_{item_id}": "2", "ready": "老人没有手机"}
    made = clerk.post(f"/console/people/{holder}/redemptions/new?shop={shop_id}", told)
    assert made.status_code == 303, clerk.text(made)
    order_id = newest(Redemption)
    assert "要请同事审批" in clerk.page("/console/redemptions")
    clerk.page(f"/console/redemptions/{order_id}/decide")
    answer = clerk.post(f"/console/redemptions/{order_id}/approve")
    assert answer.status_code == 403
    assert "需要另一位工作人员" in clerk.text(answer)
    other = visitor("lan")
    other.page(f"/console/redemptions/{order_id}/decide")
    other.post(f"/console/redemptions/{order_id}/approve")
    code = cast.code(order_id)
    assert f"{code[:4]} {code[4:]}" in clerk.page(f"/console/redemptions/{order_id}/slip")
    assert other.get(f"/console/redemptions/{order_id}/slip").status_code == 404


def test_a_request_that_is_refused_keeps_what_was_typed(visitor, town):
    shop_id, holder = cast.opened(town), town.person("e").id
    item_id = cast.goods(town, shop_id, points=5000)
    clerk = visitor("tong")
    clerk.page(f"/console/people/{holder}/redemptions/new?shop={shop_id}")
    told = {f"units_{item_id}": "3", "reason": "行动不便"}
    answer = clerk.post(f"/console/people/{holder}/redemptions/new?shop={shop_id}", told)
    assert answer.status_code in (409, 422)
    assert "积分" in clerk.text(answer)
    assert 'value="3"' in clerk.text(answer)
    assert 'value="行动不便"' in clerk.text(answer)
    nothing = clerk.post(f"/console/people/{holder}/redemptions/new?shop={shop_id}", {"reason": "行动不便"})
    assert "请选择要兑换的物品" in clerk.text(nothing)


def test_a_venue_is_booked_for_a_resident_and_stands_in_the_calendar(visitor, town):
    shop_id, holder = cast.opened(town), town.person("e").id
    venue_id = cast.venue(town, shop_id, points=5)
    cast.rich(town, "e")
    slot = cast.slot_ids(venue_id)[0]
    day = clock.today() + timedelta(days=1)
    path = f"/console/people/{holder}/venues/{venue_id}/new?day={day}"
    clerk = visitor("tong")
    clerk.page(path)
    made = clerk.post(path, {"slots": [str(slot)], "reason": "行动不便"})
    assert made.status_code == 303, clerk.text(made)
    page = visitor("bu").page(f"/console/stock/venues?shop={shop_id}&item={venue_id}&day={day}")
    assert f"/console/redemptions/{newest(Redemption)}" in page


def test_a_slot_that_somebody_took_meanwhile_is_told_in_chinese(visitor, town):
    shop_id, holder = cast.opened(town), town.person("e").id
    venue_id = cast.venue(town, shop_id, points=5)
    cast.rich(town, "e")
    slot = cast.slot_ids(venue_id)[0]
    path = f"/console/people/{holder}/venues/{venue_id}/new?day={clock.today() + timedelta(days=1)}"
    clerk = visitor("tong")
    clerk.page(path)
    cast.booked(town, shop_id, [slot])
    answer = clerk.post(path, {"slots": [str(slot)], "reason": "行动不便"})
    assert answer.status_code == 422
    assert "选的有一些刚刚没有了，请重新选" in clerk.text(answer)
    assert "valid" not in clerk.text(answer).replace("novalidate", "").replace("aria-invalid", "")


def test_an_order_is_cancelled_and_returned_with_a_reason_only(visitor, town):
    shop_id = cast.opened(town)
    item_id = cast.goods(town, shop_id)
    order_id = cast.approved(town, shop_id, {item_id: 1})
    clerk = visitor("tong")
    clerk.page(f"/console/redemptions/{order_id}")
    assert clerk.post(f"/console/redemptions/{order_id}/cancel", {}).status_code == 422
    clerk.post(f"/console/redemptions/{order_id}/cancel", {"reason": "本人要求取消"})
    assert cast.order(order_id).state == "cancelled"
    handed = cast.handed_over(town, shop_id, {item_id: 1})
    assert clerk.post(f"/console/redemptions/{handed}/return", {"reason": ""}).status_code == 422
    clerk.post(f"/console/redemptions/{handed}/return", {"reason": "物品有质量问题，不能发放"})
    page = clerk.page(f"/console/redemptions/{handed}")
    assert "已退回" in page
    assert "物品有质量问题" in page


def test_a_venue_that_was_not_used_is_noted(visitor, town):
    shop_id = cast.opened(town)
    order_id = cast.booked(town, shop_id, cast.slot_ids(cast.venue(town, shop_id))[:1])
    clerk = visitor("tong")
    clerk.page(f"/console/redemptions/{order_id}/decide")
    clerk.post(f"/console/redemptions/{order_id}/approve")
    assert clerk.post(f"/console/redemptions/{order_id}/no-show").status_code == 409
    with clock.frozen_at(cast.order(order_id).starts_at + timedelta(minutes=20)):
        clerk = visitor("tong")
        clerk.page(f"/console/redemptions/{order_id}")
        assert clerk.post(f"/console/redemptions/{order_id}/no-show").status_code == 303
    assert cast.order(order_id).state == "no_show"


# --- stock -------------------------------------------------------------------------------------------


def test_an_item_is_put_up_changed_received_and_written_off(visitor, town):
    shop_id, keeper = cast.opened(town), visitor("bu")
    path = f"/console/stock/items/new?shop={shop_id}"
    keeper.page(path)
    told = {"name": "洗手液", "unit": "瓶", "points": "12", "limit_period": "quarter", "on_shelf": "y"}
    item_id = int(keeper.post(path, told).headers["Location"].rsplit("/", 1)[1])
    keeper.page(f"/console/stock/items/{item_id}")
    received = {"quantity": "20", "source": "donation", "donor": "青松粮油公司", "document": "票 7"}
    assert keeper.post(f"/console/stock/items/{item_id}/receive", received).status_code == 303
    assert (
        keeper.post(
            f"/console/stock/items/{item_id}/spoil", {"quantity": "2", "ready": "包装渗漏"}
        ).status_code
        == 303
    )
    page = keeper.page(f"/console/stock/items/{item_id}")
    assert "青松粮油公司" in page
    assert "包装渗漏" in page
    assert cast.stock(item_id) == (18, 0)
    changed = {**told, "points": "15", "low_stock": "30", "description": "五百毫升"}
    assert keeper.post(f"/console/stock/items/{item_id}/change", changed).status_code == 303
    assert (cast.item(item_id).points, cast.item(item_id).low_stock) == (15, 30)
    assert "库存不多" in keeper.page(f"/console/stock?shop={shop_id}")
    keeper.post(f"/console/stock/items/{item_id}/shelf", {"to": "off"})
    assert not cast.item(item_id).on_shelf


def test_a_receipt_that_is_refused_keeps_what_was_typed(visitor, town):
    shop_id, keeper = cast.opened(town), visitor("bu")
    item_id = cast.goods(town, shop_id, stock=0)
    keeper.page(f"/console/stock/items/{item_id}")
    told = {"quantity": "5", "source": "purchase", "donor": "某某公司", "batch_no": "A7"}
    answer = keeper.post(f"/console/stock/items/{item_id}/receive", told)
    assert answer.status_code == 422
    assert "采购入库不填捐赠方" in keeper.text(answer)
    assert 'value="A7"' in keeper.text(answer)
    past = {"quantity": "5", "source": "purchase", "best_before": "2020-01-01"}
    assert "保质期已过" in keeper.text(keeper.post(f"/console/stock/items/{item_id}/receive", past))


def test_a_stocktake_is_counted_by_one_and_checked_by_another(visitor, town):
    shop_id, keeper = cast.opened(town), visitor("bu")
    item_id = cast.goods(town, shop_id, stock=10)
    path = f"/console/stock/stocktakes/new?shop={shop_id}"
    keeper.page(path)
    made = keeper.post(path, {f"counted_{item_id}": "8", f"why_{item_id}": "搬运中破损"})
    assert made.status_code == 303, keeper.text(made)
    one = newest(Stocktake)
    assert "-2" in keeper.page(f"/console/stock/stocktakes/{one}")
    assert "不印账面数" in keeper.page(f"/console/stock/stocktakes/sheet?shop={shop_id}")
    again = keeper.post(path, {f"counted_{item_id}": "7"})
    assert again.status_code == 409
    assert 'value="7"' in keeper.text(again)
    checker = visitor("yan")
    assert "审核盘点" in checker.page("/console/")
    checker.page(f"/console/stock/stocktakes/{one}")
    assert checker.post(f"/console/stock/stocktakes/{one}/approve").status_code == 303
    assert cast.stock(item_id) == (8, 0)


def test_whoever_counted_writes_why_it_differs_before_another_may_approve(visitor, town):
    shop_id, keeper, checker = cast.opened(town), visitor("bu"), visitor("yan")
    item_id = cast.goods(town, shop_id, stock=10)
    path = f"/console/stock/stocktakes/new?shop={shop_id}"
    keeper.page(path)
    told = keeper.page(keeper.post(path, {f"counted_{item_id}": "8"}).location)
    assert "1 种与账面不符，请写明原因" in told
    one = newest(Stocktake)
    page = checker.page(f"/console/stock/stocktakes/{one}")
    assert "盘点人写明后才能通过" in page
    assert "通过，调整账面" not in page
    assert "退回重盘" in page
    refused = checker.post(f"/console/stock/stocktakes/{one}/approve")
    assert refused.status_code == 422
    assert "还有 1 种物品的盈亏没有写原因" in checker.text(refused)
    keeper.page(f"/console/stock/stocktakes/{one}")
    empty = keeper.post(f"/console/stock/stocktakes/{one}/explain", {f"why_{item_id}": " "})
    assert empty.status_code == 422
    assert (
        keeper.post(f"/console/stock/stocktakes/{one}/explain", {f"why_{item_id}": "破损"}).status_code == 303
    )
    assert 'value="破损"' in keeper.page(f"/console/stock/stocktakes/{one}")
    assert "通过，调整账面" in checker.page(f"/console/stock/stocktakes/{one}")
    assert checker.post(f"/console/stock/stocktakes/{one}/approve").status_code == 303
    assert cast.stock(item_id) == (8, 0)


def test_a_stocktake_is_turned_back_with_a_reason(visitor, town):
    shop_id = cast.opened(town)
    one = counted(town, shop_id, cast.goods(town, shop_id), 3)
    checker = visitor("yan")
    checker.page(f"/console/stock/stocktakes/{one}")
    assert checker.post(f"/console/stock/stocktakes/{one}/turn-back", {}).status_code == 422
    checker.post(f"/console/stock/stocktakes/{one}/turn-back", {"reason": "请重新清点一次"})
    assert "请重新清点一次" in visitor("bu").page(f"/console/stock/stocktakes/{one}")


def test_a_closed_day_shows_in_the_calendar(visitor, town):
    shop_id = cast.opened(town)
    venue_id = cast.venue(town, shop_id)
    day = clock.today() + timedelta(days=1)
    clerk = visitor("tong")
    page = clerk.page(f"/console/shops/{shop_id}")
    told = dict(re.findall(r'name="(hours_\d|name|approve_days|pick_up_days)"[^>]*value="([^"]*)"', page))
    told["closed"] = day.isoformat()
    assert clerk.post(f"/console/shops/{shop_id}", told).status_code == 303
    assert session.get(Shop, shop_id, populate_existing=True).opening_hours == cast.ALL_WEEK
    assert "休息" in clerk.page(f"/console/stock/venues?shop={shop_id}&item={venue_id}&day={day}")


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("hours_1", "早上九点", "请写成 08:30-11:30"),
        ("hours_1", "09:00-08:00", "开放时间有误"),
        ("closed", "元旦", "看不懂的日期"),
    ],
)
def test_hours_that_make_no_sense_are_refused_kindly(visitor, town, field, typed, sentence):
    shop_id, clerk = cast.opened(town), visitor("tong")
    clerk.page(f"/console/shops/{shop_id}")
    told = {"name": "小店", "approve_days": "3", "pick_up_days": "7", field: typed}
    answer = clerk.post(f"/console/shops/{shop_id}", told)
    assert answer.status_code == 422
    assert sentence in clerk.text(answer)
    assert typed in clerk.text(answer)


def test_only_the_street_lets_one_person_do_both(visitor, town):
    shop_id = cast.opened(town)
    clerk, street = visitor("tong"), visitor("jie")
    clerk.page(f"/console/shops/{shop_id}")
    assert (
        clerk.post(f"/console/shops/{shop_id}/four-eyes", {"on": "no", "reason": "人少"}).status_code == 403
    )
    street.page(f"/console/shops/{shop_id}")
    assert street.post(f"/console/shops/{shop_id}/four-eyes", {"on": "no"}).status_code == 422
    told = {"on": "no", "reason": "中心只有一名工作人员"}
    assert street.post(f"/console/shops/{shop_id}/four-eyes", told).status_code == 303
    assert not session.get(Shop, shop_id, populate_existing=True).four_eyes_hand_over


def test_a_shop_is_opened(visitor, town):
    clerk = visitor("tong")
    clerk.page("/console/shops/new")
    told = {
        "community": str(town.songtao),
        "name": "第二超市",
        "approve_days": "3",
        "pick_up_days": "7",
        "hours_1": "8:30-11:30 13:30-17:00",
    }
    answer = clerk.post("/console/shops/new", told)
    assert answer.status_code == 303, clerk.text(answer)
    assert 'value="08:30-11:30 13:30-17:00"' in clerk.page(answer.headers["Location"])


def test_labels_and_the_poster_carry_their_codes_in_the_page(visitor, town):
    shop_id = shop_of(town)
    keeper = visitor("bu")
    page = keeper.page(f"/console/stock/labels?shop={shop_id}&copies=2")
    assert page.count('class="label"') >= 2
    assert "data:image/svg+xml" in page
    assert "data:image/" in keeper.page(f"/console/stock/poster?shop={shop_id}")


# --- points and seals --------------------------------------------------------------------------------


def test_points_are_adjusted_by_two(visitor, town):
    person_id, maker, checker = town.person("ning").id, visitor("tong"), visitor("lan")
    path = f"/console/people/{person_id}/adjustments/new"
    maker.page(path)
    assert maker.post(path, {"direction": "take", "points": "5"}).status_code == 422
    told = {"direction": "take", "points": "5", "reason": "重复发放"}
    assert maker.post(path, told).status_code == 303
    one = newest(Adjustment)
    assert "审核积分调整" not in maker.page("/console/")
    refused = maker.post(f"/console/points/adjustments/{one}/approve")
    assert refused.status_code == 403
    assert "需要另一位工作人员" in maker.text(refused)
    assert "审核积分调整" in checker.page("/console/")
    checker.page(f"/console/points/adjustments/{one}")
    assert checker.post(f"/console/points/adjustments/{one}/approve").status_code == 303
    assert cast.purse(town, "ning")[0] == 35


def test_an_adjustment_is_turned_down_with_a_reason(visitor, town):
    one, checker = points_cast.proposed(town), visitor("lan")
    checker.page(f"/console/points/adjustments/{one}")
    assert checker.post(f"/console/points/adjustments/{one}/turn-down", {}).status_code == 422
    checker.post(f"/console/points/adjustments/{one}/turn-down", {"reason": "与记录不符"})
    assert points_cast.adjustment(one).state == "rejected"
    assert "与记录不符" in checker.page(f"/console/points/adjustments/{one}")


def test_a_rule_gets_a_new_version_from_a_day_on(visitor, town):
    street = visitor("jie")
    path = f"/console/points/rules/service_hour?place={town.songtao}"
    street.page(path)
    late = (clock.today() - timedelta(days=1)).isoformat()
    told = {"place": str(town.songtao), "points": "2", "cap_per_activity": "6", "effective_from": late}
    refused = street.post(path, told)
    assert refused.status_code == 422
    assert "不能从过去的日期开始" in street.text(refused)
    told["effective_from"] = (clock.today() + timedelta(days=7)).isoformat()
    assert street.post(path, told).status_code == 303
    assert "还没有开始" in street.page("/console/points/rules")
    assert visitor("tong").get(path).status_code == 403


def test_a_communitys_points_are_shown_by_month_and_no_person_is(visitor, town):
    page = visitor("tong").page(f"/console/points/liability?community={town.songtao}")
    assert "近十二个月" in page
    assert "居民手里的积分" in page
    assert f"<b>{shelf_value(town.songtao)}</b> 货架上的物品合积分" in page
    assert visitor("bai").get(f"/console/points/liability?community={town.songtao}").status_code == 404


def test_the_auditor_checks_a_day_and_sees_what_was_changed(visitor, town):
    for ordinal in dict.fromkeys(seals.days_to_seal()):
        with transaction():
            seals.seal(ordinal)
    day = seals.latest().day
    auditor = visitor("shang")
    page = auditor.page("/console/seals")
    assert seals.latest().short in page
    assert "对不上" not in page
    assert "每一笔都与封存时一致" in auditor.page(f"/console/seals/{day}")
    assert auditor.get("/console/seals/2020-13-45").status_code == 404
    assert auditor.get("/console/seals/2001-01-01").status_code == 404
    dropped = {
        "sqlite": ["DROP TRIGGER seals_no_update"],
        "postgresql": ["DROP TRIGGER seals_append_only ON seals"],
    }
    with transaction():
        for statement in dropped[session.get_bind().dialect.name]:
            session.execute(sa.text(statement))
        session.execute(sa.text("UPDATE seals SET transfers = transfers + 1 WHERE day = :day"), {"day": day})
    assert "对不上" in auditor.page("/console/seals")
    assert "处对不上" in auditor.page(f"/console/seals/{day}")


# --- who sees what -----------------------------------------------------------------------------------


def test_what_waits_stands_in_today_with_its_deadline(visitor, town):
    order_id, _item, shop_id = an_order(town)
    cast.goods(town, shop_id, stock=3, days=3, low_stock=5)
    assert "审批兑换" in visitor("tong").page("/console/")
    keeper = visitor("bu").page("/console/")
    assert "快到保质期" in keeper
    assert "库存不多" in keeper
    with clock.frozen_at(cast.order(order_id).requested_at + timedelta(days=6)):
        assert "超期" in visitor("tong").page("/console/")


def test_pick_ups_of_today_stand_in_the_keepers_inbox(visitor, town):
    order_id, *_rest = an_approved_order(town)
    last = cast.order(order_id).pick_up_until
    with clock.frozen_at(clock.day_starts(last) + timedelta(hours=9)):
        assert "今天领取" in visitor("bu").page("/console/")


def test_lists_cost_the_same_however_long_they_are(visitor, town, statements):
    shop_id = cast.opened(town)
    item_id = cast.goods(town, shop_id, stock=50, points=1)
    paths = {
        "tong": ("/console/", "/console/redemptions"),
        "bu": ("/console/", "/console/counter", "/console/stock"),
    }
    cast.asked(town, shop_id, {item_id: 1})
    cast.approved(town, shop_id, {item_id: 1})
    cast.goods(town, shop_id, stock=3, days=3, low_stock=5)
    people = {name: visitor(name) for name in paths}

    def cost():
        told = []
        for name, some in paths.items():
            for path in some:
                people[name].page(path)
                with statements() as seen:
                    people[name].page(path)
                told.append(len(seen))
        return told

    few = cost()
    for _number in range(5):
        cast.asked(town, shop_id, {item_id: 1})
        cast.approved(town, shop_id, {item_id: 1})
        cast.goods(town, shop_id, stock=3, days=3, low_stock=5)
    assert [(many, one) for many, one in zip(cost(), few, strict=True) if many > one] == []


def test_another_communitys_ids_are_not_there(visitor, town):
    order_id, item_id, shop_id = an_order(town)
    approved, *_rest = an_approved_order(town)
    one, adjustment = counted(town, shop_id, item_id, 3), points_cast.proposed(town)
    holder = town.person("e").id
    venue_id = cast.venue(town, shop_id)
    may_sign_in(town, "mei", "luo")
    staff = {name: visitor(name) for name in ("bai", "mei", "luo")}
    gets = {
        "bai": (
            f"redemptions/{order_id}",
            f"redemptions/{order_id}/decide",
            f"redemptions/{approved}/slip",
            f"people/{holder}/redemptions/new",
            f"people/{holder}/venues/{venue_id}/new",
            f"people/{holder}/adjustments/new",
            f"points/adjustments/{adjustment}",
            f"points/liability?community={town.songtao}",
            f"shops/{shop_id}",
            f"stock?shop={shop_id}",
        ),
        "mei": (
            f"stock?shop={shop_id}",
            f"stock/items/{item_id}",
            f"stock/items/{item_id}/change",
            f"stock/items/new?shop={shop_id}",
            f"stock/stocktakes?shop={shop_id}",
            f"stock/stocktakes/new?shop={shop_id}",
            f"stock/stocktakes/sheet?shop={shop_id}",
            f"stock/stocktakes/{one}",
            f"stock/labels?shop={shop_id}",
            f"stock/poster?shop={shop_id}",
            f"stock/venues?shop={shop_id}",
        ),
    }
    for name, paths in gets.items():
        staff[name].page("/console/")
        for path in paths:
            assert staff[name].get(f"/console/{path}").status_code == 404, (name, path)
    posts = {
        "bai": (
            (f"redemptions/{order_id}/approve", {}),
            (f"redemptions/{order_id}/turn-down", {"reason": "不行"}),
            (f"redemptions/{order_id}/cancel", {"reason": "不行"}),
            (f"redemptions/{approved}/return", {"reason": "不行"}),
            (f"redemptions/{approved}/no-show", {}),
            (f"points/adjustments/{adjustment}/approve", {}),
            (f"points/adjustments/{adjustment}/turn-down", {"reason": "不行"}),
            (f"shops/{shop_id}", {"name": "别人的", "approve_days": "3", "pick_up_days": "7"}),
        ),
        "mei": (
            (f"stock/items/{item_id}/shelf", {"to": "off"}),
            (f"stock/items/{item_id}/receive", {"quantity": "1", "source": "purchase"}),
            (f"stock/items/{item_id}/spoil", {"quantity": "1", "reason": "坏了"}),
        ),
        "luo": (
            (f"stock/stocktakes/{one}/approve", {}),
            (f"stock/stocktakes/{one}/turn-back", {"reason": "重来"}),
        ),
    }
    for name, some in posts.items():
        staff[name].page("/console/")
        for path, told in some:
            assert staff[name].post(f"/console/{path}", told).status_code == 404, (name, path)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("tong", "counter"),
        ("bu", "points"),
        ("shao", "stock"),
        ("admin", "redemptions"),
        ("shao", "shops"),
        ("tong", "seals"),
        ("shang", "stock/items/new"),
    ],
)
def test_a_role_without_the_word_is_told_so(visitor, town, name, path):
    found = visitor(name)
    answer = found.get(f"/console/{path}")
    if answer.status_code == 303:
        answer = found.get(answer.headers["Location"])
    assert answer.status_code == 403, path
    assert "没有办理这件事的权限" in found.text(answer)


def test_markup_in_every_text_is_shown_as_text(visitor, town):
    shop_id, holder, keeper, clerk = cast.opened(town), town.person("e").id, visitor("bu"), visitor("tong")
    path = f"/console/stock/items/new?shop={shop_id}"
    keeper.page(path)
    told = {"name": MARKUP, "description": MARKUP, "unit": "<b>粗</b>", "points": "2", "on_shelf": "y"}
    made = keeper.post(path, {**told, "limit_period": "quarter"})
    item_id = int(made.headers["Location"].rsplit("/", 1)[1])
    receipt = {
        "quantity": "9",
        "source": "donation",
        "donor": MARKUP,
        "donor_public": "y",
        "batch_no": MARKUP[:40],
    }
    keeper.post(f"/console/stock/items/{item_id}/receive", {**receipt, "document": MARKUP})
    keeper.post(f"/console/stock/items/{item_id}/spoil", {"quantity": "1", "reason": MARKUP})
    cast.rich(town, "e")
    request_path = f"/console/people/{holder}/redemptions/new?shop={shop_id}"
    clerk.page(request_path)
    clerk.post(request_path, {f"units_{item_id}": "1", "reason": MARKUP})
    order_id = newest(Redemption)
    clerk.post(
        f"/console/people/{holder}/adjustments/new", {"direction": "give", "points": "1", "reason": MARKUP}
    )
    adjustment = newest(Adjustment)
    one = counted(town, shop_id, item_id, 3)
    other = visitor("lan")
    for who, where in (
        (keeper, f"/console/stock?shop={shop_id}"),
        (keeper, f"/console/stock/items/{item_id}"),
        (keeper, f"/console/stock/items/{item_id}/change"),
        (keeper, f"/console/stock/labels?shop={shop_id}"),
        (keeper, f"/console/stock/stocktakes/new?shop={shop_id}"),
        (keeper, f"/console/stock/stocktakes/{one}"),
        (keeper, "/console/counter"),
        (clerk, f"/console/redemptions/{order_id}"),
        (clerk, request_path),
        (clerk, "/console/points/adjustments"),
        (other, f"/console/redemptions/{order_id}/decide"),
        (other, f"/console/points/adjustments/{adjustment}"),
        (other, "/console/"),
        (other, "/console/redemptions"),
    ):
        page = who.page(where)
        assert "<script>alert" not in page, where
        assert "<b>粗" not in page, where


def test_every_kind_of_work_has_its_provider():
    words = [one.word for one in todo.PROVIDERS]
    assert {
        "redemption:approve",
        "redemption:hand_over",
        "points:approve_adjustment",
        "stocktake:approve",
        "stock:receive",
    } <= set(words)
