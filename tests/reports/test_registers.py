"""Registers: the headings as they are asked for, every column followed to its source, and nothing unsafe in a file."""

import csv
import io
import json
import re
import tracemalloc
from datetime import date, timedelta

import openpyxl
import pytest
import sqlalchemy as sa

from backend import clock, jobs
from backend.complaints import actions as complaints
from backend.db import Base, session, transaction
from backend.ledger import actions as ledger
from backend.ledger import fill, seals
from backend.ledger.models import Transfer
from backend.registers import papers, reading, scopes, spool
from backend.registers.definition import Column, ComputedRows, PageLost, Register
from backend.registers.papers import Paper
from backend.reports import catalogue

FIRST = date(2025, 1, 1)
HEADINGS = {
    "wishes": "序号、心愿编号、期次、社区、网格、许愿人(脱敏)、人群类别、"
    "心愿类别、心愿内容、预估金额、征集日期、征集方式、审核人、"
    "审核结果、发布日期、认领人/党组织、所在单位、认领日期、承诺完成日、"
    "点亮日期、实现方式、确认方式、满意度、未实现原因、转介去向、备注",
    "service_records": "序号、志愿者编号、姓名、活动名称、服务日期、服务地点、服务内容、"
    "服务时长(小时)、活动组织单位、活动负责人、"
    "评价、记录人、记录日期、审核人、同步状态",
    "points": "序号、账户编号、姓名(脱敏)、日期、事项、规则版本、依据单号、增加、减少、结余、到期日、经办人、复核人、冲正单号",
    "redemptions": "序号、兑换单号、日期、姓名(脱敏)、卡号、物品/服务、数量、单价积分、合计积分、审批人、发放人、领取人签字、"
    "领取方式(本人/代领)",
    "stock": "序号、日期、单号、品名、规格、单位、批次、保质期至、来源(采购/捐赠/共建)、"
    "捐赠方、票据号、入库数、出库数、用途、结存、"
    "经办人、保管人、监督人、备注",
    "stocktakes": "品名、账面数、实盘数、盈亏数、盈亏原因、处理意见、盘点人、监盘人、日期",
    "feedback": "姓名、所在单位党组织、报到社区、报到时间、六大员岗位、服务次数、服务时长、认领/点亮微心愿数、主要服务内容、"
    "社区党组织评价、反馈期间、社区(盖章)、本人同意日期",
    "units": "单位、已报到人数、参加人次、组织活动数、服务内容摘要",
    "quarterly": "社区、本季征集数、本季发布数、本季认领数、本季点亮数、志愿活动场次、"
    "参与人次、服务时长(小时)、积分发放、积分兑换、"
    "积分结存、物资采购金额、物资捐赠金额、捐赠单位(同意)、库存结余、规则变更、投诉受理、投诉办结、监督电话",
    "relief": "项目、栏目数、留空待手写的栏目、收到减负反映、已答复",
    "personal_data": "处理目的、字段、依据、同意版本、留存期、查阅请求数、导出请求数、删除请求数、处理时长",
}
COLUMNS = [
    pytest.param(register, column, id=f"{register.key}-{column.heading}")
    for register in catalogue.REGISTERS.values()
    for column in register.columns
]


def scope_of(town, key, place=None, last=None):
    return scopes.whole(catalogue.one(key), place or town.songtao, FIRST, last)


def rows_of(register, scope, clear=False, size=500):
    told = reading.batches(register, scope, reading.Names(clear), size=size)
    return [dict(zip(register.headings, row, strict=True)) for batch in told for row in batch.rows]


def read(town, key, place=None, **how):
    return rows_of(catalogue.one(key), scope_of(town, key, place), **how)


def test_the_headings_are_those_asked_for_in_their_order():
    assert {key: "、".join(one.headings) for key, one in catalogue.REGISTERS.items()} == HEADINGS


def named_columns(source):
    """`wishes.title, claims.party` or `= outcome(wishes.state)` → the fields it names."""
    inside = re.fullmatch(r"= \w+\((.*)\)", source)
    return [one for one in (inside[1] if inside else source).split(", ") if one]


def untraced(column):
    """What of a column's source does not exist."""
    if column.source.startswith("nothing: "):
        return [] if column.take is None and len(column.source) > 15 else [column.source]
    faults = []
    if column.source.startswith("= ") and not (
        callable(column.take) and column.take.__name__ == column.source[2:].partition("(")[0]
    ):
        faults.append(column.source)
    for name in named_columns(column.source):
        table, _, field = name.partition(".")
        if table not in Base.metadata.tables or field not in Base.metadata.tables[table].c:
            faults.append(name)
    return faults


