"""Without signing in: every route of the API tried by a guest. What the contract opens is open and tells of nobody, and
everything else is 401; a bad token is 401 everywhere."""

import json

import pytest

from backend.db import session, transaction
from backend.people.models import Person
from backend.supermarket.actions import receipts
from backend.wishes.actions import claims
from tests.attacks import matrix
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering
from tests.wishes import cast

# "Reading without signing in" of the contract.
OPEN = {
    "GET /api/v1/home",
    "GET /api/v1/wishes",
    "GET /api/v1/wishes/{wish_id}",
    "GET /api/v1/activities",
    "GET /api/v1/activities/{activity_id}",
    "GET /api/v1/rounds",
    "GET /api/v1/shops",
    "GET /api/v1/shops/{shop_id}",
    "GET /api/v1/shops/{shop_id}/items",
    "GET /api/v1/items/{item_id}",
    "GET /api/v1/items/{item_id}/slots",
    "GET /api/v1/teams",
    "GET /api/v1/organisations",
    "GET /api/v1/organisations/{organisation_id}",
    "GET /api/v1/points/rules",
    "GET /api/v1/privacy",
    "GET /api/v1/processing-purposes",
}
# Open to everybody in another way: signing in itself, a text that was once agreed to, the calendar of working days,
# categories and estates, what
# WeChat sends with a signature of its own, and papers and pictures under a signed link.
PUBLIC = {
    "POST /api/v1/sessions",
    "GET /api/v1/privacy/{document}/{version}",
    "GET /api/v1/calendar-days",
    "GET /api/v1/calendar-days/due",
    "GET /api/v1/ticket-categories",
    "GET /api/v1/estates",
    "GET /api/v1/files/{file_id}",
    "GET /api/v1/certificates/{number}/pdf",
    "GET /api/v1/wechat/push",
    "POST /api/v1/wechat/push",
}


def guards(app):
    by_operation = {}
    for rule in app.url_map.iter_rules():
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            name = f"{method} {matrix.documentation.path_of(rule)}"
            by_operation[name] = getattr(app.view_functions[rule.endpoint], "guard", None)
    return by_operation


def test_guests_may_read_what_the_contract_opens_and_no_other_route(town):
    """Called on ids that exist nowhere: who is kept out is told 401 before anything is looked for."""
    guard, guest = guards(town.app), town.app.test_client()
    operations = set(matrix.operations(town.app))
    assert {name for name in operations if guard[name] == "guests"} == OPEN
    assert {name for name in operations if guard[name] == "public"} == PUBLIC
    for name in sorted(operations - PUBLIC):
        method, path = name.split(" ")
        path = path.replace("{number}", "NONE").replace("{code}", "none").replace("{document}", "privacy")
        path = path.replace("{event}", "none").replace("{", "").replace("}", "")
        path = "/".join("999999" if part.endswith("_id") else part for part in path.split("/"))
        body = {} if method == "GET" else {"json": {}}
        answer = guest.open(path, method=method, **body)
        assert (answer.status_code == 401) == (name not in OPEN), name
        bad = guest.open(path, method=method, headers={"Authorization": "Bearer made-up"}, **body)
        assert bad.status_code == 401, name
    for token in ("Basic bmluZzpuaW5n", "Bearer ", ""):
        assert guest.get("/api/v1/home", headers={"Authorization": token}).status_code == 401, token


@pytest.fixture
def things(town):
    """One of each that a guest may read, with all in it that tells of somebody."""
    with transaction():
        session.get(Person, town.person("ning").id).nickname = "小舟昵称"
    (wish_id, confirmed), round_id = cast.published(
        town, 2, disclosure="title", salutation="女士", description="内容里的悄悄话"
    )
    with transaction():
        claims.claim(confirmed, actor=cast.by(town, "pei"))
        claims.fulfil(confirmed, "送达的悄悄话", actor=cast.by(town, "pei"))
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id)
    with transaction():
        given = {"donor": "郝心人", "donor_public": True}
        receipts.receive(item_id, 2, "donation", **given, actor=cast.by(town, "bu"))
    return {
        "wish_id": confirmed,
        "other": wish_id,
        "round_id": round_id,
        "activity_id": volunteering.published(town),
        "shop_id": shop_id,
        "item_id": item_id,
        "organisation_id": town.songtao,
    }


def test_what_guests_read_names_nobody(town, things):
    guest, cast_names = town.phone(), set()
    for one in session.query(Person).all():
        cast_names |= {one.nickname} if len(one.nickname) > 1 else set()
    # A day's slots are of venues alone; texts of the law name nobody, and have stars of their own.
    texts = {"GET /api/v1/items/{item_id}/slots", "GET /api/v1/processing-purposes", "GET /api/v1/privacy"}
    for name in sorted(OPEN - texts):
        path = name.split(" ")[1].format(**things)
        told = guest.data("GET", path)
        text = json.dumps(told, ensure_ascii=False)
        for secret in ("**", "悄悄话", "郝心人", "宁女士", *cast_names):
            assert secret not in text, (name, secret)
        for row in _rows(told):
            assert row.get("actions", []) == [], name
            for left_out in ("wisher", "byName", "description", "inCharge", "leaderName", "leaderId", "note"):
                if left_out in row and not ("points" in row or "startsAt" in row):
                    assert not row[left_out], (name, left_out)
            assert not row.get("inCharge"), name
            assert not row.get("mySignUp"), name
            assert not row.get("donors"), name


def _rows(told):
    if isinstance(told, list):
        return [row for one in told for row in _rows(one)]
    if not isinstance(told, dict):
        return []
    return [told, *(row for one in told.values() for row in _rows(one))]


def test_the_same_wish_tells_its_neighbours_more(town, things):
    """The control: what a guest is not told is there."""
    guest, qin = town.phone(), town.phone("qin")
    for phone, tells in ((guest, False), (qin, True)):
        told = phone.data("GET", f"/wishes/{things['wish_id']}")
        shown = (told["description"], told["wisher"], told["claim"]["byName"], told["timeline"])
        assert [bool(one) for one in shown] == [tells] * 4
        assert told["claim"]["as"] == "personal"
    assert guest.data("GET", f"/wishes/{things['other']}")["actions"] == []
    assert qin.data("GET", f"/wishes/{things['other']}")["actions"] == ["claim"]
    assert qin.data("GET", f"/items/{things['item_id']}")["donors"] == ["郝心人"]


def test_guests_see_wishes_on_the_wall_and_rounds_that_are_published(town, things):
    guest = town.phone()
    cast.open_round(town)
    waiting = cast.submitted(town, title="第三个", description="另一件事")
    assert guest.get(f"/wishes/{waiting}").status_code == 404
    assert {one["state"] for one in guest.data("GET", "/rounds")["list"]} == {"published"}
    assert guest.data("GET", "/rounds?state=collecting")["list"] == []
    states = {one["state"] for one in guest.data("GET", "/wishes?limit=50")["list"]}
    assert "fulfilled" in states
    assert states <= {"published", "claimed", "fulfilled", "confirmed"}
    draft = volunteering.planned(town)
    assert guest.get(f"/activities/{draft}").status_code == 404
    assert draft not in {one["id"] for one in guest.data("GET", "/activities?limit=50")["list"]}
    for asked in ("mine=organised", "mine=signed_up"):
        assert guest.data("GET", f"/activities?{asked}")["list"] == []
    assert guest.data("GET", "/wishes?claimable=true")["list"] == []


def test_what_guests_are_told_is_kept_by_nobody_on_the_way(town, things):
    assert town.phone().get("/home").headers["Cache-Control"] == "no-store"
