"""Several sessions in one activity: each is attended, clashes and is recorded for itself."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import InvalidInput
from backend.ledger import queries as balances
from backend.operations import invariants
from backend.outbox.models import Notice
from backend.points import actions as points
from backend.volunteering import (
    attendance_queries,
    calendar_file,
    codes,
    days,
    desk_queries,
    limits,
    queries,
    sessions,
    states,
)
from backend.volunteering.actions import (
    activities,
    attendance,
    deadlines,
    ending,
    hours,
    roll_call,
    series,
    sign_ups,
)
from backend.volunteering.models import Activity, SignUp
from backend.volunteering.record_models import ServiceRecord
from tests.volunteering import cast

WEEK = timedelta(weeks=1)
THREE = [
    (cast.STARTS + number * WEEK, cast.STARTS + number * WEEK + timedelta(hours=2)) for number in range(3)
]


@contextmanager
def at(number, **passed):
    with clock.frozen_at(THREE[number - 1][0] + timedelta(**passed)):
        yield


def scan(verb, activity_id, who):
    with transaction():
        return verb(activity_id, codes.current(activity_id, clock.now()).code, actor=who).state


def state_of(activity_id, who):
    wanted = sa.select(SignUp.state).where(SignUp.activity_id == activity_id, SignUp.person_id == who.id)
    with transaction():
        return session.scalars(wanted).one()


@pytest.fixture
def course(town):
    """Three Saturdays from nine to eleven, with ning's place."""
    ning = cast.by(town, "ning")
    activity_id = cast.published(town, sessions=THREE)
    cast.sign_up(activity_id, ning)
    return activity_id, ning


def test_the_span_follows_from_the_sessions_and_each_stands_in_the_answer(town, course):
    activity_id, ning = course
    with transaction():
        activity = session.get_one(Activity, activity_id)
        (shown,) = queries.view_activities([activity], actor=ning)
        assert (shown.starts_at, shown.ends_at) == (THREE[0][0], THREE[2][1])
        assert [(one.number, one.starts_at, one.ends_at) for one in shown.sessions] == [
            (number, *part) for number, part in enumerate(THREE, start=1)
        ]
        # A week between two sessions is none of its days.
        tuesday = clock.business_day(THREE[0][0]) + timedelta(days=3)
        asked = {"community_id": None, "category": None, "state": None, "actor": ning}
        found = queries.activities(**asked, first_day=tuesday, last_day=tuesday).rows(50)
        assert activity_id not in [one.id for one in found]
        file = calendar_file.calendar_of([activity]).decode().replace("\r\n ", "")
    assert file.count("BEGIN:VEVENT") == 1
    assert "DTSTART:20270306T010000Z\r\nDTEND:20270306T030000Z" in file
    assert "RDATE:20270313T010000Z,20270320T010000Z" in file
    assert "共 3 场" in file


@pytest.mark.parametrize(
    "parts",
    [
        [THREE[0], (THREE[0][0] + timedelta(hours=1), THREE[0][0] + timedelta(hours=4))],
        [THREE[0], (THREE[1][1], THREE[1][0])],
        [(one[0], one[0] + timedelta(hours=12)) for one in THREE]
        + [(THREE[2][1] + WEEK, THREE[2][1] + WEEK * 2)],
        [(THREE[0][0] + timedelta(days=n), THREE[0][1] + timedelta(days=n)) for n in range(11)],
        [THREE[0], (THREE[0][0] + timedelta(days=400), THREE[0][1] + timedelta(days=400))],
    ],
    ids=["overlapping", "turned round", "too long", "eleven", "over a year"],
)
def test_sessions_that_cannot_be_are_refused_beside_their_field(town, parts):
    with pytest.raises(InvalidInput) as refused:
        cast.planned(town, sessions=parts)
    assert "sessions" in refused.value.facts


def test_a_single_session_is_the_activity_itself(town):
    activity_id = cast.planned(town, sessions=[THREE[1]])
    with transaction():
        activity = session.get_one(Activity, activity_id)
        assert (activity.starts_at, activity.ends_at) == THREE[1]
        assert sessions.of(activity_id) == []