@pytest.mark.parametrize(("register", "column"), COLUMNS)
def test_every_column_comes_from_a_field_or_says_why_it_is_empty(register, column):
    assert untraced(column) == []


def test_a_column_from_nowhere_would_be_found():
    assert untraced(Column("备注", "wishes.remark")) == ["wishes.remark"]
    assert untraced(Column("备注", "= remarked(wishes.state)", lambda row: None)) == [
        "= remarked(wishes.state)"
    ]
    assert untraced(Column("备注", "nothing: x", "note")) == ["nothing: x"]


def test_what_is_empty_on_purpose_is_empty(town):
    for key, register in catalogue.REGISTERS.items():
        empty = [one.heading for one in register.columns if one.source.startswith("nothing:")]
        for row in read(town, key):
            assert [row[heading] for heading in empty] == [None] * len(empty), key


def test_rows_are_the_same_whatever_the_size_of_a_batch(town):
    for key in catalogue.REGISTERS:
        scope = scope_of(town, key)
        assert rows_of(catalogue.one(key), scope, size=3) == rows_of(catalogue.one(key), scope), key


def test_a_batch_costs_a_fixed_number_of_statements(town, statements):
    for key, register in catalogue.REGISTERS.items():
        scope, counts = scope_of(town, key), []
        for size in (2, 40):
            with statements() as seen:
                next(reading.batches(register, scope, reading.Names(), size=size), None)
            counts.append(len(seen))
        assert counts[1] <= counts[0] + 1, (key, counts)


def test_a_place_sees_its_own_and_the_city_all(town):
    city = scopes.places_of(catalogue.one("wishes"), actor=town.person("shang"))[0][0]
    for key in ("wishes", "service_records", "points", "stock"):
        here, there = read(town, key), read(town, key, town.baihua)
        street = read(town, key, town.place("林海街道"))
        assert here, key
        assert there, key
        assert len(street) == len(here) + len(there), key
        assert len(read(town, key, city)) == len(street), key


def test_days_are_kept(town):
    """Of recording: what is recorded later is a line of the later period, so that no past sheet grows."""
    rows = read(town, "service_records")
    days = sorted(row["记录日期"] for row in rows)
    scope = scope_of(town, "service_records", last=date.fromisoformat(days[3]))
    found = rows_of(catalogue.one("service_records"), scope)
    assert sorted(row["记录日期"] for row in found) == [day for day in days if day <= days[3]]


def test_nothing_after_the_cut_off_is_told(town):
    register = catalogue.one("points")
    moment = clock.day_starts(date(2026, 10, 26))
    scope = scopes.whole(register, town.songtao, FIRST, None, cut_off=moment)
    assert {row["日期"] < "2026-10-26" for row in rows_of(register, scope)} == {True}


def test_names_are_masked_by_default_and_open_when_asked(town):
    assert {row["许愿人(脱敏)"] for row in read(town, "wishes")} >= {"鄂**"}
    assert {row["许愿人(脱敏)"] for row in read(town, "wishes", clear=True)} >= {"鄂桂兰"}
    assert {row["卡号"] for row in read(town, "redemptions")} >= {"P00**01"}
    assert {row["卡号"] for row in read(town, "redemptions", clear=True)} >= {"P000001"}


def test_no_register_shows_a_phone_or_an_address_or_places_people_by_a_number():
    sources = {
        name for one in catalogue.REGISTERS.values() for c in one.columns for name in named_columns(c.source)
    }
    assert not {name for name in sources if "phone" in name or "address_sealed" in name or "openid" in name}
    headings = "".join(heading for one in catalogue.REGISTERS.values() for heading in one.headings)
    assert not re.search("名次|排名|完成率|得分", headings)


def test_units_stand_in_their_own_order(town):
    order = list(session.scalars(sa.text("SELECT name FROM organisations WHERE kind = 'unit' ORDER BY id")))
    told = [
        row["单位"]
        for row in rows_of(catalogue.one("units"), scope_of(town, "units", town.place("林海街道")))
    ]
    assert told == [name for name in order if name in told]


def test_the_quarterly_notice_balances_with_the_ledger(town):
    (row,) = read(town, "quarterly")
    points = read(town, "points")
    gained, lost = sum(one["增加"] or 0 for one in points), sum(one["减少"] or 0 for one in points)
    held = session.scalar(sa.text("SELECT sum(held) FROM purses"))
    assert row["积分结存"] >= gained - lost
    assert row["积分结存"] <= gained - lost + held
    assert row["捐赠单位(同意)"].startswith("青松粮油公司")


def test_the_quarterly_notice_bears_the_newest_seal(town):
    jobs.run(seals.JOBS[0])
    newest = seals.latest()
    assert newest.short in catalogue.one("quarterly").remarks
    assert newest.short in visible(town, "quarterly")


