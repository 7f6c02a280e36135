"""Spreadsheets of places and residents: checked, taken in step by step, repeatable without doubles."""

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import openpyxl
import pytest
import sqlalchemy as sa

from backend import clock, crypto
from backend.db import session, transaction
from backend.imports import actions as imports
from backend.imports import reading
from backend.imports.models import Import, ImportDoubt, ImportPart
from backend.organisations.models import Organisation, Reach
from backend.people import sealed, sheets
from backend.people.models import Person, Residency
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
    assert steps == 1
    assert count(Person) == before + 297
    assert "<td>12</td><td>手机号</td><td>应为 11 位手机号</td>" in page
    assert "<td>22</td><td>出生年份</td>" in page
    assert "您的任职范围里没有“白桦社区”" in page
    page, _steps = take_all_in(clerk, upload(clerk, "residents", raw))
    assert "新增 0，原来就有 297" in page
    assert count(Person) == before + 297


def test_an_import_that_was_interrupted_goes_on_where_it_stopped(visitor, town):
    """The last part breaks: those before it are in, and stay."""
    clerk, before = visitor("tong"), count(Person)
    answer = upload(clerk, "residents", workbook(RESIDENTS, residents(60)))
    path, create = answer.headers["Location"], sheets.actions.create_card_holder
    clerk.page(path)

    def breaks(name, *given, **named):
        if name == "居民55":
            raise RuntimeError
        return create(name, *given, **named)

    with patch.object(sheets.actions, "create_card_holder", side_effect=breaks):
        assert clerk.post(f"{path}/step").status_code == 500
    assert count(Person) == before + 40
    assert "已处理 40 / 60 行" in clerk.page(path)
    page, steps = take_all_in(clerk, answer)
    assert (steps, count(Person)) == (1, before + 60)
    assert "新增 60，原来就有 0" in page


def test_a_step_ends_after_so_many_rows_and_shows_how_far_it_is(visitor, town, monkeypatch):
    monkeypatch.setattr(imports, "STEP", 60)
    clerk = visitor("tong")
    answer = upload(clerk, "residents", workbook(RESIDENTS, residents(120)))
    path = answer.headers["Location"]
    clerk.page(path)
    clerk.post(f"{path}/step")
    assert "已处理 60 / 120 行" in clerk.page(path)
    _page, steps = take_all_in(clerk, answer)
    assert steps == 1


def test_a_button_pressed_twice_takes_nothing_in_twice(visitor, town):
    """Whoever looked ahead at the same parts comes second; whoever comes after the end sees the end."""
    tong, before = by(town, "tong"), count(Person)
    path = upload(visitor("tong"), "residents", workbook(RESIDENTS, residents(30))).headers["Location"]
    clerk, import_id = visitor("tong"), int(path.rsplit("/", 1)[1])
    first, second = (imports.look_ahead(import_id, actor=tong) for _ in range(2))
    for ahead in (first, second):
        for part in ahead.parts:
            with transaction():
                found = imports.take_in(ahead, part, actor=tong)
    assert (found.done, found.made, found.known, count(Person)) == (30, 30, 0, before + 30)
    clerk.page(path)
    assert clerk.post(f"{path}/step").status_code == 303
    assert "导入完成：新增 30" in clerk.page(path)


def test_an_import_that_the_release_before_began_goes_on(visitor, town):
    """It kept all rows in one piece."""
    before, tong = count(Person), by(town, "tong")
    rows = [[at, dict(zip(RESIDENTS, map(str, row), strict=True))] for at, row in enumerate(residents(60), 2)]
    with transaction():
        made = Import(
            kind="residents", by_id=tong.id, file_name="x.xlsx", total=60, done=30, made=30, known=0
        )
        made.faults, made.created_at = [], clock.now()
        session.add(made)
        session.flush()
        made.rows_sealed = crypto.seal(json.dumps(rows, ensure_ascii=False), f"imports.rows:{made.id}")
    clerk, path = visitor("tong"), f"/console/imports/{made.id}"
    assert "已处理 30 / 60 行" in clerk.page(path)
    assert clerk.post(f"{path}/step").status_code == 303
    assert "导入完成：新增 60" in clerk.page(path)
    assert count(Person) == before + 30
    assert session.scalar(sa.select(Import.rows_sealed)) is None


def test_who_was_registered_since_the_look_ahead_is_known(visitor, town):
    """At the counter, by a colleague, between the look and the lock; and by the import itself, a part before."""
    tong, before = by(town, "tong"), count(Person)
    rows = [["居民1", "松涛社区", "", "", "林语苑 1 号", ""], *residents(26), residents(2)[1]]
    made = upload(visitor("tong"), "residents", workbook(RESIDENTS, rows)).headers["Location"]
    ahead = imports.look_ahead(int(made.rsplit("/", 1)[1]), actor=tong)
    with transaction():
        sheets.actions.create_card_holder("居民5", town.songtao, address="林语苑5号", actor=by(town, "lan"))
    for part in ahead.parts:
        with transaction():
            found = imports.take_in(ahead, part, actor=tong)
    # Of 28 rows three are 居民1, and 居民5 is there.
    assert (found.made, found.known, found.faults, count(Person)) == (25, 3, [], before + 26)


