"""Who answers for teams and activities, who hears of sign-ups, and who is asked to fill empty places."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import InvalidInput, NotAllowed, NotFound
from backend.people import queues as people_queues
from backend.people import teams
from backend.people.models import Membership, Person, Residency
from backend.rights import cancellation, suspending
from backend.volunteering import queries, queues
from backend.volunteering.actions import deadlines, inviting, leaders, news, sign_ups
from tests.volunteering import cast
from tests.volunteering.cast import STARTS
from tests.volunteering.test_messages import told


def leaves(town, name):
    person = session.get(Person, town.person(name).id)
    with transaction():
        cancellation.cancel(person.id, confirmed=True, actor=person)


def shown(activity_id, town):
    (view,) = queries.view_activities([cast.activity(activity_id)], actor=cast.by(town, "tong"))
    return view.in_charge


def test_when_a_leader_leaves_staff_are_told_and_name_another_who_has_the_activities(town):
    activity_id, riders, tong = cast.published(town), cast.riders(town), cast.by(town, "tong")
    leaves(town, "wulan")
    (body,) = told(tong, "team_without_leader")
    assert "骑手先锋队" in body
    assert told(cast.by(town, "bai"), "team_without_leader") == []
    (team,) = teams.view_teams([teams.one(riders)], actor=tong)
    assert (team.leader_id, team.leader_name, shown(activity_id, town)) == (None, "暂无队长", "暂无负责人")
    waiting = [team.id for team in people_queues.teams_without_leader(actor=tong).rows(9)]
    assert (
        waiting,
        activity_id in [one.id for one in queues.activities_without_organiser(actor=tong).rows(99)],
    ) == ([riders], True)
    with transaction():
        leaders.edit_team(riders, {"leader_id": town.person("pei").id}, actor=tong)
    assert people_queues.teams_without_leader(actor=tong).rows(9) == []
    assert cast.activity(activity_id).in_charge_id == town.person("pei").id


def test_an_applicant_does_not_wait_for_a_leader_who_is_suspended(town):
    (one,) = cast.newcomers(town, 1)
    tong = cast.by(town, "tong")
    with transaction():
        teams.join(cast.riders(town), actor=one)

    def waiting():
        rows = people_queues.applications_to_decide(actor=tong).rows(99)
        return [row[0].person_id for row in rows]

    assert one.id not in waiting()
    with transaction():
        suspending.suspend(
            town.person("wulan").id, "反复发广告", clock.today() + timedelta(days=3), actor=tong
        )
    assert one.id in waiting()
    assert len(told(tong, "team_without_leader")) == 1


def test_staff_put_one_of_those_who_organise_in_charge(town):
    activity_id, tong, lan = (
        cast.published(town, "tong", team=False),
        cast.by(town, "tong"),
        cast.by(town, "lan"),
    )
    with transaction():
        leaders.name_organiser(activity_id, lan.id, actor=tong)
    assert cast.activity(activity_id).in_charge_id == lan.id
    assert len(told(lan, "activity_in_charge")) == 1
    for person, actor, refusal in (
        ("ning", "tong", InvalidInput),
        ("lan", "bai", NotFound),
        ("lan", "ning", NotAllowed),
    ):
        with pytest.raises(refusal), transaction():
            leaders.name_organiser(activity_id, town.person(person).id, actor=cast.by(town, actor))


def evening(days):
    """Ten past six in the evening in China, so many days from the start."""
    return clock.frozen_at(STARTS + timedelta(days=days, hours=9, minutes=10))


def tell_news(days):
    with evening(days):
        found = news.due()
        for activity_id in found:
            with transaction():
                news.send(activity_id)
    return found


def test_the_organiser_hears_once_a_day_how_many_came_and_went(town):
    people, wulan = cast.newcomers(town, 3), cast.by(town, "wulan")
    activity_id = cast.published(town, capacity=2)
    for one in people:
        cast.sign_up(activity_id, one)
    assert told(wulan, "activity_news") == []
    assert activity_id in tell_news(-2)
    assert activity_id not in tell_news(-2)
    (body,) = told(wulan, "activity_news")
    assert "新报名 3 人。现已报名 2 人（名额 2），候补 1 人" in body
    with cast.after_start(days=-2, hours=12), transaction():
        sign_ups.cancel(activity_id, actor=people[0])
    assert told(wulan, "activity_news") == [body]
    assert activity_id in tell_news(-1)
    assert "取消 1 人。现已报名 2 人（名额 2）。" in told(wulan, "activity_news")[1]
    assert any(job.name == "volunteering.organiser_news" for job in deadlines.JOBS)


def test_the_first_who_cancels_on_the_last_day_is_told_at_once(town):
    people, wulan = cast.newcomers(town, 3), cast.by(town, "wulan")
    activity_id = cast.published(town)
    for one in people:
        cast.sign_up(activity_id, one)
    for one, hours, number in ((people[0], -25, 0), (people[1], -24, 1), (people[2], -2, 1)):
        with cast.after_start(hours=hours), transaction():
            sign_ups.cancel(activity_id, actor=one)
        assert len(told(wulan, "activity_late_cancel")) == number


def neighbours(town, count, *, member=True, born=1990, community=None):
    """Verified residents with the mini-program, in the riders."""
    made = cast.newcomers(town, count, born)
    with transaction():
        for one in made:
            session.get(Person, one.id).openid = f"openid-{one.id}"
            session.add(
                Residency(
                    person_id=one.id,
                    community_id=community or town.songtao,
                    state="verified",
                    declared_at=clock.now(),
                    decided_by_id=town.person("tong").id,
                )
            )
            if member:
                session.add(
                    Membership(
                        team_id=cast.riders(town), person_id=one.id, state="accepted", since=clock.now()
                    )
                )
        session.flush()
    return made


def asked(person):
    return len(told(person, "activity_invitation"))


def invite(town, activity_id, name="tong", **passed):
    with cast.after_start(**(passed or {"days": -1})), transaction():
        return inviting.invite(activity_id, actor=cast.by(town, name))


def test_volunteers_whom_it_fits_are_asked_once_and_nobody_else_is(town):
    fit, busy, refusing, gone = neighbours(town, 4)
    (young,), (stranger,) = neighbours(town, 1, born=2015), neighbours(town, 1, member=False)
    (elsewhere,) = neighbours(town, 1, community=town.baihua)
    activity_id, other = cast.published(town, min_age=16), cast.published(town, title="义诊")
    cast.sign_up(other, busy)
    cast.sign_up(activity_id, gone)
    with transaction():
        inviting.choose(False, actor=refusing)
    with cast.after_start(days=-2), transaction():
        sign_ups.cancel(activity_id, actor=gone)
    with cast.after_start(days=-1):
        expected = inviting.fitting(cast.activity(activity_id))
    assert invite(town, activity_id) in (expected, expected - 1)
    assert [asked(one) for one in (fit, busy, refusing, gone, young, stranger, elsewhere)] == [
        1,
        0,
        0,
        0,
        0,
        0,
        0,
    ]
    assert invite(town, activity_id) == 0
    assert (inviting.wants(refusing.id), inviting.wants(fit.id)) == (False, True)
    line = sa.text("SELECT count(*) FROM journal WHERE verb = 'invite' AND subject_id = :id")
    assert session.scalar(line, {"id": activity_id}) == 2


def test_nobody_is_asked_twice_a_day_nor_where_no_place_is_free(town):
    (fit, seated) = neighbours(town, 2)
    first, second = (
        cast.published(town),
        cast.published(town, capacity=1, starts_at=STARTS + timedelta(hours=1)),
    )
    invite(town, first)
    invite(town, second)
    assert asked(fit) == 1
    cast.sign_up(second, seated)
    with pytest.raises(inviting.NoPlaceFree):
        invite(town, second)
    with pytest.raises(inviting.NoPlaceFree):
        invite(town, first, minutes=1)
    for name, refusal in (("bai", NotFound), ("wulan", NotAllowed)):
        with pytest.raises(refusal):
            invite(town, first, name)
