"""Working days: what was announced, what the city enters, and what nobody knows yet."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from backend import calendar_days, clock, working_days
from backend.db import session, transaction
from backend.errors import NotAllowed
from backend.journal import JournalLine
from backend.volunteering.models import Activity
from backend.working_days import Day, Source, after, days
from tests.volunteering import cast


def entered(day, works, name=None):
    return Day(day, works, name, Source.CITY)


@pytest.mark.parametrize(
    ("first", "count", "due"),
    [
        # National Day 2026 is free from 1 to 7 October; 20 September and 10 October are worked in exchange.
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
        (date(2026, 9, 18), 1, date(2026, 9, 20)),
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
        (date(2026, 10, 8), 0, date(2026, 10, 8)),
        (date(2026, 11, 30), 10, date(2026, 12, 14)),
    ],
)
def test_working_days_are_counted_over_holidays_and_days_worked_in_exchange(app, first, count, due):
    assert after(first, count) == due


def test_counting_there_and_back_is_the_same(app):
    for count in (1, 7, 60, 250):
        assert after(after(date(2025, 3, 3), count), -count) == date(2025, 3, 3)


def test_many_days_are_counted_in_one_question(app, statements):
    some = [date(2026, 9, day) for day in range(15, 30)]
    with statements() as counted:
        for count in (1, 3):
            assert working_days.after_each(some, count) == {day: after(day, count) for day in some}
    assert len(counted) <= 2 * (2 + len(some))
    assert working_days.on_or_after_each([date(2026, 10, 1), date(2026, 10, 10)]) == {
        date(2026, 10, 1): date(2026, 10, 8),
        date(2026, 10, 10): date(2026, 10, 10),
    }
    assert working_days.after_each([], 3) == {}


@pytest.mark.parametrize(
    ("now", "over"),
    [
        # Thursday, Saturday and Monday: what falls due on the free days may still be done all Monday.
        ((2026, 12, 3), (2026, 12, 3)),
        ((2026, 12, 5), (2026, 12, 5, 0)),
        ((2026, 12, 7), (2026, 12, 5, 0)),
        ((2026, 12, 8), (2026, 12, 8)),
    ],
)
def test_nothing_is_over_on_a_free_day_nor_on_the_first_working_day_after_it(app, now, over):
    def moment(year, month, day, hour=12):
        return datetime(year, month, day, hour, tzinfo=clock.CHINA)

    with clock.frozen_at(moment(*now)):
        assert working_days.over() <= moment(*over)
        assert moment(*over) - working_days.over() < timedelta(seconds=1)


def test_a_day_says_who_says_so(app):
    holiday, worked, plain = (
        days(day, day)[0] for day in (date(2026, 10, 1), date(2026, 2, 14), date(2026, 3, 2))
    )
    assert (holiday.is_workday, holiday.name, holiday.source) == (False, "国庆节", "library")
    assert (worked.is_workday, worked.name) == (True, "春节调休上班")
    assert (plain.is_workday, plain.name, plain.source) == (True, None, "library")
    assert days(date(2027, 2, 8), date(2027, 2, 8)) == [Day(date(2027, 2, 8), True, None, Source.WEEKDAY)]


def test_beyond_the_announced_years_weekdays_count_and_each_day_says_so(app):
    found = days(date(2031, 1, 4), date(2031, 1, 7))
    assert [one.is_workday for one in found] == [False, False, True, True]
    assert {one.source for one in found} == {Source.WEEKDAY}
    assert working_days.unknown(2031)
    assert not working_days.unknown(2026)


def test_what_the_city_enters_goes_before_the_library(app):
    with transaction():
        changed = working_days.enter(
            [entered(date(2027, 2, 8), False, "春节"), entered(date(2026, 10, 1), True, "抢险")]
        )
    assert changed == [date(2026, 10, 1), date(2027, 2, 8)]
    assert after(date(2027, 2, 5), 1) == date(2027, 2, 9)
    assert days(date(2026, 10, 1), date(2026, 10, 1))[0].source == "city"
    with transaction():
        assert working_days.enter([entered(date(2027, 2, 8), False, "春节")]) == []
        assert working_days.enter([entered(date(2027, 2, 8), True)]) == [date(2027, 2, 8)]
    assert after(date(2027, 2, 5), 1) == date(2027, 2, 8)


def test_the_next_year_is_missed_from_november_on_until_somebody_enters_it(app):
    with clock.frozen_at(datetime(2026, 10, 31, tzinfo=UTC)):
        assert calendar_days.unknown_year() is None
    with clock.frozen_at(datetime(2026, 11, 2, tzinfo=UTC)):
        assert calendar_days.unknown_year() == 2027
        with transaction():
            working_days.enter([entered(date(2027, 1, 1), False, "元旦")])
        assert calendar_days.unknown_year() is None


def test_open_dues_move_with_the_calendar_and_what_is_over_stays(town):
    first, second = cast.newcomers(town, 2)
    open_, done = cast.ended(town, first), cast.certified(town, second)
    before, kept = cast.activity(open_).record_due_on, cast.activity(done).record_due_on
    with transaction():
        session.get(Activity, open_).overdue_told_at = clock.now()
    begin = clock.business_day(cast.activity(open_).ends_at)
    closed = [entered(day.date, False, "停电") for day in days(begin, before) if day.is_workday]
    admin = town.person("admin")
    with transaction():
        assert calendar_days.change(closed, actor=admin) == (len(closed), 1)
    assert cast.activity(open_).record_due_on == after(before, working_days.RECORD_DAYS)
    assert cast.activity(open_).overdue_told_at is None
    assert cast.activity(done).record_due_on == kept
    line = session.scalars(sa.select(JournalLine).order_by(JournalLine.id.desc()).limit(1)).one()
    assert (line.verb, line.subject_kind, line.facts["moved"]) == ("change_calendar", "organisation", 1)
    with transaction():
        assert calendar_days.change(closed, actor=admin) == (0, 0)


@pytest.mark.parametrize("name", ["tong", "jie", "shang", "ning"])
def test_nobody_else_changes_the_calendar(town, name):
    with pytest.raises(NotAllowed), transaction():
        calendar_days.change([entered(date(2027, 1, 4), False)], actor=town.person(name))
