"""Guardians at the console: verified by staff who saw the papers, never one's own, never another community's."""

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.journal import JournalLine
from backend.people import actions, consents, guardians
from backend.people.guardians import Guardianship
from backend.people.models import Residency
from tests.console.test_protection import MARKUP
from tests.wishes.cast import by


def declared(town, name="ning", child="宁小雨"):
    with transaction():
        return guardians.declare(child, clock.today().year - 8, "mother", actor=by(town, name)).id


# Children whose guardian has declared them.
CHILDREN = sa.select(Guardianship.child_id)


def status(guardianship_id):
    return session.get(Guardianship, guardianship_id, populate_existing=True).state


def test_it_waits_with_its_age_by_name_and_is_verified_by_one_key(visitor, town):
    made = declared(town)
    clerk = visitor("tong")
    page, child_id = clerk.page("/console/"), session.get(Guardianship, made).child_id
    assert f"/console/guardians/{made}" in page
    # The child's residency is decided with it, so it does not wait twice.
    assert f"/console/verifying/residency/{child_id}" not in page + clerk.page("/console/verifying")
    assert "宁小雨" in page
    page = clerk.page(f"/console/guardians/{made}")
    assert "母亲" in page
    assert "宁小雨" in page
    answer = clerk.post(f"/console/guardians/{made}/accept")
    assert answer.headers["Location"] == "/console/"
    assert status(made) == "verified"
    assert guardians.speaks_for(town.person("ning").id, child_id)
    assert clerk.get(f"/console/guardians/{made}").headers["Location"] == "/console/guardians"


def test_a_rejection_needs_its_reason_and_leads_to_the_next(visitor, town):
    first, second = declared(town), declared(town, "wulan", "乌小满")
    clerk = visitor("tong")
    clerk.page(f"/console/guardians/{first}")
    assert clerk.post(f"/console/guardians/{first}/reject", {"reason": ""}).status_code == 422
    answer = clerk.post(f"/console/guardians/{first}/reject", {"reason": "请带户口本"})
    assert answer.headers["Location"] == f"/console/guardians/{second}"
    assert session.get(Guardianship, first, populate_existing=True).reason == "请带户口本"


def test_who_came_second_is_told_so_kindly(visitor, town):
    made = declared(town)
    clerk = visitor("tong")
    clerk.page(f"/console/guardians/{made}")
    with transaction():
        guardians.decide(made, True, actor=by(town, "lan"))
    assert clerk.post(f"/console/guardians/{made}/accept").headers["Location"] == "/console/guardians"


def test_ones_own_family_is_left_to_a_colleague(visitor, town):
    made = declared(town, "tong", "佟小雨")
    clerk = visitor("tong")
    assert f"/console/guardians/{made}" not in clerk.page("/console/")
    clerk.page(f"/console/guardians/{made}")
    answer = clerk.post(f"/console/guardians/{made}/accept")
    assert answer.status_code == 403
    assert "请同事来办" in clerk.text(answer)
    assert f"/console/guardians/{made}" in visitor("lan").page("/console/guardians")


def test_a_child_that_waits_with_its_guardian_does_not_hide_who_waits_behind_it(visitor, town):
    """Left out in the query, ahead of its LIMIT."""
    for child in ("宁小雨", "宁小雪"):
        declared(town, child=child)
    first, second = (town.phone(name) for name in ("first", "second"))
    for phone in (first, second):
        phone.agrees().data("PUT", "/me/residency", {"communityId": town.songtao})
    clerk = visitor("tong")
    with transaction():
        earlier = sa.delete(Residency).where(
            Residency.state == "declared",
            Residency.person_id < first.id,
            Residency.person_id.not_in(CHILDREN),
        )
        session.execute(earlier)
    clerk.page(f"/console/verifying/residency/{first.id}")
    answer = clerk.post(f"/console/verifying/residency/{first.id}/accept")
    assert answer.headers["Location"] == f"/console/verifying/residency/{second.id}"
    answer = clerk.post(f"/console/verifying/residency/{second.id}/accept")
    assert answer.headers["Location"] == "/console/"
    assert "已核实。居住登记都处理完了" in clerk.page("/console/")


@pytest.mark.parametrize("verb", ["", "/accept", "/reject"])
def test_another_communitys_is_not_there(visitor, town, verb):
    made = declared(town)
    stranger = visitor("bai")
    stranger.page("/console/")
    path = f"/console/guardians/{made}{verb}"
    answer = stranger.post(path, {"reason": "看看"}) if verb else stranger.get(path)
    assert answer.status_code == 404
    assert status(made) == "declared"


def test_other_roles_have_no_such_page(visitor):
    for name in ("shao", "bu", "admin", "shang"):
        assert visitor(name).get("/console/guardians").status_code == 403


def test_markup_in_a_childs_name_is_shown_as_text(visitor, town):
    made = declared(town, child="<b>粗</b>")
    clerk = visitor("tong")
    assert "<b>" not in clerk.page(f"/console/guardians/{made}") + clerk.page("/console/guardians")
    answer = clerk.post(f"/console/guardians/{made}/reject", {"reason": MARKUP * 9})
    assert answer.status_code == 422
    assert "<script>alert" not in clerk.text(answer)


