"""任职: the list of who has which role where."""

import re

from backend.console.people import appointments


def rows(page):
    return page.count("<tr><td>")


def test_a_last_page_that_is_full_leads_to_no_empty_one(visitor, monkeypatch):
    admin = visitor("admin")
    all_of_them = rows(admin.page("/console/appointments"))
    assert all_of_them > 1
    monkeypatch.setattr(appointments, "PAGE", all_of_them)
    page = admin.page("/console/appointments")
    assert (rows(page), "下一页" in page) == (all_of_them, False)
    monkeypatch.setattr(appointments, "PAGE", all_of_them - 1)
    page = admin.page("/console/appointments")
    assert rows(page) == all_of_them - 1
    (before,) = re.findall(r"/console/appointments[?]before=([0-9]+)", page)
    page = admin.page(f"/console/appointments?before={before}")
    assert (rows(page), "下一页" in page) == (1, False)


def shown(page):
    """(name, role, place) of each row."""
    cells = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td><td>\s*(\S+)", page)
    return [tuple(one) for one in cells]


def test_the_city_sees_who_is_appointed_by_name_and_where_the_place_lies(visitor, statements):
    admin = visitor("admin")
    with statements() as seen:
        page = admin.page("/console/appointments")
    assert len(seen) <= 14
    assert ("佟雨禾", "社区工作者", "松涛社区") in shown(page)
    assert "青松市 › 林海街道" in page
    assert f"共 <strong>{rows(page)}</strong> 项" in page


def test_the_appointed_are_found_by_name_place_and_role(visitor):
    admin = visitor("admin")
    (found,) = shown(admin.page("/console/appointments?name=雨禾"))
    assert found == ("佟雨禾", "社区工作者", "松涛社区")
    there = shown(admin.page("/console/appointments?place=白桦"))
    assert there
    assert all("白桦" in place for _name, _role, place in there)
    both = admin.page("/console/appointments?place=松涛&role=community_staff")
    assert {role for _name, role, _place in shown(both)} == {"社区工作者"}
    # Every role that is there is counted, whichever is shown, and leads to its own.
    (address, count) = re.findall(r'href="([^"]*role=grid_worker)">网格员 (\d+)</a>', both)[0]
    assert len(shown(admin.page(address.replace("&amp;", "&")))) == int(count)
    assert shown(admin.page("/console/appointments?name=没有这个人")) == []
    assert shown(admin.page("/console/appointments?place=%25")) == []
    assert rows(admin.page("/console/appointments?role=nothing")) == rows(admin.page("/console/appointments"))
