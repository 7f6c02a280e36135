"""Volunteering over HTTP: the contract's names and shapes; every answer is held against the OpenAPI document."""

import json
from datetime import timedelta

import pytest

from backend import clock

# Nine o'clock in three days: soon enough for the sign-ins of today.
STARTS = clock.day_starts(clock.today()) + timedelta(days=3, hours=9)


def at(moment):
    return moment.astimezone(clock.CHINA).isoformat(timespec="seconds")


def body(town, **changed):
    told = {
        "communityId": town.songtao,
        "title": "清雪",
        "kind": "volunteer_service",
        "category": "清雪铲冰",
        "place": "雪松家园东门",
        "latitude": 46.98,
        "longitude": 128.03,
        "radius": 200,
        "startsAt": at(STARTS),
        "endsAt": at(STARTS + timedelta(hours=2)),
        "signUpUntil": at(STARTS),
        "capacity": 2,
        "minAge": 16,
    }
    return {**told, **changed}


@pytest.fixture
def phones(town):
    return {name: town.phone(name) for name in ("wulan", "tong", "lan", "ning", "pei", "bai")}


@pytest.fixture
def snow(town, phones):
    """A published activity of the community, with a place for two and no age."""
    made = phones["tong"].data("POST", "/activities", body(town, minAge=None))
    return phones["tong"].data("POST", f"/activities/{made['id']}/publish")


def test_an_activity_tells_all_that_was_said_of_it(town, phones):
    made = phones["tong"].data("POST", "/activities", body(town))
    told = {**body(town), "state": "draft", "communityName": "松涛社区", "teamId": None, "inCharge": "佟雨禾"}
    assert {name: made[name] for name in told} == told
    assert made["actions"] == ["publish", "cancel", "edit", "repeat"]
    assert phones["ning"].get(f"/activities/{made['id']}").status_code == 404
    assert phones["tong"].data("GET", f"/activities/{made['id']}") == made


@pytest.mark.parametrize(
    "wrong",
    [
        {"latitude": "46.98"},
        {"latitude": 91},
        {"longitude": True},
        {"radius": 0},
        {"capacity": 0},
        {"capacity": 1001},
        {"kind": "party"},
        {"startsAt": "2026-12-06T09:00:00"},
        {"title": ""},
        {"unknown": 1},
    ],
    ids=str,
)
def test_bad_input_is_told_by_field(town, phones, wrong):
    answer = phones["tong"].post("/activities", body(town, **wrong))
    assert (answer.status_code, list(answer.json["data"])) == (422, list(wrong))


def test_a_text_that_wechat_finds_risky_is_not_taken(town, phones):
    risky = phones["tong"].post("/activities", body(town, description="违规清雪"))
    assert risky.json["error"] == "TEXT_NOT_ACCEPTED"


def test_repeating_and_listing(town, phones, snow):
    drafts = phones["tong"].data("POST", f"/activities/{snow['id']}/repeat", {"weeks": 2})["list"]
    assert [one["startsAt"] for one in drafts] == [at(STARTS + timedelta(weeks=n)) for n in (1, 2)]
    day = clock.business_day(STARTS)
    path = f"/activities?communityId={town.songtao}&category=清雪铲冰&from={day}&limit=1"
    page = phones["ning"].data("GET", path)
    assert [one["id"] for one in page["list"]] == [snow["id"]]
    staffs = phones["tong"].data("GET", path)
    more = phones["tong"].data("GET", f"{path}&cursor={staffs['nextCursor']}")
    assert [one["id"] for one in more["list"]] == [drafts[0]["id"]]
    answer = phones["ning"].get(f"/activities?from={day}T00:00:00%2B08:00&to={day}")
    assert answer.status_code == 200
    assert phones["ning"].get("/activities?from=soon").status_code == 422


