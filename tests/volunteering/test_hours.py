"""Hours: proposed by one, certified by another; what a day can hold; what is posted, and posted once."""

from datetime import date, timedelta

import pytest

from backend import clock, working_days
from backend.db import transaction
from backend.errors import NotAllowed, NotFound
from backend.ledger import actions as ledger
from backend.ledger import queries as balances
from backend.ledger.verify import findings
from backend.lifecycle import FourEyes
from backend.outbox import queries as outbox
from backend.volunteering import limits, record_queries
from backend.volunteering.actions import deadlines, ending, hours, roll_call
from backend.volunteering.states import ActivityMovedOn
from tests.volunteering import cast
from tests.volunteering.cast import STARTS


def _points(person):
    return balances.balance(person.id)["available"]


def _propose(activity_id, actor, given=None, **passed):
    with cast.after_start(**(passed or {"hours": 3})), transaction():
        return hours.propose(activity_id, given or {}, actor=actor)


def _certify(activity_id, actor, given=None):
    with cast.after_start(hours=4), transaction():
        return hours.certify(activity_id, given or {}, actor=actor)


def test_a_record_holds_every_field_of_the_rule(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.certified(town, one, description="铲雪、撒盐")
    (record,) = cast.records(one)
    assert (record.activity_name, record.served_on, record.place) == (
        "清雪",
        date(2027, 3, 6),
        "雪松家园东门",
    )
    assert (record.content, record.minutes, record.category) == ("铲雪、撒盐", 120, "便民服务")
    assert (record.organising_body, record.in_charge_id) == ("骑手先锋队", town.person("wulan").id)
    assert (record.recorded_by_id, record.certified_by_id) == (
        town.person("wulan").id,
        town.person("tong").id,
    )
    assert (record.source, record.sync_state, record.activity_id) == (
        "check_in",
        "not_synchronised",
        activity_id,
    )
    assert record.recorded_at == STARTS + timedelta(hours=4)
    assert cast.state_of(activity_id, one) == "certified"


@pytest.mark.parametrize(("minutes", "points"), [(59, 0), (60, 1), (119, 1), (120, 2)])
def test_whole_hours_earn_points_and_a_begun_one_does_not(town, minutes, points):
    (one,) = cast.newcomers(town, 1)
    cast.certified(town, one, minutes=minutes)
    assert _points(one) == points
    assert [record.minutes for record in cast.records(one)] == [minutes]
    assert list(findings()) == []


def test_an_activity_counts_two_points_at_most_and_all_of_its_hours(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.published(town, ends_at=STARTS + timedelta(hours=5))
    cast.sign_up(activity_id, one)
    wulan = cast.by(town, "wulan")
    with cast.after_start(hours=6), transaction():
        roll_call.call(
            activity_id, [roll_call.Called(one.id, STARTS, STARTS + timedelta(hours=5))], actor=wulan
        )
        ending.end(activity_id, actor=wulan)
        hours.propose(activity_id, {}, actor=wulan)
    with cast.after_start(hours=7), transaction():
        hours.certify(activity_id, {}, actor=cast.by(town, "tong"))
    assert (cast.records(one)[0].minutes, cast.records(one)[0].source) == (300, "roll_call")
    assert _points(one) == 2


@pytest.mark.parametrize("kind", ["meeting", "study"])
def test_meetings_and_study_bring_neither_hours_nor_points(town, kind):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.ended(town, one, kind=kind)
    with pytest.raises(hours.NoHoursForThis):
        _propose(activity_id, cast.by(town, "wulan"))
    assert cast.activity(activity_id).record_due_on is None
    assert (cast.records(one), _points(one)) == ([], 0)


def test_the_leader_does_not_certify_and_neither_does_staff_who_proposed(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.ended(town, one)
    _propose(activity_id, cast.by(town, "tong"))
    for name, refusal in (("tong", FourEyes), ("wulan", NotAllowed), ("bai", NotFound), ("yan", NotAllowed)):
        with pytest.raises(refusal):
            _certify(activity_id, cast.by(town, name))
    _certify(activity_id, cast.by(town, "lan"))


def test_nobody_certifies_what_they_took_part_in(town):
    lan = cast.by(town, "lan")
    activity_id = cast.proposed(town, lan)
    with pytest.raises(FourEyes):
        _certify(activity_id, lan)
    _certify(activity_id, cast.by(town, "tong"))
    assert cast.records(lan)[0].minutes == 120


def test_nothing_is_certified_before_it_is_proposed_nor_proposed_before_it_is_over(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.attended(town, one)
    wulan, tong = cast.by(town, "wulan"), cast.by(town, "tong")
    with pytest.raises(hours.ActivityNotEnded):
        _propose(activity_id, wulan)
    with pytest.raises(ActivityMovedOn):
        _certify(activity_id, tong)
    with cast.after_start(hours=2), transaction():
        ending.end(activity_id, actor=wulan)
    with pytest.raises(hours.HoursNotProposed):
        _certify(activity_id, tong)


def test_unverified_attendance_is_decided_never_guessed(town):
    sure, forgot = cast.newcomers(town, 2)
    activity_id = cast.published(town)
    for one in (sure, forgot):
        cast.sign_up(activity_id, one)
        with cast.after_start():
            cast.check_in(activity_id, one)
    with cast.after_start(hours=1):
        cast.check_out(activity_id, sure)
    wulan = cast.by(town, "wulan")
    with cast.after_start(hours=2), transaction():
        ending.end(activity_id, actor=wulan)
    with pytest.raises(hours.AttendanceUndecided) as refused:
        _propose(activity_id, wulan)
    assert refused.value.facts == {"people": [forgot.id]}
    _propose(activity_id, wulan, {forgot.id: 0})
    _certify(activity_id, cast.by(town, "tong"))
    assert cast.records(forgot) == []
    assert cast.state_of(activity_id, forgot) == "unverified"
    assert [record.minutes for record in cast.records(sure)] == [60]


def test_minutes_are_at_most_the_planned_length_and_its_tolerance(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.ended(town, one, minutes=120)
    wulan = cast.by(town, "wulan")
    with pytest.raises(hours.MinutesTooMany, match="135"):
        _propose(activity_id, wulan, {one.id: 136})
    with pytest.raises(hours.NotAttended):
        _propose(activity_id, wulan, {town.person("qin").id: 60})
    _propose(activity_id, wulan, {one.id: 135})


def test_staying_longer_than_planned_counts_up_to_the_tolerance(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.attended(town, one, minutes=149)
    with cast.after_start(hours=3), transaction():
        ending.end(activity_id, actor=cast.by(town, "wulan"))
    _propose(activity_id, cast.by(town, "wulan"))
    _certify(activity_id, cast.by(town, "tong"))
    assert cast.records(one)[0].minutes == 135


def test_the_certifier_may_lower_and_not_raise(town):
    first, second = cast.newcomers(town, 2)
    activity_id = cast.proposed(town, first, second)
    tong = cast.by(town, "tong")
    with pytest.raises(hours.MinutesAboveProposal):
        _certify(activity_id, tong, {first.id: 121})
    _certify(activity_id, tong, {first.id: 90, second.id: 0})
    assert ([one.minutes for one in cast.records(first)], cast.records(second)) == ([90], [])


def test_certifying_again_posts_nothing_more(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.certified(town, one)
    with pytest.raises(ActivityMovedOn):
        _certify(activity_id, cast.by(town, "lan"))
    assert (len(cast.records(one)), _points(one)) == (1, 2)


def test_a_crash_in_the_middle_posts_nothing_and_the_next_try_posts_once(town, monkeypatch):
    people = cast.newcomers(town, 3)
    activity_id = cast.proposed(town, *people)
    award, seen = ledger.award, []

    def breaking(person_id, *args, **kwargs):
        seen.append(person_id)
        if len(seen) == 2:
            raise RuntimeError("the power goes")
        return award(person_id, *args, **kwargs)

    monkeypatch.setattr(ledger, "award", breaking)
    with pytest.raises(RuntimeError):
        _certify(activity_id, cast.by(town, "tong"))
    assert seen == sorted(one.id for one in people)[:2]
    assert cast.records() == []
    assert [_points(one) for one in people] == [0, 0, 0]
    assert cast.activity(activity_id).state == "ended"
    _certify(activity_id, cast.by(town, "tong"))
    assert [_points(one) for one in people] == [2, 2, 2]
    assert len(cast.records()) == 3
    assert list(findings()) == []


def test_points_that_are_spent_reversed_or_ended_change_no_hour(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.certified(town, one)
    before = record_queries.totals(one.id)
    with transaction():
        reference = f"activity:{activity_id}:person:{one.id}:hours"
        ledger.hold(one.id, 1, reference="r:1", title="兑换", community_id=town.songtao, actor=one)
        ledger.settle("r:1", shop_id=1, actor=None)
    with pytest.raises(ledger.NotEnoughPoints), transaction():
        ledger.reverse(reference, reference="back:1", reason="误发", actor=cast.by(town, "tong"))
    assert _points(one) == 1
    other = cast.newcomers(town, 1)[0]
    second = cast.certified(town, other, title="义诊")
    with transaction():
        ledger.reverse(
            f"activity:{second}:person:{other.id}:hours",
            reference="back:2",
            reason="误发",
            actor=cast.by(town, "tong"),
        )
    with clock.frozen_at(STARTS + timedelta(days=800)), transaction():
        for lot in ledger.lots_to_expire():
            ledger.expire(*lot) if isinstance(lot, tuple) else ledger.expire(lot)
    assert (_points(one), _points(other)) == (0, 0)
    assert record_queries.totals(one.id) == before
    assert record_queries.totals(other.id)["minutes"] == 120


def _served(person, start_hour, minutes):
    return limits.Served(person.id, STARTS + timedelta(hours=start_hour), minutes)


def test_more_than_eight_hours_a_day_are_refused_over_all_activities(town):
    (one,) = cast.newcomers(town, 1)
    cast.certified(town, one)
    limits.check([_served(one, 3, 360)])
    with pytest.raises(limits.TooManyHoursThatDay, match="120"):
        limits.check([_served(one, 3, 361)])


def test_service_at_the_same_time_is_refused_by_name(town):
    (one,) = cast.newcomers(town, 1)
    cast.certified(town, one)
    with pytest.raises(limits.OverlappingService, match="清雪"):
        limits.check([_served(one, 1, 30)])
    limits.check([_served(one, 2, 30)])


def test_the_volunteer_is_told_of_the_hours_and_that_they_stay(town):
    (one,) = cast.newcomers(town, 1)
    cast.certified(town, one)
    told = outbox.inbox(one.id, None, 50)[0]
    assert (told.kind, "2 小时，获得 2 积分" in told.body, "不会因为" in told.body) == (
        "hours_certified",
        True,
        True,
    )


def test_tomorrow_is_told_once_after_nine_to_who_has_a_place(town):
    first, waiting = cast.newcomers(town, 2)
    activity_id = cast.published(town, capacity=1)
    for one in (first, waiting):
        cast.sign_up(activity_id, one)
    with cast.after_start(hours=-25):
        assert deadlines.tomorrows() == []
    with cast.after_start(hours=-24):
        assert deadlines.tomorrows() == [activity_id]
        for _ in range(2):
            with transaction():
                deadlines.remind(activity_id)
        assert deadlines.tomorrows() == []
    told = [row.kind for row in outbox.inbox(first.id, None, 50)]
    assert told == ["activity_tomorrow", "sign_up_confirmed"]
    assert "activity_tomorrow" not in [row.kind for row in outbox.inbox(waiting.id, None, 50)]


def test_staff_are_reminded_once_on_the_tenth_working_day(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.ended(town, one)
    due = cast.activity(activity_id).record_due_on
    with clock.frozen_at(clock.day_starts(due) - timedelta(minutes=1)):
        assert activity_id not in deadlines.overdue()
    with clock.frozen_at(clock.day_starts(due)):
        assert activity_id in deadlines.overdue()
        with transaction():
            deadlines.remind_staff(activity_id)
        assert activity_id not in deadlines.overdue()
    for name in ("tong", "lan"):
        assert outbox.inbox(town.person(name).id, None, 1)[0].kind == "record_overdue"
    assert "record_overdue" not in [row.kind for row in outbox.inbox(town.person("bai").id, None, 50)]


def test_working_days_know_the_holidays_and_the_sundays_worked_for_them(app):
    # National Day 2026: off from 1 to 7 October; Sunday 20 September and Saturday 10 October are worked.
    assert working_days.days(date(2026, 9, 20), date(2026, 9, 20))[0].is_workday
    assert not working_days.days(date(2026, 10, 5), date(2026, 10, 5))[0].is_workday
    assert working_days.record_due_on(date(2026, 9, 24)) == date(2026, 10, 15)
