"""Residency and 双报到: declared by oneself, decided by staff of that place, once, and never one's own."""

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.journal import JournalLine
from backend.people import actions
from backend.people.models import PartyRegistration, Residency
from tests.api.test_frame import refusal
from tests.wishes import cast


def declare(phone, town, **more):
    return phone.agrees().data("PUT", "/me/residency", {"communityId": town.songtao, **more})["residency"]


def register(phone, town, community=None, unit="市水务局"):
    body = {"unitId": town.place(unit), "communityId": community or town.songtao, "serviceRoles": ["relief"]}
    return phone.agrees().data("PUT", "/me/party-registration", body)["partyRegistration"]


def waiting(staff, kind="residencies"):
    return [row["personId"] for row in staff.data("GET", f"/{kind}/to-verify?limit=50")["list"]]


def test_what_one_declares_is_verified_by_staff_of_that_community(town):
    xiao, tong = town.phone("xiao"), town.phone("tong")
    assert (
        declare(xiao, town, gridId=town.place("松涛-02"), address="雪松家园 1 号楼")["status"] == "declared"
    )
    assert xiao.id in waiting(tong)
    tong.data("POST", f"/residencies/{xiao.id}/verify", {})
    assert xiao.data("GET", "/me")["residency"]["status"] == "verified"
    assert xiao.id not in waiting(tong)


def test_a_rejection_says_why_and_can_be_answered_with_a_new_declaration(town):
    xiao, tong = town.phone("xiao"), town.phone("tong")
    declare(xiao, town)
    refusal(tong.post(f"/residencies/{xiao.id}/reject", {}), 422, "INVALID_INPUT")
    tong.data("POST", f"/residencies/{xiao.id}/reject", {"reason": "查无此户"})
    home = xiao.data("GET", "/me")["residency"]
    assert (home["status"], home["reason"]) == ("rejected", "查无此户")
    again = declare(xiao, town)
    assert (again["status"], again["reason"]) == ("declared", None)


@pytest.mark.parametrize("kind", ["residencies", "party-registrations"])
def test_what_was_decided_is_not_decided_again(town, kind):
    xiao, tong, lan = town.phone("xiao"), town.phone("tong"), town.phone("lan")
    declare(xiao, town)
    register(xiao, town)
    tong.data("POST", f"/{kind}/{xiao.id}/verify", {})
    refusal(lan.post(f"/{kind}/{xiao.id}/verify", {}), 409, "NOTHING_TO_VERIFY")
    refusal(lan.post(f"/{kind}/{xiao.id}/reject", {"reason": "晚了"}), 409, "NOTHING_TO_VERIFY")


@pytest.mark.parametrize("kind", ["residencies", "party-registrations"])
def test_nobody_decides_their_own(town, kind):
    tong = town.phone("tong")
    declare(tong, town, gridId=town.place("松涛-04"))
    register(tong, town)
    refusal(tong.post(f"/{kind}/{tong.id}/verify", {}), 403, "OWN_REGISTRATION")
    town.phone("lan").data("POST", f"/{kind}/{tong.id}/verify", {})


@pytest.mark.parametrize("kind", ["residencies", "party-registrations"])
def test_another_communitys_staff_can_neither_see_nor_decide(town, kind):
    xiao, bai = town.phone("xiao"), town.phone("bai")
    declare(xiao, town)
    register(xiao, town)
    assert xiao.id not in waiting(bai, kind)
    refusal(bai.post(f"/{kind}/{xiao.id}/verify", {}), 404, "NOT_FOUND")
    refusal(bai.post(f"/{kind}/{xiao.id}/reject", {"reason": "不"}), 404, "NOT_FOUND")


@pytest.mark.parametrize("name", ["ning", "pei", "shao", "yan", "shang", "admin", "bu"])
def test_who_has_no_word_for_it_is_refused_the_queue_and_the_decision(town, name):
    phone, xiao = town.phone(name), town.phone("xiao")
    declare(xiao, town)
    refusal(phone.get("/residencies/to-verify"), 403, "NOT_ALLOWED")
    refusal(phone.post(f"/residencies/{xiao.id}/verify", {}), 403, "NOT_ALLOWED")


def test_who_declared_nothing_has_nothing_to_decide(town):
    refusal(town.phone("tong").post(f"/residencies/{town.phone('xiao').id}/verify", {}), 404, "NOT_FOUND")


