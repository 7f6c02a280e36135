"""Whatever reads what strangers send: fed with noise and with almost-right things, it refuses or takes it.

The application runs as in tests, where a fault of ours is no 500 but a traceback that ends the test. What is
found is found again: the examples are drawn from a fixed seed.
"""

import io
import json
import zipfile
from contextlib import contextmanager
from dataclasses import replace

import pytest
import xmltodict
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backend import clock, config, crypto
from backend.api import push
from backend.console import sheets
from backend.errors import Refused
from backend.volunteering import codes
from backend.wechat import push as wechat_push
from backend.wechat import simulator_push
from backend.wechat.simulator_rules import openid_of
from tests.api.conftest import shared_town  # noqa: F401 - a fixture
from tests.attacks import matrix
from tests.console.test_imports import RESIDENTS, upload, workbook
from tests.console.visitor import Visitor
from tests.files.pictures import jpeg
from tests.town import API
from tests.volunteering import cast as team_cast


def fuzzed(examples):
    """So many examples, the same in every run, however slow the machine."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def town(shared_town):  # noqa: F811
    return shared_town


# Control characters and what no database may store among them.
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)

# --- WeChat's pushes -----------------------------------------------------------------------------------

KNOWN = st.sampled_from(
    [openid_of("ning"), "tpl_wish_progress", "accept", "reject", "1,6,8,14", "-1008", "risky", "\0", "0"]
)
ONE = st.dictionaries(
    st.sampled_from(["TemplateId", "SubscribeStatusString", "ErrorCode", "PopupScene"]), KNOWN | ANY
)
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "Event": st.sampled_from(sorted(push.TAKEN)) | ANY,
        "MsgType": st.just("event") | ANY,
        "FromUserName": KNOWN | ANY,
        "ToUserName": st.just("gh_simulated") | ANY,
        "OpenID": KNOWN | ANY,
        "RevokeInfo": KNOWN | ANY,
        "trace_id": KNOWN | ANY,
        "result": st.dictionaries(st.sampled_from(["suggest", "label"]), KNOWN | ANY) | ANY,
        "errcode": KNOWN | ANY,
        "List": ONE | st.lists(ONE | ANY, max_size=3) | ANY,
        "action": ANY,
        "AppID": ANY,
    },
)
BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><xml><Event>&b;</Event></xml>"""


@contextmanager
def plain(town_settings):
    """An installation that listens in WeChat's plain mode."""
    config.use(replace(town_settings, wechat_push_mode="plain"))
    try:
        yield
    finally:
        config.use(town_settings)


def in_plain(town, told, body, number=[0]):  # noqa: B006 - counts on
    """Sends a body that is signed as in plain mode; the nonce is a new one each time."""
    number[0] += 1
    moment, nonce = str(int(clock.now().timestamp())), str(number[0])
    query = {"timestamp": moment, "nonce": nonce}
    query["signature"] = simulator_push.signed(told.push_token, moment, nonce)
    with plain(told):
        answer = town.app.test_client().post("/wechat/push", query_string=query, data=body)
    assert answer.status_code in (200, 400, 403, 413), answer.status_code
    return answer


def in_aes(town, told, sealed, number=[0]):  # noqa: B006 - counts on
    """Sends what claims to be encrypted, with the right signature around it."""
    number[0] += 1
    moment, nonce = str(int(clock.now().timestamp())), f"aes{number[0]}"
    query = {"timestamp": moment, "nonce": nonce, "encrypt_type": "aes"}
    query["msg_signature"] = simulator_push.signed(told.push_token, moment, nonce, sealed)
    body = json.dumps({"Encrypt": sealed})
    answer = town.app.test_client().post("/wechat/push", query_string=query, data=body)
    assert answer.status_code in (200, 400, 403), answer.status_code
    return answer


