"""A day's complaints by keyboard: read, answered with a ready-made sentence that was changed, on to the next."""

from backend.complaints import sealed
from tests.console.desk import press
from tests.console.test_complaints_pages import filed, row


def test_two_complaints_are_answered_by_keyboard_alone(desk, town):
    made = [filed(town), filed(town, "门口总停车", "wulan")]
    page = desk.sit_down("tong")
    page.goto("/console/complaints")
    press(page, "j", "Enter")
    for number, complaint_id in enumerate(made):
        page.wait_for_url(f"**/console/complaints/{complaint_id}")
        press(page, "1", "ArrowDown")
        page.keyboard.type(f"，第 {number} 条")
        press(page, "Control+Enter")
    page.wait_for_url("**/console/")
    assert "投诉建议都答复完了" in page.content()
    told = [sealed.answer(row(complaint_id)) for complaint_id in made]
    assert all(one.startswith("谢谢您提出来") and one.endswith(f"第 {at} 条") for at, one in enumerate(told))
