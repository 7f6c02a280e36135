"""更正资料 on the page of a resident: nothing is typed twice, and nothing that was not typed is changed."""

import re

from backend.db import session
from backend.people import sealed
from backend.people.models import Person, Residency

FIELDS = ("real_name", "birth_year", "grid_id", "phone", "address")


def filled(page):
    """What stands in the form: its fields as the browser would send them."""
    form = page.split('/correct"')[1].split("</form>")[0]
    told = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag)[1], re.search(r'value="([^"]*)"', tag)
        told[name] = value[1] if value else ""
    grid = re.search(r'<option selected value="(\d*)"', form)
    told["grid_id"] = grid[1] if grid else ""
    del told["csrf_token"], told["once"]
    return told


def record(person_id):
    session.expire_all()
    person = session.get(Person, person_id)
    return sealed.real_name(person), sealed.phone(person), sealed.address(session.get(Residency, person_id))


def test_the_form_is_filled_in_and_only_what_was_typed_over_is_written(visitor, town):
    person = town.person("e").id
    before, path, clerk = record(person), f"/console/people/{person}", visitor("tong")
    told = filled(clerk.page(path))
    assert (told["real_name"], told["phone"], told["address"]) == ("鄂桂兰", "", "")
    assert told["grid_id"] == str(town.place("松涛-03"))
    answer = clerk.post(f"{path}/correct", {**told, "reason": "登记时写错了"})
    assert answer.status_code == 303
    assert "没有改动" in clerk.page(path)
    answer = clerk.post(f"{path}/correct", {**told, "real_name": "鄂桂蓝", "reason": "登记时写错了"})
    assert answer.status_code == 303
    assert "已更正姓名，本人会收到消息" in clerk.page(path)
    assert record(person) == ("鄂桂蓝", *before[1:])


def test_what_was_opened_stands_in_the_form_with_the_reason(visitor, town):
    person = town.person("e").id
    before, path, clerk = record(person), f"/console/people/{person}", visitor("tong")
    clerk.page(path)
    told = filled(clerk.text(clerk.post(f"{path}/open", {"reason": "电话联系"})))
    assert (told["phone"], told["address"], told["reason"]) == (before[1] or "", before[2], "电话联系")
    clerk.post(f"{path}/correct", {**told, "address": ""})
    assert record(person) == (*before[:2], None)


def test_a_refused_form_keeps_what_was_typed(visitor, town):
    person = town.person("e").id
    path, clerk = f"/console/people/{person}", visitor("tong")
    told = filled(clerk.page(path))
    answer = clerk.post(f"{path}/correct", {**told, "address": "白桦社区 3 号", "reason": "登记时写错了"})
    assert answer.status_code == 422
    page = clerk.text(answer)
    assert "写的是白桦社区，不在本社区" in page
    assert filled(page)["address"] == "白桦社区 3 号"


def test_a_grid_worker_whose_resident_moves_to_another_grid_comes_back_to_the_search(visitor, town):
    person, clerk = town.person("e").id, visitor("shao")
    told = filled(clerk.page(f"/console/people/{person}"))
    body = {**told, "grid_id": str(town.place("松涛-01")), "reason": "登记时写错了"}
    answer = clerk.post(f"/console/people/{person}/correct", body)
    assert answer.headers["Location"] == "/console/people"
    assert clerk.get(f"/console/people/{person}").status_code == 404
