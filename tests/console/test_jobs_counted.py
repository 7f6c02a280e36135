"""The jobs of a day, counted as the hands do them: clicks, keys, fields. docs/console-jobs.md has the table, with what each
cost when it was first counted; none may get longer."""

import re

import pytest

from backend.seeds import demo
from tests.console.hands import Hands, OnKeys
from tests.supermarket import cast as shop
from tests.wishes import cast


@pytest.fixture(params=[Hands, OnKeys], ids=["with-a-mouse", "on-keys-alone"])
def hands(request, desk):
    return lambda name: request.param(desk.sit_down(name))


def test_a_wish_is_reviewed_with_two_keys(hands, town):
    cast.open_round(town)
    wish_id = cast.submitted(town)
    tong = hands("tong")
    tong.page.goto("/console/review")
    tong.key("Enter")
    while f"/review/{wish_id}" not in tong.page.url:
        tong.key("1")
        tong.keys = 1
    tong.key("1")
    assert cast.wish(wish_id).state == "accepted"
    assert tong.did == (0, 2, 0)


def test_a_wish_is_referred_with_two_keys_and_two_fields(hands, town):
    wish_id = cast.submitted(town)
    tong = hands("tong")
    tong.page.goto(f"/console/review/{wish_id}")
    tong.key("4", leads=False)
    form = tong.page.locator("details[open] form").last
    tong.choose(form.get_by_role("radio").first)
    tong.select(form.locator("select"), index=1)
    tong.key("Control+Enter")
    assert cast.wish(wish_id).state == "referred"
    assert tong.did == (0, 2, 2)


def test_eight_goods_are_counted_with_two_clicks_one_key_and_eight_fields(hands, town):
    shop_id = shop.opened(town)
    for _ in range(8):
        shop.goods(town, shop_id, stock=10)
    bu = hands("bu")
    bu.page.goto(f"/console/stock?shop={shop_id}")
    bu.click(bu.page.get_by_role("link", name="盘点", exact=True))
    bu.click(bu.page.get_by_role("link", name="填写盘点"))
    for box in bu.page.locator("input[name^=counted_]").all():
        bu.fill(box, "10")
    bu.key("Control+Enter")
    assert "全部与账面相符" in bu.page.content()
    assert bu.did == (2, 1, 8)


def test_a_community_is_added_with_three_clicks_and_three_fields(hands, town):
    admin = hands("admin")
    admin.page.goto("/console/places")
    admin.click(admin.page.get_by_role("link", name="办理林海街道的事"))
    admin.click(admin.page.get_by_text("新增下级", exact=True), leads=False)
    form = admin.page.locator("details[open] form")
    admin.select(form.locator("select"), value="community")
    admin.fill(form.get_by_label("名称", exact=True), "云杉社区")
    admin.fill(form.get_by_label("理由", exact=True), "新建小区交付")
    admin.click(form.get_by_role("button", name="新增"))
    assert town.place("云杉社区")
    assert admin.did == (3, 0, 3)


def test_a_register_is_a_sheet_after_three_clicks(hands):
    tong = hands("tong")
    tong.click(tong.page.get_by_role("link", name="台账", exact=True))
    tong.click(tong.page.locator("main").get_by_role("link", name="心愿台账").first)
    with tong.page.expect_download() as told:
        tong.click(tong.page.get_by_role("button", name="下载（姓名遮盖）"), leads=False)
    assert told.value.suggested_filename.endswith(".xlsx")
    assert tong.did == (3, 0, 0)


def test_goods_are_handed_over_with_two_keys_besides_the_code(hands, town):
    shop_id = shop.opened(town)
    order_id = shop.approved(town, shop_id, {shop.goods(town, shop_id): 1})
    bu = hands("bu")
    bu.page.goto("/console/counter")
    bu.page.wait_for_selector("#code:focus")
    bu.type(shop.code(order_id))
    bu.key("Enter")
    bu.key("1")
    assert shop.order(order_id).state == "handed_over"
    assert bu.did == (0, 2, 1)


def test_a_delivery_of_one_item_is_received_with_two_keys_and_two_fields(hands, town):
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id, stock=3)
    bu = hands("bu")
    bu.page.goto(f"/console/stock/items/{item_id}")
    bu.key("1", leads=False)
    bu.type("20")
    bu.choose(bu.page.get_by_role("radio", name="采购").first)
    bu.key("Control+Enter")
    assert shop.item(item_id).on_hand == 23
    assert bu.did == (0, 2, 2)


def test_a_wish_is_reported_for_an_old_woman_with_five_fields(hands, town):
    cast.open_round(town)
    shao = hands("shao")
    shao.page.goto(f"/console/people/{town.person('e').id}")
    shao.key("1")
    shao.fill(shao.page.get_by_label("心愿", exact=True), "换一副老花镜")
    shao.fill(shao.page.get_by_label("具体说说"), "看药瓶上的字看不清")
    shao.choose(shao.page.get_by_role("radio", name="物品"))
    shao.fill(shao.page.get_by_label("预估金额（元）"), "60")
    shao.select(shao.page.get_by_label("代办原因"), label="老人没有手机")
    shao.key("Control+Enter")
    assert "微心愿代办确认单" in shao.page.content()
    assert shao.did == (0, 2, 5)


def test_a_call_is_registered_with_four_clicks(hands, town):
    wish_id = cast.fulfilled(town)
    tong = hands("tong")
    tong.click(tong.page.get_by_role("link", name=re.compile("回访许愿人")).first)
    assert "11100000001" in tong.page.content()
    tong.click(tong.page.get_by_label("解决了", exact=True), leads=False)
    tong.click(tong.page.get_by_label("一般", exact=True), leads=False)
    tong.click(tong.page.get_by_role("button", name="登记回访结果"))
    assert cast.wish(wish_id).state == "confirmed"
    assert tong.did == (4, 0, 0)


@pytest.mark.parametrize("clue", ["P000001", "鄂桂兰"])
def test_anybody_is_found_from_any_page_with_two_keys_and_one_field(hands, town, clue):
    tong = hands("tong")
    tong.page.goto("/console/figures")
    tong.key("/", leads=False)
    tong.type(clue)
    tong.key("Enter")
    assert "鄂桂兰" in tong.page.content()
    assert tong.did == (0, 2, 1)


def test_cards_of_a_whole_list_are_printed_with_three_clicks(hands, town):
    tong = hands("tong")
    tong.page.goto("/console/people/list?way=card")
    tong.click(tong.page.get_by_role("button", name="全选、全不选"), leads=False)
    tong.click(tong.page.get_by_role("button", name="打印纸质卡"))
    assert tong.page.locator(".paper-card").count() >= 1
    assert tong.page.get_by_role("button", name="打印").is_visible()
    assert tong.clicks + 1 == 3


def test_signing_in_takes_two_fields_and_one_key(desk):
    page = desk.page()
    page.goto("/console/sign-in")
    hands = Hands(page)
    hands.fill(page.get_by_role("textbox", name="登录名"), "tong")
    hands.fill(page.get_by_label("口令", exact=True), demo.password())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert hands.fields == 2
