"""Over HTTP: taken down with its pictures, blacked out, merged, taken up again; what is warned of when it is handed in."""

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.files.models import File
from backend.wishes.actions import claims
from tests.api.test_files import consent, seen, uploaded, wish_with
from tests.wishes import cast


@pytest.fixture
def pictured(town):
    """A published wish of ning with two pictures that everybody may see: its id, theirs, and a stranger's links."""
    ning = town.phone("ning")
    consent(town)
    files = [uploaded(ning)["id"] for _ in range(2)]
    round_id = cast.open_round(town)
    wish_id = wish_with(ning, town, *files).json["data"]["id"]
    with transaction():
        session.execute(sa.update(File).where(File.id.in_(files)).values(state="passed"))
        cast.reviewing.accept(wish_id, actor=cast.by(town, "lan"))
        cast.rounds.review(round_id, actor=cast.by(town, "tong"))
        cast.rounds.publish(round_id, actor=cast.by(town, "tong"))
    shown = town.phone("wulan").data("GET", f"/wishes/{wish_id}")["files"]
    return wish_id, files, [one["url"] for one in shown]


def test_what_is_taken_down_is_404_for_everybody_else_with_the_links_that_were_given_out(town, pictured):
    wish_id, _files, links = pictured
    wulan, pei, tong = (town.phone(name) for name in ("wulan", "pei", "tong"))
    pei.data("POST", f"/wishes/{wish_id}/claim", {"as": "personal"})
    assert [seen(wulan, link) for link in links] == [200, 200]
    assert wulan.post(f"/wishes/{wish_id}/take-down", {"reason": "看不顺眼"}).status_code == 403
    assert town.phone("bai").post(f"/wishes/{wish_id}/take-down", {"reason": "看看"}).status_code == 404
    assert tong.post(f"/wishes/{wish_id}/take-down", {"reason": " "}).status_code == 422
    taken = tong.data("POST", f"/wishes/{wish_id}/take-down", {"reason": "内容里有电话"})
    assert (taken["state"], taken["claim"]["outcome"]) == ("taken_down", "taken_down")
    assert [seen(wulan, link) for link in links] == [404, 404]
    for phone in (wulan, pei, town.phone("bai")):
        assert phone.get(f"/wishes/{wish_id}").status_code == 404
        assert phone.get(f"/wishes/{wish_id}/timeline").status_code == 404
        assert phone.get(f"/wishes/{wish_id}/qr").status_code == 404
        on_the_wall = phone.data("GET", f"/wishes?communityId={town.songtao}&limit=50")["list"]
        assert wish_id not in {one["id"] for one in on_the_wall}
    (mine,) = [one for one in pei.data("GET", "/me/claims")["list"] if one["wish"]["id"] == wish_id]
    assert (mine["outcome"], mine["wish"]["title"], mine["files"]) == ("taken_down", "（不再公开）", [])
    ning = town.phone("ning")
    own = ning.data("GET", f"/wishes/{wish_id}")
    assert (own["reviewReason"], [seen(ning, one["url"]) for one in own["files"]]) == (
        "内容里有电话",
        [200, 200],
    )
    assert tong.post(f"/wishes/{wish_id}/take-down", {"reason": "再来一次"}).status_code == 409


def test_of_the_pictures_those_that_stay_stay_and_the_others_open_no_more(town, pictured):
    wish_id, files, links = pictured
    tong, wulan = town.phone("tong"), town.phone("wulan")
    body = {"title": "一盏台灯", "fileIds": files[:1], "reason": "图片里有人脸"}
    assert wulan.post(f"/wishes/{wish_id}/redact", body).status_code == 403
    assert tong.post(f"/wishes/{wish_id}/redact", {**body, "fileIds": [10**9]}).status_code == 422
    changed = tong.data("POST", f"/wishes/{wish_id}/redact", body)
    assert (changed["title"], [one["id"] for one in changed["files"]]) == ("一盏台灯", files[:1])
    assert changed["redactedAt"]
    assert [seen(wulan, link) for link in links] == [200, 404]
    assert wulan.get(f"/wishes/{wish_id}/former-texts?reason=看看").status_code == 403
    (former,) = tong.data("GET", f"/wishes/{wish_id}/former-texts?reason=核对")["list"]
    assert former["title"] == "想要一盏亮一点的台灯"
    events = town.phone("ning").data("GET", "/me/security-events")["list"]
    assert [one for one in events if "遮盖前的文字" in one["title"]]


def test_private_data_is_warned_of_when_it_is_handed_in_and_shown_to_who_reviews(town):
    cast.open_round(town)
    ning = town.phone("ning")
    answer = wish_with(ning, town, description="打 138 0013 8000，3号楼2单元")
    assert answer.status_code == 201
    assert answer.json["data"]["warnings"] == ["phone", "address"]
    assert answer.json["data"]["privateData"] is None
    waiting = town.phone("tong").data("GET", "/wishes/to-review?limit=50")["list"]
    (one,) = [one for one in waiting if one["id"] == answer.json["data"]["id"]]
    assert one["privateData"] == ["phone", "address"]
    assert wish_with(ning, town).json["data"]["warnings"] == []


def test_a_published_wish_is_merged_and_an_unsolved_one_taken_up_again(town):
    (wish_id, other), _ = cast.published(town, count=2)
    tong, ning = town.phone("tong"), town.phone("ning")
    body = {"intoId": other, "reason": "同一件事报了两次"}
    assert ning.post(f"/wishes/{wish_id}/merge", body).status_code == 403
    assert "intoId" in tong.post(f"/wishes/{wish_id}/merge", {**body, "intoId": wish_id}).json["data"]
    assert tong.data("POST", f"/wishes/{wish_id}/merge", body)["state"] == "merged"
    with transaction():
        claims.claim(other, actor=cast.by(town, "pei"))
        claims.fulfil(other, "送到了", actor=cast.by(town, "pei"))
        claims.confirm(other, False, 2, "app", actor=cast.by(town, "ning"))
    assert "reopen" in ning.data("GET", f"/wishes/{other}")["actions"]
    assert tong.post(f"/wishes/{other}/reopen", {"reason": "替他提"}).status_code == 403
    answer = ning.post(f"/wishes/{other}/reopen", {"reason": "灯又坏了"})
    assert (answer.status_code, answer.json["data"]["reopensId"]) == (201, other)
    assert ning.data("GET", f"/wishes/{other}")["reopenedAsId"] == answer.json["data"]["id"]
    assert ning.post(f"/wishes/{other}/reopen", {"reason": "再来一次"}).json["error"] == "REOPENED_ALREADY"
