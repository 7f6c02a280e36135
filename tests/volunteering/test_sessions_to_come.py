"""Between the sessions of a course: what is to come may change, what has begun stands, and places are given back."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.outbox.models import Notice
from backend.volunteering import codes, list_queries, queries, sessions
from backend.volunteering.actions import activities, attendance, course, ending, hours, sign_ups
from backend.volunteering.models import Activity, SignUp
from backend.volunteering.record_models import ServiceRecord
from backend.volunteering.session_models import SessionAttendance
from tests.volunteering import cast

WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)
THREE = [(cast.STARTS + number * WEEK, cast.STARTS + number * WEEK + 2 * HOUR) for number in range(3)]
FOURTH = (THREE[2][0] + WEEK, THREE[2][1] + WEEK)


@contextmanager
def at(number, **passed):
    with clock.frozen_at(THREE[number - 1][0] + timedelta(**passed)):
        yield


@pytest.fixture
def wulan(town):
    return cast.by(town, "wulan")


@pytest.fixture
def running(town):
    """Three Saturdays, the first of which ning came to, and somebody else did not."""
    ning, (absent,) = cast.by(town, "ning"), cast.newcomers(town, 1)
    activity_id = cast.published(town, sessions=THREE)
    for one in (ning, absent):
        cast.sign_up(activity_id, one)
    for verb, passed in ((attendance.check_in, timedelta(0)), (attendance.check_out, 2 * HOUR)):
        with clock.frozen_at(THREE[0][0] + passed), transaction():
            verb(activity_id, codes.current(activity_id, clock.now()).code, actor=ning)
    return activity_id, ning, absent


def edit(activity_id, actor, **content):
    with transaction():
        activities.edit(activity_id, content, actor=actor)


def parts_of(activity_id):
    with transaction():
        return [(one.starts_at, one.ends_at) for one in sessions.of(activity_id)]


def told(person, kind):
    with transaction():
        wanted = sa.select(Notice.body).where(Notice.person_id == person.id, Notice.kind == kind)
        return session.scalars(wanted.order_by(Notice.id)).all()


def actions_of(activity_id, actor):
    with transaction():
        (shown,) = queries.view_activities([session.get_one(Activity, activity_id)], actor=actor)
        return shown.actions, shown.my_sign_up


def state_of(activity_id, who):
    with transaction():
        wanted = sa.select(SignUp.state).where(SignUp.activity_id == activity_id, SignUp.person_id == who.id)
        return session.scalars(wanted).one()


def test_a_session_to_come_is_moved_or_added_and_everybody_is_told_of_what_is_left(running, wulan):
    activity_id, ning, absent = running
    moved = (THREE[1][0] + HOUR, THREE[1][1] + HOUR)
    with at(1, days=2):
        assert "edit" in actions_of(activity_id, wulan)[0]
        edit(activity_id, wulan, sessions=[THREE[0], moved, THREE[2], FOURTH])
    assert parts_of(activity_id) == [THREE[0], moved, THREE[2], FOURTH]
    for person in (ning, absent):
        (body,) = told(person, "activity_changed")
        assert "接下来的场次改为 03月13日 10:00–12:00" in body
        assert "03月06日" not in body
    with transaction():
        (noted,) = sessions.noted_in(activity_id).values()
        assert [one.number for one in noted] == [1]
        assert session.get_one(Activity, activity_id).ends_at == FOURTH[1]


@pytest.mark.parametrize(
    "content",
    [
        {"sessions": [THREE[1], THREE[2]]},
        {"sessions": [(THREE[0][0], THREE[0][1] + HOUR), *THREE[1:]]},
        {"sessions": [*THREE[:2], (THREE[0][1] + HOUR, THREE[0][1] + 2 * HOUR)]},
        {"starts_at": THREE[0][0] + HOUR},
        {"sessions": [*THREE[:2]], "place": "别处"},
        {"title": "别的课"},
    ],
    ids=["dropped", "longer", "added in the past", "all moved", "another place", "another name"],
)
def test_what_has_begun_stays_and_so_does_all_but_the_sessions(running, wulan, content):
    activity_id, _ning, _absent = running
    with at(1, days=2), pytest.raises(course.OnlySessionsToCome):
        edit(activity_id, wulan, **content)
    with at(3), pytest.raises(activities.ActivityNotEditable):
        edit(activity_id, wulan, sessions=THREE)
    assert parts_of(activity_id) == THREE


def test_a_draft_whose_first_day_has_passed_is_planned_anew(town, wulan):
    activity_id = cast.planned(town, sessions=THREE)
    with at(1, days=2):
        edit(activity_id, wulan, sessions=[*THREE[1:], FOURTH], place="别处")
    assert parts_of(activity_id) == [*THREE[1:], FOURTH]


def test_a_form_that_knows_minutes_keeps_what_began_to_the_second(town, wulan):
    odd = (THREE[0][0] + timedelta(seconds=7), THREE[0][1])
    activity_id = cast.published(town, sessions=[odd, *THREE[1:]])
    with at(1, days=1):
        edit(activity_id, wulan, sessions=[THREE[0], THREE[1]], starts_at=THREE[0][0], ends_at=THREE[0][1])
    assert parts_of(activity_id) == [odd, THREE[1]]


def test_the_rest_falls_through_and_the_first_session_is_certified_as_the_activity(town, running, wulan):
    activity_id, ning, absent = running
    with at(1, days=2):
        # As the form says it: no further sessions, and the time of the first one.
        edit(activity_id, wulan, sessions=[], starts_at=THREE[0][0], ends_at=THREE[0][1])
        assert "接下来的场次不办了" in told(ning, "activity_changed")[0]
        with transaction():
            ending.end(activity_id, actor=wulan)
            assert session.scalars(sa.select(SessionAttendance)).all() == []
            hours.propose(activity_id, {}, actor=wulan)
            hours.certify(activity_id, {}, actor=cast.by(town, "tong"))
    with transaction():
        wanted = sa.select(ServiceRecord.session_number, ServiceRecord.minutes, ServiceRecord.started_at)
        found = session.execute(wanted.where(ServiceRecord.activity_id == activity_id)).all()
        assert found == [(0, 120, THREE[0][0])]
    # Nobody was given a new time by it: who missed the first session missed it.
    assert state_of(activity_id, absent) == "no_show"


def test_whoever_is_elsewhere_at_the_new_hour_is_told_of_what(town, running, wulan):
    activity_id, ning, _absent = running
    monday = (THREE[1][0] + timedelta(days=2), THREE[1][1] + timedelta(days=2))
    other = cast.published(town, title="周一清雪", starts_at=monday[0], ends_at=monday[1])
    cast.sign_up(other, ning)
    with at(1, days=2):
        edit(activity_id, wulan, sessions=[*THREE[:2], monday])
    assert "“周一清雪”时间冲突" in told(ning, "activity_changed")[0]


def test_nobody_ends_a_course_while_a_session_is_to_come(running, wulan):
    activity_id, _ning, absent = running
    with at(2, hours=3):
        assert "end" not in actions_of(activity_id, wulan)[0]
        with pytest.raises(ending.SessionsToCome), transaction():
            ending.end(activity_id, actor=wulan)
    with at(3, minutes=1):
        assert "end" in actions_of(activity_id, wulan)[0]
        with transaction():
            ending.end(activity_id, actor=wulan)
    assert state_of(activity_id, absent) == "no_show"


def test_who_came_to_no_session_may_give_the_place_back_until_the_last_one_begins(running):
    activity_id, ning, absent = running
    with at(2, days=1):
        assert "cancel_sign_up" in actions_of(activity_id, absent)[1].actions
        assert "cancel_sign_up" not in actions_of(activity_id, ning)[1].actions
    with at(3, minutes=1):
        assert "cancel_sign_up" not in actions_of(activity_id, absent)[1].actions
        with pytest.raises(sign_ups.TooLateToCancel), transaction():
            sign_ups.cancel(activity_id, actor=absent)
    with at(2, days=1), transaction():
        assert sign_ups.cancel(activity_id, actor=absent).state == "late_cancelled"


def test_who_signs_up_between_two_sessions_cancels_in_time_until_the_next_one(town, running):
    activity_id, _ning, _absent = running
    late, later = cast.newcomers(town, 2)
    with at(1, days=1), transaction():
        sign_ups.sign_up(activity_id, actor=late)
    with at(2, hours=-1), transaction():
        assert sign_ups.cancel(activity_id, actor=late).state == "cancelled"
    with at(2, days=1), transaction():
        sign_ups.sign_up(activity_id, actor=later)
    with at(3, minutes=1), transaction():
        ending.end(activity_id, actor=cast.by(town, "wulan"))
    assert state_of(activity_id, later) == "no_show"


def test_whoever_moves_up_between_two_sessions_is_asked_until_the_next_one(town):
    first, waits = cast.newcomers(town, 2)
    activity_id = cast.published(town, sessions=THREE, capacity=1)
    cast.sign_up(activity_id, first)
    cast.sign_up(activity_id, waits)
    with at(1, days=1), transaction():
        sign_ups.cancel(activity_id, actor=first)
    assert state_of(activity_id, waits) == "confirmed"
    assert "来不了请在 03月13日 09:00 前取消" in told(waits, "sign_up_moved_up")[0]


def test_who_may_not_come_for_some_days_keeps_the_place_of_a_course_without_a_session_then(town):
    one, other = cast.newcomers(town, 2)
    activity_id = cast.published(town, sessions=THREE)
    for person in (one, other):
        cast.sign_up(activity_id, person)
    with at(1, days=1):
        for person, days, given in ((one, 3, 0), (other, 7, 1)):
            with transaction():
                assert sign_ups.give_back_until(clock.now() + timedelta(days=days), actor=person) == given


def test_the_organiser_hears_at_once_who_cancels_on_the_eve_of_a_session(running, wulan):
    activity_id, _ning, absent = running
    with at(2, hours=-3), transaction():
        sign_ups.cancel(activity_id, actor=absent)
    with transaction():
        wanted = sa.select(sa.func.count()).where(Notice.person_id == wulan.id)
        wanted = wanted.where(Notice.kind == "activity_late_cancel", Notice.subject_id == activity_id)
        assert session.scalar(wanted) == 1


def test_the_list_of_staff_passes_over_the_weeks_between_the_sessions(town, running):
    tuesday = clock.business_day(THREE[0][0]) + timedelta(days=3)
    tong = cast.by(town, "tong")
    with transaction():
        for day, listed in ((tuesday, False), (clock.business_day(THREE[1][0]), True)):
            asked = list_queries.ActivityFilters(first=day, last=day)
            found = list_queries.listed(asked, "latest", actor=tong).rows(50)
            assert (running[0] in [one.id for one in found]) == listed
