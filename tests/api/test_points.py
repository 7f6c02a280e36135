"""Points over HTTP: every answer is held against the OpenAPI document."""

import io
from datetime import timedelta

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from backend import clock
from backend.supermarket.queries import shelf_value
from tests.api.test_paging import walk
from tests.conformance import checked
from tests.town import API


@pytest.fixture
def tong(town):
    return town.phone("tong")


def propose(phone, town, points=-5, person="ning", **more):
    body = {"personId": town.person(person).id, "points": points, "reason": "活动时长录入有误"} | more
    return phone.post("/points/adjustments", body)


def test_an_adjustment_from_proposal_to_statement(town, tong):
    answer = propose(tong, town)
    assert answer.status_code == 201
    made = answer.json["data"]
    assert made["state"] == "proposed"
    assert made["personName"] == "宁小舟"
    assert (made["proposedBy"], made["decidedBy"], made["actions"]) == ("佟雨禾", None, [])
    lan = town.phone("lan")
    (waiting,) = lan.data("GET", "/points/adjustments?state=proposed")["list"]
    assert (waiting["id"], waiting["actions"]) == (made["id"], ["approve", "reject"])
    decided = lan.data("POST", f"/points/adjustments/{made['id']}/approve")
    assert (decided["state"], decided["decidedBy"], decided["actions"]) == ("approved", "蓝思源", [])
    ning = town.phone("ning")
    assert ning.data("GET", "/me/points")["available"] == 35
    row = ning.data("GET", "/me/points/statement")["list"][0]
    assert (row["points"], row["kind"], row["reference"]) == (-5, "adjust", f"adjustment:{made['id']}")
    assert ning.data("GET", "/me/notices")["list"][0]["kind"] == "points_adjusted"


def test_the_maker_does_not_decide(town, tong):
    made = propose(tong, town).json["data"]["id"]
    for move, body in (("approve", {}), ("reject", {"reason": "没有依据"})):
        answer = tong.post(f"/points/adjustments/{made}/{move}", body)
        assert (answer.status_code, answer.json["error"]) == (403, "FOUR_EYES")


def test_a_decision_is_made_once(town, tong):
    made = propose(tong, town).json["data"]["id"]
    yan = town.phone("yan")
    rejected = yan.data("POST", f"/points/adjustments/{made}/reject", {"reason": "没有依据"})
    assert (rejected["state"], rejected["decisionReason"]) == ("rejected", "没有依据")
    answer = town.phone("lan").post(f"/points/adjustments/{made}/approve")
    assert (answer.status_code, answer.json["error"]) == (409, "ADJUSTMENT_DECIDED")


def test_more_than_there_is_is_refused_and_the_key_keeps_the_answer(town, tong):
    made = propose(tong, town, -41).json["data"]["id"]
    lan = town.phone("lan")
    for _ in range(2):
        answer = lan.post(f"/points/adjustments/{made}/approve", Idempotency_Key="adjust-0001")
        assert (answer.status_code, answer.json["error"]) == (409, "NOT_ENOUGH_POINTS")
        assert answer.json["data"] == {"available": 40, "needed": 41}


def test_a_resident_of_another_community_does_not_exist(town, tong):
    assert propose(tong, town, person="he").status_code == 404
    assert propose(tong, town, person="ning", personId=4711).status_code == 404


@pytest.mark.parametrize("points", [0, 10_001, "5", 1.5, None])
def test_points_that_make_no_sense_are_refused(town, tong, points):
    assert propose(tong, town, points).status_code == 422


def test_another_community_learns_nothing(town, tong):
    made = propose(tong, town).json["data"]["id"]
    bai = town.phone("bai")
    assert bai.data("GET", "/points/adjustments")["list"] == []
    assert bai.post(f"/points/adjustments/{made}/approve").status_code == 404