def test_the_queue_shows_no_more_than_it_must(town):
    xiao, tong = town.phone("xiao"), town.phone("tong")
    xiao.data("PUT", "/me", {"realName": "肖红梅"})
    declare(xiao, town, address="雪松家园 1 号楼")
    answer = tong.get("/residencies/to-verify?limit=50")
    (row,) = [row for row in answer.json["data"]["list"] if row["personId"] == xiao.id]
    assert row["realName"] == "肖红梅"
    assert "雪松家园" not in answer.get_data(as_text=True)


def test_moving_house_asks_for_a_new_verification_and_saying_the_same_again_does_not(town):
    ning = town.phone("ning")
    home = ning.data("GET", "/me")["residency"]
    assert declare(ning, town, gridId=home["gridId"])["status"] == "verified"
    assert declare(ning, town, gridId=town.place("松涛-04"))["status"] == "declared"


def test_a_change_of_unit_or_community_is_verified_anew_and_a_change_of_service_roles_is_not(town):
    pei = town.phone("pei")
    assert register(pei, town)["status"] == "verified"
    assert register(pei, town, unit="市教育局")["status"] == "pending"
    assert register(town.phone("qin"), town, community=town.baihua)["status"] == "pending"


def test_a_party_member_whose_registration_waits_cannot_claim(town):
    (wish_id,), _ = cast.published(town)
    pei = town.phone("pei")
    register(pei, town, unit="市教育局")
    refusal(pei.post(f"/wishes/{wish_id}/claim", {"as": "personal"}), 403, "NOT_ALLOWED")


def test_places_that_do_not_fit_are_refused_at_once(town):
    xiao = town.phone("xiao").agrees()
    street, unit = town.place("林海街道"), town.place("市水务局")
    for place in (street, unit, 999999):
        refusal(xiao.put("/me/residency", {"communityId": place}), 422, "NOT_A_COMMUNITY")
    body = {"communityId": town.songtao, "gridId": town.place("白桦-01")}
    refusal(xiao.put("/me/residency", body), 422, "NOT_THAT_GRID")
    body = {"unitId": town.baihua, "communityId": town.songtao}
    refusal(xiao.put("/me/party-registration", body), 422, "NOT_A_UNIT")


def test_the_database_alone_forbids_a_verification_by_nobody_and_by_oneself(town):
    for decided_by in (None, town.person("ning").id):
        for model in (Residency, PartyRegistration):
            person = town.person("ning" if model is Residency else "pei").id
            values = {"state": "verified", "decided_by_id": decided_by and person}
            with pytest.raises(sa.exc.IntegrityError), transaction():
                session.execute(sa.update(model).where(model.person_id == person).values(**values))


def test_each_decision_stands_in_the_journal(town):
    xiao, tong = town.phone("xiao"), town.phone("tong")
    declare(xiao, town)
    tong.data("POST", f"/residencies/{xiao.id}/reject", {"reason": "查无此户"})
    lines = session.execute(
        sa.select(JournalLine.verb, JournalLine.actor_id, JournalLine.from_state, JournalLine.to_state)
        .where(JournalLine.subject_kind == "residency", JournalLine.subject_id == xiao.id)
        .order_by(JournalLine.id)
    ).all()
    assert [tuple(line) for line in lines] == [
        ("declare_residency", xiao.id, None, "declared"),
        ("reject", tong.id, "declared", "rejected"),
    ]


def test_consent_stands_once_a_document_and_its_history_is_kept(town):
    ning = town.person("ning")
    with transaction():
        first = actions.give_consent("pictures", "1", actor=ning)
        assert actions.give_consent("pictures", "1", actor=ning).id == first.id
    with transaction():
        second = actions.give_consent("pictures", "2", actor=ning)
    with transaction():
        actions.withdraw_consent("pictures", actor=ning)
    with pytest.raises(actions.ConsentMissing), transaction():
        actions.withdraw_consent("pictures", actor=ning)
    rows = session.execute(
        sa.text(
            "SELECT version, withdrawn_at IS NOT NULL AS ended FROM consents "
            "WHERE person_id = :id AND document = 'pictures' ORDER BY id"
        ),
        {"id": ning.id},
    ).all()
    assert [(row.version, bool(row.ended)) for row in rows] == [("1", True), ("2", True)]
    assert second.id != first.id
