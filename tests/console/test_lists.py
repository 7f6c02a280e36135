"""Lists of the console: found by all that a row shows, counted, ordered, given out as a sheet."""

import io
import re
from datetime import timedelta
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from backend import clock
from backend.console.frame import lists
from backend.db import session, transaction
from backend.journal import JournalLine
from backend.registers import hand_outs
from backend.supermarket.actions import approvals
from backend.supermarket.models import Redemption
from backend.wishes.actions import claims
from backend.wishes.models import Wish
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering
from tests.wishes import cast

LIST = "/console/wishes"
ALL = ["台灯一", "台灯三", "台灯二"]


def titles(page):
    return re.findall(r'href="/console/wishes/\d+" data-row>([^<]+)<', re.sub(r"\s+", " ", page))


def sheet(clerk, address):
    """The rows of the workbook that a list is given out as."""
    answer = clerk.post(address)
    book = io.BytesIO(answer.data)
    answer.close()
    return list(load_workbook(book).active.iter_rows(values_only=True))


def hits(page):
    return int(re.search(r"共 (\d+) ", page)[1])


@pytest.fixture
def round_id(town):
    """Three wishes of ning: 台灯一, claimed by pei; 台灯二, claimed by a unit; 台灯三, which still waits."""
    made, found = cast.published(town, 3)
    with transaction():
        for wish_id, word in zip(made, "一二三", strict=True):
            session.get(Wish, wish_id).title = f"台灯{word}"
    with transaction():
        claims.claim(made[0], actor=cast.by(town, "pei"))
        claims.claim(made[1], "unit", actor=cast.by(town, "qin"))
    return found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ALL),
        ({"wisher": "宁小舟"}, ALL),
        ({"wisher": "裴长青"}, []),
        ({"claimer": "裴长青"}, ["台灯一"]),
        ({"claimer": "水务局"}, ["台灯二"]),
        ({"text": "台灯三"}, ["台灯三"]),
        ({"state": "claimed", "category": "goods", "group": "elder"}, ["台灯一", "台灯二"]),
        ({"group": "child"}, []),
        ({"last": "2001-01-01"}, []),
        ({"state": "nowhere"}, ALL),
    ],
)
def test_wishes_are_found_by_all_that_their_row_shows(town, visitor, round_id, asked, found):
    filters = "".join(f"&{name}={quote(value)}" for name, value in asked.items())
    page = visitor("tong").page(f"{LIST}?round={round_id}&text={quote('台灯')}{filters}")
    if "text" in asked:
        page = visitor("tong").page(f"{LIST}?round={round_id}{filters}")
    assert sorted(titles(page)) == found
    assert hits(page) == len(found)
    assert ("放宽日期" in page) == (not found)


def test_a_row_tells_who_promised_it_until_when_and_how_long_it_waits(town, visitor, round_id):
    with clock.frozen_at(clock.now() + timedelta(days=60)):
        page = re.sub(r"\s*([<>])\s*", r"\1", visitor("tong").page(f"{LIST}?overdue=y&round={round_id}"))
    assert sorted(titles(page)) == ["台灯一", "台灯二"]
    assert page.count(" late") == 2
    assert page.count(">60<") == 2
    assert "市水务局" in page
    assert "宁小舟" in page


@pytest.mark.parametrize("sort", ["newest", "oldest", "number", "title"])
def test_pages_go_on_in_the_chosen_order(town, visitor, round_id, monkeypatch, sort):
    clerk = visitor("tong")
    address, seen = f"{LIST}?sort={sort}", []
    whole = titles(clerk.page(address))
    monkeypatch.setattr(lists, "PAGE", 3)
    while address:
        page = clerk.page(address)
        seen += titles(page)
        following = re.search(r'href="([^"]+)">下一页', page)
        address = following and following[1].replace("&amp;", "&")
    assert seen == whole
    assert len(seen) == hits(page) > 3


def test_a_list_costs_the_same_for_two_rows_as_for_many(town, visitor, round_id, statements, monkeypatch):
    clerk, costs = visitor("tong"), []
    clerk.page(LIST)
    for size in (2, 50):
        monkeypatch.setattr(lists, "PAGE", size)
        session.remove()
        with statements() as seen:
            clerk.page(LIST)
        costs.append(len([one for one in seen if not one.startswith("BEGIN")]))
    assert costs[0] == costs[1] <= 14


def test_another_places_wishes_are_in_no_list(town, visitor, round_id):
    assert titles(visitor("bai").page(f"{LIST}?text={quote('台灯')}")) == []


def test_whoever_may_not_look_for_residents_finds_nobody_by_trying_names(town, visitor, round_id):
    """The auditor reads every wish and every name masked; a keeper the orders."""
    auditor = visitor("shang")
    assert 'name="wisher"' not in auditor.page(LIST)
    everything = titles(auditor.page(f"{LIST}?round={round_id}"))
    assert titles(auditor.page(f"{LIST}?round={round_id}&wisher={quote('没有这个人')}")) == everything
    assert titles(auditor.page(f"{LIST}?round={round_id}&claimer={quote('裴长青')}")) == []
    assert titles(auditor.page(f"{LIST}?round={round_id}&claimer={quote('水务局')}")) == ["台灯二"]
    assert 'name="person"' not in visitor("bu").page("/console/redemptions")


