"""WeChat cannot be reached for an hour. Nobody is stopped, nothing is lost, nobody is told twice."""

import socket
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, screening
from backend.db import session
from backend.outbox import delivery
from backend.outbox.models import Delivery
from backend.wechat import gateway
from backend.wechat.live import LiveWeChat
from backend.wechat.tokens import DatabaseTokens
from tests.api.test_files import uploaded
from tests.wishes import cast

WISH = {
    "title": "修一修漏水的水龙头",
    "description": "厨房的水龙头关不紧。",
    "category": "repair",
    "beneficiaryGroup": "elder",
    "estimatedCost": 30,
    "disclosure": "anonymous",
    "submit": True,
}


@pytest.fixture
def line(settings):
    """The line to WeChat, which can be cut and mended."""
    reached = gateway.gateway()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
    # A worker that starts now has no token either.
    away = LiveWeChat(replace(settings, wechat_base_url=nowhere), DatabaseTokens())

    class Line:
        def cut(self):
            gateway.use(away)

        def mend(self):
            gateway.use(reached)

    yield Line()
    gateway.use(reached)
    away.close()
    screening._pause.end()


def deliver():
    while delivery.deliver_due(gateway.gateway()):
        pass


def test_the_city_goes_on_and_everyone_is_told_once_when_wechat_is_back(town, wechat, line):
    # They signed in while WeChat was there; a session needs it no more.
    ning, lan, tong, pei = (town.phone(name) for name in ("ning", "lan", "tong", "pei"))
    for phone in (ning, pei):
        for _ in range(4):
            accepted = ["wish_progress", "review_result", "claim_progress"]
            phone.data("POST", "/me/subscriptions", {"accepted": accepted, "rejected": []})
    line.cut()
    start = clock.now()
    round_id = cast.open_round(town)

    # Ning wishes, with a picture: neither can be checked, so staff are asked to look.
    picture = uploaded(ning)
    assert picture["state"] == "needs_look"
    wish = ning.data("POST", "/wishes", {**WISH, "communityId": town.songtao, "fileIds": [picture["id"]]})
    waiting = {one["id"]: one for one in lan.data("GET", "/wishes/to-review")["list"]}
    assert waiting[wish["id"]]["needsLook"] is True
    assert [one["state"] for one in waiting[wish["id"]]["files"]] == ["needs_look"]

    # Staff look, accept and publish; a party member claims and fulfils; Ning confirms. Codes can be printed.
    lan.data("POST", f"/wishes/{wish['id']}/accept")
    for step in ("review", "publish"):
        tong.data("POST", f"/rounds/{round_id}/{step}")
    pei.data("POST", f"/wishes/{wish['id']}/claim", {"as": "personal"})
    printed = pei.client.get(f"/api/v1/wishes/{wish['id']}/qr", headers=pei.headers)
    assert (printed.status_code, printed.headers["X-Code"]) == (200, "plain")
    done = pei.data("POST", f"/wishes/{wish['id']}/fulfil", {"note": "修好了"})
    assert done["state"] == "fulfilled"
    assert ning.data("GET", f"/wishes/{wish['id']}")["claim"]["note"] is None
    lan.data("POST", f"/wishes/{wish['id']}/look", {"passed": True})
    answer = {"solved": True, "satisfaction": 5, "method": "app"}
    assert ning.data("POST", f"/wishes/{wish['id']}/confirm", answer)["state"] == "confirmed"

    # A number cannot be taken now; the person is told to come again, and loses nothing.
    refused = ning.post("/me/phone", {"code": "phone:15600000077:away"}, Idempotency_Key="away-0001")
    assert (refused.status_code, refused.json["error"]) == (503, "WE_CHAT_UNAVAILABLE")

    # The worker tries and waits; the inbox has everything already.
    for minutes in range(0, 60, 10):
        with clock.standing_at(start + timedelta(minutes=minutes)):
            deliver()
    assert wechat.messages_to("ning") == wechat.messages_to("pei") == []
    told = {row["title"] for row in ning.data("GET", "/me/notices")["list"]}
    assert {"心愿已通过审核", "心愿已发布", "心愿有人认领了", "心愿已送达，请您确认"} <= told

    # An hour later WeChat is back.
    line.mend()
    for hours in (1, 2, 4, 8):
        with clock.standing_at(start + timedelta(hours=hours)):
            deliver()
            deliver()
    for name, least in (("ning", 4), ("pei", 1)):
        texts = [str(sorted(message["data"].items())) for message in wechat.messages_to(name)]
        assert len(texts) >= least
        assert len(texts) == len(set(texts))
    states = session.execute(sa.select(Delivery.state, sa.func.count()).group_by(Delivery.state)).all()
    assert not {"waiting", "sending", "unknown", "dead"} & {state for state, _ in states}
    kept = ning.post("/me/phone", {"code": "phone:15600000077:away"}, Idempotency_Key="away-0001")
    assert kept.json["data"]["phone"] == "156******77"
