"""Party members and opening stock from a spreadsheet: bad cells named, taken in step by step, never twice."""

import io
from datetime import date, datetime, timedelta

import openpyxl
import pytest
import sqlalchemy as sa

from backend import clock, crypto
from backend.db import session, transaction
from backend.imports import actions as imports
from backend.imports import reading
from backend.people import actions as people
from backend.people import roster, sealed
from backend.people.models import PartyRegistration, Person
from backend.supermarket import opening
from backend.supermarket.actions import items
from backend.supermarket.models import Item, Shop
from backend.supermarket.stock_models import Batch, Movement
from tests.console.test_imports import count, take_all_in, upload, workbook
from tests.console.test_protection import MARKUP
from tests.supermarket import cast
from tests.wishes.cast import by

MEMBERS = list(imports.SHEETS[roster.KIND].columns)
STOCK = list(imports.SHEETS[opening.KIND].columns)


def members(number):
    return [
        [f"党员{at}", f"113{at:08d}", "市水务局", "松涛社区", "便民服务员、政策宣传员" if at % 2 else ""]
        for at in range(number)
    ]


def registration(phone):
    person = session.scalar(sa.select(Person).where(Person.phone_index.in_(_indexes(phone))))
    return session.get(PartyRegistration, person.id, populate_existing=True)


def _indexes(phone):
    return crypto.blind_indexes("phone", phone)


# --- members -----------------------------------------------------------------------------------------


def test_members_come_in_verified_with_their_card_and_again_without_doubles(visitor, town):
    raw, clerk = workbook(MEMBERS, members(40)), visitor("tong")
    before = count(Person), count(PartyRegistration)
    page, _steps = take_all_in(clerk, upload(clerk, "members", raw))
    assert "新增 40" in page
    assert (count(Person), count(PartyRegistration)) == (before[0] + 40, before[1] + 40)
    found = registration("11300000007")
    assert (found.state, found.decided_by_id) == ("verified", town.person("tong").id)
    assert found.service_roles == ["convenience", "policy"]
    page, _steps = take_all_in(clerk, upload(clerk, "members", raw))
    assert "新增 0，原来就有 40" in page
    assert count(Person) == before[0] + 40


def test_a_member_whom_the_city_knows_is_found_by_phone_and_not_made_again(visitor, town):
    """宁小舟 lives here and has the app; the list says that he is a party member too."""
    ning = town.person("ning")
    clerk, before = visitor("tong"), count(Person)
    row = ["宁小舟", sealed.phone(ning), "市教育局", "松涛社区", "应急战斗员"]
    page, _steps = take_all_in(clerk, upload(clerk, "members", workbook(MEMBERS, [row])))
    assert "新增 1" in page
    assert count(Person) == before
    assert session.get(PartyRegistration, ning.id, populate_existing=True).state == "verified"


def test_bad_cells_of_members_are_named_and_what_cannot_be_is_told_by_row(visitor, town):
    tong, pei = town.person("tong"), town.person("pei")
    rows = [
        ["王某", "123", "市水务局", "松涛社区", "便民服务员"],
        ["李某", "", "市水务局", "松涛社区", ""],
        ["赵某", "11300000001", "市水务局", "松涛社区", "扫雪员"],
        ["钱某", "11300000002", "市没有局", "松涛社区", ""],
        ["孙某", "11300000003", "市水务局", "白桦社区", ""],
        ["佟雨禾", sealed.phone(tong), "市水务局", "松涛社区", ""],
        ["裴长青", sealed.phone(pei), "市教育局", "松涛社区", ""],
        ["冒名", sealed.phone(pei), "市水务局", "松涛社区", ""],
        ["周某", "11300000004", "市水务局", "松涛社区", ""],
    ]
    clerk = visitor("tong")
    answer = upload(clerk, "members", workbook(MEMBERS, rows))
    page = clerk.page(answer.headers["Location"])
    assert "<td>2</td><td>手机号</td><td>应为 11 位手机号</td>" in page
    assert "<td>3</td><td>手机号</td><td>请填写</td>" in page
    assert "<td>4</td><td>六大员</td>" in page
    page, _steps = take_all_in(clerk, answer)
    # 冒名 has 裴长青's phone and a name of their own: a person of their own.
    assert "新增 2" in page
    assert "<td>9</td><td>这个手机号还登记在另外" in page
    for line, sentence in (
        (5, "没有找到单位“市没有局”"),
        (6, "您的任职范围里没有“白桦社区”"),
        (7, "不能审核自己的登记"),
        (8, "这位党员已按另一个单位或社区报到"),
    ):
        assert f"<td>{line}</td><td>整行</td><td>{sentence}" in page, page
    assert registration(sealed.phone(pei)).unit_id == town.place("市水务局")
    assert session.get(PartyRegistration, tong.id) is None


