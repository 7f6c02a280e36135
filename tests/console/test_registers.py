"""台账 on the console: seen, taken along, opened with a reason; each file opened by LibreOffice as people do."""

import csv
import io
import shutil
import subprocess
from datetime import date
from pathlib import Path

import openpyxl
import pypdf
import pytest
import sqlalchemy as sa

from backend import clock, journal
from backend.db import session, transaction
from backend.people import actions as people
from backend.registers import hand_outs, papers
from backend.reports import catalogue
from backend.rights import consent
from tests.wishes import cast
from tests.wishes.cast import by

NO_OFFICE = "no LibreOffice on this machine: apt-get install --no-install-recommends libreoffice-calc-nogui"
ALL = {"first": "2025-01-01", "last": str(clock.today())}


def take(visitor, town, key, kind="xlsx", place=None, which="file", **more):
    """Downloads a register as its page does; answers the response."""
    visitor.page(f"/console/registers/{key}")
    told = {"place": place or town.songtao, **ALL, "kind": kind, **more}
    answer = visitor.post(f"/console/registers/{key}/{which}", told)
    # Read to its end, as a browser does: then the server throws the file away.
    answer.get_data()
    answer.close()
    return answer


def rows_of(answer):
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def test_the_page_lists_what_the_role_may_read(visitor, town):
    titles = {one.title for one in catalogue.REGISTERS.values()}
    seen = {
        name: {title for title in titles if title in visitor(name).page("/console/registers")}
        for name in ("tong", "bu", "admin", "shang", "shao")
    }
    assert seen["tong"] == titles
    assert seen["bu"] == {"物资出入库台账", "盘点表"}
    assert seen["admin"] == {"单位汇总", "季度公示", "减负自查", "个人信息台账"}
    assert seen["shang"] == titles - {"在职党员服务情况反馈表"}
    assert seen["shao"] == set()


@pytest.mark.parametrize("key", catalogue.REGISTERS)
def test_every_register_has_a_page_with_its_headings(visitor, town, key):
    tong = visitor("tong")
    assert 'role="alert"' not in tong.page(f"/console/registers/{key}")
    page = tong.page(f"/console/registers/{key}?first=2025-01-01")
    assert all(f">{heading}</th>" in page for heading in catalogue.one(key).headings)


def test_another_places_register_does_not_exist(visitor, town):
    tong = visitor("tong")
    assert tong.get(f"/console/registers/wishes?place={town.baihua}").status_code == 200
    assert "白桦" not in tong.page(f"/console/registers/wishes?place={town.baihua}&first=2025-01-01")
    assert take(tong, town, "wishes", place=town.baihua).status_code == 422
    assert visitor("bu").get("/console/registers/wishes").status_code == 403
    assert tong.get("/console/registers/salaries").status_code == 404


def test_days_the_wrong_way_round_are_told(visitor, town):
    page = visitor("tong").page("/console/registers/wishes?first=2026-11-02&last=2026-11-01")
    assert "开始日期不能晚于结束日期" in page


def test_a_long_register_is_read_page_by_page(visitor, town):
    tong, seen = visitor("tong"), []
    path = "/console/registers/points?first=2025-01-01"
    while path:
        page = tong.page(path)
        seen += [int(part.split("<")[0]) for part in page.split('<tr><td class="number">')[1:]]
        path = page.split('class="more"><a class="btn btn-outline-secondary" href="')[1:]
        path = path[0].split('"')[0].replace("&amp;", "&") if path else None
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) > 60


def test_an_address_that_somebody_cut_is_told_and_no_fault(visitor, town):
    clerk = visitor("tong")
    for after in ("1", "1-2-3", "999999999999999999-1", "1-²", "x"):
        answer = clerk.get(f"/console/registers/points?place={town.songtao}&after={after}&number=5")
        assert answer.status_code in (200, 422), after
    assert "请从第一页看起" in clerk.text(clerk.get("/console/registers/points?after=1-2-3&number=5"))


