"""Whole journeys over HTTP, told in the order in which their people would live them."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.ledger.verify import findings
from backend.outbox import delivery
from backend.wechat.gateway import gateway
from tests.api.test_frame import refusal

LAMP = {
    "title": "想要一盏亮一点的台灯",
    "description": "晚上看报纸看不清。",
    "category": "goods",
    "beneficiaryGroup": "elder",
    "estimatedCost": 80,
    "disclosure": "title",
    "salutation": "女士",
    "address": "雪松家园 7 号楼 2 单元 301",
    "contactPhone": "11100000099",
}


def day(ahead):
    return (clock.today() + timedelta(days=ahead)).isoformat()


def kinds(phone):
    """What stands in the inbox, newest first."""
    return [notice["kind"] for notice in phone.data("GET", "/me/notices?limit=50")["list"]]


def state(phone, wish_id):
    return phone.data("GET", f"/wishes/{wish_id}")["state"]


def open_round(staff, community_id):
    body = {
        "communityId": community_id,
        "title": "腊月微心愿",
        "collectUntil": day(5),
        "publishUntil": day(30),
    }
    return staff.data("POST", "/rounds", body)["id"]


def publish(staff, round_id):
    staff.data("POST", f"/rounds/{round_id}/review")
    staff.data("POST", f"/rounds/{round_id}/publish")


@pytest.fixture
def cast(town):
    """The people of the story, signed in on their phones."""
    names = ("ning", "tong", "lan", "shao", "pei", "qin", "bai", "jie", "shang", "admin")
    return {name: town.phone(name) for name in names}


def test_a_wish_is_lit_from_the_first_word_to_the_points(town, cast, wechat):
    ning, tong, lan, pei, qin = (cast[name] for name in ("ning", "tong", "lan", "pei", "qin"))
    round_id = open_round(tong, town.songtao)

    # 群众报单: she writes, is asked for more, and hands it in again under the same number.
    made = ning.data("POST", "/wishes", {**LAMP, "communityId": town.songtao, "submit": True})
    wish_id, number = made["id"], made["number"]
    assert made["state"] == "submitted"
    assert re.fullmatch(r"松涛-\d\d-001", number)
    lan.data("POST", f"/wishes/{wish_id}/send-back", {"reason": "请说明灯的用处"})
    shown = ning.data("GET", f"/wishes/{wish_id}")
    assert (shown["state"], shown["reviewReason"]) == ("sent_back", "请说明灯的用处")
    assert shown["actions"] == ["submit", "withdraw"]
    ning.data("PUT", f"/wishes/{wish_id}", {"description": "晚上看报纸看不清，想要一盏光线柔和的台灯。"})
    assert ning.data("POST", f"/wishes/{wish_id}/submit")["number"] == number

    # 社区下单: accepted by one clerk, published with the round.
    assert wish_id in [row["id"] for row in lan.data("GET", "/wishes/to-review?limit=50")["list"]]
    lan.data("POST", f"/wishes/{wish_id}/accept")
    refusal(pei.get(f"/wishes/{wish_id}"), 404, "NOT_FOUND")
    ning.data("POST", "/me/subscriptions", {"accepted": ["wish_progress", "review_result"], "rejected": []})
    publish(tong, round_id)

    # 心愿墙: strangers see a title and no address, nor why it was sent back.
    on_the_wall = {row["id"]: row for row in pei.data("GET", f"/wishes?communityId={town.songtao}")["list"]}[
        wish_id
    ]
    assert (on_the_wall["wisher"], on_the_wall["hasAddress"]) == ("宁女士", True)
    assert on_the_wall["reviewReason"] is None
    assert "雪松家园" not in pei.get(f"/wishes/{wish_id}").get_data(as_text=True)
    refusal(pei.get(f"/wishes/{wish_id}/contact"), 403, "NOT_ALLOWED")

    # 党员接单: one wins, the rival is told kindly, only the winner sees where to go.
    claimed = pei.data("POST", f"/wishes/{wish_id}/claim", {"as": "personal", "promisedOn": day(7)})
    assert (claimed["state"], claimed["claim"]["promisedOn"]) == ("claimed", day(7))
    late = refusal(qin.post(f"/wishes/{wish_id}/claim", {"as": "personal"}), 409, "WISH_NOT_OPEN")
    assert late["message"] == "这个心愿已被认领"
    contact = pei.data("GET", f"/wishes/{wish_id}/contact")
    assert contact == {"name": "宁小舟", "phone": "11100000099", "address": "雪松家园 7 号楼 2 单元 301"}
    refusal(qin.get(f"/wishes/{wish_id}/contact"), 403, "NOT_ALLOWED")

    # 点亮, and the one who wished confirms.
    before = pei.data("GET", "/me/points")["available"]
    pei.data("POST", f"/wishes/{wish_id}/fulfil", {"note": "送到家里并装好"})
    assert ning.data("GET", f"/wishes/{wish_id}")["actions"] == ["confirm", "dispute"]
    body = {"solved": True, "satisfaction": 5, "comment": "灯很亮", "method": "app"}
    done = ning.data("POST", f"/wishes/{wish_id}/confirm", body)
    assert (done["state"], done["solved"], done["satisfaction"], done["actions"]) == (
        "confirmed",
        True,
        5,
        [],
    )

    # Points, messages, the journal, the books.
    assert pei.data("GET", "/me/points")["available"] == before + 5
    row = pei.data("GET", "/me/points/statement?limit=1")["list"][0]
    assert (row["points"], row["reference"]) == (5, f"wish:{wish_id}:confirmed")
    assert kinds(pei)[0] == "claim_confirmed"
    told = ["wish_fulfilled", "wish_claimed", "wish_published", "wish_accepted", "wish_sent_back"]
    assert kinds(ning)[: len(told)] == told
    moves = [line["move"] for line in ning.data("GET", f"/wishes/{wish_id}/timeline")["list"]]
    assert moves == [
        "write",
        "submit",
        "send_back",
        "submit",
        "accept",
        "publish",
        "claim",
        "fulfil",
        "confirm",
    ]
    assert list(findings()) == []

    # 订阅消息: she allowed one of each kind, and gets exactly those.
    while delivery.deliver_due(gateway()):
        pass
    assert len(wechat.messages_to("ning")) == 2
    assert {message["templateId"] for message in wechat.messages_to("ning")} == {
        "tpl_wish_progress",
        "tpl_review_result",
    }
    assert wechat.messages_to("pei") == []
    assert delivery.deliver_due(gateway()) == 0


def test_a_wish_is_reported_for_an_old_lady_and_confirmed_by_a_call(town, cast):
    """代办: 鄂桂兰 has no phone; the grid worker writes for her, a clerk who did not review calls back."""
    shao, tong, lan, pei = (cast[name] for name in ("shao", "tong", "lan", "pei"))
    holder = town.person("e").id
    round_id = open_round(tong, town.songtao)
    content = {name: value for name, value in LAMP.items() if name not in ("address", "contactPhone")}
    body = {**content, "communityId": town.songtao, "submit": True, "salutation": "奶奶"}
    on_behalf = {"onBehalfOf": {"personId": holder, "reason": "老人没有手机"}}
    wish = shao.data("POST", "/wishes", {**body, **on_behalf})
    assert (wish["onBehalf"], wish["wisher"], wish["state"]) == (True, "鄂奶奶", "submitted")

    lan.data("POST", f"/wishes/{wish['id']}/accept")
    publish(tong, round_id)
    pei.data("POST", f"/wishes/{wish['id']}/claim", {"as": "unit"})
    contact = pei.data("GET", f"/wishes/{wish['id']}/contact")
    assert (contact["name"], contact["address"]) == ("鄂桂兰", "雪松家园 7 号楼 2 单元 301")
    pei.data("POST", f"/wishes/{wish['id']}/fulfil", {"note": "送到了"})

    call = {"solved": True, "satisfaction": 4, "method": "call"}
    refusal(pei.post(f"/wishes/{wish['id']}/confirm", call), 403, "NOT_ALLOWED")
    refusal(lan.post(f"/wishes/{wish['id']}/confirm", call), 403, "FOUR_EYES")
    refusal(tong.post(f"/wishes/{wish['id']}/confirm", {**call, "method": "app"}), 422, "METHOD_NOT_YOURS")
    before = pei.data("GET", "/me/points")["available"]
    assert tong.data("POST", f"/wishes/{wish['id']}/confirm", call)["state"] == "confirmed"
    assert pei.data("GET", "/me/points")["available"] == before + 5
    assert kinds(shao)[0] == "wish_confirmed"


def test_nobody_claims_twice_what_was_disputed_and_the_points_wait_for_the_end(town, cast):
    ning, tong, lan, pei, qin = (cast[name] for name in ("ning", "tong", "lan", "pei", "qin"))
    round_id = open_round(tong, town.songtao)
    wish_id = ning.data("POST", "/wishes", {**LAMP, "communityId": town.songtao, "submit": True})["id"]
    lan.data("POST", f"/wishes/{wish_id}/accept")
    publish(tong, round_id)
    before = pei.data("GET", "/me/points")["available"]
    pei.data("POST", f"/wishes/{wish_id}/claim", {"as": "personal"})
    pei.data("POST", f"/wishes/{wish_id}/fulfil", {"note": "送到了"})
    ning.data("POST", f"/wishes/{wish_id}/dispute", {"reason": "灯不亮"})
    assert kinds(pei)[0] == "claim_disputed"
    assert pei.data("GET", "/me/points")["available"] == before
    pei.data("POST", f"/wishes/{wish_id}/release", {"reason": "修不好"})
    qin.data("POST", f"/wishes/{wish_id}/claim", {"as": "personal"})
    qin.data("POST", f"/wishes/{wish_id}/fulfil", {"note": "换了一盏"})
    ning.data("POST", f"/wishes/{wish_id}/confirm", {"solved": True, "satisfaction": 5, "method": "app"})
    assert pei.data("GET", "/me/points")["available"] == before
    assert [claim["outcome"] for claim in pei.data("GET", "/me/claims?limit=1")["list"]] == ["released"]
    assert list(findings()) == []


def test_staff_of_another_community_can_neither_read_nor_touch_what_is_not_public(town, cast):
    """白露 of 白桦 against 松涛: 404 for each, and nothing has changed afterwards."""
    ning, tong, bai = cast["ning"], cast["tong"], cast["bai"]
    round_id = open_round(tong, town.songtao)
    wish_id = ning.data("POST", "/wishes", {**LAMP, "communityId": town.songtao, "submit": True})["id"]
    holder = town.person("e").id

    refusal(bai.get(f"/wishes/{wish_id}"), 404, "NOT_FOUND")
    refusal(bai.get(f"/wishes/{wish_id}/timeline"), 404, "NOT_FOUND")
    refusal(bai.get(f"/wishes/{wish_id}/contact?reason=看看"), 404, "NOT_FOUND")
    refusal(bai.put(f"/wishes/{wish_id}", {"title": "改了"}), 404, "NOT_FOUND")
    refusal(bai.get(f"/wishes/to-review?communityId={town.songtao}"), 404, "NOT_FOUND")
    moves = {
        "accept": {},
        "send-back": {"reason": "不行"},
        "decline": {"reason": "不行"},
        "refer": {"to": "grid", "reason": "不行"},
        "confirm": {"solved": True, "satisfaction": 5, "method": "call"},
        "dispute": {"reason": "不行"},
    }
    for move, body in moves.items():
        refusal(bai.post(f"/wishes/{wish_id}/{move}", body), 404, "NOT_FOUND")
    for move in ("review", "publish", "close"):
        refusal(bai.post(f"/rounds/{round_id}/{move}"), 404, "NOT_FOUND")
    dates = {"title": "别人的", "collectUntil": day(5), "publishUntil": day(30)}
    refusal(bai.post("/rounds", {**dates, "communityId": town.songtao}), 404, "NOT_FOUND")
    on_behalf = {"onBehalfOf": {"personId": holder, "reason": "代办"}}
    refusal(bai.post("/wishes", {**LAMP, "communityId": town.songtao, **on_behalf}), 404, "NOT_FOUND")
    refusal(bai.post("/people", {"realName": "某某", "communityId": town.songtao}), 404, "NOT_FOUND")
    refusal(bai.post(f"/people/{holder}/bind", {"code": "sim:granny:1"}), 404, "NOT_FOUND")
    refusal(bai.post(f"/residencies/{ning.id}/verify"), 404, "NOT_FOUND")

    listed = bai.data("GET", "/wishes/to-review?limit=50")["list"]
    assert {row["communityId"] for row in listed} <= {town.baihua}
    assert wish_id not in [row["id"] for row in bai.data("GET", "/wishes?limit=50")["list"]]
    assert state(ning, wish_id) == "submitted"
    moved = session.scalars(
        sa.text("SELECT verb FROM journal WHERE subject_kind = 'wish' AND subject_id = :id ORDER BY id"),
        {"id": wish_id},
    ).all()
    assert moved == ["write", "submit"]
    assert tong.data("GET", f"/rounds?communityId={town.songtao}&limit=1")["list"][0]["state"] == "collecting"


def test_the_street_reads_below_itself_and_the_city_reads_no_raw_data(town, cast):
    ning, jie, shang, admin = (cast[name] for name in ("ning", "jie", "shang", "admin"))
    wish_id = ning.data("POST", "/wishes", {**LAMP, "communityId": town.songtao, "submit": True})["id"]
    assert state(jie, wish_id) == "submitted"
    assert state(shang, wish_id) == "submitted"
    for phone in (jie, shang):
        refusal(phone.get(f"/wishes/{wish_id}/contact?reason=看看"), 403, "NOT_ALLOWED")
    refusal(admin.get(f"/wishes/{wish_id}"), 404, "NOT_FOUND")


def test_a_resident_without_a_phone_gets_a_card_and_later_her_own_wechat(town, cast):
    tong, shao, ning = cast["tong"], cast["shao"], cast["ning"]
    body = {
        "realName": "梁桂香",
        "communityId": town.songtao,
        "gridId": town.place("松涛-03"),
        "phone": "11100000777",
        "address": "雪松家园 9 号楼",
        "birthYear": 1944,
    }
    card = tong.data("POST", "/people", body)
    assert re.fullmatch(r"P\d{6}", card["cardNumber"])
    again = refusal(tong.post("/people", body), 409, "ALREADY_REGISTERED")
    assert again["data"] == {"cardNumber": card["cardNumber"]}
    refusal(ning.post("/people", body), 403, "NOT_ALLOWED")
    refusal(shao.post("/people", {**body, "phone": None, "gridId": town.place("松涛-01")}), 404, "NOT_FOUND")
    assert (
        int(shao.data("POST", "/people", {**body, "phone": None})["cardNumber"][1:])
        == int(card["cardNumber"][1:]) + 1
    )

    # Before she has a phone, the grid worker asks for her.
    on_behalf = {"onBehalfOf": {"personId": card["id"], "reason": "没有手机"}}
    wish = shao.data("POST", "/wishes", {**LAMP, "communityId": town.songtao, "submit": True, **on_behalf})

    # She gets one: an account with a history of its own is not mixed in, a used code is refused.
    refusal(tong.post(f"/people/{card['id']}/bind", {"code": "sim:ning:bind"}), 409, "ACCOUNT_HAS_RECORDS")
    refusal(tong.post(f"/people/{card['id']}/bind", {"code": "sim:ning:bind"}), 401, "LOGIN_CODE_INVALID")
    refusal(tong.post(f"/people/{ning.id}/bind", {"code": "sim:liang:0"}), 404, "NOT_FOUND")
    first_look = town.phone("liang")
    assert first_look.id != card["id"]
    agreed = {"document": "pictures", "version": "2026-11"}
    first_look.data("POST", "/me/consents", agreed, Idempotency_Key="liang-agrees")
    bound = tong.data("POST", f"/people/{card['id']}/bind", {"code": "sim:liang:bind"})
    assert {**bound, "warnings": []} == card

    # The account she had opened before is hers no more as such; signing in again, she is herself.
    refusal(first_look.get("/me"), 401, "SESSION_ENDED")
    liang = town.phone("liang")
    me = liang.data("GET", "/me")
    assert (me["id"], me["cardNumber"], me["realName"]) == (card["id"], card["cardNumber"], "梁**")
    assert me["phone"] == "111******77"
    assert [row["id"] for row in liang.data("GET", "/me/wishes")["list"]] == [wish["id"]]
    assert "withdraw" in liang.data("GET", f"/wishes/{wish['id']}")["actions"]
    refusal(tong.post(f"/people/{card['id']}/bind", {"code": "sim:other:1"}), 409, "ALREADY_BOUND")
