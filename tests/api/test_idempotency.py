"""The same key brings the same answer: one effect, stored with it, and only for whom it was given."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, jobs
from backend.api.frame import idempotency
from backend.api.frame.idempotency import StoredAnswer
from backend.app import all_jobs
from backend.db import session, transaction
from backend.outbox.models import Notice
from backend.people import appointing
from backend.people.models import Appointment
from backend.wishes.actions import writing
from backend.wishes.models import Wish
from tests.api.test_frame import refusal
from tests.wishes import cast

KEY = "0b8f0a52-2f2d-4c39"


@pytest.fixture
def wish(town):
    return {
        "communityId": town.songtao,
        "title": "台灯",
        "description": "想要一盏台灯",
        "category": "goods",
        "beneficiaryGroup": "elder",
        "estimatedCost": 80,
        "disclosure": "anonymous",
    }


def wishes():
    return session.scalar(sa.select(sa.func.count()).select_from(Wish))


def keys():
    return session.scalar(sa.select(sa.func.count()).select_from(StoredAnswer))


def test_a_repeat_gets_the_first_answer_byte_for_byte_and_has_no_effect(town, wish):
    phone, before = town.phone("ning"), wishes()
    first = phone.post("/wishes", wish, Idempotency_Key=KEY)
    again = phone.post("/wishes", wish, Idempotency_Key=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.get_data() == first.get_data()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert wishes() == before + 1


def test_a_repeat_goes_by_the_number_of_the_answer_it_gets(town, wish):
    phone = town.phone("ning")
    first = phone.post("/wishes", wish, Idempotency_Key=KEY, X_Request_Id="the-first-one")
    again = phone.post("/wishes", wish, Idempotency_Key=KEY, X_Request_Id="the-second-one")
    assert [answer.json["requestId"] for answer in (first, again)] == ["the-first-one"] * 2
    assert [answer.headers["X-Request-Id"] for answer in (first, again)] == ["the-first-one"] * 2
    assert phone.get("/me").headers["X-Request-Id"] != "the-first-one"


def test_without_a_key_every_post_has_its_effect(town, wish):
    phone, before = town.phone("ning"), wishes()
    phone.data("POST", "/wishes", wish)
    phone.data("POST", "/wishes", wish)
    assert wishes() == before + 2
    assert keys() == 0


def test_another_body_or_path_under_the_key_is_refused_and_has_no_effect(town, wish):
    phone = town.phone("ning")
    made = phone.data("POST", "/wishes", wish, Idempotency_Key=KEY)
    before = wishes()
    answer = phone.post("/wishes", {**wish, "title": "轮椅"}, Idempotency_Key=KEY)
    refusal(answer, 422, "IDEMPOTENCY_KEY_REUSED")
    answer = phone.post(f"/wishes/{made['id']}/withdraw", Idempotency_Key=KEY)
    refusal(answer, 422, "IDEMPOTENCY_KEY_REUSED")
    assert wishes() == before
    assert phone.data("GET", f"/wishes/{made['id']}")["state"] == "draft"


def test_another_persons_same_key_is_another_key(town, wish):
    ning, wulan = town.phone("ning"), town.phone("wulan")
    first = ning.data("POST", "/wishes", wish, Idempotency_Key=KEY)
    second = wulan.data("POST", "/wishes", wish, Idempotency_Key=KEY)
    assert first["id"] != second["id"]


def test_the_key_outlives_the_session(town, wish):
    first = town.phone("ning").post("/wishes", wish, Idempotency_Key=KEY)
    again = town.phone("ning").post("/wishes", wish, Idempotency_Key=KEY)
    assert again.get_data() == first.get_data()


def test_a_refusal_of_the_work_is_stored_and_replayed_though_the_state_has_changed(town):
    (wish_id,), _ = cast.published(town)
    pei, qin = town.phone("pei"), town.phone("qin")
    pei.data("POST", f"/wishes/{wish_id}/claim", {"as": "personal"})
    late = qin.post(f"/wishes/{wish_id}/claim", {"as": "personal"}, Idempotency_Key=KEY)
    refusal(late, 409, "WISH_NOT_OPEN")
    pei.data("POST", f"/wishes/{wish_id}/release", {"reason": "要出差"})
    again = qin.post(f"/wishes/{wish_id}/claim", {"as": "personal"}, Idempotency_Key=KEY)
    assert again.get_data() == late.get_data()
    assert again.headers["Idempotency-Replayed"] == "true"
    qin.data("POST", f"/wishes/{wish_id}/claim", {"as": "personal"}, Idempotency_Key=KEY + "-2")


def test_a_refusal_undoes_what_the_work_had_written_before_it(town, wish):
    """`submit: true` writes a draft first; that the submission is refused leaves no draft behind."""
    phone, before = town.phone("bai"), wishes()
    answer = phone.post("/wishes", {**wish, "submit": True}, Idempotency_Key=KEY)
    refusal(answer, 403, "RESIDENCY_NEEDED")
    assert (wishes(), keys()) == (before, 1)


def test_a_fault_of_ours_stores_nothing_and_the_key_can_be_used_again(town, wish, monkeypatch):
    def explode(*_args, **_kwargs):
        raise RuntimeError("fault")

    phone, before = town.phone("ning"), wishes()
    with monkeypatch.context() as patched:
        patched.setattr(writing, "submit", explode)
        answer = phone.post("/wishes", {**wish, "submit": True}, Idempotency_Key=KEY)
        refusal(answer, 500, "SERVER_FAULT")
    assert (wishes(), keys()) == (before, 0)
    answer = phone.post("/wishes", {**wish, "submit": True}, Idempotency_Key=KEY)
    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers


def test_too_often_keeps_no_key_so_that_the_same_request_can_be_made_later_under_it(town, settings):
    phone, complaint = town.phone("ning"), {"kind": "suggestion", "text": "路灯太暗"}
    for _ in range(settings.complaints_per_day):
        phone.data("POST", "/complaints", complaint)
    for _ in range(2):
        answer = phone.post("/complaints", complaint, Idempotency_Key=KEY)
        refusal(answer, 429, "TOO_MANY_COMPLAINTS")
        assert "Idempotency-Replayed" not in answer.headers
    assert keys() == 0
    with clock.frozen_at(clock.now() + timedelta(seconds=int(answer.headers["Retry-After"]))):
        assert phone.post("/complaints", complaint, Idempotency_Key=KEY).status_code == 201


def test_bad_input_keeps_no_key_so_that_it_can_be_corrected_under_it(town, wish):
    phone = town.phone("ning")
    answer = phone.post("/wishes", {**wish, "title": ""}, Idempotency_Key=KEY)
    refusal(answer, 422, "INVALID_INPUT")
    assert keys() == 0
    assert phone.post("/wishes", wish, Idempotency_Key=KEY).status_code == 201


@pytest.mark.parametrize(
    "key",
    [
        "short",
        "a" * 65,
        "with space",
        "tab\tinside",
        '"short"',
        "编号编号编号编号".encode().decode("latin-1"),
        "",
    ],
)
def test_a_key_of_the_wrong_form_is_422_and_nothing_is_done(town, wish, key):
    phone, before = town.phone("ning"), wishes()
    refusal(phone.post("/wishes", wish, Idempotency_Key=key), 422, "IDEMPOTENCY_KEY_INVALID")
    assert wishes() == before


@pytest.mark.parametrize("key", ["a" * 8, "a" * 64, "!~#$%&'()*"])
def test_a_key_of_8_to_64_visible_characters_is_taken(town, wish, key):
    phone = town.phone("ning")
    first = phone.post("/wishes", wish, Idempotency_Key=key)
    assert phone.post("/wishes", wish, Idempotency_Key=key).get_data() == first.get_data()


def test_the_quotes_of_the_draft_standard_are_not_part_of_the_key(town, wish):
    phone = town.phone("ning")
    first = phone.post("/wishes", wish, Idempotency_Key=f'"{KEY}"')
    assert phone.post("/wishes", wish, Idempotency_Key=KEY).get_data() == first.get_data()


def test_a_key_means_nothing_to_get_put_and_delete(town):
    phone = town.phone("ning")
    phone.data("GET", "/me", Idempotency_Key=KEY)
    phone.data("PUT", "/me", {"nickname": "甲"}, Idempotency_Key=KEY)
    phone.data("PUT", "/me", {"nickname": "乙"}, Idempotency_Key=KEY)
    assert phone.data("GET", "/me")["nickname"] == "乙"
    assert keys() == 0


def test_a_key_of_nobody_means_nothing(town):
    nobody = town.phone()
    first = nobody.post("/sessions", {"code": "sim:ning:k1"}, Idempotency_Key=KEY)
    refusal(nobody.post("/sessions", {"code": "sim:ning:k1"}, Idempotency_Key=KEY), 401, "LOGIN_CODE_INVALID")
    assert first.status_code == 201
    assert keys() == 0


def test_whoever_lost_the_role_gets_no_replay_of_what_it_showed(town):
    staff = town.phone("tong")
    body = {"realName": "鄂温克", "communityId": town.songtao}
    staff.data("POST", "/people", body, Idempotency_Key=KEY)
    with transaction():
        session.execute(sa.delete(Appointment).where(Appointment.person_id == staff.id))
    refusal(staff.post("/people", body, Idempotency_Key=KEY), 403, "NOT_ALLOWED")


@pytest.mark.parametrize("how", ["decided", "lapsed"])
def test_whoever_left_an_office_since_gets_no_replay_of_what_it_showed(town, how):
    """Most moves are guarded by the verb alone, which a repeat does not reach."""
    wish_id, staff = cast.submitted(town), town.phone("tong")
    body = {"reason": "请写明门牌号"}
    staff.data("POST", f"/wishes/{wish_id}/send-back", body, Idempotency_Key=KEY)
    assert staff.post(f"/wishes/{wish_id}/send-back", body, Idempotency_Key=KEY).status_code == 200
    later = clock.now()
    if how == "decided":
        held = session.scalar(sa.select(Appointment.id).where(Appointment.person_id == staff.id))
        with transaction():
            appointing.end(held, actor=cast.by(town, "admin"))
    else:
        with transaction():
            session.execute(
                sa.update(Appointment).where(Appointment.person_id == staff.id).values(to_day=clock.today())
            )
        later += timedelta(days=1)
    with clock.frozen_at(later):
        answer = staff.post(f"/wishes/{wish_id}/send-back", body, Idempotency_Key=KEY)
        refusal(answer, 403, "OFFICE_ENDED")
    assert "门牌号" not in answer.get_data(as_text=True)


def test_an_office_that_ended_before_is_no_obstacle(town, wish):
    town.out_of_office("tong")
    phone = town.phone("tong")
    first = phone.post("/wishes", wish, Idempotency_Key=KEY)
    assert phone.post("/wishes", wish, Idempotency_Key=KEY).get_data() == first.get_data()


def test_whoever_signed_out_gets_no_replay(town, wish):
    phone = town.phone("ning")
    phone.data("POST", "/wishes", wish, Idempotency_Key=KEY)
    phone.data("DELETE", "/sessions/current")
    refusal(phone.post("/wishes", wish, Idempotency_Key=KEY), 401, "SESSION_ENDED")


def test_the_stored_answer_is_sealed(town, wish):
    town.phone("ning").data("POST", "/wishes", {**wish, "description": "只有我知道"}, Idempotency_Key=KEY)
    (row,) = session.scalars(sa.select(StoredAnswer)).all()
    assert row.status == 201
    assert "只有我知道" not in row.answer_sealed


def test_the_key_stands_and_falls_with_its_effect(town, wish, monkeypatch):
    """The answer cannot be stored: then the effect is not there either."""

    def fail(*_args):
        raise RuntimeError("disk full")

    phone, before = town.phone("ning"), wishes()
    monkeypatch.setattr(idempotency, "keep", fail)
    refusal(phone.post("/wishes", wish, Idempotency_Key=KEY), 500, "SERVER_FAULT")
    assert (wishes(), keys()) == (before, 0)


def test_a_key_is_kept_for_the_configured_hours_and_forgotten_by_its_job_then(town, wish, settings):
    phone = town.phone("ning")
    phone.data("POST", "/wishes", wish, Idempotency_Key=KEY)
    (job,) = [job for job in all_jobs() if job.name == "idempotency.forget"]
    kept = timedelta(hours=settings.idempotency_hours)
    assert kept >= timedelta(hours=24)
    with clock.frozen_at(clock.now() + kept - timedelta(minutes=1)):
        assert jobs.run(job) == 0
    with clock.frozen_at(clock.now() + kept + timedelta(minutes=1)):
        assert jobs.run(job) == 1
    assert keys() == 0


@pytest.mark.parametrize("name", ["idempotency.forget", "retention.notices"])
def test_what_a_crowded_day_leaves_is_forgotten_within_a_day_too(town, name):
    """Else sealed answers and notices would be kept for longer than it is said, and more with every day."""
    crowded, at_once = 100_000, 500
    (job,) = [job for job in all_jobs() if job.name == name]
    person, long_ago = town.person("ning").id, clock.now() - timedelta(days=1000)
    answer = {"person_id": person, "fingerprint": "0" * 64, "created_at": long_ago}
    notice = {
        "person_id": person,
        "kind": "wish_claimed",
        "title": "消息",
        "body": "内容",
        "created_at": long_ago,
    }
    with transaction():
        for number in range(at_once + 1):
            session.add(Notice(**notice))
            session.add(StoredAnswer(**answer, key=f"a-key-{number:05d}"))
    assert len(list(job.due())) == at_once
    assert at_once * timedelta(days=1).total_seconds() / job.every >= crowded
