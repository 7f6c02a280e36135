"""Planning: who may, what has to be in order, insurance before risk, repeating, what stands fast."""

from datetime import timedelta

import pytest

from backend.db import transaction
from backend.errors import NotAllowed, NotFound
from backend.volunteering.actions import activities, ending
from backend.volunteering.states import ActivityMovedOn
from tests.volunteering import cast
from tests.volunteering.cast import CONTENT, STARTS


@pytest.mark.parametrize("name", ["wulan", "tong", "lan"])
def test_the_leader_and_the_communitys_staff_plan_for_a_team(town, name):
    found = cast.activity(cast.planned(town, name))
    assert (found.state, found.in_charge_id) == ("draft", town.person("wulan").id)


@pytest.mark.parametrize(
    ("name", "refusal"), [("ning", NotAllowed), ("bai", NotFound), ("admin", NotAllowed)]
)
def test_others_do_not(town, name, refusal):
    with pytest.raises(refusal):
        cast.planned(town, name)


def test_a_leader_plans_nothing_for_the_community_itself(town):
    with pytest.raises(NotAllowed):
        cast.planned(town, "wulan", team=False)
    assert cast.activity(cast.planned(town, "tong", team=False)).in_charge_id == town.person("tong").id


def test_a_team_of_another_community_is_refused(town):
    with pytest.raises(activities.TeamElsewhere), transaction():
        activities.plan(town.baihua, cast.riders(town), CONTENT, actor=cast.by(town, "bai"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": STARTS},
        {"ends_at": STARTS + timedelta(hours=73)},
        {"sign_up_until": STARTS + timedelta(hours=3)},
        {"cancel_until": STARTS + timedelta(hours=3)},
    ],
    ids=str,
)
def test_times_have_to_be_in_order(town, wrong):
    with pytest.raises(activities.TimesOutOfOrder):
        cast.planned(town, **wrong)


@pytest.mark.parametrize("wrong", [{"latitude": 47.0}, {"radius": 100}], ids=str)
def test_half_a_venue_is_refused(town, wrong):
    with pytest.raises(activities.VenueIncomplete):
        cast.planned(town, **wrong)


def test_a_risky_activity_is_published_only_with_its_insurance_and_stays_insured(town):
    activity_id = cast.planned(town, risk="登高")
    wulan = cast.by(town, "wulan")
    with pytest.raises(activities.InsuranceMissing), transaction():
        activities.publish(activity_id, actor=wulan)
    with transaction():
        activities.edit(activity_id, {"insurance_number": "BX-1"}, actor=wulan)
        activities.publish(activity_id, actor=wulan)
    with pytest.raises(activities.InsuranceMissing), transaction():
        activities.edit(activity_id, {"insurance_number": None}, actor=wulan)


def test_what_is_past_is_not_published(town):
    activity_id = cast.planned(town)
    with pytest.raises(activities.ActivityOver), cast.after_start(hours=2), transaction():
        activities.publish(activity_id, actor=cast.by(town, "wulan"))


def test_published_things_stand_fast(town):
    activity_id = cast.published(town)
    for one in cast.newcomers(town, 2):
        cast.sign_up(activity_id, one)
    wulan = cast.by(town, "wulan")
    for change, refusal in (
        ({"capacity": 1}, activities.CapacityTaken),
        ({"kind": "meeting"}, activities.FixedOncePublished),
        ({"team_id": None}, activities.FixedOncePublished),
        ({"ends_at": STARTS - timedelta(hours=1)}, activities.TimesOutOfOrder),
    ):
        with pytest.raises(refusal), cast.after_start(days=-1), transaction():
            activities.edit(activity_id, change, actor=wulan)
    with pytest.raises(activities.ActivityNotEditable), cast.after_start(minutes=1), transaction():
        activities.edit(activity_id, {"place": "西门"}, actor=wulan)


def test_repeating_makes_weekly_drafts_once(town):
    activity_id = cast.published(town, sign_up_until=STARTS - timedelta(hours=1))
    wulan = cast.by(town, "wulan")
    with transaction():
        made = activities.repeat(activity_id, 3, actor=wulan)
        assert [one.starts_at - STARTS for one in made] == [timedelta(weeks=n) for n in (1, 2, 3)]
        assert {one.state for one in made} == {"draft"}
        assert made[0].sign_up_until == STARTS + timedelta(weeks=1, hours=-1)
    with transaction():
        assert len(activities.repeat(activity_id, 4, actor=wulan)) == 1


def test_once_somebody_has_come_it_is_ended_and_not_called_off(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.published(town)
    cast.sign_up(activity_id, one)
    with cast.after_start():
        cast.check_in(activity_id, one)
        with pytest.raises(activities.AttendanceBegun), transaction():
            activities.cancel(activity_id, "下雨", actor=cast.by(town, "wulan"))


def test_nothing_ends_before_it_begins(town):
    activity_id = cast.published(town)
    wulan = cast.by(town, "wulan")
    with pytest.raises(ending.NotBegunYet), cast.after_start(days=-1), transaction():
        ending.end(activity_id, actor=wulan)
    with cast.after_start(minutes=1), transaction():
        ending.end(activity_id, actor=wulan)
    with pytest.raises(ActivityMovedOn), cast.after_start(minutes=2), transaction():
        ending.end(activity_id, actor=wulan)
