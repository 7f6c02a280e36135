"""612 activities and 1,640 person-times: planned four days ahead, held, certified by somebody else two days after.

Around those of the demo's own volunteers, which are counted first. In spring there is the peak of the 5th of March.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.people.models import Person
from backend.seeds.stories import Story
from backend.seeds.tieli.city import City, Community, shares
from backend.volunteering import codes
from backend.volunteering.actions import activities, attendance, ending, hours, roll_call, sign_ups
from backend.volunteering.models import ATTENDED, Activity, SignUp

# Title, category, hours.
WORKS = (
    ("陪老人聊天买菜", "帮扶济困", 2),
    ("楼道安全巡查", "应急", 2),
    ("义务理发", "便民服务", 2),
    ("反诈骗宣讲", "政策宣传", 1),
    ("清扫楼前积雪", "文明倡导", 2),
    ("水电小修进门", "便民服务", 3),
    ("路口护学", "文明倡导", 1),
    ("调解夜谈", "矛盾调解", 1),
    ("垃圾分类引导", "文明倡导", 2),
    ("送药上门", "帮扶济困", 1),
)
_SNOW, _SUMMER = WORKS[4], ("清理楼道小广告", "文明倡导", 2)
_WINTER = (11, 12, 1, 2, 3)
_MARCH = ("学雷锋便民服务日", "便民服务", 3)
_MEETING, _STUDY = ("志愿者座谈会", "会议", 2), ("急救知识学习", "学习", 2)
OLDEST, NEWEST = 350, 5
# Not held: called off, and still to come.
CALLED_OFF, COMING = 0.025, 0.02
WITHOUT_HOURS = 0.06


@dataclass(frozen=True)
class Plan:
    """An activity before it is told."""

    city: City
    place: Community
    work: tuple[str, str, int]
    day: date
    hour: int
    people: tuple[Person, ...]
    kind: str = "volunteer_service"
    by_code: bool = False
    # Days from the activity to its certification.
    later: int = 2

    def at(self, days: int, hour: int, minute: int = 0) -> Any:
        return self.city.ago((self.city.today - self.day).days - days, hour, minute)

    @property
    def organiser(self) -> tuple[int | None, Person]:
        """The team and its leader, else the community's own clerk."""
        turn = self.day.toordinal() + self.hour
        if not self.place.teams:
            return None, self.place.clerks[0]
        team, leader = self.place.teams[turn % len(self.place.teams)]
        return team.id, leader


def stories(city: City, besides: tuple[int, int]) -> list[Story]:
    """As many as are missing from the figures; `besides` are the activities and person-times told elsewhere."""
    wanted, attended = _missing(city, *besides)
    off, coming = round(wanted * CALLED_OFF), round(wanted * COMING)
    held = wanted - off - coming
    told = [_held(plan) for plan in _plans(city, held, attended)]
    return [
        *told,
        *(_called_off(city, number) for number in range(off)),
        *(_coming(city, number) for number in range(coming)),
    ]


def _missing(city: City, named: int, named_people: int) -> tuple[int, int]:
    known = session.scalars(sa.select(sa.func.count()).select_from(Activity)).one()
    there = session.scalars(sa.select(sa.func.count()).where(SignUp.state.in_(ATTENDED))).one()
    return city.figures.activities - known - named, city.figures.person_times - there - named_people


def _plans(city: City, held: int, attended: int) -> list[Plan]:
    """Those of the 5th of March first; the last ones are meetings and study, which yield no hours."""
    chance = city.chance("activities")
    busy: set[Any] = set()
    without = held - round(held * WITHOUT_HOURS)
    made = []
    for number, size in enumerate(shares(attended, held, chance)):
        place = city.communities[number % len(city.communities)]
        day, work = _day_and_work(city, number, chance)
        kind = "volunteer_service"
        if number >= without:
            kind, work = ("meeting", _MEETING) if number % 2 else ("study", _STUDY)
        people = _free(city, place, day, size, busy)
        hour, by_code = chance.choice((9, 10, 14)), number % 5 == 0
        made.append(Plan(city, place, work, day, hour, people, kind, by_code))
    return made


