"""Volunteer teams over HTTP: founded by staff, joined with the leader's approval."""

from typing import Any

from apiflask import APIBlueprint

from backend import screening
from backend.api.frame.bodies import ReasonIn
from backend.api.frame.fields import (
    Actions,
    Choice,
    DateTime,
    Integer,
    List,
    Nested,
    QueryInteger,
    Schema,
    Sought,
    Text,
)
from backend.api.frame.listing import listing
from backend.api.frame.moves import Moves
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import GUESTS, get, post, put
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.people import my_teams, states, teams
from backend.people.kinds import MembershipState
from backend.people.models import REAL_NAME_MAX, SPECIALITY_MAX, TEAM_NAME_MAX, Team
from backend.people.my_teams import TeamPart
from backend.people.permissions import Permission
from backend.volunteering.actions import leaders

bp = APIBlueprint("teams", __name__, url_prefix="/api/v1", tag="志愿服务")


class TeamOut(Schema):
    id = Integer("编号")
    community_id = Integer("社区")
    community_name = Text("社区名称", most=80)
    kind = Choice("类型：社区、单位、社会", teams.TEAM_KINDS)
    name = Text("名称", most=TEAM_NAME_MAX, example="骑手先锋队")
    speciality = Text("特长", most=SPECIALITY_MAX, least=0)
    leader_id = Integer("队长；离开以后还没有新队长时、没有登录时为 null", allow_none=True)
    leader_name = Text(
        "队长（本社区办理的人和同事看到全名，其他人看到脱敏的）；没有登录时是空的",
        most=REAL_NAME_MAX,
        least=0,
    )
    member_count = Integer("队员人数（不含队长）")
    my_status = Choice(
        "我在队里：队长、已申请、队员、没有同意、已退出；没有关系时为 null", teams.STANDINGS, allow_none=True
    )
    created_at = DateTime("成立时间")
    taken_down_at = DateTime("社区撤下的时间；只有队长和工作人员还看得到", allow_none=True)
    actions = Actions(states.TEAM_ACTIONS, example=["join"])


class MemberOut(Schema):
    person_id = Integer("人员编号")
    name = Text("姓名；队长和管理志愿队的工作人员看到全名", most=REAL_NAME_MAX)
    told_apart = Text("同名的人怎么区分；没有同名时为 null", most=120, allow_none=True)
    state = Choice("状态", MembershipState, data_key="status")
    since = DateTime("从何时起")
    actions = Actions(states.MEMBER_ACTIONS, example=["accept"])


class TeamDetailOut(TeamOut):
    members = List(
        "队员和申请人；只有队长和工作人员可见，其他人为 null", Nested(MemberOut), most=1000, allow_none=True
    )


class MyTeamOut(Schema):
    id = Integer("编号")
    name = Text("名称", most=TEAM_NAME_MAX, example="骑手先锋队")
    part = Choice("我是队长还是队员", TeamPart)
    status = Choice("我的申请或入队状态；队长是 accepted", MembershipState)
    actions = Actions(states.TEAM_ACTIONS, example=["leave"])


class TeamIn(Schema):
    community_id = Integer("社区", required=True, least=1)
    kind = Choice("类型", teams.TEAM_KINDS, required=True)
    name = Text("名称", most=TEAM_NAME_MAX, required=True)
    speciality = Text("特长", most=SPECIALITY_MAX, least=0, load_default="")
    leader_id = Integer("队长（人员编号）", required=True, least=1)


class TeamChanges(Schema):
    name = Text("名称", most=TEAM_NAME_MAX)
    speciality = Text("特长", most=SPECIALITY_MAX, least=0)
    leader_id = Integer("队长（人员编号）", least=1)


class TeamQuery(PageQuery):
    community_id = QueryInteger("社区", least=1, load_default=None)
    kind = Choice("类型", teams.TEAM_KINDS, load_default=None)
    q = Sought("名称里的词")


def _detail(team: Team, caller: Caller) -> teams.TeamDetail:
    return teams.view_team(team, actor=caller)


def _serialize_many(found: list[Team], caller: Caller) -> list[teams.TeamView]:
    return teams.view_teams(found, actor=caller)


@listing(
    bp,
    "/teams",
    "志愿队",
    TeamOut,
    _serialize_many,
    guard=GUESTS,
    query=TeamQuery,
    description="没有登录也可以看，但没有队长和操作。",
)
def list_teams(caller: Caller, community_id: int | None, kind: str | None, q: str | None) -> Pageable:
    return teams.listed(community_id, kind, q)


def _serialize_mine(rows: list[Any], caller: Caller) -> list[my_teams.MyTeam]:
    return my_teams.view_mine(rows, actor=caller)


@listing(bp, "/me/teams", "我的志愿队：我带的、我参加和申请的", MyTeamOut, _serialize_mine)
def list_my_teams(caller: Caller) -> Pageable:
    return my_teams.mine(actor=caller)


def _screen(caller: Caller, body: dict[str, Any], **_path: int) -> None:
    """Everybody will read it, so WeChat looks first."""
    screening.screened(body.get("name"), body.get("speciality"), scene=screening.POST, actor=caller)


@post(
    bp,
    "/teams",
    "成立志愿队并指定队长",
    Permission.TEAM_FOUND,
    body=TeamIn,
    out=TeamDetailOut,
    status=201,
    precheck=_screen,
)
def found_team(caller: Caller, body: dict[str, Any], precheck_result: None) -> teams.TeamDetail:
    return _detail(teams.create_team(**body, actor=caller), caller)


@get(bp, "/teams/<id:team_id>", "一支志愿队", out=TeamDetailOut)
def get_team(caller: Caller, team_id: int) -> teams.TeamDetail:
    return _detail(teams.seen(team_id, actor=caller), caller)


@put(
    bp,
    "/teams/<id:team_id>",
    "修改志愿队，或更换队长",
    Permission.TEAM_MANAGE,
    body=TeamChanges,
    out=TeamDetailOut,
    precheck=_screen,
)
def edit_team(caller: Caller, team_id: int, body: dict[str, Any], precheck_result: None) -> teams.TeamDetail:
    return _detail(leaders.edit_team(team_id, body, actor=caller), caller)


move = Moves(bp, "/teams/<id:team_id>", TeamDetailOut, _detail)
move("join", "join_team", "申请加入", teams.join)
move("leave", "leave_team", "退出，或撤回申请", teams.leave)
move(
    "take-down",
    "take_down_team",
    "撤下志愿队",
    teams.take_down,
    Permission.TEAM_TAKE_DOWN,
    body=ReasonIn,
    may=teams.lock_taken_down,
    description="除队长和工作人员外别人立即看不到；工作人员改了名称或特长后恢复显示。",
)


@post(bp, "/teams/<id:team_id>/members/<id:person_id>/accept", "同意加入", out=TeamDetailOut)
def accept_member(caller: Caller, team_id: int, person_id: int) -> teams.TeamDetail:
    return _detail(teams.decide(team_id, person_id, True, actor=caller), caller)


@post(bp, "/teams/<id:team_id>/members/<id:person_id>/decline", "不同意加入", out=TeamDetailOut)
def decline_member(caller: Caller, team_id: int, person_id: int) -> teams.TeamDetail:
    return _detail(teams.decide(team_id, person_id, False, actor=caller), caller)
