"""Who and where, as the other files of this seed know it, and the register of the cases that are told by name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from backend import clock
from backend.people.models import Person, Team
from backend.seeds.stories import at
from backend.seeds.tieli.figures import Figures

SEED = "青松市"
# Each case of the domain facts that somebody may want to look at, and what there is to see.
CASES = {
    "lamp": "鄂桂兰的台灯：82 岁、没有手机，由网格员代报，党员点亮，社区电话回访",
    "branch": "裴长青代表市水务局认领的心愿（单位认领）",
    "wheelchair": "志愿队合力修好的轮椅（以队伍名义认领）",
    "claim_race": "两名党员同时认领，只有一人成功",
    "expired_food": "送来的面粉过了保质期，许愿人没有收，换过之后才确认",
    "photo_declined": "许愿人不愿拍照，没有照片也照样点亮",
    "child": "窦小满（10 岁）的心愿，由监护人填报，对外匿名",
    "reopening": "认领后放弃，重新上墙，由另一名党员点亮",
    "rules": "服务时长积分规则的三个版本",
    "expiry": "年末到期的积分批次，到期当日扣除",
    "march_5": "3·5 学雷锋日的活动高峰",
    "late_record": "第十一个工作日才认定的服务记录",
    "overlap": "与另一条记录时间重叠的补录，没有通过",
    "purchased_hours": "请人代签的时长：更正为零，积分经两人审批扣回",
    "certificate": "开出后撤销的服务证明",
    "proxy": "邻居代领的兑换",
    "returned": "退回的兑换，积分原路返还",
    "near_expiry": "捐赠的大豆油，快到保质期",
    "stocktake": "盘点少了三袋盐，监督员审批后入账",
}


@dataclass
class Community:
    """One community with its people by what they do there."""

    id: int
    name: str
    short: str
    street: str
    grids: list[int] = field(default_factory=list)
    estates: list[str] = field(default_factory=list)
    clerks: list[Person] = field(default_factory=list)
    grid_workers: dict[int, Person] = field(default_factory=dict)
    # With a phone, and by paper card.
    residents: list[Person] = field(default_factory=list)
    card_holders: list[tuple[Person, int]] = field(default_factory=list)
    members: list[Person] = field(default_factory=list)
    riders: list[Person] = field(default_factory=list)
    teams: list[tuple[Team, Person]] = field(default_factory=list)
    # Who keeps its shop and who supervises it, once they are appointed.
    keeper: Person = field(init=False)
    supervisor: Person = field(init=False)
    shop: dict[str, Any] = field(default_factory=dict)

    def volunteers(self) -> list[Person]:
        """Who takes part in activities: no leader, no clerk, nobody of the named cast."""
        leaders = {leader.id for _team, leader in self.teams}
        mixed = [one for group in (self.residents, self.riders, self.members) for one in group[:14]]
        return [one for one in mixed if one.id not in leaders]


class City:
    """The whole scene: places, cast, and chance that falls the same way each time."""

    def __init__(self, figures: Figures, found: dict[str, int], who: dict[str, Person]) -> None:
        self.figures, self.found, self.who = figures, found, who
        # Kept, because the clock stands in the past while a story is told.
        self.today = clock.today()
        self.communities: list[Community] = []
        self.estates: list[str] = []
        self.cases: dict[str, tuple[str, int]] = {}
        self._turns: dict[str, int] = {}

    def chance(self, of: str) -> Random:
        """A source of its own for each part of the seed, so that a change in one leaves the others alone."""
        return Random(f"{SEED}:{of}")

    def ago(self, days: int, hour: int = 9, minute: int = 0) -> datetime:
        """So many days before the seed is made, at this time of day in China."""
        return at(self.today - timedelta(days=days), hour, minute)

    def community(self, name: str) -> Community:
        return next(one for one in self.communities if one.name == name)

    def note(self, case: str, kind: str, row_id: int) -> None:
        """Says where a case of CASES is to be found."""
        if case not in CASES:
            raise LookupError(case)
        self.cases[case] = (kind, row_id)

    def next_of(self, kind: str, among: Sequence[Any]) -> Any:
        """The next of these in turn, so that nobody is asked again before all the others were."""
        number = self._turns[kind] = self._turns.get(kind, -1) + 1
        return among[number % len(among)]


def shares(total: int, parts: int, chance: Random, most: int = 7) -> list[int]:
    """`total` in so many parts of at least one, uneven, the same each time."""
    whole, rest = divmod(total, parts)
    made = [whole + (number < rest) for number in range(parts)]
    for _ in range(parts):
        giver, taker = chance.randrange(parts), chance.randrange(parts)
        if made[giver] > 1 and made[taker] < most and giver != taker:
            made[giver] -= 1
            made[taker] += 1
    return made


def first(count: int, of: Any) -> list[Any]:
    return list(islice(of, max(count, 0)))