def _day_and_work(city: City, number: int, chance: Random) -> tuple[date, tuple[str, str, int]]:
    """What is done on which day; no snow is cleared in summer."""
    if number < city.figures.march_5:
        return march_5(city.today), _MARCH
    day, work = city.today - timedelta(days=chance.randint(NEWEST, OLDEST)), WORKS[number % len(WORKS)]
    return day, _SUMMER if work is _SNOW and day.month not in _WINTER else work


def march_5(today: date) -> date:
    """学雷锋日: the last one of which the hours can be certified already, in the year that lies behind."""
    this = date(today.year, 3, 5)
    day = this if (today - this).days >= NEWEST else date(today.year - 1, 3, 5)
    return max(day, today - timedelta(days=OLDEST))


def _free(
    city: City, place: Community, day: date, size: int, busy: set[tuple[int, date]]
) -> tuple[Person, ...]:
    """The next volunteers in turn; nobody twice on a day."""
    among = place.volunteers()
    found: list[Person] = []
    while len(found) < size:
        one = city.next_of(f"volunteer:{place.id}", among)
        if (one.id, day) not in busy:
            busy.add((one.id, day))
            found.append(one)
    return tuple(found)


def planned(plan: Plan, **more: Any) -> Activity:
    """Planned and published by who organises it."""
    title, category, length = plan.work
    team_id, leader = plan.organiser
    starts_at = plan.at(0, plan.hour)
    content = {
        "title": title,
        "kind": plan.kind,
        "category": category,
        "description": f"{title}，{category}",
        "place": plan.city.next_of(f"estate:{plan.place.id}", plan.place.estates),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=length),
        "capacity": 12,
        **more,
    }
    activity = activities.plan(plan.place.id, team_id, content, actor=leader)
    return activities.publish(activity.id, actor=leader)


def _held(plan: Plan) -> Story:
    activity = yield from took_place(plan)
    if plan.kind == "volunteer_service":
        yield from certified(plan, activity, plan.place.clerks[1])


def took_place(plan: Plan) -> Any:
    """Until the evening of its day; answers the activity to the story that goes on with it."""
    leader = plan.organiser[1]
    yield plan.at(-4, 9)
    activity = planned(plan)
    yield plan.at(-3, 19)
    for person in plan.people:
        sign_ups.sign_up(activity.id, actor=person)
    yield activity.starts_at
    if plan.by_code:
        yield from _scanned(plan, activity)
    else:
        yield activity.ends_at
        roll = [roll_call.Called(one.id, activity.starts_at, activity.ends_at) for one in plan.people]
        roll_call.call(activity.id, roll, actor=leader)
    yield activity.ends_at + timedelta(minutes=5)
    ending.end(activity.id, actor=leader)
    return activity


def _scanned(plan: Plan, activity: Activity) -> Story:
    code = codes.current(activity.id, activity.starts_at).code
    for person in plan.people:
        attendance.check_in(activity.id, code, actor=person)
    yield activity.ends_at
    code = codes.current(activity.id, activity.ends_at).code
    for person in plan.people:
        attendance.check_out(activity.id, code, actor=person)


def certified(plan: Plan, activity: Activity, certifier: Person) -> Story:
    """The organiser proposes; somebody who neither organised it nor took part certifies."""
    yield plan.at(1, 9)
    hours.propose(activity.id, {}, actor=plan.organiser[1])
    yield plan.at(plan.later, 10)
    hours.certify(activity.id, {}, actor=certifier)


def _called_off(city: City, number: int) -> Story:
    chance = city.chance(f"called off:{number}")
    place = city.communities[number % len(city.communities)]
    day = city.today - timedelta(days=chance.randint(20, OLDEST))
    plan = Plan(city, place, WORKS[number % len(WORKS)], day, 9, ())
    yield plan.at(-5, 9)
    activity = planned(plan)
    yield plan.at(-1, 18)
    activities.cancel(activity.id, "暴雪预警，改期再办", actor=plan.organiser[1])


def _coming(city: City, number: int) -> Story:
    """Open for sign-up: in the coming weeks, never tomorrow."""
    place = city.communities[2 + number % (len(city.communities) - 2)]
    plan = Plan(city, place, WORKS[number % len(WORKS)], city.today + timedelta(days=4 + number), 9, ())
    yield city.ago(1, 10)
    activity = planned(plan)
    yield city.ago(1, 19)
    sign_ups.sign_up(activity.id, actor=place.residents[-1])
