"""组织: found by typing, read as a tree, changed on the page of each place."""

import re

import pytest
import sqlalchemy as sa

from backend.console.people import places as pages
from backend.db import session
from backend.organisations.models import Organisation

WHY = "市里调整区划"


def page_of(admin, place_id):
    return admin.page(f"/console/places/{place_id}")


def test_the_tree_tells_of_each_community_its_telephone_staff_and_last_round(town, visitor, statements):
    tong = visitor("tong")
    tong.page(f"/console/offices/{town.songtao}")
    tong.post(f"/console/offices/{town.songtao}", {"telephone": "0458-2288123"})
    admin = visitor("admin")
    with statements() as seen:
        page = admin.page("/console/places")
    assert len(seen) <= 14
    row = re.search(r"<tr>(?:(?!</tr>).)*松涛社区</a>.*?</tr>", page, re.S)[0]
    assert "0458-2288123" in row
    assert re.search(r"第\s+\d+\s+期", row)
    assert re.search(r'<td class="number">[1-9]\d*</td>', row)
    assert "还没有发布过" in page
    # In the order in which they were entered, never by a number.
    shown = re.findall(r"/console/places/(\d+)\" data-row>\S+社区<", page)
    assert shown == sorted(shown, key=int)


def test_a_place_is_found_by_typing_without_any_script(town, visitor, monkeypatch, statements):
    admin = visitor("admin")
    with statements() as seen:
        page = admin.page("/console/places?q=松涛-0")
    assert len(seen) <= 12
    assert "青松市 › 林海街道 › 松涛社区" in page
    assert "白桦社区" not in page
    assert "没有名称里有这些字" in admin.page("/console/places?q=没有的地方")
    monkeypatch.setattr(pages, "PAGE", 1)
    first = admin.page("/console/places?q=松涛-0")
    (address,) = re.findall(r'href="(/console/places[?][^"]*before=[^"]*)"', first)
    assert "松涛-02" in admin.page(address.replace("&amp;", "&"))


def test_the_city_adds_renames_moves_and_closes_on_the_page_of_a_place(town, visitor):
    admin = visitor("admin")
    street = town.place("林海街道")
    page_of(admin, street)
    told = {"kind": "community", "place_name": "云杉社区", "reason": WHY}
    assert admin.post(f"/console/places/{street}/add", {**told, "reason": ""}).status_code == 422
    twice = [admin.post(f"/console/places/{street}/add", told) for _ in range(2)]
    assert [one.status_code for one in twice] == [303, 409]
    made = town.place("云杉社区")
    page_of(admin, made)
    for act, said, status in (
        ("add", {"kind": "grid", "place_name": "云杉-01"}, 303),
        ("rename", {"place_name": "云柳社区", "short": "云柳"}, 303),
        ("move", {"parent": str(town.place("青松市"))}, 303),
        ("close", {}, 409),
    ):
        answer = admin.post(f"/console/places/{made}/{act}", {**said, "reason": WHY})
        assert answer.status_code == status, act
    assert "“云柳社区”还有 1 个下级组织" in answer.get_data(as_text=True)
    grid = town.place("云杉-01")
    assert admin.post(f"/console/places/{grid}/close", {"reason": WHY}).status_code == 303
    assert admin.post(f"/console/places/{made}/close", {"reason": WHY}).status_code == 303
    page = page_of(admin, made)
    assert "已撤销" in page
    assert re.findall(r'action="/console/places/\d+/(\w+)"', page) == ["reopen"]
    assert "云柳社区" not in admin.page("/console/places")
    assert admin.post(f"/console/places/{made}/reopen", {"reason": WHY}).status_code == 303


def test_a_grid_is_merged_with_one_of_its_own_community_alone(town, visitor):
    admin = visitor("admin")
    gone, into = town.place("松涛-01"), town.place("松涛-02")
    page = page_of(admin, gone)
    assert "松涛社区 › 松涛-02" in page
    assert "白桦-01" not in page
    answer = admin.post(f"/console/places/{gone}/merge", {"into": str(into), "reason": WHY})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/console/places/{into}")
    assert "已并入" in page_of(admin, gone)


@pytest.mark.parametrize("act", ["move", "merge", "close", "reopen"])
def test_the_city_itself_is_neither_moved_nor_merged_nor_closed(town, visitor, act):
    admin, city = visitor("admin"), town.place("青松市")
    page_of(admin, city)
    answer = admin.post(f"/console/places/{city}/{act}", {"reason": WHY})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/console/places/{city}")
    assert "这个组织现在不能这样办" in page_of(admin, city)


@pytest.mark.parametrize("name", ["tong", "shao"])
def test_nobody_else_opens_or_changes_the_tree(town, visitor, name):
    other = visitor(name)
    other.page("/console/")
    assert other.get("/console/places").status_code == 403
    assert other.get(f"/console/places/{town.songtao}").status_code == 403
    for act in ("add", "rename", "move", "merge", "close", "reopen"):
        assert other.post(f"/console/places/{town.songtao}/{act}", {"reason": WHY}).status_code == 403
    assert session.scalars(sa.select(Organisation).where(Organisation.closed_at.is_not(None))).all() == []


def test_the_city_gives_a_community_a_cap_of_its_own_and_clerks_see_it(town, visitor):
    admin = visitor("admin")
    path = f"/console/places/{town.songtao}"
    assert "300 元，和全市一样" in page_of(admin, town.songtao)
    assert admin.post(f"{path}/cap", {"cap": "450"}).status_code == 422
    assert admin.post(f"{path}/cap", {"cap": "450", "reason": WHY}).status_code == 303
    assert re.search(r"一个心愿最多</dt>\s*<dd>\s*450 元\s*</dd>", page_of(admin, town.songtao))
    assert "修改心愿金额上限" in visitor("shang").page("/console/journal")
    elder = town.person("e").id
    assert "不超过 450 元" in visitor("tong").page(f"/console/people/{elder}/wishes/new")
    assert admin.post(f"{path}/cap", {"cap": "", "reason": WHY}).status_code == 303
    assert "300 元，和全市一样" in page_of(admin, town.songtao)
    street = town.place("林海街道")
    assert "心愿金额上限" not in page_of(admin, street)
    told = admin.text(admin.post(f"/console/places/{street}/cap", {"cap": "5", "reason": WHY}))
    assert "和全市一样" not in told