def test_each_session_is_attended_for_itself_and_refused_outside_of_it(town, course):
    activity_id, ning = course
    with at(1, minutes=1):
        assert scan(attendance.check_in, activity_id, ning) == "checked_in"
    with at(1, minutes=5), pytest.raises(attendance.AlreadyCheckedIn):
        scan(attendance.check_in, activity_id, ning)
    with at(1, hours=2):
        assert scan(attendance.check_out, activity_id, ning) == "checked_out"
    with at(1, days=3), pytest.raises(attendance.TooEarly) as early:
        scan(attendance.check_in, activity_id, ning)
    assert early.value.facts["opensAt"] == "03月13日 08:30"
    with at(2, minutes=10):
        with transaction():
            (shown,) = queries.view_activities([session.get_one(Activity, activity_id)], actor=ning)
        assert "check_in" in shown.my_sign_up.actions
        assert scan(attendance.check_in, activity_id, ning) == "checked_in"
    # Nobody saw them leave: the job says so at the end of this session, not of the last one.
    with at(2, hours=2, minutes=1), transaction():
        assert deadlines.unfinished() == [activity_id]
        ending.lapse(activity_id)
    assert state_of(activity_id, ning) == "unverified"
    with at(3, minutes=-20):
        assert scan(attendance.check_in, activity_id, ning) == "checked_in"
    with at(3, hours=2, minutes=10):
        assert scan(attendance.check_out, activity_id, ning) == "checked_out"
        with pytest.raises(attendance.AlreadyCheckedOut):
            scan(attendance.check_out, activity_id, ning)


def test_who_comes_to_the_next_session_without_having_left_the_last_one_is_let_in(town, course):
    activity_id, ning = course
    with at(1):
        scan(attendance.check_in, activity_id, ning)
    with at(2):
        assert scan(attendance.check_in, activity_id, ning) == "checked_in"
    with transaction():
        (noted,) = sessions.noted_in(activity_id).values()
        assert [(one.number, one.checked_out_at) for one in noted] == [(1, None), (2, None)]


def _attend_all(activity_id, who, minutes=(120, 90, 100)):
    for number, stayed in enumerate(minutes, start=1):
        with at(number):
            scan(attendance.check_in, activity_id, who)
        with at(number, minutes=stayed):
            scan(attendance.check_out, activity_id, who)


def _balance(who):
    with transaction():
        return balances.balance(who.id)["available"]


def test_minutes_are_the_sum_and_each_session_is_a_record_of_its_day(town, course):
    activity_id, ning = course
    _attend_all(activity_id, ning)
    before = _balance(ning)
    tong, wulan = cast.by(town, "tong"), cast.by(town, "wulan")
    with at(3, hours=3), transaction():
        ending.end(activity_id, actor=wulan)
        (line,) = attendance_queries.attendance(activity_id, actor=wulan).people
        assert line.attended_minutes == 310
        assert [one.attended_minutes for one in line.sessions] == [120, 90, 100]
        hours.propose(activity_id, {}, actor=wulan)
        hours.certify(activity_id, {}, actor=tong)
    with transaction():
        rows = session.scalars(
            sa.select(ServiceRecord)
            .where(ServiceRecord.activity_id == activity_id)
            .order_by(ServiceRecord.session_number)
        ).all()
        assert [(one.session_number, one.minutes, one.started_at) for one in rows] == [
            (1, 120, THREE[0][0]),
            (2, 90, THREE[1][0]),
            (3, 100, THREE[2][0]),
        ]
        assert [one.served_until for one in rows] == [None] * 3
        # Five whole hours of the sum, each on the day on which it was full; and the cap of one activity holds.
        served = [days.Served(one.person_id, one.started_at, one.minutes) for one in rows]
        assert [hours for _, hours in days.hours_of(served)] == [2, 1, 2]
        assert balances.balance(ning.id)["available"] == before + 2


