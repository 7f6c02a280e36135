"""Governance of the demo city: who dispatches, decides and holds, the categories, the estates and the lists."""

from datetime import date
from typing import Any

from backend import clock
from backend.duties.actions import categories, lists
from backend.duties.kinds import ListKind, RowKind, TermUnit
from backend.duties.sheets import Compared, ReadRow
from backend.duties.terms import Term
from backend.identity import credentials, sessions
from backend.organisations import actions as places
from backend.people import actions as people
from backend.people import sealed
from backend.people.models import Person
from backend.seeds import consents
from backend.seeds.calendar import days_ago
from backend.wechat.simulator.rules import openid_of

CITY, TOWN, HOUSING, MARKET = "青松市", "林海街道", "市住建局", "市市场监管局"
# name at the simulator: (real name, role, where)
OFFICERS = {
    "tang": ("汤予安", "dispatcher", TOWN),
    "fang": ("方竹青", "dispatcher", TOWN),
    "kong": ("孔庭舟", "dispatcher", CITY),
    "rao": ("饶书白", "grid_leader", "松涛社区"),
    "zong": ("宗怀瑾", "unit_liaison", HOUSING),
    "xiang": ("项明川", "unit_head", HOUSING),
    "cen": ("岑望舒", "unit_liaison", MARKET),
    "meng": ("蒙立川", "town_leader", TOWN),
    "lou": ("娄青岚", "town_leader", TOWN),
    "zhuo": ("卓文渊", "arbiter", CITY),
}
ESTATES = {"松涛社区": ("雪松家园", "云杉小区"), "白桦社区": ("白桦林小区",)}
# The lists of a town that the city published in 2024, and the categories, in force since.
SINCE = date(2024, 1, 1)
_WD, _HOUR = TermUnit.WD, TermUnit.HOUR
CATEGORIES: tuple[tuple[str, str, Term | None], ...] = (
    ("building", "房屋建筑", None),
    ("building.leak", "屋面外墙漏水", Term(5, _WD)),
    ("environment", "环境卫生", None),
    ("environment.rubbish", "暴露垃圾", Term(1, _WD)),
    ("heating", "供热", None),
    ("heating.cold", "室温不达标", Term(24, _HOUR)),
    ("market", "市场监管", None),
    ("market.restaurant", "餐饮卫生", Term(5, _WD)),
    ("noise", "噪声", None),
    ("noise.drone", "无人机噪声", Term(5, _WD)),
    ("road", "道路设施", None),
    ("road.pothole", "路面坑槽", Term(3, _WD)),
    ("safety", "公共安全", None),
    ("safety.collapse", "塌陷坍塌", Term(2, _HOUR)),
)
_FIELDS = (
    "党的建设", "经济发展", "民生服务", "平安法治", "乡村振兴", "精神文明", "社会保障", "自然资源",
    "生态环保", "城乡建设", "文化体育", "卫生健康", "应急消防", "综合服务",
)  # fmt: skip
_BASIC = ("政策宣传和解答", "情况摸排和登记", "日常巡查和报告", "矛盾的先期调处", "服务对象的走访")
_COOPERATE = ("专项检查的现场引导", "隐患排查的配合", "申报材料的初核", "纠纷的联合处置", "宣传活动的组织")
_TAKEN_BACK = ("行政处罚", "行政许可审批", "达标验收", "执法检查")


def seed(found: dict[str, int], who: dict[str, Person], password_hash: str) -> None:
    """Runs in the caller's transaction; the cast's password opens the console to them, too."""
    with days_ago(366):
        for unit in (HOUSING, MARKET):
            found[unit] = places.add(found[CITY], "unit", unit).id
        for number, (name, (real_name, role, place)) in enumerate(OFFICERS.items(), start=1):
            person = who[name] = sessions.person_of(openid_of(name))
            person.nickname = real_name
            sealed.keep_real_name(person, real_name)
            sealed.keep_phone(person, f"111{80000000 + number}")
            people.write_appointment(person.id, role, found[place], clock.today(), None, actor=who["admin"])
            consents.agree(person)
            credentials.keep(person.id, name, password_hash, actor=None)
        for code, name, term in CATEGORIES:
            categories.set_category(code, name, term=term, valid_from=SINCE, actor=who["zhuo"])
        for community, names in ESTATES.items():
            for name in names:
                categories.add_estate(found[community], name, actor=who["admin"])
        for kind, title, items in _lists(found):
            _publish(kind, title, items, who["zhuo"])


def _lists(found: dict[str, int]) -> list[tuple[ListKind, str, list[dict[str, Any]]]]:
    """Three lists of a town, 190 items together, and beside them what its grids do."""
    housing, market = found[HOUSING], found[MARKET]
    basic = [
        _item("路面坑槽的修补", categories=["road.pothole"], basis="《城市道路管理条例》"),
        _item("供热投诉的入户核实", categories=["heating.cold"]),
        *_more(_BASIC, 68),
    ]
    cooperate = [
        _item("房屋漏水的查勘和维修监督", housing, ["building.leak"], "《住宅专项维修资金管理办法》"),
        _item("供热质量的监督", housing, ["heating.cold"], "《黑龙江省城市供热条例》"),
        _item("塌陷坍塌的抢险", housing, ["safety.collapse"], "《城市道路管理条例》"),
        *_more(_COOPERATE, 67, housing),
    ]
    taken_back = [
        _item("餐饮服务食品安全的监督检查", market, ["market.restaurant"], "《食品安全法》"),
        *_more(_TAKEN_BACK, 49, market),
    ]
    grid = [
        _item("暴露垃圾的清理和报告", categories=["environment.rubbish"]),
        *(_item(f"网格内{name}") for name in ("楼道堆物的劝导", "公共设施损坏的报告", "独居老人的走访")),
    ]
    return [
        (ListKind.TOWN_BASIC, "乡镇（街道）基本履职事项清单（2024 年版）", basic),
        (ListKind.TOWN_COOPERATE, "乡镇（街道）配合履职事项清单（2024 年版）", cooperate),
        (ListKind.TAKEN_BACK, "上级部门收回事项清单（2024 年版）", taken_back),
        (ListKind.GRID_ITEM, "网格事项清单（2024 年版）", grid),
    ]


def _item(
    name: str, lead: int | None = None, categories: list[str] | None = None, basis: str | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "lead": lead,
        "cooperators": [],
        "basis": basis,
        "categories": categories or [],
        "lead_does": None,
        "cooperator_does": None,
        "town_does": None,
        "term": None,
    }


def _more(words: tuple[str, ...], count: int, lead: int | None = None) -> list[dict[str, Any]]:
    every = [_item(f"{field}{word}", lead) for word in words for field in _FIELDS]
    return every[:count]


def _publish(kind: ListKind, title: str, items: list[dict[str, Any]], arbiter: Person) -> None:
    rows = [
        ReadRow(number + 1, RowKind.NEW, f"{number:03}", said) for number, said in enumerate(items, start=1)
    ]
    made = lists.preview(kind, title, SINCE, Compared(0, rows), actor=arbiter)
    lists.confirm(made.id, actor=arbiter)
