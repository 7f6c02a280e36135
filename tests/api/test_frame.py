"""The shape of every answer: envelope, request id, headers, addresses and methods nobody serves."""

import io
import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest
import structlog
from apiflask import APIBlueprint
from flask import session as cookie
from marshmallow import Schema as MarshmallowSchema

from backend import clock
from backend.api import health
from backend.api.frame import telemetry
from backend.api.frame.listing import paged
from backend.api.frame.route import post
from backend.api.wechat.inbox import StatementRow
from backend.api.wishes.wishes import WishOut
from backend.journal import JournalLine
from backend.wishes.actions import writing
from tests.wishes import cast

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def refusal(answer, status, error):
    """The refusal's body, checked for its shape."""
    told = answer.json
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert (told["error"], told["code"] // 100) == (error, status)
    assert re.search(r"[\u4e00-\u9fff]", told["message"])
    assert told["requestId"] == answer.headers["X-Request-Id"]
    return told


def test_a_success_says_code_zero_and_its_request_id(town):
    answer = town.phone("ning").get("/me")
    assert (answer.json["code"], answer.json["message"]) == (0, "ok")
    assert answer.json["requestId"] == answer.headers["X-Request-Id"]
    assert answer.headers["Content-Type"] == "application/json"


def test_a_request_id_that_can_be_logged_is_kept_and_any_other_is_replaced(town):
    phone = town.phone("ning")
    assert phone.get("/me", X_Request_Id="abc-DEF_123").json["requestId"] == "abc-DEF_123"
    for given in (
        "short",
        "a" * 65,
        "with space here",
        "字字字字字字字字".encode().decode("latin-1"),
        "a;b" * 4,
    ):
        assert re.fullmatch(r"[0-9a-f]{24}", phone.get("/me", X_Request_Id=given).json["requestId"])


def test_the_request_id_stands_on_the_journal_line_of_the_request(town):
    phone = town.phone("ning")
    phone.put("/me", {"nickname": "小舟"}, X_Request_Id="journal-me-123")
    line = cast.session.query(JournalLine).order_by(JournalLine.id.desc()).first()
    assert (line.verb, line.request) == ("update_profile", "journal-me-123")


@pytest.mark.parametrize(
    "path", ["/nowhere", "/wishes/abc", "/wishes/1/explode", "/../etc/passwd", "/wishes/-1"]
)
def test_an_address_nobody_serves_is_404_in_the_envelope(town, path):
    refusal(town.phone("ning").get(path), 404, "NOT_FOUND")


@pytest.mark.parametrize("number", ["0", str(2**53), str(2**63), "9" * 400])
def test_an_id_that_no_row_can_have_is_404(town, number):
    phone = town.phone("ning")
    refusal(phone.get(f"/wishes/{number}"), 404, "NOT_FOUND")
    refusal(phone.post(f"/wishes/{number}/submit"), 404, "NOT_FOUND")
    refusal(phone.post(f"/me/notices/{number}/read"), 404, "NOT_FOUND")


def test_the_largest_id_that_may_be_asked_for_is_404_and_no_fault(town):
    phone = town.phone("tong")
    largest = 2**53 - 1
    refusal(phone.get(f"/wishes/{largest}"), 404, "NOT_FOUND")
    refusal(phone.post(f"/rounds/{largest}/publish"), 404, "NOT_FOUND")
    refusal(phone.post(f"/residencies/{largest}/verify"), 404, "NOT_FOUND")
    refusal(phone.get(f"/organisations/{largest}"), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", "/me"), ("DELETE", "/wishes"), ("PUT", "/sessions"), ("TRACE", "/me"), ("OPTIONS", "/me")],
)
def test_a_method_nobody_serves_is_405_and_names_those_that_are(town, method, path):
    answer = town.phone("ning").call(method, path)
    refusal(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["Allow"]


def test_security_headers_stand_on_every_kind_of_answer(town):
    phone, nobody = town.phone("ning"), town.phone()
    answers = [
        phone.get("/me"),
        phone.post("/wishes", {}),
        nobody.get("/me"),
        nobody.get("/nowhere"),
        nobody.call("PATCH", "/me"),
        nobody.get("/healthz"),
        *(
            nobody.client.get(path)
            for path in ("/", "/docs", "/docs/start.js", "/openapi.json", "/metrics", "/wall")
        ),
    ]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, answer.request.path
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert (
            "unsafe-inline"
            not in answer.headers["Content-Security-Policy"].split("script-src")[1].split(";")[0]
        )
        assert "X-Request-Id" in answer.headers
        answer.close()


@pytest.mark.parametrize("path", ["/api/v1/me", "/wall", "/healthz"])
def test_only_the_console_looks_at_a_cookie(town, path):
    opened = town.app.session_interface.get_signing_serializer(town.app).dumps({"console": "stale"})
    phone = town.phone("ning").client
    phone.set_cookie("console", opened)
    with phone:
        answer = phone.get(path, headers={"Authorization": "Bearer unknown"})
        assert dict(cookie) == {}
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    with phone:
        phone.get("/console/sign-in")
        assert dict(cookie)["console"] == "stale"


def test_a_line_of_the_log_is_written_whole_and_at_once_whatever_it_tells(tmp_path):
    told = r"""
from backend.api.frame import telemetry
telemetry.configure_logs("INFO")
telemetry.log.info("从外面来的", errmsg="\ud800", errcode=2**70, other=object)
telemetry.log.info("一行", number=1)
"""
    trace = tmp_path / "written.py"
    trace.write_text(told)
    done = subprocess.run(
        [sys.executable, "-u", str(trace)],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        capture_output=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["event"] for line in lines] == ["从外面来的", "一行"]
    assert (lines[0]["errmsg"], lines[0]["errcode"], lines[1]["number"]) == ("\ud800", 2**70, 1)


def test_a_line_of_the_log_and_its_end_are_one_write(monkeypatch):
    written = []

    class Unbuffered(io.RawIOBase):
        def write(self, piece):
            written.append(piece)

    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=Unbuffered()))
    before = structlog.get_config()
    try:
        telemetry.configure_logs("INFO")
        telemetry.log.info("一行", number=1)
    finally:
        structlog.configure(**before)
    (line,) = written
    assert line.endswith(b"\n")
    assert json.loads(line)["number"] == 1


