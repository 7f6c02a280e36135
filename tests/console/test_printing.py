"""What is printed: registers that can be read on paper, the notice to hang up, cards and slips of chosen rows."""

import io
import itertools
import re

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from backend import clock
from backend.console.oversight import quarterly_notices
from backend.registers import papers
from backend.reports import catalogue
from backend.reports.quarterly_register import QUARTERLY
from tests.supermarket import cast as shop
from tests.wishes import cast

# A4 across between margins of 0.4 inch, in points, and the smallest type that is read without a glass.
ACROSS, LEAST = 784, 8
DAYS = {"first": "2025-01-01", "last": str(clock.today())}


def workbook(answer):
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    answer.close()
    return book.active


def faults_of(sheet):
    """Why this sheet cannot be read on paper, with nothing taken for granted but the file."""
    scale, told = sheet.page_setup.scale / 100, []
    if sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage:
        told.append("shrunk to fit")
    if min(cell.font.size for row in sheet.iter_rows() for cell in row if cell.value) * scale < LEAST:
        told.append("type too small")
    if sheet.print_title_rows != "$4:$4" or sheet.page_setup.orientation != "landscape":
        told.append("no heads on every page, or not across")
    points = [
        (sheet.column_dimensions[get_column_letter(at + 1)].width * 7 + 5) * 0.75
        for at in range(sheet.max_column)
    ]
    cuts = [0, *(one.id for one in sheet.col_breaks.brk), len(points)]
    again = sum(points[: ord((sheet.print_title_cols or "$A:$@")[-1]) - ord("A") + 1])
    for at, (begin, end) in enumerate(itertools.pairwise(cuts)):
        if (sum(points[begin:end]) + (again if at else 0)) * scale > ACROSS:
            told.append(f"leaf {at + 1} is wider than the paper")
    return told


@pytest.mark.parametrize("key", catalogue.REGISTERS)
def test_every_register_fits_across_its_sheets_in_type_of_eight_points(key):
    register = catalogue.one(key)
    assert max(papers.leaf_widths(register)) * papers.LEAST_SCALE / 100 <= papers.SHEET < ACROSS
    assert not any(one.aside for one in register.columns[: register.repeated])
    assert sorted(papers.laid_out(register).headings) == sorted(register.headings)


