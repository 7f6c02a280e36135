"""The exchange supermarket over HTTP: the contract's names and shapes; every answer is held against OpenAPI."""

import uuid
from datetime import timedelta

import pytest

from backend import clock
from backend.db import session
from backend.supermarket.actions.counter import TooManyWrongCodes
from tests.api.counter import ask, put_up, signed_in, stocked
from tests.supermarket import cast
from tests.town import Phone

FEW, MANY = 2, 12


@pytest.fixture
def shop(town):
    return cast.opened(town)


@pytest.fixture
def phones(town):
    return signed_in(town)


def test_the_demo_city_has_two_shops_twelve_goods_two_venues_and_two_kinds_of_support(town, phones):
    kinds = []
    shops = phones["ning"].data("GET", "/shops")["list"]
    assert [one["communityName"] for one in shops] == ["松涛社区", "白桦社区"]
    for one in shops:
        kinds += [
            item["kind"] for item in phones["ning"].data("GET", f"/shops/{one['id']}/items?limit=50")["list"]
        ]
    assert sorted(kinds) == ["activity_support"] * 2 + ["goods"] * 12 + ["venue"] * 2
    assert phones["ning"].data("GET", f"/shops?communityId={town.baihua}")["list"] == [shops[1]]
    assert phones["wulan"].data("GET", "/me/points")["available"] == 120
    assert phones["ning"].data("GET", "/me/points")["available"] == 40
    states = set()
    for name, one in (("tong", shops[0]),):
        rows = phones[name].data("GET", f"/shops/{one['id']}/redemptions?limit=50")["list"]
        states |= {row["state"] for row in rows}
    assert states == {
        "requested",
        "approved",
        "handed_over",
        "rejected",
        "cancelled",
        "expired",
        "returned",
        "no_show",
    }


def test_an_item_tells_the_public_what_can_be_had_and_the_staff_what_is_there(phones, shop):
    item_id = stocked(phones, shop, limitPerPerson=2, lowStock=1)
    ask(phones, shop, item_id, 2)
    told = phones["ning"].data("GET", f"/items/{item_id}")
    assert {key: told[key] for key in ("kind", "name", "points", "available", "limitPerPerson")} == {
        "kind": "goods",
        "name": "香皂",
        "points": 10,
        "available": 3,
        "limitPerPerson": 2,
    }
    assert told["limitPeriod"] == "quarter"
    assert (told["onHand"], told["reserved"], told["lowStock"]) == (None, None, None)
    inside = phones["bu"].data("GET", f"/items/{item_id}")
    assert (inside["onHand"], inside["reserved"], inside["lowStock"]) == (5, 2, 1)
    assert phones["mei"].data("GET", f"/items/{item_id}")["onHand"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": 0},
        {"points": -1},
        {"points": 1.5},
        {"points": "10"},
        {"kind": "money"},
        {"limitPerPerson": 0},
        {"limitPeriod": "week"},
        {"slotMinutes": 5},
        {"stock": 5},
        {"name": ""},
    ],
)
def test_what_makes_no_sense_is_refused_field_by_field(phones, shop, wrong):
    body = {"shopId": shop, "kind": "goods", "name": "香皂", "points": 10, **wrong}
    answer = phones["bu"].post("/items", body)
    assert (answer.status_code, answer.json["error"]) == (422, "INVALID_INPUT")
    assert list(answer.json["data"]) == list(wrong)


def test_an_item_off_the_shelf_is_listed_for_staff_only(phones, shop):
    item_id = stocked(phones, shop)
    phones["bu"].data("PUT", f"/items/{item_id}", {"onShelf": False, "limitPerPerson": None, "points": 12})
    path = f"/shops/{shop}/items"
    assert phones["ning"].data("GET", path)["list"] == []
    assert [one["points"] for one in phones["bu"].data("GET", path)["list"]] == [12]
    answer = phones["wulan"].post(
        "/redemptions", {"shopId": shop, "lines": [{"itemId": item_id, "quantity": 1}]}
    )
    assert (answer.status_code, answer.json["error"]) == (409, "ITEM_OFF_SHELF")


