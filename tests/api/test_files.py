"""Pictures over HTTP: taken in, checked by WeChat's push, seen by whom they are for, and by nobody else."""

import io
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from backend import clock, jobs
from backend.db import session, transaction
from backend.files import actions, deadlines, stores
from backend.files.models import EarlyVerdict, File
from backend.people import actions as people
from backend.wechat.simulator import push as simulator_push
from backend.wechat.simulator.rules import openid_of
from tests.api.test_push import Callback
from tests.conformance import checked
from tests.files.pictures import BROKEN, NOT_PICTURES, POLYGLOTS, TOO_LARGE, from_a_phone, jpeg, saved
from tests.files.pictures import drawn as drawn_picture
from tests.town import API, WISH
from tests.wishes import cast

CHECK = "/wxa/media_check_async"
# WeChat documents these for mediaCheckAsync; 61010 is usual, 87020 a repeat.
UNCHECKED = [-1, 40001, 40003, 40004, 43104, 44991, 45009, 61010, 87020]


@pytest.fixture
def ning(town):
    return town.phone("ning")


@pytest.fixture
def callback(town, settings):
    return Callback(town.app, settings)


def upload(phone, data=None, purpose="wish", name="a.jpg", **headers):
    file = FileStorage(io.BytesIO(jpeg() if data is None else data), name)
    boundary, form = encode_multipart({"file": file, "purpose": purpose})
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    answer = phone.client.post(
        f"{API}/files",
        data=form,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={**phone.headers, **named},
    )
    return checked(phone.app, answer)


def uploaded(phone, **more):
    answer = upload(phone, **more)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.json["data"]


def row(file_id):
    return session.get(File, file_id, populate_existing=True)


def seen(phone, url):
    """The status of opening a link, as an <image> does: without a token."""
    answer = phone.app.test_client().get(url)
    if answer.status_code == 200:
        assert answer.mimetype == "image/jpeg"
        Image.open(io.BytesIO(answer.data)).load()
    return answer.status_code


def verdict(callback, file_id, suggest="pass", **more):
    found = row(file_id)
    event = simulator_push.picture_verdict(
        callback.settings.wechat_app_id, found.trace, openid_of("ning"), suggest
    )
    assert callback.send({**event, **more}).status_code == 200
    return row(file_id).state


def wish_with(phone, town, *file_ids, **more):
    content = {
        "communityId": town.songtao,
        "title": WISH["title"],
        "description": WISH["description"],
        "category": "goods",
        "beneficiaryGroup": "elder",
        "estimatedCost": 80,
        "disclosure": "anonymous",
        "fileIds": list(file_ids),
        "submit": True,
    }
    return phone.post("/wishes", {**content, **more})


def consent(town, name="ning", document="pictures"):
    with transaction():
        people.give_consent(document, "2026-11", actor=cast.by(town, name))


# Taking in


def test_a_picture_is_taken_in_cleaned_and_shown_to_its_owner_alone(town, ning, wechat):
    answer = uploaded(ning, data=from_a_phone())
    assert (answer["state"], answer["width"], answer["height"]) == ("checking", 480, 640)
    assert seen(ning, answer["url"]) == seen(ning, answer["thumbnailUrl"]) == 200
    mine = ning.client.get(f"{API}/files/{answer['id']}", headers=ning.headers)
    assert mine.status_code == 200
    assert b"SN-15600000077" not in mine.data
    assert mine.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in mine.headers["Content-Security-Policy"]
    assert mine.headers["Cache-Control"] == "private, max-age=60"
    for name in ("pei", "tong", "admin"):
        other = town.phone(name)
        assert other.client.get(f"{API}/files/{answer['id']}", headers=other.headers).status_code == 404
    assert town.phone().client.get(f"{API}/files/{answer['id']}").status_code == 401


def test_wechat_is_asked_with_the_uploaders_openid_and_a_link_that_opens_while_it_checks(
    ning, callback, wechat
):
    answer = uploaded(ning)
    (call,) = [one["body"] for one in wechat.calls(CHECK) if one["errcode"] == 0]
    assert (call["openid"], call["media_type"], call["version"], call["scene"]) == (
        openid_of("ning"),
        2,
        2,
        3,
    )
    assert seen(ning, call["media_url"]) == 200
    with clock.frozen_at(clock.now() + timedelta(minutes=80)):
        assert seen(ning, call["media_url"]) == 404
    verdict(callback, answer["id"])
    assert seen(ning, call["media_url"]) == 404


