"""A register, from the menu to the file on the office PC."""

import openpyxl

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
    page.get_by_text("需要完整姓名").click()
    desk.look_at(page, "tong-registers-wishes-open")
    page.get_by_label("用途").fill("入户核对名单")
    with page.expect_download() as told:
        page.get_by_role("button", name="下载（姓名完整）").click()
    told.value.save_as(tmp_path / "register.xlsx")
    names = {row[5].value for row in openpyxl.load_workbook(tmp_path / "register.xlsx").active}
    assert "鄂桂兰" in names
