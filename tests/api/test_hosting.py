"""WeChat Cloud Hosting: who calls is believed from its header where we are told so, and nowhere else."""

import json
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from backend import clock, config
from backend.api.frame import hosting
from backend.api.wechat import push
from backend.app import create_app
from backend.db import session, transaction
from backend.outbox import acceptances
from backend.outbox.models import Subscription
from backend.people import sealed
from backend.people.models import Person
from backend.wechat.simulator import push as simulator_push
from backend.wechat.simulator.rules import openid_of
from tests.town import API, Phone

FORGED = {"X-WX-OPENID": openid_of("admin"), "X-WX-APPID": "wx-simulated", "X-WX-SOURCE": "wx_client"}


@pytest.fixture
def hosted(town, settings):
    """The product as it runs behind Cloud Hosting."""
    config.use(replace(settings, wechat_cloud_hosting="on"))
    return town


def client_of(town, **headers):
    phone = Phone(town.app)
    phone.headers = headers
    return phone


def person_id(name):
    return session.query(Person.id).filter(Person.openid == openid_of(name)).scalar()


@pytest.mark.parametrize("path", ["/me", "/me/wishes", "/deliveries/dead", "/people", "/me/points"])
def test_a_forged_header_is_ignored_without_the_setting(town, path):
    answer = client_of(town, **FORGED).get(path)
    assert answer.status_code in (401, 405)


def test_whoever_forges_a_header_reads_as_a_guest(town):
    assert client_of(town, **FORGED).data("GET", "/wishes") == client_of(town).data("GET", "/wishes")


def test_a_forged_header_changes_nothing_about_who_signed_in(town):
    ning = town.phone("ning")
    ning.headers = {**ning.headers, **FORGED}
    assert ning.data("GET", "/me")["id"] == ning.id


def test_a_forged_header_signs_nobody_in(town):
    answer = client_of(town, **FORGED).post("/sessions", {"code": "not-a-code"})
    assert answer.json["error"] == "LOGIN_CODE_INVALID"
    assert client_of(town, **FORGED).post("/sessions", {"code": "sim:ning:forged"}).json["data"]["person"][
        "id"
    ] == person_id("ning")


def test_behind_hosting_the_header_says_who_calls(hosted, wechat):
    me = client_of(hosted, **{**FORGED, "X-WX-OPENID": openid_of("ning")}).data("GET", "/me")
    assert me["id"] == person_id("ning")
    assert wechat.calls("/sns") == []


def test_behind_hosting_a_newcomer_is_made_known_by_signing_in(hosted, wechat):
    headers = {**FORGED, "X-WX-OPENID": openid_of("a-newcomer")}
    phone = client_of(hosted, **headers)
    assert phone.get("/me").json["error"] == "NOT_SIGNED_IN"
    made = phone.data("POST", "/sessions", {"code": "unused"})
    assert phone.data("GET", "/me")["id"] == made["person"]["id"] == person_id("a-newcomer")
    assert wechat.calls("/sns") == []


def test_behind_hosting_a_token_counts_before_the_header(hosted):
    ning = hosted.phone("ning")
    ning.headers = {**ning.headers, **FORGED}
    assert ning.data("GET", "/me")["id"] == ning.id
    ning.headers = {**ning.headers, "Authorization": "Bearer wrong"}
    assert ning.get("/me").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {**FORGED, "X-WX-APPID": "wx-another"},
        {"X-WX-FROM-OPENID": openid_of("admin"), "X-WX-FROM-APPID": "wx-another"},
        {**FORGED, "X-WX-OPENID": ""},
        {**FORGED, "X-WX-OPENID": f"{openid_of('admin')},{openid_of('ning')}"},
        {},
    ],
)
def test_behind_hosting_a_caller_from_another_app_is_nobody(hosted, headers):
    assert client_of(hosted, **headers).get("/me").status_code == 401


def test_behind_hosting_a_cancelled_person_is_nobody(hosted):
    from backend.db import transaction

    with transaction():
        session.get(Person, person_id("ning")).state = "merged"
        session.query(Person).filter(Person.openid == openid_of("ning")).update({"openid": None})
    headers = {**FORGED, "X-WX-OPENID": openid_of("ning")}
    assert client_of(hosted, **headers).get("/me").status_code == 401


def test_a_write_without_a_token_works_behind_hosting_with_its_key(hosted):
    headers = {**FORGED, "X-WX-OPENID": openid_of("ning")}
    phone = client_of(hosted, **headers)
    asked = {"accepted": ["wish_progress"], "rejected": []}
    first = phone.post("/me/subscriptions", asked, Idempotency_Key="hosted-0001")
    again = phone.post("/me/subscriptions", asked, Idempotency_Key="hosted-0001")
    assert first.json == again.json
    assert phone.delete("/sessions/current").status_code == 200


# The platform's own visits


def pushed(town, body, **headers):
    return town.app.test_client().post("/wechat/push", data=body, headers=headers)


PROBES = [b'{ "action": "CheckContainerPath"}', b"<xml><action>CheckContainerPath</action></xml>"]


@pytest.mark.parametrize("body", PROBES)
def test_the_probe_of_the_container_path_gets_success(hosted, body):
    answer = pushed(hosted, body, **{"X-WX-SOURCE": "wx_push"})
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "success")


@pytest.mark.parametrize("body", [*PROBES, b'{"Event": "user_info_modified", "OpenID": "o"}'])
def test_without_the_setting_or_from_outside_nothing_unsigned_is_taken(town, settings, body):
    assert pushed(town, body, **{"X-WX-SOURCE": "wx_push"}).status_code == 403
    config.use(replace(settings, wechat_cloud_hosting="on"))
    assert pushed(town, body).status_code == 403


