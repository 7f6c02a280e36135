"""Teams: founded by staff, led by whom they name, joined with approval; names for the leader alone."""

import pytest

from backend.db import transaction
from backend.errors import NotAllowed, NotFound
from backend.people import teams
from backend.people.states import AlreadyMember, NotAMember, NothingToDecide
from tests.volunteering import cast


def _found(town, name="tong", title="清雪队", leader_id=None):
    with transaction():
        return teams.create_team(
            town.songtao,
            "community",
            title,
            "清雪",
            leader_id=leader_id or town.person("ning").id,
            actor=cast.by(town, name),
        )


def _as(town, verb, team, name, *more):
    with transaction():
        return verb(team.id, *more, actor=cast.by(town, name))


def test_staff_found_a_team_and_name_its_leader(town):
    team = _found(town)
    (shown,) = teams.view_teams([team], actor=cast.by(town, "ning"))
    assert (shown.my_status, shown.leader_name, shown.member_count, shown.actions) == (
        "leader",
        "宁**",
        0,
        [],
    )


@pytest.mark.parametrize(
    ("name", "refusal"), [("wulan", NotAllowed), ("bai", NotFound), ("admin", NotAllowed)]
)
def test_others_found_none(town, name, refusal):
    with pytest.raises(refusal):
        _found(town, name)


def test_a_name_stands_once_in_a_community_and_a_leader_has_to_exist(town):
    with pytest.raises(teams.TeamNameTaken):
        _found(town, title="骑手先锋队")
    with pytest.raises(teams.LeaderUnknown):
        _found(town, leader_id=4711)


def test_joining_waits_for_the_leader_and_leaving_for_nobody(town):
    team = _found(town)
    _as(town, teams.join, team, "qin")
    with pytest.raises(AlreadyMember):
        _as(town, teams.join, team, "qin")
    with pytest.raises(NotAllowed):
        _as(town, teams.decide, team, "wulan", town.person("qin").id, True)
    _as(town, teams.decide, team, "ning", town.person("qin").id, True)
    with pytest.raises(NothingToDecide):
        _as(town, teams.decide, team, "ning", town.person("qin").id, False)
    assert teams.view_teams([team], actor=cast.by(town, "qin"))[0].member_count == 1
    _as(town, teams.leave, team, "qin")
    with pytest.raises(NotAMember):
        _as(town, teams.leave, team, "qin")
    assert teams.view_teams([team], actor=cast.by(town, "qin"))[0].actions == ["join"]


def test_who_was_declined_may_ask_again_and_the_leader_has_nothing_to_join(town):
    team = _found(town)
    for accepted in (False, True):
        _as(town, teams.join, team, "qin")
        _as(town, teams.decide, team, "tong", town.person("qin").id, accepted)
    with pytest.raises(AlreadyMember):
        _as(town, teams.join, team, "ning")


def test_nobody_accepts_themselves(town):
    team = _found(town)
    _as(town, teams.join, team, "lan")
    with pytest.raises(NotAllowed):
        _as(town, teams.decide, team, "lan", town.person("lan").id, True)


def test_names_are_for_the_leader_and_the_staff_of_the_place_and_for_nobody_else(town):
    team = _found(town)
    _as(town, teams.join, team, "qin")
    assert [one.name for one in teams.view_team(team, actor=cast.by(town, "ning")).members] == ["秦明远"]
    assert [one.name for one in teams.view_team(team, actor=cast.by(town, "tong")).members] == ["秦明远"]
    for name in ("qin", "wulan", "bai", "admin"):
        assert teams.view_team(team, actor=cast.by(town, name)).members is None


def test_a_new_leader_leads_at_once_and_the_old_one_no_longer(town):
    team = _found(town)
    with transaction():
        teams.edit(team.id, {"leader_id": town.person("qin").id}, actor=cast.by(town, "tong"))
    assert teams.view_team(teams.one(team.id), actor=cast.by(town, "ning")).members is None
    with pytest.raises(NotAllowed), transaction():
        teams.edit(team.id, {"name": "我的队"}, actor=cast.by(town, "qin"))
    with pytest.raises(NotFound):
        teams.one(4711)
