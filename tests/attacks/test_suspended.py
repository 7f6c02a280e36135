"""Who is suspended tries everything: each route of the API and of the console says so, but for what stays theirs."""

from datetime import timedelta

import pytest
from werkzeug.routing import IntegerConverter

from backend import clock
from backend.console.frame.page import bp as console
from backend.db import transaction
from backend.identity import console_sessions
from backend.people import actions as people
from backend.people import suspensions
from backend.rights import suspending
from tests.console.visitor import Visitor
from tests.wishes.cast import by

# What writes and stays theirs: to complain, to leave, to sign out.
STAYS = {
    "POST /complaints",
    "POST /complaints/{complaint_id}/appeal",
    "POST /complaints/{complaint_id}/withdraw",
    "DELETE /me",
    "DELETE /sessions/current",
}
# What writes although it is asked for with GET: it opens what is sealed, or hands it out, and journals that.
OPENINGS = {
    "GET /wishes/{wish_id}/contact",
    "GET /complaints/{complaint_id}/contact",
    "GET /people/{person_id}/contact",
    "GET /units/{unit_id}/feedback",
    "GET /wishes/{wish_id}/former-texts",
}
OUT = "DELETE /sessions/current"


def suspend(town, name):
    with transaction():
        suspending.suspend(
            town.person(name).id, "反复提交广告", clock.today() + timedelta(days=7), actor=by(town, "tong")
        )


def routes(app, start):
    """(method, rule, endpoint) of every route below `start` that is not for everybody."""
    return [
        (method, rule, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(start) and app.view_functions[rule.endpoint].guard != "public"
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def address(rule):
    return rule.build({name: _some(of) for name, of in rule._converters.items()})[1]


def _some(converter):
    """A value that the converter takes: a word of its list, a number, or any word."""
    words = getattr(converter, "items", None)
    return min(words) if words else 1 if isinstance(converter, IntegerConverter) else "x"


@pytest.fixture
def stopped(town):
    phone = town.phone("ning")
    suspend(town, "ning")
    return phone


def test_every_route_of_the_api_knows_who_is_suspended(town, stopped):
    refused, free = set(), set()
    found = routes(town.app, "/api/v1")
    assert len(found) > 100
    for method, rule, _endpoint in sorted(found, key=lambda one: (one[0] == "DELETE", str(one[1]))):
        name = f"{method} {rule.rule.removeprefix('/api/v1').replace('<id:', '{').replace('<', '{').replace('>', '}')}"
        answer = stopped.client.open(
            address(rule), method=method, headers=stopped.headers, **({} if method == "GET" else {"json": {}})
        )
        told = answer.json if answer.mimetype == "application/json" else {}
        (refused if told.get("error") == "SUSPENDED" else free).add(name)
        answer.close()
        if name == OUT:
            stopped.sign_in("ning")
    reads = {name for name in refused | free if name.startswith("GET ")}
    assert {name for name in free if name not in reads} == STAYS
    assert refused & reads == OPENINGS


def test_to_sign_in_stays_theirs(town, stopped):
    assert town.phone("ning").get("/me").status_code == 200


def test_every_page_of_the_console_is_closed_to_who_is_suspended(town):
    suspend(town, "ning")
    visitor = _in_office(town)
    closed, found = set(), routes(town.app, console.url_prefix)
    assert len(found) > 100
    for method, rule, endpoint in found:
        if endpoint == "console.sign_out":
            continue
        path = address(rule)
        answer = visitor.get(path) if method == "GET" else visitor.post(path)
        if answer.status_code != 403 or "停用到" not in answer.get_data(as_text=True):
            closed.add(f"{method} {rule.rule} {answer.status_code}")
    assert closed == set()
    assert visitor.post("/console/sign-out").status_code == 303


def _in_office(town):
    """ning, who sat down at a console and was suspended there."""
    ning = town.person("ning").id
    with transaction():
        suspending.resume(ning, "先恢复", actor=by(town, "tong"))
        people.appoint(ning, "community_staff", town.songtao, clock.today(), None, actor=by(town, "admin"))
        token = console_sessions.enter(ning, "scan", "Chrome")
    town.out_of_office("ning")
    suspend(town, "ning")
    with transaction():
        # No door appoints who is suspended; should an appointment stand all the same, it opens nothing.
        people.write_appointment(
            ning, "community_staff", town.songtao, clock.today(), actor=by(town, "admin")
        )
        with pytest.raises(suspensions.Suspended):
            console_sessions.enter(ning, "scan", "Chrome")
    visitor = Visitor(town.app)
    visitor.get("/console/sign-in")
    with visitor.client.session_transaction(path="/console/") as kept:
        kept["console"] = token
    return visitor