def test_the_whole_way_of_an_order(phones, shop):
    item_id = stocked(phones, shop)
    order = ask(phones, shop, item_id, 2)
    assert (order["state"], order["points"], order["actions"]) == ("requested", 20, ["cancel"])
    assert (order["pickUpCode"], order["pickUpQr"], order["pickUpUntil"]) == (None, None, None)
    path = f"/redemptions/{order['id']}"
    (waiting,) = phones["tong"].data("GET", f"/redemptions/to-approve?shopId={shop}")["list"]
    assert waiting["actions"] == ["approve", "reject", "cancel"]
    approved = phones["tong"].data("POST", f"{path}/approve")
    assert (approved["state"], approved["pickUpCode"]) == ("approved", None)
    mine = phones["wulan"].data("GET", path)
    assert len(mine["pickUpCode"]) == 8
    # A picture of its own: an <image> of a mini-program shows none without its name space.
    assert mine["pickUpQr"].startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert mine["pickUpUntil"] == (clock.today() + timedelta(days=7)).isoformat()
    assert phones["wulan"].data("GET", "/me/redemptions")["list"][0]["pickUpCode"] == mine["pickUpCode"]
    code = {"pickUpCode": mine["pickUpCode"]}
    seen = phones["bu"].data("POST", "/redemptions/preview", code)
    assert (seen["id"], seen["personName"], seen["actions"]) == (
        order["id"],
        "乌兰舟",
        ["extend", "hand_over"],
    )
    assert seen["pickUpCode"] is None
    done = phones["bu"].data("POST", f"{path}/hand-over", {**code, "collectedBy": "self"})
    assert (done["state"], done["collectedBy"], done["actions"]) == ("handed_over", "self", [])
    assert phones["wulan"].data("GET", "/me/points") | {"lots": None} == {
        "available": 100,
        "held": 0,
        "lots": None,
    }
    assert phones["yan"].data("GET", path)["actions"] == ["return"]
    back = phones["yan"].data("POST", f"{path}/return", {"reason": "包装破损"})
    assert (back["state"], back["reason"]) == ("returned", "包装破损")
    assert phones["wulan"].data("GET", "/me/points")["available"] == 120
    kinds = [event["kind"] for event in phones["bu"].data("GET", f"/items/{item_id}/movements")["list"]]
    assert kinds == ["return", "hand_over", "reserve", "receipt"]


def test_an_order_is_seen_by_its_owner_and_by_the_staff_of_its_place_only(town, phones, shop):
    order = ask(phones, shop, stocked(phones, shop))
    path = f"/redemptions/{order['id']}"
    for name in ("wulan", "tong", "lan", "bu", "yan", "shang"):
        assert town.phone(name).get(path).status_code == 200, name
    for name in ("ning", "bai", "mei", "jie", "admin", "pei"):
        assert town.phone(name).get(path).status_code == 404, name
    for name in ("bai", "mei", "ning"):
        for rule, body in (
            ("approve", {}),
            ("reject", {"reason": "x"}),
            ("cancel", {}),
            ("return", {"reason": "x"}),
        ):
            assert phones[name].post(f"{path}/{rule}", body).status_code == 404, (name, rule)
    assert phones["wulan"].post(f"{path}/approve").status_code == 403
    assert phones["bu"].post(f"{path}/approve").status_code == 403


def test_lists_of_another_place_are_not_found(phones, shop):
    item_id = stocked(phones, shop)
    for name, path in (
        ("bai", f"/redemptions/to-approve?shopId={shop}"),
        ("bai", f"/shops/{shop}/redemptions"),
        ("bai", f"/shops/{shop}/today"),
        ("bai", f"/shops/{shop}/stocktakes"),
        ("bai", f"/items/{item_id}/movements"),
        ("bai", f"/items/{item_id}/batches"),
        ("mei", f"/items/{item_id}/movements"),
    ):
        assert phones[name].get(path).status_code == 404, path
    for path in (f"/shops/{shop}/today", f"/items/{item_id}/movements", "/redemptions/to-approve"):
        assert phones["ning"].get(path).status_code == 403, path
    assert phones["bai"].data("GET", "/redemptions/to-approve")["list"] == []


def test_a_wrong_code_counts_although_it_is_refused_and_with_a_key_it_counts_once(town, phones, shop):
    ask(phones, shop, stocked(phones, shop))
    wrong, key = {"pickUpCode": "00000000"}, str(uuid.uuid4())
    for _ in range(3):
        answer = phones["bu"].post("/redemptions/preview", wrong, Idempotency_Key=key)
        assert (answer.status_code, answer.json["error"]) == (404, "PICK_UP_CODE_UNKNOWN")
    for _ in range(9):
        assert phones["bu"].post("/redemptions/preview", wrong).status_code == 404
    answer = phones["bu"].post("/redemptions/preview", wrong)
    assert (answer.status_code, answer.json["error"]) == (429, "TOO_MANY_WRONG_CODES")
    assert 1 <= int(answer.headers["Retry-After"]) <= 600
    assert TooManyWrongCodes.code == answer.json["code"]
    assert phones["tong"].post("/redemptions/preview", wrong).status_code == 403


