"""Bad input: refused with a Chinese sentence beside its field, and never a fault of ours."""

import io
import json
import re

import pytest
import sqlalchemy as sa

from backend.db import session
from backend.wishes.models import Wish
from tests.api.test_frame import refusal
from tests.conformance import checked
from tests.wishes import cast

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def town(shared_town):
    return shared_town


@pytest.fixture
def good(town):
    """A wish that can be written."""
    return {
        "communityId": town.songtao,
        "title": "台灯",
        "description": "想要一盏台灯",
        "category": "goods",
        "beneficiaryGroup": "elder",
        "estimatedCost": 80,
        "disclosure": "anonymous",
    }


def send(phone, path, raw, content_type="application/json", method="POST"):
    """Sends bytes as they are."""
    headers = {**phone.headers, **({"Content-Type": content_type} if content_type else {})}
    answer = phone.client.open(f"/api/v1{path}", method=method, data=raw, headers=headers)
    return checked(phone.app, answer)


def wishes():
    return session.scalar(sa.select(sa.func.count()).select_from(Wish))


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b'{"title": "a",}',
        b"{'title': 'a'}",
        b'{"estimatedCost": NaN}',
        b'{"estimatedCost": Infinity}',
        b'{"estimatedCost": -Infinity}',
        b'{"title": "\\ud800"}',
        b'{"title": "\xff\xfe"}',
        b'{"title": "\xed\xa0\x80"}',
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b"{} {}",
        b"\x00",
    ],
    ids=lambda raw: repr(raw[:16]),
)
def test_what_is_not_strict_json_is_400_and_stores_nothing(town, raw):
    before = wishes()
    refusal(send(town.phone("ning"), "/wishes", raw), 400, "MALFORMED_REQUEST")
    assert wishes() == before


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"7", b"true", b"null"])
def test_json_that_is_no_object_is_422(town, raw):
    told = refusal(send(town.phone("ning"), "/wishes", raw), 422, "INVALID_INPUT")
    assert all(CHINESE.search(sentence) for sentences in told["data"].values() for sentence in sentences)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
def test_another_content_type_is_415(town, content_type):
    refusal(send(town.phone("ning"), "/wishes", b'{"title": "a"}', content_type), 415, "UNSUPPORTED_TYPE")


def test_a_body_over_the_limit_is_413_on_every_writing_route(town, settings):
    phone = town.phone("ning")
    raw = b'{"title": "' + b"a" * settings.max_body_bytes + b'"}'
    before = wishes()
    refusal(send(phone, "/wishes", raw), 413, "BODY_TOO_LARGE")
    refusal(send(phone, "/me", raw, method="PUT"), 413, "BODY_TOO_LARGE")
    refusal(send(phone, "/me/notices/read-all", raw), 413, "BODY_TOO_LARGE")
    assert wishes() == before


def test_a_body_in_chunks_is_neither_cut_off_nor_taken_for_malformed_when_it_is_too_large(town, settings):
    inside = b'{"nickname": "\xe5\xb0\x8f\xe8\x88\x9f"}'
    assert in_chunks(town.phone("ning"), inside).status_code == 200
    for raw in (inside + b" " * settings.max_body_bytes, b"a" * (settings.max_body_bytes + 1)):
        refusal(in_chunks(town.phone("ning"), raw), 413, "BODY_TOO_LARGE")


def in_chunks(phone, raw):
    """Changes the profile with a body that says no length, as gunicorn hands it on."""
    unsaid = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    given = {"input_stream": io.BytesIO(raw), "environ_overrides": unsaid, "content_type": "application/json"}
    return checked(phone.app, phone.client.open("/api/v1/me", method="PUT", headers=phone.headers, **given))


def test_a_body_over_the_limit_is_413_without_a_sign_in_too(town, settings):
    raw = b'{"code": "' + b"a" * settings.max_body_bytes + b'"}'
    refusal(send(town.phone(), "/sessions", raw), 413, "BODY_TOO_LARGE")


def test_every_missing_field_is_named_with_a_sentence(town):
    told = refusal(town.phone("ning").post("/wishes", {}), 422, "INVALID_INPUT")
    required = (
        "communityId",
        "title",
        "description",
        "category",
        "beneficiaryGroup",
        "estimatedCost",
        "disclosure",
    )
    assert told["data"] == {name: ["请填写这一项"] for name in required}


def test_an_unknown_field_is_refused_by_name(town, good):
    told = refusal(town.phone("ning").post("/wishes", {**good, "state": "published"}), 422, "INVALID_INPUT")
    assert told["data"] == {"state": ["不认识的字段"]}