@pytest.mark.parametrize("name", ["ning", "pei", "shao", "bu", "admin"])
def test_who_has_no_word_in_points_is_refused(town, tong, name):
    made = propose(tong, town).json["data"]["id"]
    phone = town.phone(name)
    assert phone.get("/points/adjustments").status_code == 403
    assert propose(phone, town, person="wulan").status_code == 403
    assert phone.post(f"/points/adjustments/{made}/approve").status_code == 403
    assert phone.post(f"/points/adjustments/{made}/reject", {"reason": "x"}).status_code == 403


def test_the_queue_is_paged(town, tong):
    made = [propose(tong, town, n).json["data"]["id"] for n in range(1, 6)]
    first = tong.data("GET", "/points/adjustments?limit=3")
    rest = tong.data("GET", f"/points/adjustments?limit=3&cursor={first['nextCursor']}")
    assert [one["id"] for one in first["list"] + rest["list"]] == made[::-1]
    assert rest["nextCursor"] is None


def test_the_rules_are_public_before_signing_in(town):
    found = town.phone("ning").data("GET", "/points/rules")["list"]
    assert [(one["event"], one["version"], one["points"], one["inForce"]) for one in found] == [
        ("service_hour", 1, 1, True),
        ("wish_confirmed", 1, 5, True),
    ]
    assert town.phone().data("GET", "/points/rules")["list"] == found


def test_the_rules_come_in_pages_that_stay_the_same_while_more_is_made(town):
    admin, jie = town.phone("admin"), town.phone("jie")
    days = [(clock.today() + timedelta(days=ahead)).isoformat() for ahead in range(3)]
    for number, day in enumerate(days):
        admin.data("PUT", "/points/rules/service_hour", {"points": number, "effectiveFrom": day})
        body = {"points": number, "effectiveFrom": day, "communityId": town.songtao}
        jie.data("PUT", "/points/rules/wish_confirmed", body)
    path = f"/points/rules?communityId={town.songtao}"
    whole = jie.data("GET", path)
    assert (len(whole["list"]), whole["nextCursor"]) == (7, None)
    numbers = iter(range(9, 90))

    def make_one_that_stands_before():
        body = {"points": next(numbers), "effectiveFrom": days[0]}
        admin.data("PUT", "/points/rules/service_hour", body)

    for size in (1, 3, 6):
        shown = walk(jie, path, size)
        assert shown == jie.data("GET", path)["list"]
        there = [(one["event"], one["communityId"], one["effectiveFrom"]) for one in whole["list"]]
        meanwhile = walk(jie, path, size, make_one_that_stands_before)
        assert [(one["event"], one["communityId"], one["effectiveFrom"]) for one in meanwhile] == there
    other = jie.data("GET", "/organisations?limit=1")["nextCursor"]
    assert jie.get(f"{path}&cursor={other}").status_code == 422


def test_the_city_changes_a_rule_and_the_street_a_communitys(town):
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    body = {"points": 2, "capPerActivity": 4, "effectiveFrom": tomorrow}
    made = town.phone("admin").data("PUT", "/points/rules/service_hour", body)
    assert (made["version"], made["communityId"], made["inForce"]) == (2, None, False)
    jie = town.phone("jie")
    own = jie.data("PUT", "/points/rules/wish_confirmed", {**body, "communityId": town.songtao})
    assert (own["version"], own["communityName"]) == (1, "松涛社区")
    assert len(jie.data("GET", f"/points/rules?communityId={town.songtao}")["list"]) == 4
    assert jie.put("/points/rules/service_hour", body).status_code == 403
    assert town.phone("tong").put("/points/rules/service_hour", body).status_code == 403


def test_a_rule_that_makes_no_sense_is_refused(town):
    admin = town.phone("admin")
    today = clock.today().isoformat()
    good = {"points": 2, "effectiveFrom": today}
    for wrong in ({"points": -1}, {"capPerDay": 0}, {"effectiveFrom": "2020-01-01"}, {"more": 1}):
        assert admin.put("/points/rules/service_hour", {**good, **wrong}).status_code == 422
    assert admin.put("/points/rules/daily_sign_in", good).status_code == 404