def test_a_file_is_masked_and_its_line_stands_in_the_journal(visitor, town):
    answer = take(visitor("tong"), town, "wishes", "csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    rows = rows_of(answer)
    assert rows[0] == catalogue.one("wishes").headings
    text = answer.get_data(as_text=True)
    assert "鄂**" in text
    assert "鄂桂兰" not in text
    assert "数据截止时间" in text
    assert f"导出人：佟雨禾（{town.person('tong').id}）" in text
    line = journal.lines("register", town.songtao)[-1]
    assert (line.verb, line.actor_id, line.reason) == ("hand_out", town.person("tong").id, None)
    assert line.facts["register"] == "wishes"


def test_names_in_clear_need_a_word_and_a_reason_and_say_so(visitor, town):
    tong = visitor("tong")
    assert take(tong, town, "wishes", which="open-file", reason="").status_code == 422
    assert journal.lines("register", town.songtao) == []
    answer = take(tong, town, "wishes", which="open-file", reason="入户核对名单 & 送达")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.get_data())).active
    cells = {str(cell.value) for row in sheet for cell in row}
    assert "鄂桂兰" in cells
    assert "用途：入户核对名单 ＆ 送达" in sheet.oddHeader.right.text
    assert "导出人：佟雨禾" in sheet.oddFooter.left.text
    line = journal.lines("register", town.songtao)[-1]
    assert (line.verb, line.reason) == ("open_register", "入户核对名单 & 送达")
    shang = visitor("shang")
    assert "<summary>需要完整姓名" not in shang.page("/console/registers/wishes")
    assert take(shang, town, "wishes", which="open-file", reason="看看").status_code == 403


def test_a_childs_name_stays_masked_whatever_the_reason(visitor, town):
    wish_id = cast.submitted(town, title="想要一套课本", description="开学用的课本，旧的也可以。")
    with transaction():
        session.execute(
            sa.text("UPDATE wishes SET for_child = :yes, disclosure = 'anonymous' WHERE id = :id"),
            {"yes": True, "id": wish_id},
        )
    answer = take(visitor("tong"), town, "wishes", "csv", which="open-file", reason="核对")
    (row,) = [row for row in rows_of(answer) if "想要一套课本" in row]
    assert "宁**" in row
    assert "宁小舟" not in row


def test_too_long_a_register_is_refused_before_it_is_written(visitor, town, monkeypatch):
    monkeypatch.setattr(hand_outs, "MOST_ROWS", 20)
    answer = take(visitor("tong"), town, "points")
    assert answer.status_code == 422
    assert "超过 20 行" in answer.get_data(as_text=True)
    assert journal.lines("register", town.songtao) == []


def test_the_feedback_sheet_follows_the_consent(visitor, town):
    tong, path = visitor("tong"), "/console/registers/feedback?first=2025-01-01"
    assert "裴**" in tong.page(path)
    answer = take(tong, town, "feedback", "csv", which="open-file", reason="季度反馈")
    assert "裴长青" in answer.get_data(as_text=True)
    assert journal.lines("person", town.person("pei").id)[-1].verb == "open_feedback"
    with transaction():
        unit, admin = town.place("市水务局"), by(town, "admin")
        people.appoint(town.person("shao").id, "unit_officer", unit, date(2026, 1, 1), None, actor=admin)
    shao = visitor("shao")
    assert "裴**" in shao.page(path)
    answer = take(shao, town, "feedback", "csv", unit, "open-file", reason="反馈")
    assert "裴长青" in answer.get_data(as_text=True)
    with transaction():
        consent.withdraw("unit_feedback", actor=by(town, "pei"))
    assert "裴**" not in tong.page(path)
    assert "裴**" not in shao.page(path)


