"""Activities, teams and nicknames are taken down: out of everybody's sight, and their authors are told why."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.operations import invariants
from backend.outbox.models import Notice
from backend.people import actions as people
from backend.people import nicknames, teams
from backend.people.models import Person, Team
from backend.volunteering import queries
from backend.volunteering.actions import activities, sign_ups, taking_down
from backend.volunteering.models import Activity, SignUp
from tests.wishes import cast


def bodies(person_id, kind):
    wanted = sa.select(Notice.body).where(Notice.person_id == person_id, Notice.kind == kind)
    return session.scalars(wanted.order_by(Notice.id)).all()


def planned(town, leader="wulan", signed_up="ning"):
    """A published activity of wulan's team for which ning has signed up."""
    team_id = session.scalars(sa.select(Team.id).where(Team.leader_id == town.person(leader).id)).first()
    starts = clock.now() + timedelta(days=3)
    content = {
        "title": "联系 13800138000 清雪",
        "kind": "volunteer_service",
        "category": "便民服务",
        "description": "",
        "place": "雪松家园 3号楼",
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=2),
        "capacity": 5,
    }
    with transaction():
        made = activities.plan(town.songtao, team_id, content, actor=cast.by(town, leader)).id
        activities.publish(made, actor=cast.by(town, leader))
        sign_ups.sign_up(made, actor=cast.by(town, signed_up))
    return made


def test_an_activity_taken_down_is_off_for_who_signed_up_and_gone_for_everybody_else(town):
    made = planned(town)
    view = queries.view_activities([session.get(Activity, made)], actor=cast.by(town, "wulan"))
    assert view[0].warnings == ["phone"]
    with pytest.raises(NotAllowed), transaction():
        taking_down.take_down(made, "自己撤", actor=cast.by(town, "wulan"))
    with transaction():
        taking_down.take_down(made, "标题里有电话", actor=cast.by(town, "tong"))
    found = session.get(Activity, made, populate_existing=True)
    assert (found.state, found.taken_down_at is not None) == ("cancelled", True)
    assert session.scalars(sa.select(SignUp.state).where(SignUp.activity_id == made)).all() == ["cancelled"]
    for name in ("ning", "pei", "bai"):
        with pytest.raises(NotFound):
            queries.one(made, actor=cast.by(town, name))
        listed = queries.activities(
            community_id=None,
            category=None,
            state=None,
            first_day=None,
            last_day=None,
            actor=cast.by(town, name),
        ).rows(200)
        assert made not in {one.id for one in listed}
    assert queries.one(made, actor=cast.by(town, "wulan")).id == made
    ning = town.person("ning").id
    assert [
        one
        for one in bodies(ning, "activity_cancelled") + bodies(ning, "sign_up_confirmed")
        if "13800138000" in one
    ] == []
    assert "标题里有电话" in bodies(town.person("wulan").id, "activity_taken_down")[0]
    rows = queries.sign_ups_of(ning).rows(50)
    shown = queries.view_my_sign_ups(rows, actor=cast.by(town, "ning"))
    assert {one.activity.title for one in shown if one.activity_id == made} == {queries.TAKEN_DOWN}
    with pytest.raises(taking_down.ActivityTakenDown), transaction():
        taking_down.take_down(made, "再来一次", actor=cast.by(town, "tong"))
    assert list(invariants.findings()) == []


def test_a_team_taken_down_comes_back_with_another_name(town):
    team = session.scalars(sa.select(Team).where(Team.leader_id == town.person("wulan").id)).first()
    tong, pei = cast.by(town, "tong"), cast.by(town, "pei")
    with transaction():
        teams.take_down(team.id, "名称不合适", actor=tong)
    assert "名称不合适" in bodies(town.person("wulan").id, "team_taken_down")[0]
    assert team.id not in {one.id for one in teams.listed(None, None).rows(100)}
    for work in (lambda: teams.seen(team.id, actor=pei), lambda: teams.join(team.id, actor=pei)):
        with pytest.raises(NotFound), transaction():
            work()
    assert teams.seen(team.id, actor=cast.by(town, "wulan")).id == team.id
    with transaction():
        teams.edit(team.id, {"name": "骑手服务队"}, actor=tong)
    assert teams.seen(team.id, actor=pei).name == "骑手服务队"


def test_a_nickname_becomes_a_neutral_one_and_does_not_come_back_however_it_is_written(town):
    ning, tong = cast.by(town, "ning"), cast.by(town, "tong")
    with transaction():
        people.update_profile({"nickname": "Bad Name"}, actor=ning)
        nicknames.take_down(ning.id, "不文明", actor=tong)
    assert session.get(Person, ning.id, populate_existing=True).nickname == f"居民{ning.id}"
    assert "不文明" in bodies(ning.id, "nickname_taken_down")[0]
    for written in ("Bad Name", "ｂａｄ ＮＡＭＥ", "bad-name"):
        with pytest.raises(nicknames.NicknameTakenDown), transaction():
            people.update_profile({"nickname": written}, actor=ning)
    with transaction():
        people.update_profile({"nickname": "小舟"}, actor=ning)
    with pytest.raises(NotFound), transaction():
        nicknames.take_down(ning.id, "不文明", actor=cast.by(town, "bai"))
    with clock.frozen_at(clock.now() + nicknames.BARRED + timedelta(days=1)), transaction():
        people.update_profile({"nickname": "Bad Name"}, actor=ning)
