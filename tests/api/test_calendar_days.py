"""The working calendar over HTTP: open to everybody, entered by the city."""

import pytest

from tests.api.test_frame import refusal

SPRING = [{"date": f"2027-02-{day:02}", "isWorkday": False, "name": "春节"} for day in range(6, 13)]


@pytest.fixture
def anybody(town):
    return town.phone(None)


def test_the_calendar_is_read_without_signing_in_page_by_page(town, anybody):
    path, rows, cursor = "/calendar-days?from=2026-09-28&to=2026-10-20&limit=10", [], ""
    while cursor is not None:
        data = anybody.data("GET", path + (f"&cursor={cursor}" if cursor else ""))
        rows, cursor = rows + data["list"], data["nextCursor"]
    assert [row["date"] for row in rows][:2] == ["2026-09-28", "2026-09-29"]
    assert len(rows) == 23
    assert {"date": "2026-10-01", "isWorkday": False, "name": "国庆节", "source": "library"} in rows
    assert {
        row["source"] for row in anybody.data("GET", "/calendar-days?from=2027-01-01&to=2027-01-31")["list"]
    } == {"weekday"}


@pytest.mark.parametrize("path", ["?from=2026-10-02&to=2026-10-01", "?from=2026-01-01&to=2030-01-01"])
def test_too_much_of_it_is_422(town, anybody, path):
    assert list(refusal(anybody.get(f"/calendar-days{path}"), 422, "INVALID_INPUT")["data"]) == ["to"]


def test_due_days_are_counted_in_both_directions(town, anybody):
    due = "/calendar-days/due?from=2026-09-30&workingDays="
    assert anybody.data("GET", f"{due}3") == {"dueOn": "2026-10-10"}
    assert anybody.data("GET", f"{due}-2") == {"dueOn": "2026-09-28"}
    refusal(anybody.get(f"{due}401"), 422, "INVALID_INPUT")
    refusal(anybody.get(f"{due}--1"), 422, "INVALID_INPUT")


def test_the_city_enters_days_once(town, anybody):
    admin = town.phone("admin")
    assert admin.data("PUT", "/calendar-days", {"days": SPRING}) == {"changed": 7, "recomputed": 0}
    assert admin.data("PUT", "/calendar-days", {"days": SPRING}) == {"changed": 0, "recomputed": 0}
    assert anybody.data("GET", "/calendar-days/due?from=2027-02-05&workingDays=1") == {"dueOn": "2027-02-15"}
    refusal(town.phone("tong").put("/calendar-days", {"days": SPRING}), 403, "NOT_ALLOWED")
    refusal(anybody.put("/calendar-days", {"days": SPRING}), 401, "NOT_SIGNED_IN")
