"""开办清单: what a new city still needs, found in the books; and sheets that name places of this city and no other."""

import io
import re
from dataclasses import replace

import openpyxl
import pytest
import sqlalchemy as sa

from backend import backup_age, clock, config
from backend.db import session, transaction
from backend.organisations import actions as tree
from backend.people import actions as people
from backend.people import colleagues
from backend.reports import set_up
from backend.supermarket.models import Shop
from tests.console.test_imports import take_all_in, upload, workbook
from tests.console.visitor import Visitor


@pytest.fixture
def founded(app, tmp_path):
    """A city of one administrator, and their browser."""
    app.test_cli_runner().invoke(
        args=["found-city", "铁力市", "--admin-name", "王敏", "--admin-phone", "13904580001"]
    )
    told = app.test_cli_runner().invoke(args=["console-link", "13904580001"])
    one = Visitor(app)
    path = re.search(r"(/console/link/\S+)", told.stdout)[1]
    one.page(path)
    assert one.post("/console/link", {"code": path.rsplit("/", 1)[1]}).status_code == 303
    return one


class Anybody:
    """The administrator of the founded city."""

    id = 1


def stands():
    return {one.key: one.done for one in set_up.steps(actor=Anybody)}


def test_an_empty_city_is_led_from_its_places_to_its_first_round(founded):
    page = founded.page("/console/set-up")
    assert "还有 8 步要做" in page
    titles = re.findall(r"<h2>\s*(\S+?)\s*<span", page)
    assert titles[:3] == ["组织", "第二位市级管理员", "工作人员"]
    assert titles[-1] == "第一期"
    today = founded.page("/console/")
    assert "开办清单" in today
    assert today.count("/console/set-up") >= 8
    for path in sorted(set(re.findall(r'href="(/console/[^"#?]+)"[^>]*data-row', page))):
        founded.page(path)


def test_a_step_ticks_itself_when_the_books_say_so(founded, monkeypatch):
    assert not any(done for key, done in stands().items() if key != "entering")
    rows = [["铁力市", "街道", "铁力街道"], ["铁力街道", "社区", "松林社区"], ["松林社区", "网格", "松林-01"]]
    page, _steps = take_all_in(founded, upload(founded, "places", workbook(["上级", "类别", "名称"], rows)))
    assert "新增 3" in page
    staff = [[f"职工{at}", f"1390458001{at}", "社区工作者", "松林社区", ""] for at in range(2)]
    staff += [["李主任", "13904580020", "市级管理员", "铁力市", ""]]
    head = ["姓名", "手机号", "角色", "任职地点", "上级"]
    take_all_in(founded, upload(founded, "staff", workbook(head, staff)))
    backup_age.note()
    found = stands()
    assert [key for key in ("places", "administrators", "staff", "backup") if not found[key]] == []
    assert not found["entering"]
    assert "还有 3 人没有登录过" in founded.page("/console/set-up")
    page, _steps = take_all_in(
        founded, upload(founded, "shops", workbook(["社区", "名称"], [["松林社区", "松林兑换超市"]]))
    )
    assert "新增 1" in page
    assert "还没有库存：松林兑换超市" in founded.page("/console/set-up")


def test_places_that_lack_something_are_named(founded):
    with transaction():
        street = tree.add(1, "street", "铁力街道")
        one, two = (tree.add(street.id, "community", name).id for name in ("东风社区", "西山社区"))
        for at in range(2):
            made = colleagues.register(f"职工{at}", f"1390458001{at}", actor=None)
            people.appoint(made.id, "community_staff", one, clock.today(), None, actor=Anybody)
    page = founded.page("/console/set-up")
    assert "还没有网格：东风社区、西山社区" in page
    assert "社区工作者不到两位：西山社区" in page
    assert two


def test_a_city_at_work_sees_no_guide_on_its_first_page(visitor, town):
    admin = visitor("admin")
    assert "开办清单</h2>" not in admin.page("/console/")
    page = admin.page("/console/set-up")
    assert "主办单位（SPONSOR）还是演示的" in page
    assert visitor("tong").get("/console/set-up").status_code == 403


@pytest.mark.parametrize("kind", ["places", "staff", "shops"])
def test_the_examples_on_a_sheet_name_places_of_this_city(founded, kind):
    with transaction():
        street = tree.add(1, "street", "铁力街道")
        tree.add(street.id, "community", "东风社区")
    page = founded.page(f"/console/imports/{kind}").split("<footer")[0]
    answer = founded.get(f"/console/imports/{kind}/blank")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    told = page + "".join(str(cell) for row in book.active.values for cell in row)
    assert not re.search("青松|松涛|林海|新桥", told)
    assert ("铁力街道" if kind == "places" else "东风社区") in told


def test_a_stock_sheet_is_checked_for_its_shop_and_its_new_goods_before_it_is_taken_in(visitor, town):
    keeper, shop = visitor("bu"), session.scalars(sa.select(Shop.name).order_by(Shop.id)).first()
    rows = [
        ["没有的超市", "毛巾", "36", "8"],
        [shop, "没见过的盆", "3", ""],
        [shop, "没见过的勺", "3", "5"],
        [shop, "没见过的勺", "4", ""],
    ]
    head = ["超市", "物品", "数量", "积分"]
    rows[3] += ["B2"]
    answer = upload(keeper, "stock", workbook([*head, "批号"], [[*row, ""][:5] for row in rows]))
    page = keeper.page(answer.headers["Location"])
    assert "2 行可以导入" in page
    assert re.search("<td>2</td><td>整行</td><td>[^<]*没有的超市", page)
    assert re.search("<td>3</td><td>整行</td><td>超市里还没有“没见过的盆”", page)


def test_the_filing_numbers_stand_on_every_page_and_lead_to_who_keeps_them(visitor, town, monkeypatch):
    told = replace(
        config.settings(), filing_number="黑ICP备2026000001号", police_filing_number="黑公网安备23078100"
    )
    monkeypatch.setattr(config, "_current", told)
    for path in ("/wall", "/", "/console/sign-in"):
        page = visitor().page(path)
        assert 'href="https://beian.miit.gov.cn/" rel="noreferrer">黑ICP备2026000001号' in page, path
        assert 'href="https://beian.mps.gov.cn/" rel="noreferrer">黑公网安备23078100' in page, path