TAKEN_AWAY = {
    "user_info_modified": {"RefreshPermission": "1"},
    "user_authorization_revoke": {"RevokeInfo": "6,8,14"},
    "user_authorization_cancellation": {},
    "subscribe_msg_change_event": {
        "List": {"TemplateId": "tpl_wish_progress", "SubscribeStatusString": "reject"}
    },
}


def event(kind, name="ning", **more):
    who = {"FromUserName": openid_of(name), "OpenID": openid_of(name)}
    return json.dumps({"MsgType": "event", "Event": kind, **who, "CreateTime": 1, **more})


def kept(town):
    """What any of these events would take away."""
    session.rollback()
    ning = session.get(Person, town.ning_id, populate_existing=True)
    remaining = session.scalar(
        sa.select(Subscription.remaining).where(
            Subscription.person_id == town.ning_id, Subscription.template == "wish_progress"
        )
    )
    return ning.state, ning.nickname, ning.phone_sealed, remaining


@pytest.fixture
def with_ning(hosted):
    hosted.ning_id = person_id("ning")
    with transaction():
        ning = session.get(Person, hosted.ning_id)
        ning.nickname = "宁宁"
        sealed.keep_phone(ning, "15612345677")
        acceptances.told_by_wechat(hosted.ning_id, [("tpl_wish_progress", "accept")])
    return hosted


@pytest.mark.parametrize("kind", TAKEN_AWAY)
def test_nothing_is_taken_away_because_of_a_push_that_nobody_signed(with_ning, wechat, kind):
    before = kept(with_ning)
    answer = pushed(with_ning, event(kind, **TAKEN_AWAY[kind]), **{"X-WX-SOURCE": "wx_push"})
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "success")
    assert kept(with_ning) == before
    assert before[0] == "active"


def test_every_event_that_takes_away_is_tried_here():
    assert set(TAKEN_AWAY) == push.TAKING_AWAY


@pytest.mark.parametrize("kind", TAKEN_AWAY)
def test_the_same_signed_counts_on_such_a_process_too(with_ning, settings, kind):
    before = kept(with_ning)
    query, body = simulator_push.sealed(
        settings, json.loads(event(kind, **TAKEN_AWAY[kind])), int(clock.now().timestamp())
    )
    answer = with_ning.app.test_client().post("/wechat/push", query_string=query, data=body)
    assert answer.status_code == 200
    assert kept(with_ning) != before


def test_a_cancellation_that_nobody_signed_counts_once_wechat_knows_the_user_no_more(with_ning, wechat):
    wechat.misbehave("/wxa/msg_sec_check", errcode=40003)
    told = event("user_authorization_cancellation")
    assert pushed(with_ning, told, **{"X-WX-SOURCE": "wx_push"}).status_code == 200
    assert kept(with_ning)[0] == "cancelled"


@pytest.mark.parametrize("fault", [{"errcode": 61010}, {"errcode": 0, "body": '{"errcode": 0}'}])
def test_who_is_still_known_to_wechat_is_not_cancelled(with_ning, wechat, fault):
    wechat.misbehave("/wxa/msg_sec_check", **fault)
    pushed(with_ning, event("user_authorization_cancellation"), **{"X-WX-SOURCE": "wx_push"})
    assert kept(with_ning)[0] == "active"


def test_while_wechat_cannot_be_asked_it_is_told_to_push_again(with_ning, wechat):
    told, said = event("user_authorization_cancellation"), {"X-WX-SOURCE": "wx_push"}
    wechat.misbehave("/wxa/msg_sec_check", status=502)
    assert pushed(with_ning, told, **said).status_code == 503
    wechat.misbehave("/wxa/msg_sec_check", errcode=40003)
    assert pushed(with_ning, told, **said).status_code == 200
    assert kept(with_ning)[0] == "cancelled"


def test_behind_hosting_an_unsigned_event_that_gives_counts_once(with_ning):
    given = {"List": {"TemplateId": "tpl_wish_progress", "SubscribeStatusString": "accept"}}
    before = kept(with_ning)[3]
    for _ in range(2):
        answer = pushed(with_ning, event("subscribe_msg_popup_event", **given), **{"x-wx-sources": "wx"})
        assert answer.status_code == 200
    assert kept(with_ning)[3] == before + 1


FOR_PEOPLE = [
    "/",
    "/wall",
    "/console/",
    "/console/sign-in",
    "/docs",
    "/openapi.json",
    "/static/console.css",
    "/q/wish/1",
]


@pytest.fixture
def process(settings, migrated_app):
    """A process that was started with the setting."""
    yield create_app(replace(settings, wechat_cloud_hosting="on", trusted_proxies=1))
    config.use(settings)


def test_such_a_process_has_neither_console_nor_public_pages(process):
    client = process.test_client()
    for path in FOR_PEOPLE:
        assert client.get(path).status_code == 404, path
    assert client.post("/console/sign-in", data={"login": "lan", "password": "x"}).status_code == 404
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/v1/me").status_code == 401
    assert client.patch("/api/v1/me").status_code == 405


def test_no_address_for_people_is_left_on_such_a_process(process):
    client, left = process.test_client(), []
    for rule in process.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "1", rule.rule)
        if "GET" in rule.methods and not path.startswith(hosting.FOR_MACHINES):
            left += [path] if client.get(path).status_code != 404 else []
    assert left == []
    assert not [name for name in process.blueprints if name in ("console", "public")]


def test_elsewhere_they_are_all_there(town):
    client = town.app.test_client()
    assert {client.get(path).status_code for path in FOR_PEOPLE[:2]} == {200}


def test_the_health_of_the_container_needs_nothing(hosted):
    client = hosted.app.test_client()
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
    assert API == "/api/v1"
