"""Stock, stocktakes, shops and the counter's day over HTTP."""

from datetime import timedelta

import pytest

from backend import clock
from tests.api.counter import ask, put_up, signed_in, stocked
from tests.supermarket import cast


@pytest.fixture
def shop(town):
    return cast.opened(town)


@pytest.fixture
def phones(town):
    return signed_in(town)


def test_a_receipt_and_its_event(phones, shop):
    item = put_up(phones, shop)
    body = {
        "quantity": 20,
        "source": "donation",
        "donor": "青松粮油公司",
        "donorPublic": True,
        "batch": "A1",
        "bestBefore": (clock.today() + timedelta(days=90)).isoformat(),
        "document": "票 0007",
        "cost": 400,
    }
    received = phones["bu"].post(f"/items/{item['id']}/receipts", body)
    assert received.status_code == 201
    told = received.json["data"]
    assert {key: told[key] for key in body} == body
    assert told["item"]["available"] == 20
    (event,) = phones["yan"].data("GET", f"/items/{item['id']}/movements")["list"]
    assert (event["kind"], event["onHandAfter"], event["byName"]) == ("receipt", 20, "卜秀云")
    (batch,) = phones["tong"].data("GET", f"/items/{item['id']}/batches")["list"]
    assert (batch["batch"], batch["bestBefore"], batch["onHand"]) == ("A1", body["bestBefore"], 20)
    assert phones["ning"].data("GET", f"/items/{item['id']}")["donors"] == ["青松粮油公司"]
    spoilt = phones["bu"].data("POST", f"/items/{item['id']}/spoilage", {"quantity": 3, "reason": "受潮"})
    assert spoilt["available"] == 17


def test_a_receipt_is_reversed_over_http_by_somebody_else_and_once(phones, shop):
    item = put_up(phones, shop)
    wrong = phones["bu"].data(
        "POST", f"/items/{item['id']}/receipts", {"quantity": 120, "source": "purchase"}
    )
    path, body = f"/items/{item['id']}/receipts/{wrong['id']}/reverse", {"reason": "应为 20"}
    assert phones["bu"].post(path, body).json["error"] == "FOUR_EYES"
    assert phones["tong"].post(path, body).status_code == 403
    assert phones["yan"].post(path).status_code == 422
    answer = phones["yan"].post(path, body)
    told = answer.json["data"]
    assert (answer.status_code, told["kind"], told["quantity"]) == (201, "receipt_reversal", -120)
    assert (told["reversesId"], told["reverses"], told["item"]["onHand"]) == (
        wrong["id"],
        wrong["reference"],
        0,
    )
    assert phones["yan"].post(path, body).json["error"] == "RECEIPT_REVERSED"
    red, booked = phones["yan"].data("GET", f"/items/{item['id']}/movements")["list"]
    assert (red["reason"], booked["reversed"], booked["actions"]) == ("应为 20", True, [])


def test_a_stocktake_over_http(phones, shop):
    item_id = stocked(phones, shop)
    body = {"lines": [{"itemId": item_id, "counted": 4, "reason": "破损"}]}
    made = phones["bu"].post(f"/shops/{shop}/stocktakes", body)
    assert made.status_code == 201
    found = made.json["data"]
    assert (found["state"], found["lines"][0]["difference"], found["actions"]) == (
        "proposed",
        -1,
        ["explain"],
    )
    path = f"/stocktakes/{found['id']}"
    assert phones["yan"].data("GET", path)["actions"] == ["approve", "reject"]
    assert phones["bu"].post(f"{path}/approve").status_code == 403
    assert phones["bai"].get(path).status_code == 404
    assert phones["yan"].data("POST", f"{path}/approve")["decidedBy"] == "晏如松"
    assert phones["bu"].data("GET", f"/items/{item_id}")["onHand"] == 4
    again = phones["bu"].data("POST", f"/shops/{shop}/stocktakes", body)
    back = phones["yan"].data("POST", f"/stocktakes/{again['id']}/reject", {"reason": "请重盘"})
    assert (back["state"], back["reviewReason"]) == ("rejected", "请重盘")
    listed = phones["tong"].data("GET", f"/shops/{shop}/stocktakes")["list"]
    assert [one["state"] for one in listed] == ["rejected", "approved"]