def test_fewer_minutes_are_taken_from_the_last_session_and_more_than_it_held_are_refused(town, course):
    activity_id, ning = course
    _attend_all(activity_id, ning, (120, 120, 120))
    wulan, tong = cast.by(town, "wulan"), cast.by(town, "tong")
    with at(3, hours=3):
        with transaction():
            ending.end(activity_id, actor=wulan)
        with pytest.raises(hours.MinutesTooMany), transaction():
            hours.propose(activity_id, {ning.id: 500}, actor=wulan)
        with transaction():
            hours.propose(activity_id, {ning.id: 300}, actor=wulan)
            hours.certify(activity_id, {ning.id: 200}, actor=tong)
    with transaction():
        wanted = sa.select(ServiceRecord.session_number, ServiceRecord.minutes).order_by(ServiceRecord.id)
        assert session.execute(wanted.where(ServiceRecord.activity_id == activity_id)).all() == [
            (1, 120),
            (2, 80),
        ]


def test_the_roll_is_called_by_session_and_no_minute_counts_twice(town, course):
    activity_id, ning = course
    wulan = cast.by(town, "wulan")

    def call(number, came, left):
        start = THREE[number - 1][0]
        one = roll_call.Called(
            ning.id, start + timedelta(minutes=came), left and start + timedelta(minutes=left), number
        )
        with transaction():
            roll_call.call(activity_id, [one], actor=wulan)

    with at(2, minutes=30):
        call(2, 0, None)
        assert state_of(activity_id, ning) == "checked_in"
        # The first one is put right afterwards; where the person is now does not change by it.
        call(1, 10, 100)
        assert state_of(activity_id, ning) == "checked_in"
    with at(2, hours=2):
        call(2, 0, 110)
    with at(3, hours=1), pytest.raises(roll_call.TimesNotTrue):
        # Not within this session.
        call(1, 60 * 24 * 14, None)
    with at(3, minutes=10):
        call(3, 5, None)
    assert state_of(activity_id, ning) == "checked_in"
    with transaction():
        (noted,) = sessions.noted_in(activity_id).values()
        assert [(one.number, one.checked_in_at) for one in noted] == [
            (1, THREE[0][0] + timedelta(minutes=10)),
            (2, THREE[1][0]),
            (3, THREE[2][0] + timedelta(minutes=5)),
        ]


def test_two_half_days_of_one_day_hold_eight_hours_together(town):
    ning, wulan, tong = (cast.by(town, name) for name in ("ning", "wulan", "tong"))
    noon = cast.STARTS + timedelta(hours=5)
    halves = [(cast.STARTS, noon), (noon, noon + timedelta(hours=5))]
    activity_id = cast.published(town, sessions=halves)
    cast.sign_up(activity_id, ning)
    for start, end in halves:
        with clock.frozen_at(start + timedelta(seconds=1)):
            scan(attendance.check_in, activity_id, ning)
        with clock.frozen_at(end):
            scan(attendance.check_out, activity_id, ning)
    with clock.frozen_at(halves[1][1] + timedelta(minutes=40)):
        early = roll_call.Called(ning.id, noon - timedelta(minutes=20), noon + timedelta(hours=1), 2)
        with pytest.raises(limits.OverlappingService), transaction():
            roll_call.call(activity_id, [early], actor=wulan)
        with transaction():
            ending.end(activity_id, actor=wulan)
            assert desk_queries.oddities(session.get_one(Activity, activity_id)) == {}
            hours.propose(activity_id, {}, actor=wulan)
            hours.certify(activity_id, {}, actor=tong)
    with transaction():
        wanted = sa.select(ServiceRecord.minutes).where(ServiceRecord.activity_id == activity_id)
        assert sum(session.scalars(wanted)) == limits.DAY_MINUTES


