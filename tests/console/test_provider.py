"""统一身份认证: staff come in by the city's own sign-in, here a real OpenID provider with every fault it may have."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from backend import clock, config, oidc, outside
from backend.db import session, transaction
from backend.identity.console_sessions import NoAppointment
from backend.identity.models import ConsoleSession, ProviderAccount
from backend.identity.provider_accounts import (
    EnterAgainFirst,
    OtherProviderAccountBound,
    ProviderAccountTaken,
    ProviderAccountUnknown,
)
from backend.journal import JournalLine
from backend.operations import doctor
from backend.people import appointing
from backend.people.models import Appointment
from backend.people.security_events import SecurityEvent
from backend.seeds import demo
from tests.console.visitor import Visitor
from tests.provider import CLIENT, SECRET, running
from tests.wishes.cast import by

BEGIN, ANSWER = "/console/sign-in/provider", "/console/sign-in/provider/answer"
_ONTO = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')


@pytest.fixture(scope="module")
def running_provider():
    with running() as provider:
        yield provider


@pytest.fixture
def provider(running_provider, town, monkeypatch):
    running_provider.reset()
    given = replace(
        config.settings(),
        oidc_issuer=running_provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
    )
    monkeypatch.setattr(config, "_current", given)
    oidc.forget()
    yield running_provider
    oidc.forget()


def onto(answer):
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return html.unescape(_ONTO.search(answer.get_data(as_text=True))[1])


def begun(one, path=BEGIN, **told):
    """The address of the provider's page, to which this browser is led."""
    one.get("/console/sign-in" if path == BEGIN else "/console/account")
    return onto(one.post(path, told))


def back(one, location):
    """What this browser gets, led back from the provider."""
    parts = urlsplit(location)
    assert parts.path == ANSWER
    return one.get(onto(one.get(f"{parts.path}?{parts.query}")))


def bind(provider, one, subject):
    return back(one, provider.sign_in(begun(one, "/console/account/provider"), subject))


def come_in(provider, one, subject, **told):
    return back(one, provider.sign_in(begun(one, **told), subject))


def refused(answer, kind):
    text = answer.get_data(as_text=True)
    assert answer.status_code == kind.status(), text
    assert html.escape(kind.message) in text
    assert "回到今日待办" in text
    return text


@pytest.fixture
def bound(provider, visitor):
    """佟雨禾, whose account at the provider is bound to her."""
    assert bind(provider, visitor("tong"), "tong-at-the-city").headers["Location"] == "/console/account"
    return provider


def test_who_is_bound_comes_in_and_may_do_what_the_appointment_says(bound, town, visitor):
    one = visitor()
    answer = come_in(bound, one, "tong-at-the-city", next="/console/review")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/review")
    assert "审核" in one.page("/console/review")
    assert one.get("/console/rounds/new").status_code in (403, 404)
    page = one.page("/console/account")
    assert "统一身份认证" in page
    assert "解除绑定" in page
    tong = town.person("tong").id
    opened = session.scalars(sa.select(ConsoleSession).order_by(ConsoleSession.id.desc())).first()
    assert (opened.person_id, opened.method) == (tong, "provider")
    told = session.scalars(sa.select(SecurityEvent.title).where(SecurityEvent.person_id == tong)).all()
    assert "用统一身份认证登录了工作后台" in told
    assert any("绑定了统一身份" in title for title in told)
    verbs = session.scalars(sa.select(JournalLine.verb).where(JournalLine.actor_id == tong)).all()
    assert {"bind_provider", "enter_console"} <= set(verbs)


def test_only_who_it_is_is_asked_and_the_code_is_bound_to_this_browser(provider, visitor):
    """PKCE, state, nonce; no name, no phone number."""
    one = visitor()
    address = begun(one)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert (asked["scope"], asked["response_type"], asked["code_challenge_method"]) == (
        "openid",
        "code",
        "S256",
    )
    assert asked["redirect_uri"].endswith(ANSWER)
    assert min(len(asked["state"]), len(asked["nonce"]), len(asked["code_challenge"])) >= 32
    back(one, provider.sign_in(address, "anybody"))
    (form,) = [form for path, form in provider.asked if path == "/oauth2/token"]
    assert create_s256_code_challenge(form["code_verifier"]) == asked["code_challenge"]
    assert form["authorization"].startswith("Basic ")
    again = parse_qs(urlsplit(begun(one)).query)
    assert all(again[name] != [asked[name]] for name in ("state", "nonce", "code_challenge"))