def test_pushed_json_is_taken_or_refused(town, settings):
    @fuzzed(40)
    @example({"Event": "user_info_modified", "OpenID": "\0"})
    @example({"Event": "wxa_media_check", "trace_id": "\0", "result": {"suggest": "\0", "label": 10**12}})
    @given(EVENTS)
    def check(event):
        answer = in_plain(town, settings, json.dumps(event).encode())
        assert answer.status_code != 413

    check()


def test_pushed_xml_is_taken_or_refused(town, settings):
    @fuzzed(40)
    @example(BOMB)
    @example(b"<a>" * 20_000)
    @example(b"<xml>" + b"<List>" * 9_000 + b"</List>" * 3_000)
    @example(b'<?xml version="1.0" encoding="nonsense"?><xml/>')
    @example(b'<xml xmlns:a="b"><a:Event a:c="d">1</a:Event></xml>')
    @given(st.binary(max_size=60) | TEXT.map(lambda text: f"<xml><Event>{text}</Event></xml>".encode()))
    def noise(body):
        in_plain(town, settings, body)

    @fuzzed(40)
    @given(st.dictionaries(st.sampled_from(["Event", "FromUserName", "OpenID", "List"]), KNOWN))
    def almost(event):
        event = {key: value.replace("\0", "") for key, value in event.items()}
        in_plain(town, settings, xmltodict.unparse({"xml": event}).encode())

    noise()
    almost()
    assert in_plain(town, settings, BOMB).status_code == 400


def test_what_is_pushed_encrypted_is_opened_or_refused(town, settings):
    @fuzzed(40)
    @given(st.text(st.characters(codec="ascii"), max_size=60) | st.binary(max_size=96).map(_base64))
    def noise(sealed):
        in_aes(town, settings, sealed)

    @fuzzed(40)
    @given(st.binary(max_size=60) | ANY.map(lambda value: json.dumps(value).encode()))
    def rightly_sealed(text):
        in_aes(town, settings, simulator_push.encrypted(text, settings.push_key, settings.wechat_app_id))

    noise()
    rightly_sealed()


def _base64(raw):
    return wechat_push.base64.b64encode(raw).decode()


# --- codes ---------------------------------------------------------------------------------------------


@fuzzed(150)
@example("1" * 5_000 + ".")
@example("１７.K7QM2HXD")
@given(TEXT | st.from_regex(r"[0-9]{1,20}\.[2-9A-Z \-]{0,12}"))
def test_a_check_in_code_that_was_made_up_opens_nothing(town, given):
    with pytest.raises(Refused) as refused:
        codes.check(17, given, clock.now())
    assert type(refused.value) in (codes.CodeForeign, codes.CodeOutdated)


def test_codes_typed_into_the_api_are_refused(town, settings):
    """A check-in code, a pick-up code and the phone button's, as text of any kind and as what is no text."""
    ning, keeper = town.phone("ning"), town.phone("bu")
    activity = team_cast.published(town)
    # The clerk may try for as long as the test likes.
    config.use(replace(settings, wrong_code_limit=10**6))

    @fuzzed(40)
    @example("\0")
    @given(TEXT | ANY)
    def check(code):
        for phone, path, field in (
            (ning, f"/activities/{activity}/check-in", "code"),
            (keeper, "/redemptions/preview", "pickUpCode"),
            (ning, "/me/phone", "code"),
        ):
            assert phone.post(path, {field: code}).status_code in (400, 404, 409, 422)

    try:
        check()
    finally:
        config.use(settings)


def test_a_sign_in_code_of_any_kind_signs_nobody_in(town):
    phone = town.phone()

    @fuzzed(30)
    @example("sim:\0:1")
    @example("sim:ning:")
    @given(TEXT | ANY)
    def check(code):
        answer = phone.post("/sessions", {"code": code})
        assert answer.status_code in (400, 401, 422), answer.json

    check()


# --- cursors and keys ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lists(town):
    """Every list of the API that goes on by a cursor, asked by somebody who gets in."""
    found = []
    for operation, told in matrix.operations(town.app).items():
        asked = {one["name"] for one in told.get("parameters", ()) if one["in"] == "query"}
        path = operation.split(" ")[1].removeprefix("/api/v1")
        if operation.startswith("GET") and "cursor" in asked and "{" not in path:
            needs = [
                one["name"]
                for one in told["parameters"]
                if one["in"] == "query" and one.get("required") and one["name"] != "cursor"
            ]
            found.append((path, needs))
    return found


