"""How each kind of sheet is told to clerks, with rows as they may look: in places of this very city, as far as it has them."""

from dataclasses import dataclass, replace

from backend.console.frame.page import Staff
from backend.people import place_choices
from backend.supermarket import opening

# Stand for the city's own names; what there is none of yet is told as such.
CITY, STREET, COMMUNITY, GRID, UNIT, SHOP = "{city}", "{street}", "{community}", "{grid}", "{unit}", "{shop}"
_NONE_YET = {
    CITY: "某某市",
    STREET: "某某街道",
    COMMUNITY: "某某社区",
    GRID: "某某-01",
    UNIT: "市某某局",
    SHOP: "某某兑换超市",
}
Row = tuple[str, ...]


@dataclass(frozen=True)
class SheetHelp:
    """The name of the sheet, what becomes of its rows, rows as they may look."""

    title: str
    note: str
    examples: tuple[Row, ...]


HELP = {
    "places": SheetHelp(
        "组织",
        "街道、社区、网格、单位和党群服务中心，上级写在下级前面。",
        (("社区", "某某社区", STREET), ("网格", "某某-01", "某某社区"), ("单位", "市某某局", CITY)),
    ),
    "staff": SheetHelp(
        "工作人员",
        "一人一岗一行，从今天起任职。还没登记的人按姓名和手机号登记；地方有同名的，在“上级”里写明。",
        (
            ("赵某某", "11100006666", "社区工作者", COMMUNITY, ""),
            ("钱某某", "11100005555", "网格员", GRID, COMMUNITY),
            ("孙某某", "11100004444", "超市管理员", COMMUNITY, ""),
        ),
    ),
    "residents": SheetHelp(
        "居民",
        "为居民登记并发纸质卡，登记后就算已核实。",
        (
            ("李某某", COMMUNITY, GRID, "", "某某家园 1 号楼", "1941"),
            ("王某某", COMMUNITY, "", "11100009999", "", ""),
        ),
    ),
    "members": SheetHelp(
        "在职党员",
        "单位提供的名册，导入后就算双报到已核实。系统里还没有的党员会一并登记、发卡；六大员可以写几个，用顿号隔开。",
        (
            ("陈某某", "11100008888", UNIT, COMMUNITY, "便民服务员、帮扶济困员"),
            ("周某某", "11100007777", UNIT, COMMUNITY, ""),
        ),
    ),
    "shops": SheetHelp(
        "超市",
        "各社区的兑换超市，导入后再导入期初库存。营业时间和期限在超市的页面里设置。",
        ((COMMUNITY, SHOP, "某某路 8 号"),),
    ),
    "stock": SheetHelp(
        "期初库存",
        f"启用系统前已经在货架上的物品，按“{opening.DOCUMENT}”入库。一批物品一行；超市里还没有的物品要写积分。"
        "保质期只写到月的，按当月最后一天登记。",
        (
            (SHOP, "大米 5 公斤", "20", "袋", "44", "A2601", "2027-05-01", "采购", ""),
            (SHOP, "毛巾", "36", "条", "8", "", "", "捐赠", "某某商店"),
        ),
    ),
    "hours": SheetHelp(
        "其他平台的时长",
        "居民在其他志愿服务平台的记录，从那里导出后导入。单独显示，不计入本系统的时长和积分。编号和手机号至少填一项。",
        (
            (
                "V0000042",
                "",
                "李某某",
                "省志愿服务平台",
                "2026-000123",
                "2026-03-05",
                "清雪",
                "市志愿者协会",
                "2.5",
            ),
            ("", "11100009999", "王某某", "省志愿服务平台", "2026-000124", "2026-03-05", "清雪", "", "2"),
        ),
    ),
}


def of(kind: str, word: str, staff: Staff) -> SheetHelp:
    """The help for this person: its rows name places of theirs, in which the permission `word` is granted."""
    told = HELP[kind]
    if not any(cell in _NONE_YET for row in told.examples for cell in row):
        return told
    names = _names(word, staff)
    return replace(
        told, examples=tuple(tuple(names.get(cell, cell) for cell in row) for row in told.examples)
    )


def _names(word: str, staff: Staff) -> dict[str, str]:
    own = place_choices.choices(staff, word, "community")[:1]
    found = {
        COMMUNITY: [name for _id, name in own],
        GRID: [name for _id, name in place_choices.grids_of([one for one, _name in own])[:1]],
        CITY: _first("city"),
        STREET: _first("street"),
        UNIT: _first("unit"),
        SHOP: [f"{name.removesuffix('社区')}兑换超市" for _id, name in own],
    }
    return {mark: names[0] if names else _NONE_YET[mark] for mark, names in found.items()}


def _first(kind: str) -> list[str]:
    return [name for _id, name in place_choices.of_kinds(kind)[:1]]
