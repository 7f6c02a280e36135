"""Terminals from outside: every route of the API tried with a device's token and with a holder's. What the contract does
not grant is 403, nothing of anybody else's is told, and an office counts for nothing there."""

import json
import re

import pytest
import sqlalchemy as sa

from backend.db import db, session, transaction
from backend.people import at_kiosk, permissions
from backend.people.models import Person
from backend.wishes.actions import claims
from tests import kiosks
from tests.attacks import matrix
from tests.attacks.test_guests import OPEN, guards
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering
from tests.wishes import cast

SESSIONS = "POST /api/v1/kiosk-sessions"
# “Kiosk” of the contract: reads what is one's own, signs up and cancels, redeems and cancels, confirms a wish.
READS = {
    "GET /api/v1/me",
    "GET /api/v1/me/certificates",
    "GET /api/v1/me/certificates/{number}",
    "GET /api/v1/me/consents",
    "GET /api/v1/me/points",
    "GET /api/v1/me/points/statement",
    "GET /api/v1/me/redemptions",
    "GET /api/v1/me/security-events",
    "GET /api/v1/me/service-records",
    "GET /api/v1/me/sign-ups",
    "GET /api/v1/me/stars",
    "GET /api/v1/me/wishes",
    "GET /api/v1/redemptions/{redemption_id}",
    "GET /api/v1/wishes/{wish_id}",
    "GET /api/v1/wishes/{wish_id}/timeline",
}
WRITES = {
    "POST /api/v1/activities/{activity_id}/sign-up",
    "POST /api/v1/activities/{activity_id}/cancel-sign-up",
    "POST /api/v1/redemptions",
    "POST /api/v1/redemptions/{redemption_id}/cancel",
    "POST /api/v1/wishes/{wish_id}/confirm",
}


def made_up(operation):
    """A path of the operation on what exists nowhere: who is kept out is told so before anything is looked for."""
    path = operation.split(" ")[1]
    for name, word in {"number": "NONE", "code": "none", "document": "privacy", "event": "none"}.items():
        path = path.replace(f"{{{name}}}", word)
    path = path.replace("{", "").replace("}", "")
    return "/".join("999999" if part.endswith("_id") else part for part in path.split("/"))


def called(phone, operation, path=None, body=None):
    method = operation.split(" ")[0]
    body = {} if method == "GET" else {"json": body or {}}
    answer = phone.client.open(path or made_up(operation), method=method, headers=phone.headers, **body)
    told = answer.json if answer.mimetype == "application/json" else {}
    status = answer.status_code
    answer.close()
    return status, told.get("error"), told


def read_only(answer):
    return answer[:2] == (403, "KIOSK_READ_ONLY")


def test_every_route_is_closed_to_terminals_and_holders_unless_it_says_otherwise(town):
    operations = set(matrix.operations(town.app))
    device, e = kiosks.phone_with(town, kiosks.device(town)), kiosks.holder(town)
    open_to_device = {name for name in operations if not read_only(called(device, name))}
    assert open_to_device == OPEN | {SESSIONS}
    open_to_holder = {name for name in operations if not read_only(called(e, name))}
    assert open_to_holder == READS | WRITES


def test_a_new_route_says_itself_that_it_is_open_there(town):
    marked = set()
    for rule in town.app.url_map.iter_rules():
        if getattr(town.app.view_functions[rule.endpoint], "at_kiosk", False):
            marked |= {
                f"{one} {matrix.documentation.path_of(rule)}" for one in rule.methods - {"HEAD", "OPTIONS"}
            }
    assert marked == READS | WRITES
    guard = guards(town.app)
    assert {name for name in matrix.operations(town.app) if guard[name] == "kiosk"} == {SESSIONS}


def test_other_tokens_open_nothing_of_a_terminals(town):
    body = {"cardNumber": "P000001", "code": "123456"}
    for phone, told in (
        (town.phone(), (401, "NOT_SIGNED_IN")),
        (town.phone("ning"), (403, "KIOSKS_ONLY")),
        (kiosks.holder(town), (403, "KIOSK_READ_ONLY")),
        (kiosks.phone_with(town, "kiosk.made-up"), (401, "SESSION_ENDED")),
        (kiosks.phone_with(town, "card.made-up"), (401, "SESSION_ENDED")),
    ):
        assert called(phone, SESSIONS, body=body)[:2] == told


def test_bad_tokens_are_401_wherever_one_is_asked_for(town):
    guard = guards(town.app)
    for token in ("kiosk.made-up", "card.made-up"):
        phone = kiosks.phone_with(town, token)
        for name in matrix.operations(town.app):
            if guard[name] != "public":
                assert called(phone, name)[0] == 401, name


@pytest.fixture
def scene(town):
    """tong of the staff stands at a terminal, with all that belongs to others around: and with a wish that tong reported."""
    with transaction():
        session.get(Person, town.person("ning").id).nickname = "小舟昵称"
    (wish_id, confirmed), round_id = cast.published(
        town, 2, disclosure="title", salutation="女士", description="内容里的悄悄话"
    )
    with transaction():
        claims.claim(confirmed, actor=cast.by(town, "pei"))
        claims.fulfil(confirmed, "送达的悄悄话", actor=cast.by(town, "pei"))
    cast.open_round(town)
    reported = cast.submitted(town, wisher="e", reporter="tong", title="代报的", description="代报的悄悄话")
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id)
    shop.rich(town, "ning", 50)
    activity = volunteering.published(town)
    volunteering.sign_up(activity, cast.by(town, "ning"))
    return {
        "wish_id": confirmed,
        "other_wish": wish_id,
        "reported": reported,
        "round_id": round_id,
        "redemption_id": shop.asked(town, shop_id, {item_id: 1}, "ning"),
        "activity_id": activity,
        "shop_id": shop_id,
        "item_id": item_id,
        "organisation_id": town.songtao,
        "number": "NONE",
    }