def statuses(town, people, path, needs, cursor):
    """What people of several roles get for this cursor."""
    known = {
        "communityId": town.songtao,
        "shopId": 1,
        "kind": "wish",
        "from": "2026-01-01",
        "to": "2026-06-30",
    }
    query = {**{name: known[name] for name in needs}, "cursor": cursor}
    return {
        phone.client.get(API + path, query_string=query, headers=phone.headers).status_code
        for phone in people
    }


@pytest.fixture(scope="module")
def people(town):
    return [town.phone(name) for name in ("ning", "tong", "admin")]


def signed(key):
    """A cursor as the product itself writes it."""
    text = json.dumps(key).encode().hex()
    return f"{text}.{crypto.signature('cursor', text)}"


@pytest.mark.parametrize(
    "key",
    [
        [1],
        ["2026-11-23T09:00:00+00:00", 1],
        [1, 1],
        [1, "a"],
        ["a"],
        [None],
        [True, 1],
        [2**62],
        [],
        [1, 2, 3],
    ],
    ids=str,
)
def test_a_cursor_of_another_list_goes_on_or_is_refused(town, lists, people, key):
    assert len(lists) > 20
    for path, needs in lists:
        assert statuses(town, people, path, needs, signed(key)) <= {200, 403, 404, 422}, (path, key)


def test_a_cursor_that_was_made_up_is_refused(town):
    phone = town.phone("ning")

    @fuzzed(50)
    @example("5b315d." + "0" * 43)
    @example("." * 300)
    @given(TEXT)
    def check(cursor):
        answer = phone.client.get(f"{API}/wishes", query_string={"cursor": cursor}, headers=phone.headers)
        assert answer.status_code == 422

    check()


def test_an_idempotency_key_of_any_kind_is_taken_or_refused(town):
    phone = town.phone("ning")

    @fuzzed(40)
    @example('"' * 9)
    @example("ÿ" * 20)
    @given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=80))
    def check(key):
        answer = phone.post("/me/notices/read-all", Idempotency_Key=key)
        assert answer.status_code in (200, 422)

    check()


# --- files ---------------------------------------------------------------------------------------------


def read(name, raw):
    """What a sheet is read as: bounded rows of text; None where it is refused."""
    try:
        rows = sheets.read(name, raw)
    except sheets.NotASheet:
        return None
    assert len(rows) <= sheets.MOST_ROWS + 1
    assert all(len(row) <= sheets.MOST_COLUMNS for row in rows)
    assert all(isinstance(cell, str) for row in rows for cell in row)
    return rows


BOOK = workbook(RESIDENTS, [["李某某", "松涛社区", "", "", "", "1941"]])


@fuzzed(150)
@example(b"PK")
@example(b"PK\x05\x06" + b"\0" * 18)
@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda raw: b"PK\x03\x04" + raw))
def test_noise_is_no_sheet_or_rows_of_text(raw):
    read("表.xlsx", raw)


