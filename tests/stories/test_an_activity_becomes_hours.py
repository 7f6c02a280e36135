"""A rider's team clears snow: signed up for, checked in by a changing code, certified; hours and points follow."""

from datetime import timedelta

from backend import clock


def _at(moment):
    return moment.astimezone(clock.CHINA).isoformat(timespec="seconds")


def test_riders_clear_the_snow_and_their_hours_stay_when_the_points_are_gone(town):
    riders = next(t for t in town.phone("ning").data("GET", "/teams")["list"] if t["name"] == "骑手先锋队")
    starts = clock.now() + timedelta(days=1)
    wulan = town.phone("wulan")
    snow = wulan.data(
        "POST",
        "/activities",
        {
            "communityId": town.songtao,
            "teamId": riders["id"],
            "title": "清雪",
            "kind": "volunteer_service",
            "category": "便民服务",
            "place": "雪松家园东门",
            "startsAt": _at(starts),
            "endsAt": _at(starts + timedelta(hours=3)),
            "capacity": 10,
            "risk": "路面湿滑",
        },
    )
    here = f"/activities/{snow['id']}"
    assert snow["state"] == "draft"
    assert wulan.post(f"{here}/publish").json["error"] == "INSURANCE_MISSING"
    wulan.data("PUT", here, {"insuranceNumber": "BX-2026-17"})
    assert wulan.data("POST", f"{here}/publish")["state"] == "published"

    ning, pei, tong = town.phone("ning"), town.phone("pei"), town.phone("tong")
    assert ning.data("POST", f"{here}/sign-up")["state"] == "confirmed"
    pei.data("POST", f"{here}/sign-up")
    e = town.person("e").id
    tong.data("POST", f"{here}/sign-up", {"onBehalfOf": {"personId": e, "reason": "老人没有手机"}})

    with clock.frozen_at(starts + timedelta(minutes=2)):
        code = wulan.data("GET", f"{here}/check-in-code")["code"]
        assert ning.data("POST", f"{here}/check-in", {"code": code})["state"] == "checked_in"
        pei.data("POST", f"{here}/check-in", {"code": code})
        proxy = {"personId": e, "reason": "老人没有手机"}
        tong.data("POST", f"{here}/check-in", {"code": code, "onBehalfOf": proxy})
    with clock.frozen_at(starts + timedelta(hours=2, minutes=3)):
        code = wulan.data("GET", f"{here}/check-in-code")["code"]
        assert ning.data("POST", f"{here}/check-out", {"code": code})["state"] == "checked_out"
    with clock.frozen_at(starts + timedelta(hours=3)):
        assert wulan.data("POST", f"{here}/end")["state"] == "ended"
        answer = wulan.post(f"{here}/propose-hours", [])
        assert answer.json["error"] == "ATTENDANCE_UNDECIDED"
        assert answer.json["data"]["people"] == sorted([pei.id, e])
        decided = [{"personId": pei.id, "minutes": 90}, {"personId": e, "minutes": 0}]
        wulan.data("POST", f"{here}/propose-hours", decided)
        assert wulan.post(f"{here}/certify", []).status_code == 403
        done = tong.data("POST", f"{here}/certify", [])
        assert done["state"] == "certified"

    records = ning.data("GET", "/me/service-records")
    assert [(one["activityName"], one["minutes"]) for one in records["list"]] == [("清雪", 121)]
    assert ning.data("GET", "/me/points")["available"] == 42
    assert pei.data("GET", "/me/points")["available"] == 11
    kinds = [one["kind"] for one in ning.data("GET", "/me/notices")["list"]]
    assert kinds == ["hours_certified", "sign_up_confirmed"]