@pytest.mark.parametrize("name", ["reviewerId", "number", "community_id", "wisherId", "carried", "__proto__"])
def test_no_column_can_be_set_that_the_form_does_not_have(town, good, name):
    told = refusal(town.phone("ning").post("/wishes", {**good, name: 1}), 422, "INVALID_INPUT")
    assert list(told["data"]) == [name]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("estimatedCost", "80"),
        ("estimatedCost", True),
        ("estimatedCost", 80.5),
        ("estimatedCost", 80.0),
        ("estimatedCost", None),
        ("estimatedCost", [80]),
        ("estimatedCost", {"yuan": 80}),
        ("estimatedCost", -1),
        ("estimatedCost", 2**31),
        ("estimatedCost", 2**63 - 1),
        ("estimatedCost", 1e300),
        ("communityId", "1"),
        ("communityId", True),
        ("communityId", 0),
        ("communityId", 2**53),
        ("communityId", 2**63),
        ("communityId", None),
        ("title", 7),
        ("title", True),
        ("title", None),
        ("title", ["台灯"]),
        ("title", {"a": 1}),
        ("title", ""),
        ("title", "   \n "),
        ("title", "字" * 31),
        ("description", "字" * 501),
        ("category", "cash"),
        ("category", 1),
        ("category", None),
        ("category", ["goods"]),
        ("submit", "true"),
        ("submit", 1),
        ("submit", None),
        ("wantedBy", "2026-02-30"),
        ("wantedBy", "20261231"),
        ("wantedBy", "2026-12-31T00:00:00"),
        ("wantedBy", 20261231),
        ("wantedBy", "２０２６-12-31"),
        ("wantedBy", "9999-12-31"),
        ("contactPhone", "12345"),
        ("contactPhone", "１５６１２３４５６７"),
        ("contactPhone", "1561234567a"),
        ("contactPhone", "1⁵612345677"),
        ("contactPhone", "15612345677\n"),
        ("address", "字" * 121),
        ("onBehalfOf", []),
        ("onBehalfOf", "e"),
        ("onBehalfOf", 7),
    ],
)
def test_a_wrong_type_or_size_is_422_with_a_chinese_sentence_at_its_field(town, good, field, value):
    before = wishes()
    answer = town.phone("ning").post("/wishes", {**good, field: value})
    if field == "contactPhone" and value.endswith("\n"):
        # Trimmed like every text, so it is a good number.
        assert answer.status_code == 201
        return
    told = refusal(answer, 422, "INVALID_INPUT")
    assert list(told["data"]) == [field]
    assert all(CHINESE.search(sentence) for sentence in told["data"][field])
    assert wishes() == before


def test_an_integer_beyond_64_bits_is_refused_and_no_fault(town, good):
    raw = json.dumps({**good, "estimatedCost": 10**40}).encode()
    assert send(town.phone("ning"), "/wishes", raw).status_code in (400, 422)


def test_an_error_in_a_part_is_named_with_a_dot(town, good):
    body = {**good, "onBehalfOf": {"personId": "7", "reason": "", "note": 1}}
    told = refusal(town.phone("shao").post("/wishes", body), 422, "INVALID_INPUT")
    assert set(told["data"]) == {"onBehalfOf.personId", "onBehalfOf.reason", "onBehalfOf.note"}
    assert told["data"]["onBehalfOf.note"] == ["不认识的字段"]


def test_an_error_in_a_list_is_named_with_its_place(town):
    body = {
        "unitId": town.place("市水务局"),
        "communityId": town.songtao,
        "serviceRoles": ["relief", "boss", 7],
    }
    told = refusal(town.phone("wulan").put("/me/party-registration", body), 422, "INVALID_INPUT")
    assert set(told["data"]) == {"serviceRoles.1", "serviceRoles.2"}


def test_a_list_that_is_too_long_is_refused(town):
    body = {"unitId": town.place("市水务局"), "communityId": town.songtao, "serviceRoles": ["relief"] * 7}
    told = refusal(town.phone("wulan").put("/me/party-registration", body), 422, "INVALID_INPUT")
    assert list(told["data"]) == ["serviceRoles"]


@pytest.mark.parametrize(
    "text",
    [
        "台灯💡🏮",
        "𠮷野家的𠀀灯",
        "👩‍👩‍👧‍👦 一家",
        "é",
        "ـلمبة",
        "ᠮᠣᠩᠭᠣᠯ 乌兰",
        "'; DROP TABLE wishes; --",
        "%s {0} ${x} \\n",
    ],
)
def test_every_script_and_sign_comes_back_as_it_was_written(town, good, text):
    phone = town.phone("ning")
    body = {**good, "title": text, "description": text, "address": text, "submit": True}
    made = phone.data("POST", "/wishes", body)
    assert (made["title"], made["description"]) == (text, text)
    again = phone.data("GET", f"/wishes/{made['id']}")
    assert (again["title"], again["description"], again["hasAddress"]) == (text, text, True)
    contact = town.phone("tong").data("GET", f"/wishes/{made['id']}/contact?reason=查看")
    assert contact["address"] == text


def test_html_is_text_and_comes_back_as_text(town, good):
    html = "<script>alert(1)</script><b>灯</b>"
    phone = town.phone("ning")
    made = phone.post("/wishes", {**good, "title": html[:30], "description": html})
    assert made.json["data"]["description"] == html
    assert made.headers["Content-Type"] == "application/json"


