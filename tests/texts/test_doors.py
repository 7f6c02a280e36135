"""One rule at every door: each text field of the API, each of the console, each cell of a sheet, each search."""

import importlib
import pkgutil
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from marshmallow import ValidationError, fields
from wtforms import PasswordField, StringField, TextAreaField

import backend.api
import backend.console
from backend.api.frame.bodies import Reason
from backend.api.frame.fields import Code, Schema, Text
from backend.console.frame import forms
from backend.console.frame.forms import Form
from backend.db import session, transaction
from backend.errors import InvalidInput
from backend.imports import actions as imports
from backend.journal import check_reason
from backend.people import sealed
from backend.people.models import Person
from backend.supermarket.models import Item
from backend.wishes import staff_queries
from tests.supermarket import cast as market
from tests.wishes import cast as wishes

# Without a session there is no token.
PLAIN = {"csrf": False}
TURNED, UNSEEN, EMOJI = "大\u202e米", "\u200b\u3164", "👨‍👩‍👧"


def _below(kind):
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _import_all(package):
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(found.name)


def _schemas():
    _import_all(backend.api)
    return sorted({one for one in _below(Schema) if one.__module__.startswith("backend.")}, key=str)


def _texts(schema):
    """The text fields of a schema, those inside lists too."""
    for name, field in schema().fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.String):
            yield name, inner


def test_every_string_that_the_documentation_tells_of_is_a_text_a_code_or_a_choice(town):
    told = town.app.spec
    known = {one.__name__.removesuffix("Schema"): one for one in _schemas()}
    parts, strange, seen = told["components"]["schemas"], [], 0
    bodies = {
        body["schema"]["$ref"].rpartition("/")[2]
        for path in told["paths"].values()
        for operation in path.values()
        for body in operation.get("requestBody", {}).get("content", {}).values()
        if "$ref" in body["schema"]
    }
    for name in bodies:
        for property_, about in parts[name]["properties"].items():
            if about.get("type") in ("string", ["string", "null"]) and not {"enum", "format"} & set(about):
                seen += 1
                field = known[name.removesuffix("Update")]().load_fields
                (found,) = [one for one in field.values() if one.data_key == property_]
                if not isinstance(found, Text):
                    strange.append((name, property_, type(found).__name__))
    assert strange == []
    assert seen > 40


def test_every_text_of_the_api_takes_what_is_seen_and_nothing_else():
    wrong, tried = [], 0
    for schema in _schemas():
        for name, field in _texts(schema):
            if not isinstance(field, Text):
                continue
            tried += 1
            for typed in () if isinstance(field, Code) else (TURNED, UNSEEN):
                try:
                    taken = field.deserialize(typed)
                    if isinstance(field, Reason):
                        # Judged where it is written down, once the asker may act at all.
                        check_reason(taken)
                except (ValidationError, InvalidInput):
                    continue
                wrong.append((schema.__name__, name, ascii(typed)))
            if not isinstance(field, Code) and field._cleaned(EMOJI) != EMOJI:
                wrong.append((schema.__name__, name, "emoji"))
    assert wrong == []
    assert tried > 60


def test_every_text_of_the_console_takes_what_is_seen_and_nothing_else(town):
    _import_all(backend.console)
    wrong, tried = [], 0
    for kind in _below(Form):
        if not kind.__module__.startswith("backend."):
            continue
        with town.app.test_request_context("/", method="POST"):
            names = [
                one.name
                for one in kind(formdata=None, meta=PLAIN)
                if isinstance(one, StringField | TextAreaField)
            ]
            names = [
                one for one in names if not isinstance(kind(formdata=None, meta=PLAIN)[one], PasswordField)
            ]
        # What a field showed before is compared with what was typed, and written nowhere.
        for name in (one for one in names if not one.startswith("was_")):
            tried += 1
            wrong += [(kind.__name__, name, found) for found in _missed(town, kind, name)]
    assert wrong == []
    assert tried > 50


def _missed(town, kind, name):
    for typed in (TURNED, UNSEEN, EMOJI):
        with town.app.test_request_context("/", method="POST", data={name: typed}):
            field = kind(meta=PLAIN)[name]
            field.validate(kind(meta=PLAIN))
            told = "".join(map(str, field.errors))
        if typed == EMOJI and "不能使用" in told:
            yield "emoji"
        # Of a code the marks are dropped, and what is left is judged by whoever looks for it.
        drops = any(getattr(one, "rule", None) in (forms.code_of, forms.phone_of) for one in field.validators)
        if typed != EMOJI and not told and not (drops and typed == TURNED):
            yield ascii(typed)


