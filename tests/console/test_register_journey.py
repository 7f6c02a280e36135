"""A register, from the menu to the file on the office PC."""

import io

import openpyxl
import pypdf

from tests.console.desk import follow


def test_a_clerk_takes_a_register_along_masked_and_then_with_names_for_a_reason(desk, tmp_path):
    page = desk.sit_down("tong")
    follow(page, page.get_by_role("link", name="台账", exact=True))
    follow(page, page.get_by_role("link", name="微心愿台账"))
    page.get_by_role("search").get_by_label("从", exact=True).fill("2025-01-01")
    follow(page, page.get_by_role("button", name="查看"))
    assert page.get_by_role("cell", name="鄂**").count() > 0
    with page.expect_download() as told:
        page.get_by_role("button", name="下载（姓名遮盖）").click()
    assert told.value.suggested_filename.startswith("微心愿台账_松涛社区_2025-01-01至")
    page.get_by_text("需要完整姓名", exact=True).click()
    desk.look_at(page, "tong-registers-wishes-open")
    page.get_by_label("用途").fill("入户核对名单")
    with page.expect_download() as told:
        page.get_by_role("button", name="下载（姓名完整）").click()
    told.value.save_as(tmp_path / "register.xlsx")
    written = openpyxl.load_workbook(tmp_path / "register.xlsx").active
    assert "鄂桂兰" in {cell.value for row in written for cell in row}


def test_a_second_file_is_taken_from_the_same_page(desk):
    page = desk.sit_down("tong")
    page.goto("/console/registers/wishes")
    button, sent = page.get_by_role("button", name="下载（姓名遮盖）"), page.locator("form[data-sent]")
    with page.expect_download() as first:
        button.click()
    button.click()
    assert sent.count() == 1, "a second press while the first is on its way does nothing"
    sent.wait_for(state="detached")
    page.locator("#file-kind").select_option("csv")
    with page.expect_download() as second:
        button.click()
    names = [told.value.suggested_filename.rsplit(".")[-1] for told in (first, second)]
    assert names == ["xlsx", "csv"]


def test_a_printed_register_has_all_its_columns(desk):
    page = desk.sit_down("tong")
    page.emulate_media(media="print")
    # A4 across, without its margins, at 96 points an inch.
    page.set_viewport_size({"width": 1046, "height": 718})
    for key in ("wishes", "points", "redemptions", "service_records"):
        page.goto(f"/console/registers/{key}")
        cut_off = page.locator(".broad").evaluate("node => node.scrollWidth - node.clientWidth")
        assert cut_off <= 0, key
    sheet = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages[0].mediabox
    assert sheet.width > sheet.height