@pytest.mark.parametrize("part", ["signature", "until", "view", "size"])
def test_a_link_that_was_changed_opens_nothing(ning, part):
    url = uploaded(ning)["url"]
    told = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
    other = {"view": "shown", "size": "thumbnail", "until": str(int(told["until"]) + 600), "signature": "x"}
    answer = ning.app.test_client().get(urlsplit(url).path, query_string={**told, part: other[part]})
    assert answer.status_code == 404


def test_a_link_of_one_picture_does_not_open_another_and_ends(ning):
    first, second = uploaded(ning), uploaded(ning)
    swapped = first["url"].replace(f"/files/{first['id']}", f"/files/{second['id']}")
    assert seen(ning, swapped) == 404
    with clock.frozen_at(clock.now() + timedelta(minutes=75)):
        assert seen(ning, first["url"]) == 404


def too_many_bytes():
    return jpeg() + b"\0" * (10 * 1024 * 1024)


@pytest.mark.parametrize(
    ("made", "status", "code"),
    [
        (NOT_PICTURES["svg"], 415, 41511),
        (NOT_PICTURES["nothing"], 415, 41511),
        (NOT_PICTURES["page"], 415, 41511),
        (POLYGLOTS["zip behind"], 422, 42214),
        (POLYGLOTS["page in a comment"], 422, 42214),
        (TOO_LARGE["100 megapixels"], 422, 42212),
        (TOO_LARGE["a bomb of 2500 megapixels"], 422, 42212),
        (TOO_LARGE["a webp claiming 268 megapixels"], 422, 42212),
        (BROKEN["truncated jpeg"], 422, 42213),
        (BROKEN["a text bomb"], 422, 42213),
        (too_many_bytes, 413, 41310),
        (lambda: b"\0" * (11 * 1024 * 1024), 413, 41300),
    ],
)
def test_a_bad_picture_is_refused_with_a_clear_sentence_and_nothing_is_kept(ning, made, status, code):
    answer = upload(ning, data=made(), name="innocent.jpg")
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert len(answer.json["message"]) > 5
    assert session.query(File).count() == 0


def test_what_is_no_form_is_told_so(ning):
    answer = ning.post("/files", {"file": "x", "purpose": "wish"})
    assert (answer.status_code, answer.json["code"]) == (415, 41510)
    for parts in (
        {},
        {"purpose": "wish"},
        {"purpose": "wish", "file": "text"},
        {"file": (io.BytesIO(jpeg()), "a")},
    ):
        answer = ning.client.post(
            f"{API}/files", data=parts, content_type="multipart/form-data", headers=ning.headers
        )
        assert checked(ning.app, answer).json["error"] == "INVALID_INPUT"
    assert upload(ning, purpose="avatar").json["error"] == "INVALID_INPUT"


def test_a_stranger_uploads_nothing(town):
    assert upload(town.phone()).status_code == 401


def test_a_repeat_gets_the_first_answer_though_its_form_has_another_boundary(ning, wechat):
    first = upload(ning, Idempotency_Key="picture-01")
    again = upload(ning, Idempotency_Key="picture-01")
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert session.query(File).count() == 1
    other = upload(ning, data=jpeg(30, 30), Idempotency_Key="picture-01")
    assert other.json["error"] == "IDEMPOTENCY_KEY_REUSED"


def test_a_store_that_is_away_means_later_and_leaves_nothing_behind(ning, monkeypatch):
    def away(_name, _content):
        raise stores.StoreUnavailable()

    with monkeypatch.context() as broken:
        broken.setattr(stores.Folder, "put", lambda _self, name, content: away(name, content))
        answer = upload(ning)
    assert (answer.status_code, answer.json["code"]) == (503, 50310)
    (left,) = session.scalars(sa.select(File)).all()
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        for job in deadlines.JOBS:
            jobs.run(job)
    assert row(left.id).state == "discarded"
    assert row(left.id).erased_at is not None


def test_nobody_hoards_pictures_that_are_used_for_nothing(town, ning, monkeypatch):
    monkeypatch.setattr(actions, "MOST_UNUSED", 2)
    first, _ = uploaded(ning), uploaded(ning)
    answer = upload(ning)
    assert (answer.status_code, answer.json["code"]) == (429, 42910)
    wish_with(ning, town, first["id"])
    assert upload(ning).status_code == 201


