"""Checking in and out: the code that changes, each refusal, the venue, the roll-call, forgotten check-outs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.volunteering import attendance_queries, codes, states, venue
from backend.volunteering.actions import attendance, deadlines, ending, hours, roll_call, sign_ups
from backend.volunteering.limits import OverlappingService
from backend.volunteering.models import Activity, SignUp
from backend.volunteering.states import ActivityMovedOn, SignUpMovedOn
from tests.volunteering import cast
from tests.volunteering.cast import STARTS

NOON = datetime(2027, 3, 6, 4, 0, tzinfo=UTC)


@pytest.fixture
def here(town):
    """A published activity with ning signed up."""
    activity_id = cast.published(town)
    ning = cast.by(town, "ning")
    cast.sign_up(activity_id, ning)
    return activity_id, ning


def test_the_code_changes_every_half_minute_and_the_previous_one_still_opens(app):
    first = codes.current(17, NOON)
    assert (len(first.code), first.expires_at, first.text) == (
        8,
        NOON + timedelta(seconds=30),
        f"17.{first.code}",
    )
    assert codes.current(17, NOON + timedelta(seconds=29)) == first
    assert codes.current(17, NOON + timedelta(seconds=30)).code != first.code
    for given in (first.code, first.text, f" {first.code.lower()} ", f"{first.code[:4]}-{first.code[4:]}"):
        codes.check(17, given, NOON + timedelta(seconds=59))
    with pytest.raises(codes.CodeOutdated):
        codes.check(17, first.code, NOON + timedelta(seconds=60))


def test_a_foreign_or_invented_code_opens_nothing(app):
    other = codes.current(18, NOON)
    for given in (other.code, other.text, "ABCDEFGH", "", f"18.{codes.current(17, NOON).code}"):
        with pytest.raises(codes.CodeForeign):
            codes.check(17, given, NOON)


def test_a_code_of_the_future_is_worth_nothing_yet(app):
    with pytest.raises(codes.CodeForeign):
        codes.check(17, codes.current(17, NOON + timedelta(seconds=30)).code, NOON)


def test_whose_clock_was_ahead_at_the_check_in_is_checked_out_no_earlier(here):
    activity_id, ning = here
    with cast.after_start(minutes=10), transaction():
        came = attendance.check_in(
            activity_id, codes.current(activity_id, clock.now()).code, actor=ning
        ).checked_in_at
    with cast.after_start(minutes=9), transaction():
        left = attendance.check_out(activity_id, codes.current(activity_id, clock.now()).code, actor=ning)
    assert (left.state, left.checked_out_at) == ("checked_out", came)


def test_in_and_out_with_the_code_of_the_moment(here):
    activity_id, ning = here
    with cast.after_start(minutes=-10):
        made = cast.check_in(activity_id, ning)
        assert (made.state, made.source, made.place_check) == ("checked_in", "check_in", "not_given")
    with cast.after_start(hours=2, minutes=20):
        assert cast.check_out(activity_id, ning).state == "checked_out"


def test_a_second_scan_is_told_so_and_makes_nothing(here):
    activity_id, ning = here
    with cast.after_start():
        cast.check_in(activity_id, ning)
    with cast.after_start(minutes=1):
        with pytest.raises(attendance.AlreadyCheckedIn):
            cast.check_in(activity_id, ning)
        cast.check_out(activity_id, ning)
        for again in (cast.check_in, cast.check_out):
            with pytest.raises(attendance.AlreadyCheckedOut):
                again(activity_id, ning)
    assert (
        session.scalar(
            sa.select(SignUp.checked_in_at).where(
                SignUp.person_id == ning.id, SignUp.activity_id == activity_id
            )
        )
        == STARTS
    )


@pytest.mark.parametrize(
    ("sources", "state", "refusal"),
    [
        ({"confirmed"}, "waitlisted", attendance.StillWaiting),
        ({"confirmed", "waitlisted"}, "waitlisted", None),
        ({"waitlisted"}, "confirmed", SignUpMovedOn),
    ],
)
def test_the_moves_own_sources_say_who_may_check_in(here, monkeypatch, sources, state, refusal):
    """What the table says of the move is what the door does."""
    activity_id, ning = here
    with transaction():
        session.execute(sa.update(SignUp).where(SignUp.activity_id == activity_id).values(state=state))
    monkeypatch.setattr(states, "CHECK_IN", replace(states.CHECK_IN, sources=frozenset(sources)))
    with cast.after_start():
        if refusal is None:
            assert cast.check_in(activity_id, ning).state == "checked_in"
        else:
            with pytest.raises(refusal):
                cast.check_in(activity_id, ning)


def test_the_moves_own_sources_say_who_may_check_out(here, monkeypatch):
    activity_id, ning = here
    with cast.after_start():
        cast.check_in(activity_id, ning)
    monkeypatch.setattr(states, "CHECK_OUT", replace(states.CHECK_OUT, sources=frozenset({"unverified"})))
    with cast.after_start(hours=1), pytest.raises(attendance.NotCheckedIn):
        cast.check_out(activity_id, ning)


def test_the_moves_own_sources_say_whom_a_roll_call_reaches(here, town, monkeypatch):
    activity_id, ning = here
    monkeypatch.setattr(states, "MARK_PRESENT", replace(states.MARK_PRESENT, sources=frozenset({"no_show"})))
    with cast.after_start(), pytest.raises(SignUpMovedOn), transaction():
        roll_call.call(activity_id, [roll_call.Called(ning.id, STARTS)], actor=cast.by(town, "wulan"))


def test_a_roll_call_moves_everybody_in_as_few_statements_as_two(town, statements):
    """Each with times of their own: those who stay together, those who have left together."""

    def called(count):
        people = cast.newcomers(town, count)
        activity_id = cast.published(town, capacity=count)
        for one in people:
            cast.sign_up(activity_id, one)
        roll = [
            roll_call.Called(
                one.id, STARTS + timedelta(minutes=at), at % 2 and STARTS + timedelta(hours=1, minutes=at)
            )
            for at, one in enumerate(people)
        ]
        roll = [one if one.left_at else one._replace(left_at=None) for one in roll]
        with cast.after_start(hours=2), transaction(), statements() as seen:
            roll_call.call(activity_id, roll, actor=cast.by(town, "tong"))
        signed = session.scalars(sa.select(SignUp).where(SignUp.activity_id == activity_id)).all()
        times = {row.person_id: (row.checked_in_at, row.checked_out_at) for row in signed}
        assert times == {one.person_id: (one.arrived_at, one.left_at) for one in roll}
        return len(seen)

    assert called(2) == called(6)


def test_too_early_says_when_and_too_late_says_whom_to_ask(here):
    activity_id, ning = here
    with pytest.raises(attendance.TooEarly, match="03月06日 08:30"), cast.after_start(minutes=-31):
        cast.check_in(activity_id, ning)
    with pytest.raises(attendance.TooLate, match="组织者"), cast.after_start(hours=2, seconds=1):
        cast.check_in(activity_id, ning)
    with cast.after_start():
        cast.check_in(activity_id, ning)
    with pytest.raises(attendance.TooLate), cast.after_start(hours=2, minutes=31):
        cast.check_out(activity_id, ning)


def test_who_is_not_signed_up_or_waits_is_told_so(town):
    activity_id = cast.published(town, capacity=1)
    first, waiting, stranger = cast.newcomers(town, 3)
    for one in (first, waiting):
        cast.sign_up(activity_id, one)
    with cast.after_start():
        with pytest.raises(attendance.StillWaiting):
            cast.check_in(activity_id, waiting)
        with pytest.raises(sign_ups.NotSignedUp):
            cast.check_in(activity_id, stranger)
        with pytest.raises(attendance.NotCheckedIn):
            cast.check_out(activity_id, first)
        with pytest.raises(NotFound):
            cast.check_in(cast.planned(town), first)


def test_an_outdated_and_a_foreign_code_are_told_apart(town, here):
    activity_id, ning = here
    other = cast.published(town, title="义诊")
    with cast.after_start(minutes=-5):
        old = cast.code(activity_id)
    with cast.after_start():
        for given, refusal in ((old, codes.CodeOutdated), (cast.code(other), codes.CodeForeign)):
            with pytest.raises(refusal), transaction():
                attendance.check_in(activity_id, given, actor=ning)
    assert cast.state_of(activity_id, ning) == "confirmed"


def test_nobody_is_at_two_places_at_once(town):
    ning = cast.by(town, "ning")
    snow = cast.published(town)
    later = cast.published(
        town, title="义诊", starts_at=STARTS + timedelta(hours=2), ends_at=STARTS + timedelta(hours=4)
    )
    for one in (snow, later):
        cast.sign_up(one, ning)
    with cast.after_start():
        cast.check_in(snow, ning)
    with pytest.raises(attendance.CheckedInElsewhere, match="清雪"), cast.after_start(minutes=110):
        cast.check_in(later, ning)
    # What is over by now does not hold up the next one, even where no job has run yet.
    with cast.after_start(minutes=121):
        cast.check_in(later, ning)
    assert (cast.state_of(snow, ning), cast.state_of(later, ning)) == ("unverified", "checked_in")


VENUE = {"latitude": 46.98, "longitude": 128.03, "radius": 200}


@pytest.mark.parametrize(
    ("point", "found"),
    [((46.981, 128.031), "passed"), ((46.99, 128.03), "failed"), ((None, None), "not_given")],
    ids=str,
)
def test_the_place_is_compared_refuses_nobody_and_leaves_no_coordinates(town, point, found):
    activity_id = cast.published(town, **VENUE)
    ning = cast.by(town, "ning")
    cast.sign_up(activity_id, ning)
    with cast.after_start():
        assert cast.check_in(activity_id, ning, here=point).place_check == found
    columns = set(SignUp.__table__.columns.keys())
    assert not columns & {"latitude", "longitude", "accuracy"}
    journal = session.scalars(sa.text("SELECT facts FROM journal WHERE verb = 'check_in'")).all()
    assert not any("46.9" in str(line) for line in journal)


def test_one_failed_comparison_is_kept(town):
    activity_id = cast.published(town, **VENUE)
    ning = cast.by(town, "ning")
    cast.sign_up(activity_id, ning)
    with cast.after_start():
        cast.check_in(activity_id, ning, here=(46.99, 128.03))
        assert cast.check_out(activity_id, ning, here=(46.98, 128.03)).place_check == "failed"


def test_the_distance_is_in_metres():
    assert venue.compare((46.98, 128.03, 112), (46.981, 128.03)) == "passed"
    assert venue.compare((46.98, 128.03, 111), (46.981, 128.03)) == "failed"
    assert venue.compare((None, None, None), (46.981, 128.03)) == "not_given"


def test_staff_scan_for_a_card_holder_and_nobody_else_does(town):
    activity_id = cast.published(town)
    e = town.person("e")
    proxy = {"on_behalf_of": (e.id, "老人没有手机")}
    cast.sign_up(activity_id, cast.by(town, "tong"), **proxy)
    with cast.after_start():
        for name in ("wulan", "pei", "bai"):
            with pytest.raises((NotAllowed, NotFound)):
                cast.check_in(activity_id, cast.by(town, name), **proxy)
        assert cast.check_in(activity_id, cast.by(town, "shao"), **proxy).state == "checked_in"
        assert cast.check_out(activity_id, cast.by(town, "tong"), **proxy).state == "checked_out"


def test_a_missing_check_out_ends_as_unverified_at_the_planned_end_and_can_still_be_made_up(here):
    activity_id, ning = here
    with cast.after_start():
        cast.check_in(activity_id, ning)
        assert activity_id not in deadlines.unfinished()
    with cast.after_start(hours=2):
        assert activity_id in deadlines.unfinished()
        with transaction():
            ending.lapse(activity_id)
        assert cast.state_of(activity_id, ning) == "unverified"
        assert cast.check_out(activity_id, ning).state == "checked_out"


def test_the_activity_ends_by_itself_after_its_check_out(here):
    activity_id, ning = here
    with cast.after_start(hours=2, minutes=29):
        assert activity_id not in deadlines.over()
    with cast.after_start(hours=2, minutes=30):
        assert activity_id in deadlines.over()
        with transaction():
            deadlines.end(activity_id)
    assert cast.state_of(activity_id, ning) == "no_show"
    assert (
        session.get(Activity, activity_id, populate_existing=True).record_due_on.isoformat() == "2027-03-19"
    )


def _call(activity_id, actor, *roll, **passed):
    with cast.after_start(**(passed or {"hours": 2})), transaction():
        roll_call.call(activity_id, [roll_call.Called(*one) for one in roll], actor=actor)


def test_a_roll_call_is_equally_good_and_may_be_put_right(town):
    people = cast.newcomers(town, 3)
    activity_id = cast.published(town)
    for one in people:
        cast.sign_up(activity_id, one)
    wulan, out = cast.by(town, "wulan"), STARTS + timedelta(hours=1)
    _call(activity_id, wulan, (people[0].id, STARTS, out), (people[1].id, STARTS))
    assert [state for _, state in cast.sign_ups_of(activity_id)] == ["checked_out", "checked_in", "confirmed"]
    with cast.after_start(hours=2), transaction():
        ending.end(activity_id, actor=wulan)
    assert [state for _, state in cast.sign_ups_of(activity_id)] == ["checked_out", "unverified", "no_show"]
    _call(activity_id, wulan, *((one.id, STARTS, out) for one in people), hours=3)
    assert {state for _, state in cast.sign_ups_of(activity_id)} == {"checked_out"}
    sources = session.scalars(sa.select(SignUp.source).where(SignUp.activity_id == activity_id)).all()
    assert set(sources) == {"roll_call"}


@pytest.mark.parametrize(
    ("arrived", "left"),
    [(-31, 60), (121, 122), (0, 0), (0, 151), (60, 30)],
    ids=["before it opened", "after the end", "no time at all", "long after the end", "backwards"],
)
def test_a_roll_call_tells_true_times(here, town, arrived, left):
    activity_id, ning = here
    line = (ning.id, STARTS + timedelta(minutes=arrived), STARTS + timedelta(minutes=left))
    with pytest.raises(roll_call.TimesNotTrue):
        _call(activity_id, cast.by(town, "wulan"), line, hours=5)


def test_nobody_is_called_in_the_future_nor_who_did_not_sign_up(here, town):
    activity_id, ning = here
    wulan = cast.by(town, "wulan")
    with pytest.raises(roll_call.TimesNotTrue):
        _call(activity_id, wulan, (ning.id, STARTS, STARTS + timedelta(hours=1)), minutes=30)
    with pytest.raises(sign_ups.NotSignedUp) as refused:
        _call(activity_id, wulan, (town.person("qin").id, STARTS))
    assert refused.value.facts == {"people": [town.person("qin").id]}


def test_attendance_that_overlaps_with_another_one_is_refused(town):
    ning = cast.by(town, "ning")
    cast.ended(town, ning)
    other = cast.published(
        town, title="义诊", starts_at=STARTS + timedelta(hours=2), ends_at=STARTS + timedelta(hours=4)
    )
    cast.sign_up(other, ning)
    early = (ning.id, STARTS + timedelta(minutes=100), STARTS + timedelta(hours=3))
    with pytest.raises(OverlappingService, match="清雪"):
        _call(other, cast.by(town, "wulan"), early, hours=4)
    _call(
        other,
        cast.by(town, "wulan"),
        (ning.id, STARTS + timedelta(hours=2), STARTS + timedelta(hours=3)),
        hours=4,
    )


@pytest.mark.parametrize("name", ["ning", "pei", "shao", "bai", "yan", "shang", "admin"])
def test_only_the_organiser_calls_the_roll_and_shows_the_code(here, town, name):

    activity_id, ning = here
    with pytest.raises((NotAllowed, NotFound)):
        _call(activity_id, cast.by(town, name), (ning.id, STARTS))
    with pytest.raises((NotAllowed, NotFound)):
        attendance_queries.check_in_code(activity_id, actor=cast.by(town, name))


def test_a_roll_call_after_the_proposal_asks_for_a_new_one(town):
    ning = cast.by(town, "ning")
    activity_id = cast.proposed(town, ning)
    wulan = cast.by(town, "wulan")
    _call(activity_id, wulan, (ning.id, STARTS, STARTS + timedelta(hours=1)), hours=4)
    with pytest.raises(hours.HoursNotProposed), cast.after_start(hours=5), transaction():
        hours.certify(activity_id, {}, actor=cast.by(town, "tong"))
    with cast.after_start(hours=5), transaction():
        hours.propose(activity_id, {}, actor=wulan)
    with cast.after_start(hours=5), transaction():
        hours.certify(activity_id, {}, actor=cast.by(town, "tong"))
    assert [one.minutes for one in cast.records(ning)] == [60]
    with pytest.raises(ActivityMovedOn):
        _call(activity_id, wulan, (ning.id, STARTS), hours=6)


def test_who_is_called_in_after_the_end_is_not_passed_by_when_hours_are_proposed(here, town):
    """The organiser who does not know when they left is asked for their minutes, in this very minute."""
    activity_id, ning = here
    wulan = cast.by(town, "wulan")
    with cast.after_start(hours=2), transaction():
        ending.end(activity_id, actor=wulan)
    _call(activity_id, wulan, (ning.id, STARTS))
    assert cast.state_of(activity_id, ning) == "unverified"
    with cast.after_start(hours=2):
        with pytest.raises(hours.AttendanceUndecided), transaction():
            hours.propose(activity_id, {}, actor=wulan)
        with transaction():
            hours.propose(activity_id, {ning.id: 60}, actor=wulan)
    with cast.after_start(hours=3), transaction():
        hours.certify(activity_id, {}, actor=cast.by(town, "tong"))
    assert [one.minutes for one in cast.records(ning)] == [60]


def test_after_the_proposal_nobody_checks_out_any_more(here, town):
    activity_id, ning = here
    wulan = cast.by(town, "wulan")
    with cast.after_start():
        cast.check_in(activity_id, ning)
    with cast.after_start(hours=1), transaction():
        ending.end(activity_id, actor=wulan)
    with cast.after_start(hours=1), transaction():
        hours.propose(activity_id, {ning.id: 60}, actor=wulan)
    with pytest.raises(attendance.AttendanceClosed), cast.after_start(hours=1):
        cast.check_out(activity_id, ning)
    assert clock.now() < STARTS
