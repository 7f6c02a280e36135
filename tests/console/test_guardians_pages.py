"""Guardians at the console: verified by staff who saw the papers, never one's own, never another community's."""

import pytest

from backend import clock
from backend.db import session, transaction
from backend.people import guardians
from backend.people.guardians import Guardianship
from tests.console.test_protection import MARKUP
from tests.wishes.cast import by


def declared(town, name="ning", child="宁小雨"):
    with transaction():
        return guardians.declare(child, clock.today().year - 8, "mother", by=by(town, name)).id


def status(guardianship_id):
    return session.get(Guardianship, guardianship_id, populate_existing=True).status


def test_it_waits_with_its_age_masked_and_is_verified_by_one_key(visitor, town):
    made = declared(town)
    clerk = visitor("tong")
    page, child_id = clerk.page("/console/"), session.get(Guardianship, made).child_id
    assert f"/console/guardians/{made}" in page
    # The child's residency is decided with it, so it does not wait twice.
    assert f"/console/verifying/residency/{child_id}" not in page + clerk.page("/console/verifying")
    assert "宁小雨" not in page
    page = clerk.page(f"/console/guardians/{made}")
    assert "母亲" in page
    assert "宁小雨" not in page
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
        guardians.decide(made, True, by=by(town, "lan"))
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