def test_the_wishes_register_lies_on_two_leaves_that_name_their_rows(visitor, town):
    tong = visitor("tong")
    tong.page("/console/registers/wishes")
    sheet = workbook(
        tong.post("/console/registers/wishes/file", {"place": town.songtao, **DAYS, "kind": "xlsx"})
    )
    assert faults_of(sheet) == []
    headings = [cell.value for cell in sheet[4]]
    assert sheet.print_title_cols == "$A:$B"
    assert headings[:2] == ["序号", "心愿编号"]
    (cut,) = [one.id for one in sheet.col_breaks.brk]
    assert {"心愿内容", "点亮日期", "满意度", "未实现原因"} <= set(headings[:cut])
    assert {"网格", "转介去向"} <= set(headings[cut:])
    # A row is as high as its longest text needs: of 十六 letters eight characters stand in a line.
    reasons = headings.index("未实现原因")
    for row in sheet.iter_rows(min_row=5):
        said = row[reasons].value
        if said and len(said) > 8:
            assert sheet.row_dimensions[row[0].row].height >= 15 * -(-len(said) // 8)


@pytest.mark.parametrize("path", ["wishes", "redemptions", "people/list", "stock/list", "activities/list"])
def test_every_list_that_goes_out_can_be_read_on_paper(visitor, town, path):
    shop_id = shop.opened(town)
    shop.asked(town, shop_id, {shop.goods(town, shop_id): 1})
    clerk = visitor("tong")
    clerk.page(f"/console/{path}")
    assert faults_of(workbook(clerk.post(f"/console/{path}/sheet"))) == []


def test_the_notice_says_all_that_the_quarterly_register_says():
    told = {heading for _name, lines in quarterly_notices.SECTIONS for heading, _words, _unit in lines}
    told |= {"社区", quarterly_notices.DONORS, quarterly_notices.RULES, quarterly_notices.PHONE}
    assert told == set(QUARTERLY.headings)


def test_the_notice_is_a_sheet_for_each_community_with_its_own_numbers(visitor, town):
    tong = visitor("tong")
    address = "/console/registers/quarterly/notices"
    assert address in tong.page("/console/registers/quarterly")
    assert address not in tong.page("/console/registers/wishes")
    page = tong.page(f"{address}?place={town.songtao}&first=2025-01-01&last={clock.today()}")
    assert page.count('class="slip notice"') == 1
    assert re.search(r"松涛社区\d{4}年\d{2}月\d{2}日至", page)
    row = tong.page(f"/console/registers/quarterly?place={town.songtao}&first=2025-01-01")
    submitted = re.search(r'松涛社区\s*</td>\s*<td class="number">\s*(\d+)', row)[1]
    assert re.search(rf"征集 <b>{submitted}</b> 个", page)
    whole = visitor("admin").page(address)
    assert whole.count('class="slip notice"') > 1
    assert {"松涛社区", "白桦社区"} <= set(
        re.findall(r'notice-title">(\w+社区)\d{4}年第[一二三四]季度公示', whole)
    )
    assert visitor("bu").get(address).status_code == 403
    assert visitor("tong").get(f"{address}?place={town.baihua}").status_code == 200
    assert "白桦" not in tong.page(f"{address}?place={town.baihua}")


def test_cards_of_chosen_residents_are_printed_and_of_nobody_elses(visitor, town):
    here, elsewhere, phone = (town.person(one).id for one in ("e", "he", "ning"))
    tong = visitor("tong")
    assert f'value="{here}"' in tong.page("/console/people/list?way=card")
    page = tong.page(f"/console/people/cards?id={here}&id={elsewhere}&id={phone}&id=x")
    assert re.findall(r"<strong>(P\d+)</strong>", page) == ["P000001"]
    assert "另有 1 位没有纸质卡" in page
    answer = tong.get("/console/people/cards?id=")
    assert answer.status_code == 303
    assert "请先勾选" in tong.page("/console/people/list")
    assert visitor("shang").get(f"/console/people/cards?id={here}").status_code == 403


def test_slips_and_the_delivery_note_of_chosen_orders(visitor, town):
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id)
    behalf = {"on_behalf_of": (town.person("e").id, "老人没有手机")}
    ready = shop.approved(town, shop_id, {item_id: 1}, "tong", "lan", **behalf)
    own = shop.approved(town, shop_id, {item_id: 1})
    tong, asked = visitor("tong"), f"id={ready}&id={own}"
    page = tong.page(f"/console/redemptions/slips?{asked}")
    assert page.count('class="spread"') == 1
    assert "不印：" in page
    note = tong.page(f"/console/redemptions/delivery-note?{asked}")
    assert "共 2 张" in note
    assert "鄂桂兰" in note
    # Who did not ask for her has no code to print; another community's clerk finds neither.
    assert visitor("lan").page(f"/console/redemptions/slips?{asked}").count('class="spread"') == 0
    assert visitor("bai").get(f"/console/redemptions/delivery-note?{asked}").status_code == 303


def test_slips_to_sign_of_chosen_wishes(visitor, town):
    reported = cast.submitted(town, wisher="e", reporter="shao")
    own = cast.submitted(town, title="想要一盏亮一点的灯")
    page = visitor("tong").page(f"/console/wishes/slips?id={reported}&id={own}")
    assert page.count("微心愿代办确认单") == 1
    assert "P000001" in page
    assert "另有 1 个不是代办的" in page


SMALLEST = """() => {
  const sizes = [], walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const holder = walk.currentNode.parentElement;
    if (walk.currentNode.textContent.trim() && holder.getClientRects().length) {
      sizes.push(parseFloat(getComputedStyle(holder).fontSize));
    }
  }
  return Math.min(...sizes) * 0.75;
}"""


def test_nothing_is_printed_in_type_below_eight_points(desk, town):
    reported = cast.submitted(town, wisher="e", reporter="shao")
    page = desk.sit_down("tong")
    page.emulate_media(media="print")
    for path in (
        "registers/wishes?first=2025-01-01",
        "registers/quarterly/notices",
        f"people/cards?id={town.person('e').id}",
        f"wishes/slips?id={reported}",
        "wishes",
        "stock/labels",
        "stock/stocktakes/sheet",
    ):
        assert page.goto(f"/console/{path}").status == 200, path
        assert page.evaluate(SMALLEST) >= LEAST, path
        desk.look_at(page, f"paper-{path.split('?')[0].replace('/', '-')}")
