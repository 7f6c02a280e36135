"""The wishes that are told by name: the cast's own, and one of each kind of trouble that real wish walls have had."""

from typing import Any

from backend.people import guardians
from backend.people.models import Person
from backend.screening import harmless
from backend.seeds.stories import Story
from backend.seeds.tieli import wish_stories as told
from backend.seeds.tieli.city import City
from backend.seeds.tieli.rounds import PUBLISH
from backend.seeds.tieli.wish_stories import Plan
from backend.seeds.wishes import SONGTAO, like
from backend.wishes.actions import claims, reviewing, writing

# How many of the city's wishes these are, by what becomes of them.
LIT, CLAIMED = 10, 1
_DAYS = (2, 1, 3, 2)
_WHEELCHAIR = like("修一修轮椅的刹车", "左边刹车松了，下坡害怕。", "repair", "disabled", "convenience", 120)
_FLOUR = like("一袋白面和一桶油", "想在家蒸几锅馒头。", "goods", "elder", "relief", 160)
_COAT = like("一件厚棉马甲", "屋里坐久了后背凉。", "goods", "elder", "relief", 110)
_BLOCKS = like("一套拼插积木", "想拼一座大桥。", "goods", "child", "civility", 130)
_RADIO = like("一台带手电的收音机", "停电的时候也能听。", "goods", "elder", "emergency", 90)
_QUILT = like("拆洗一床旧棉被", "自己洗不动了。", "service", "elder", "relief", 40)


def stories(city: City) -> list[Story]:
    """鄂桂兰 and the two members of 市水务局 in 松涛社区; the others each in a community of their own."""
    who, last = city.who, city.figures.rounds
    lamp, tap, phone, company, night = SONGTAO
    cast: list[Story] = [
        _cast(_songtao(city, last - 1, lamp), who["pei"], "lamp"),
        _cast(_songtao(city, last - 1, tap), who["pei"], "branch", "unit"),
        _cast(_songtao(city, last - 1, phone), who["qin"]),
        _cast(_songtao(city, last - 1, night), city.communities[0].members[0]),
        _promised(_songtao(city, last, company), who["qin"]),
    ]
    named = (
        (2, _WHEELCHAIR, _wheelchair),
        (3, _QUILT, _race),
        (4, _FLOUR, _expired_food),
        (5, _COAT, _photo_declined),
        (6, _BLOCKS, _child),
        (7, _RADIO, _reopened),
    )
    return [*cast, *(story(_elsewhere(city, place, last - 1, content)) for place, content, story in named)]


def _songtao(city: City, in_round: int, content: dict[str, Any]) -> Plan:
    """鄂桂兰, 82, whose grid worker 邵景川 writes for her."""
    return Plan(city, city.communities[0], in_round, content, city.who["e"], city.found["松涛-03"], _DAYS)


def _elsewhere(city: City, place: int, in_round: int, content: dict[str, Any]) -> Plan:
    one = city.communities[place]
    wisher, grid = one.card_holders[0]
    return Plan(city, one, in_round, content, wisher, grid, _DAYS)


def _begin(plan: Plan) -> Any:
    """Written and accepted; answers the wish to the story that goes on with it."""
    yield plan.at(plan.days[0], 9)
    wish = told.write(plan)
    yield from told.accepted(plan, wish)
    return wish


def _cast(plan: Plan, claimer: Person, case: str | None = None, party: str = "personal") -> Story:
    wish = yield from _begin(plan)
    yield from told.lit_from(plan, wish, claimer, PUBLISH + 1, party)
    if case is not None:
        plan.city.note(case, "wish", wish.id)


def _promised(plan: Plan, claimer: Person) -> Story:
    wish = yield from _begin(plan)
    yield plan.city.ago(6, 12)
    claims.claim(wish.id, actor=claimer)


def _wheelchair(plan: Plan) -> Story:
    """Too much for one: a unit's team takes it on."""
    wish = yield from _begin(plan)
    team, leader = plan.place.teams[0]
    yield plan.at(PUBLISH + 2, 12)
    claims.claim(wish.id, "team", team_id=team.id, actor=leader)
    yield plan.at(PUBLISH + 9, 15)
    told.fulfil(wish, leader, "三个人一起换了刹车，试过下坡")
    yield plan.at(PUBLISH + 11, 16)
    told.confirm(plan, wish)
    plan.city.note("wheelchair", "wish", wish.id)


