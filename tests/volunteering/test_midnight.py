"""Minutes belong to the day in China on which they fall: the eight hours, the points of a day, sums and registers."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import columns_of, session, transaction
from backend.volunteering import days, limits, record_queries
from backend.volunteering.actions import backfills, corrections, ending, hours
from backend.volunteering.record_models import ServiceDay, ServiceRecord
from tests.volunteering import cast
from tests.volunteering.cast import STARTS

LATER = STARTS + timedelta(days=4)
# Eight in the evening and midnight of the usual Saturday, in China.
EVENING, MIDNIGHT = STARTS + timedelta(hours=11), STARTS + timedelta(hours=15)
SATURDAY, SUNDAY, MONDAY = (date(2027, 3, day) for day in (6, 7, 8))
SERVICE = {
    "activity_name": "值守",
    "category": "应急",
    "place": "雪松家园",
    "content": "夜间值守",
    "reason": "停电，用纸质签到表",
}


def backfilled(town, person, started_at, minutes):
    with clock.frozen_at(LATER), transaction():
        content = {**SERVICE, "started_at": started_at, "minutes": minutes}
        asked = backfills.request(person.id, town.songtao, content, actor=cast.by(town, "tong"))
    with clock.frozen_at(LATER), transaction():
        backfills.approve(asked.id, actor=cast.by(town, "lan"))
    return cast.records(person)[-1]


def counted(person):
    """(day, minutes) of all days on which the person served."""
    wanted = sa.select(days.DAY, sa.func.sum(days.MINUTES)).select_from(ServiceRecord)
    rows = wanted.outerjoin(ServiceDay, days.DAYS_OF_RECORD).where(
        ServiceRecord.person_id == person.id, limits.IN_FORCE
    )
    return [tuple(row) for row in session.execute(rows.group_by(days.DAY).order_by(days.DAY))]


@pytest.mark.parametrize(
    ("start", "minutes", "parts"),
    [
        (STARTS, 120, [(SATURDAY, 120)]),
        (EVENING, 240, [(SATURDAY, 240)]),
        (EVENING, 480, [(SATURDAY, 240), (SUNDAY, 240)]),
        (MIDNIGHT - timedelta(seconds=30), 60, [(SUNDAY, 60)]),
        (EVENING, 240 + 480 + 60, [(SATURDAY, 240), (SUNDAY, 480), (MONDAY, 60)]),
        (STARTS, 0, []),
    ],
)
def test_minutes_are_split_at_midnight_in_china(start, minutes, parts):
    assert [(one.day, one.minutes) for one in days.split(start, minutes)] == parts


def test_nobody_loses_a_minute_at_midnight_to_parts_of_a_second():
    start = datetime(2026, 12, 2, 14, 14, 3, 643_492, tzinfo=UTC)
    assert days.most_between(start, start + timedelta(minutes=121)) == 121


def test_eight_hours_a_day_hold_for_each_of_the_two_days(town):
    (one,) = cast.newcomers(town, 1)
    backfilled(town, one, STARTS - timedelta(hours=1), 240)
    night = backfilled(town, one, EVENING, 480)
    assert (night.served_on, night.served_until, night.ended_at) == (
        SATURDAY,
        SUNDAY,
        EVENING + timedelta(hours=8),
    )
    assert counted(one) == [(SATURDAY, 480), (SUNDAY, 240)]
    with pytest.raises(limits.TooManyHoursThatDay, match="已有 240 分钟"):
        backfilled(town, one, MIDNIGHT + timedelta(hours=10), 241)
    with pytest.raises(limits.TooManyHoursThatDay, match="已有 480 分钟"):
        backfilled(town, one, STARTS + timedelta(hours=4), 1)
    (shown,) = record_queries.view_records([night])
    assert [one["minutes"] for one in shown.days] == [240, 240]


def test_the_database_says_the_same_of_each_day(town):
    (one,) = cast.newcomers(town, 1)
    morning = backfilled(town, one, MIDNIGHT + timedelta(hours=8), 300)
    night = backfilled(town, one, EVENING, 420)
    too_much = [
        sa.insert(ServiceDay).values(record_id=morning.id, day=SATURDAY, minutes=241),
        sa.insert(ServiceRecord).values(
            {
                **{
                    name: value
                    for name, value in columns_of(morning).items()
                    if name not in ("id", "backfill_id")
                },
                "source": "roll_call",
                "activity_id": None,
                "minutes": 1,
            }
        ),
    ]
    assert counted(one) == [(SATURDAY, 240), (SUNDAY, 480)]
    for statement in too_much:
        with pytest.raises(sa.exc.DBAPIError, match="eight hours"), transaction():
            session.execute(statement)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
        session.execute(sa.update(ServiceDay).where(ServiceDay.record_id == night.id).values(minutes=1))


def test_a_correction_is_split_anew(town):
    (one,) = cast.newcomers(town, 1)
    night = backfilled(town, one, EVENING, 300)
    with clock.frozen_at(LATER), transaction():
        asked = corrections.request(night.id, 420, "少记了两小时", actor=one)
    with clock.frozen_at(LATER), transaction():
        corrections.approve(asked.id, actor=cast.by(town, "tong"))
    assert counted(one) == [(SATURDAY, 240), (SUNDAY, 180)]


def test_an_activity_over_several_days_counts_eight_hours_of_each(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.published(town, starts_at=EVENING, ends_at=EVENING + timedelta(hours=40))
    cast.sign_up(activity_id, one)
    with clock.frozen_at(EVENING):
        cast.check_in(activity_id, one)
    with clock.frozen_at(EVENING + timedelta(hours=40)):
        cast.check_out(activity_id, one)
        with transaction():
            ending.end(activity_id, actor=cast.by(town, "wulan"))
    with clock.frozen_at(LATER), transaction():
        hours.propose(activity_id, {}, actor=cast.by(town, "wulan"))
    with clock.frozen_at(LATER), transaction():
        hours.certify(activity_id, {}, actor=cast.by(town, "tong"))
    assert counted(one) == [(SATURDAY, 240), (SUNDAY, 480), (MONDAY, 480)]
    # Sunday is full, and Saturday's morning is free; nobody is at two places on Monday's first hours.
    limits.check([limits.Served(one.id, STARTS, 120)])
    with pytest.raises(limits.OverlappingService):
        limits.check([limits.Served(one.id, EVENING - timedelta(minutes=30), 60)])
    assert [row.minutes for row in cast.records(one)] == [1200]
    assert record_queries.totals(one.id)["minutes"] == 1200
    awards = sa.text("SELECT units, amount FROM transfers WHERE person_id = :them AND kind = 'award'")
    # Two points an activity at most, however many days it has.
    assert session.execute(awards, {"them": one.id}).all() == [(4, 2)]


def test_the_points_of_a_day_are_those_of_the_minutes_that_fell_on_it():
    served = days.Served(1, MIDNIGHT - timedelta(minutes=90), 180)
    assert served.hours == [(SATURDAY, 1), (SUNDAY, 2)]
    assert days.Served(1, MIDNIGHT - timedelta(minutes=30), 60).hours == [(SUNDAY, 1)]


def test_a_night_over_new_year_counts_in_both_years(town):
    (one,) = cast.newcomers(town, 1)
    last_evening = datetime(2026, 12, 31, 14, 0, tzinfo=UTC)
    backfilled(town, one, last_evening, 300)
    assert record_queries.totals(one.id)["by_year"] == [
        {"year": 2026, "minutes": 120},
        {"year": 2027, "minutes": 180},
    ]