@fuzzed(100)
@given(st.lists(st.tuples(st.integers(0, len(BOOK) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_workbook_that_was_damaged_is_refused_or_read(changes):
    damaged = bytearray(BOOK)
    for at, value in changes:
        damaged[at] = value
    read("表.xlsx", bytes(damaged))


def packed(**parts):
    """A workbook with some of its parts replaced."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            found = next((raw for part, raw in parts.items() if name.endswith(f"{part}.xml")), None)
            new.writestr(name, old.read(name) if found is None else found)
    return kept.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%b</sheetData></worksheet>'
LOLS = b"".join(b'<!ENTITY l%d "%b">' % (n + 1, b"&l%d;" % n * 10) for n in range(1, 9))
BILLION = b'<!DOCTYPE x [<!ENTITY l1 "lolololololol">%b]>' % LOLS


@pytest.mark.parametrize(
    "parts",
    [
        {"sheet1": b""},
        {"sheet1": b"<"},
        {"sheet1": b"<a>" * 50_000},
        {"sheet1": BILLION + SHEET % b'<row><c t="inlineStr"><is><t>&l9;</t></is></c></row>'},
        {"sheet1": SHEET % b'<row r="99999999999"><c r="ZZZZZ99999999999"><v>1</v></c></row>'},
        {"sheet1": SHEET % b'<row><c t="s"><v>7</v></c></row>'},
        {"sheet1": SHEET % b'<row><c t="s"><v>x</v></c></row>'},
        {"sheet1": SHEET % b'<row><c t="d"><v>x</v></c></row>'},
        {"sheet1": SHEET % b'<row><c t="n"><v>1e999</v></c></row>'},
        {"sheet1": SHEET % b'<row r="x"><c r="1A"/></row>'},
        {"sheet1": b"\0" * (sheets.MOST_UNPACKED + 1)},
        {"workbook": b"<workbook/>"},
        {"workbook": BILLION + b"<workbook>&l9;</workbook>"},
        {"styles": b"<styleSheet/>"},
        {"styles": b"nonsense"},
    ],
    ids=lambda parts: " ".join(f"{name} {raw[:12]!r} {len(raw)}" for name, raw in parts.items()),
)
def test_a_workbook_with_a_wicked_part_is_refused_or_read(parts):
    rows = read("表.xlsx", packed(**parts))
    assert sum(len(cell) for row in rows or [] for cell in row) < 1_000_000


def test_a_sheet_of_anything_is_checked_and_never_breaks_the_page(town):
    clerk = Visitor(town.app, "tong")

    @fuzzed(40)
    @example([["李\0某"], ["=1+1"], ["x" * 40_000]])
    @given(st.lists(st.lists(TEXT, max_size=8), max_size=4))
    def check(rows):
        text = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in [RESIDENTS, *rows])
        assert upload(clerk, "residents", text.encode("utf-8-sig"), "表.csv").status_code in (200, 303, 422)

    check()


PICTURE = jpeg()


def test_forms_and_pictures_of_any_kind_are_taken_or_refused(town):
    phone = town.phone("ning")

    def send(raw, kind="multipart/form-data; boundary=x"):
        headers = {**phone.headers, "Content-Type": kind}
        answer = phone.client.post(f"{API}/files", data=raw, headers=headers)
        assert answer.status_code in (201, 400, 413, 415, 422, 429), answer.status_code

    def form(content, disposition='name="file"; filename="a.jpg"'):
        head = b"--x\r\nContent-Disposition: form-data; " + disposition.encode() + b"\r\n\r\n"
        purpose = b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nwish\r\n'
        return purpose + head + content + b"\r\n--x--\r\n"

    @fuzzed(40)
    @example(b"--x\r\n" * 2_000)
    @example(b"--x\r\nContent-Disposition: form-data; name*=utf-8''%FF%FE\r\n\r\n\r\n--x--")
    @given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda raw: b"--x\r\n" + raw + b"\r\n--x--"))
    def noise(raw):
        send(raw)

    @fuzzed(30)
    @given(st.text(st.characters(codec="ascii", exclude_characters="\r\n"), max_size=30))
    def kinds(boundary):
        send(form(PICTURE), f"multipart/form-data; boundary={boundary}")

    @fuzzed(30)
    @given(st.integers(0, len(PICTURE) - 1), st.binary(min_size=1, max_size=6))
    def pictures(at, noise):
        send(form(PICTURE[:at] + noise + PICTURE[at + len(noise) :]))

    @fuzzed(20)
    @example("../../etc/passwd\0.jpg")
    @given(st.text(st.characters(codec="utf-8", exclude_characters='"\r\n\\\\'), max_size=40))
    def names(name):
        send(form(PICTURE, f'name="file"; filename="{name}"'))

    noise()
    kinds()
    pictures()
    names()
