"""Somebody who wants more than their share: by headers, made-up tokens, many sessions, floods, and passwords.

The numbers are those of the review in which each was first tried.
"""

import contextlib
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, config
from backend.db import session, transaction
from backend.identity import attempts, credentials, sessions
from backend.identity.models import SignInAttempt, SignInCount
from backend.wishes.actions import limits, writing
from backend.wishes.models import Wish
from tests.api.test_frame import refusal
from tests.console.visitor import Visitor
from tests.people.proxies_cast import agreed
from tests.town import WISH
from tests.wishes.cast import CONTENT, By

BODY = {
    "title": WISH["title"],
    "description": WISH["description"],
    "category": "goods",
    "beneficiaryGroup": "elder",
    "estimatedCost": 80,
    "disclosure": "anonymous",
}


# What is shipped, where the other tests have more.
_SHIPPED = config.Settings()
USUAL = {name: getattr(_SHIPPED, name) for name in ("wishes_per_minute", "wishes_per_day", "drafts_per_day")}


@pytest.fixture
def limited(town, settings):
    """Gives the running product small limits; what was counted before is forgotten."""
    (limiter,) = town.app.extensions["limiter"]

    def use(**limits):
        limiter.reset()
        config.use(replace(settings, **limits))

    use(**USUAL)
    yield use
    limiter.reset()
    config.use(settings)


def asked(phone, path, headers):
    """The statuses of one call for each of these headers."""
    found = []
    for header in headers:
        phone.headers = {} if header is None else {"Authorization": header}
        found.append(phone.get(path).status_code)
    return found


# --- whose call it is ----------------------------------------------------------------------------------


def test_made_up_tokens_begin_no_new_counts(town, limited):
    stranger = town.phone()
    limited(rate_limit_address="60/minute")
    plain = asked(stranger, "/privacy", [None] * 90)
    assert (plain.count(200), plain.count(429)) == (60, 30)
    assert asked(stranger, "/privacy", [str(number) for number in range(200)]) == [429] * 200
    made_up = asked(stranger, "/organisations", [f"Bearer {number}" for number in range(90)])
    assert (made_up.count(401), made_up.count(429)) == (60, 30)


def test_a_person_is_one_count_however_the_header_is_spelt(town, limited):
    phone = town.phone("ning")
    limited(rate_limit_person="60/minute")
    plain = asked(phone, "/organisations", [f"Bearer {phone.token}"] * 90)
    assert (plain.count(200), plain.count(429)) == (60, 30)
    spelt = [
        f"{scheme}{' ' * blanks}{phone.token}{' ' * behind}"
        for scheme in ("Bearer", "bearer", "BEARER", "bEaReR")
        for blanks in range(1, 11)
        for behind in range(5)
    ]
    assert len(set(spelt)) == 200
    assert asked(phone, "/organisations", spelt) == [429] * 200


def test_a_person_with_many_sessions_has_one_count(town, limited):
    phones = [town.phone("ning") for _ in range(3)]
    limited(rate_limit_person="4/minute")
    assert [phones[number % 3].get("/me").status_code for number in range(6)] == [200] * 4 + [429] * 2
    assert town.phone("wulan").get("/me").status_code == 200


def test_who_has_a_token_is_not_stopped_by_those_who_make_some_up_at_the_same_address(town, limited):
    phone = town.phone("ning")
    limited(rate_limit_address="2/minute")
    assert asked(town.phone(), "/me", ["Bearer x"] * 4) == [401, 401, 429, 429]
    assert phone.get("/me").status_code == 200


def test_a_signed_out_token_counts_as_made_up(town, limited):
    phone = town.phone("ning")
    phone.data("DELETE", "/sessions/current")
    limited(rate_limit_address="2/minute", rate_limit_person="9/minute")
    assert asked(phone, "/me", [f"Bearer {phone.token}"] * 3) == [401, 401, 429]


def test_a_call_asks_for_its_person_once(town, statements):
    phone = town.phone("ning")
    phone.data("GET", "/me")
    with statements() as seen:
        phone.data("GET", "/me")
    assert sum("token_digest" in one for one in seen) == 1
    assert len(seen) <= 5