def visible(town, key):
    file, register = io.BytesIO(), catalogue.one(key)
    scope = scope_of(town, key)
    rows = (one.rows for one in reading.batches(register, scope, reading.Names()))
    papers.write("csv", file, Paper(register, scope, "佟雨禾"), rows)
    return file.getvalue().decode("utf-8-sig")


def test_the_relief_register_counts_what_each_register_leaves_to_the_pen(town):
    rows = {row["项目"]: row for row in read(town, "relief")}
    assert set(rows) == {*(one.title for one in catalogue.REGISTERS.values()), "减负反映"}
    for register in catalogue.REGISTERS.values():
        empty = [one.heading for one in register.columns if one.source.startswith("nothing:")]
        told = rows[register.title]
        assert (told["栏目数"], told["留空待手写的栏目"]) == (len(register.columns), "、".join(empty) or None)
    assert any(row["留空待手写的栏目"] for row in rows.values())


def test_a_reported_burden_stands_in_the_relief_register(town):
    before = read(town, "relief", place=town.place("青松市"))[-1]
    with transaction():
        complaints.file("relief_report", "同一张表报了两遍", about="street_staff", actor=town.person("ning"))
    after = read(town, "relief", place=town.place("青松市"))[-1]
    assert (after["收到减负反映"], after["已答复"]) == (before["收到减负反映"] + 1, before["已答复"])


def test_the_purposes_come_from_the_rights(town):
    rows = read(town, "personal_data")
    assert "办理微心愿" in {row["处理目的"] for row in rows}
    assert rows[-1]["导出请求数"] == 0


BAD = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\x00\x07坏", '=HYPERLINK("x")']


@pytest.fixture
def paper(app):
    """A register of one column with the worst texts in it."""
    with transaction():
        session.execute(sa.text("INSERT INTO organisations (kind, name, short) VALUES ('city', '=市', '市')"))
    city = session.scalar(sa.text("SELECT id FROM organisations"))
    register = Register(
        "bad",
        "坏",
        "register:read",
        ComputedRows(lambda scope: []),
        (Column("内容", "wishes.title"),),
        note="=1",
    )
    return Paper(register, scopes.whole(register, city, FIRST, None), "=某人", "& =用途")


def test_no_cell_of_a_csv_is_a_formula_and_it_begins_with_its_mark(paper):
    file = io.BytesIO()
    papers.write("csv", file, paper, [[[text] for text in BAD]])
    raw = file.getvalue()
    assert raw.startswith(b"\xef\xbb\xbf")
    cells = [cell for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")) for cell in row]
    assert cells[1:9] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "'\r=1", "坏", '\'=HYPERLINK("x")']
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_no_cell_of_a_workbook_is_a_formula(paper):
    file = io.BytesIO()
    papers.write("xlsx", file, paper, [[[text] for text in BAD]])
    sheet = openpyxl.load_workbook(file).active
    assert {cell.data_type for row in sheet for cell in row if cell.value is not None} == {"s"}
    assert sheet["A5"].value == "=1+1"


def test_a_workbook_is_made_for_reading_and_for_a4(town):
    file, register = io.BytesIO(), catalogue.one("points")
    scope = scope_of(town, "points")
    batches = reading.batches(register, scope, reading.Names())
    papers.write("xlsx", file, Paper(register, scope, "佟雨禾"), (one.rows for one in batches))
    sheet = openpyxl.load_workbook(file).active
    assert sheet.freeze_panes == "A5"
    assert sheet.print_title_rows == "$4:$4"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.page_setup.scale >= papers.LEAST_SCALE
    assert sheet.cell(sheet.max_row, 1).value == "合计"
    booked = session.scalar(sa.select(sa.func.min(Transfer.at)).where(Transfer.community_id == town.songtao))
    first = booked.astimezone(clock.CHINA).replace(tzinfo=None, second=0, microsecond=0)
    assert sheet["D5"].value == first, "a moment that a spreadsheet can count with"
    assert sheet["H5"].font.b is not True
    assert "&P" in sheet.oddFooter.right.text