def test_methods_that_somebody_makes_up_are_counted_as_one(town):
    for method in ("BREW", "MAKEUP", "PROPFIND"):
        refusal(town.phone().call(method, "/me"), 405, "METHOD_NOT_ALLOWED")
    told = town.app.test_client().get("/metrics").get_data(as_text=True)
    assert 'dianliang_requests_total{method="other"' in told
    assert "BREW" not in told
    assert "PROPFIND" not in told


def test_a_page_is_shown_as_marshmallow_shows_it():
    rows = [SimpleNamespace(id=number, at=clock.now(), points=-2, balance=None) for number in range(3)]
    pages = [
        {"list": [vars(row) for row in rows], "next_cursor": None},
        {"list": rows, "next_cursor": "x"},
        {"list": None},
        {"list": [], "next_cursor": None, "beside": 1},
    ]
    for schema in (paged(StatementRow)(), paged(WishOut)()):
        for told in pages:
            shown = schema.dump(told)
            assert shown == MarshmallowSchema._serialize(schema, told)
            assert schema.dump([told], many=True) == [shown]
            assert schema.dump(None) == {}


def test_answers_of_the_api_are_not_kept_by_anyone_on_the_way(town):
    for answer in (town.phone("ning").get("/me"), town.phone().get("/me")):
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_fault_of_ours_is_500_in_the_envelope_and_shows_nothing_of_itself(town, monkeypatch):
    def explode(*_args, **_kwargs):
        raise KeyError("secret-in-a-stack-trace")

    phone = town.phone("ning")
    monkeypatch.setattr(writing, "write", explode)
    answer = phone.post("/wishes", _wish(town))
    refusal(answer, 500, "SERVER_FAULT")
    assert "secret" not in answer.get_data(as_text=True)
    assert "KeyError" not in answer.get_data(as_text=True)


def _wish(town):
    return {
        "communityId": town.songtao,
        "title": "台灯",
        "description": "想要一盏台灯",
        "category": "goods",
        "beneficiaryGroup": "elder",
        "estimatedCost": 80,
        "disclosure": "anonymous",
    }


