"""One person, two accounts: asked for on the phone, decided by two of the staff, gone for everybody."""

from backend.db import session, transaction
from backend.people import sealed
from backend.people.models import Person

PROOF = {"proof": "id_seen", "reason": "本人带着身份证来了"}


def ids_of(told):
    return told["from"]["id"], told["into"]["id"]


def with_phone(town, name, number="13812345678"):
    phone = town.phone(name)
    with transaction():
        sealed.keep_phone(session.get(Person, phone.id), number)
    return phone


def test_what_was_asked_for_on_the_phone_is_joined_by_two_and_told(town):
    ning, tong, lan, e = with_phone(town, "ning"), town.phone("tong"), town.phone("lan"), town.person("e")
    name, had = sealed.real_name(e), ning.data("GET", "/me/points")
    body = {"realName": name, "cardNumber": "P000001"}
    for asked in (body, {"realName": "没有这个人", "cardNumber": "P000001"}):
        answer = ning.post("/me/recovery", asked)
        assert (answer.status_code, answer.json["data"]) == (200, {"state": "asked"})
    (row,) = tong.data("GET", f"/person-merges?communityId={town.songtao}&state=asked,proposed")["list"]
    assert ids_of(row) == (e.id, ning.id)
    assert row["actions"] == ["propose", "reject"]
    address = f"/person-merges/{row['id']}"
    assert lan.post(f"{address}/approve").status_code == 409
    proposed = tong.data("POST", f"{address}/propose", PROOF)
    assert (proposed["state"], proposed["proof"], proposed["actions"]) == ("proposed", "id_seen", [])
    assert tong.post(f"{address}/approve").json["error"] == "FOUR_EYES"
    assert town.phone("bai").post(f"{address}/approve").status_code == 404
    assert ning.post(f"{address}/approve").status_code == 403
    done = lan.data("POST", f"{address}/approve")
    assert (done["state"], done["actions"]) == ("approved", [])
    assert tong.get("/people?cardNumber=P000001").json["data"]["list"][0]["id"] == ning.id
    assert tong.post(f"/people/{e.id}/suspend", {"reason": "试试", "until": "2027-01-01"}).status_code == 404
    after = ning.data("GET", "/me/points")
    assert after["available"] + after["held"] == had["available"] + had["held"] + done["points"]
    assert ning.data("GET", "/me/security-events")["list"][0]["kind"] == "merge"
    assert "security_merge" in {one["kind"] for one in ning.data("GET", "/me/notices")["list"]}


def test_a_bound_card_and_an_account_with_records_show_the_way_to_go(town):
    tong, ning, song = town.phone("tong"), town.phone("ning"), town.phone("song")
    card = tong.data("POST", "/people", {"realName": "高大全", "communityId": town.songtao})
    refused = tong.post(f"/people/{card['id']}/bind", {"code": "sim:ning:merge-1"}).json
    assert (refused["error"], refused["data"]) == (
        "ACCOUNT_HAS_RECORDS",
        {"fromId": ning.id, "intoId": card["id"]},
    )
    made = tong.post("/person-merges", {**refused["data"], **PROOF})
    assert (made.status_code, ids_of(made.json["data"])) == (201, (ning.id, card["id"]))
    approved = town.phone("lan").data("POST", f"/person-merges/{made.json['data']['id']}/approve")
    assert approved["points"] == made.json["data"]["points"] == 40
    assert ning.get("/me").status_code == 401
    again = town.phone("ning")
    assert again.id == card["id"]
    (line,) = [one for one in again.data("GET", "/me/points/statement")["list"] if one["kind"] == "merge"]
    assert (line["points"], line["balance"]) == (40, 40)
    # The card has an account now; another one is led to a merge again, not to nowhere.
    refused = tong.post(f"/people/{card['id']}/bind", {"code": "sim:song:merge-1"}).json
    assert (refused["error"], refused["data"]) == ("ALREADY_BOUND", {"fromId": song.id, "intoId": card["id"]})


def test_nobody_proposes_for_themselves_or_for_another_community(town):
    tong, bai = town.phone("tong"), town.phone("bai")
    ning, song = town.person("ning").id, town.person("song").id
    body = {"fromId": ning, "intoId": song, **PROOF}
    assert bai.post("/person-merges", body).status_code == 404
    assert town.phone("pei").post("/person-merges", body).status_code == 403
    assert tong.post("/person-merges", {**body, "intoId": tong.id}).json["error"] == "FOUR_EYES"
    assert tong.post("/person-merges", {**body, "proof": "guess"}).status_code == 422
    nobody = town.phone("nobody-yet").post("/me/recovery", {"realName": "某某"})
    assert nobody.json["error"] == "RECOVERY_NEEDS_PHONE"
    made = tong.data("POST", "/person-merges", body)
    rejected = town.phone("lan").data("POST", f"/person-merges/{made['id']}/reject", {"reason": "是两个人"})
    assert (rejected["state"], rejected["decisionReason"]) == ("rejected", "是两个人")
