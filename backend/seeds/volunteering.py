"""A year of volunteering in the demo city: six teams, forty activities in every state, a waitlist, a backfill,
certificates of which one is revoked.

Made through the verbs, at the days on which it happened. The hours go to volunteers of their own, so that the
named cast keeps the points that the contract promises.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from backend import clock
from backend.db import session
from backend.identity import sessions
from backend.people import actions as people
from backend.people import sealed, teams
from backend.people.models import Person
from backend.rights import notice
from backend.seeds import consents
from backend.seeds.calendar import days_ago
from backend.volunteering import codes
from backend.volunteering.actions import (
    activities,
    attendance,
    backfills,
    certificates,
    corrections,
    ending,
    hours,
    roll_call,
    sign_ups,
)
from backend.volunteering.models import Activity
from backend.volunteering.record_queries import records_of
from backend.wechat.simulator.rules import openid_of

# Simulator name → real name, community; the first of each community leads a team there.
VOLUNTEERS = {
    "fan": ("范晓梅", "松涛社区"),
    "geng": ("耿志强", "松涛社区"),
    "miao": ("苗春燕", "松涛社区"),
    "ruan": ("阮文博", "松涛社区"),
    "shen": ("申玉兰", "松涛社区"),
    "tan": ("谭海涛", "松涛社区"),
    "wei": ("魏思雨", "白桦社区"),
    "xi": ("奚明月", "白桦社区"),
    "you": ("尤建国", "白桦社区"),
    "zang": ("臧立新", "白桦社区"),
}
# Name, community, kind, speciality, leader, members.
TEAMS = (
    ("松涛邻里互助队", "松涛社区", "community", "陪伴、代办、照看", "fan", ("geng", "miao", "ruan")),
    ("松涛银龄宣讲队", "松涛社区", "community", "政策宣讲、文艺", "shen", ("tan", "miao")),
    ("市水务局志愿服务队", "松涛社区", "unit", "管道维修、节水宣传", "qin", ("pei",)),
    ("白桦便民服务队", "白桦社区", "community", "理发、小修", "wei", ("xi", "you")),
    ("白桦护学队", "白桦社区", "social", "上下学路口护学", "zang", ("xi",)),
)
RIDERS = "骑手先锋队"
SONGTAO = ("geng", "miao", "ruan", "tan", "fan", "shen")
BAIHUA = ("xi", "you", "wei", "zang")


@dataclass(frozen=True)
class Work:
    """What a team does again and again through the year."""

    team: str
    title: str
    category: str
    place: str
    length: int
    days: tuple[int, ...]


WORKS = (
    Work(
        "松涛邻里互助队", "陪老人聊天买菜", "帮扶济困", "雪松家园", 2, (352, 308, 262, 215, 170, 121, 82, 33)
    ),
    Work("松涛银龄宣讲队", "反诈骗宣讲", "政策宣传", "松涛党群服务中心", 1, (331, 240, 150, 64)),
    Work(RIDERS, "楼道安全巡查", "应急", "松涛社区各小区", 2, (296, 203, 110, 19)),
    Work("市水务局志愿服务队", "水管检修进楼道", "便民服务", "雪松家园 3 号楼", 3, (275, 135, 47)),
    Work("白桦便民服务队", "义务理发", "便民服务", "白桦党群服务中心", 2, (340, 250, 160, 75)),
    Work("白桦护学队", "路口护学", "文明倡导", "白桦小学门口", 1, (190, 96, 26)),
)


class _Scene:
    """Who and where, so that each step below is one line."""

    def __init__(self, found: dict[str, int], who: dict[str, Person]) -> None:
        self.found, self.who = found, who
        self.teams: dict[str, Any] = {}
        self.turns: dict[str, Iterator[int]] = {"松涛社区": count(), "白桦社区": count()}

    def community_of(self, team: str) -> str:
        return "白桦社区" if team.startswith("白桦") else "松涛社区"

    def leader(self, team: str) -> Person:
        leaders = {one[0]: one[4] for one in TEAMS}
        return self.who[leaders.get(team, "wulan")]

    def staff(self, team: str) -> Person:
        return self.who["bai" if team.startswith("白桦") else "tong"]

    def checker(self, team: str) -> Person:
        return self.who["jin" if team.startswith("白桦") else "lan"]

    def crowd(self, team: str, size: int) -> list[Person]:
        """The next volunteers of the community in turn, never the one who leads."""
        community = self.community_of(team)
        names = BAIHUA if community == "白桦社区" else SONGTAO
        able = [self.who[name] for name in names if self.who[name].id != self.leader(team).id]
        first = next(self.turns[community])
        return [able[(first + step) % len(able)] for step in range(min(size, len(able)))]


def seed(found: dict[str, int], who: dict[str, Person]) -> None:
    """Everything below runs in the caller's transaction."""
    scene = _Scene(found, who)
    with days_ago(360):
        _volunteers(scene)
        _teams(scene)
    for work in WORKS:
        for days in work.days:
            _certified(scene, work, days)
    _without_hours(scene)
    _undecided(scene)
    _coming(scene)
    _called_off(scene)
    _afterwards(scene)
    _party_members(scene)
    _certificates(scene)


