"""Signing up: places, the waitlist in order, deadlines, clashes, age, and staff who help."""

from datetime import timedelta

import pytest

from backend import clock
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.outbox import queries as outbox
from backend.people.models import Person
from backend.volunteering.actions import activities, ending, sign_ups
from backend.volunteering.states import ActivityMovedOn, SignUpMovedOn
from tests.volunteering import cast
from tests.volunteering.cast import STARTS


def _inbox(person):
    return [row.kind for row in outbox.inbox(person.id, None, 50)]


def _cancel(activity_id, person, **passed):
    with cast.after_start(**(passed or {"days": -2})), transaction():
        return sign_ups.cancel(activity_id, actor=person)


def test_a_freed_place_goes_to_whoever_waited_longest_and_to_nobody_else(town):
    people = cast.newcomers(town, 4)
    activity_id = cast.published(town, capacity=1)
    assert [cast.sign_up(activity_id, one).state for one in people] == ["confirmed"] + ["waitlisted"] * 3
    _cancel(activity_id, people[0])
    assert [state for _, state in cast.sign_ups_of(activity_id)] == [
        "cancelled",
        "confirmed",
        "waitlisted",
        "waitlisted",
    ]
    assert _inbox(people[1]) == ["sign_up_moved_up", "sign_up_waitlisted"]
    assert _inbox(people[2]) == ["sign_up_waitlisted"]


def test_whoever_leaves_the_waitlist_frees_no_place(town):
    people = cast.newcomers(town, 3)
    activity_id = cast.published(town, capacity=1)
    for one in people:
        cast.sign_up(activity_id, one)
    _cancel(activity_id, people[1])
    assert [state for _, state in cast.sign_ups_of(activity_id)] == ["confirmed", "cancelled", "waitlisted"]


def test_nobody_overtakes_the_waitlist_when_places_are_added(town):
    people = cast.newcomers(town, 4)
    activity_id = cast.published(town, capacity=1)
    for one in people[:3]:
        cast.sign_up(activity_id, one)
    with cast.after_start(days=-2), transaction():
        activities.edit(activity_id, {"capacity": 3}, actor=cast.by(town, "wulan"))
    assert [state for _, state in cast.sign_ups_of(activity_id)] == ["confirmed"] * 3
    assert cast.sign_up(activity_id, people[3]).state == "waitlisted"


def test_who_has_something_else_to_do_by_now_keeps_waiting_and_the_next_moves_up(town):
    first, busy, free = cast.newcomers(town, 3)
    snow = cast.published(town, capacity=1)
    for one in (first, busy, free):
        cast.sign_up(snow, one)
    other = cast.published(town, title="义诊")
    cast.sign_up(other, busy)
    _cancel(snow, first)
    assert [state for _, state in cast.sign_ups_of(snow)] == ["cancelled", "waitlisted", "confirmed"]


