"""Working days with 调休, hours of the clock and of the office (worked cases 2 to 4 of governance 10)."""

from datetime import date, datetime

import pytest

from backend import clock
from backend.duties.kinds import TermUnit
from backend.duties.terms import Term
from backend.tickets import counting
from tests.tickets import cast


def moment(text):
    return datetime.fromisoformat(f"{text}+08:00")


def due(value, unit, start, **more):
    found = counting.due_after(Term(value, TermUnit(unit)), moment(start), **more)
    return found.astimezone(clock.CHINA).replace(tzinfo=None).isoformat(" ", "minutes")


@pytest.mark.parametrize(
    ("assigned", "days", "due_on"),
    [
        # Case 2: 30 Sep, 8, 9, Sat 10, 12 Oct.
        (date(2026, 9, 29), 5, date(2026, 10, 12)),
        # Case 3: the Saturday is worked; the longest holiday; a Sunday worked before it.
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 12), 5, date(2026, 2, 26)),
        (date(2026, 9, 18), 2, date(2026, 9, 21)),
    ],
    ids=["golden-week", "worked-saturday", "spring-festival", "worked-sunday"],
)
def test_the_day_of_dispatch_is_not_counted(city, assigned, days, due_on):
    ticket_id = cast.assigned(city, cast.reported(city, assigned), assigned, working_days=days)
    assert cast.due_on(ticket_id) == due_on
    assert cast.events(ticket_id) == [("set", due_on)]


def test_an_imported_due_on_a_holiday_stays_and_ours_is_the_working_day_before(city):
    """Case 4."""
    day = date(2026, 9, 25)
    ticket_id = cast.from_hotline(city, "热线-260925-000001", day, date(2026, 10, 3))
    cast.assigned(city, ticket_id, day, working_days=15)
    found = cast.ticket(ticket_id)
    assert clock.business_day(found.owner_due_at) == date(2026, 10, 3)
    assert cast.due_on(ticket_id) == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("value", "unit", "start", "expected"),
    [
        (2, "hour", "2026-10-01T22:40", "2026-10-02 00:40"),
        (24, "hour", "2026-12-04T16:00", "2026-12-05 16:00"),
        (2, "office_hour", "2026-12-04T16:30", "2026-12-07 10:00"),
        (5, "office_hour", "2026-12-07T10:00", "2026-12-07 17:00"),
        (1, "office_hour", "2026-12-05T12:00", "2026-12-07 09:30"),
        (3, "office_hour", "2026-12-07T08:30", "2026-12-07 11:30"),
        (0, "wd", "2026-12-07T10:00", "2026-12-07 23:59"),
        (0, "wd", "2026-12-05T10:00", "2026-12-07 23:59"),
    ],
    ids=[
        "night",
        "weekend",
        "over-a-weekend",
        "over-noon",
        "from-a-saturday",
        "morning",
        "same-day",
        "next-worked",
    ],
)
def test_hours_run_by_the_clock_and_office_hours_by_the_door(app, value, unit, start, expected):
    assert due(value, unit, start) == expected


def test_days_are_given_back_as_working_days_and_hours_as_hours(app):
    assert due(5, "wd", "2026-12-03T10:00", credit_days=1) == "2026-12-11 23:59"
    assert due(2, "office_hour", "2026-12-04T16:00", credit_seconds=1800) == "2026-12-07 10:00"
    assert due(2, "hour", "2026-12-04T16:00", credit_days=1) == "2026-12-07 18:00"


def test_a_weekend_in_a_pause_gives_nothing(app):
    friday, monday = moment("2026-12-04T15:00"), moment("2026-12-07T09:00")
    assert counting.working_days_between(friday, monday) == 1
    assert counting.working_days_between(friday, moment("2026-12-06T20:00")) == 0
    assert counting.working_days_between(monday, friday) == 0
    assert counting.office_seconds(friday, monday) == 2 * 3600 + 30 * 60


@pytest.mark.parametrize(
    ("value", "unit", "days"), [(5, "wd", 3), (3, "wd", 2), (1, "wd", 2), (15, "wd", 8), (2, "hour", 2)]
)
def test_what_is_done_once_more_has_half_and_at_least_two_days(value, unit, days):
    assert counting.half(Term(value, TermUnit(unit))) == Term(days, TermUnit.WD)
