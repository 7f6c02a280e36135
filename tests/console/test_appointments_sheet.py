"""任职 from a sheet: as the form would do it, the doubtful asked for, impossible pairs named before anything is done."""

import re

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.imports import actions as imports
from backend.people import appointing_sheet, sealed
from backend.people.models import Appointment
from tests.console.test_imports import count, take_all_in, upload, workbook

HEAD = list(imports.SHEETS[appointing_sheet.KIND].columns)


def row(town, name, role, place, **more):
    person = town.person(name)
    told = {
        "姓名": sealed.real_name(person),
        "手机号或卡号": person.card_number or sealed.phone(person),
        "角色": role,
        "地方": place,
        **more,
    }
    return [told.get(column, "") for column in HEAD]


def bring(visitor, *rows, name="admin"):
    admin = visitor(name)
    return admin, upload(admin, "appointments", workbook(HEAD, rows))


def held(town, name):
    rows = session.scalars(sa.select(Appointment).where(Appointment.person_id == town.person(name).id))
    return [(one.role, one.organisation_id, one.from_day, one.to_day) for one in rows]


def test_the_staff_of_a_city_is_appointed_from_a_sheet_and_told_and_a_second_time_nothing_happens(
    visitor, town
):
    rows = [
        row(town, "ning", "网格员", "松涛-02", 从哪天起="2027/1/1", 到哪天止="2027年12月31日"),
        row(town, "e", "社区工作者", "白桦社区"),
    ]
    admin, answer = bring(visitor, *rows)
    assert "2 行可以导入" in admin.page(answer.headers["Location"])
    assert held(town, "e") == []
    page, _steps = take_all_in(admin, answer)
    assert "新增 2" in page
    ((role, place, begin, end),) = held(town, "ning")
    assert (role, place, str(begin), str(end)) == (
        "grid_worker",
        town.place("松涛-02"),
        "2027-01-01",
        "2027-12-31",
    )
    assert held(town, "e") == [("community_staff", town.baihua, clock.today(), None)]
    told = town.phone("ning").get("/me/security-events").get_data(as_text=True)
    assert "被任命为松涛-02的网格员" in told
    page, _steps = take_all_in(*bring(visitor, *rows))
    assert "新增 0，原来就有 2" in page


@pytest.mark.parametrize(
    ("role", "place", "told"),
    [
        ("网格员", "青松市", "那里不能任网格员（只能任在网格）"),
        ("超市管理员", "市教育局", "那里不能任超市管理员"),
        ("社区工作者", "松涛-02", "那里不能任社区工作者（只能任在社区）"),
        ("居委会主任", "松涛社区", "没有“居委会主任”"),
        ("网格员", "没有的网格", "没有找到“没有的网格”"),
    ],
)
def test_an_impossible_pair_is_named_before_anything_is_done(visitor, town, role, place, told):
    before = count(Appointment)
    admin, answer = bring(visitor, row(town, "ning", role, place))
    page = admin.page(answer.headers["Location"])
    assert told in page
    assert "0 行可以导入" in page
    assert count(Appointment) == before


def test_who_is_in_doubt_is_asked_for_and_nobody_is_made(visitor, town):
    admin, answer = bring(visitor, row(town, "ning", "网格员", "松涛-02", 姓名="宁大舟"))
    path = answer.headers["Location"]
    admin.page(path)
    admin.post(f"{path}/step")
    page = admin.page(path)
    assert "姓名和登记的不一样" in page
    assert "新登记" not in page
    assert held(town, "ning") == []
    (line,) = set(re.findall(r'name="row-(\d+)"', page))
    admin.post(f"{path}/decide", {f"row-{line}": str(town.person("ning").id)})
    assert [one[0] for one in held(town, "ning")] == ["grid_worker"]


def test_nobody_appoints_themselves_or_an_unknown_number_and_only_who_appoints_may(visitor, town):
    admin, answer = bring(
        visitor,
        row(town, "admin", "审计员", "青松市"),
        row(town, "ning", "网格员", "松涛-02", 手机号或卡号="13900000000"),
        row(town, "ning", "网格员", "松涛-02", 手机号或卡号="没有"),
    )
    page = admin.page(answer.headers["Location"])
    assert "不能任命自己" in page
    assert "没有找到这个手机号或卡号的人" in page
    assert "应为完整手机号或卡号" in page
    assert visitor("tong").get("/console/imports/appointments").status_code == 403


def test_two_places_of_one_name_need_the_one_above(visitor, town):
    with transaction():
        session.execute(
            sa.text("UPDATE organisations SET name = '同名-01' WHERE name IN ('松涛-01', '白桦-01')")
        )
    admin, answer = bring(visitor, row(town, "ning", "网格员", "同名-01"))
    assert "有 2 个地方叫“同名-01”" in admin.page(answer.headers["Location"])
    page, _steps = take_all_in(*bring(visitor, row(town, "ning", "网格员", "同名-01", 上级="白桦社区")))
    assert "新增 1" in page
