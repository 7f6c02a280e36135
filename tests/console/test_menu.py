"""The menu: grouped by the loops of the work, one click to each page, and it says where one is."""

import re
from pathlib import Path

import pytest

from backend.console import pages
from backend.console.frame import menu

CONSOLE = Path(menu.__file__).parents[1]

NAMES = ("tong", "lan", "shao", "bu", "yan", "shang", "jie", "admin")
_GROUP = re.compile(r'<li class="menu-group( here)?">(.*?)</ul>', re.S)
_HEADING = re.compile(r'<span class="heading" id="(menu-\d+)">(.*?)</span><ul aria-labelledby="\1">')
_LINE = re.compile(r'<a href="([^"]+)"( aria-current="page")?>(.*?)</a>')


def groups(page):
    """(heading, is one here, [(address, is it this page, label)]) of each group on the page."""
    return [
        (heading[2] if (heading := _HEADING.search(inside)) else "", bool(here), _LINE.findall(inside))
        for here, inside in _GROUP.findall(page)
    ]


def marked(page):
    here = [heading for heading, here, _lines in groups(page) if here]
    return here, [label for _h, _here, lines in groups(page) for _a, current, label in lines if current]


def test_a_clerks_lines_stand_under_the_loop_they_belong_to(visitor):
    told = {
        heading: [line[2] for line in lines]
        for heading, _, lines in groups(visitor("tong").page("/console/"))
    }
    assert list(told) == ["", "微心愿", "志愿服务", "积分超市", "居民与权益", "台账与数据", "本地设置"]
    assert told["微心愿"] == ["审核心愿", "心愿", "常用答复", "各期", "大厅屏幕"]
    assert "居民" in told["居民与权益"]


@pytest.mark.parametrize("name", NAMES)
def test_each_line_is_a_page_that_opens_with_one_click_and_marks_itself(visitor, name):
    desk = visitor(name)
    shown = groups(desk.page("/console/"))
    assert all(lines for _heading, _here, lines in shown)
    for heading, _here, lines in shown:
        for address, _current, label in lines:
            answer = desk.get(address, follow_redirects=True)
            assert answer.status_code == 200, address
            assert marked(desk.text(answer)) == ([heading], [label])


@pytest.mark.parametrize(
    ("path", "heading", "label"),
    [
        ("people/{}", "居民与权益", "居民"),
        ("people/{}/hours", "居民与权益", "居民"),
        ("points/rules", "积分超市", "积分"),
    ],
)
def test_a_page_below_a_line_marks_that_line(visitor, town, path, heading, label):
    page = visitor("tong").page("/console/" + path.format(town.person("ning").id))
    assert marked(page) == ([heading], [label])


def test_a_page_that_no_line_leads_to_marks_none(visitor):
    assert marked(visitor("tong").page("/console/account")) == ([], [])


def test_each_key_stands_on_the_button_that_it_presses():
    for template in CONSOLE.rglob("*.html"):
        text = template.read_text()
        keys = re.findall(r'data-key="([^"]+)"', text)
        assert [one for one in keys if f"<kbd>{one}</kbd>" not in text.split(f'data-key="{one}"')[1]] == [], (
            template.name
        )


def test_no_group_is_too_long_to_read_at_a_glance(migrated_app):
    assert max(len(one.entries) for one in menu.groups()) <= 5
    labels = [line.label for one in menu.groups() for line in one.entries]
    assert len(labels) == len(set(labels))


def test_every_folder_says_its_lines_and_each_has_its_place(migrated_app):
    assert [(one.heading, [line.label for line in one.entries]) for one in menu.groups()] == [
        ("", ["今日待办"]),
        ("微心愿", ["审核心愿", "心愿", "常用答复", "各期", "大厅屏幕"]),
        ("志愿服务", ["志愿活动", "服务时长", "志愿队", "服务证明", "时长交换"]),
        ("积分超市", ["柜台", "兑换单", "库存", "超市设置", "积分"]),
        ("居民与权益", ["居民", "核实登记", "停用记录", "投诉建议", "查看记录"]),
        ("台账与数据", ["台账", "数据", "地图", "导入"]),
        ("本地设置", ["办公室", "自助终端", "开办清单"]),
        ("系统", ["任职", "组织", "日志", "封存", "未送达消息"]),
    ]


def test_a_line_under_a_heading_that_nobody_knows_is_refused(migrated_app):
    before = menu.groups()
    with pytest.raises(KeyError):
        menu.use([menu.Entry("别的", "一行", "console.today")])
    assert menu.groups() == before


def test_the_folders_come_in_the_order_of_the_menu_and_what_makes_a_page_last():
    found = [one.__name__.split(".")[-1] for one in pages.folders()]
    assert found[:5] == ["wishes", "volunteering", "supermarket", "points", "people"]
    assert found[-1] == "frame"
    assert set(found) == {one.name for one in CONSOLE.iterdir() if (one / "__init__.py").exists()}
