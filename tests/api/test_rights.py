"""The rights over HTTP: what the mini-program calls, and what it is answered."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.people import actions
from backend.people.models import Consent, Person
from backend.rights import notice
from tests.api.test_frame import refusal
from tests.rights.looking import found_in_tables
from tests.town import API, WISH
from tests.wishes import cast


def export(phone):
    return phone.client.get(f"{API}/me/export", headers=phone.headers)


def test_the_notice_is_read_before_signing_in(town):
    nobody = town.phone()
    listed = nobody.data("GET", "/privacy")["list"]
    assert [one["document"] for one in listed] == list(notice.DOCUMENTS)
    one = listed[0]
    assert nobody.data("GET", f"/privacy/{one['document']}/{one['version']}") == one
    assert nobody.get("/privacy/privacy/1999-01").status_code == 404
    assert nobody.get("/privacy/passwords/2026-11").status_code == 404


def test_consent_is_given_compared_and_withdrawn(town):
    ning = town.phone("ning")
    ning.data("POST", "/me/consents", {"document": "pictures", "version": "2026-11"})
    told = {row["document"]: row for row in ning.data("GET", "/me/consents")["list"]}
    assert told["pictures"]["upToDate"]
    assert told["privacy"]["upToDate"]
    assert not told["unit_feedback"]["upToDate"]
    assert ning.delete("/me/consents/pictures").status_code == 200
    assert ning.delete("/me/consents/pictures").json["error"] == "CONSENT_MISSING"


def test_everything_held_on_me_comes_as_a_zip(town):
    ning = town.phone("ning")
    answer = export(ning)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert ".zip" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert "README.md" in packed.namelist()
        (profile,) = json.loads(packed.read("profile.json"))
    assert profile["real_name"] == "宁小舟"
    answer.close()


def test_the_copy_is_limited_in_a_day_and_the_request_is_remembered(town, settings):
    ning = town.phone("ning")
    for _ in range(settings.exports_per_day):
        export(ning).close()
    refused = export(ning)
    assert (refused.status_code, refused.json["error"]) == (429, "EXPORTED_OFTEN")
    assert 86_000 < int(refused.headers["Retry-After"]) <= 86_400
    with clock.frozen_at(clock.now() + timedelta(days=1, minutes=1)):
        export(town.phone("ning")).close()
    requests = ning.data("GET", "/processing-purposes")["requests"]
    assert requests["exports"] == settings.exports_per_day + 1


def test_a_copy_needs_a_sign_in(town):
    assert town.phone().get("/me/export").status_code == 401


def test_an_account_without_open_things_is_cancelled_by_a_plain_delete(town):
    someone = town.phone("someone")
    answer = someone.delete("/me")
    assert answer.status_code == 200, answer.json
    assert someone.get("/me").status_code == 401
    assert town.phone("someone").id != someone.id


def test_with_open_things_it_tells_them_and_waits_for_the_word(town):
    ning = town.phone("ning")
    wish = ning.data("POST", "/wishes", {**camel(WISH), "communityId": town.songtao, "submit": True})
    refused = ning.delete("/me")
    assert (refused.status_code, refused.json["error"]) == (409, "THINGS_STILL_OPEN")
    facts = refused.json["data"]
    assert wish["id"] in {row["id"] for row in facts["wishes"]}
    assert facts["pointsLost"] == 40
    assert ning.get("/me").status_code == 200
    assert ning.call("DELETE", "/me", {"confirm": False}).status_code == 409
    assert ning.call("DELETE", "/me", {"confirm": "yes"}).status_code == 422
    assert ning.call("DELETE", "/me", {"confirm": True}).status_code == 200
    assert ning.get("/me").status_code == 401
    assert found_in_tables("宁小舟") == []
    assert cast.wish(wish["id"]).state == "withdrawn"


def camel(content):
    def key(name):
        head, *tail = name.split("_")
        return head + "".join(word.capitalize() for word in tail)

    return {key(name): value for name, value in content.items()}


def test_leaving_again_after_leaving_asks_to_sign_in(town):
    someone = town.phone("someone")
    someone.delete("/me")
    assert someone.delete("/me").status_code == 401


def test_staff_cancel_for_a_card_holder(town):
    e = town.person("e")
    tong, wulan, bai = town.phone("tong"), town.phone("wulan"), town.phone("bai")
    body = {"reason": "本人到窗口要求注销", "confirm": True}
    assert wulan.post(f"/people/{e.id}/cancel", body).status_code == 403
    assert bai.post(f"/people/{e.id}/cancel", body).status_code == 404
    assert tong.post(f"/people/{e.id}/cancel", {"reason": "不用了"}).json["error"] == "THINGS_STILL_OPEN"
    assert tong.post(f"/people/{e.id}/cancel", body).status_code == 200
    assert session.get(Person, e.id, populate_existing=True).card_number is None


def test_the_register_of_purposes_is_for_everyone_before_they_sign_in(town):
    told = town.phone().data("GET", "/processing-purposes")
    assert {"认出是您", "办理微心愿"} <= {row["purpose"] for row in told["list"]}
    assert told == town.phone("ning").data("GET", "/processing-purposes")


def test_a_complaint_goes_its_way(town):
    ning, tong = town.phone("ning"), town.phone("tong")
    body = {"kind": "complaint", "text": "门口的灯\n坏了", "contactBack": "11100000012", "anonymous": True}
    made = ning.data("POST", "/complaints", body)
    assert (made["state"], made["actions"], made["contactBack"]) == ("received", ["withdraw"], "111******12")
    (waiting,) = tong.data("GET", "/complaints?state=received")["list"]
    assert (waiting["id"], waiting["byName"]) == (made["id"], "匿名居民")
    assert waiting["actions"] == ["answer", "escalate"]
    path = f"/complaints/{made['id']}"
    assert tong.get(f"{path}/contact").status_code == 422
    assert tong.data("GET", f"{path}/contact?reason=回电")["phone"] == "11100000012"
    assert ning.post(f"{path}/answer", {"answer": "好"}).status_code == 403
    assert tong.data("POST", f"{path}/answer", {"answer": "已修好"})["state"] == "answered"
    (mine,) = ning.data("GET", "/me/complaints")["list"]
    assert (mine["answer"], mine["actions"]) == ("已修好", ["appeal"])
    assert ning.data("POST", f"{path}/appeal", {"reason": "没有修"})["state"] == "escalated"
    assert tong.get(path).status_code == 404
    assert town.phone("jie").data("GET", path)["text"].endswith("没有修")
    assert ning.data("POST", f"{path}/withdraw")["state"] == "withdrawn"


def test_a_complaint_is_nobody_elses_business(town):
    made = town.phone("ning").data("POST", "/complaints", {"kind": "suggestion", "text": "多放椅子"})
    for name in ("wulan", "bai", "shao", "bu", "shang"):
        assert town.phone(name).get(f"/complaints/{made['id']}").status_code == 404
        assert town.phone(name).get("/complaints").status_code in (200, 403)
    assert town.phone("wulan").get("/complaints").status_code == 403
    assert town.phone("bai").data("GET", "/complaints")["list"] == []


def test_staff_send_a_complaint_up(town):
    made = town.phone("ning").data("POST", "/complaints", {"kind": "complaint", "text": "物业不管"})
    told = town.phone("tong").data("POST", f"/complaints/{made['id']}/escalate", {"reason": "要街道协调"})
    assert (told["state"], told["actions"]) == ("escalated", [])
    (waiting,) = town.phone("jie").data("GET", "/complaints?state=escalated")["list"]
    assert waiting["id"] == made["id"]


@pytest.mark.parametrize("name", ["kind", "text"])
def test_a_complaint_needs_its_kind_and_its_words(town, name):
    body = {"kind": "complaint", "text": "x"}
    del body[name]
    assert name in town.phone("ning").post("/complaints", body).json["data"]


def test_a_guardian_declares_staff_verify_and_the_child_has_a_wish(town):
    ning, tong = town.phone("ning"), town.phone("tong")
    child = {"realName": "宁小禾", "birthYear": clock.today().year - 8, "relation": "mother"}
    (mine,) = ning.data("POST", "/me/children", child)["list"]
    assert (mine["name"], mine["status"]) == ("宁**", "declared")
    agreed = sa.select(Consent.document).where(Consent.person_id == mine["childId"])
    assert session.scalars(agreed).all() == ["sensitive_data"]
    (waiting,) = tong.data("GET", "/guardianships/to-verify")["list"]
    assert waiting["guardianName"] == "宁小舟"
    assert ning.post(f"/guardianships/{mine['id']}/verify").status_code == 403
    assert tong.post(f"/guardianships/{mine['id']}/verify").status_code == 200
    body = {
        **camel(WISH),
        "communityId": town.songtao,
        "beneficiaryGroup": "child",
        "onBehalfOf": {"personId": mine["childId"], "reason": "孩子的妈妈"},
    }
    wish = ning.data("POST", "/wishes", body)
    assert (wish["disclosure"], wish["wisher"]) == ("anonymous", "匿名居民")
    assert ning.delete(f"/me/children/{mine['id']}").status_code == 200
    assert ning.data("GET", "/me/children")["list"] == []


def test_a_child_that_staff_registered_is_linked_once_its_guardian_agreed(town):
    tong, before = town.phone("tong"), clock.today().year - 8
    with transaction():
        child = actions.create_card_holder(
            "窦小满", town.songtao, birth_year=before, actor=town.person("tong")
        )
    body = {"guardianId": town.person("wulan").id, "childId": child.id, "relation": "relative"}
    refused = refusal(tong.post("/guardianships", body), 422, "CHILDS_CONSENT_NEEDED")
    assert "同意后再登记" in refused["message"]
    assert tong.data("POST", "/guardianships", body | {"agreed": True})["status"] == "verified"


def test_staff_link_a_guardian_and_reject_another(town):
    ning, tong = town.phone("ning"), town.phone("tong")
    child = {"realName": "宁小禾", "birthYear": clock.today().year - 8, "relation": "mother"}
    (mine,) = ning.data("POST", "/me/children", child)["list"]
    body = {"guardianId": town.person("wulan").id, "childId": mine["childId"], "relation": "relative"}
    # Whoever declared the child has agreed, but nobody knows yet whether they speak for it.
    refusal(tong.post("/guardianships", body), 422, "CHILDS_CONSENT_NEEDED")
    assert tong.data("POST", "/guardianships", body | {"agreed": True})["status"] == "verified"
    assert tong.post(f"/guardianships/{mine['id']}/reject", {"reason": "材料不符"}).status_code == 200
    assert ning.data("GET", "/me/children")["list"] == []


def test_a_cancelled_person_is_found_by_no_list_of_staff(town):
    ning = town.phone("ning")
    ning.data("PUT", "/me/residency", {"communityId": town.baihua})
    ning.call("DELETE", "/me", {"confirm": True})
    bai = town.phone("bai")
    assert ning.id not in {row["personId"] for row in bai.data("GET", "/residencies/to-verify")["list"]}
    assert (
        session.scalar(sa.select(Person.id).where(Person.phone_index.is_not(None), Person.id == ning.id))
        is None
    )