def test_html_of_a_wish_is_escaped_on_the_hall_screen(town):
    cast.published(town, 1, title="<script>alert(1)</script>")
    page = town.phone().client.get("/wall").get_data(as_text=True)
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "\t", "\n", "\u2028\x00"])
def test_control_characters_in_a_line_are_422_and_no_fault(town, good, sign):
    told = refusal(town.phone("ning").post("/wishes", {**good, "title": f"台{sign}灯"}), 422, "INVALID_INPUT")
    assert told["data"] == {"title": ["含有不能使用的字符"]}


def test_a_longer_text_may_have_line_breaks_but_no_other_control_character(town, good):
    phone = town.phone("ning")
    made = phone.data("POST", "/wishes", {**good, "description": "一\r\n二\n三"})
    assert made["description"] == "一\n二\n三"
    told = refusal(phone.post("/wishes", {**good, "description": "一\x00二"}), 422, "INVALID_INPUT")
    assert list(told["data"]) == ["description"]


@pytest.mark.parametrize("sign", ["%00", "%07", "%ED%A0%80"])
def test_control_characters_in_an_address_are_refused_and_no_fault(town, sign):
    phone = town.phone("tong")
    assert phone.get(f"/people?cardNumber=P{sign}").status_code in (200, 400, 422)
    assert phone.get(f"/wishes?cursor={sign}").status_code == 422
    assert phone.delete(f"/me/consents/a{sign}").status_code in (404, 409, 422)


def test_text_is_trimmed_and_composed(town, good):
    made = town.phone("ning").data("POST", "/wishes", {**good, "title": "  cafe\u0301  "})
    assert made["title"] == "caf\u00e9"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=51", "limit"),
        ("limit=-1", "limit"),
        ("limit=2.0", "limit"),
        ("limit=abc", "limit"),
        ("limit=", "limit"),
        ("limit=٣x", "limit"),
        ("limit=" + "9" * 30, "limit"),
        ("communityId=1%20OR%201=1", "communityId"),
        ("communityId=" + str(2**53), "communityId"),
        ("category=cash", "category"),
        ("state=draft", "state"),
        ("serviceRole=boss", "serviceRole"),
        ("offset=3", "offset"),
        ("cursor=abc", "cursor"),
    ],
)
def test_a_bad_query_is_422_at_its_field(town, query, field):
    told = refusal(town.phone("ning").get(f"/wishes?{query}"), 422, "INVALID_INPUT")
    assert list(told["data"]) == [field]


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize(
    "told", ["0001-01-01", "9999-12-31", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-12:00"]
)
def test_a_day_at_the_end_of_the_calendar_is_refused_and_no_fault(town, name, told):
    answer = town.phone("ning").client.get(
        "/api/v1/activities", query_string={name: told}, headers=town.phone("ning").headers
    )
    assert refusal(checked(town.app, answer), 422, "INVALID_INPUT")["data"].keys() == {name}


def test_a_round_that_would_end_with_the_calendar_is_refused(town):
    """It would be on the console's first page of everyone there, which could not say when it ends."""
    body = {"communityId": town.baihua, "title": "第九期", "collectUntil": "2027-01-01"}
    told = refusal(
        town.phone("bai").post("/rounds", {**body, "publishUntil": "9999-12-31"}), 422, "INVALID_INPUT"
    )
    assert list(told["data"]) == ["publishUntil"]


@pytest.mark.parametrize("depth", [1, 500, 950, 1000])
def test_a_list_of_people_with_a_nest_for_an_id_is_refused_and_no_fault(town, depth):
    nest = "[" * depth + "]" * depth
    raw = f'[{{"personId": {nest}, "minutes": 1}}, {{"personId": {nest}, "minutes": 1}}]'
    answer = send(town.phone("ning"), "/activities/1/propose-hours", raw.encode())
    assert refusal(answer, 422, "INVALID_INPUT")["data"].keys() == {"0.personId", "1.personId"}


def test_a_move_that_needs_no_body_takes_none_or_an_empty_one_and_nothing_else(town):
    phone = town.phone("ning")
    assert send(phone, "/me/notices/read-all", b"", None).status_code == 200
    assert send(phone, "/me/notices/read-all", b"{}").status_code == 200
    told = refusal(phone.post("/me/notices/read-all", {"all": True}), 422, "INVALID_INPUT")
    assert told["data"] == {"all": ["不认识的字段"]}


def test_a_field_given_twice_does_not_slip_past_its_rule(town, good):
    raw = json.dumps(good)[:-1] + ', "estimatedCost": "80"}'
    refusal(send(town.phone("ning"), "/wishes", raw.encode()), 422, "INVALID_INPUT")


def test_a_cost_above_the_cap_is_refused_with_the_cap(town, good, settings):
    told = refusal(town.phone("ning").post("/wishes", {**good, "estimatedCost": 301}), 422, "COST_ABOVE_CAP")
    assert told["data"] == {"cap": settings.wish_cost_cap}
    assert str(settings.wish_cost_cap) in told["message"]