def test_times_carry_chinas_offset_and_days_are_plain(town):
    wish = town.phone("ning").data(
        "POST", "/wishes", {**_wish(town), "wantedBy": "2126-12-31", "submit": True}
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00", wish["createdAt"])
    assert wish["wantedBy"] == "2126-12-31"


def test_health_and_readiness_answer_without_a_sign_in(town):
    assert town.phone().get("/healthz").json["data"] == {"status": "ok"}
    assert town.phone().get("/readyz").json["data"] == {"status": "ok", "writable": True}


def test_a_database_that_takes_no_change_is_ready_for_reading_and_says_so(town, monkeypatch):
    """503 would take every host out of the balance, and nobody could read the wall."""
    monkeypatch.setattr(health, "LAST_SECONDS", -1.0)
    for found, said in ((True, True), (False, False), (None, False), (True, True), (None, True)):
        monkeypatch.setattr(health, "can_write", lambda found=found: found)
        answer = town.phone().get("/readyz")
        assert (answer.status_code, answer.json["data"]) == (200, {"status": "ok", "writable": said})
        metrics = town.app.test_client().get("/metrics").get_data(as_text=True)
        assert f"dianliang_writable {int(said)}\n" in metrics


def test_whether_it_can_write_is_tried_once_in_a_few_seconds_however_often_it_is_asked(town, monkeypatch):
    tried = []
    monkeypatch.setattr(health, "_writing", health._Writing())
    monkeypatch.setattr(health, "can_write", lambda: tried.append(1) or True)
    for _ in range(5):
        assert town.phone().get("/readyz").status_code == 200
    assert tried == [1]


def test_a_database_that_is_behind_the_code_is_not_ready(town):
    with cast.transaction():
        cast.session.execute(cast.sa.text("UPDATE alembic_version SET version_num = '0001'"))
    refusal(town.phone().get("/readyz"), 503, "NOT_READY")
    assert town.phone().get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", 200),
        ("UPDATE alembic_version SET version_num = 'a-name-of-another-time'", 200),
        ("DELETE FROM alembic_version", 503),
        ("INSERT INTO alembic_version VALUES ('9999')", 503),
    ],
)
def test_an_old_program_stays_ready_while_the_schema_is_newer(town, statement, status):
    """Between the upgrade and the restart of a host: 503 would take all of them out at once."""
    with cast.transaction():
        cast.session.execute(cast.sa.text(statement))
    assert town.phone().get("/readyz").status_code == status
    assert town.phone("ning").get("/me").status_code == 200


def test_actions_name_the_moves_that_this_caller_may_make_now(town):
    (wish_id,), _ = cast.published(town)
    seen = {
        name: town.phone(name).data("GET", f"/wishes/{wish_id}")["actions"]
        for name in ("ning", "pei", "he", "tong")
    }
    back = ["send_back", "decline", "refer", "merge", "take_down", "redact"]
    assert seen == {"ning": ["withdraw"], "pei": ["claim"], "he": [], "tong": back}
    town.phone("pei").data("POST", f"/wishes/{wish_id}/claim", {"as": "personal"})
    assert town.phone("pei").data("GET", f"/wishes/{wish_id}")["actions"] == ["release", "fulfil"]
    assert town.phone("ning").data("GET", f"/wishes/{wish_id}")["actions"] == []


def test_every_action_that_is_offered_is_not_refused_for_its_state_or_its_caller(town):
    """What `actions` promises, the moves keep: each named move of a submitted wish can be made by its reader."""
    bodies = {
        "send_back": {"reason": "请补充"},
        "decline": {"reason": "不属于"},
        "refer": {"to": "grid", "reason": "转办"},
    }
    cast.open_round(town)
    staff = town.phone("lan")
    other = cast.submitted(town)
    bodies["merge"] = {"intoId": other, "reason": "同一件事"}
    offered = staff.data("GET", f"/wishes/{other}")["actions"]
    assert offered == ["accept", "send_back", "decline", "refer", "merge"]
    for move in offered:
        wish_id = cast.submitted(town)
        staff.data("POST", f"/wishes/{wish_id}/{move.replace('_', '-')}", bodies.get(move, {}))


def test_a_business_day_follows_china_and_not_the_clock_of_the_machine(town):
    late = clock.day_ends(clock.today()) - timedelta(minutes=1)
    with clock.frozen_at(late):
        assert (
            town.phone("ning")
            .post("/wishes", {**_wish(town), "wantedBy": clock.business_day(late).isoformat()})
            .status_code
            == 201
        )
    with clock.frozen_at(late + timedelta(minutes=2)):
        answer = town.phone("ning").post(
            "/wishes", {**_wish(town), "wantedBy": clock.business_day(late).isoformat()}
        )
        assert answer.json["error"] == "WANTED_IN_THE_PAST"


def test_a_route_whose_judge_cannot_take_its_parts_is_refused_at_the_start():
    """Else only a stranger with a wrong body would find it, as a fault of ours."""

    def may(order_id, *, actor):
        """Takes another name than the path has."""

    with pytest.raises(TypeError):
        post(APIBlueprint("odd", __name__), "/orders/<id:redemption_id>/extend", "延长", may=may)(
            lambda: None
        )
