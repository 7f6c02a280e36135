"""Spreadsheets of places and residents: checked, taken in step by step, repeatable without doubles."""

import io
import zipfile
from unittest.mock import patch

import openpyxl
import pytest
import sqlalchemy as sa

from backend.console.frame import uploads
from backend.db import session, transaction
from backend.imports import actions as imports
from backend.imports.models import Import
from backend.organisations.models import Organisation, Reach
from backend.people import sheets
from backend.people.models import Person
from tests.wishes.cast import by

RESIDENTS = ["姓名", "社区", "网格", "手机号", "住址", "出生年份"]
PLACES = ["上级", "类别", "名称"]


def workbook(head, rows):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in [head, *rows]:
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def upload(visitor, kind, raw, name="表.xlsx"):
    visitor.page(f"/console/imports/{kind}")
    return visitor.post(
        f"/console/imports/{kind}", {"sheet": (io.BytesIO(raw), name)}, content_type="multipart/form-data"
    )


def take_all_in(visitor, answer):
    """Presses on until the page says that it is done; answers the page and the number of steps."""
    assert answer.status_code == 303, visitor.text(answer)
    path, steps = answer.headers["Location"], 0
    while "导入完成" not in visitor.page(path):
        assert visitor.post(f"{path}/step").status_code == 303
        steps += 1
    return visitor.page(path), steps


def count(model):
    session.expire_all()
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_places_come_in_with_their_reach_and_a_second_time_make_nothing(visitor, town):
    rows = [["林海街道", "社区", "新桥社区"], ["新桥社区", "网格", "新桥-01"], ["青松市", "单位", "市林业局"]]
    raw, admin = workbook(PLACES, rows), visitor("admin")
    page, _steps = take_all_in(admin, upload(admin, "places", raw))
    assert "新增 3" in page
    grid = town.place("新桥-01")
    assert session.scalar(sa.select(sa.func.count()).where(Reach.descendant_id == grid)) == 4
    before = count(Organisation)
    page, _steps = take_all_in(admin, upload(admin, "places", raw))
    assert "新增 0，原来就有 3" in page
    assert count(Organisation) == before
    assert "新桥社区" in admin.page("/console/places")


def test_a_place_that_cannot_stand_there_is_told_in_chinese(visitor, town):
    admin = visitor("admin")
    raw = workbook(PLACES, [["林海街道", "网格", "林海-01"], ["青松市", "街道", "新桥街道"]])
    page, _steps = take_all_in(admin, upload(admin, "places", raw))
    assert "网格 不能放在 街道（乡镇） 之下" in page
    assert "新增 1" in page


def test_bad_cells_are_named_with_line_and_column_before_anything_is_done(visitor, town):
    rows = [
        ["林海街道", "社区", "新桥社区"],
        ["林海街道", "大队", "某处"],
        ["林海街道", "社区", ""],
        ["没有的街道", "社区", "别处社区"],
        ["市水务局", "网格", "水务-01"],
    ]
    admin, before = visitor("admin"), count(Organisation)
    answer = upload(admin, "places", workbook(PLACES, rows))
    page = admin.page(answer.headers["Location"])
    assert count(Organisation) == before
    assert "<td>3</td><td>类别</td>" in page
    assert "<td>4</td><td>名称</td><td>请填写</td>" in page
    page, _steps = take_all_in(admin, answer)
    assert "新增 1" in page
    assert "没有找到上级“没有的街道”" in page
    assert "<td>6</td>" in page


def residents(number, community="松涛社区"):
    return [
        [
            f"居民{at}",
            community,
            "松涛-01",
            f"112{at:08d}" if at % 2 else "",
            f"林语苑 {at} 号",
            1940 + at % 60,
        ]
        for at in range(number)
    ]