# --- at the counter ------------------------------------------------------------------------------------


def a_child(town, name="窦小满", years=8):
    with transaction():
        born = clock.today().year - years
        return actions.create_card_holder(name, town.songtao, birth_year=born, actor=by(town, "tong")).id


def test_a_guardian_at_the_counter_is_linked_at_once_and_not_twice(visitor, town):
    child, clerk = a_child(town), visitor("tong")
    path = f"/console/people/{child}/guardians/new"
    assert path in clerk.page(f"/console/people/{child}")
    assert "还没有登记监护人" in clerk.page(path)
    told = {"asked": "宁小舟", "relation": "mother", "agreed": "y"}
    assert clerk.post(path, told).headers["Location"] == f"/console/people/{child}"
    assert guardians.speaks_for(town.person("ning").id, child)
    again = clerk.post(path, told)
    assert again.status_code == 409
    assert "已经登记过这位孩子的监护关系" in clerk.text(again)
    # By name: the clerk compares it with a paper.
    assert "宁小舟　母亲　已核实" in clerk.page(path)


def test_nothing_is_registered_before_a_guardian_agreed_and_it_is_asked_once(visitor, town):
    child, clerk = a_child(town), visitor("tong")
    path = f"/console/people/{child}/guardians/new"
    page = clerk.page(path)
    assert "《敏感信息单独同意》全文" in page
    assert "不满十四周岁孩子的信息" in page
    refused = clerk.post(path, {"asked": "宁小舟", "relation": "mother"})
    assert (refused.status_code, "同意后再登记" in clerk.text(refused)) == (422, True)
    assert (guardians.guardians_of(child), consents.consents_in_force(child)) == ([], {})
    clerk.post(path, {"asked": "宁小舟", "relation": "mother", "agreed": "y"})
    assert list(consents.consents_in_force(child)) == ["sensitive_data"]
    told = session.scalars(
        sa.select(JournalLine).where(JournalLine.verb == "consent", JournalLine.subject_id == child)
    ).one()
    assert (told.actor_id, told.facts["guardian"]) == (town.person("tong").id, town.person("ning").id)
    # The second parent is not asked again.
    assert "全文" not in clerk.page(path)
    clerk.post(path, {"asked": "乌兰舟", "relation": "father"})
    assert sorted(guardians.guardians_of(child)) == sorted(town.person(who).id for who in ("ning", "wulan"))


def test_a_declared_guardian_is_shown_where_it_waits(visitor, town):
    made = declared(town)
    page = visitor("tong").page(f"/console/people/{session.get(Guardianship, made).child_id}/guardians/new")
    assert f"/console/guardians/{made}" in page
    assert "等待核实" in page


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"asked": "", "relation": "mother"}, "请填写这一项"),
        ({"asked": "没有这个人", "relation": "mother"}, "没有找到"),
        ({"asked": "宁小舟"}, "请选择一项"),
        # The child itself.
        ({"asked": "窦小满", "relation": "mother"}, "没有找到"),
        ({"asked": "宁小舟", "relation": "neighbour"}, "有 1 处填写有误"),
    ],
)
def test_a_form_that_is_not_well_filled_links_nobody(visitor, town, told, said):
    child, clerk = a_child(town), visitor("tong")
    path = f"/console/people/{child}/guardians/new"
    clerk.page(path)
    answer = clerk.post(path, told)
    assert (answer.status_code, said in clerk.text(answer)) == (422, True)
    assert guardians.guardians_of(child) == []


def test_the_clerks_own_child_is_left_to_a_colleague(visitor, town):
    child, clerk = a_child(town, "佟小雨"), visitor("tong")
    path = f"/console/people/{child}/guardians/new"
    clerk.page(path)
    answer = clerk.post(path, {"asked": "佟雨禾", "relation": "father"})
    assert (answer.status_code, "请同事来办" in clerk.text(answer)) == (403, True)
    assert guardians.guardians_of(child) == []


def test_who_is_no_child_needs_no_guardian(visitor, town):
    adult, clerk = town.person("ning").id, visitor("tong")
    assert "guardians/new" not in clerk.page(f"/console/people/{adult}")
    answer = clerk.get(f"/console/people/{adult}/guardians/new")
    assert answer.headers["Location"] == f"/console/people/{adult}"


@pytest.mark.parametrize(("name", "status_code"), [("bai", 404), ("shao", 403), ("bu", 403), ("shang", 403)])
def test_only_staff_of_the_childs_community_link_its_guardians(visitor, town, name, status_code):
    child, stranger = a_child(town), visitor(name)
    stranger.page("/console/")
    path = f"/console/people/{child}/guardians/new"
    assert stranger.get(path).status_code == status_code
    assert stranger.post(path, {"asked": "宁小舟", "relation": "mother"}).status_code == status_code
    assert guardians.guardians_of(child) == []