def test_a_registration_that_waits_is_verified_by_the_list(visitor, town):
    ning = town.person("ning")
    with transaction():
        people.register_party_member(town.place("市教育局"), town.songtao, ["policy"], actor=by(town, "ning"))
    clerk = visitor("tong")
    row = ["宁小舟", sealed.phone(ning), "市教育局", "松涛社区", ""]
    take_all_in(clerk, upload(clerk, "members", workbook(MEMBERS, [row])))
    found = session.get(PartyRegistration, ning.id, populate_existing=True)
    assert (found.state, found.service_roles) == ("verified", ["policy"])


@pytest.mark.slow
def test_five_thousand_members_are_checked_at_once_and_taken_in_part_by_part(town):
    """Two parts stand for the two hundred and fifty: each is a transaction of its own, and each costs the same."""
    clerk, rows = by(town, "tong"), members(5000)
    rows[4321][1] = "1"
    checked = imports.check("members", reading.read("r.xlsx", workbook(MEMBERS, rows)))
    assert checked.faults == [[4323, "手机号", "应为 11 位手机号"]]
    with transaction():
        found = imports.begin("r.xlsx", checked, actor=clerk)
    ahead = imports.look_ahead(found.id, actor=clerk)
    for part, taken in zip(ahead.parts, (20, 40), strict=False):
        with transaction():
            found = imports.take_in(ahead, part, actor=clerk)
        assert (found.done, found.total, found.made, found.known) == (taken, 4999, taken, 0)


def test_a_member_who_has_told_no_name_is_asked_for(visitor, town):
    ning = town.person("ning")
    phone = sealed.phone(ning)
    with transaction():
        sealed.keep_real_name(session.get(Person, ning.id), None)
    clerk, before = visitor("tong"), count(Person)
    answer = upload(
        clerk, "members", workbook(MEMBERS, [["宁小舟", f"+86-{phone}", "市教育局", "松涛社区", ""]])
    )
    path = answer.headers["Location"]
    clerk.page(path)
    clerk.post(f"{path}/step")
    assert "手机号相同，还没有登记姓名" in clerk.page(path)
    clerk.post(f"{path}/decide", {"row-2": str(ning.id)})
    assert "导入完成：新增 1" in clerk.page(path)
    assert count(Person) == before
    assert session.get(PartyRegistration, ning.id, populate_existing=True).state == "verified"


# --- opening stock -----------------------------------------------------------------------------------


@pytest.fixture
def shop(town):
    """A shop without anything on its shelves: its name and its id."""
    shop_id = cast.opened(town)
    return session.get(Shop, shop_id).name, shop_id


def stock_row(name, item, quantity, unit="袋", points="44", batch="", day="", source="", donor=""):
    return [name, item, quantity, unit, points, batch, day, source, donor]


def item_named(shop_id, name):
    session.expire_all()
    return session.scalar(sa.select(Item).where(Item.shop_id == shop_id, Item.name == name))


def test_opening_stock_makes_items_and_marked_receipts_and_again_nothing(visitor, town, shop):
    name, shop_id = shop
    good = clock.today() + timedelta(days=200)
    rows = [
        stock_row(name, "大米", 20, batch="A1", day=datetime.combine(good, datetime.min.time())),
        stock_row(name, "大米", 5, batch="A2", day=f"{good:%Y/%m/%d}"),
        stock_row(name, "毛巾", 36, "条", 8, source="捐赠", donor="某某商店"),
    ]
    raw, keeper = workbook(STOCK, rows), visitor("bu")
    page, _steps = take_all_in(keeper, upload(keeper, "stock", raw))
    assert "新增 3" in page
    rice, towels = item_named(shop_id, "大米"), item_named(shop_id, "毛巾")
    assert (rice.on_hand, rice.unit, rice.points) == (25, "袋", 44)
    assert towels.on_hand == 36
    wanted = sa.select(Movement).where(Movement.item_id.in_((rice.id, towels.id)))
    events = session.scalars(wanted).all()
    assert {one.kind for one in events} == {"receipt"}
    assert {one.document for one in events} == {"期初库存"}
    assert sorted(one.source for one in events) == ["donation", "purchase", "purchase"]
    page, _steps = take_all_in(keeper, upload(keeper, "stock", raw))
    assert "新增 0，原来就有 3" in page
    assert item_named(shop_id, "大米").on_hand == 25


def test_a_month_on_a_package_means_its_last_day(visitor, town, shop):
    name, shop_id = shop
    year, keeper = clock.today().year + 1, visitor("bu")
    rows = [stock_row(name, "大米", 20, day=f"{year}年5月"), stock_row(name, "面粉", 5, day=f"{year}年")]
    answer = upload(keeper, "stock", workbook(STOCK, rows))
    page = keeper.page(answer.headers["Location"])
    assert "<td>3</td><td>保质期</td><td>没有写是哪一天" in page
    take_all_in(keeper, answer)
    # Of this item alone: on some days of the year goods of the demo city keep until then, too.
    (batch,) = session.scalars(sa.select(Batch).where(Batch.item_id == item_named(shop_id, "大米").id))
    assert (batch.best_before, batch.on_hand) == (date(year, 5, 31), 20)