def test_who_is_not_bound_does_not_come_in(bound, town, visitor):
    text = refused(come_in(bound, visitor(), "lan-at-the-city"), ProviderAccountUnknown)
    assert "lan-at-the-city" not in text
    assert session.scalar(sa.select(sa.func.count()).select_from(ProviderAccount)) == 1


def test_whose_appointment_ended_does_not_come_in(bound, town, visitor):
    tong = town.person("tong").id
    with transaction():
        for one in session.scalars(sa.select(Appointment.id).where(Appointment.person_id == tong)).all():
            appointing.end(one, actor=by(town, "admin"))
    refused(come_in(bound, visitor(), "tong-at-the-city"), NoAppointment)


FAULTS = {
    "broken": oidc.ProviderUnavailable,
    "nonsense": oidc.ProviderUnavailable,
    "other issuer": oidc.ProviderMisset,
}
FAULTS_OF_ANSWERS = {
    "broken": oidc.ProviderUnavailable,
    "nonsense": oidc.ProviderUnavailable,
    "wrong secret": oidc.ProviderMisset,
    "wrong keys": oidc.ProviderAnswerRefused,
    "wrong audience": oidc.ProviderAnswerRefused,
    "old token": oidc.ProviderAnswerRefused,
    "unsigned": oidc.ProviderAnswerRefused,
    "no token": oidc.ProviderAnswerRefused,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_provider_that_is_out_of_order_is_a_page_that_says_what_to_do(provider, visitor, fault):
    provider.fault = fault
    one = visitor()
    one.get("/console/sign-in")
    answer = one.post(BEGIN)
    refused(answer, FAULTS[fault])
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("fault", FAULTS_OF_ANSWERS)
def test_an_answer_that_is_not_for_us_now_opens_nothing(bound, town, visitor, fault):
    """Of keys, audience, nonce and signature each one is enough."""
    one = visitor()
    if fault == "wrong audience":
        bound.fault = fault
    location = bound.sign_in(begun(one), "tong-at-the-city")
    bound.fault = fault
    if fault == "wrong keys":
        oidc.forget()
    refused(back(one, location), FAULTS_OF_ANSWERS[fault])
    assert one.get("/console/account").status_code == 303


def test_a_provider_that_is_away_is_a_page_as_well(provider, visitor, monkeypatch):
    given = replace(config.settings(), oidc_issuer="http://127.0.0.1:9")
    monkeypatch.setattr(config, "_current", given)
    one = visitor()
    assert "用统一身份认证登录" in one.page("/console/sign-in")
    refused(one.post(BEGIN), oidc.ProviderUnavailable)
    assert one.sign_in("tong").status_code == 303


def test_a_slow_provider_holds_up_a_part_of_the_threads_and_nobody_else(provider, town, monkeypatch):
    """Four threads: two may wait, the third is told at once; the others are left for everybody else."""
    outside.use(4)
    provider.fault = "slow"
    provider.go_on.clear()
    client = Visitor(town.app)
    client.get("/console/sign-in")
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(_begins, town.app) for _ in range(2)]
        while sum(path.startswith("/.well-known") for path, _form in provider.asked) < 2:
            provider.go_on.wait(0.01)
        answer = client.post(BEGIN)
        refused(answer, oidc.ProviderUnavailable)
        provider.fault = None
        provider.go_on.set()
        assert [one.result(60) for one in waiting] == ["begun", "begun"]


def _begins(app):
    with app.app_context(), app.test_request_context():
        oidc.begin("http://localhost/x")
    return "begun"