def test_who_moved_in_since_the_look_ahead_is_known(visitor, town):
    """白露 was there long before, with an account of her own, and not in this community."""
    bai, tong = town.person("bai"), by(town, "tong")
    row = ["白露", "松涛社区", "", sealed.phone(bai), "", ""]
    answer = upload(visitor("tong"), "residents", workbook(RESIDENTS, [row]))
    ahead = imports.look_ahead(int(answer.headers["Location"].rsplit("/", 1)[1]), actor=tong)
    with transaction():
        home = session.get(Residency, bai.id)
        home.community_id, home.grid_id, home.declared_at = town.songtao, None, clock.now()
    with transaction():
        found = imports.take_in(ahead, ahead.parts[0], actor=tong)
    assert (found.made, found.known) == (0, 1)


def test_others_write_while_a_sheet_is_read_checked_and_looked_through(visitor, town, monkeypatch):
    """Somebody else's transaction is begun and ended in the middle of each."""
    written = []

    def write(what):
        with town.app.app_context():
            with transaction():
                session.execute(
                    sa.update(Person).where(Person.id == town.person("ning").id).values(nickname=what)
                )
            session.remove()
        written.append(what)

    def meanwhile(place, name):
        call = getattr(place, name)

        def slow(*given, **named):
            with ThreadPoolExecutor(1) as other:
                other.submit(write, name).result()
            return call(*given, **named)

        monkeypatch.setattr(place, name, slow)

    for place, name in ((reading, "read"), (imports, "check"), (imports, "look_ahead")):
        meanwhile(place, name)
    clerk = visitor("tong")
    take_all_in(clerk, upload(clerk, "residents", workbook(RESIDENTS, residents(3))))
    assert written == ["read", "check", "look_ahead"]


def test_a_part_costs_the_same_however_many_rows_the_sheet_has(town, statements):
    """Neither the rows nor the residents are read again for each part, and the first looks at its own alone."""
    tong = by(town, "tong")

    def cost(number):
        checked = imports.check("residents", table(number))
        with transaction():
            made = imports.begin("r.xlsx", checked, actor=tong)
        ahead = imports.look_ahead(made.id, actor=tong)
        with statements() as seen, transaction():
            imports.take_in(ahead, ahead.parts[0], actor=tong)
        with transaction():
            imports.forget(made.id)
        return len(seen)

    def table(number):
        return [RESIDENTS, *([f"{number}-{row[0]}", *map(str, row[1:])] for row in residents(number))]

    cost(20)
    assert cost(3000) == cost(50)


def test_a_year_in_signs_that_are_no_digits_is_a_fault_of_the_row(town):
    made = imports.check("residents", [RESIDENTS, ["张三", "松涛社区", "", "", "", "19²0"]])
    assert made.faults == [[2, "出生年份", "应为四位年份"]]


def test_rows_are_sealed_while_they_wait_and_gone_afterwards(visitor, town):
    clerk = visitor("tong")
    answer = upload(clerk, "residents", workbook(RESIDENTS, residents(2)))
    assert "居民1" not in session.scalar(sa.select(ImportPart.rows_sealed))
    take_all_in(clerk, answer)
    assert count(ImportPart) == 0
    with transaction():
        imports.forget(1)


def test_rows_that_nobody_takes_in_are_forgotten_after_a_day(visitor, town):
    clerk = visitor("tong")
    path = upload(clerk, "residents", workbook(RESIDENTS, residents(30))).headers["Location"]
    assert imports.stale() == []
    with clock.frozen_at(clock.now() + imports.KEPT):
        (due,) = imports.stale()
        with transaction():
            imports.forget(due)
        assert imports.stale() == []
    assert count(ImportPart) == 0
    assert "这次导入已过期" in clerk.page(path)
    clerk.page("/console/imports")
    assert clerk.post(f"{path}/step").status_code == 409


def test_an_import_is_its_owners_alone(visitor, town):
    clerk, other = visitor("tong"), visitor("lan")
    path = upload(clerk, "residents", workbook(RESIDENTS, residents(2))).headers["Location"]
    other.page("/console/")
    assert other.get(path).status_code == 404
    assert other.post(f"{path}/step").status_code == 404
    assert clerk.get("/console/imports/places").status_code == 403


def test_excels_comma_separated_file_is_read_in_its_own_encoding():
    text = "姓名,社区\n王某,松涛社区\n"
    assert reading.read("a.csv", text.encode("gb18030")) == reading.read("a.csv", text.encode("utf-8-sig"))


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