def test_an_item_on_the_shelf_is_opened_without_being_made_again(visitor, town, shop):
    name, shop_id = shop
    with transaction():
        items.create_item(shop_id, "goods", "香皂", 6, actor=by(town, "bu"))
    keeper = visitor("bu")
    page, _steps = take_all_in(
        keeper, upload(keeper, "stock", workbook(STOCK, [stock_row(name, "香皂", 9, points="")]))
    )
    assert "新增 1" in page
    assert (item_named(shop_id, "香皂").on_hand, item_named(shop_id, "香皂").points) == (9, 6)


def test_another_quantity_of_an_opened_batch_is_a_stocktakes_business(visitor, town, shop):
    name, shop_id = shop
    keeper = visitor("bu")
    take_all_in(keeper, upload(keeper, "stock", workbook(STOCK, [stock_row(name, "大米", 20)])))
    page, _steps = take_all_in(
        keeper, upload(keeper, "stock", workbook(STOCK, [stock_row(name, "大米", 30)]))
    )
    assert "这一批期初已经登记为 20" in page
    assert item_named(shop_id, "大米").on_hand == 20


def test_bad_cells_of_stock_are_named_and_a_row_given_twice(visitor, town, shop):
    name, shop_id = shop
    with transaction():
        items.create_item(shop_id, "venue", "活动室", 6, actor=by(town, "bu"))
    rows = [
        stock_row(name, "大米", "二十"),
        stock_row(name, "面粉", 0),
        stock_row(name, "奶粉", 3, day="2020-01-01"),
        stock_row(name, "茶叶", 3, day="明年"),
        stock_row(name, "毛巾", 3, source="借来"),
        stock_row(name, "脸盆", 3, donor="某某"),
        stock_row(name, "香皂", 3),
        stock_row(name, "香皂", 3),
        stock_row(name, "没有积分", 3, points=""),
        stock_row("别处超市", "大米", 3),
        stock_row(name, "活动室", 3),
    ]
    keeper = visitor("bu")
    answer = upload(keeper, "stock", workbook(STOCK, rows))
    page = keeper.page(answer.headers["Location"])
    for line, column in ((2, "数量"), (3, "数量"), (4, "保质期"), (5, "保质期"), (6, "来源"), (7, "捐赠方")):
        assert f"<td>{line}</td><td>{column}</td>" in page, (line, column)
    assert "<td>9</td><td>整行</td><td>和第 8 行重复" in page
    assert item_named(shop_id, "香皂") is None
    page, _steps = take_all_in(keeper, answer)
    assert "新增 1" in page
    assert "超市里还没有“没有积分”" in page
    assert "没有“别处超市”" in page
    assert "只有物品才有库存" in page
    assert item_named(shop_id, "没有积分") is None


def test_a_few_hundred_rows_take_two_steps(visitor, town, shop, monkeypatch):
    monkeypatch.setattr(imports, "STEP", 200)
    name, shop_id = shop
    rows = [stock_row(name, f"物品{at % 20}", at + 1, batch=f"B{at}") for at in range(260)]
    keeper = visitor("bu")
    page, steps = take_all_in(keeper, upload(keeper, "stock", workbook(STOCK, rows)))
    assert steps == 2
    assert "新增 260" in page
    assert session.scalar(sa.select(sa.func.sum(Item.on_hand)).where(Item.shop_id == shop_id)) == sum(
        range(261)
    )


# --- pages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "mine"),
    [("tong", {"residents", "members"}), ("bu", {"stock"}), ("admin", {"places"}), ("shao", {"residents"})],
)
def test_each_sees_the_sheets_of_their_own_work(visitor, name, mine):
    one = visitor(name)
    page = one.page("/console/imports")
    for kind in ("places", "residents", "members", "stock"):
        assert (f'/console/imports/{kind}"' in page) == (kind in mine), kind
        wanted = 200 if kind in mine else 403
        assert one.get(f"/console/imports/{kind}").status_code == wanted
        assert one.get(f"/console/imports/{kind}/blank").status_code == wanted


def test_who_brings_nothing_in_has_no_such_page(visitor):
    assert visitor("shang").get("/console/imports").status_code == 403


@pytest.mark.parametrize(("name", "kind"), [("tong", "members"), ("bu", "stock"), ("admin", "places")])
def test_the_blank_sheet_has_the_columns_and_no_example_that_could_be_imported(visitor, name, kind):
    answer = visitor(name).get(f"/console/imports/{kind}/blank")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].isascii(), "gunicorn sends nothing else"
    (head,) = reading.read("x.xlsx", answer.data)
    assert tuple(filter(None, head)) == imports.SHEETS[kind].columns
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert "例如" in book["填写说明"]["A1"].value


def test_markup_in_a_sheet_is_shown_as_text(visitor, town, shop):
    keeper = visitor("bu")
    answer = upload(keeper, "stock", workbook(STOCK, [stock_row(MARKUP, MARKUP[:60], 3)]), name="<b>.xlsx")
    page = keeper.page(answer.headers["Location"])
    assert "<b>" not in page
    assert "<script>alert" not in page
    # The shop of that name is looked for, and named where there is none.
    assert "&lt;script&gt;" in page