def test_clashes_and_waiting_lists_judge_the_sessions_and_not_the_weeks_between(town, course):
    activity_id, ning = course
    between = cast.published(
        town, starts_at=THREE[0][0] + timedelta(days=2), ends_at=THREE[0][1] + timedelta(days=2)
    )
    same_hour = cast.published(town, starts_at=THREE[1][0], ends_at=THREE[1][1], capacity=1)
    assert cast.sign_up(between, ning).state == "confirmed"
    with pytest.raises(sign_ups.ClashingSignUp):
        cast.sign_up(same_hour, ning)
    # The other way round: who has a place at the hour of one session cannot come to the course.
    lan = cast.by(town, "lan")
    cast.sign_up(same_hour, lan)
    with pytest.raises(sign_ups.ClashingSignUp):
        cast.sign_up(activity_id, lan)
    # Who waits for the course moves up when that hour is free, and is passed over until then.
    full = cast.published(town, sessions=THREE, capacity=1, title="满员的课")
    first, waits = cast.newcomers(town, 2)
    cast.sign_up(full, first)
    assert cast.sign_up(full, waits).state == "waitlisted"
    third = cast.published(town, starts_at=THREE[2][0], ends_at=THREE[2][1])
    cast.sign_up(third, waits)
    with transaction():
        sign_ups.cancel(full, actor=first)
    assert state_of(full, waits) == "waitlisted"
    with transaction():
        sign_ups.cancel(third, actor=waits)
    assert state_of(full, waits) == "confirmed"


def test_the_eve_of_each_session_is_told_once_also_to_who_came_before(town, course):
    activity_id, ning = course
    with at(1):
        scan(attendance.check_in, activity_id, ning)
    with at(1, hours=2):
        scan(attendance.check_out, activity_id, ning)
    with at(2, days=-1, hours=1):
        with transaction():
            assert activity_id in deadlines.tomorrows()
            deadlines.remind(activity_id)
        with transaction():
            assert activity_id not in deadlines.tomorrows()
            told = session.scalars(
                sa.select(Notice.body).where(Notice.person_id == ning.id, Notice.kind == "activity_tomorrow")
            ).all()
    (body,) = told
    assert "03月13日 09:00–11:00" in body
    assert "03月06日" not in body


def test_sessions_move_along_are_repeated_and_changed_with_their_series(town):
    tong = cast.by(town, "tong")
    activity_id = cast.published(town, "tong", sessions=THREE[:2])
    hour = timedelta(hours=1)
    with transaction():
        (later,) = activities.repeat(activity_id, 1, actor=tong)
        later_id = later.id
    assert course_of(later_id) == [(start + WEEK, end + WEEK) for start, end in THREE[:2]]
    with transaction():
        activities.edit(activity_id, {"starts_at": THREE[0][0] + hour}, actor=tong)
    assert course_of(activity_id) == [(start + hour, end + hour) for start, end in THREE[:2]]
    with pytest.raises(InvalidInput), transaction():
        activities.edit(activity_id, {"ends_at": THREE[2][1]}, actor=tong)
    with transaction():
        series.change(activity_id, {"sessions": THREE}, actor=tong)
    assert course_of(activity_id) == THREE
    with transaction():
        assert len(sessions.of(later_id)) == 3
        activities.edit(activity_id, {"sessions": [], "ends_at": THREE[0][1]}, actor=tong)
        assert sessions.of(activity_id) == []
        assert states.PUBLISH.target == session.get_one(Activity, activity_id).state


def course_of(activity_id):
    with transaction():
        return [(one.starts_at, one.ends_at) for one in sessions.of(activity_id)]


def test_points_of_each_day_of_a_course_are_points_for_something(town):
    ning, wulan, tong = (cast.by(town, name) for name in ("ning", "wulan", "tong"))
    with transaction():
        points.change_rule(
            "service_hour", None, points=1, effective_from=clock.today(), actor=cast.by(town, "admin")
        )
    hours_of_six = [(cast.STARTS + n * WEEK, cast.STARTS + n * WEEK + timedelta(hours=1)) for n in range(6)]
    activity_id = cast.published(town, sessions=hours_of_six)
    cast.sign_up(activity_id, ning)
    for start, end in hours_of_six:
        for verb, moment in ((attendance.check_in, start), (attendance.check_out, end)):
            with clock.frozen_at(moment):
                scan(verb, activity_id, ning)
    before = _balance(ning)
    with clock.frozen_at(hours_of_six[-1][1] + timedelta(hours=1)), transaction():
        ending.end(activity_id, actor=wulan)
        hours.propose(activity_id, {}, actor=wulan)
        hours.certify(activity_id, {}, actor=tong)
    assert _balance(ning) == before + 6
    with transaction():
        assert list(invariants.findings()) == []