def test_the_sheet_is_the_list_as_it_is_filtered_and_stands_in_the_journal(
    town, visitor, round_id, monkeypatch
):
    clerk, asked = visitor("tong"), f"claimer={quote('裴长青')}&round={round_id}"
    assert f"{LIST}/sheet?" in clerk.page(f"{LIST}?{asked}")
    rows = sheet(clerk, f"{LIST}/sheet?{asked}")
    assert "认领人 裴长青" in str(rows[1])
    assert rows[3][:3] == ("编号", "心愿", "状态")
    assert [row[1:3] for row in rows[4:]] == [("台灯一", "已认领")]
    assert not re.search("宁小舟|裴长青", str(rows[4:]))
    (facts,) = session.scalars(sa.select(JournalLine.facts).where(JournalLine.verb == "hand_out_list"))
    assert facts == {"list": "心愿", "rows": 1, "filters": "认领人、期"}
    monkeypatch.setattr(hand_outs, "MOST_IN_A_LIST", 1)
    refused = clerk.post(f"{LIST}/sheet?text={quote('台灯')}")
    assert refused.status_code == 409
    assert "先缩小范围" in clerk.text(refused)


def ids(page, noun):
    return {
        int(one) for one in re.findall(rf'href="/console/{noun}/(\d+)" data-row', re.sub(r"\s+", " ", page))
    }


def test_orders_are_found_by_item_person_and_day(town, visitor):
    shop_id = shop.opened(town)
    order_id = shop.asked(town, shop_id, {shop.goods(town, shop_id, name="东北大米"): 1})
    clerk, today = visitor("tong"), clock.today()
    for asked, found in (
        (f"item={quote('大米')}&person={quote('乌兰')}&first={today}", True),
        (f"item={quote('没有的')}", False),
        (f"person={quote('宁小舟')}", False),
        (f"last={today - timedelta(days=1)}", False),
        (f"state=requested&shop={shop_id}&sort=number", True),
    ):
        page = clerk.page(f"/console/redemptions?{asked}")
        assert (order_id in ids(page, "redemptions")) == found, asked
    # At work in the very community (decision 117).
    assert "乌兰舟" in clerk.page(f"/console/redemptions?state=requested&shop={shop_id}")


def test_activities_teams_and_residents_are_lists_too(town, visitor):
    activity_id = volunteering.published(town, title="清雪到夜里")
    clerk = visitor("tong")
    page = clerk.page(f"/console/activities/list?text={quote('到夜里')}&team={volunteering.riders(town)}")
    assert ids(page, "activities") == {activity_id}
    assert hits(page) == 1
    assert ids(clerk.page(f"/console/teams?text={quote('骑手')}"), "teams") == {volunteering.riders(town)}
    here = ids(clerk.page("/console/people/list"), "people")
    near = ids(visitor("shao").page("/console/people/list"), "people")
    assert town.person("ning").id in near
    assert near < here
    assert ids(clerk.page("/console/people/list?way=card&born_until=1950"), "people") <= here


@pytest.mark.parametrize(
    "path",
    [
        "/console/redemptions",
        "/console/activities/list",
        "/console/teams",
        "/console/people/list",
        "/console/stock/list",
    ],
)
def test_every_list_goes_out_as_a_sheet_of_what_it_shows(town, visitor, path):
    clerk = visitor("tong")
    shop_id = shop.opened(town)
    shop.asked(town, shop_id, {shop.goods(town, shop_id): 1})
    number = hits(clerk.page(path))
    rows = sheet(clerk, f"{path}/sheet")
    assert len(rows) - 4 == number > 0


def test_ticked_orders_are_approved_at_once_each_for_itself(town, visitor):
    """One that was decided meanwhile is told, and keeps nobody else from theirs."""
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id)
    first, second, third = (shop.asked(town, shop_id, {item_id: 1}) for _ in range(3))
    clerk = visitor("tong")
    page = clerk.page("/console/redemptions/several")
    assert "checked" not in page
    assert "请先勾选" in clerk.text(clerk.post("/console/redemptions/several"))
    with transaction():
        approvals.cancel(second, actor=shop.by(town, "wulan"))
    answer = clerk.post("/console/redemptions/several", {"orders": [first]})
    assert answer.status_code == 303
    assert "已通过 1 张" in clerk.page("/console/redemptions")
    states = [session.get(Redemption, one, populate_existing=True).state for one in (first, second, third)]
    assert states == ["approved", "cancelled", "requested"]
    # What is not in one's list cannot be ticked: another community's, or one's own.
    assert clerk.post("/console/redemptions/several", {"orders": [second]}).status_code == 422
    elsewhere = visitor("bai")
    elsewhere.page("/console/redemptions/several")
    assert elsewhere.post("/console/redemptions/several", {"orders": [third]}).status_code == 422