def _volunteers(scene: _Scene) -> None:
    for number, (name, (real_name, community)) in enumerate(VOLUNTEERS.items(), start=1):
        person = scene.who[name] = sessions.person_of(openid_of(name))
        person.nickname, person.birth_year = real_name, 1960 + 4 * number
        sealed.keep_real_name(person, real_name)
        sealed.keep_phone(person, f"1119{number:07d}")
        session.flush()
        consents.agree(person)
        people.declare_residency(scene.found[community], actor=person)
        people.decide_residency(
            person.id, True, actor=scene.who["bai" if community == "白桦社区" else "tong"]
        )


def _teams(scene: _Scene) -> None:
    riders = teams.listed(scene.found["松涛社区"], "social").rows(1)
    scene.teams[RIDERS] = riders[0]
    for name, community, kind, speciality, leader, members in TEAMS:
        staff, led_by = scene.staff(name), scene.who[leader]
        made = teams.create_team(
            scene.found[community], kind, name, speciality, leader_id=led_by.id, actor=staff
        )
        scene.teams[name] = made
        for member in members:
            teams.join(made.id, actor=scene.who[member])
            teams.decide(made.id, scene.who[member].id, True, actor=led_by)


def _planned(scene: _Scene, work: Work, starts_at: datetime, **more: Any) -> Activity:
    content = {
        "title": work.title,
        "kind": "volunteer_service",
        "category": work.category,
        "description": f"{work.title}（{work.category}）",
        "place": work.place,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=work.length),
        "capacity": 8,
        **more,
    }
    community_id = scene.found[scene.community_of(work.team)]
    return activities.plan(community_id, scene.teams[work.team].id, content, actor=scene.leader(work.team))


def _held(scene: _Scene, work: Work, days: int, size: int = 3, **more: Any) -> tuple[Activity, list[Person]]:
    """An activity that took place so many days ago at nine, with who came by roll-call."""
    leader, crowd = scene.leader(work.team), scene.crowd(work.team, size)
    with days_ago(days) as start, clock.frozen_at(start - timedelta(days=4)):
        activity = _planned(scene, work, start, **more)
        activities.publish(activity.id, actor=leader)
        for person in crowd:
            sign_ups.sign_up(activity.id, actor=person)
    ends = activity.ends_at
    with clock.frozen_at(ends):
        roll = [roll_call.Called(person.id, start, ends) for person in crowd]
        roll_call.call(activity.id, roll, actor=leader)
        ending.end(activity.id, actor=leader)
    return activity, crowd


def _certified(scene: _Scene, work: Work, days: int) -> None:
    activity, _ = _held(scene, work, days)
    with days_ago(days - 1):
        hours.propose(activity.id, {}, actor=scene.leader(work.team))
        hours.certify(activity.id, {}, actor=scene.staff(work.team))


def _without_hours(scene: _Scene) -> None:
    """Meetings and study evenings: attended, and no hours."""
    talk = Work("松涛银龄宣讲队", "志愿者座谈会", "会议", "松涛党群服务中心", 2, ())
    course = Work("白桦便民服务队", "理发技能学习", "学习", "白桦党群服务中心", 2, ())
    _held(scene, talk, 180, kind="meeting")
    _held(scene, talk, 20, kind="meeting")
    _held(scene, course, 60, kind="study")


def _undecided(scene: _Scene) -> None:
    """One waits for its proposal (somebody forgot to check out), one for its certification."""
    waiting = WORKS[0]
    activity, _ = _held(scene, waiting, 5)
    with days_ago(4):
        hours.propose(activity.id, {}, actor=scene.leader(waiting.team))
    _forgotten(scene, WORKS[2], 2)