def test_after_repeated_time_outs_nobody_waits_for_it(provider, visitor, monkeypatch):
    monkeypatch.setattr(oidc, "TIMEOUT_SECONDS", (0.05, 0.05))
    monkeypatch.setattr(outside, "SLOW_SECONDS", 0.0)
    provider.fault = "slow"
    provider.go_on.clear()
    one = visitor()
    one.get("/console/sign-in")
    for _ in range(outside.SLOW_IN_A_ROW + 2):
        answer = one.post(BEGIN)
        refused(answer, oidc.ProviderUnavailable)
    assert len(provider.asked) == outside.SLOW_IN_A_ROW
    assert int(answer.headers["Retry-After"]) > 5


def test_an_answer_counts_once_in_the_browser_that_asked_and_for_ten_minutes(bound, visitor):
    one, other = visitor(), visitor()
    location = bound.sign_in(begun(one), "tong-at-the-city")
    refused(back(other, location), oidc.ProviderSignInOver)
    assert back(one, location).status_code == 303
    one.client.delete_cookie("console")
    refused(back(one, location), oidc.ProviderSignInOver)
    # An answer to another question than the last one.
    old = bound.sign_in(begun(one), "tong-at-the-city")
    begun(one)
    refused(back(one, old), oidc.ProviderSignInOver)
    late = bound.sign_in(begun(one), "tong-at-the-city")
    with clock.frozen_at(clock.now() + timedelta(seconds=oidc.STANDS_SECONDS + 1)):
        refused(back(one, late), oidc.ProviderSignInOver)


def test_a_code_is_spent_at_the_provider_as_well(bound, visitor):
    """Somebody who read a code in a log has nothing of it, whatever browser they ask with."""
    one = visitor()
    location = bound.sign_in(begun(one), "tong-at-the-city")
    assert back(one, location).status_code == 303
    thief = visitor()
    state = parse_qs(urlsplit(begun(thief)).query)["state"][0]
    code = parse_qs(urlsplit(location).query)["code"][0]
    refused(
        thief.get(f"/console/sign-in/provider/finish?code={code}&state={state}"), oidc.ProviderAnswerRefused
    )


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("access_denied", oidc.ProviderSaidNo),
        ("login_required", oidc.ProviderSaidNo),
        ("temporarily_unavailable", oidc.ProviderUnavailable),
        ("unauthorized_client", oidc.ProviderMisset),
        ("", oidc.ProviderSaidNo),
    ],
)
def test_what_the_provider_says_instead_of_a_code_is_told_in_chinese(provider, visitor, error, kind):
    one = visitor()
    state = parse_qs(urlsplit(begun(one)).query)["state"][0]
    told = f"&error={error}&error_description=%3Cb%3Esecret" if error else ""
    answer = one.get(onto(one.get(f"{ANSWER}?state={state}{told}")))
    assert "secret" not in refused(answer, kind)


def test_an_answer_of_another_issuer_is_refused(provider, visitor):
    one = visitor()
    state = parse_qs(urlsplit(begun(one)).query)["state"][0]
    answer = one.get(
        f"/console/sign-in/provider/finish?state={state}&code=x&iss=https://elsewhere.example.cn"
    )
    refused(answer, oidc.ProviderAnswerRefused)


def test_binding_needs_a_console_that_was_just_entered(provider, town, visitor):
    one = visitor("tong")
    with clock.frozen_at(clock.now() + timedelta(minutes=11)):
        one.get("/console/account")
        refused(one.post("/console/account/provider"), EnterAgainFirst)
    address = begun(one, "/console/account/provider")
    with clock.frozen_at(clock.now() + timedelta(minutes=9)):
        assert back(one, provider.sign_in(address, "tong-at-the-city")).status_code == 303
    assert session.scalars(sa.select(ProviderAccount.person_id)).all() == [town.person("tong").id]


def test_an_account_is_one_persons_and_a_person_has_one(bound, town, visitor):
    refused(bind(bound, visitor("lan"), "tong-at-the-city"), ProviderAccountTaken)
    tong = visitor("tong")
    refused(bind(bound, tong, "tong-at-another-office"), OtherProviderAccountBound)
    assert bind(bound, tong, "tong-at-the-city").status_code == 303
    tong.get("/console/account")
    assert tong.post("/console/account/provider/drop").status_code == 303
    assert "绑定统一身份认证" in tong.page("/console/account")
    refused(come_in(bound, visitor(), "tong-at-the-city"), ProviderAccountUnknown)
    assert bind(bound, visitor("lan"), "tong-at-the-city").status_code == 303


