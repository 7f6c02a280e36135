"""WeChat cannot be reached for an hour. Nobody is stopped, nothing is lost, nobody is told twice."""

import socket
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
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


def deliver():
    while delivery.deliver_due(gateway.gateway()):
        pass


def come_back(line, start):
    """WeChat is there again; the worker goes on trying through the hours that follow."""
    line.mend()
    for hours in (1, 2, 4, 8):
        with clock.frozen_at(start + timedelta(hours=hours)):
            deliver()
            deliver()


def everything_is_told_once(wechat, **least):
    """The messages of each of these people are as many as they should be at least, and no two are the same."""
    for name, fewest in least.items():
        texts = [str(sorted(message["data"].items())) for message in wechat.messages_to(name)]
        assert len(texts) >= fewest, (name, texts)
        assert len(texts) == len(set(texts)), (name, texts)
    states = session.execute(sa.select(Delivery.state, sa.func.count()).group_by(Delivery.state)).all()
    assert not {"waiting", "sending", "unknown", "dead"} & {state for state, _ in states}


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
        with clock.frozen_at(start + timedelta(minutes=minutes)):
            deliver()
    assert wechat.messages_to("ning") == wechat.messages_to("pei") == []
    told = {row["title"] for row in ning.data("GET", "/me/notices")["list"]}
    assert {"心愿已通过审核", "心愿已发布", "心愿有人认领了", "心愿已送达，请您确认"} <= told

    # An hour later WeChat is back.
    come_back(line, start)
    everything_is_told_once(wechat, ning=4, pei=1)
    kept = ning.post("/me/phone", {"code": "phone:15600000077:away"}, Idempotency_Key="away-0001")
    assert kept.json["data"]["phone"] == "156******77"


def test_people_check_in_and_points_become_rice_while_wechat_is_away(town, wechat, line):
    ning, wulan, tong, lan, bu = (town.phone(name) for name in ("ning", "wulan", "tong", "lan", "bu"))
    for phone, template in ((ning, "activity_notice"), (wulan, "redemption_notice")):
        for _ in range(4):
            phone.data("POST", "/me/subscriptions", {"accepted": [template], "rejected": []})
    line.cut()
    start = clock.now()

    # The riders' leader calls out for the snow of this hour; a neighbour comes, checks in and out.
    riders = next(one["id"] for one in wulan.data("GET", "/teams")["list"] if one["name"] == "骑手先锋队")
    wanted = {**activity(town, start + timedelta(minutes=10)), "teamId": riders}
    snow = wulan.data("POST", "/activities", wanted)
    here = f"/activities/{snow['id']}"
    wulan.data("POST", f"{here}/publish")
    assert ning.data("POST", f"{here}/sign-up")["state"] == "confirmed"
    for minutes, step, state in ((11, "check-in", "checked_in"), (45, "check-out", "checked_out")):
        with clock.frozen_at(start + timedelta(minutes=minutes)):
            code = wulan.data("GET", f"{here}/check-in-code")["code"]
            assert ning.data("POST", f"{here}/{step}", {"code": code})["state"] == state
    with clock.frozen_at(start + timedelta(minutes=50)):
        wulan.data("POST", f"{here}/end")
        wulan.data("POST", f"{here}/propose-hours", [])
        assert tong.data("POST", f"{here}/certify", [])["state"] == "certified"
    assert [one["minutes"] for one in ning.data("GET", "/me/service-records")["list"]] == [34]

    # Points become rice: asked for, approved, handed over.
    (shop,) = wulan.data("GET", f"/shops?communityId={town.songtao}")["list"]
    rice = next(
        one for one in wulan.data("GET", f"/shops/{shop['id']}/items")["list"] if "大米" in one["name"]
    )
    body = {"shopId": shop["id"], "lines": [{"itemId": rice["id"], "quantity": 1}]}
    order = wulan.data("POST", "/redemptions", body)
    lan.data("POST", f"/redemptions/{order['id']}/approve")
    code = wulan.data("GET", f"/redemptions/{order['id']}")["pickUpCode"]
    done = bu.data(
        "POST", f"/redemptions/{order['id']}/hand-over", {"pickUpCode": code, "collectedBy": "self"}
    )
    assert done["state"] == "handed_over"
    with clock.frozen_at(start + timedelta(minutes=55)):
        deliver()
    assert wechat.messages_to("ning") == wechat.messages_to("wulan") == []

    come_back(line, start)
    everything_is_told_once(wechat, ning=2, wulan=2)


def activity(town, starts):
    ends = starts + timedelta(minutes=35)
    times = {"startsAt": starts, "endsAt": ends}
    told = {name: at.astimezone(clock.CHINA).isoformat(timespec="seconds") for name, at in times.items()}
    about = {"title": "清雪", "category": "便民服务", "place": "雪松家园东门", "capacity": 10}
    return {"communityId": town.songtao, "kind": "volunteer_service", **about, **told}
