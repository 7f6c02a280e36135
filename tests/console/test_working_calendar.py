"""工作日历 at the console: what is free, what nobody entered yet, and its entry."""

from datetime import UTC, date, datetime

import pytest

from backend import clock, working_days

NOVEMBER = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest.fixture
def admin(town, visitor):
    return visitor("admin")


def spring(**other):
    return {"first": "2027-02-06", "last": "2027-02-12", "is_workday": "free", "name": "春节", **other}


def test_the_year_that_nobody_entered_waits_for_the_city_from_november_on(admin):
    with clock.frozen_at(NOVEMBER):
        assert "2027年的放假调休安排还没有录入" in admin.page("/console/")
        assert "2027年的放假调休安排还没有录入" in admin.page("/console/working-calendar")
        assert admin.post("/console/working-calendar", spring()).status_code == 303
        text = admin.page("/console/working-calendar")
        assert "已保存 7 天，没有办理期限因此改变" in text
        assert "还没有录入" not in text
        assert "还没有录入" not in admin.page("/console/")
    assert working_days.after(date(2027, 2, 5), 1) == date(2027, 2, 15)


def test_the_same_entry_twice_changes_nothing(admin):
    admin.page("/console/working-calendar")
    for told in ("已保存 7 天", "和原来一样，没有要改的"):
        admin.post("/console/working-calendar", spring())
        assert told in admin.page("/console/working-calendar")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (spring(last="2027-02-05"), "不早于第一天，一次最多 31 天"),
        (spring(last="2027-04-05"), "不早于第一天，一次最多 31 天"),
        (spring(is_workday=""), "请选择一项"),
    ],
)
def test_a_wrong_entry_says_where_and_keeps_what_was_typed(admin, given, told):
    admin.page("/console/working-calendar")
    answer = admin.post("/console/working-calendar", given)
    assert answer.status_code == 422
    assert told in admin.text(answer)
    assert 'value="2027-02-06"' in admin.text(answer)


@pytest.mark.parametrize("name", ["tong", "shang", "jie"])
def test_nobody_else_opens_it(town, visitor, name):
    assert visitor(name).get("/console/working-calendar").status_code == 403
