"""Texts that others will see are checked while their writer waits; WeChat's moods do not stop anybody."""

import pytest
import sqlalchemy as sa

from backend import outside, screening
from backend.db import session, transaction
from backend.outbox.models import Notice
from backend.wechat.gateway import gateway
from backend.wechat.simulator.rules import openid_of
from backend.wishes.actions import writing
from backend.wishes.models import Claim, Wish
from tests.town import WISH
from tests.wishes import cast

CHECK = "/wxa/msg_sec_check"
# WeChat documents these for msgSecCheck, and 87014 for its first version.
UNCHECKED = [-1, 40003, 40129, 43104, 44002, 44991, 45009, 47001, 61010, 87014]


@pytest.fixture
def ning(town):
    return town.phone("ning")


def body(town, **more):
    content = {
        "communityId": town.songtao,
        "title": WISH["title"],
        "description": WISH["description"],
        "category": "goods",
        "beneficiaryGroup": "elder",
        "estimatedCost": 80,
        "disclosure": "anonymous",
        "submit": True,
    }
    return {**content, **more}


def wishes():
    return session.scalar(sa.select(sa.func.count()).select_from(Wish))


def to_review(town, name="tong"):
    listed = town.phone(name).data("GET", "/wishes/to-review?limit=50")["list"]
    return {wish["id"]: wish for wish in listed}


def test_a_harmless_wish_is_checked_once_under_its_writers_openid(town, ning):
    wish = ning.data("POST", "/wishes", body(town))
    assert wish["state"] == "submitted"
    (call,) = [call["body"] for call in asked(town)]
    assert call["openid"] == openid_of("ning")
    assert (call["scene"], call["version"]) == (3, 2)
    assert call["content"] == f"{WISH['title']}\n{WISH['description']}"
    assert to_review(town)[wish["id"]]["needsLook"] is False


def asked(town):
    """The checks WeChat was asked for; a token that went stale between two tests is no question."""
    return [call for call in town.wechat.calls(CHECK) if call["errcode"] != 40001]


@pytest.fixture
def town(town, wechat):
    town.wechat = wechat
    return town


@pytest.mark.parametrize("where", ["title", "description"])
def test_a_risky_wish_is_refused_kindly_and_nothing_is_stored(town, ning, where):
    before = wishes()
    answer = ning.post("/wishes", body(town, **{where: "违规的话"}))
    assert (answer.status_code, answer.json["code"]) == (422, 42211)
    assert answer.json["message"] == "这段文字没有通过内容安全检查，请换一种说法再提交"
    assert wishes() == before


def test_a_draft_is_not_checked_before_it_is_submitted(town, ning):
    wish = ning.data("POST", "/wishes", body(town, description="违规", submit=False))
    assert asked(town) == []
    assert ning.post(f"/wishes/{wish['id']}/submit").json["code"] == 42211
    assert cast.wish(wish["id"]).state == "draft"
    ning.data("PUT", f"/wishes/{wish['id']}", {"description": "平常的话"})
    assert ning.data("POST", f"/wishes/{wish['id']}/submit")["state"] == "submitted"


def test_a_doubtful_wish_waits_for_staff_with_a_mark_that_only_they_see(town, ning):
    wish = ning.data("POST", "/wishes", body(town, description="存疑的话"))
    assert wish["needsLook"] is None
    assert to_review(town)[wish["id"]]["needsLook"] is True
    cast.open_round(town)
    accepted = town.phone("lan").data("POST", f"/wishes/{wish['id']}/accept")
    assert accepted["needsLook"] is False


@pytest.mark.parametrize("errcode", UNCHECKED)
def test_a_check_that_fails_lets_the_wish_through_to_staff(town, ning, wechat, errcode):
    wechat.misbehave(CHECK, errcode=errcode)
    wish = ning.data("POST", "/wishes", body(town))
    assert wish["state"] == "submitted"
    assert to_review(town)[wish["id"]]["needsLook"] is True


@pytest.mark.parametrize(
    "fault", [{"drop": True}, {"garbage": True}, {"status": 502}, {"body": '{"errcode": 0}'}]
)
def test_nonsense_for_an_answer_lets_it_through_as_well(town, ning, wechat, fault):
    wechat.misbehave(CHECK, **fault)
    wish = ning.data("POST", "/wishes", body(town))
    assert to_review(town)[wish["id"]]["needsLook"] is True