def test_a_difference_is_explained_before_it_is_let_in(phones, shop):
    item_id = stocked(phones, shop)
    body = {"lines": [{"itemId": item_id, "counted": 4}]}
    made = phones["bu"].data("POST", f"/shops/{shop}/stocktakes", body)
    assert (made["actions"], made["lines"][0]["reason"]) == (["explain"], None)
    path = f"/stocktakes/{made['id']}"
    assert phones["yan"].data("GET", path)["actions"] == ["reject"]
    refused = phones["yan"].post(f"{path}/approve")
    assert (refused.status_code, refused.json["error"]) == (422, "DIFFERENCE_UNEXPLAINED")
    why = {"lines": [{"itemId": item_id, "reason": "破损"}]}
    assert phones["yan"].post(f"{path}/explain", why).status_code == 403
    assert phones["bu"].post(f"{path}/explain", {"lines": []}).json["error"] == "NOTHING_TO_EXPLAIN"
    assert phones["bu"].data("POST", f"{path}/explain", why)["lines"][0]["reason"] == "破损"
    assert phones["yan"].data("POST", f"{path}/approve")["state"] == "approved"
    assert phones["bu"].post(f"{path}/explain", why).status_code == 409


def test_the_counters_day(phones, shop):
    low = stocked(phones, shop, units=3, lowStock=2)
    body = {
        "quantity": 2,
        "source": "purchase",
        "bestBefore": (clock.today() + timedelta(days=3)).isoformat(),
    }
    phones["bu"].data("POST", f"/items/{low}/receipts", body)
    for _ in range(3):
        order = ask(phones, shop, low)
    phones["tong"].data("POST", f"/redemptions/{order['id']}/approve")
    told = phones["bu"].data("GET", f"/shops/{shop}/today")
    assert {key: told[key] for key in ("toApprove", "toPickUp", "lastDay", "late", "handedOverToday")} == {
        "toApprove": 2,
        "toPickUp": 1,
        "lastDay": 0,
        "late": 0,
        "handedOverToday": 0,
    }
    assert [one["id"] for one in told["lowStock"]] == [low]
    assert [(one["itemId"], one["onHand"]) for one in told["endingBatches"]] == [(low, 2)]
    assert told["venueSlots"] == []


def test_a_shop_is_opened_changed_and_excepted_by_the_right_people(town, phones):
    hours = [{"weekday": 1, "opens": "09:00", "closes": "17:00"}]
    body = {"communityId": town.songtao, "name": "夜市", "openingHours": hours, "closedDays": ["2027-01-01"]}
    assert phones["bu"].post("/shops", body).status_code == 403
    assert phones["bai"].post("/shops", body).status_code == 404
    shop = phones["tong"].data("POST", "/shops", body)
    assert (shop["openingHours"], shop["closedDays"], shop["fourEyesHandOver"]) == (
        hours,
        ["2027-01-01"],
        True,
    )
    path = f"/shops/{shop['id']}"
    assert phones["tong"].data("PUT", path, {"pickUpDays": 3})["pickUpDays"] == 3
    assert phones["tong"].put(f"{path}/four-eyes", {"on": False, "reason": "一人"}).status_code == 403
    jie = town.phone("jie")
    assert not jie.data("PUT", f"{path}/four-eyes", {"on": False, "reason": "只有一人"})["fourEyesHandOver"]
    assert phones["ning"].data("GET", path)["id"] == shop["id"]


def test_a_closing_over_bookings_is_previewed_refused_and_confirmed_over_http(town, phones):
    shop = cast.opened(town)
    order_id = cast.booked(town, shop, cast.slot_ids(cast.venue(town, shop))[-1:])
    day = (clock.today() + timedelta(days=1)).isoformat()
    tong, path = phones["tong"], f"/shops/{shop}"
    told = tong.data("POST", f"{path}/preview-change", {"closedDays": [day]})
    assert [one["redemptionId"] for one in told["bookings"]] == [order_id]
    refused = tong.put(path, {"closedDays": [day]})
    assert (refused.status_code, refused.json["error"]) == (409, "BOOKINGS_IN_THE_WAY")
    ids = [one["redemptionId"] for one in refused.json["data"]["bookings"]]
    hours = [{"weekday": day, "opens": "09:00", "closes": "24:00"} for day in range(1, 8)]
    body = {"closedDays": [day], "openingHours": hours, "endBookings": ids}
    assert tong.data("PUT", path, body)["openingHours"] == hours
    assert phones["wulan"].data("GET", f"/redemptions/{order_id}")["state"] == "cancelled"
    late = [{"weekday": 1, "opens": "24:00", "closes": "24:00"}]
    assert tong.put(path, {"openingHours": late}).status_code == 422


def test_more_time_for_one_order_over_http(town, phones):
    shop = cast.opened(town)
    order_id = cast.approved(town, shop, {cast.goods(town, shop, pick_up_days=1): 1})
    path, bu = f"/redemptions/{order_id}/extend", phones["bu"]
    until = (clock.today() + timedelta(days=4)).isoformat()
    assert "extend" in bu.data("GET", f"/redemptions/{order_id}")["actions"]
    assert phones["wulan"].post(path, {"until": until, "reason": "住院"}).status_code == 403
    assert bu.data("POST", path, {"until": until, "reason": "居民住院"})["pickUpUntil"] == until
    assert bu.post(path, {"until": until, "reason": "居民住院"}).json["data"]["until"]