def test_a_communitys_figures(town, tong):
    found = tong.data("GET", f"/communities/{town.songtao}/points-liability")
    assert found["issued"] >= 160
    assert found["outstanding"] >= found["held"] >= 0
    shelf = shelf_value(town.songtao)
    assert found["shelfValue"] == shelf > 0
    assert tong.get(f"/communities/{town.baihua}/points-liability").status_code == 404
    assert town.phone("ning").get(f"/communities/{town.songtao}/points-liability").status_code == 403


def upload_book(town, phone, text, **form):
    """Sends a paper book's sheet as a form; a name of a field that is None is left out."""
    file = FileStorage(io.BytesIO(text.encode()), "账本.csv")
    told = {"file": file, "communityId": str(town.songtao)} | form
    boundary, body = encode_multipart({name: value for name, value in told.items() if value is not None})
    answer = phone.client.post(
        f"{API}/points/opening-balances",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers=phone.headers,
    )
    return checked(phone.app, answer)


BOOK = "卡号,手机号,姓名,积分,到期年份\nP000001,,鄂桂兰,120,{year}\nP000001,,鄂桂兰,30,{later}\nP999999,,某某某,5,{year}\n"


def test_opening_balances_come_in_by_one_and_are_booked_when_another_confirms(town, tong):
    year = clock.today().year + 1
    book = BOOK.format(year=year, later=year + 1)
    answer = upload_book(town, tong, book)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made = answer.json["data"]
    assert (made["state"], made["points"], made["actions"]) == ("proposed", 150, [])
    assert made["counts"] == {"new": 2, "same": 0, "unreadable": 1}
    path = f"/points/opening-balances/{made['id']}"
    (bad,) = tong.data("GET", f"{path}/rows?kind=unreadable")["list"]
    assert (bad["line"], bad["personId"], bad["problem"]) == (
        4,
        None,
        "本社区没有这位已核实的居民，请核对卡号（或手机号）和姓名",
    )
    own = tong.post(f"{path}/confirm")
    assert (own.status_code, own.json["error"]) == (403, "FOUR_EYES")
    lan = town.phone("lan")
    done = lan.data("POST", f"{path}/confirm", {}, Idempotency_Key="confirm-book-1")
    assert (done["state"], done["booked"], done["points"]) == ("confirmed", 2, 150)
    assert lan.data("POST", f"{path}/confirm", {}, Idempotency_Key="confirm-book-1") == done
    again = lan.post(f"{path}/confirm")
    assert (again.status_code, again.json["error"]) == (409, "OPENING_BALANCES_DECIDED")
    second = upload_book(town, tong, book).json["data"]
    assert (second["counts"], second["points"]) == ({"new": 0, "same": 2, "unreadable": 1}, 0)
    assert [one["id"] for one in lan.data("GET", "/points/opening-balances")["list"]] == [
        second["id"],
        made["id"],
    ]


def test_a_sheet_of_another_community_does_not_exist_and_what_is_no_sheet_is_refused(town, tong):
    book = BOOK.format(year=clock.today().year, later=clock.today().year + 1)
    made = upload_book(town, tong, book).json["data"]["id"]
    bai = town.phone("bai")
    assert upload_book(town, bai, book).status_code == 404
    for path in ("", "/rows"):
        assert bai.get(f"/points/opening-balances/{made}{path}").status_code == 404
    assert bai.post(f"/points/opening-balances/{made}/confirm").status_code == 404
    assert town.phone("ning").get(f"/points/opening-balances/{made}").status_code == 403
    assert upload_book(town, tong, "").status_code == 422
    assert upload_book(town, tong, "姓名,积分\n鄂桂兰,5\n").json["error"] == "COLUMNS_MISSING"
    assert upload_book(town, tong, book, file=None).status_code == 422
    assert upload_book(town, tong, book, communityId=None).status_code == 422
    rejected = town.phone("yan").data("POST", f"/points/opening-balances/{made}/reject", {"reason": "对不上"})
    assert (rejected["state"], rejected["booked"]) == ("rejected", 0)