def test_signing_up_waiting_moving_up_and_my_sign_ups(phones, snow):
    here = f"/activities/{snow['id']}"
    first = phones["ning"].post(f"{here}/sign-up", Idempotency_Key="sign-up-ning")
    assert (first.status_code, first.json["data"]["state"]) == (201, "confirmed")
    again = phones["ning"].post(f"{here}/sign-up", Idempotency_Key="sign-up-ning")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert phones["ning"].post(f"{here}/sign-up").json["error"] == "ALREADY_SIGNED_UP"
    phones["pei"].data("POST", f"{here}/sign-up")
    waiting = phones["wulan"].data("POST", f"{here}/sign-up")
    assert (waiting["state"], waiting["waitlistPosition"]) == ("waitlisted", 1)
    seen = phones["wulan"].data("GET", here)
    assert (seen["confirmed"], seen["waiting"], seen["mySignUp"]["waitlistPosition"]) == (2, 1, 1)
    assert "cancel_sign_up" in seen["actions"]
    assert phones["ning"].data("POST", f"{here}/cancel-sign-up")["state"] == "cancelled"
    mine = phones["wulan"].data("GET", "/me/sign-ups")["list"][0]
    assert (mine["state"], mine["activity"]["title"]) == ("confirmed", "清雪")
    excused = phones["tong"].data("POST", f"{here}/sign-ups/{phones['pei'].id}/excuse", {"reason": "生病"})
    assert excused["state"] == "excused"
    assert phones["tong"].data("POST", f"{here}/cancel", {"reason": "暴雪"})["state"] == "cancelled"


def test_a_card_holder_is_signed_up_checked_in_and_out_by_staff(town, phones, snow):
    here, proxy = f"/activities/{snow['id']}", {"personId": town.person("e").id, "reason": "老人没有手机"}
    made = phones["tong"].data("POST", f"{here}/sign-up", {"onBehalfOf": proxy})
    assert (made["personId"], made["onBehalf"]) == (proxy["personId"], True)
    with clock.frozen_at(STARTS):
        code = phones["lan"].data("GET", f"{here}/check-in-code")["code"]
        told = {"code": code, "onBehalfOf": proxy}
        assert phones["tong"].data("POST", f"{here}/check-in", told)["state"] == "checked_in"
        assert phones["tong"].data("POST", f"{here}/check-out", told)["state"] == "checked_out"
        assert phones["pei"].post(f"{here}/check-in", told).status_code == 403


def test_the_code_is_shown_as_a_picture_to_the_organiser_alone(phones, snow):
    here = f"/activities/{snow['id']}/check-in-code"
    with clock.frozen_at(STARTS + timedelta(seconds=7)):
        shown = phones["tong"].data("GET", here)
        assert (len(shown["code"]), shown["expiresAt"]) == (8, at(STARTS + timedelta(seconds=30)))
        assert shown["qr"].startswith('<svg xmlns="http://www.w3.org/2000/svg"')
        assert phones["ning"].get(here).status_code == 403
        assert phones["bai"].get(here).status_code in (403, 404)


def test_each_refusal_of_a_check_in_has_a_name_of_its_own(town, phones, snow):
    here, ning = f"/activities/{snow['id']}", phones["ning"]
    ning.data("POST", f"{here}/sign-up")

    def told(code, phone=ning, move="check-in"):
        return phone.post(f"{here}/{move}", {"code": code}).json["error"]

    with clock.frozen_at(STARTS - timedelta(minutes=40)):
        early = phones["tong"].data("GET", f"{here}/check-in-code")["code"]
        assert told(early) == "TOO_EARLY"
    with clock.frozen_at(STARTS):
        code = phones["tong"].data("GET", f"{here}/check-in-code")["code"]
        assert told(early) == "CODE_OUTDATED"
        assert told("ABCDEFGH") == "CODE_FOREIGN"
        assert told(code, phones["pei"]) == "NOT_SIGNED_UP"
        assert told(code, move="check-out") == "NOT_CHECKED_IN"
        place = {"latitude": 46.9801, "longitude": 128.03}
        checked = ning.data("POST", f"{here}/check-in", {"code": f"{snow['id']}.{code}", **place})
        assert (checked["placeCheck"], checked["actions"]) == ("passed", ["check_out"])
        assert "46.98" not in json.dumps(checked)
        assert told(code) == "ALREADY_CHECKED_IN"
        ning.data("POST", f"{here}/check-out", {"code": code})
    with clock.frozen_at(STARTS + timedelta(hours=3)):
        assert told(code) == "ALREADY_CHECKED_OUT"
        assert told(code, phones["pei"]) == "NOT_SIGNED_UP"


