"""Many at once: one place, one certification, one check-in, one person's eight hours."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import dialect, session, transaction
from backend.errors import Refused
from backend.ledger import queries as balances
from backend.ledger.verify import findings
from backend.people import sealed
from backend.people.models import Person
from backend.rights import cancellation
from backend.volunteering import certificate_queries
from backend.volunteering.actions import activities, attendance, backfills, certificates, hours, sign_ups
from backend.volunteering.models import SignUp
from backend.volunteering.states import ActivityMovedOn, CertificateMovedOn
from tests.databases import until_so_many_wait
from tests.volunteering import cast
from tests.volunteering.cast import STARTS

CROWD = 30


def kinds(results):
    return [type(one) for one in results if isinstance(one, Refused)]


def test_of_thirty_for_one_place_one_is_in_and_the_others_wait_in_order(town, at_once):
    people = cast.newcomers(town, CROWD)
    activity_id = cast.published(town, capacity=1)
    with cast.after_start(days=-2):
        at_once(*[lambda one=one: sign_ups.sign_up(activity_id, actor=one) for one in people])
        order = cast.sign_ups_of(activity_id)
        assert [state for _, state in order] == ["confirmed"] + ["waitlisted"] * (CROWD - 1)
        # Each who leaves makes room for exactly the next in line.
        for place in range(3):
            with transaction():
                sign_ups.cancel(activity_id, actor=cast.By(order[place][0]))
            now = [state for _, state in cast.sign_ups_of(activity_id)]
            assert now == ["cancelled"] * (place + 1) + ["confirmed"] + ["waitlisted"] * (CROWD - place - 2)


def test_when_several_leave_at_once_as_many_move_up(town, at_once):
    people = cast.newcomers(town, 12)
    activity_id = cast.published(town, capacity=4)
    for one in people:
        cast.sign_up(activity_id, one)
    with cast.after_start(days=-1):
        at_once(*[lambda one=one: sign_ups.cancel(activity_id, actor=one) for one in people[:4]])
    states = [state for _, state in cast.sign_ups_of(activity_id)]
    assert states == ["cancelled"] * 4 + ["confirmed"] * 4 + ["waitlisted"] * 4


def _standing(activity_id, people, state, town):
    with transaction():
        session.add_all(
            SignUp(
                activity_id=activity_id,
                person_id=one.id,
                community_id=town.songtao,
                state=state,
                signed_up_at=STARTS - timedelta(days=2),
            )
            for one in people
        )


def test_people_who_change_places_between_two_activities_do_not_wait_for_each_other(town, at_once):
    """Four leave the first for the second, four the other way: each holds one list and asks the other one."""
    ones, others = cast.newcomers(town, 4), cast.newcomers(town, 4)
    first, second = cast.published(town, capacity=4), cast.published(town, title="义诊", capacity=4)
    for here, there, people in ((first, second, ones), (second, first, others)):
        _standing(here, people, "confirmed", town)
        _standing(there, people, "waitlisted", town)
    leaving = [
        work for pair in zip(ones, others, strict=True) for work in ((first, pair[0]), (second, pair[1]))
    ]
    with cast.after_start(days=-1):
        at_once(*[lambda a=a, one=one: sign_ups.cancel(a, actor=one) for a, one in leaving])
    assert {cast.state_of(second, one) for one in ones} == {"confirmed"}
    assert {cast.state_of(first, one) for one in others} == {"confirmed"}


def test_accounts_that_leave_and_places_that_are_given_back_do_not_wait_for_each_other(town, at_once):
    holders, leavers = cast.newcomers(town, 4), cast.newcomers(town, 4)
    (last,) = cast.newcomers(town, 1)
    activity_id = cast.published(town, capacity=4)
    _standing(activity_id, holders, "confirmed", town)
    _standing(activity_id, [*leavers, last], "waitlisted", town)

    def leave(person_id):
        cancellation.cancel(person_id, confirmed=True, actor=session.get(Person, person_id))

    works = [lambda one=one: sign_ups.cancel(activity_id, actor=one) for one in holders]
    works += [lambda one=one: leave(one.id) for one in leavers]
    with cast.after_start(days=-1):
        at_once(*[work for pair in zip(works[:4], works[4:], strict=True) for work in pair])
    assert cast.state_of(activity_id, last) == "confirmed"
    assert {cast.state_of(activity_id, one) for one in leavers} == {"cancelled"}


def test_one_person_signing_up_many_times_at_once_is_signed_up_once(town, at_once):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.published(town)
    with cast.after_start(days=-2):
        results = at_once(*[lambda: sign_ups.sign_up(activity_id, actor=one)] * 8)
    assert kinds(results) == [sign_ups.AlreadySignedUp] * 7


def test_two_activities_at_the_same_time_take_a_person_once(town, at_once):
    (one,) = cast.newcomers(town, 1)
    both = [cast.published(town), cast.published(town, title="义诊")]
    with cast.after_start(days=-2):
        results = at_once(*[lambda a=a: sign_ups.sign_up(a, actor=one) for a in both * 3])
    assert len(kinds(results)) == 5


def test_a_double_scan_at_the_same_moment_is_one_check_in(town, at_once):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.published(town)
    cast.sign_up(activity_id, one)
    with cast.after_start():
        code = cast.code(activity_id)
        results = at_once(*[lambda: attendance.check_in(activity_id, code, actor=one)] * 8)
        assert len(kinds(results)) == 7
        results = at_once(*[lambda: attendance.check_out(activity_id, code, actor=one)] * 8)
        assert len(kinds(results)) == 7
    lines = session.execute(_journal(activity_id)).all()
    assert sorted(verb for (verb,) in lines) == ["check_in", "check_out"]


def _journal(activity_id):
    from backend.journal import JournalLine

    mine = sa.select(SignUp.id).where(SignUp.activity_id == activity_id)
    return sa.select(JournalLine.verb).where(
        JournalLine.subject_kind == "sign_up",
        JournalLine.subject_id.in_(mine),
        JournalLine.verb.in_(("check_in", "check_out")),
    )


def test_two_doors_at_the_same_moment_let_a_person_through_one(town, at_once):
    (one,) = cast.newcomers(town, 1)
    first = cast.published(town)
    second = cast.published(
        town, title="义诊", starts_at=STARTS + timedelta(hours=2), ends_at=STARTS + timedelta(hours=4)
    )
    for activity_id in (first, second):
        cast.sign_up(activity_id, one)
    with cast.after_start(minutes=110):
        works = [
            lambda a=a: attendance.check_in(a, cast.code(a), actor=one)
            for a in (first, second, first, second)
        ]
        results = at_once(*works)
    assert len(kinds(results)) == 3


def _call_off(town, activity_id):
    with town.app.app_context():
        try:
            with transaction():
                activities.cancel(activity_id, "下大雪", actor=cast.by(town, "wulan"))
        finally:
            session.remove()


def test_an_activity_is_not_called_off_under_whoever_is_checking_in(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.published(town)
    cast.sign_up(activity_id, one)
    with cast.after_start(), ThreadPoolExecutor(1) as other:
        with transaction():
            attendance.check_in(activity_id, cast.code(activity_id), actor=one)
            called_off = other.submit(_call_off, town, activity_id)
            until_so_many_wait(1)
        with pytest.raises(activities.AttendanceBegun):
            called_off.result(timeout=10)
    assert cast.activity(activity_id).state == "published"
    assert cast.state_of(activity_id, one) == "checked_in"


def test_certifying_at_once_posts_hours_and_points_once(town, at_once):
    people = cast.newcomers(town, 3)
    activity_id = cast.proposed(town, *people)
    with cast.after_start(hours=4):
        results = at_once(
            *[lambda name=name: hours.certify(activity_id, {}, actor=name) for name in _staff(town) * 4]
        )
    assert kinds(results) == [ActivityMovedOn] * 7
    assert len(cast.records()) == 3
    assert [balances.balance(one.id)["available"] for one in people] == [2, 2, 2]
    assert list(findings()) == []


def _staff(town):
    return [cast.by(town, "tong"), cast.by(town, "lan")]


def test_two_activities_certified_at_once_do_not_give_one_person_the_same_hours_twice(town, at_once):
    """Each looks at the person's day under the person's lock, so the second one sees the first."""
    (one,) = cast.newcomers(town, 1)
    entered = []
    with clock.frozen_at(STARTS + timedelta(days=1)):
        for minutes in (300, 301, 302, 303):
            with transaction():
                content = {
                    "activity_name": f"送菜 {minutes}",
                    "category": "帮扶",
                    "started_at": STARTS,
                    "place": "东门",
                    "content": "送菜",
                    "minutes": minutes,
                    "reason": "补录",
                }
                made = backfills.request(one.id, town.songtao, content, actor=cast.by(town, "tong"))
                entered.append(made.id)
        lan = cast.by(town, "lan")
        results = at_once(*[lambda b=b: backfills.approve(b, actor=lan) for b in entered])
    assert len(kinds(results)) == 3
    assert len(cast.records(one)) == 1


def test_asking_for_the_same_certificate_at_once_makes_one(town, at_once):
    (one,) = cast.newcomers(town, 1)
    with transaction():
        sealed.keep_real_name(session.get_one(Person, one.id), "裴长青")
    cast.certified(town, one)
    day = clock.business_day(STARTS)
    with cast.after_start(hours=5):
        results = at_once(*[lambda: certificates.issue(day, day, actor=one).number] * 8)
    assert len(set(results)) == 1
    assert [made.number for made in certificate_queries.of_person(one.id).rows(9)] == results[:1]


def test_revoking_at_once_is_done_once(town, at_once):
    (one,) = cast.newcomers(town, 1)
    with transaction():
        sealed.keep_real_name(session.get_one(Person, one.id), "裴长青")
    cast.certified(town, one)
    day = clock.business_day(STARTS)
    with cast.after_start(hours=5):
        with transaction():
            number = certificates.issue(day, day, actor=one).number
        results = at_once(
            *[
                lambda name=name: certificates.revoke(number, "名单有误", actor=name)
                for name in _staff(town) * 4
            ]
        )
    assert kinds(results) == [CertificateMovedOn] * 7


def test_the_check_sees_places_that_are_given_without_the_activitys_lock(town, at_once, monkeypatch):
    """Negative control: everybody sees a free place, and only the database's own trigger would stand in the way
    (SQLite has one writer)."""
    if dialect() == "sqlite":
        pytest.skip("one writer at a time needs no lock")
    people = cast.newcomers(town, 8)
    activity_id, together = cast.published(town, capacity=1), Barrier(8)
    with transaction():
        session.execute(sa.text("ALTER TABLE sign_ups DISABLE TRIGGER USER"))
    free = sign_ups._state

    def seen(activity):
        found = free(activity)
        together.wait(timeout=10)
        return found

    monkeypatch.setattr(sign_ups, "lock_row", session.get_one)
    monkeypatch.setattr(sign_ups, "_state", seen)
    with cast.after_start(days=-2):
        at_once(*[lambda one=one: sign_ups.sign_up(activity_id, actor=one) for one in people])
    states = [state for _, state in cast.sign_ups_of(activity_id)]
    assert states.count("confirmed") > 1
