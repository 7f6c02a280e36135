"""3 streets and 5 towns, 17 communities with their grids, estates and centres, and the work units of the city."""

import sqlalchemy as sa

from backend.db import session
from backend.organisations import actions as places
from backend.organisations import queries as tree
from backend.organisations.models import Organisation
from backend.seeds import demo
from backend.seeds.calendar import days_ago
from backend.seeds.tieli.city import City, Community

TOWNS = ("冷泉镇", "松岭镇", "椴河镇", "石桥镇", "柳湾镇")
_ESTATES = (
    "雪松 林语 云杉 椴树 白桦 红松 晨曦 和风 清溪 月季 丁香 春晖 金秋 北辰 映山 听雨 怡安 福乐 祥瑞 锦绣 康宁 广厦",
    "家园 苑 新村 小区 花园 里 公寓 佳苑",
)
_BUREAUS = (
    "财政 司法 民政 审计 统计 林草 商务 交通 住建 农业 应急 医保 税务 气象 档案 信访 公安 粮食 供销 环保"
)
_OTHERS = (
    "供电公司 自来水公司 供热公司 公交公司 邮政公司 图书馆 文化馆 博物馆 体育馆 中医院 妇幼保健院 疾控中心 "
    "第一中学 第二中学 第三中学 实验小学 中心幼儿园 职业学校 林场 园林处 环卫处 市政处 公路站 铁路车务段 "
    "货运站 消防救援站 法院 检察院 总工会 团委 妇联 残联 科协 红十字会 融创产业园 木业公司 食品公司 粮库 广播站"
)


def build(city: City) -> None:
    """Adds to the city of the named cast what its size asks for."""
    with days_ago(366):
        for name in TOWNS[: city.figures.towns]:
            city.found[name] = places.add(city.found[demo.CITY], "street", name).id
        _units(city)
        _communities(city)
        _grids(city)
        _centres(city)
    city.estates = _estates()[: city.figures.estates]
    for number, name in enumerate(city.estates):
        city.communities[number % len(city.communities)].estates.append(name)


def units(city: City) -> list[str]:
    """The work units in the order in which they stand in the tree."""
    names = [f"市{one}局" for one in _BUREAUS.split()] + [f"市{one}" for one in _OTHERS.split()]
    wanted = city.figures.units - len(demo.UNITS)
    return [*demo.UNITS, *names[:wanted]]


def _units(city: City) -> None:
    for name in units(city)[len(demo.UNITS) :]:
        city.found[name] = places.add(city.found[demo.CITY], "unit", name).id


def _communities(city: City) -> None:
    for street, shorts in demo.COMMUNITIES.items():
        for short in shorts:
            name = f"{short}社区"
            city.communities.append(Community(city.found[name], name, short, street))


def _grids(city: City) -> None:
    """So many grids that the city has what it promises, the first communities one more than the last."""
    whole, rest = divmod(city.figures.grids, len(city.communities))
    for number, one in enumerate(city.communities):
        one.grids = [grid.id for grid in tree.children(one.id, "grid").rows(50)]
        for grid in range(len(one.grids) + 1, whole + (number < rest) + 1):
            name = f"{one.short}-{grid:02d}"
            added = places.add(one.id, "grid", name, name)
            there = tree.get(one.id)
            demo.put_on_the_map(added, (there.latitude or 0, there.longitude or 0, 0.2), grid)
            one.grids.append(added.id)


def _centres(city: City) -> None:
    there = set(session.scalars(sa.select(Organisation.parent_id).where(Organisation.kind == "centre")))
    for one in city.communities:
        if one.id not in there:
            places.add(one.id, "centre", f"{one.name}党群服务中心")


def _estates() -> list[str]:
    heads, tails = (words.split() for words in _ESTATES)
    # 雪松家园 in 松涛 and 林语苑 in 白桦, as the named cast lives there.
    known = ["雪松家园", "林语苑"]
    return known + [head + tail for tail in tails for head in heads if head + tail not in known]
