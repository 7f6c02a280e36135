"""停用: who may be stopped, by whom, for how long; and that the end comes by itself."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.erasable import ERASED
from backend.errors import NotAllowed, NotFound
from backend.identity import sessions
from backend.journal import JournalLine
from backend.outbox import queries as outbox
from backend.people import suspensions
from backend.people.models import Person, Residency
from backend.rights import cancellation, suspending
from tests.api.test_frame import refusal
from tests.wishes.cast import by


def in_days(days):
    return clock.today() + timedelta(days=days)


def suspended(town, name="ning", by_whom="tong", until=None, reason="反复提交广告"):
    with transaction():
        return suspending.suspend(town.person(name).id, reason, until or in_days(7), actor=by(town, by_whom))


def told(person_id):
    return [(one.kind, one.body) for one in outbox.inbox(person_id, None, 50)]


def journal_of(person_id):
    session.expire_all()
    lines = session.scalars(
        sa.select(JournalLine)
        .where(JournalLine.subject_kind == "person", JournalLine.subject_id == person_id)
        .order_by(JournalLine.id)
    )
    return [line for line in lines if line.verb in ("suspend", "resume", "suspension_over")]


def test_staff_of_the_community_stop_a_resident_who_is_told_why_until_when_and_what_to_do(town):
    made = suspended(town)
    ning = town.person("ning").id
    (kind, body) = told(ning)[0]
    assert kind == "suspended"
    assert all(word in body for word in (in_days(7).isoformat(), "反复提交广告", "投诉与建议", "街道"))
    (line,) = journal_of(ning)
    assert (line.verb, line.reason, line.organisation_id) == ("suspend", "反复提交广告", town.songtao)
    assert line.actor_id == town.person("tong").id
    assert made.until_at == clock.day_ends(in_days(7))


def test_an_open_session_is_stopped_at_once_and_may_read(town):
    phone = town.phone("ning")
    suspended(town)
    answer = phone.put("/me", {"nickname": "小舟"})
    said = refusal(answer, 403, "SUSPENDED")
    assert said["data"] == {"until": in_days(7).isoformat(), "reason": "反复提交广告"}
    assert "反复提交广告" in said["message"]
    me = phone.data("GET", "/me")
    assert me["suspension"] == {"until": in_days(7).isoformat(), "reason": "反复提交广告"}
    assert town.phone("wulan").data("GET", "/me")["suspension"] is None


def test_it_stands_among_the_events_of_the_account_and_is_told_once(town):
    suspended(town)
    phone = town.phone("ning")
    event = next(
        one for one in phone.data("GET", "/me/security-events")["list"] if one["kind"] == "suspended"
    )
    assert event["title"].startswith("账号停用到")
    assert event["actions"] == []
    assert [kind for kind, _body in told(town.person("ning").id)].count("suspended") == 1
    assert "security_suspended" not in [kind for kind, _body in told(town.person("ning").id)]


def test_they_may_still_complain_take_their_copy_and_leave(town):
    phone = town.phone("ning")
    suspended(town)
    body = {"kind": "complaint", "about": "community_staff", "text": "停用不对"}
    filed = phone.data("POST", "/complaints", body)
    assert phone.get(f"/complaints/{filed['id']}").status_code == 200
    with phone.client.get("/api/v1/me/export", headers=phone.headers) as copied:
        assert copied.status_code == 200
    assert town.phone("ning").get("/me").status_code == 200
    assert phone.call("DELETE", "/me", {"confirm": True}).status_code == 200


def test_it_ends_by_itself_at_its_moment(town):
    phone = town.phone("ning")
    suspended(town, until=in_days(1))
    with clock.frozen_at(clock.day_ends(in_days(1)) - timedelta(seconds=1)):
        assert phone.put("/me", {"nickname": "小舟"}).status_code == 403
    with clock.frozen_at(clock.day_ends(in_days(1))):
        assert phone.put("/me", {"nickname": "小舟"}).status_code == 200
        assert phone.data("GET", "/me")["suspension"] is None
        (due,) = suspensions.passed()
        with transaction():
            suspensions.end(due)
        assert suspensions.passed() == []
    lines = journal_of(phone.id)
    assert [(line.verb, line.actor_id is None) for line in lines] == [
        ("suspend", False),
        ("suspension_over", True),
    ]


def test_staff_let_them_go_on_before_the_end(town):
    phone, clerk = town.phone("ning"), town.phone("lan")
    suspended(town)
    answer = clerk.data("POST", f"/people/{phone.id}/resume", {"reason": "已经改正"})
    assert answer["resumedAt"] is not None
    assert phone.put("/me", {"nickname": "小舟"}).status_code == 200
    assert told(phone.id)[0][0] == "resumed"
    refusal(clerk.post(f"/people/{phone.id}/resume", {"reason": "已经改正"}), 409, "STATE_CONFLICT")
    # And may stop them again.
    body = {"reason": "又来了", "until": in_days(3).isoformat()}
    assert clerk.post(f"/people/{phone.id}/suspend", body).status_code == 200


def test_a_second_suspension_while_one_stands_is_refused_and_after_its_end_it_is_not(town):
    suspended(town, until=in_days(1))
    with pytest.raises(suspensions.AlreadySuspended):
        suspended(town)
    with clock.frozen_at(clock.day_ends(in_days(1))):
        suspended(town)
        assert len([line for line in journal_of(town.person("ning").id) if line.verb == "suspend"]) == 2


@pytest.mark.parametrize("days", [-1, 181, 400])
def test_an_end_in_the_past_or_beyond_half_a_year_is_refused(town, days):
    with pytest.raises(suspensions.SuspensionTooLong):
        suspended(town, until=in_days(days))


def test_the_longest_suspension_is_of_180_days(town):
    answer = town.phone("tong").post(
        f"/people/{town.person('ning').id}/suspend", {"reason": "太久", "until": in_days(181).isoformat()}
    )
    refusal(answer, 422, "SUSPENSION_TOO_LONG")
    assert suspended(town, until=in_days(180)).days == 180


def test_an_end_may_be_a_moment_and_is_told_as_it_was_given(town):
    moment = (clock.now() + timedelta(hours=5)).astimezone(clock.CHINA).replace(microsecond=0)
    body = {"reason": "冷静一下", "until": moment.isoformat()}
    answer = town.phone("tong").data("POST", f"/people/{town.person('ning').id}/suspend", body)
    assert answer["until"] == moment.isoformat()
    for nonsense in ("tomorrow", "2026-13-01", "2026-11-30T10:00:00", 5, None, ""):
        bad = {"reason": "冷静一下", "until": nonsense}
        answer = town.phone("tong").post(f"/people/{town.person('wulan').id}/suspend", bad)
        refusal(answer, 422, "INVALID_INPUT")


def test_nobody_suspends_themselves_or_who_is_in_office_or_lives_elsewhere(town):
    with pytest.raises(suspensions.OwnSuspension):
        suspended(town, "tong", "tong")
    with pytest.raises(suspensions.PersonInOffice):
        suspended(town, "lan", "tong")
    with pytest.raises(NotFound):
        suspended(town, "he", "tong")
    for name in ("shao", "bu", "yan", "jie", "admin", "shang", "wulan"):
        with pytest.raises(NotAllowed):
            suspended(town, "ning", name)
    with pytest.raises(NotFound):
        suspended(town, "ning", "bai")


def test_who_was_in_office_may_be_suspended_and_then_enters_no_console(town):
    town.out_of_office("lan")
    suspended(town, "lan", "tong")
    caller = sessions.caller(town.phone("lan").token)
    with pytest.raises(suspensions.Suspended):
        suspensions.refuse(caller.id, caller.suspended_until)


def test_who_is_vouched_for_by_wechats_own_hosting_is_suspended_too(town):
    suspended(town)
    caller = sessions.vouched_for(town.person("ning").openid)
    assert caller.suspended_until == clock.day_ends(in_days(7))


def test_the_words_go_with_the_account_and_the_record_stays(town):
    ning = town.person("ning").id
    suspended(town)
    with transaction():
        cancellation.cancel(ning, confirmed=True, actor=by(town, "ning"))
    session.expire_all()
    row = session.scalars(sa.select(suspensions.Suspension)).one()
    assert (row.person_id, row.reason, row.suspended_by_id) == (ning, ERASED, town.person("tong").id)


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE suspensions SET days = 181",
        "UPDATE suspensions SET suspended_by_id = person_id",
        "UPDATE suspensions SET until_at = since",
        "UPDATE suspensions SET resumed_by_id = suspended_by_id",
        "INSERT INTO suspensions (person_id, community_id, since, until_at, days, suspended_by_id)"
        " SELECT person_id, community_id, since, until_at, days, suspended_by_id FROM suspensions",
    ],
)
def test_the_database_says_the_rules_again(town, broken):
    suspended(town)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(sa.text(broken))


def test_a_person_who_lives_nowhere_is_unknown_to_staff(town):
    phone = town.phone("nobody-knows")
    assert session.get(Residency, phone.id) is None
    body = {"reason": "不认识", "until": in_days(1).isoformat()}
    assert town.phone("tong").post(f"/people/{phone.id}/suspend", body).status_code == 404
    assert session.get(Person, phone.id).suspended_until is None