# WeChat's verdict


@pytest.mark.parametrize("errcode", UNCHECKED)
def test_a_check_that_cannot_be_begun_leaves_the_picture_to_staff(ning, wechat, errcode):
    wechat.misbehave(CHECK, errcode=errcode, times=2)
    answer = uploaded(ning)
    assert answer["state"] == "needs_look"
    assert seen(ning, answer["url"]) == 200


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 502}, {"body": '{"errcode": 0}'}])
def test_nonsense_for_an_answer_leaves_it_to_staff_too(ning, wechat, fault):
    wechat.misbehave(CHECK, **fault)
    assert uploaded(ning)["state"] == "needs_look"


@pytest.mark.parametrize(
    ("suggest", "more", "state"),
    [
        ("pass", {}, "passed"),
        ("risky", {}, "refused"),
        ("review", {}, "needs_look"),
        ("block", {}, "needs_look"),
        # -1008: WeChat could not fetch it, whatever else it says.
        ("pass", {"errcode": -1008}, "needs_look"),
        ("pass", {"result": {}}, "needs_look"),
        ("pass", {"result": None}, "needs_look"),
        ("pass", {"errcode": "0", "result": {"suggest": "pass", "label": "100"}}, "passed"),
    ],
)
def test_the_push_decides(ning, callback, suggest, more, state):
    file_id = uploaded(ning)["id"]
    assert verdict(callback, file_id, suggest, **more) == state


def test_what_was_decided_stays_decided(ning, callback):
    file_id = uploaded(ning)["id"]
    assert verdict(callback, file_id, "risky") == "refused"
    assert verdict(callback, file_id, "pass", CreateTime=2) == "refused"


def test_a_refused_picture_is_erased_and_its_link_opens_nothing(ning, callback):
    answer = uploaded(ning)
    key = row(answer["id"]).key
    verdict(callback, answer["id"], "risky")
    assert seen(ning, answer["url"]) == 404
    jobs.run(deadlines.JOBS[2])
    assert stores.store().get(actions.name(key, "full")) is None
    assert stores.store().get(actions.name(key, "thumbnail")) is None
    assert row(answer["id"]).erased_at is not None


def test_a_store_that_is_away_holds_no_transaction_and_is_asked_again(ning, callback, monkeypatch):
    answer = uploaded(ning)
    verdict(callback, answer["id"], "risky")
    erase, asked = type(stores.store()).erase, []

    def away(_store, name):
        asked.append((name, session.info.get("writing")))
        raise stores.StoreUnavailable()

    monkeypatch.setattr(type(stores.store()), "erase", away)
    assert jobs.run(deadlines.JOBS[2]) == 0
    assert asked == [(actions.name(row(answer["id"]).key, "full"), False)]
    assert row(answer["id"]).erased_at is None
    monkeypatch.setattr(type(stores.store()), "erase", erase)
    assert jobs.run(deadlines.JOBS[2]) == 1
    assert row(answer["id"]).erased_at is not None


def test_a_verdict_that_comes_before_we_wrote_down_the_question_still_counts(ning, callback, monkeypatch):
    keep = actions.keep

    def verdict_first(file_id, trace):
        # In a request of its own this would wait for our transaction; here it goes first.
        actions.decide(trace, "risky", 20002)
        return keep(file_id, trace)

    monkeypatch.setattr(actions, "keep", verdict_first)
    assert uploaded(ning)["state"] == "refused"
    assert session.query(EarlyVerdict).count() == 0


def test_verdicts_about_nothing_of_ours_are_forgotten(town, callback):
    event = simulator_push.picture_verdict(callback.settings.wechat_app_id, "trace-x", "o-x", "pass")
    callback.send(event)
    assert session.query(EarlyVerdict).count() == 1
    with clock.frozen_at(clock.now() + timedelta(days=2)):
        jobs.run(deadlines.JOBS[3])
    assert session.query(EarlyVerdict).count() == 0


def test_a_verdict_that_never_comes_leaves_the_picture_to_staff(ning):
    file_id = uploaded(ning)["id"]
    assert deadlines.unanswered() == []
    with clock.frozen_at(clock.now() + timedelta(minutes=61)):
        assert jobs.run(deadlines.JOBS[0]) == 1
    assert row(file_id).state == "needs_look"