def test_a_wrong_code_hands_nothing_over_and_a_malformed_one_is_bad_input(phones, shop):
    order = ask(phones, shop, stocked(phones, shop))
    path = f"/redemptions/{order['id']}"
    phones["tong"].data("POST", f"{path}/approve")
    code = phones["wulan"].data("GET", path)["pickUpCode"]
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    answer = phones["bu"].post(f"{path}/hand-over", {"pickUpCode": wrong, "collectedBy": "self"})
    assert (answer.status_code, answer.json["error"]) == (422, "WRONG_PICK_UP_CODE")
    for bad in ("1234567", "123456789", "1234567a", "", 12345678):
        answer = phones["bu"].post(f"{path}/hand-over", {"pickUpCode": bad, "collectedBy": "self"})
        assert (answer.status_code, answer.json["error"]) == (422, "INVALID_INPUT")
    answer = phones["bu"].post(f"{path}/hand-over", {"pickUpCode": code, "collectedBy": "proxy"})
    assert answer.json["error"] == "PROXY_NAME_NEEDED"
    body = {"pickUpCode": code, "collectedBy": "proxy", "proxyName": "张邻居"}
    assert phones["bu"].data("POST", f"{path}/hand-over", body)["collectedBy"] == "proxy"


def test_an_order_for_a_card_holder_is_printed_by_who_asked(town, phones, shop):
    item_id = stocked(phones, shop)
    proxy = {"personId": town.person("e").id, "reason": "老人没有手机"}
    order = ask(phones, shop, item_id, name="tong", onBehalfOf=proxy)
    path = f"/redemptions/{order['id']}"
    assert (order["onBehalf"], order["personName"], order["actions"]) == (True, "鄂桂兰", ["cancel"])
    assert phones["tong"].post(f"{path}/approve").json["error"] == "FOUR_EYES"
    assert phones["lan"].data("POST", f"{path}/approve")["pickUpCode"] is None
    printed = phones["tong"].data("GET", path)
    assert printed["pickUpQr"]
    assert phones["tong"].post(f"{path}/cancel").json["error"] == "CANCEL_REASON_NEEDED"
    gone = phones["tong"].data("POST", f"{path}/cancel", {"reason": "本人不要了"})
    assert (gone["state"], gone["reason"]) == ("cancelled", "本人不要了")


def test_a_clerk_out_of_office_has_no_more_to_do_with_an_order_they_asked_for(town, phones, shop):
    cast.rich(town, "e")
    item_id = stocked(phones, shop)
    behalf = {"personId": town.person("e").id, "reason": "没有手机"}
    shao = town.phone("shao")
    body = {"shopId": shop, "lines": [{"itemId": item_id, "quantity": 1}], "onBehalfOf": behalf}
    order = shao.data("POST", "/redemptions", body)
    phones["lan"].data("POST", f"/redemptions/{order['id']}/approve")
    seen = shao.data("GET", f"/redemptions/{order['id']}")
    assert (len(seen["pickUpCode"]), seen["actions"]) == (8, ["cancel"])
    town.out_of_office("shao")
    assert shao.get(f"/redemptions/{order['id']}").status_code == 404
    assert shao.post(f"/redemptions/{order['id']}/cancel", {"reason": "不要了"}).status_code == 404
    assert phones["lan"].data("GET", f"/redemptions/{order['id']}")["state"] == "approved"