@pytest.fixture
def office(tmp_path):
    """Converts files to .csv by one start of LibreOffice. Without it this fails: a skip nobody would miss."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        pytest.fail(NO_OFFICE)

    def convert(files, into="csv:Text - txt - csv (StarCalc):44,34,76"):
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        told = [found, "--headless", profile, "--convert-to", into]
        subprocess.run(
            [*told, "--outdir", str(tmp_path / "made"), *map(str, files)],
            check=True,
            capture_output=True,
            timeout=300,
        )
        return {one.stem: one for one in Path(tmp_path / "made").glob(f"*.{into[:3]}")}

    return convert


# What SQL says by itself of 松涛社区, for each summed heading that is not only counted.
SUMS = {
    "wishes": {
        "预估金额": "SELECT sum(estimated_cost) FROM wishes WHERE community_id = :place AND state <> 'draft'"
    },
    "service_records": {
        "服务时长(小时)": "SELECT sum(minutes) / 60.0 FROM service_records r WHERE community_id = :place"
        " AND NOT EXISTS (SELECT 1 FROM service_records c WHERE c.corrects_id = r.id)"
    },
    "points": {
        "增加": "SELECT sum(amount) FROM transfers t JOIN accounts a ON a.id = t.target_id"
        " WHERE t.community_id = :place AND a.kind = 'lot'",
        "减少": "SELECT sum(amount) FROM transfers t JOIN accounts a ON a.id = t.source_id"
        " WHERE t.community_id = :place AND a.kind = 'lot'",
    },
    "redemptions": {
        "合计积分": "SELECT sum(points) FROM redemptions WHERE community_id = :place AND state = 'handed_over'"
    },
    "stock": {
        "入库数": "SELECT sum(m.on_hand_change) FROM stock_movements m JOIN items i ON i.id = m.item_id"
        " JOIN shops s ON s.id = i.shop_id WHERE s.community_id = :place AND m.on_hand_change > 0",
        "出库数": "SELECT -sum(m.on_hand_change) FROM stock_movements m JOIN items i ON i.id = m.item_id"
        " JOIN shops s ON s.id = i.shop_id WHERE s.community_id = :place AND m.on_hand_change < 0",
    },
    "stocktakes": {
        "盈亏数": "SELECT sum(l.counted - l.book) FROM stocktake_lines l JOIN stocktakes s"
        " ON s.id = l.stocktake_id WHERE s.community_id = :place AND s.state = 'approved'"
    },
    "units": {
        "已报到人数": "SELECT count(*) FROM party_registrations"
        " WHERE community_id = :place AND status = 'verified'"
    },
    "quarterly": {
        "服务时长(小时)": "SELECT sum(minutes) / 60.0 FROM service_records r WHERE community_id = :place"
        " AND NOT EXISTS (SELECT 1 FROM service_records c WHERE c.corrects_id = r.id)",
        "库存结余": "SELECT sum(i.on_hand) FROM items i JOIN shops s ON s.id = i.shop_id"
        " WHERE s.community_id = :place",
        "物资捐赠金额": "SELECT sum(m.cost) FROM stock_movements m JOIN items i ON i.id = m.item_id"
        " JOIN shops s ON s.id = i.shop_id WHERE s.community_id = :place AND m.source = 'donation'",
    },
}


def test_every_file_opens_in_libreoffice_with_its_headings_and_the_sums_that_sql_gives(
    visitor, town, office, tmp_path
):
    tong, files = visitor("tong"), []
    for key in catalogue.REGISTERS:
        files.append(tmp_path / f"{key}.xlsx")
        files[-1].write_bytes(take(tong, town, key).get_data())
    made = office(files)
    assert set(made) == set(catalogue.REGISTERS)
    for key, path in made.items():
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
        assert rows[0][0] == catalogue.one(key).title
        assert "数据截止时间" in rows[1][0]
        assert rows[3] == papers.laid_out(catalogue.one(key)).headings
        assert len(rows) > 4, key
        for heading, statement in SUMS.get(key, {}).items():
            wanted = session.scalar(sa.text(statement), {"place": town.songtao})
            told = rows[-1][rows[3].index(heading)]
            assert float(told) == pytest.approx(float(wanted), abs=0.005), (key, heading)


def test_a_short_register_is_printed_on_as_many_sheets_as_it_has_leaves(visitor, town, office, tmp_path):
    tong, files = visitor("tong"), []
    for key in ("wishes", "quarterly", "feedback", "stocktakes"):
        files.append(tmp_path / f"{key}.xlsx")
        files[-1].write_bytes(take(tong, town, key).get_data())
    pages = {key: len(pypdf.PdfReader(path).pages) for key, path in office(files, "pdf").items()}
    assert pages == {key: len(papers.leaf_widths(catalogue.one(key))) for key in pages}
    assert len(pages) == 4


def test_a_csv_says_once_that_it_is_utf_8(visitor, town):
    answer = take(visitor("tong"), town, "wishes", "csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
