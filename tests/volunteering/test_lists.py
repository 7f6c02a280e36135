"""Lists cost a fixed number of statements; a check-in costs few; who sees what."""

from datetime import timedelta

import pytest

from backend import clock
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound, Refused
from backend.volunteering import attendance_queries, queries, record_queries
from backend.volunteering.actions import activities, ending, hours, sign_ups
from tests.volunteering import cast
from tests.volunteering.cast import STARTS


def _listed(actor, limit=50, after=None, **asked):
    anything = dict.fromkeys(("community_id", "category", "state", "first_day", "last_day"))
    return queries.activities(**{**anything, **asked}, actor=actor).rows(limit, after)


@pytest.mark.parametrize("name", ["ning", "wulan", "tong"])
def test_a_page_of_many_costs_no_more_statements_than_a_page_of_two(town, statements, name):
    by = cast.by(town, name)
    costs = []
    for limit in (2, 50):
        session.expire_all()
        with statements() as seen:
            assert len(queries.view_activities(_listed(by, limit=limit), actor=by)) >= min(limit, 38)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 8


def test_my_records_cost_the_same_whether_few_or_many(town, statements):
    by = cast.by(town, "geng")
    costs = []
    for limit in (2, 50):
        session.expire_all()
        with statements() as seen:
            record_queries.view_records(record_queries.records_of(by.id).rows(limit))
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 5


def test_attendance_costs_the_same_for_one_as_for_many(town, statements):
    wulan, costs = cast.by(town, "wulan"), []
    for size in (1, 20):
        activity_id = cast.published(town, title=f"清雪 {size}", capacity=30)
        for one in cast.newcomers(town, size):
            cast.sign_up(activity_id, one)
        session.expire_all()
        with statements() as seen:
            assert len(attendance_queries.attendance(activity_id, actor=wulan).people) == size
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 5


def test_a_list_goes_on_where_it_stopped_and_runs_both_ways(town):
    ning = cast.by(town, "ning")
    newest = _listed(ning, limit=50)
    assert newest == sorted(newest, key=lambda one: (one.starts_at, one.id), reverse=True)
    first, rest = newest[:3], newest[3:6]
    assert _listed(ning, limit=3, after=(first[-1].starts_at, first[-1].id)) == rest
    coming = _listed(ning, first_day=clock.today())
    assert coming == sorted(coming, key=lambda one: (one.starts_at, one.id))
    assert all(one.starts_at >= clock.day_starts(clock.today()) for one in coming)
    day = clock.business_day(newest[5].starts_at)
    assert {clock.business_day(one.starts_at) for one in _listed(ning, first_day=day, last_day=day)} == {day}


def test_lists_are_narrowed_by_community_category_and_state(town):
    ning = cast.by(town, "ning")
    assert {one.community_id for one in _listed(ning, community_id=town.baihua)} == {town.baihua}
    assert {one.category for one in _listed(ning, category="应急")} == {"应急"}
    assert {one.state for one in _listed(ning, state=["cancelled"])} == {"cancelled"}


def test_drafts_are_seen_by_who_plans_them(town):
    draft = cast.planned(town)
    for name, sees in (("wulan", True), ("tong", True), ("shang", True), ("ning", False), ("bai", False)):
        by = cast.by(town, name)
        assert (draft in [one.id for one in _listed(by, state=["draft"])]) == sees
        if not sees:
            with pytest.raises(NotFound):
                queries.one(draft, actor=by)


def test_names_are_for_the_leader_and_who_calls_the_roll_masked_for_others_of_the_staff(town):
    activity_id = cast.published(town)
    cast.sign_up(activity_id, cast.by(town, "ning"))
    told = {}
    for name in ("wulan", "tong", "yan", "shang"):
        told[name] = attendance_queries.attendance(activity_id, actor=cast.by(town, name)).people[0].name
    assert told == {"wulan": "宁小舟", "tong": "宁小舟", "yan": "宁**", "shang": "宁**"}
    for name, refusal in (
        ("ning", NotAllowed),
        ("pei", NotAllowed),
        ("bai", NotFound),
        ("admin", NotAllowed),
    ):
        with pytest.raises(refusal):
            attendance_queries.attendance(activity_id, actor=cast.by(town, name))


def test_the_waitlist_says_which_place_one_has(town):
    people = cast.newcomers(town, 3)
    activity_id = cast.published(town, capacity=1)
    for one in people:
        cast.sign_up(activity_id, one)
    places = [
        queries.view_activities([cast.activity(activity_id)], actor=one)[0].my_sign_up.waitlist_position
        for one in people
    ]
    assert places == [None, 1, 2]


def _works(verb, actor, activity_id):
    """Does the verb go through? Leaves no trace."""
    with transaction():
        try:
            verb(activity_id, actor=actor)
            return True
        except Refused:
            return False
        finally:
            session.rollback()


VERBS = {
    "publish": activities.publish,
    "cancel": lambda activity_id, actor: activities.cancel(activity_id, "下雨", actor=actor),
    "end": ending.end,
    "propose_hours": lambda activity_id, actor: hours.propose(activity_id, {}, actor=actor),
    "certify": lambda activity_id, actor: hours.certify(activity_id, {}, actor=actor),
    "edit": lambda activity_id, actor: activities.edit(activity_id, {"place": "西门"}, actor=actor),
    "repeat": lambda activity_id, actor: activities.repeat(activity_id, 1, actor=actor),
    "sign_up": sign_ups.sign_up,
    "cancel_sign_up": sign_ups.cancel,
}


def test_the_buttons_offered_are_exactly_the_moves_that_succeed(town):
    """`actions` and the moves are decided by one rule: what is offered works, what is not is refused."""
    ning = cast.by(town, "ning")
    later = {"starts_at": STARTS + timedelta(days=7), "ends_at": STARTS + timedelta(days=7, hours=2)}
    scenes = [
        cast.planned(town, **later),
        cast.published(town, **later),
        cast.ended(town, ning),
        cast.proposed(town, cast.by(town, "lan"), title="义诊"),
        cast.ended(town, cast.by(town, "pei"), title="座谈", kind="meeting"),
        cast.certified(town, cast.by(town, "qin"), title="送菜"),
    ]
    cast.sign_up(scenes[1], cast.by(town, "pei"))
    with cast.after_start(days=2):
        for activity_id in scenes:
            for name in ("wulan", "tong", "lan", "ning", "pei", "bai", "yan"):
                by = cast.by(town, name)
                (shown,) = queries.view_activities([cast.activity(activity_id)], actor=by)
                for verb, call in VERBS.items():
                    if verb == "end" and shown.starts_at > clock.now():
                        continue
                    works = _works(call, by, activity_id)
                    told = f"{name} {verb} {shown.title} {shown.state}"
                    assert works == (verb in shown.actions), told