def test_whoever_has_a_64_of_addresses_is_one_address():
    assert attempts.subnet("2001:db8:1:2:3::4") == attempts.subnet("2001:db8:1:2:ffff::1")
    assert attempts.subnet("2001:db8:1:2::1") != attempts.subnet("2001:db8:1:3::1")
    assert attempts.subnet("::ffff:10.1.2.3") == attempts.subnet("10.1.2.3") == "10.1.2.3"
    assert attempts.subnet("not an address") == "not an address"


# --- floods --------------------------------------------------------------------------------------------


def wished(phone, town, submit, times):
    body = {**BODY, "communityId": town.songtao, "submit": submit}
    return [phone.post("/wishes", body) for _ in range(times)]


def newcomer(town, name="flood"):
    """A person with a merely declared residency."""
    phone = town.phone(name)
    phone.agrees().data("PUT", "/me/residency", {"communityId": town.songtao})
    return phone


def test_one_person_hands_in_twenty_wishes_a_minute_and_a_hundred_a_day(town, limited):
    phone, begins = newcomer(town), clock.now()
    with clock.frozen_at(begins):
        answers = wished(phone, town, True, 30)
    assert [answer.status_code for answer in answers] == [201] * 20 + [429] * 10
    refusal(answers[-1], 429, "TOO_MANY_WISHES")
    assert answers[-1].headers["Retry-After"] == "60"
    for minute in range(1, 6):
        with clock.frozen_at(begins + timedelta(minutes=minute, seconds=1)):
            answers = wished(phone, town, True, 22)
        expected = 20 if minute < 5 else 0
        assert sum(answer.status_code == 201 for answer in answers) == expected
    # By then a day is nearly over until the first may be followed by another.
    assert int(answers[-1].headers["Retry-After"]) > 80_000
    with clock.frozen_at(begins + timedelta(days=1, seconds=1)):
        assert wished(phone, town, True, 1)[0].status_code == 201


def test_what_is_refused_leaves_no_draft(town, limited):
    phone = newcomer(town)
    limited(wishes_per_minute=1)
    assert [answer.status_code for answer in wished(phone, town, True, 3)] == [201, 429, 429]
    rows = sa.select(sa.func.count()).select_from(Wish).where(Wish.wisher_id == phone.id)
    assert session.scalar(rows) == 1


def test_one_person_begins_a_hundred_drafts_a_day(town, limited):
    phone = newcomer(town)
    answers = wished(phone, town, False, 120)
    assert [answer.status_code for answer in answers] == [201] * 100 + [429] * 20
    refusal(answers[-1], 429, "TOO_MANY_DRAFTS")
    assert int(answers[-1].headers["Retry-After"]) > 80_000
    # What was written may be handed in, and then others may be begun.
    first = answers[0].json["data"]["id"]
    assert phone.post(f"/wishes/{first}/submit").status_code == 200
    assert wished(phone, town, False, 1)[0].status_code == 201
    assert wished(newcomer(town, "neighbour"), town, False, 1)[0].status_code == 201


def test_drafts_handed_in_one_after_the_other_are_counted_as_wishes(town, limited):
    phone = newcomer(town)
    ids = [answer.json["data"]["id"] for answer in wished(phone, town, False, 4)]
    limited(wishes_per_minute=2)
    answers = [phone.post(f"/wishes/{one}/submit").status_code for one in ids]
    assert answers == [200, 200, 429, 429]


def test_wishes_withdrawn_again_are_counted_all_the_same(town, limited):
    phone = newcomer(town)
    limited(wishes_per_day=2)
    for answer in wished(phone, town, True, 2):
        phone.data("POST", f"/wishes/{answer.json['data']['id']}/withdraw")
    refusal(wished(phone, town, True, 1)[0], 429, "TOO_MANY_WISHES")


