"""Wishes of the demo city in many states. 松涛社区 stands between two rounds, so that a first visitor can
open one; 白桦社区 publishes one round while it collects the next."""

from datetime import timedelta
from typing import Any

from backend import clock
from backend.people import actions as people
from backend.people.models import Person
from backend.screening import harmless
from backend.seeds.calendar import days_ago
from backend.wishes.actions import claims, reviewing, rounds, writing

_SENT, _TAUGHT = "已送到家里并教会使用", "学会了挂号，留了步骤卡片"
_LAMP = {
    "title": "想要一盏亮一点的台灯",
    "description": "晚上看报纸看不清，想要一盏光线柔和的台灯。",
    "category": "goods",
    "beneficiary_group": "elder",
    "service_role": "relief",
    "estimated_cost": 80,
    "disclosure": "title",
    "salutation": "奶奶",
}


def like(
    title: str, description: str, category: str, group: str, role: str, cost: int, **more: Any
) -> dict[str, Any]:
    """The content of a wish; told anonymously unless `more` says otherwise, `cost` in yuan."""
    return {
        **_LAMP,
        "title": title,
        "description": description,
        "category": category,
        "beneficiary_group": group,
        "service_role": role,
        "estimated_cost": cost,
        "disclosure": "anonymous",
        "salutation": None,
        **more,
    }


SONGTAO = (
    _LAMP,
    like("修一修漏水的水龙头", "厨房的水龙头关不紧，一直滴水。", "repair", "elder", "convenience", 30),
    like("教我用手机挂号", "想学会在手机上预约医院的号。", "learning", "elder", "policy", 0),
    like("陪我说说话", "老伴走了，想有人每周来坐一会儿。", "company", "elder", "relief", 0),
    like("旧小区楼道的小夜灯", "三楼拐角晚上很黑，想装一个感应灯。", "goods", "family", "convenience", 45),
)
WAITING = (
    like("孩子想要几本科普书", "上四年级，喜欢看恐龙和太空。", "goods", "child", "civility", 120),
    like("换一根晾衣绳", "阳台的晾衣绳断了，自己够不着。", "service", "elder", "convenience", 20),
)
BAIHUA = (
    like("一副老花镜", "原来的那副度数不够了。", "goods", "elder", "relief", 90),
    like("理一次发", "腿脚不方便，想请人上门理发。", "service", "disabled", "convenience", 0),
    like("辅导一下算术", "二年级，混合运算总是错。", "learning", "child", "civility", 0),
    like("修一下轮椅的刹车", "左边刹车松了，下坡害怕。", "repair", "disabled", "convenience", 60),
)
NEXT = (like("一床薄被子", "供暖以后屋里热，想要一床薄一点的。", "goods", "elder", "relief", 150),)


def seed(found: dict[str, int], who: dict[str, Person]) -> None:
    """Both communities' rounds, through the verbs, at the days on which they happened."""
    with days_ago(60):
        first = _collect(
            found["松涛社区"], "第一期微心愿", SONGTAO, who["e"], who["shao"], who["lan"], who["tong"]
        )
    with days_ago(48):
        _publish(first[0], who["tong"])
        claims.claim(first[1][0], actor=who["pei"])
        claims.claim(first[1][1], actor=who["pei"])
        claims.claim(first[1][2], actor=who["qin"])
    with days_ago(41):
        for wish_id in first[1][:2]:
            claims.fulfil(wish_id, _SENT, harmless(_SENT), actor=who["pei"])
        claims.confirm(first[1][0], True, 5, "call", "灯很亮", actor=who["tong"])
        claims.confirm(first[1][1], True, 4, "signature", actor=who["tong"])
    with days_ago(30):
        claims.fulfil(first[1][2], _TAUGHT, harmless(_TAUGHT), actor=who["qin"])
        claims.confirm(first[1][2], True, 5, "call", actor=who["tong"])
        claims.claim(first[1][3], promised_on=clock.today() + timedelta(days=30), actor=who["qin"])
    with days_ago(12):
        rounds.close(first[0], actor=who["tong"])
    with days_ago(3):
        for content in WAITING:
            wish = writing.write(found["松涛社区"], {**content}, actor=who["ning"])
            writing.submit(wish.id, harmless(*writing.public_texts(wish)), actor=who["ning"])
    _baihua(found, who)


def _baihua(found: dict[str, int], who: dict[str, Person]) -> None:
    with days_ago(20):
        holder = people.create_card_holder(
            "敖其尔", found["白桦社区"], address="林语苑 3 号楼", actor=who["bai"]
        )
        first = _collect(
            found["白桦社区"], "白桦十一月微心愿", BAIHUA, holder, who["jin"], who["bai"], who["bai"]
        )
    with days_ago(9):
        _publish(first[0], who["bai"])
    with days_ago(6):
        claims.claim(first[1][0], "unit", actor=who["he"])
    with days_ago(5):
        _collect(found["白桦社区"], "白桦十二月微心愿", NEXT, holder, who["jin"], None, who["bai"])


def _collect(
    community_id: int,
    title: str,
    contents: tuple[dict[str, Any], ...],
    wisher: Person,
    reporter: Person,
    reviewer: Person | None,
    opener: Person,
) -> tuple[int, list[int]]:
    """A round with these wishes, reported for one resident, and accepted when there is a reviewer."""
    today = clock.today()
    opened = rounds.open_round(
        community_id, title, today + timedelta(days=10), today + timedelta(days=45), actor=opener
    )
    made = []
    for content in contents:
        wish = writing.write(
            community_id, {**content}, on_behalf_of=(wisher.id, "老人没有手机，上门填报"), actor=reporter
        )
        writing.submit(wish.id, harmless(*writing.public_texts(wish)), actor=reporter)
        if reviewer is not None:
            reviewing.accept(wish.id, actor=reviewer)
        made.append(wish.id)
    return opened.id, made


def _publish(round_id: int, clerk: Person) -> None:
    rounds.review(round_id, actor=clerk)
    rounds.publish(round_id, actor=clerk)