def test_after_slow_failures_nobody_waits_for_a_while(town, ning, wechat, monkeypatch):
    monkeypatch.setattr(outside, "SLOW_SECONDS", 0.0)
    wechat.misbehave(CHECK, status=502, times=3)
    wishes = [ning.data("POST", "/wishes", body(town)) for _ in range(5)]
    assert len(asked(town)) == 3
    assert [to_review(town)[wish["id"]]["needsLook"] for wish in wishes] == [True] * 5
    gateway().closed_again()
    ning.data("POST", "/wishes", body(town))
    assert len(asked(town)) == 4


def test_a_clerk_who_reports_is_the_one_who_is_asked_about(town):
    shao = town.phone("shao")
    home = town.person("e").id
    with transaction():
        session.execute(sa.text("UPDATE residencies SET grid_id = NULL WHERE person_id = :p"), {"p": home})
    proxy = {"personId": home, "reason": "老人没有手机"}
    shao.data("POST", "/wishes", body(town, onBehalfOf=proxy))
    assert asked(town)[0]["body"]["openid"] == openid_of("shao")


def test_a_repeat_gets_the_first_answer_and_wechat_is_not_asked_again(town, ning, wechat):
    first = ning.post("/wishes", body(town), Idempotency_Key="wish-0001")
    wechat.misbehave(CHECK, body='{"errcode": 0, "result": {"suggest": "risky", "label": 20006}}', times=None)
    again = ning.post("/wishes", body(town), Idempotency_Key="wish-0001")
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(asked(town)) == 1


def test_a_refused_text_keeps_no_key_so_that_it_can_be_mended_under_it(town, ning):
    refused = ning.post("/wishes", body(town, title="违规"), Idempotency_Key="wish-0002")
    assert refused.json["code"] == 42211
    mended = ning.post("/wishes", body(town), Idempotency_Key="wish-0002")
    assert mended.status_code == 201


def test_a_repeat_that_comes_while_the_first_is_checked_gets_its_answer(town, ning, wechat, monkeypatch):
    """The second is refused by WeChat, but by then the first has ended well."""
    checked = screening.screened

    def second_is_later(*texts, **more):
        monkeypatch.setattr(screening, "screened", checked)
        ning.data("POST", "/wishes", body(town), Idempotency_Key="wish-0003")
        raise screening.TextNotAccepted()

    monkeypatch.setattr(screening, "screened", second_is_later)
    answer = ning.post("/wishes", body(town), Idempotency_Key="wish-0003")
    assert answer.status_code == 201
    assert answer.headers["Idempotency-Replayed"] == "true"


def test_another_request_under_the_same_key_is_still_refused(town, ning):
    ning.post("/wishes", body(town), Idempotency_Key="wish-0004")
    other = ning.post("/wishes", body(town, title="另一个心愿"), Idempotency_Key="wish-0004")
    assert other.json["error"] == "IDEMPOTENCY_KEY_REUSED"


def test_words_that_changed_after_the_check_were_not_checked(town):
    with transaction():
        wish = writing.write(town.songtao, cast.CONTENT, actor=cast.by(town, "ning"))
        found = screening.harmless("别的标题", cast.CONTENT["description"])
        writing.submit(wish.id, found, actor=cast.by(town, "ning"))
    assert cast.wish(wish.id).needs_look


def test_words_that_nobody_checked_need_a_look(town):
    assert cast.wish(cast.submitted(town)).needs_look


def test_a_long_text_is_checked_in_pieces_and_the_worst_counts(town, wechat):
    by = cast.by(town, "ning")
    assert not screening.screened("长" * 2500, "短", scene=2, actor=by).doubtful
    assert len(asked(town)) == 2
    with pytest.raises(screening.TextNotAccepted):
        screening.screened("长" * 3000 + "违规", scene=2, actor=by)


def test_who_has_no_wechat_cannot_be_asked_about(town):
    found = screening.screened("平常", scene=2, actor=cast.By(town.person("e").id))
    assert (found.doubtful, found.checked) == (True, False)
    assert asked(town) == []


def fulfilled(town, note, **more):
    wish_id = cast.claimed(town)
    pei = town.phone("pei")
    return pei, wish_id, pei.post(f"/wishes/{wish_id}/fulfil", {"note": note, **more})


def test_a_risky_note_is_refused_and_the_claim_stands(town):
    _, wish_id, answer = fulfilled(town, "违规")
    assert answer.json["code"] == 42211
    assert cast.wish(wish_id).state == "claimed"