def test_nobody_is_bound_to_who_sat_there_before(provider, town, visitor):
    one = visitor("tong")
    location = provider.sign_in(begun(one, "/console/account/provider"), "tong-at-the-city")
    kept = one.client.get_cookie("console").value
    one.client.delete_cookie("console")
    one.sign_in("lan")
    with one.client.session_transaction("/console/") as lans:
        token = lans["console"]
    one.client.set_cookie("console", kept)
    with one.client.session_transaction("/console/") as mixed:
        mixed["console"] = token
    refused(back(one, location), oidc.ProviderSignInOver)
    assert session.scalar(sa.select(sa.func.count()).select_from(ProviderAccount)) == 0


def test_who_says_not_me_is_bound_to_nothing_any_more(bound, town, visitor):
    one = visitor()
    come_in(bound, one, "tong-at-the-city")
    one.get("/console/account")
    event = session.scalars(sa.select(SecurityEvent.id).order_by(SecurityEvent.id.desc())).first()
    assert one.post(f"/console/account/events/{event}/deny").status_code == 303
    refused(come_in(bound, visitor(), "tong-at-the-city"), ProviderAccountUnknown)


def test_a_way_of_asking_that_the_city_wants_is_asked_for_and_looked_at(bound, visitor, monkeypatch):
    """OIDC_ACR: the provider here says nothing of how it asked, and so nobody comes in."""
    monkeypatch.setattr(config, "_current", replace(config.settings(), oidc_acr="two-factors phr"))
    one = visitor()
    address = begun(one)
    assert parse_qs(urlsplit(address).query)["acr_values"] == ["two-factors phr"]
    refused(back(one, bound.sign_in(address, "tong-at-the-city")), oidc.ProviderAnswerRefused)


def test_without_the_option_nothing_of_it_is_there(town, visitor):
    one = visitor("tong")
    assert "统一身份" not in one.page("/console/account")
    assert one.post("/console/account/provider").status_code == 404
    guest = visitor()
    assert "统一身份" not in guest.page("/console/sign-in")
    assert guest.post(BEGIN).status_code == 404


def test_doctor_says_what_is_wrong_with_the_provider(provider, monkeypatch):
    # The PostgreSQL of the tests writes nothing through, which doctor calls a fault of the database and looks no further.
    monkeypatch.setattr(doctor, "_postgresql", lambda: iter(()))

    def said():
        return [one.sentence for one in doctor.findings() if "sign-in" in one.sentence]

    assert said() == []
    provider.fault = "other issuer"
    assert said() == [
        "the city's own sign-in cannot be used: OIDC_ISSUER is not written as the provider writes it"
    ]
    monkeypatch.setattr(config, "_current", replace(config.settings(), oidc_issuer="http://127.0.0.1:9"))
    assert "cannot be reached" in said()[0]


def test_in_a_browser_the_strict_cookie_is_there_when_the_other_site_leads_back(
    provider, desk, browser, address
):
    """The provider is another site, `localhost`: what it leads to sees no cookie of ours, the page after it does."""
    with browser.new_context(base_url=address, locale="zh-CN") as context:
        page = context.new_page()
        page.goto("/console/sign-in")
        page.get_by_role("textbox", name="登录名").fill("tong")
        page.get_by_label("口令", exact=True).fill(demo.password())
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/")
        page.goto("/console/account")
        page.get_by_role("button", name="绑定统一身份认证").click()
        _at_the_provider(page, provider)
        page.get_by_text("统一身份已绑定，以后可以用它登录").wait_for()
        desk.look_at(page, "provider-bound")
    with browser.new_context(base_url=address, locale="zh-CN") as context:
        page = context.new_page()
        page.goto("/console/review")
        desk.look_at(page, "provider-sign-in")
        page.get_by_role("button", name="用统一身份认证登录").click()
        _at_the_provider(page, provider)
        page.wait_for_url("**/console/review")


def _at_the_provider(page, provider):
    page.wait_for_url(f"{provider.issuer}/oauth2/authorize**")
    page.locator('input[name="sub"]').fill("tong-at-the-city")
    page.keyboard.press("Enter")