def _forgotten(scene: _Scene, work: Work, days: int) -> None:
    """Checked in by the code on the screen; one of them went home without checking out."""
    leader, crowd = scene.leader(work.team), scene.crowd(work.team, 3)
    with days_ago(days) as start, clock.frozen_at(start - timedelta(days=4)):
        activity = _planned(scene, work, start)
        activities.publish(activity.id, actor=leader)
        for person in crowd:
            sign_ups.sign_up(activity.id, actor=person)
    for moment, verb, came in (
        (start, attendance.check_in, crowd),
        (activity.ends_at, attendance.check_out, crowd[1:]),
    ):
        with clock.frozen_at(moment):
            code = codes.current(activity.id, moment).code
            for person in came:
                verb(activity.id, code, actor=person)
    with clock.frozen_at(activity.ends_at + timedelta(minutes=5)):
        ending.end(activity.id, actor=leader)


def _coming(scene: _Scene) -> None:
    """Published ones of the next weeks (one full, with a waitlist), and drafts that repeat one of them."""
    with days_ago(1) as yesterday:
        opened = [
            _published(scene, work, yesterday + timedelta(days=days, hours=1))
            for work, days in ((WORKS[0], 6), (WORKS[3], 9), (WORKS[4], 7), (WORKS[5], 13))
        ]
        full = _published(scene, WORKS[2], yesterday + timedelta(days=10), capacity=2, **_RISKY)
        for name in ("geng", "miao", "ruan", "tan"):
            sign_ups.sign_up(full.id, actor=scene.who[name])
        activities.repeat(opened[2].id, 2, actor=scene.staff(WORKS[4].team))


_RISKY = {"risk": "夜间、楼道结冰，注意防滑", "insurance_number": "QS-2026-0117", "min_age": 18}


def _published(scene: _Scene, work: Work, starts_at: datetime, **more: Any) -> Activity:
    activity = _planned(scene, work, starts_at, **more)
    return activities.publish(activity.id, actor=scene.leader(work.team))


def _called_off(scene: _Scene) -> None:
    with days_ago(54) as then:
        for work, reason in ((WORKS[0], "暴雪红色预警"), (WORKS[5], "学校停课")):
            activity = _published(scene, work, then + timedelta(days=2))
            sign_ups.sign_up(activity.id, actor=scene.crowd(work.team, 1)[0])
            activities.cancel(activity.id, reason, actor=scene.leader(work.team))


def _afterwards(scene: _Scene) -> None:
    """A backfill approved, one that waits for its checker, and a correction that waits."""
    told = {"activity_name": "雨后清淤", "category": "应急", "place": "雪松家园北门", "content": "清理排水沟"}
    with days_ago(14) as then:
        for days, name in ((3, "ruan"), (6, "tan")):
            backfill = _entered(scene, name, {**told, "started_at": then - timedelta(days=days)})
            if name == "ruan":
                backfills.approve(backfill.id, actor=scene.who["lan"])
    with days_ago(8):
        _correction(scene, scene.who["geng"])


def _entered(scene: _Scene, name: str, content: dict[str, Any]) -> Any:
    content = {**content, "minutes": 150, "reason": "现场没有信号，用纸质签到表登记"}
    return backfills.request(scene.who[name].id, scene.found["松涛社区"], content, actor=scene.who["tong"])


def _correction(scene: _Scene, person: Person) -> None:
    newest: Sequence[Any] = records_of(person.id).rows(1)
    corrections.request(newest[0].id, newest[0].minutes - 30, "我提前半小时走的", actor=person)


def _party_members(scene: _Scene) -> None:
    """裴长青 served outside the teams too, and agrees that his unit is told about it."""
    told: dict[str, Any] = {
        "activity_name": "给水表箱做保温",
        "category": "便民服务",
        "place": "雪松家园 5 号楼",
    }
    told |= {"content": "给楼道水表箱包保温棉", "minutes": 120, "reason": "临时起意，没有发布活动"}
    community_id = scene.found["松涛社区"]
    with days_ago(40) as then:
        content = {**told, "started_at": then - timedelta(days=1)}
        backfill = backfills.request(scene.who["pei"].id, community_id, content, actor=scene.who["tong"])
        backfills.approve(backfill.id, actor=scene.who["lan"])
        document = notice.current("unit_feedback")
        people.give_consent(document.document, document.version, actor=scene.who["pei"])


def _certificates(scene: _Scene) -> None:
    """Three that hold, and one that was revoked."""
    first = clock.today() - timedelta(days=360)
    with days_ago(25) as then:
        yesterday = then.date() - timedelta(days=1)
        for name in ("miao", "wei", "ruan"):
            certificates.issue(first, yesterday, actor=scene.who[name])
    with days_ago(12) as then:
        wrong = certificates.issue(first, then.date() - timedelta(days=1), actor=scene.who["shen"])
    with days_ago(10):
        certificates.revoke(wrong.number, "其中一次活动的名单有误，正在核对", actor=scene.who["lan"])