def test_residents_come_in_in_steps_with_bad_ones_named_and_again_without_doubles(visitor, town):
    rows = residents(300)
    rows[10][3], rows[20][5], rows[30][1] = "12345", "去年", "白桦社区"
    raw, clerk, before = workbook(RESIDENTS, rows), visitor("tong"), count(Person)
    page, steps = take_all_in(clerk, upload(clerk, "residents", raw))
    assert steps == 2
    assert count(Person) == before + 297
    assert "<td>12</td><td>手机号</td><td>应为 11 位手机号</td>" in page
    assert "<td>22</td><td>出生年份</td>" in page
    assert "您的任职范围里没有“白桦社区”" in page
    page, _steps = take_all_in(clerk, upload(clerk, "residents", raw))
    assert "新增 0，原来就有 297" in page
    assert count(Person) == before + 297


def test_an_import_that_was_interrupted_goes_on_where_it_stopped(visitor, town):
    clerk, before = visitor("tong"), count(Person)
    answer = upload(clerk, "residents", workbook(RESIDENTS, residents(260)))
    path = answer.headers["Location"]
    clerk.page(path)
    clerk.post(f"{path}/step")
    assert count(Person) == before + 250
    assert "已处理 250 / 260 行" in clerk.page(path)
    with patch.object(sheets.actions, "create_card_holder", side_effect=RuntimeError):
        assert clerk.post(f"{path}/step").status_code == 500
    assert count(Person) == before + 250
    take_all_in(clerk, answer)
    assert count(Person) == before + 260


def test_a_year_in_signs_that_are_no_digits_is_a_fault_of_the_row(town):
    with transaction():
        made = imports.begin(
            "residents",
            "x.csv",
            [RESIDENTS, ["张三", "松涛社区", "", "", "", "19²0"]],
            actor=town.person("tong"),
        )
    assert made.faults == [[2, "出生年份", "应为四位年份"]]


def test_rows_are_sealed_while_they_wait_and_gone_afterwards(visitor, town):
    clerk = visitor("tong")
    answer = upload(clerk, "residents", workbook(RESIDENTS, residents(2)))
    assert "居民1" not in session.scalar(sa.select(Import.rows_sealed))
    take_all_in(clerk, answer)
    session.expire_all()
    assert session.scalar(sa.select(Import.rows_sealed)) is None
    with transaction():
        imports.forget(1)


def test_an_import_is_its_owners_alone(visitor, town):
    clerk, other = visitor("tong"), visitor("lan")
    path = upload(clerk, "residents", workbook(RESIDENTS, residents(2))).headers["Location"]
    other.page("/console/")
    assert other.get(path).status_code == 404
    assert other.post(f"{path}/step").status_code == 404
    assert clerk.get("/console/imports/places").status_code == 403


def test_excels_comma_separated_file_is_read_in_its_own_encoding():
    text = "姓名,社区\n王某,松涛社区\n"
    assert uploads.read("a.csv", text.encode("gb18030")) == uploads.read("a.csv", text.encode("utf-8-sig"))


def bomb():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (65 * 1024 * 1024))
    return kept.getvalue()


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04rubbish", b"\x00\x01\x02", b"\xff\xfe\xff", bomb()])
def test_what_is_no_sheet_is_refused_in_a_sentence(visitor, raw):
    clerk = visitor("tong")
    answer = upload(clerk, "residents", raw)
    assert answer.status_code == 422
    assert "请选择 Excel" in clerk.text(answer) or "没有找到" in clerk.text(answer)


def test_a_sheet_without_its_columns_names_them(visitor):
    clerk = visitor("tong")
    answer = upload(clerk, "residents", workbook(["姓名", "电话"], [["王某", "1"]]))
    assert "这张表里没有找到：社区" in clerk.text(answer)


def test_five_thousand_rows_are_checked_at_once_and_taken_in_step_by_step(town):
    """Two steps stand for the twenty: each is a transaction of its own, and each costs the same."""
    clerk = by(town, "tong")
    rows = residents(5000)
    rows[4321][3] = "1"
    table = uploads.read("r.xlsx", workbook(RESIDENTS, rows))
    with transaction():
        found = imports.begin("residents", "r.xlsx", table, actor=clerk)
    assert found.faults == [[4323, "手机号", "应为 11 位手机号"]]
    for taken in (250, 500):
        with transaction():
            found = imports.step(found.id, actor=clerk)
        assert (found.done, found.total, found.made, found.known) == (taken, 4999, taken, 0)
