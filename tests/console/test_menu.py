"""The menu: grouped by the loops of the work, one click to each page, and it says where one is."""

import re
from pathlib import Path

import pytest

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
    assert list(told) == ["", "微心愿", "志愿服务", "积分超市", "居民与权益", "台账与数据"]
    assert told["微心愿"] == ["审核心愿", "心愿", "各期"]
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


def test_no_group_is_too_long_to_read_at_a_glance():
    assert max(len(one.entries) for one in menu.MENU) <= 5
    labels = [label for label, _endpoint in menu.addresses()]
    assert len(labels) == len(set(labels))