def test_a_second_sign_up_is_refused_and_one_after_a_cancellation_is_not(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.published(town)
    cast.sign_up(activity_id, one)
    with pytest.raises(sign_ups.AlreadySignedUp):
        cast.sign_up(activity_id, one)
    _cancel(activity_id, one)
    assert cast.sign_up(activity_id, one).state == "confirmed"


def test_another_activity_at_the_same_time_is_refused_by_name_and_the_next_one_is_not(town):
    (one,) = cast.newcomers(town, 1)
    cast.sign_up(cast.published(town), one)
    clashing = cast.published(town, title="义诊", starts_at=STARTS + timedelta(hours=1))
    with pytest.raises(sign_ups.ClashingSignUp, match="清雪"):
        cast.sign_up(clashing, one)
    later = {"starts_at": STARTS + timedelta(hours=2), "ends_at": STARTS + timedelta(hours=3)}
    assert cast.sign_up(cast.published(town, **later), one).state == "confirmed"


def test_after_the_deadline_nobody_signs_up_and_without_one_whoever_comes_by_may(town):
    one, other = cast.newcomers(town, 2)
    strict = cast.published(town, sign_up_until=STARTS - timedelta(days=4))
    with pytest.raises(sign_ups.SignUpClosed):
        cast.sign_up(strict, one)
    open_house = cast.published(town, title="义诊")
    with cast.after_start(hours=1), transaction():
        assert sign_ups.sign_up(open_house, actor=other).state == "confirmed"
    with pytest.raises(sign_ups.SignUpClosed), cast.after_start(hours=3), transaction():
        sign_ups.sign_up(open_house, actor=one)


def test_too_young_is_refused_and_an_unknown_age_is_asked_for_kindly(town):
    activity_id = cast.published(town, min_age=18)
    (child,) = cast.newcomers(town, 1, born=2012)
    with pytest.raises(sign_ups.TooYoung, match="18 岁"):
        cast.sign_up(activity_id, child)
    (unknown,) = cast.newcomers(town, 1, born=None)
    with pytest.raises(sign_ups.BirthYearNeeded, match="出生年份"):
        cast.sign_up(activity_id, unknown)
    (adult,) = cast.newcomers(town, 1, born=2009)
    assert cast.sign_up(activity_id, adult).state == "confirmed"


def test_a_late_cancellation_is_named_so_and_still_frees_the_place(town):
    one, other = cast.newcomers(town, 2)
    activity_id = cast.published(town, capacity=1, cancel_until=STARTS - timedelta(days=1))
    for person in (one, other):
        cast.sign_up(activity_id, person)
    assert _cancel(activity_id, one, hours=-2).state == "late_cancelled"
    assert cast.state_of(activity_id, other) == "confirmed"


def test_once_it_has_begun_nobody_cancels(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.published(town)
    cast.sign_up(activity_id, one)
    with pytest.raises(sign_ups.TooLateToCancel):
        _cancel(activity_id, one, minutes=1)
    with pytest.raises(sign_ups.NotSignedUp):
        _cancel(activity_id, cast.newcomers(town, 1)[0])


def test_a_draft_is_not_there_for_others_and_a_cancelled_activity_takes_nobody(town):
    draft = cast.planned(town)
    with pytest.raises(NotFound):
        cast.sign_up(draft, cast.by(town, "ning"))
    with pytest.raises(ActivityMovedOn):
        cast.sign_up(draft, cast.by(town, "wulan"))
    gone = cast.published(town)
    with transaction():
        activities.cancel(gone, "下雨", actor=cast.by(town, "tong"))
    with pytest.raises(ActivityMovedOn):
        cast.sign_up(gone, cast.by(town, "ning"))


def test_staff_sign_up_a_card_holder_of_their_own_place_with_a_reason(town):
    activity_id = cast.published(town)
    e, tong, shao = town.person("e"), cast.by(town, "tong"), cast.by(town, "shao")
    made = cast.sign_up(activity_id, tong, on_behalf_of=(e.id, "老人没有手机"))
    assert (made.person_id, made.reporter_id, made.on_behalf_reason) == (e.id, tong.id, "老人没有手机")
    with cast.after_start(days=-1), transaction():
        # Her own grid worker may take it back for her.
        assert sign_ups.cancel(activity_id, on_behalf_of=(e.id, "生病"), actor=shao).state == "cancelled"


@pytest.mark.parametrize("name", ["bai", "wulan", "bu", "pei"])
def test_nobody_else_signs_anybody_up(town, name):
    activity_id = cast.published(town)
    with pytest.raises((NotAllowed, NotFound)):
        cast.sign_up(activity_id, cast.by(town, name), on_behalf_of=(town.person("e").id, "代办"))
    with pytest.raises(NotAllowed):
        cast.sign_up(activity_id, cast.by(town, name), on_behalf_of=(cast.by(town, name).id, "自己"))


def test_calling_off_tells_everyone_and_ends_every_sign_up(town):
    people = cast.newcomers(town, 2)
    activity_id = cast.published(town, capacity=1)
    for one in people:
        cast.sign_up(activity_id, one)
    with cast.after_start(days=-1), transaction():
        activities.cancel(activity_id, "暴雪", actor=cast.by(town, "wulan"))
    assert {state for _, state in cast.sign_ups_of(activity_id)} == {"cancelled"}
    assert all(_inbox(one)[0] == "activity_cancelled" for one in people)


def test_an_excuse_is_noted_by_the_organiser_before_or_after(town):
    one, waiting = cast.newcomers(town, 2)
    activity_id = cast.published(town, capacity=1)
    for person in (one, waiting):
        cast.sign_up(activity_id, person)
    with cast.after_start(days=-1), transaction():
        sign_ups.excuse(activity_id, one.id, "孩子发烧", actor=cast.by(town, "wulan"))
    assert cast.state_of(activity_id, one) == "excused"
    assert cast.state_of(activity_id, waiting) == "confirmed"
    with pytest.raises(SignUpMovedOn), transaction():
        sign_ups.excuse(activity_id, one.id, "又一次", actor=cast.by(town, "wulan"))
    with pytest.raises(NotFound), transaction():
        sign_ups.excuse(activity_id, town.person("qin").id, "没报名", actor=cast.by(town, "wulan"))


def test_who_never_came_is_a_no_show_and_who_waited_in_vain_is_let_go(town):
    one, waiting = cast.newcomers(town, 2)
    activity_id = cast.published(town, capacity=1)
    for person in (one, waiting):
        cast.sign_up(activity_id, person)
    with cast.after_start(hours=2), transaction():
        ending.end(activity_id, actor=cast.by(town, "wulan"))
    assert [state for _, state in cast.sign_ups_of(activity_id)] == ["no_show", "cancelled"]


def test_a_changed_time_is_told_and_a_changed_description_is_not(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.published(town)
    cast.sign_up(activity_id, one)
    with cast.after_start(days=-1), transaction():
        activities.edit(activity_id, {"description": "带手套"}, actor=cast.by(town, "wulan"))
        activities.edit(activity_id, {"place": "西门"}, actor=cast.by(town, "wulan"))
    assert _inbox(one) == ["activity_changed", "sign_up_confirmed"]
    assert session.get(Person, one.id).state == "active"
    assert clock.now() < STARTS
