"""Codes, cursors and keys of any kind are taken or refused.

The application runs as in tests, where a fault of ours is no 500 but a traceback that ends the test.
"""

import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend import clock, config, crypto
from backend.errors import Refused
from backend.volunteering import codes
from tests.api.conftest import shared_town  # noqa: F401 - a fixture
from tests.attacks import matrix
from tests.attacks.noise import ANY, TEXT, fuzzed
from tests.town import API
from tests.volunteering import cast as team_cast


@pytest.fixture(scope="module")
def town(shared_town):  # noqa: F811
    return shared_town


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