def test_roll_call_proposal_and_certification_take_lists(phones, snow):
    here, tong = f"/activities/{snow['id']}", phones["tong"]
    for name in ("ning", "pei"):
        phones[name].data("POST", f"{here}/sign-up")
    people = [{"personId": phones[name].id, "checkedInAt": at(STARTS)} for name in ("ning", "pei")]
    roll = [{**one, "checkedOutAt": at(STARTS + timedelta(hours=1))} for one in people]
    with clock.frozen_at(STARTS + timedelta(hours=2)):
        seen = tong.data("POST", f"{here}/roll-call", roll)
        assert {(one["state"], one["source"]) for one in seen["list"]} == {("checked_out", "roll_call")}
        assert tong.data("POST", f"{here}/roll-call", {"list": roll}) == seen
        assert tong.data("GET", f"{here}/attendance") == seen
        tong.data("POST", f"{here}/end")
        twice = tong.post(f"{here}/roll-call", [*roll, roll[0]])
        assert (twice.status_code, twice.json["error"]) == (422, "INVALID_INPUT")
        minutes = [{"personId": phones["ning"].id, "minutes": 60}]
        proposed = tong.data("POST", f"{here}/propose-hours", minutes)
        assert proposed["proposedAt"] is not None
        answer = tong.post(f"{here}/certify", minutes)
        assert (answer.status_code, answer.json["error"]) == (403, "FOUR_EYES")
        done = phones["lan"].data("POST", f"{here}/certify", minutes)
        assert (done["state"], done["actions"]) == ("certified", ["repeat"])
    records = phones["ning"].data("GET", "/me/service-records")
    assert records["totals"]["minutes"] == 60
    # The demo city has an earlier service of pei, entered afterwards.
    his = phones["pei"].data("GET", "/me/service-records")["list"]
    assert [one["minutes"] for one in his if one["activityId"] == snow["id"]] == [60]


def test_corrections_and_backfills_go_through_two_hands(town, phones, snow):
    here, tong, lan = f"/activities/{snow['id']}", phones["tong"], phones["lan"]
    phones["ning"].data("POST", f"{here}/sign-up")
    roll = [
        {
            "personId": phones["ning"].id,
            "checkedInAt": at(STARTS),
            "checkedOutAt": at(STARTS + timedelta(hours=1)),
        }
    ]
    with clock.frozen_at(STARTS + timedelta(hours=2)):
        tong.data("POST", f"{here}/roll-call", roll)
        tong.data("POST", f"{here}/end")
        tong.data("POST", f"{here}/propose-hours", [])
        lan.data("POST", f"{here}/certify", [])
        record = phones["ning"].data("GET", "/me/service-records")["list"][0]
        asked = {"minutes": 90, "reason": "多留了半小时"}
        path = f"/service-records/{record['id']}/corrections"
        correction = phones["ning"].data("POST", path, asked)
        assert phones["pei"].post(path, asked).status_code == 404
        queue = "/service-records/corrections/to-decide"
        assert correction["id"] in [one["id"] for one in tong.data("GET", queue)["list"]]
        decide = f"/service-records/corrections/{correction['id']}"
        assert lan.post(f"{decide}/approve").json["error"] == "FOUR_EYES"
        assert tong.data("POST", f"{decide}/approve")["state"] == "approved"
        assert phones["ning"].data("GET", "/me/service-records")["totals"]["minutes"] == 90
        backfill = {
            "personId": phones["ning"].id,
            "communityId": town.songtao,
            "activityName": "送菜上门",
            "category": "帮扶",
            "startedAt": at(STARTS - timedelta(days=1)),
            "place": "雪松家园",
            "content": "给老人送菜",
            "minutes": 90,
            "reason": "纸质签到",
        }
        made = tong.data("POST", "/service-records/backfill", backfill)
        decide = f"/service-records/backfill/{made['id']}"
        assert tong.post(f"{decide}/approve").json["error"] == "FOUR_EYES"
        assert made["id"] in [
            one["id"] for one in lan.data("GET", "/service-records/backfill/to-decide")["list"]
        ]
        assert lan.data("POST", f"{decide}/approve")["state"] == "approved"
        assert lan.post(f"{decide}/reject", {"reason": "晚了"}).json["error"] == "ALREADY_DECIDED"
    totals = phones["ning"].data("GET", "/me/service-records")["totals"]
    assert totals["bySource"] == [
        {"source": "backfill", "minutes": 90},
        {"source": "roll_call", "minutes": 90},
    ]
    assert phones["ning"].data("GET", "/me/points")["available"] == 41


