"""The pages of volunteering as a visitor without a browser: who sees what, what is refused, what is kept."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.journal import JournalLine
from backend.people import teams
from backend.people.models import Membership, Team
from backend.volunteering import attendance_queries, codes, sessions
from backend.volunteering.actions import corrections, ending, hours
from backend.volunteering.models import DESCRIPTION_MAX, Activity
from backend.volunteering.record_models import CONTENT_MAX, Backfill, Correction, ServiceRecord
from tests.volunteering import cast

MARKUP = '"><script>alert(1)</script><b>粗</b>'
FORM = {
    "title": "河边清扫",
    "team": "",
    "activity_kind": "volunteer_service",
    "category": "环境清洁",
    "place": "呼兰河西岸",
    "starts_at": "2027-03-06T09:00",
    "ends_at": "2027-03-06T11:00",
    "capacity": "12",
    "then": "publish",
}


def form(town, **changes):
    return {**FORM, "community": str(town.songtao), **changes}


def newest(model=Activity):
    session.expire_all()
    return session.scalar(sa.select(model).order_by(model.id.desc()).limit(1))


def kinds(page):
    return [part.split("<")[0] for part in page.split('<span class="kind">')[1:]]


def waiting_correction(town):
    """A record of a new volunteer, certified by tong, whose minutes they ask to change; at the usual time."""
    (one,) = cast.newcomers(town, 1)
    cast.certified(town, one)
    (record,) = cast.records(one)
    with cast.after_start(hours=5), transaction():
        return corrections.request(record.id, 60, MARKUP, actor=one).id


# The calendar and the form


def test_the_calendar_shows_a_month_of_ones_own_places_and_steps_by_key(visitor, town):
    cast.published(town, title="清雪行动")
    clerk = visitor("tong")
    page = clerk.page("/console/activities?month=2027-03")
    assert "2027年3月" in page
    assert "清雪行动" in page
    assert "已发布" in page
    assert 'data-key="1" href="/console/activities?month=2027-02"' in page
    assert 'data-key="3" href="/console/activities?month=2027-04"' in page
    assert "这个月没有活动" in clerk.page("/console/activities?month=2031-01")
    assert "清雪行动" not in visitor("bai").page("/console/activities?month=2027-03")


@pytest.mark.parametrize("month", ["", "2027-13", "kein Monat", "1999-01"])
def test_a_month_that_is_none_is_this_one(visitor, month):
    page = visitor("tong").page(f"/console/activities?month={month}")
    assert f"{clock.today().year}年{clock.today().month}月</h2>" in page


def test_the_calendar_narrows_by_place_and_state(visitor, town):
    cast.published(town, title="清雪行动")
    auditor = visitor("shang")
    assert "清雪行动" in auditor.page(f"/console/activities?month=2027-03&community={town.songtao}")
    assert "清雪行动" not in auditor.page(f"/console/activities?month=2027-03&community={town.baihua}")
    assert "清雪行动" not in auditor.page("/console/activities?month=2027-03&state=draft")
    # Another community cannot be asked for.
    assert "清雪行动" in visitor("tong").page(f"/console/activities?month=2027-03&community={town.baihua}")


def test_the_calendar_costs_the_same_however_full_it_is(visitor, town, statements):
    clerk = visitor("tong")
    cast.published(town, title="第一个")
    clerk.page("/console/activities?month=2027-03")
    with statements() as few:
        clerk.page("/console/activities?month=2027-03")
    for number in range(8):
        cast.published(town, title=f"第 {number} 个")
    with statements() as many:
        page = clerk.page("/console/activities?month=2027-03")
    assert len(many) <= len(few)
    assert "还有 5 个" in page, "a day shows four of nine"


def test_an_activity_of_several_sessions_is_planned_shown_again_as_it_was_and_called_by_session(
    visitor, town
):
    clerk = visitor("tong")
    clerk.page("/console/activities/new")
    more = {"start_2": "2027-03-13T09:00", "end_2": "2027-03-13T12:00"}
    half = clerk.post("/console/activities/new", form(town, start_2=more["start_2"]))
    assert "开始和结束要一起填" in half.text
    clerk.post("/console/activities/new", form(town, **more))
    made = newest()
    before = sessions.of(made.id)
    assert [one.ends_at - one.starts_at for one in before] == [timedelta(hours=2), timedelta(hours=3)]
    # The form of the activity has its first session, and not the end of its last one.
    page = clerk.page(f"/console/activities/{made.id}/edit")
    assert 'value="2027-03-06T11:00"' in page
    assert 'value="2027-03-13T12:00"' in page
    clerk.post(f"/console/activities/{made.id}/edit", form(town, then="keep", title="河边清扫二", **more))
    assert (newest().title, sessions.of(made.id)) == ("河边清扫二", before)
    (one,) = cast.newcomers(town, 1)
    cast.sign_up(made.id, one)
    with clock.frozen_at(before[0].ends_at + timedelta(days=1)):
        between = visitor("tong")
        page = between.page(f"/console/activities/{made.id}/edit")
        assert "只能改还没有开始的场次" in page
        moved = {"start_2": "2027-03-14T09:00", "end_2": "2027-03-14T12:00"}
        kept = form(town, then="keep", title="河边清扫三", **moved)
        assert "只能改还没有开始的场次" in between.post(f"/console/activities/{made.id}/edit", kept).text
        assert sessions.of(made.id) == before
        between.post(
            f"/console/activities/{made.id}/edit", form(town, then="keep", title="河边清扫二", **moved)
        )
        assert clock.business_day(sessions.of(made.id)[1].starts_at).isoformat() == "2027-03-14"
        sheet = between.page(f"/console/activities/{made.id}/sheet?session=2")
        assert "第 2 场（共 2 场）" in sheet
        between.post(
            f"/console/activities/{made.id}/edit", form(town, then="keep", title="河边清扫二", **more)
        )
        assert sessions.of(made.id) == before
    with clock.frozen_at(before[1].ends_at):
        later = visitor("tong")
        second = later.page(f"/console/activities/{made.id}/roll-call")
        assert 'name="session" value="2"' in second
        first = later.page(f"/console/activities/{made.id}/roll-call?session=1")
        assert 'value="2027-03-06T09:00"' in first
        called = {
            "session": "1",
            f"came-{one.id}": "y",
            f"arrived-{one.id}": "2027-03-06T09:00",
            f"left-{one.id}": "2027-03-06T11:00",
        }
        later.post(f"/console/activities/{made.id}/roll-call", called)
    (noted,) = sessions.noted_in(made.id).values()
    assert [(each.number, each.checked_in_at) for each in noted] == [(1, before[0].starts_at)]


def test_an_activity_is_planned_and_published_in_one_step(visitor, town):
    clerk = visitor("tong")
    clerk.page("/console/activities/new")
    answer = clerk.post("/console/activities/new", form(town))
    made = newest()
    assert answer.headers["Location"] == f"/console/activities/{made.id}"
    assert (made.state, made.title, made.capacity, made.risk) == ("published", "河边清扫", 12, None)
    assert made.starts_at == cast.STARTS
    page = clerk.page(f"/console/activities/{made.id}")
    assert "已发布，可以报名了" in page
    assert "3月6日 09:00–11:00" in page


def test_a_risky_activity_without_its_insurance_is_refused_beside_the_field_and_kept(visitor, town):
    clerk, before = visitor("tong"), newest().id
    clerk.page("/console/activities/new")
    answer = clerk.post("/console/activities/new", form(town, ready="户外结冰路面，注意防滑，穿防滑鞋"))
    page = clerk.text(answer)
    assert answer.status_code == 409
    assert 'id="insurance_number-error">有风险的活动要先填写保险单号' in page
    assert 'value="河边清扫"' in page
    assert 'value="2027-03-06T09:00"' in page
    assert "户外结冰路面" in page
    assert newest().id == before, "nothing half-made stays behind"
    risky = form(town, risk="路滑", then="keep")
    assert clerk.post("/console/activities/new", risky).status_code == 303
    draft = newest()
    assert draft.state == "draft"
    answer = clerk.post(f"/console/activities/{draft.id}/publish")
    assert answer.status_code == 409
    assert 'id="insurance_number-error">有风险的活动' in clerk.text(answer)
    insured = form(town, risk="路滑", insurance_number="QS-1")
    assert clerk.post(f"/console/activities/{draft.id}/edit", insured).status_code == 303
    assert newest().state == "published"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_at": "2027-03-06T08:00"}, "ends_at"),
        ({"starts_at": "2020-03-06T09:00", "ends_at": "2020-03-06T11:00"}, "ends_at"),
        ({"starts_at": "gestern"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00"}, "starts_at"),
        ({"latitude": "46.9"}, "latitude"),
        ({"latitude": "99"}, "latitude"),
        ({"capacity": "0"}, "capacity"),
        ({"title": ""}, "title"),
        ({"activity_kind": "party"}, "activity_kind"),
        ({"team": "999999"}, "team"),
        ({"community": "999999"}, "community"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(visitor, town, change, field):
    clerk, before = visitor("tong"), newest().id
    clerk.page("/console/activities/new")
    answer = clerk.post("/console/activities/new", form(town, **change))
    assert answer.status_code in (409, 422)
    assert f'id="{field}-error"' in clerk.text(answer)
    assert 'value="呼兰河西岸"' in clerk.text(answer)
    assert newest().id == before


def test_a_published_activity_is_changed_but_not_below_who_signed_up(visitor, town):
    activity_id = cast.published(town, capacity=3)
    for person in cast.newcomers(town, 2):
        cast.sign_up(activity_id, person)
    clerk = visitor("tong")
    page = clerk.page(f"/console/activities/{activity_id}/edit")
    assert "时间或地点有变，会通知已报名的人" in page
    team = str(cast.riders(town))
    changed = form(town, title="清雪", team=team, capacity="1", then="keep")
    answer = clerk.post(f"/console/activities/{activity_id}/edit", changed)
    assert answer.status_code == 409
    assert 'id="capacity-error">已有 2 人报名成功' in clerk.text(answer)
    assert (
        clerk.post(f"/console/activities/{activity_id}/edit", {**changed, "capacity": "5"}).status_code == 303
    )
    assert (cast.activity(activity_id).capacity, cast.activity(activity_id).place) == (5, "呼兰河西岸")


def test_an_activity_is_repeated_weekly_once(visitor, town):
    activity_id = cast.published(town)
    clerk = visitor("tong")
    clerk.page(f"/console/activities/{activity_id}")
    clerk.post(f"/console/activities/{activity_id}/repeat", {"weeks": "3"})
    assert "已生成 3 个草稿" in clerk.page(f"/console/activities/{activity_id}")
    clerk.post(f"/console/activities/{activity_id}/repeat", {"weeks": "3"})
    assert "没有再生成" in clerk.page(f"/console/activities/{activity_id}")
    answer = clerk.post(f"/console/activities/{activity_id}/repeat", {"weeks": "99"})
    assert answer.status_code == 422


def test_a_cancellation_needs_its_reason(visitor, town):
    activity_id = cast.published(town)
    clerk = visitor("tong")
    clerk.page(f"/console/activities/{activity_id}")
    assert clerk.post(f"/console/activities/{activity_id}/cancel", {"reason": ""}).status_code == 422
    told = {"ready": "场地临时不能使用"}
    assert clerk.post(f"/console/activities/{activity_id}/cancel", told).status_code == 303
    assert cast.activity(activity_id).state == "cancelled"
    reason = session.scalar(
        sa.select(JournalLine.reason).where(
            JournalLine.verb == "cancel", JournalLine.subject_id == activity_id
        )
    )
    assert reason == "场地临时不能使用"


def test_what_a_clerk_publishes_is_shown_to_wechat_first(visitor, town, wechat):
    clerk = visitor("tong")
    town.phone("tong")
    clerk.page("/console/activities/new")
    assert clerk.post("/console/activities/new", form(town)).status_code == 303
    assert wechat.calls("/wxa/msg_sec_check")


# Who comes


def test_names_are_masked_for_who_calls_no_roll_and_the_waitlist_is_seen(visitor, town):
    activity_id = cast.published(town, capacity=1)
    cast.sign_up(activity_id, cast.by(town, "ning"))
    cast.sign_up(activity_id, cast.newcomers(town, 1)[0])
    page = visitor("tong").page(f"/console/activities/{activity_id}")
    assert "宁小舟" in page
    assert "候补 1 人" in page
    reader = visitor("yan").page(f"/console/activities/{activity_id}")
    assert "宁**" in reader
    assert "点名 <kbd>" not in reader


def test_a_card_holder_is_signed_up_at_the_window(visitor, town):
    activity_id = cast.published(town)
    clerk = visitor("tong")
    clerk.page(f"/console/activities/{activity_id}/sign-up")
    told = {"asked": "p000001", "ready": "本人没有手机，口头要求报名"}
    assert clerk.post(f"/console/activities/{activity_id}/sign-up", told).status_code == 303
    assert cast.state_of(activity_id, town.person("e")) == "confirmed"
    answer = clerk.post(f"/console/activities/{activity_id}/sign-up", told)
    assert answer.status_code == 409
    assert "已经报过名了" in clerk.text(answer)


def test_nobody_found_and_several_found_are_told_and_nothing_typed_is_lost(visitor, town):
    activity_id = cast.published(town)
    clerk = visitor("tong")
    clerk.page(f"/console/activities/{activity_id}/sign-up")
    told = {"asked": "查无此人", "reason": "电话里说的"}
    answer = clerk.post(f"/console/activities/{activity_id}/sign-up", told)
    assert answer.status_code == 422
    assert "没有找到" in clerk.text(answer)
    assert 'value="电话里说的"' in clerk.text(answer)
    answer = clerk.post(f"/console/activities/{activity_id}/sign-up", {**told, "asked": "舟"})
    assert "是哪一位" in clerk.text(answer)
    ning = town.person("ning").id
    answer = clerk.post(
        f"/console/activities/{activity_id}/sign-up", {**told, "asked": "舟", "person": str(ning)}
    )
    assert answer.status_code == 303
    other = {**told, "asked": "舟", "person": str(town.person("bai").id)}
    assert clerk.post(f"/console/activities/{activity_id}/sign-up", other).status_code == 422


def test_a_grid_worker_signs_up_a_resident_of_the_grid(visitor, town):
    activity_id, card_holder = cast.published(town), town.person("e").id
    one = visitor("shao")
    assert "清雪" in one.page(f"/console/people/{card_holder}/activities")
    told = {"activity": str(activity_id), "ready": "电话要求报名"}
    assert one.post(f"/console/people/{card_holder}/activities", told).status_code == 303
    assert cast.state_of(activity_id, town.person("e")) == "confirmed"
    assert one.post(f"/console/people/{card_holder}/activities", told).status_code == 409
    assert one.get(f"/console/people/{town.person('bai').id}/activities").status_code == 404


def test_somebody_is_excused_or_taken_off_the_list_with_a_reason(visitor, town):
    activity_id = cast.published(town, capacity=2)
    ning, late = cast.by(town, "ning"), cast.newcomers(town, 1)[0]
    for person in (ning, cast.by(town, "wulan"), late):
        cast.sign_up(activity_id, person)
    clerk = visitor("tong")
    path = f"/console/activities/{activity_id}/sign-ups/{ning.id}"
    assert "登记请假" in clerk.page(path)
    assert clerk.post(f"{path}/excuse", {"reason": ""}).status_code == 422
    assert clerk.post(f"{path}/excuse", {"ready": "本人请假：身体不适"}).status_code == 303
    assert cast.state_of(activity_id, ning) == "excused"
    assert cast.state_of(activity_id, late) == "confirmed", "the place goes to who waits"
    assert "没有可以办的步骤" in clerk.page(path)
    other = f"/console/activities/{activity_id}/sign-ups/{town.person('wulan').id}"
    assert clerk.post(f"{other}/take-off", {"ready": "本人来电取消"}).status_code == 303
    assert cast.state_of(activity_id, cast.by(town, "wulan")) == "cancelled"


# The roll and the code


def test_the_sheet_has_names_cards_boxes_and_a_line_to_sign(visitor, town):
    activity_id = cast.published(town)
    clerk = visitor("tong")
    clerk.page(f"/console/activities/{activity_id}/sign-up")
    clerk.post(f"/console/activities/{activity_id}/sign-up", {"asked": "P000001", "reason": "没有手机"})
    page = clerk.page(f"/console/activities/{activity_id}/sheet")
    assert "P000001" in page
    assert "本人签字" in page
    assert page.count("□") == 1 + 5
    # Who ticks the sheet knows whom they tick (decision 117).
    assert "鄂桂兰" in page


def test_the_roll_is_called_with_planned_times_in_one_submit(visitor, town):
    activity_id = cast.published(town)
    came, missing = cast.newcomers(town, 2)
    for person in (came, missing):
        cast.sign_up(activity_id, person)
    with cast.after_start(hours=2, minutes=5):
        clerk = visitor("tong")
        page = clerk.page(f"/console/activities/{activity_id}/roll-call")
        assert 'value="2027-03-06T09:00"' in page
        assert 'value="2027-03-06T11:00"' in page
        times = {"arrived": "2027-03-06T09:00", "left": "2027-03-06T11:00"}
        told = {f"{name}-{one.id}": value for name, value in times.items() for one in (came, missing)}
        told[f"came-{came.id}"] = "y"
        assert clerk.post(f"/console/activities/{activity_id}/roll-call", told).status_code == 303
    assert cast.state_of(activity_id, came) == "checked_out"
    assert cast.state_of(activity_id, missing) == "confirmed"


def test_who_checked_in_by_code_keeps_the_exact_times_unless_they_are_put_right(visitor, town):
    activity_id = cast.published(town)
    one, other = cast.newcomers(town, 2)
    for person in (one, other):
        cast.sign_up(activity_id, person)
    with cast.after_start(minutes=3, seconds=41):
        for person in (one, other):
            cast.check_in(activity_id, person)
    with cast.after_start(hours=2, minutes=5):
        clerk = visitor("tong")
        page = clerk.page(f"/console/activities/{activity_id}/roll-call")
        assert f'name="came-{one.id}"' not in page
        assert f'name="left-{one.id}" type="datetime-local" value=""' in page, "nobody guesses who left when"
        told = {
            f"arrived-{one.id}": "2027-03-06T09:03",
            f"left-{one.id}": "2027-03-06T10:30",
            f"arrived-{other.id}": "2027-03-06T09:03",
            f"left-{other.id}": "",
        }
        assert clerk.post(f"/console/activities/{activity_id}/roll-call", told).status_code == 303
        changed = {**told, f"arrived-{other.id}": "2027-03-06T09:10"}
        answer = clerk.post(f"/console/activities/{activity_id}/roll-call", changed)
        assert answer.status_code == 422
        assert "要同时填离开时间" in clerk.text(answer)
    assert cast.state_of(activity_id, one) == "checked_out"
    assert cast.state_of(activity_id, other) == "checked_in"
    exact = session.scalar(
        sa.text("select checked_in_at from sign_ups where person_id = :one").bindparams(one=one.id)
    )
    assert ":41" in str(exact)


def test_a_time_that_cannot_be_is_refused_beside_the_person(visitor, town):
    activity_id = cast.published(town)
    (one,) = cast.newcomers(town, 1)
    cast.sign_up(activity_id, one)
    with cast.after_start(hours=2, minutes=5):
        clerk = visitor("tong")
        clerk.page(f"/console/activities/{activity_id}/roll-call")
        told = {
            f"came-{one.id}": "y",
            f"arrived-{one.id}": "2027-03-06T06:00",
            f"left-{one.id}": "2027-03-06T11:00",
        }
        answer = clerk.post(f"/console/activities/{activity_id}/roll-call", told)
        assert answer.status_code == 422
        page = clerk.text(answer)
        assert page.count("点名的时间不对") == 2, "above the form, and in the line"
        assert 'value="2027-03-06T06:00"' in page
        answer = clerk.post(f"/console/activities/{activity_id}/roll-call", {**told, f"arrived-{one.id}": ""})
        assert "请填到达时间" in clerk.text(answer)


def test_the_code_page_turns_with_the_half_minute_and_counts(visitor, town):
    activity_id = cast.published(town)
    (one,) = cast.newcomers(town, 1)
    cast.sign_up(activity_id, one)
    with cast.after_start(seconds=10):
        clerk = visitor("tong")
        page = clerk.page(f"/console/activities/{activity_id}/code")
        assert '<noscript><meta http-equiv="refresh" content="20"></noscript>' in page
        first = clerk.get(f"/console/activities/{activity_id}/code/following").json
        assert first["code"] == cast.code(activity_id)
        assert (first["seconds"], first["came"], first["expected"]) == (20, 0, 1)
        assert first["code"] in page
        cast.check_in(activity_id, one)
    with cast.after_start(seconds=40):
        second = clerk.get(f"/console/activities/{activity_id}/code/following").json
    assert second["code"] != first["code"]
    assert second["picture"] != first["picture"]
    assert second["came"] == 1


def test_codes_are_never_of_the_micro_form_which_wechat_does_not_read(visitor, town):
    """The smallest ordinary code has 21 modules a side."""
    activity_id = cast.published(town)
    clerk = visitor("tong")
    in_the_hall = clerk.get(f"/console/activities/{activity_id}/code/following").json["picture"]
    assert int(re.search(r"viewBox='0 0 (\d+)", unquote(in_the_hall))[1]) >= 21 + 4
    on_a_phone = attendance_queries.check_in_code(activity_id, actor=cast.by(town, "tong")).qr
    assert int(re.search(r'width="(\d+)"', on_a_phone)[1]) >= 8 * 21
    card = clerk.page(f"/console/people/{town.person('e').id}/card")
    assert int(re.search(r"width='(\d+)'", unquote(card))[1]) >= 4 * 21


def test_a_draft_and_a_cancelled_activity_show_no_code(visitor, town):
    draft = cast.planned(town)
    clerk = visitor("tong")
    assert (
        clerk.get(f"/console/activities/{draft}/code").headers["Location"] == f"/console/activities/{draft}"
    )
    answer = clerk.get(f"/console/activities/{draft}/code/following")
    assert answer.status_code == 409
    assert codes.current(draft, clock.now()).code not in clerk.text(answer)


# Hours


def ended_with_oddities(town):
    """Ended: one as planned, one who forgot to check out, one whom the place did not match."""
    plain, forgot, far = cast.newcomers(town, 3)
    activity_id = cast.published(town, latitude=46.98, longitude=128.03, radius=100)
    for person in (plain, forgot, far):
        cast.sign_up(activity_id, person)
    with cast.after_start():
        cast.check_in(activity_id, plain, here=(46.98, 128.03))
        cast.check_in(activity_id, forgot)
        cast.check_in(activity_id, far, here=(46.5, 128.03))
    with cast.after_start(hours=2):
        cast.check_out(activity_id, plain)
        cast.check_out(activity_id, far)
    with cast.after_start(hours=2, minutes=1):
        clerk_ends(town, activity_id)
    return activity_id, plain, forgot, far


def clerk_ends(town, activity_id):
    with transaction():
        ending.end(activity_id, actor=cast.by(town, "tong"))


def test_who_did_not_check_out_is_decided_before_hours_are_proposed(visitor, town):
    activity_id, plain, forgot, far = ended_with_oddities(town)
    path = f"/console/hours/{activity_id}/propose"
    with cast.after_start(hours=3):
        clerk = visitor("tong")
        assert "没有签退，待决定" in kinds(clerk.page("/console/"))
        page = clerk.page(path)
        assert "没有签退" in page
        assert "签到位置不在现场范围内" in page
        told = {f"minutes-{plain.id}": "120", f"minutes-{forgot.id}": "", f"minutes-{far.id}": "110"}
        answer = clerk.post(path, told)
        assert answer.status_code == 409
        assert "请先逐个决定时长" in clerk.text(answer)
        assert "请看这一位" in clerk.text(answer)
        assert 'value="110"' in clerk.text(answer)
        assert clerk.post(path, {**told, f"minutes-{forgot.id}": "500"}).status_code == 422
        assert clerk.post(path, {**told, f"minutes-{forgot.id}": "60"}).status_code == 303
        assert f"/console/hours/{activity_id}/certify" not in clerk.page("/console/")
        assert "要请同事认定" in clerk.page("/console/hours")
        mine = clerk.page(f"/console/hours/{activity_id}/certify")
        assert "时长是您申报的" in mine
        assert "一起认定" not in mine
        assert clerk.post(f"/console/hours/{activity_id}/certify").status_code == 422
    assert cast.activity(activity_id).proposed_by_id == town.person("tong").id


def test_odd_hours_are_decided_one_by_one_and_the_rest_by_one_key(visitor, town):
    activity_id, plain, forgot, far = ended_with_oddities(town)
    path = f"/console/hours/{activity_id}/certify"
    with cast.after_start(hours=3), transaction():
        hours.propose(activity_id, {forgot.id: 60}, actor=cast.by(town, "tong"))
    with cast.after_start(hours=4):
        checker = visitor("lan")
        assert "认定时长" in kinds(checker.page("/console/"))
        page = checker.page(path)
        assert "有疑问的，请逐个决定：2 人" in page
        assert "没有疑问的：1 人" in page
        assert checker.post(path).status_code == 422
        told = {f"decision-{forgot.id}": "none", f"decision-{far.id}": "less"}
        answer = checker.post(path, told)
        assert answer.status_code == 422
        assert "请填认定多少分钟" in checker.text(answer)
        answer = checker.post(path, {**told, f"minutes-{far.id}": "200"})
        assert answer.status_code == 422
        assert "认定的时长不能多于申报的时长" in checker.text(answer)
        assert checker.post(path, {**told, f"minutes-{far.id}": "90"}).status_code == 303
    assert [one.minutes for one in cast.records(plain)] == [120]
    assert [one.minutes for one in cast.records(far)] == [90]
    assert cast.records(forgot) == []


def test_unremarkable_hours_are_certified_by_one_key_and_the_next_come_up(visitor, town):
    one, other = cast.newcomers(town, 2)
    activity_id = cast.proposed(town, one, other)
    with cast.after_start(hours=4):
        checker = visitor("lan")
        page = checker.page(f"/console/hours/{activity_id}/certify")
        assert "有疑问的" not in page.replace("没有疑问的", "")
        assert "一起认定 <kbd>1</kbd>" in page
        answer = checker.post(f"/console/hours/{activity_id}/certify")
    # The demo city has another one that waits, older than this.
    assert answer.headers["Location"].endswith("/certify")
    assert len(cast.records()) == 2


def test_a_colleague_who_was_quicker_is_told_kindly(visitor, town):
    activity_id = cast.proposed(town, *cast.newcomers(town, 1))
    with cast.after_start(hours=4):
        one, other = visitor("lan"), visitor("tong")
        for checker in (one, other):
            checker.page(f"/console/hours/{activity_id}/certify")
        one.post(f"/console/hours/{activity_id}/certify")
        answer = other.post(f"/console/hours/{activity_id}/certify")
    assert answer.headers["Location"] == f"/console/activities/{activity_id}"
    assert len(cast.records()) == 1


def test_nobody_certifies_minutes_that_were_changed_meanwhile(visitor, town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.proposed(town, one)
    path = f"/console/hours/{activity_id}/certify"
    with cast.after_start(hours=4):
        checker = visitor("lan")
        seen = re.search(r'name="seen" value="([^"]+)"', checker.page(path))[1]
        with transaction():
            hours.propose(activity_id, {one.id: 45}, actor=cast.by(town, "wulan"))
        answer = checker.post(path, {"seen": seen})
        assert answer.status_code == 422
        assert "刚刚改过" in checker.text(answer)
        assert "45 分钟" in checker.text(answer)
        assert cast.records(one) == []
        seen = re.search(r'name="seen" value="([^"]+)"', checker.text(answer))[1]
        assert checker.post(path, {"seen": seen}).status_code == 303
    assert [record.minutes for record in cast.records(one)] == [45]


def test_a_correction_is_decided_by_neither_its_volunteer_nor_its_certifier(visitor, town):
    correction_id = waiting_correction(town)
    path = f"/console/hours/corrections/{correction_id}"
    with cast.after_start(hours=6):
        certifier, other = visitor("tong"), visitor("lan")
        assert "要请别的同事处理" in certifier.page(path)
        assert certifier.post(f"{path}/approve").status_code == 403
        assert "更正申请" in kinds(other.page("/console/"))
        page = other.page(path)
        assert "少 60 分钟" in page
        assert other.post(f"{path}/approve").status_code == 303
        assert "已经处理过了" in other.page(path)
        answer = other.post(f"{path}/reject", {"reason": "没有错"})
        assert answer.status_code == 409
    assert newest(ServiceRecord).minutes == 60


def test_a_refused_correction_tells_why(visitor, town):
    correction_id = waiting_correction(town)
    with cast.after_start(hours=6):
        other = visitor("lan")
        other.page(f"/console/hours/corrections/{correction_id}")
        assert (
            other.post(f"/console/hours/corrections/{correction_id}/reject", {"reason": ""}).status_code
            == 422
        )
        told = {"ready": "核对了签到记录，时长没有错"}
        assert other.post(f"/console/hours/corrections/{correction_id}/reject", told).status_code == 303
    assert session.get(Correction, correction_id).decision_reason == "核对了签到记录，时长没有错"


BACKFILL = {
    "asked": "P000001",
    "team": "",
    "activity_name": "扫雪",
    "category": "便民服务",
    "minutes": "90",
    "place": "雪松家园",
    "content": "扫楼前的雪",
    "ready": "现场没有信号，用纸质签到表登记",
}


def backfill_form(town, **changes):
    started = (clock.now() - timedelta(days=2)).astimezone(clock.CHINA).strftime("%Y-%m-%dT%H:%M")
    return {**BACKFILL, "community": str(town.songtao), "started_at": started, **changes}


def test_a_backfill_has_a_maker_and_a_checker(visitor, town):
    maker, checker = visitor("tong"), visitor("lan")
    maker.page("/console/hours/backfills/new")
    assert maker.post("/console/hours/backfills/new", backfill_form(town)).status_code == 303
    made = newest(Backfill)
    path = f"/console/hours/backfills/{made.id}"
    assert "要请别的同事核对" in maker.page(path)
    assert maker.post(f"{path}/approve").status_code == 403
    page = checker.page(path)
    assert "扫楼前的雪" in page
    assert "鄂桂兰" in page
    assert checker.post(f"{path}/approve").status_code == 303
    assert (newest(ServiceRecord).source, newest(ServiceRecord).minutes) == ("backfill", 90)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"started_at": "2027-03-06T09:00"}, "started_at"),
        ({"started_at": "2010-03-06T09:00"}, "started_at"),
        ({"minutes": "481"}, "minutes"),
        ({"asked": "查无此人"}, "asked"),
        ({"place": ""}, "place"),
        ({"ready": ""}, "reason"),
    ],
)
def test_a_backfill_that_cannot_be_is_refused_beside_its_field(visitor, town, change, field):
    maker = visitor("tong")
    maker.page("/console/hours/backfills/new")
    answer = maker.post("/console/hours/backfills/new", backfill_form(town, **change))
    assert answer.status_code in (409, 422)
    assert f'id="{field}-error"' in maker.text(answer)
    assert "扫楼前的雪" in maker.text(answer)


def test_a_backfill_is_as_long_at_the_desk_as_the_phone_can_read(visitor, town):
    """Every answer of a phone is held to the OpenAPI document."""
    maker = visitor("tong")
    maker.page("/console/hours/backfills/new")
    longest = "扫" * CONTENT_MAX
    answer = maker.post("/console/hours/backfills/new", backfill_form(town, content=longest + "雪"))
    assert answer.status_code == 422
    assert 'id="content-error"' in maker.text(answer)
    assert maker.post("/console/hours/backfills/new", backfill_form(town, content=longest)).status_code == 303
    listed = town.phone("lan").data("GET", "/service-records/backfill/to-decide?limit=50")["list"]
    assert longest in [row["content"] for row in listed]


def test_a_backfill_begins_with_as_much_of_the_activity_as_it_takes(visitor, town):
    about = "扫" * DESCRIPTION_MAX
    activity_id = cast.certified(town, *cast.newcomers(town, 1), description=about)
    with cast.after_start(days=1):
        page = visitor("tong").page(f"/console/hours/backfills/new?activity={activity_id}")
    assert "扫" * CONTENT_MAX in page
    assert "扫" * (CONTENT_MAX + 1) not in page


def test_nobody_enters_service_for_themselves(visitor, town):
    maker = visitor("tong")
    maker.page("/console/hours/backfills/new")
    answer = maker.post("/console/hours/backfills/new", backfill_form(town, asked="佟雨禾"))
    assert answer.status_code == 403
    assert "不能为自己补录" in maker.text(answer)


def test_a_backfill_for_a_certified_activity_is_filled_in_already(visitor, town):
    activity_id = cast.certified(town, *cast.newcomers(town, 1))
    with cast.after_start(days=1):
        maker = visitor("tong")
        assert f"/console/hours/backfills/new?activity={activity_id}" in maker.page(
            f"/console/activities/{activity_id}"
        )
        page = maker.page(f"/console/hours/backfills/new?activity={activity_id}")
        assert 'value="清雪"' in page
        assert 'value="2027-03-06T09:00"' in page
        told = backfill_form(town, started_at="2027-03-06T09:00", activity_name="清雪")
        assert maker.post(f"/console/hours/backfills/new?activity={activity_id}", told).status_code == 303
    assert newest(Backfill).activity_id == activity_id


# Teams


def test_a_team_is_founded_with_a_leader_by_card_number(visitor, town):
    clerk = visitor("tong")
    clerk.page("/console/teams/new")
    told = {
        "name": "楼道长志愿队",
        "kind": "community",
        "community": str(town.songtao),
        "speciality": "楼道巡查",
        "asked": "P000001",
    }
    answer = clerk.post("/console/teams/new", told)
    made = newest(Team)
    assert answer.headers["Location"] == f"/console/teams/{made.id}"
    assert made.leader_id == town.person("e").id
    assert "鄂桂兰" in clerk.page(f"/console/teams/{made.id}")
    answer = clerk.post("/console/teams/new", told)
    assert answer.status_code == 409
    assert 'id="name-error">社区里已有同名的志愿队' in clerk.text(answer)
    assert 'value="楼道巡查"' in clerk.text(answer)


def test_who_asks_to_join_a_leader_without_a_phone_is_decided_at_the_desk(visitor, town):
    with transaction():
        team = teams.create_team(
            town.songtao, "community", "银发队", leader_id=town.person("e").id, actor=cast.by(town, "tong")
        )
        for name in ("ning", "wulan"):
            teams.join(team.id, actor=cast.by(town, name))
    clerk, path = visitor("tong"), f"/console/teams/{team.id}"
    assert kinds(clerk.page("/console/")).count("入队申请") == 2
    assert "2 人申请加入" in clerk.page("/console/teams")
    assert "宁小舟" in clerk.page(path)
    assert clerk.post(f"{path}/members/{town.person('ning').id}/accept").status_code == 303
    assert clerk.post(f"{path}/members/{town.person('wulan').id}/decline").status_code == 303
    answer = clerk.post(f"{path}/members/{town.person('ning').id}/decline")
    assert answer.status_code == 409
    assert "已经处理过了" in clerk.text(answer)
    found = dict(
        session.execute(
            sa.select(Membership.person_id, Membership.state).where(Membership.team_id == team.id)
        ).all()
    )
    assert found == {town.person("ning").id: "accepted", town.person("wulan").id: "declined"}


def test_a_leader_with_a_phone_has_three_days_to_answer(visitor, town):
    (one,) = cast.newcomers(town, 1)
    with transaction():
        teams.join(cast.riders(town), actor=one)
    assert "入队申请" not in kinds(visitor("tong").page("/console/"))
    with clock.frozen_at(clock.now() + timedelta(days=3, minutes=1)):
        assert "入队申请" in kinds(visitor("tong").page("/console/"))


def test_a_team_gets_another_name_and_another_leader(visitor, town):
    team_id = cast.riders(town)
    clerk, path = visitor("tong"), f"/console/teams/{cast.riders(town)}"
    clerk.page(path)
    assert clerk.post(f"{path}/edit", {"name": "骑手暖心队", "speciality": "送药"}).status_code == 303
    assert clerk.post(f"{path}/leader", {"asked": "查无此人"}).status_code == 422
    assert clerk.post(f"{path}/leader", {"asked": "P000001"}).status_code == 303
    session.expire_all()
    team = session.get(Team, team_id)
    assert (team.name, team.leader_id) == ("骑手暖心队", town.person("e").id)


# For all of them


def test_activities_of_today_and_tomorrow_stand_in_the_inbox(visitor, town):
    cast.published(town)
    with cast.after_start(days=-1):
        page = visitor("tong").page("/console/")
        assert "明天的活动" in kinds(page)
        rows = re.findall(r"<li[^>]*><a[^>]*data-row>.*?</li>", page, re.S)
        (row,) = (one for one in rows if "明天的活动" in one)
        assert "已等" not in row
    with cast.after_start(hours=-2):
        assert "今天的活动" in kinds(visitor("tong").page("/console/"))


def test_the_inbox_costs_the_same_however_much_volunteering_waits(visitor, town, statements):
    people = cast.newcomers(town, 4)
    cast.ended(town, people[0])
    with cast.after_start(hours=5):
        clerk = visitor("tong")
        clerk.page("/console/")
        with statements() as few:
            clerk.page("/console/")
    for person in people[1:]:
        cast.ended(town, person)
    with cast.after_start(hours=5), statements() as many:
        clerk.page("/console/")
    assert len(many) <= len(few)


def test_another_communitys_ids_are_not_there(visitor, town):
    (one,) = cast.newcomers(town, 1)
    correction_id, activity_id = waiting_correction(town), cast.proposed(town, one)
    maker = visitor("tong")
    maker.page("/console/hours/backfills/new")
    maker.post("/console/hours/backfills/new", backfill_form(town))
    backfill_id, team_id = newest(Backfill).id, cast.riders(town)
    with cast.after_start(hours=6):
        other = visitor("bai")
        other.page("/console/")
        for path in (
            f"activities/{activity_id}",
            f"activities/{activity_id}/edit",
            f"activities/{activity_id}/sheet",
            f"activities/{activity_id}/roll-call",
            f"activities/{activity_id}/code",
            f"activities/{activity_id}/code/following",
            f"activities/{activity_id}/sign-up",
            f"activities/{activity_id}/sign-ups/{one.id}",
            f"hours/{activity_id}/propose",
            f"hours/{activity_id}/certify",
            f"hours/corrections/{correction_id}",
            f"hours/backfills/{backfill_id}",
            f"hours/backfills/new?activity={activity_id}",
            f"teams/{team_id}",
            "activities/999999",
            "teams/999999",
        ):
            assert other.get(f"/console/{path}").status_code == 404, path
        reason = {"reason": "看看", "weeks": "2", "name": "别的名字", "asked": "P000001"}
        for path in (
            f"activities/{activity_id}/publish",
            f"activities/{activity_id}/end",
            f"activities/{activity_id}/cancel",
            f"activities/{activity_id}/repeat",
            f"activities/{activity_id}/edit",
            f"activities/{activity_id}/roll-call",
            f"activities/{activity_id}/sign-up",
            f"activities/{activity_id}/sign-ups/{one.id}/excuse",
            f"activities/{activity_id}/sign-ups/{one.id}/take-off",
            f"hours/{activity_id}/propose",
            f"hours/{activity_id}/certify",
            f"hours/corrections/{correction_id}/approve",
            f"hours/corrections/{correction_id}/reject",
            f"hours/backfills/{backfill_id}/approve",
            f"hours/backfills/{backfill_id}/reject",
            f"teams/{team_id}/edit",
            f"teams/{team_id}/leader",
            f"teams/{team_id}/members/{one.id}/accept",
        ):
            assert other.post(f"/console/{path}", reason).status_code == 404, path


@pytest.mark.parametrize("name", ["bu", "jie", "shao"])
def test_a_role_without_the_word_is_told_so(visitor, name):
    one = visitor(name)
    for path in (
        "activities",
        "activities/new",
        "hours",
        "hours/corrections",
        "hours/backfills/new",
        "teams",
    ):
        assert one.get(f"/console/{path}").status_code == 403, path


def test_markup_in_every_text_is_shown_as_text(visitor, town):
    clerk = visitor("tong")
    clerk.page("/console/activities/new")
    texts = {"title": MARKUP, "description": MARKUP, "place": MARKUP, "category": MARKUP[:20]}
    texts |= {"risk": MARKUP, "insurance_number": MARKUP}
    assert clerk.post("/console/activities/new", form(town, **texts)).status_code == 303
    activity_id = newest().id
    clerk.post(f"/console/activities/{activity_id}/sign-up", {"asked": "P000001", "reason": MARKUP})
    clerk.post(
        "/console/hours/backfills/new",
        backfill_form(
            town, activity_name=MARKUP, content=MARKUP, place=MARKUP, reason=MARKUP, category=MARKUP[:20]
        ),
    )
    told = {"name": MARKUP, "speciality": MARKUP, "kind": "community", "community": str(town.songtao)}
    clerk.post("/console/teams/new", {**told, "asked": "P000001"})
    backfill_id, team_id = newest(Backfill).id, newest(Team).id
    correction_id, card_holder = waiting_correction(town), town.person("e").id
    for path in (
        "activities?month=2027-03",
        f"activities/{activity_id}",
        f"activities/{activity_id}/edit",
        f"activities/{activity_id}/sheet",
        f"activities/{activity_id}/roll-call",
        f"activities/{activity_id}/code",
        f"activities/{activity_id}/sign-ups/{card_holder}",
        f"people/{card_holder}/activities",
        f"hours/backfills/{backfill_id}",
        f"hours/corrections/{correction_id}",
        "teams",
        f"teams/{team_id}",
        "",
    ):
        page = clerk.page(f"/console/{path}")
        assert "<script>alert" not in page, path
        assert "<b>粗" not in page, path
        assert "style=" not in page, path


def test_the_hall_screen_shows_the_weeks_activities_on_its_last_page(visitor, town):
    cast.published(town, title="清雪行动")
    guest = visitor()
    with cast.after_start(days=-2):
        first = guest.page("/wall")
        last = guest.page("/wall?page=99")
        assert "清雪行动" not in first
        assert "这一周的志愿活动" in last
        assert "清雪行动" in last
        assert "清雪行动" not in guest.page(f"/wall?page=99&place={town.baihua}")
    with cast.after_start(days=-9):
        assert "清雪行动" not in guest.page("/wall?page=99")


def test_the_journal_says_it_in_chinese(visitor, town):
    cast.certified(town, *cast.newcomers(town, 1))
    page = visitor("shang").page("/console/journal")
    for word in ("申报时长", "认定时长", "结束"):
        assert f"<td>{word}</td>" in page