def test_the_wisher_reads_a_harmless_note_at_once(town, ning):
    _, wish_id, _ = fulfilled(town, "已送到家里")
    assert ning.data("GET", f"/wishes/{wish_id}")["claim"]["note"] == "已送到家里"
    stranger = town.phone("wulan").data("GET", f"/wishes/{wish_id}")
    assert stranger["claim"]["note"] is None


def test_a_doubtful_note_reaches_the_wisher_once_staff_have_looked(town, ning):
    pei, wish_id, _ = fulfilled(town, "存疑的话")
    assert ning.data("GET", f"/wishes/{wish_id}")["claim"]["note"] is None
    assert pei.data("GET", f"/wishes/{wish_id}")["claim"]["note"] == "存疑的话"
    lan = town.phone("lan")
    (waiting,) = lan.data("GET", "/wishes/to-look")["list"]
    assert (waiting["id"], waiting["claim"]["note"]) == (wish_id, "存疑的话")
    lan.data("POST", f"/wishes/{wish_id}/look", {"passed": True})
    assert ning.data("GET", f"/wishes/{wish_id}")["claim"]["note"] == "存疑的话"
    assert lan.data("GET", "/wishes/to-look")["list"] == []
    assert lan.post(f"/wishes/{wish_id}/look", {"passed": True}).status_code == 409


def test_a_note_that_does_not_pass_is_gone(town, ning):
    _, wish_id, _ = fulfilled(town, "存疑的话")
    lan = town.phone("lan")
    assert lan.post(f"/wishes/{wish_id}/look", {"passed": False}).json["code"] == 42216
    lan.data("POST", f"/wishes/{wish_id}/look", {"passed": False, "reason": "含有广告"})
    assert session.scalar(sa.select(Claim.note).where(Claim.wish_id == wish_id)) is None


@pytest.mark.parametrize(("name", "status"), [("ning", 403), ("pei", 403), ("bai", 404), ("shang", 403)])
def test_only_staff_of_the_place_look(town, name, status):
    _, wish_id, _ = fulfilled(town, "存疑的话")
    assert town.phone(name).post(f"/wishes/{wish_id}/look", {"passed": True}).status_code == status


def told_to(person_id, kind):
    wanted = sa.select(Notice.body).where(Notice.person_id == person_id, Notice.kind == kind)
    return session.scalars(wanted).all()


@pytest.mark.parametrize(("reason", "shown"), [("出差了", "出差了"), ("存疑的话", "原因由社区查看后转告")])
def test_the_wisher_is_told_a_reason_only_if_it_is_harmless(town, ning, reason, shown):
    wish_id = cast.claimed(town)
    town.phone("pei").data("POST", f"/wishes/{wish_id}/release", {"reason": reason})
    (told,) = told_to(ning.id, "wish_released")
    assert shown in told
    mine = ning.data("GET", f"/wishes/{wish_id}/timeline")["list"]
    staff = town.phone("lan").data("GET", f"/wishes/{wish_id}/timeline")["list"]
    assert staff[-1]["reason"] == reason
    assert mine[-1]["reason"] == (reason if reason == shown else None)


def test_a_dispute_tells_the_claimer_no_doubtful_word(town, ning):
    wish_id = cast.fulfilled(town)
    assert ning.post(f"/wishes/{wish_id}/dispute", {"reason": "违规"}).json["code"] == 42211
    ning.data("POST", f"/wishes/{wish_id}/dispute", {"reason": "存疑的话"})
    (told,) = told_to(town.person("pei").id, "claim_disputed")
    assert "存疑" not in told


@pytest.mark.parametrize("nickname", ["违规", "存疑"])
def test_a_nickname_has_to_be_harmless(ning, nickname):
    before = ning.data("GET", "/me")["nickname"]
    assert ning.put("/me", {"nickname": nickname}).json["code"] == 42211
    assert ning.data("GET", "/me")["nickname"] == before


def test_a_nickname_is_kept_while_wechat_is_away_for_nobody_else_sees_it(town, ning, wechat):
    wechat.misbehave(CHECK, status=502)
    assert ning.data("PUT", "/me", {"nickname": "小宁"})["nickname"] == "小宁"
    assert ning.data("PUT", "/me", {"birthYear": 1990})["nickname"] == "小宁"
    assert asked(town)[0]["body"]["scene"] == 1
    assert len(asked(town)) == 1