def test_a_picture_used_for_nothing_is_gone_after_a_day(town, ning):
    unused, used = uploaded(ning)["id"], uploaded(ning)["id"]
    wish_with(ning, town, used)
    with clock.frozen_at(clock.now() + timedelta(hours=25)):
        jobs.run(deadlines.JOBS[1])
        jobs.run(deadlines.JOBS[2])
    assert row(unused).erased_at is not None
    assert row(used).erased_at is None


# Pictures of a wish


def files_of(phone, wish_id):
    return phone.data("GET", f"/wishes/{wish_id}")["files"]


def published_with(town, ning, callback, *suggests, **more):
    """A published wish of ning's with one picture for each verdict."""
    cast.open_round(town)
    ids = [uploaded(ning)["id"] for _ in suggests]
    for file_id, suggest in zip(ids, suggests, strict=True):
        if suggest:
            verdict(callback, file_id, suggest)
    answer = wish_with(ning, town, *ids, **more)
    assert answer.status_code == 201, answer.json
    wish_id = answer.json["data"]["id"]
    with transaction():
        cast.reviewing.accept(wish_id, actor=cast.by(town, "lan"))
        round_id = cast.wish(wish_id).round_id
        cast.rounds.review(round_id, actor=cast.by(town, "tong"))
        cast.rounds.publish(round_id, actor=cast.by(town, "tong"))
    return wish_id, ids


def test_others_see_a_picture_only_when_it_passed_and_the_wisher_agreed(town, ning, callback):
    wish_id, ids = published_with(town, ning, callback, "pass", None)
    pei = town.phone("pei")
    assert [one["id"] for one in files_of(ning, wish_id)] == ids
    assert files_of(pei, wish_id) == []
    consent(town)
    (shown,) = files_of(pei, wish_id)
    assert (shown["id"], shown["state"]) == (ids[0], "passed")
    assert seen(pei, shown["url"]) == seen(pei, shown["thumbnailUrl"]) == 200
    with transaction():
        people.withdraw_consent("pictures", actor=cast.by(town, "ning"))
    assert seen(pei, shown["url"]) == 404
    assert files_of(pei, wish_id) == []


def test_staff_see_what_waits_for_their_look_and_not_what_wechat_still_checks(town, ning, callback, wechat):
    checking, doubtful = uploaded(ning)["id"], uploaded(ning)["id"]
    verdict(callback, doubtful, "review")
    wish_id = wish_with(ning, town, checking, doubtful).json["data"]["id"]
    lan = town.phone("lan")
    (shown,) = files_of(lan, wish_id)
    assert (shown["id"], shown["state"]) == (doubtful, "needs_look")
    assert seen(lan, shown["url"]) == 200
    assert wish_id in [wish["id"] for wish in lan.data("GET", "/wishes/to-look")["list"]]
    shao = town.phone("shao")
    assert files_of(shao, wish_id) == []


def test_who_accepts_the_wish_has_looked_at_its_doubtful_pictures(town, ning, callback):
    _, ids = published_with(town, ning, callback, "review")
    assert row(ids[0]).state == "passed"
    assert row(ids[0]).looked_by_id == town.person("lan").id


def test_staff_can_take_a_picture_away_before_they_accept(town, ning, callback):
    file_id = uploaded(ning)["id"]
    verdict(callback, file_id, "review")
    wish_id = wish_with(ning, town, file_id).json["data"]["id"]
    town.phone("lan").data("POST", f"/wishes/{wish_id}/look", {"passed": False, "reason": "看得见门牌"})
    assert row(file_id).state == "refused"
    (own,) = files_of(ning, wish_id)
    assert (own["state"], own["url"]) == ("refused", None)


def test_strangers_see_no_picture_of_a_childs_wish(town, ning, callback):
    consent(town)
    wish_id, _ = published_with(town, ning, callback, "pass")
    with transaction():
        # A child's wish takes no picture; this one became a child's wish later.
        session.execute(sa.update(cast.Wish).where(cast.Wish.id == wish_id).values(beneficiary_group="child"))
    assert files_of(town.phone("pei"), wish_id) == []
    assert len(files_of(town.phone("lan"), wish_id)) == 1