def test_a_venue_is_booked_by_its_slots(phones, shop):
    hall = put_up(phones, shop, kind="venue", name="活动室", points=20, slotMinutes=120)
    assert hall["available"] is None
    day = clock.today() + timedelta(days=1)
    slots = phones["ning"].data("GET", f"/items/{hall['id']}/slots?date={day}")["list"]
    assert [(one["startsAt"][11:16], one["free"]) for one in slots] == [
        ("09:00", True),
        ("11:00", True),
        ("13:00", True),
        ("15:00", True),
    ]
    chosen = [slots[1]["id"], slots[2]["id"]]
    order = ask(phones, shop, hall["id"], 2, slotIds=chosen)
    assert (order["kind"], order["points"]) == ("venue", 40)
    assert [one["id"] for one in order["slots"]] == chosen
    free = [
        one["free"] for one in phones["ning"].data("GET", f"/items/{hall['id']}/slots?date={day}")["list"]
    ]
    assert free == [True, False, False, True]
    body = {"shopId": shop, "lines": [], "slotIds": chosen[:1]}
    assert phones["ning"].post("/redemptions", body).json["error"] == "SLOT_TAKEN"
    goods = stocked(phones, shop)
    assert phones["ning"].get(f"/items/{goods}/slots").json["error"] == "NOT_A_VENUE"


def test_support_of_an_activity_over_http(phones, shop):
    kit = put_up(phones, shop, kind="activity_support", name="物料包", points=15)
    body = {"shopId": shop, "lines": [{"itemId": kit["id"], "quantity": 2}]}
    assert phones["wulan"].post("/redemptions", body).json["error"] == "PURPOSE_NEEDED"
    teams = phones["wulan"].data("GET", "/teams")["list"]
    riders = next(team["id"] for team in teams if team["name"] == "骑手先锋队")
    order = ask(phones, shop, kit["id"], 2, purpose="清雪", teamId=riders)
    assert (order["points"], order["purpose"], order["teamName"]) == (30, "清雪", "骑手先锋队")


def test_an_order_for_more_points_than_can_be_counted_is_refused_and_no_fault(phones, shop):
    dear = put_up(phones, shop, points=100_000, name="冰箱")
    answer = phones["ning"].post(
        "/redemptions", {"shopId": shop, "lines": [{"itemId": dear["id"], "quantity": 100_000}]}
    )
    assert answer.status_code == 409
    assert answer.json["error"] == "NOT_ENOUGH_POINTS"
    assert answer.json["data"]["needed"] == 10**10


def test_the_same_key_is_the_same_order(phones, shop):
    item_id = stocked(phones, shop)
    body = {"shopId": shop, "lines": [{"itemId": item_id, "quantity": 1}]}
    key = {"Idempotency_Key": "redeem-0001"}
    first, again = (phones["wulan"].post("/redemptions", body, **key) for _ in range(2))
    assert first.json == again.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert phones["bu"].data("GET", f"/items/{item_id}")["reserved"] == 1


def _cost(phone, path, limit, statements):
    phone.data("GET", f"{path}limit={limit}")
    session.remove()
    with statements() as seen:
        rows = phone.data("GET", f"{path}limit={limit}")["list"]
    assert len(rows) == limit, f"the list has only {len(rows)} rows"
    return len(seen)


def test_no_list_asks_the_database_more_often_for_many_rows_than_for_few(town, phones, shop, statements):
    cast.rich(town, "wulan")
    for number in range(MANY):
        item_id = cast.goods(town, shop, points=1)
        behalf = {"on_behalf_of": (town.person("e").id, "代办")} if number % 2 else {}
        cast.asked(town, shop, {item_id: 1}, "tong" if number % 2 else "wulan", **behalf)
    own = cast.goods(town, shop, points=1, stock=50)
    for _ in range(MANY):
        cast.asked(town, shop, {own: 1})
    lists: list[tuple[Phone, str]] = [
        (phones["ning"], f"/shops/{shop}/items?"),
        (phones["bu"], f"/shops/{shop}/items?"),
        (phones["wulan"], "/me/redemptions?"),
        (phones["tong"], f"/redemptions/to-approve?shopId={shop}&"),
        (phones["bu"], f"/shops/{shop}/redemptions?"),
        (phones["bu"], f"/items/{own}/movements?"),
    ]
    for phone, path in lists:
        few, many = (_cost(phone, path, limit, statements) for limit in (FEW, MANY))
        assert many <= few, f"{path}: {few} statements for {FEW} rows, {many} for {MANY}"


def test_pages_go_on_where_the_last_one_ended(town, phones, shop):
    for _ in range(5):
        cast.goods(town, shop, stock=0)
    first = phones["ning"].data("GET", f"/shops/{shop}/items?limit=3")
    second = phones["ning"].data("GET", f"/shops/{shop}/items?limit=3&cursor={first['nextCursor']}")
    ids = [one["id"] for one in first["list"] + second["list"]]
    assert len(ids) == len(set(ids)) == 5
    assert second["nextCursor"] is None