def test_at_the_same_moment_no_more_get_in_than_one_after_the_other(town, limited, at_once):
    phone = newcomer(town)
    limited(wishes_per_minute=3, drafts_per_day=3)
    them = By(phone.id)

    def handed_in():
        wish = writing.write(town.songtao, CONTENT, handing_in=True, actor=them)
        return writing.submit(wish.id, actor=them)

    answers = at_once(*[handed_in] * 8)
    assert sum(isinstance(one, limits.TooManyWishes) for one in answers) == 5
    drafts = at_once(*[lambda: writing.write(town.songtao, CONTENT, actor=them)] * 8)
    assert sum(isinstance(one, limits.TooManyDrafts) for one in drafts) == 5


def test_staff_who_report_for_others_are_not_limited_and_their_own_wishes_are(town, limited):
    staff, holder = town.phone("tong"), town.person("e").id
    limited(wishes_per_minute=2, wishes_per_day=2, drafts_per_day=2)
    behalf = {"onBehalfOf": {"personId": holder, "reason": "没有手机"}}
    body = {**BODY, **behalf, "communityId": town.songtao}
    for submit in (True, False):
        answers = [staff.post("/wishes", {**body, "submit": submit}) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [201] * 4
    assert [answer.status_code for answer in wished(staff, town, True, 3)] == [201, 201, 429]
    assert [answer.status_code for answer in wished(staff, town, False, 3)] == [201, 201, 429]


def test_what_a_relative_hands_in_counts_for_the_wisher(town, limited):
    agreed(town)
    relative, wisher = town.phone("ning"), town.phone("wulan")
    limited(wishes_per_minute=2, drafts_per_day=2)
    body = {**BODY, "onBehalfOf": {"personId": wisher.id}, "communityId": town.songtao}
    for submit in (True, False):
        assert relative.post("/wishes", {**body, "submit": submit}).status_code == 201
        assert wished(wisher, town, submit, 1)[0].status_code == 201
        assert relative.post("/wishes", {**body, "submit": submit}).status_code == 429
        assert wished(wisher, town, submit, 1)[0].status_code == 429
        assert [one.status_code for one in wished(relative, town, submit, 3)] == [201, 201, 429]


def test_a_guardian_is_limited_with_the_wishes_of_their_child(town, limited):
    phone, clerk = town.phone("ning"), town.phone("tong")
    child = {"realName": "宁小朵", "birthYear": clock.today().year - 8, "relation": "mother"}
    agreed = next(one for one in phone.data("GET", "/privacy")["list"] if one["document"] == "sensitive_data")
    phone.data("POST", "/me/consents", {"document": agreed["document"], "version": agreed["version"]})
    link = phone.data("POST", "/me/children", child)["list"][0]
    clerk.data("POST", f"/guardianships/{link['id']}/verify", {})
    limited(wishes_per_minute=2)
    behalf = {"onBehalfOf": {"personId": link["childId"], "reason": "家长代填"}}
    body = {**BODY, **behalf, "communityId": town.songtao, "submit": True}
    assert [phone.post("/wishes", body).status_code for _ in range(2)] == [201, 201]
    assert phone.post("/wishes", body).status_code == 429
    assert wished(phone, town, True, 1)[0].status_code == 429


def keyed(phone, key):
    return phone.post("/me/notices/read-all", Idempotency_Key=f"key-number-{key}")


def test_a_person_has_so_many_keys_a_day_and_a_repeat_is_answered_beyond_them(town, limited):
    phone, begins = town.phone("ning"), clock.now()
    limited(keys_per_day=20)
    with clock.frozen_at(begins):
        assert [keyed(phone, number).status_code for number in range(22)] == [200] * 20 + [429] * 2
        answer = keyed(phone, 21)
        refusal(answer, 429, "TOO_MANY_KEYS")
        assert answer.headers["Retry-After"] == str(24 * 3600)
        assert keyed(phone, 3).headers["Idempotency-Replayed"] == "true"
        # Without a key nothing is stored, and nothing is refused.
        assert phone.post("/me/notices/read-all").status_code == 200
        assert keyed(town.phone("wulan"), 1).status_code == 200
    with clock.frozen_at(begins + timedelta(days=1, seconds=1)):
        assert keyed(phone, 21).status_code == 200


def test_a_person_signs_in_so_often_a_day_and_signing_out_wins_nothing(town, limited):
    limited(sign_ins_per_day=5)
    begins = clock.now()
    with clock.frozen_at(begins):
        for _ in range(5):
            town.phone("newcomer").data("DELETE", "/sessions/current")
        answer = town.phone().post("/sessions", {"code": "sim:newcomer:once-more"})
        refusal(answer, 429, "TOO_MANY_SIGN_INS")
        assert answer.headers["Retry-After"] == str(24 * 3600)
        assert town.phone("another").get("/me").status_code == 200
    with clock.frozen_at(begins + timedelta(days=1, seconds=1)):
        assert town.phone("newcomer").get("/me").status_code == 200


def test_the_usual_numbers_are_those_that_were_decided():
    told = config.Settings()
    assert (told.wishes_per_minute, told.wishes_per_day, told.drafts_per_day) == (20, 100, 100)
    assert (told.sign_ins_per_day, told.keys_per_day) == (200, 2000)


def test_counts_of_sign_ins_are_forgotten_after_a_day(town):
    phone = town.phone("newcomer")
    assert phone.id not in sessions.counts_over()
    with clock.frozen_at(clock.now() + timedelta(days=1, seconds=1)):
        assert phone.id in sessions.counts_over()
        with transaction():
            sessions.forget_count(phone.id)
    session.expire_all()
    assert session.get(SignInCount, phone.id) is None


# --- passwords -----------------------------------------------------------------------------------------


@pytest.fixture
def from_address(town):
    """A browser at an address of the outside: `from_address("203.0.113.7")`."""

    def made(address):
        one = Visitor(town.app)
        one.client.environ_base["REMOTE_ADDR"] = address
        return one

    return made


def leave(browser):
    browser.page("/console/")
    assert browser.post("/console/sign-out").status_code == 303


def test_five_wrong_tries_elsewhere_lock_nobody_out(from_address):
    stranger = from_address("203.0.113.7")
    assert [stranger.sign_in("lan", "wrong").status_code for _ in range(6)] == [401] * 5 + [429]
    assert stranger.sign_in("lan").status_code == 429
    assert from_address("198.51.100.2").sign_in("lan").status_code == 303
    # What the owner's sign-in forgets is their own count, not the stranger's.
    assert stranger.sign_in("lan").status_code == 429


def test_a_known_browser_gets_through_where_strangers_share_its_address(from_address):
    owner, stranger = from_address("203.0.113.7"), from_address("203.0.113.7")
    assert owner.sign_in("lan").status_code == 303
    leave(owner)
    assert [stranger.sign_in("lan", "wrong").status_code for _ in range(6)] == [401] * 5 + [429]
    assert owner.sign_in("lan").status_code == 303


def test_a_known_browser_may_not_guess_without_end(from_address):
    owner = from_address("203.0.113.7")
    owner.sign_in("lan")
    leave(owner)
    assert [owner.sign_in("lan", "wrong").status_code for _ in range(6)] == [401] * 5 + [429]


def test_a_browser_is_known_under_the_names_that_signed_in_there_alone(from_address):
    shared, stranger = from_address("203.0.113.7"), from_address("203.0.113.7")
    shared.sign_in("lan")
    leave(shared)
    for _ in range(5):
        stranger.sign_in("tong", "wrong")
    assert shared.sign_in("tong").status_code == 429


def test_the_cookie_of_a_known_browser_is_signed_hidden_and_tells_no_name(from_address):
    one = from_address("203.0.113.7")
    one.get("/console/sign-in")
    answer = one.sign_in("lan")
    (told,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("known=")]
    assert all(word in told for word in ("HttpOnly", "SameSite=Strict", "Path=/"))
    assert "lan" not in told.split(";")[0]
    kept = one.client.get_cookie("known").value
    forger = from_address("203.0.113.7")
    forger.client.set_cookie("known", kept[:-2] + ("AA" if kept[-2:] != "AA" else "BB"))
    for _ in range(5):
        forger.sign_in("lan", "wrong")
    assert forger.sign_in("lan").status_code == 429


def test_many_machines_that_guess_at_one_name_are_stopped_together(from_address, monkeypatch):
    monkeypatch.setattr(attempts, "FREE_TRIES_EVERYWHERE", 8)
    known = from_address("198.51.100.2")
    known.sign_in("lan")
    leave(known)
    answers = [from_address(f"203.0.113.{number}").sign_in("lan", "wrong").status_code for number in range(9)]
    assert answers == [401] * 8 + [429]
    assert known.sign_in("lan").status_code == 303


def test_names_that_exist_and_names_that_do_not_lock_alike(from_address):
    answers = {
        name: [from_address("203.0.113.7").sign_in(name, "wrong") for _ in range(7)]
        for name in ("lan", "nobody-here")
    }
    known, unknown = (
        [(one.status_code, one.headers.get("Retry-After")) for one in told] for told in answers.values()
    )
    assert [status for status, _ in known] == [status for status, _ in unknown] == [401] * 5 + [429] * 2


def test_made_up_names_do_not_fill_the_table(from_address, limited, monkeypatch):
    monkeypatch.setattr(attempts, "MOST_COUNTS", 20)
    limited(rate_limit_password="1000/minute")
    stranger = from_address("203.0.113.7")
    answers = [stranger.sign_in(f"made-up-{number}", "wrong").status_code for number in range(40)]
    assert session.scalar(sa.select(sa.func.count()).select_from(SignInAttempt)) <= 22
    assert answers[:10] == [401] * 10
    assert answers[-1] == 429
    assert from_address("198.51.100.2").sign_in("lan").status_code == 303


def test_wrong_links_into_the_console_are_counted_by_address(from_address, limited):
    limited(rate_limit_password="4/minute")
    guesser, path = from_address("203.0.113.7"), "/console/link/abcd-efgh-jkmn-pqrs"
    assert [guesser.get(path).status_code for _ in range(6)] == [409] * 4 + [429] * 2
    # A count of its own: passwords are tried elsewhere.
    assert guesser.sign_in("lan").status_code == 303
    assert from_address("198.51.100.2").get(path).status_code == 409


def test_wrong_passwords_of_an_address_are_few_and_right_ones_are_not_counted(from_address, limited):
    limited(rate_limit_password="4/minute")
    office = "203.0.113.7"
    right = [from_address(office).sign_in("lan").status_code for _ in range(6)]
    assert right == [303] * 6
    wrong = [from_address(office).sign_in(f"somebody-{number}", "wrong") for number in range(6)]
    assert [answer.status_code for answer in wrong] == [401] * 4 + [429] * 2
    assert int(wrong[-1].headers["Retry-After"]) >= 1
    assert from_address("198.51.100.2").sign_in("lan", "wrong").status_code == 401


def test_tries_of_an_address_are_limited_far_below_sign_ins(settings):
    assert settings.rate_limit_password == "60/minute"


@contextlib.contextmanager
def busy(threads):
    """So many threads are at a password and do not come to an end."""
    entered, leave = threading.Semaphore(0), threading.Event()

    def hold():
        with credentials._at_a_password():
            entered.release()
            leave.wait(timeout=20)

    places, _hashing = credentials._places()
    # One may hash; the others of their part wait for their turn.
    workers = [threading.Thread(target=hold) for _ in range(threads)]
    for one in workers:
        one.start()
    entered.acquire()
    while places._value > 0:
        entered.acquire(timeout=0.01)
    try:
        yield
    finally:
        leave.set()
        for one in workers:
            one.join()


def test_passwords_hold_a_part_of_the_threads_and_the_rest_go_on(town, settings):
    with busy(settings.web_threads // 2):
        answer = Visitor(town.app).sign_in("lan")
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) >= 1
        assert "稍等" in answer.get_data(as_text=True)
        assert town.phone("ning").get("/me").status_code == 200
    assert Visitor(town.app).sign_in("lan").status_code == 303