def test_a_picture_is_used_once_by_who_uploaded_it_for_what_it_is(town, ning):
    mine = uploaded(ning)["id"]
    others = uploaded(town.phone("pei"))["id"]
    other_purpose = uploaded(ning, purpose="fulfilment")["id"]
    for ids in ([others], [other_purpose], [mine, mine], [99999], [mine, others]):
        answer = wish_with(ning, town, *ids)
        assert (answer.status_code, answer.json["code"]) == (422, 42215), ids
    assert wish_with(ning, town, mine, mine, mine, mine).json["error"] == "INVALID_INPUT"
    assert wish_with(ning, town, mine).status_code == 201
    assert wish_with(ning, town, mine).json["code"] == 42215


def test_a_draft_keeps_its_pictures_until_others_are_named(town, ning):
    first, second, third = (uploaded(ning)["id"] for _ in range(3))
    wish_id = wish_with(ning, town, first, second, submit=False).json["data"]["id"]
    ning.data("PUT", f"/wishes/{wish_id}", {"title": "改一改"})
    assert [one["id"] for one in files_of(ning, wish_id)] == [first, second]
    ning.data("PUT", f"/wishes/{wish_id}", {"fileIds": [third, second]})
    assert [one["id"] for one in files_of(ning, wish_id)] == [third, second]
    assert row(first).state == "discarded"
    ning.data("PUT", f"/wishes/{wish_id}", {"fileIds": []})
    assert files_of(ning, wish_id) == []


def test_a_list_of_wishes_costs_no_more_for_their_pictures(town, ning, callback, statements):
    consent(town)
    published_with(town, ning, callback, "pass")
    pei = town.phone("pei")
    with statements() as seen_by_database:
        pei.data("GET", "/wishes?limit=50")
    assert len([one for one in seen_by_database if "FROM files" in one]) == 1


# Pictures of a fulfilment


def test_a_fulfilment_may_have_pictures_which_the_wisher_sees_once_they_passed(town, ning, callback):
    wish_id = cast.claimed(town)
    pei = town.phone("pei")
    file_id = uploaded(pei, purpose="fulfilment", data=saved(drawn_picture(), "PNG"))["id"]
    done = pei.data("POST", f"/wishes/{wish_id}/fulfil", {"note": "送到了", "fileIds": [file_id]})
    assert [one["id"] for one in done["claim"]["files"]] == [file_id]

    def claim_files(phone):
        return phone.data("GET", f"/wishes/{wish_id}")["claim"]["files"]

    assert claim_files(ning) == claim_files(town.phone("lan")) == []
    verdict(callback, file_id)
    (shown,) = claim_files(ning)
    assert seen(ning, shown["url"]) == 200
    assert claim_files(town.phone("wulan")) == []
    consent(town)
    assert len(claim_files(town.phone("wulan"))) == 1
    mine = pei.data("GET", "/me/claims")["list"]
    assert [one["id"] for one in mine[0]["files"]] == [file_id]


def test_a_fulfilment_needs_no_picture_and_takes_no_more_than_three(town):
    wish_id = cast.claimed(town)
    pei = town.phone("pei")
    ids = [uploaded(pei, purpose="fulfilment")["id"] for _ in range(4)]
    answer = pei.post(f"/wishes/{wish_id}/fulfil", {"note": "送到了", "fileIds": ids})
    assert answer.json["error"] == "INVALID_INPUT"
    assert pei.post(f"/wishes/{wish_id}/fulfil", {"note": "送到了"}).status_code == 200


# The person's rights


def test_who_takes_back_their_pictures_in_wechat_takes_all_of_them(town, ning, callback):
    consent(town)
    wish_id, ids = published_with(town, ning, callback, "pass")
    (shown,) = files_of(town.phone("pei"), wish_id)
    callback.event("user_authorization_revoke", OpenID=openid_of("ning"), RevokeInfo="14")
    assert seen(ning, shown["url"]) == 404
    assert files_of(ning, wish_id) == []
    jobs.run(deadlines.JOBS[2])
    assert stores.store().get(actions.name(row(ids[0]).key, "full")) is None


def test_pictures_that_show_a_person_go_with_those_they_uploaded(town, ning, callback):
    wish_id = cast.claimed(town)
    pei = town.phone("pei")
    file_id = uploaded(pei, purpose="fulfilment")["id"]
    pei.data("POST", f"/wishes/{wish_id}/fulfil", {"note": "送到了", "fileIds": [file_id]})
    with transaction():
        assert actions.discard_of(ning.id) == 1
        assert actions.discard_of(ning.id) == 0
    assert row(file_id).state == "discarded"
