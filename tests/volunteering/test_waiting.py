"""A place is not left empty while somebody who waits could take it; and what is judged from when they got it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.console.volunteering import activities as calendar_page
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.journal import JournalLine
from backend.outbox import queries as outbox
from backend.people.models import Person, Residency
from backend.rights import cancellation, freed, suspending
from backend.volunteering import desk_queries, leaving, limits, queries, queues
from backend.volunteering.actions import activities, clash_leaves, deadlines, ending, roll_call, sign_ups
from tests.volunteering import cast
from tests.volunteering.cast import CONTENT, STARTS

HOUR = timedelta(hours=1)


def _acted(verb, *given, hours=-24, **facts):
    with cast.after_start(hours=hours), transaction():
        return verb(*given, **facts)


def _edit(town, activity_id, hours=-24, **content):
    return _acted(activities.edit, activity_id, content, hours=hours, actor=cast.by(town, "wulan"))


def _notices(person):
    return [(row.kind, row.body) for row in outbox.inbox(person.id, None, 50)]


@pytest.fixture
def scene(town):
    """`busy` waits for 清雪, which has a free place, and cannot take it: 义诊 is at the same time."""
    return _scene(town)


def _scene(town):
    first, busy = cast.newcomers(town, 2)
    snow, clinic = cast.published(town, capacity=1), cast.published(town, title="义诊")
    for activity_id, person in ((snow, first), (snow, busy), (clinic, busy)):
        cast.sign_up(activity_id, person)
    _acted(sign_ups.cancel, snow, hours=-40, actor=first)
    assert cast.state_of(snow, busy) == "waitlisted"
    return snow, clinic, busy


def _called_off(town, clinic, busy):
    _acted(activities.cancel, clinic, "医生病了", actor=cast.by(town, "wulan"))


def _moved(town, clinic, busy):
    _edit(town, clinic, starts_at=STARTS + 3 * HOUR, ends_at=STARTS + 5 * HOUR)


def _cancelled(town, clinic, busy):
    _acted(sign_ups.cancel, clinic, actor=busy)


def _excused(town, clinic, busy):
    _acted(sign_ups.excuse, clinic, busy.id, "家里有事", actor=cast.by(town, "wulan"))


def _ended_early(town, clinic, busy):
    _acted(ending.end, clinic, hours=1, actor=cast.by(town, "wulan"))


def _left_early(town, clinic, busy):
    with cast.after_start():
        cast.check_in(clinic, busy)
    with cast.after_start(hours=1):
        cast.check_out(clinic, busy)


def _called_as_gone(town, clinic, busy):
    left = roll_call.Called(busy.id, STARTS, STARTS + HOUR)
    _acted(roll_call.call, clinic, [left], hours=1.5, actor=cast.by(town, "wulan"))


def _allowed(town, clinic, busy):
    snow = session.scalar(
        sa.text("SELECT activity_id FROM sign_ups WHERE person_id = :p AND state = 'waitlisted'"),
        {"p": busy.id},
    )
    _acted(clash_leaves.allow, snow, busy.id, "两处只隔一条街", actor=cast.by(town, "wulan"))


@pytest.mark.parametrize(
    "event", [_called_off, _moved, _cancelled, _excused, _ended_early, _left_early, _called_as_gone, _allowed]
)
def test_whoever_becomes_free_gets_the_place_that_waited_for_them(town, scene, event):
    snow, clinic, busy = scene
    event(town, clinic, busy)
    assert cast.state_of(snow, busy) == "confirmed"
    assert _notices(busy)[0][0] in ("sign_up_moved_up", "sign_up_excused")


def test_a_newcomer_passes_only_who_cannot_take_the_place(town, scene):
    snow, _, busy = scene
    (new,) = cast.newcomers(town, 1)
    assert cast.sign_up(snow, new).state == "confirmed"
    assert cast.state_of(snow, busy) == "waitlisted"


def test_a_suspended_person_is_passed_and_asked_again_when_it_is_over(town):
    holder, *waiting = cast.newcomers(town, 4)
    with transaction():
        here = {"community_id": town.songtao, "state": "declared", "declared_at": clock.now()}
        session.add_all(Residency(person_id=one.id, **here) for one in waiting)
    tong = cast.by(town, "tong")

    def resumed(person):
        _acted(suspending.resume, person.id, "已改正", hours=-20, actor=tong)

    def passed(job):
        # Time ends a suspension, too: by its own job, and by the one that looks at the lists before that.
        with cast.after_start(hours=-2):
            for item in job.due():
                with transaction():
                    job.work(item)

    ends = (resumed, lambda _: passed(suspending.JOBS[0]), lambda _: passed(deadlines.JOBS[0]))
    for person, over in zip(waiting, ends, strict=True):
        snow = cast.published(town, title=f"清雪 {person.id}", capacity=1)
        for one in (holder, person):
            cast.sign_up(snow, one)
        _acted(suspending.suspend, person.id, "发广告", STARTS - 2 * HOUR, hours=-40, actor=tong)
        _acted(sign_ups.cancel, snow, hours=-39, actor=holder)
        assert cast.state_of(snow, person) == "waitlisted"
        over(person)
        assert cast.state_of(snow, person) == "confirmed"


def test_the_age_of_the_activity_and_of_the_person_ask_the_list_again(town):
    holder, young, younger = (*cast.newcomers(town, 2), *cast.newcomers(town, 1, born=2012))
    snow = cast.published(town, capacity=1)
    for one in (holder, young, younger):
        cast.sign_up(snow, one)
    _edit(town, snow, min_age=60)
    _acted(sign_ups.cancel, snow, actor=holder)
    assert [state for _, state in cast.sign_ups_of(snow)] == ["cancelled", "waitlisted", "waitlisted"]
    _acted(freed.update_profile, {"birth_year": 1950}, actor=younger)
    assert cast.state_of(snow, younger) == "confirmed"
    _edit(town, snow, min_age=18, capacity=2)
    assert cast.state_of(snow, young) == "confirmed"


def test_whoever_leaves_for_good_frees_their_places_also_in_what_has_begun(town):
    gone, next_one, last = cast.newcomers(town, 3)
    snow, clinic = cast.published(town, capacity=1), cast.published(town, title="义诊", capacity=1)
    cast.sign_up(clinic, last)
    for activity_id, person in ((clinic, gone), (snow, gone), (snow, next_one)):
        cast.sign_up(activity_id, person)
    with cast.after_start(hours=1):
        assert len(leaving.open_sign_ups(gone.id)) == 2
    _acted(cancellation.cancel, gone.id, confirmed=True, hours=1, actor=session.get(Person, gone.id))
    assert cast.state_of(snow, next_one) == "confirmed"
    assert cast.state_of(clinic, gone) == "cancelled"
    assert "moved_up" not in " ".join(kind for kind, _ in _notices(gone))


def test_a_long_list_moves_up_at_once(town):
    people = cast.newcomers(town, 12)
    snow = cast.published(town, capacity=1)
    for one in people:
        cast.sign_up(snow, one)
    said = []
    sa.event.listen(sa.Engine, "before_cursor_execute", lambda *_: said.append(1))
    _edit(town, snow, capacity=12)
    assert {state for _, state in cast.sign_ups_of(snow)} == {"confirmed"}
    assert len(said) < 80


# When somebody got the place


def test_who_moves_up_late_may_decline_and_is_no_no_show(town):
    holder, late, later = cast.newcomers(town, 3)
    snow = cast.published(town, capacity=1, cancel_until=STARTS - 24 * HOUR)
    for one in (holder, late, later):
        cast.sign_up(snow, one)
    _acted(sign_ups.excuse, snow, holder.id, "病了", hours=0.5, actor=cast.by(town, "wulan"))
    assert "03月06日 21:30" in _notices(late)[0][1]
    with cast.after_start(hours=1):
        found = queries.view_activities([cast.activity(snow)], actor=late)[0]
        assert "cancel_sign_up" in found.actions
    assert _acted(sign_ups.cancel, snow, hours=1, actor=late).state == "cancelled"
    assert cast.state_of(snow, later) == "confirmed"
    _acted(ending.end, snow, hours=3, actor=None)
    assert cast.state_of(snow, later) == "cancelled"


def test_who_moved_up_in_time_is_judged_by_the_plan(town):
    holder, mover = cast.newcomers(town, 2)
    snow = cast.published(town, capacity=1, cancel_until=STARTS - 12 * HOUR)
    for one in (holder, mover):
        cast.sign_up(snow, one)
    _acted(sign_ups.cancel, snow, hours=-40, actor=holder)
    with pytest.raises(sign_ups.TooLateToCancel):
        _acted(sign_ups.cancel, snow, hours=1, actor=mover)
    assert _acted(sign_ups.cancel, snow, hours=-1, actor=mover).state == "late_cancelled"


def test_who_moved_up_in_time_and_did_not_come_is_a_no_show(town):
    holder, mover = cast.newcomers(town, 2)
    snow = cast.published(town, capacity=1)
    for one in (holder, mover):
        cast.sign_up(snow, one)
    _acted(sign_ups.cancel, snow, hours=-40, actor=holder)
    _acted(ending.end, snow, hours=3, actor=None)
    assert cast.state_of(snow, mover) == "no_show"


def test_whose_activity_was_moved_may_decline_the_new_time_without_being_late(town):
    (one,) = cast.newcomers(town, 1)
    snow = cast.published(town, starts_at=STARTS + 72 * HOUR, ends_at=STARTS + 74 * HOUR)
    cast.sign_up(snow, one)
    until = STARTS - 2 * HOUR
    _edit(town, snow, hours=-1, starts_at=STARTS, ends_at=STARTS + 2 * HOUR, cancel_until=until)
    assert _acted(sign_ups.cancel, snow, hours=-0.5, actor=one).state == "cancelled"


# When an activity moves


def test_the_deadlines_move_along_unless_they_are_given(town):
    until = {"sign_up_until": STARTS - 48 * HOUR, "cancel_until": STARTS - 12 * HOUR}
    week = timedelta(days=7)
    later = {"starts_at": STARTS + week, "ends_at": CONTENT["ends_at"] + week}
    # A form sends everything, also what nobody touched.
    for sent in ({}, until):
        snow = cast.published(town, title=f"清雪 {len(sent)}", **until)
        _edit(town, snow, **later, **sent)
        moved = cast.activity(snow)
        assert (moved.sign_up_until, moved.cancel_until) == (
            STARTS + week - 48 * HOUR,
            STARTS + week - 12 * HOUR,
        )
    given = {"sign_up_until": STARTS + 24 * HOUR, "cancel_until": None}
    _edit(town, snow, starts_at=STARTS, ends_at=STARTS + 30 * HOUR, **given)
    assert (cast.activity(snow).sign_up_until, cast.activity(snow).cancel_until) == tuple(given.values())


def test_the_eve_of_the_new_day_is_told_anew_and_the_same_day_is_not(town):
    (one,) = cast.newcomers(town, 1)
    snow = cast.published(town)
    cast.sign_up(snow, one)

    def eve(days):
        with cast.after_start(days=days, hours=1):
            for item in deadlines.tomorrows():
                with transaction():
                    deadlines.remind(item)
        return [kind for kind, _ in _notices(one)].count("activity_tomorrow")

    assert eve(-1) == 1
    _edit(town, snow, hours=-22, starts_at=STARTS + HOUR)
    assert eve(-1) == 1
    _edit(
        town,
        snow,
        hours=-21,
        starts_at=STARTS + timedelta(days=7),
        ends_at=STARTS + timedelta(days=7, hours=2),
    )
    # Found due before it was moved: under the lock it is not due any more.
    _acted(deadlines.remind, snow, hours=-20)
    assert eve(-1) == 1
    assert eve(6) == 2


def test_a_move_onto_something_else_names_both_and_the_organiser_sees_how_many(town):
    both, only = cast.newcomers(town, 2)
    snow = cast.published(town)
    clinic = cast.published(town, title="义诊", starts_at=STARTS + 5 * HOUR, ends_at=STARTS + 6 * HOUR)
    for activity_id, person in ((snow, both), (clinic, both), (clinic, only)):
        cast.sign_up(activity_id, person)
    _edit(town, clinic, starts_at=STARTS + HOUR, ends_at=STARTS + 2 * HOUR)
    kind, body = _notices(both)[0]
    assert kind == "activity_changed"
    assert "“义诊”改为" in body
    assert "“清雪”时间冲突" in body
    assert "冲突" not in _notices(only)[0][1]
    with cast.after_start(hours=-20):
        for who, seen in ((cast.by(town, "wulan"), 1), (only, None)):
            assert queries.view_activities([cast.activity(clinic)], actor=who)[0].clashing == seen
    # What they know already is not told as new.
    _edit(town, clinic, hours=-19, starts_at=STARTS + HOUR, ends_at=STARTS + 1.5 * HOUR)
    assert "冲突" not in _notices(both)[0][1]


# A clash that the organiser allows


def test_the_organiser_lets_somebody_be_at_two_places_with_a_reason_and_hours_count_once(town):
    one, tong = town.person("e"), cast.by(town, "tong")
    snow, clinic = cast.published(town), cast.published(town, title="义诊")
    cast.sign_up(snow, tong, on_behalf_of=(one.id, "老人没有手机"))
    with pytest.raises(sign_ups.ClashingSignUp):
        cast.sign_up(clinic, tong, on_behalf_of=(one.id, "老人没有手机"))
    why = {"on_behalf_of": (one.id, "老人没有手机"), "clash_reason": "先清雪后义诊"}
    with pytest.raises((NotAllowed, NotFound)):
        cast.sign_up(clinic, cast.by(town, "shao"), **why)
    assert cast.sign_up(clinic, tong, **why).state == "confirmed"
    line = session.scalars(sa.select(JournalLine).where(JournalLine.verb == "allow_clash")).one()
    assert (line.subject_id, line.reason, line.facts) == (clinic, "先清雪后义诊", {"person": one.id})
    wulan = cast.by(town, "wulan")
    there = [roll_call.Called(one.id, STARTS, STARTS + 2 * HOUR)]
    _acted(roll_call.call, snow, there, hours=2, actor=wulan)
    with pytest.raises(limits.OverlappingService):
        _acted(roll_call.call, clinic, there, hours=2, actor=wulan)


def test_a_volunteer_allows_no_clash_and_who_is_allowed_signs_up_themselves(town):
    one, stranger = cast.newcomers(town, 2)
    snow, clinic = cast.published(town), cast.published(town, title="义诊")
    cast.sign_up(snow, one)
    with pytest.raises(NotAllowed):
        cast.sign_up(clinic, one, clash_reason="我赶得上")
    with pytest.raises(NotAllowed):
        _acted(clash_leaves.allow, clinic, one.id, "我赶得上", actor=one)
    # Nobody is written to who has nothing to do with it.
    with pytest.raises(NotFound):
        _acted(clash_leaves.allow, clinic, stranger.id, "来吧", actor=cast.by(town, "wulan"))
    cast.join(cast.riders(town), one)
    _acted(clash_leaves.allow, clinic, one.id, "两处只隔一条街", actor=cast.by(town, "wulan"))
    assert _notices(one)[0][0] == "sign_up_clash_allowed"
    assert cast.sign_up(clinic, one).state == "confirmed"


# What runs over midnight


def test_lists_by_day_show_what_touches_the_day(town):
    day = clock.business_day(STARTS)
    night = cast.published(town, starts_at=STARTS - 3 * HOUR - 9 * HOUR, ends_at=STARTS)
    until_midnight = clock.day_starts(day)
    before = cast.published(town, starts_at=until_midnight - 2 * HOUR, ends_at=until_midnight)
    tong = cast.by(town, "tong")
    nothing = dict.fromkeys(("community_id", "category", "state"))
    with cast.after_start(hours=-1):
        listed = queries.activities(first_day=day, last_day=day, **nothing, actor=tong).rows(50)
        today = queues.activities_today(actor=tong).rows(50)
        month = desk_queries.month(day, day, None, None, actor=tong)
    for found in (listed, today, month):
        ids = [one.id for one in found]
        assert night in ids
        assert before not in ids
    with cast.after_start(days=-1):
        ids = [one.id for one in queues.activities_tomorrow(actor=tong).rows(50)]
    assert night in ids
    shown = queries.view_activities([cast.activity(night), cast.activity(before)], actor=tong)
    weeks = calendar_page.weeks_of(day.replace(day=1), shown)
    on = {one.day: len(one.shown) for week in weeks for one in week if one.shown}
    assert on == {day - timedelta(days=1): 2, day: 1}