def test_an_office_counts_for_nothing_there(town, scene):
    tong = kiosks.holder(town, "tong", giver="lan")
    at_desk = town.phone("tong")
    # The control: at the desk the same person reads and does all of it.
    assert at_desk.get(f"/redemptions/{scene['redemption_id']}").status_code == 200
    assert at_desk.data("GET", f"/wishes/{scene['reported']}")["description"] == "代报的悄悄话"
    assert scene["reported"] in {one["id"] for one in at_desk.data("GET", "/me/wishes")["list"]}
    assert tong.data("GET", "/me/wishes")["list"] == []
    for path in (
        *(
            f"/wishes/{scene[name]}{more}"
            for name in ("wish_id", "other_wish", "reported")
            for more in ("", "/timeline")
        ),
        f"/redemptions/{scene['redemption_id']}",
    ):
        assert tong.get(path).status_code == 404, path
    said = {"solved": True, "satisfaction": 5, "method": "call"}
    assert tong.post(f"/wishes/{scene['wish_id']}/confirm", said).status_code == 404
    assert (
        tong.post(f"/redemptions/{scene['redemption_id']}/cancel", {"reason": "代为取消"}).status_code == 404
    )
    body = {
        "shopId": scene["shop_id"],
        "lines": [{"itemId": scene["item_id"], "quantity": 1}],
        "onBehalfOf": {"personId": town.person("ning").id, "reason": "没有手机"},
    }
    assert read_only(called(tong, "POST /api/v1/redemptions", "/api/v1/redemptions", body))


def test_what_is_read_there_names_nobody_else(town, scene):
    """A holder who has one of each thing; and the device, which reads as a guest does."""
    shop.rich(town, "e", 50)
    e = kiosks.holder(town)
    e.data("POST", f"/activities/{scene['activity_id']}/sign-up")
    told = [called(e, name, name.split(" ")[1].format(**scene)) for name in sorted(READS)]
    device = kiosks.phone_with(town, kiosks.device(town))
    texts = {"GET /api/v1/items/{item_id}/slots", "GET /api/v1/processing-purposes", "GET /api/v1/privacy"}
    told += [called(device, name, name.split(" ")[1].format(**scene)) for name in sorted(OPEN - texts)]
    text = json.dumps([one[2] for one in told if one[0] == 200], ensure_ascii=False)
    for secret in ("内容里的悄悄话", "送达的悄悄话", "宁女士", "小舟昵称", "乌兰", "裴长", "佟雨", "邵景"):
        assert secret not in text, secret
    # The control: of one's own wish there are the words. Masked there are oneself and who helped with it.
    assert "代报的悄悄话" in text
    assert set(re.findall(r".\*\*", text)) == {"鄂**", "裴**", "秦**"}


def test_a_holders_calls_change_nothing_that_is_not_granted(town, scene, host):
    """All operations with the document's examples, on others' things: of the tables nothing grows."""
    e, device = kiosks.holder(town), kiosks.phone_with(town, kiosks.device(town))
    before = _counts()
    for name in sorted(set(matrix.operations(town.app)) - WRITES - READS):
        for phone in (e, device):
            if name != SESSIONS:
                called(phone, name)
    assert _counts() == before


def _counts():
    session.rollback()
    return {
        table.name: session.scalar(sa.select(sa.func.count()).select_from(table))
        for table in db.metadata.sorted_tables
    }


def test_nobody_stays_at_a_terminal_in_the_next_request(town):
    """What a request knows of where it came from is gone with it, in a thread that serves the next one."""
    tong = kiosks.holder(town, "tong", giver="lan")
    assert tong.data("GET", "/me")["roles"] == []
    assert town.phone("tong").data("GET", "/me")["roles"] != []


def test_the_one_place_that_closes_offices_closes_all_questions_for_them(town):
    tong = town.person("tong").id
    asked = (
        lambda: permissions.appointed(tong, permissions.Permission.WISH_REVIEW),
        lambda: permissions.appointed(tong, permissions.Permission.WISH_REVIEW, town.songtao),
        lambda: bool(permissions.permissions_in(tong, town.songtao)),
        lambda: bool(permissions.permissions_anywhere(tong)),
        lambda: bool(permissions.permissions_in_many(tong, {town.songtao}).get(town.songtao)),
        lambda: bool(permissions.communities_where(tong, permissions.Permission.WISH_REVIEW, [town.songtao])),
    )
    assert [one() for one in asked] == [True] * len(asked)
    at_kiosk.enter(tong, None)
    try:
        assert [one() for one in asked] == [False] * len(asked)
        # Of others it is as ever: who is told, who answers.
        assert permissions.appointed(town.person("lan").id, permissions.Permission.WISH_REVIEW)
    finally:
        at_kiosk.leave()