def test_teams_over_http(town, phones):
    told = {"communityId": town.songtao, "kind": "community", "name": "清雪队", "leaderId": phones["ning"].id}
    team = phones["tong"].data("POST", "/teams", told)
    assert phones["wulan"].post("/teams", told).status_code == 403
    here = f"/teams/{team['id']}"
    assert phones["pei"].data("POST", f"{here}/join")["myStatus"] == "applied"
    member = f"{here}/members/{phones['pei'].id}"
    seen = phones["ning"].data("GET", here)
    assert [(one["name"], one["actions"]) for one in seen["members"]] == [("裴长青", ["accept", "decline"])]
    assert phones["ning"].data("POST", f"{member}/accept")["memberCount"] == 1
    assert phones["ning"].post(f"{member}/decline").json["error"] == "NOTHING_TO_DECIDE"
    assert phones["pei"].data("GET", here)["members"] is None
    assert phones["pei"].data("POST", f"{here}/leave")["myStatus"] == "left"
    assert phones["tong"].data("PUT", here, {"speciality": "清雪、铲冰"})["speciality"] == "清雪、铲冰"
    kinds = phones["bai"].data("GET", f"/teams?communityId={town.songtao}&kind=unit")["list"]
    assert [one["name"] for one in kinds] == ["市水务局志愿服务队"]


def test_a_check_in_costs_nine_statements_with_session_and_idempotency(phones, snow, statements):
    here, ning = f"/activities/{snow['id']}", phones["ning"]
    ning.data("POST", f"{here}/sign-up")
    with clock.frozen_at(STARTS):
        code = phones["tong"].data("GET", f"{here}/check-in-code")["code"]
        for move in ("check-in", "check-out"):
            # A session is prolonged once in half a day; that is not what is counted here.
            ning.get("/me")
            with statements() as seen:
                ning.data("POST", f"{here}/{move}", {"code": code}, Idempotency_Key=f"key-of-{move}")
            assert len(seen) <= 9, seen


def test_every_seeded_activity_is_readable_by_everyone_it_is_for(phones):
    for name in ("ning", "tong", "bai"):
        cursor, found = "", 0
        while cursor is not None:
            page = phones[name].data("GET", f"/activities?limit=50{cursor}")
            found += len(page["list"])
            cursor = f"&cursor={page['nextCursor']}" if page["nextCursor"] else None
        assert found >= 38


def test_an_organiser_writes_to_who_comes_three_times_a_day(phones, snow):
    path = f"/activities/{snow['id']}/message"
    phones["ning"].data("POST", f"/activities/{snow['id']}/sign-up")
    gloves = {"text": "请自带手套"}
    assert "message" in phones["tong"].data("GET", f"/activities/{snow['id']}")["actions"]
    assert phones["ning"].post(path, gloves).status_code == 403
    assert phones["ning"].post(path, {"text": ""}).status_code == 403
    assert phones["tong"].post(path, {"text": ""}).status_code == 422
    assert phones["tong"].post(path, {"text": "违规的话"}).json["error"] == "TEXT_NOT_ACCEPTED"
    assert [phones["tong"].data("POST", path, gloves) for _ in range(3)] == [{"told": 1}] * 3
    refused = phones["tong"].post(path, gloves)
    assert (refused.status_code, refused.json["error"]) == (429, "TOO_MANY_MESSAGES")
    assert 0 < int(refused.headers["Retry-After"]) <= 24 * 3600
    (newest, *_more) = phones["ning"].data("GET", "/me/notices")["list"]
    assert (newest["kind"], newest["subjectKind"], newest["subjectId"]) == (
        "activity_message",
        "activity",
        snow["id"],
    )