def test_five_thousand_rows_are_checked_at_once_and_taken_in_part_by_part(town):
    """Two parts stand for the two hundred and fifty: each is a transaction of its own, and each costs the same."""
    clerk = by(town, "tong")
    rows = residents(5000)
    rows[4321][3] = "1"
    checked = imports.check("residents", reading.read("r.xlsx", workbook(RESIDENTS, rows)))
    assert checked.faults == [[4323, "手机号", "应为 11 位手机号"]]
    with transaction():
        found = imports.begin("r.xlsx", checked, actor=clerk)
    ahead = imports.look_ahead(found.id, actor=clerk)
    for part, taken in zip(ahead.parts, (20, 40), strict=False):
        with transaction():
            found = imports.take_in(ahead, part, actor=clerk)
        assert (found.done, found.total, found.made, found.known) == (taken, 4999, taken, 0)


def decide(visitor, answer, **answers):
    """Says what the clerk chose, by line; answers the page."""
    path = answer.headers["Location"]
    assert (
        visitor.post(
            f"{path}/decide", {f"row-{line[1:]}": said for line, said in answers.items()}
        ).status_code
        == 303
    )
    return visitor.page(path)


def begun(visitor, rows):
    """Uploads residents and presses once; answers the upload's answer and the page."""
    answer = upload(visitor, "residents", workbook(RESIDENTS, rows))
    visitor.page(answer.headers["Location"])
    visitor.post(f"{answer.headers['Location']}/step")
    return answer, visitor.page(answer.headers["Location"])


def test_doubtful_rows_are_asked_and_none_is_lost_or_made_twice(visitor, town):
    """Two of one name; one written in two ways; a household with one phone."""
    clerk, before = visitor("tong"), count(Person)
    rows = [
        ["王某", "松涛社区", "", "", "", ""],
        ["王某", "松涛社区", "", "", "", ""],
        ["周　某", "松涛社区", "", "", "雪松家园 9 号楼 2 单元", ""],
        ["周某", " 松涛社区", "", "", "雪松家园９栋2单元", ""],
        ["周某", "松涛社区", "", "", "雪松家园9-2", ""],
        ["钱某", "松涛社区", "", "'137-0000-0006", "", "1950"],
        ["孙某", "松涛社区", "", "\u202d13700000006\u202c", "", ""],
        ["钱某", "松涛社区", "", "13700000006", "", "1980"],
    ]
    answer, page = begun(clerk, rows)
    assert count(Person) == before + 5
    assert "新增 5，原来就有 1" in page
    assert "还有 2 行可能是已经登记过的居民" in page
    assert "第 3 行：王某" in page
    assert "第 6 行：周某" in page
    assert page.count("这个手机号还登记在另外") == 2
    likely = session.scalars(sa.select(Person.id).order_by(Person.id.desc()).limit(5)).all()[-1]
    assert "导入完成" not in decide(clerk, answer, _3="new", _6="4711")
    assert count(Person) == before + 6
    page = decide(clerk, answer, _3="new", _6="left_out")
    assert "导入完成：新增 6，原来就有 1" in page
    assert "没有导入：您选了不导入这一行" in page
    assert count(Person) == before + 6
    again, _page = begun(clerk, rows[:1])
    assert "导入完成：新增 0，原来就有 1" in decide(clerk, again, _2=str(likely))


def test_nobody_else_decides_and_the_rows_go_when_nobody_does(visitor, town):
    row = ["王某", "松涛社区", "", "", "", ""]
    answer, page = begun(visitor("tong"), [row, row])
    assert "请您来定" in page
    path = answer.headers["Location"]
    other = visitor("lan")
    other.page("/console/imports")
    assert other.post(f"{path}/decide", {"row-3": "new"}).status_code == 404
    sealed_row = session.scalar(sa.select(ImportDoubt.row_sealed))
    assert "王某" not in sealed_row
    with transaction():
        imports.forget(int(path.rsplit("/", 1)[1]))
    assert count(ImportDoubt) == 0
    assert "已过期" in visitor("tong").page(path)


def test_unicode_text_is_read_and_a_number_that_lost_digits_is_named(visitor, town):
    text = "姓名\u200b\t社区\t住址\r\n王某\t松涛社区\t1.23457E+17\r\n李某\t松涛社区\t林语苑 1 号\r\n"
    answer = upload(visitor("tong"), "residents", text.encode("utf-16"), "表.txt")
    page = visitor("tong").page(answer.headers["Location"])
    assert "1 行可以导入" in page
    assert "<td>2</td><td>住址</td><td>数字太长" in page
    raw = workbook(["姓名", "社区", "住址"], [["王某", "松涛社区", 123456789012345678]])
    page = visitor("tong").page(upload(visitor("tong"), "residents", raw).headers["Location"])
    assert "<td>2</td><td>住址</td><td>数字太长" in page