def test_over_http_the_field_is_named(town):
    ning = town.phone("ning")
    for typed, sentence in ((TURNED, "文字方向"), (UNSEEN, "看不到")):
        answer = ning.put("/me", {"nickname": typed})
        assert (answer.status_code, answer.json["error"]) == (422, "INVALID_INPUT")
        assert sentence in answer.json["data"]["nickname"][0]
    assert ning.put("/me", {"nickname": f"小舟{EMOJI}"}).status_code == 200


def test_a_pasted_phone_number_finds_and_is_kept(town):
    tong = town.phone("tong")
    body = {"realName": "高粱", "communityId": town.songtao, "phone": "\u202d111 7777 8888\u202c"}
    made = tong.data("POST", "/people", body)
    found = tong.data("GET", "/people?phone=１１１７７７７８８８８")
    assert [one["id"] for one in found["list"]] == [made["id"]]
    assert tong.get("/people?cardNumber=%E2%80%AE").status_code in (200, 422)


def test_what_the_phone_wrote_the_console_saves(town, visitor):
    shop_id = market.opened(town)
    item_id = market.goods(town, shop_id)
    with transaction():
        session.execute(sa.update(Item).where(Item.id == item_id).values(name=f"{EMOJI}大米"))
    bu = visitor("bu")
    path = f"/console/stock/items/{item_id}/change"
    bu.page(path)
    told = {"name": f"{EMOJI}大米", "unit": "袋", "points": "１2", "limit_period": "quarter", "on_shelf": "y"}
    assert bu.post(path, told).status_code == 303
    session.rollback()
    assert (market.item(item_id).name, market.item(item_id).points) == (f"{EMOJI}大米", 12)
    for points in ("1_0", "十"):
        assert bu.post(path, {**told, "points": points}).status_code == 422


def test_the_console_finds_by_a_pasted_number(town, visitor):
    tong = visitor("tong")
    card = town.person("e").card_number
    assert f"/console/people/{town.person('e').id}" in tong.page(
        f"/console/people?asked=%E2%80%AD{card}%E2%80%AC"
    )
    assert tong.get("/console/people?asked=%E2%80%AE%E2%80%8B").status_code == 200
    phone = sealed.phone(town.person("ning"))
    asked = f"%E2%80%AD%2B86-{phone[:3]}-{phone[3:7]}-{phone[7:]}%E2%80%AC"
    for typed in (asked, f"Ｐ-{card[1:]}", card[1:].lstrip("0")):
        assert "/console/people/" in tong.page(f"/console/people?asked={typed}").partition("<table")[2]


def wide(typed):
    """As a Chinese keyboard writes it."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in typed)


def test_a_printed_number_is_found_however_it_is_typed(town, visitor):
    (wish_id,), _round = wishes.published(town)
    shop_id = market.opened(town)
    order_id = market.asked(town, shop_id, {market.goods(town, shop_id): 1})
    number, order = wishes.wish(wish_id).number, market.order(order_id).number
    clerk = visitor("tong")
    for typed, page in ((number, f"/console/wishes/{wish_id}"), (order, f"/console/redemptions/{order_id}")):
        led = clerk.get("/console/search", query_string={"q": wide(typed)})
        assert led.headers["Location"] == page
    assert number in clerk.page(f"/console/wishes?text={quote(wide(number))}")
    assert order in clerk.page(f"/console/redemptions?number={quote(wide(order))}")
    (found,) = town.phone("ning").data("GET", f"/wishes?q={quote(wide(number))}")["list"]
    assert found["id"] == wish_id
    assert staff_queries.numbered(wide(str(wish_id)), actor=town.person("tong")) == wish_id


def test_a_cell_is_judged_by_the_same_rule(town):
    table = [
        ["\ufeff姓名\u200b", "手机号", "社区", "网格", "住址", "出生年份"],
        ["高粱\u200b", "１１１ 7777 9999", "松涛社区", "", "", "1950"],
        ["大\u202e米", "", "松涛社区", "", "", ""],
        ["\u3164", "", "松涛社区", "", "", ""],
        ["高山", "00852 6123-4567", "松涛社区", "", "", ""],
    ]
    checked = imports.check("residents", table)
    assert [(line, name) for line, name, _sentence in checked.faults] == [(3, "姓名"), (4, "姓名")]
    assert [(row["姓名"], row["手机号"]) for _line, row in checked.rows] == [
        ("高粱", "11177779999"),
        ("高山", "+85261234567"),
    ]


@pytest.mark.parametrize("name", ["大\u202e米市", "\u200b"])
def test_the_command_line_too(app, name):
    told = app.test_cli_runner().invoke(args=["found-city", name, "短"])
    assert told.exit_code == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0