def _race(plan: Plan) -> Story:
    wish = yield from _begin(plan)
    yield plan.at(PUBLISH, 10)
    told.race(wish, plan.place.members[-1], plan.place.members[-2])
    yield plan.at(PUBLISH + 4, 15)
    told.fulfil(wish, plan.place.members[-1], "洗好晒干送回来了")
    yield plan.at(PUBLISH + 5, 16)
    told.confirm(plan, wish)
    plan.city.note("claim_race", "wish", wish.id)


def _expired_food(plan: Plan) -> Story:
    """公益事业捐赠法: no food past its day. The wisher does not take it, and the claim goes on."""
    wish, claimer = (yield from _begin(plan)), plan.place.members[-1]
    yield plan.at(PUBLISH + 1, 12)
    claims.claim(wish.id, actor=claimer)
    yield plan.at(PUBLISH + 4, 15)
    told.fulfil(wish, claimer, "面粉和油已送到")
    yield plan.at(PUBLISH + 5, 10)
    why = "面粉过了保质期，没有收"
    claims.dispute(wish.id, why, harmless(why), actor=plan.caller)
    yield plan.at(PUBLISH + 6, 15)
    told.fulfil(wish, claimer, "换了当月生产的面粉")
    yield plan.at(PUBLISH + 8, 16)
    told.confirm(plan, wish, "换过了，是新的")
    plan.city.note("expired_food", "wish", wish.id)


def _photo_declined(plan: Plan) -> Story:
    """A picture is never asked for."""
    wish, claimer = (yield from _begin(plan)), plan.place.members[-1]
    yield plan.at(PUBLISH + 1, 12)
    claims.claim(wish.id, actor=claimer)
    yield plan.at(PUBLISH + 3, 15)
    told.fulfil(wish, claimer, "本人不愿拍照，没有拍；东西当面试穿过")
    yield plan.at(PUBLISH + 5, 16)
    told.confirm(plan, wish)
    plan.city.note("photo_declined", "wish", wish.id)


def _child(plan: Plan) -> Story:
    """窦小满, ten years old: declared by the guardian, verified by a clerk, and nowhere named to others."""
    guardian, clerk = plan.place.residents[0], plan.reviewer
    yield plan.at(0, 9)
    link = guardians.declare("窦小满", plan.city.today.year - 10, "mother", actor=guardian)
    yield plan.at(1, 9)
    guardians.decide(link.id, True, actor=clerk)
    yield plan.at(2, 19)
    behalf = (link.child_id, "监护人替孩子填报")
    wish = writing.write(plan.place.id, {**plan.content}, on_behalf_of=behalf, actor=guardian)
    writing.submit(wish.id, harmless(*writing.public_texts(wish)), actor=guardian)
    yield plan.at(3, 10)
    reviewing.accept(wish.id, actor=clerk)
    claimer = plan.place.members[-1]
    yield plan.at(PUBLISH + 1, 12)
    claims.claim(wish.id, actor=claimer)
    yield plan.at(PUBLISH + 4, 15)
    told.fulfil(wish, claimer, "由社区转交")
    yield plan.at(PUBLISH + 5, 19)
    claims.confirm(wish.id, True, 5, told.APP, actor=guardian)
    plan.city.note("child", "wish", wish.id)


def _reopened(plan: Plan) -> Story:
    """Given back without any penalty, and lit by another."""
    wish, first = (yield from _begin(plan)), plan.place.members[-1]
    yield plan.at(PUBLISH + 1, 12)
    claims.claim(wish.id, actor=first)
    yield plan.at(PUBLISH + 3, 18)
    why = "临时出差，来不及了"
    claims.release(wish.id, why, harmless(why), actor=first)
    yield from told.lit_from(plan, wish, plan.place.members[-2], PUBLISH + 5)
    plan.city.note("reopening", "wish", wish.id)