def taken(phone, path):
    """A file, which is no JSON to be held against the document."""
    return phone.client.get(f"/api/v1{path}", headers=phone.headers)


def test_calendars_are_files_for_whoever_may_see_the_activity_and_signs_in(town, phones, snow):
    guest, path = town.app.test_client(), f"/api/v1/activities/{snow['id']}/calendar.ics"
    assert guest.get(path).status_code == 401
    answer = taken(phones["ning"], f"/activities/{snow['id']}/calendar.ics")
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert answer.data.count(b"BEGIN:VEVENT") == 1
    assert guest.get(path, headers={"Authorization": "Bearer made-up"}).status_code == 401
    draft = phones["tong"].data("POST", "/activities", body(town))["id"]
    assert guest.get(f"/api/v1/activities/{draft}/calendar.ics").status_code == 401
    assert taken(phones["tong"], f"/activities/{draft}/calendar.ics").status_code == 200
    assert phones["ning"].get(f"/activities/{draft}/calendar.ics").status_code == 404
    assert taken(phones["ning"], "/me/calendar.ics").data.count(b"BEGIN:VEVENT") == 0
    phones["ning"].data("POST", f"/activities/{snow['id']}/sign-up")
    assert taken(phones["ning"], "/me/calendar.ics").data.count(b"BEGIN:VEVENT") == 1
    assert guest.get("/api/v1/me/calendar.ics").status_code == 401


def test_what_one_can_join_and_whether_one_is_asked(phones, snow):
    ning = phones["ning"]

    def joinable():
        return [one["id"] for one in ning.data("GET", "/activities?joinable=true&limit=50")["list"]]

    assert snow["id"] in joinable()
    ning.data("POST", f"/activities/{snow['id']}/sign-up")
    assert snow["id"] not in joinable()
    assert ning.get("/activities?joinable=yes").status_code == 422
    assert ning.data("GET", "/me/invitations") == {"wanted": True}
    assert ning.data("PUT", "/me/invitations", {"wanted": False}) == {"wanted": False}
    assert ning.data("GET", "/me/invitations") == {"wanted": False}


def test_the_organiser_alone_allows_a_clash_and_a_moved_activity_takes_its_deadlines_along(
    phones, town, snow
):
    other = phones["tong"].data("POST", "/activities", body(town, minAge=None, title="义诊"))
    there = f"/activities/{other['id']}"
    phones["tong"].data("POST", f"{there}/publish")
    ning = phones["ning"]
    ning.data("POST", f"/activities/{snow['id']}/sign-up")
    assert ning.post(f"{there}/sign-up").json["error"] == "CLASHING_SIGN_UP"
    assert ning.post(f"{there}/sign-up", {"clashReason": "我赶得上"}).status_code == 403
    allow = f"{there}/sign-ups/{ning.get('/me').json['data']['id']}/allow-clash"
    assert ning.post(allow, {"reason": "我赶得上"}).status_code == 403
    assert phones["tong"].data("POST", allow, {"reason": "两处只隔一条街"})["clashing"] == 0
    assert ning.data("POST", f"{there}/sign-up")["state"] == "confirmed"
    assert phones["tong"].data("GET", there)["clashing"] == 1
    assert ning.data("GET", there)["clashing"] is None
    week = timedelta(days=7)
    later = {"startsAt": at(STARTS + week), "endsAt": at(STARTS + week + timedelta(hours=2))}
    moved = phones["tong"].data("PUT", there, later)
    assert (moved["signUpUntil"], moved["clashing"]) == (at(STARTS + week), 0)
