"""The second loop of the story: riders clear snow; hours are certified, and points follow."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from scripts.story.stage import CHINA, Person, Stage, Unexpected

LENGTH = timedelta(minutes=125)


def play(stage: Stage, people: dict[str, Person], place: int) -> None:
    """An activity of today, from its draft to certified hours, with newcomers so that it can be played again."""
    stage.act("志愿服务：骑手先锋队清雪")
    wulan, tong = people["wulan"], people["tong"]
    gu, ji = _newcomer(stage, "顾晓晴"), _newcomer(stage, "纪长风")
    here = _announce(stage, wulan, place)
    _sign_up(stage, here, gu, ji)
    _attend(stage, here, wulan, gu, ji)
    _certify(stage, here, wulan, tong)
    record = gu.get("/me/service-records", limit=1)["list"][0]
    stage.line(
        f"服务记录　{record['servedOn']}　{record['activityName']}　{record['minutes']} 分钟　"
        f"{record['organisingBody']}"
    )
    points = gu.get("/me/points")["available"]
    stage.line(f"顾晓晴的积分 {points}；积分可以花掉，时长永远不减")


def _newcomer(stage: Stage, name: str) -> Person:
    person = stage.sign_in(f"demo-{secrets.token_hex(4)}", f"{name}（志愿者）")
    person.put("/me", {"realName": name})
    return person


def _announce(stage: Stage, wulan: Person, place: int) -> str:
    riders = next(
        team
        for team in wulan.get("/teams", communityId=place, limit=50)["list"]
        if team["name"] == "骑手先锋队"
    )
    now = datetime.now(CHINA).replace(microsecond=0)
    activity = wulan.post(
        "/activities",
        {
            "communityId": place,
            "teamId": riders["id"],
            "title": "清扫单元门前的雪",
            "kind": "volunteer_service",
            "category": "便民服务",
            "place": "雪松家园东门",
            "startsAt": (now - LENGTH).isoformat(),
            "endsAt": (now + timedelta(minutes=10)).isoformat(),
            "capacity": 1,
            "risk": "路面湿滑",
        },
    )
    here = f"/activities/{activity['id']}"
    stage.refusal(wulan, wulan.refused(f"{here}/publish", {}, status=409))
    wulan.put(here, {"insuranceNumber": "BX-2026-0017"})
    wulan.post(f"{here}/publish")
    stage.result("填上保险单号后发布；名额 1 人")
    return here


def _sign_up(stage: Stage, here: str, gu: Person, ji: Person) -> None:
    first, second = gu.post(f"{here}/sign-up"), ji.post(f"{here}/sign-up")
    if (first["state"], second["state"]) != ("confirmed", "waitlisted"):
        raise Unexpected(f"一个名额，两人报名：得到 {first['state']}、{second['state']}")
    stage.result(f"顾晓晴报上名，纪长风候补第 {second['waitlistPosition']} 位")


def _attend(stage: Stage, here: str, wulan: Person, gu: Person, ji: Person) -> None:
    code = wulan.get(f"{here}/check-in-code")["code"]
    stage.line(f"现场的签到码 {code}，每 30 秒换一个")
    stage.refusal(ji, ji.refused(f"{here}/check-in", {"code": code}, status=409))
    gu.post(f"{here}/check-in", {"code": code})
    stage.refusal(gu, gu.refused(f"{here}/check-in", {"code": code}, status=409))
    now = datetime.now(CHINA).replace(microsecond=0)
    roll: Any = [
        {"personId": gu.me["id"], "checkedInAt": (now - LENGTH).isoformat(), "checkedOutAt": now.isoformat()}
    ]
    wulan.post(f"{here}/roll-call", roll)
    stage.result("队长按点名册补正到达和离开时间：点名和扫码同样算数")


def _certify(stage: Stage, here: str, wulan: Person, tong: Person) -> None:
    wulan.post(f"{here}/end")
    wulan.post(f"{here}/propose-hours", [])
    stage.refusal(wulan, wulan.refused(f"{here}/certify", [], status=403))
    tong.post(f"{here}/certify", [])
    stage.result("队长申报时长，社区认定：申报的人不能自己认定")