def peak(work):
    """The most memory that Python held while it worked, in bytes."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


@pytest.mark.slow
def test_twenty_thousand_rows_pass_through_little_memory(town, tmp_path):
    with transaction():
        while fill.filled() < 20_000:
            fill.add(20_000 - fill.filled())
    register, scope, names = catalogue.one("points"), scope_of(town, "points"), reading.Names()

    def write():
        with (tmp_path / "points.csv").open("wb") as file:
            batches = reading.batches(register, scope, names)
            papers.write("csv", file, Paper(register, scope, "佟雨禾"), (one.rows for one in batches))

    assert peak(write) < 16 * 1024 * 1024
    with (tmp_path / "points.csv").open(encoding="utf-8-sig") as file:
        counted = sum(1 for line in csv.reader(file) if line[0].isdigit())
    lines = "SELECT count(*) FROM transfers WHERE community_id = :place AND kind <> 'settle'"
    assert counted == session.scalar(sa.text(lines), {"place": town.songtao})
    assert counted > 15_000


def test_points_stand_in_the_order_of_booking_page_by_page_and_each_once(town):
    """Whoever wrote first had the lower number; by the clock another one did."""
    for days in (3, 1, 2):
        with clock.frozen_at(clock.now() - timedelta(days=days)), transaction():
            awarding = {
                "reference": f"register:{days}",
                "community_id": town.songtao,
                "title": f"{days} 天前",
            }
            ledger.grant(town.person("ning").id, days, actor=town.person("tong"), **awarding)
    whole = read(town, "points")
    named = [row["事项"] for row in whole if row["事项"].endswith("天前")]
    assert named == ["3 天前", "2 天前", "1 天前"]
    for size in (1, 2, 7):
        assert read(town, "points", size=size) == whole


@pytest.mark.parametrize("after", [(1,), (1, 2, 3)])
def test_a_mark_of_another_register_is_refused(town, after):
    with pytest.raises(PageLost):
        catalogue.one("points").rows.page(scope_of(town, "points"), after, 10)


def test_a_mark_from_beyond_all_time_has_nothing_after_it(town):
    assert catalogue.one("points").rows.page(scope_of(town, "points"), (10**18 - 1, 1), 10) == []


@pytest.mark.slow
def test_a_workbook_of_twenty_thousand_rows_needs_no_more_memory_than_a_short_one(paper, tmp_path):
    def write(rows):
        with (tmp_path / f"{rows}.xlsx").open("wb") as file:
            batches = ([[f"第 {begun + at} 行"] for at in range(500)] for begun in range(0, rows, 500))
            papers.write("xlsx", file, paper, batches)

    peak(lambda: write(500))
    assert peak(lambda: write(20_000)) < peak(lambda: write(500)) + 2 * 1024 * 1024


class Stopped(Exception):
    pass


def test_a_long_register_may_be_stopped_and_goes_on_where_it_was(town, tmp_path, monkeypatch):
    monkeypatch.setattr(spool, "BATCH", 20)
    out, register, scope = tmp_path / "points.csv", catalogue.one("points"), scope_of(town, "points")

    def stop(count):
        if count >= 40:
            raise Stopped()

    with pytest.raises(Stopped):
        spool.write(register, scope, "csv", out, stop)
    assert not out.exists()
    part = tmp_path / "points.csv.part"
    # Killed in the middle of a line.
    part.write_text(part.read_text("utf-8") + '["half', "utf-8")
    begun = spool.begun_at(register, scope, out)
    assert begun == scope.cut_off
    again = scopes.whole(register, town.songtao, FIRST, None, cut_off=begun)
    told = []
    rows = spool.write(register, again, "csv", out, told.append)
    assert told[0] == 60
    assert not part.exists()
    assert out.stat().st_mode & 0o777 == 0o600
    lines = list(csv.reader(io.StringIO(out.read_text("utf-8-sig"))))
    assert [int(line[0]) for line in lines if line[0].isdigit()] == list(range(1, rows + 1))
    assert rows == len(read(town, "points"))


def test_what_is_left_of_another_question_is_thrown_away(town, tmp_path):
    out, register = tmp_path / "wishes.csv", catalogue.one("wishes")
    (tmp_path / "wishes.csv.part").write_text(json.dumps({"asked": ["points"], "cut_off": "x"}) + "\n[1]\n")
    scope = scope_of(town, "wishes")
    assert spool.begun_at(register, scope, out) is None
    assert spool.write(register, scope, "csv", out, lambda count: None) == len(read(town, "wishes"))


def test_the_command_writes_a_register_and_a_line_in_the_journal(town, tmp_path):
    out = tmp_path / "wishes.xlsx"
    runner = town.app.test_cli_runner()
    told = ["register", "wishes", "--place", "松涛社区", "--from", "2025-01-01", "--out", str(out)]
    answer = runner.invoke(args=told)
    assert answer.exit_code == 0, answer.output
    assert "微心愿台账" in answer.output
    assert openpyxl.load_workbook(out).active["A4"].value == "序号"
    written = session.execute(sa.text("SELECT verb, actor_id FROM journal WHERE subject_kind = 'register'"))
    assert [tuple(row) for row in written] == [("hand_out", None)]
    for wrong in (["register", "salaries", "--out", "x.csv"], ["register", "wishes", "--out", "x.doc"]):
        assert runner.invoke(args=wrong).exit_code == 1
