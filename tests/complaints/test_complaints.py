"""Complaints and suggestions: who answers, in what time, who sees whom, and where it goes when nobody does."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from backend import calendar_days, clock, config, jobs, journal, working_days
from backend.complaints import actions, deadlines, queries, queues, sealed
from backend.complaints.models import Complaint, ComplaintState
from backend.complaints.states import COMPLAINT_MOVES, ComplaintMovedOn
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.lifecycle import FourEyes, transition
from backend.outbox.models import Notice
from tests.wishes import cast


def by(town, name):
    return cast.by(town, name)


def filed(town, name="ning", kind="complaint", text="楼道灯坏了三个月", **more):
    with transaction():
        return actions.file(kind, text, actor=by(town, name), **more).id


def complaint(complaint_id):
    return session.get(Complaint, complaint_id, populate_existing=True)


def told(person_id):
    return session.scalars(sa.select(Notice.kind).where(Notice.person_id == person_id)).all()


def seen_by(town, name):
    return {one.id for one in queues.to_handle(actor=by(town, name)).rows(50)}


def test_the_community_answers_about_its_service(town):
    made = filed(town)
    assert complaint(made).place_id == town.songtao
    assert made in seen_by(town, "tong") & seen_by(town, "jie")
    assert made not in seen_by(town, "bai") | seen_by(town, "wulan") | seen_by(town, "shao")
    assert "complaint_received" in told(town.person("tong").id)
    assert "complaint_received" not in told(town.person("jie").id)
    with transaction():
        actions.answer(made, "已换新灯", actor=by(town, "tong"))
    assert "complaint_answered" in told(town.person("ning").id)
    assert sealed.answer(complaint(made)) == "已换新灯"


def test_about_the_communitys_own_staff_the_street_answers_and_they_do_not_see_it(town):
    made = filed(town, about="community_staff")
    assert complaint(made).place_id == town.place("林海街道")
    assert made in seen_by(town, "jie")
    assert made not in seen_by(town, "tong") | seen_by(town, "lan")
    assert "complaint_received" in told(town.person("jie").id)
    with transaction(), pytest.raises(NotFound):
        actions.answer(made, "没有的事", actor=by(town, "tong"))
    with pytest.raises(NotFound):
        queries.one(made, actor=by(town, "lan"))


def test_about_the_streets_staff_and_about_burdens_the_city_answers(town):
    city = town.place("青松市")
    for made in (filed(town, about="street_staff"), filed(town, kind="relief_report")):
        assert complaint(made).place_id == city
        assert made in seen_by(town, "admin")
        assert made not in seen_by(town, "jie") | seen_by(town, "tong")


def test_who_lives_nowhere_yet_is_answered_by_the_city(town):
    phone = town.phone("stranger")
    with transaction():
        made = actions.file("suggestion", "加个长者版", actor=cast.By(phone.id))
    assert made.place_id == town.place("青松市")


def test_an_anonymous_one_names_nobody_to_who_handles_it(town):
    made = filed(town, anonymous=True, contact="11100000012")
    (shown,) = queries.view_complaints([complaint(made)], actor=by(town, "tong"))
    assert shown.by_name == "匿名居民"
    (named,) = queries.view_complaints([complaint(filed(town))], actor=by(town, "tong"))
    assert named.by_name == "宁**"
    (own,) = queries.view_complaints([complaint(made)], actor=by(town, "ning"))
    assert own.by_name == "本人"


def test_the_words_and_the_phone_are_sealed_and_opening_the_phone_is_journaled(town):
    made = filed(town, contact="11100000012")
    row = session.execute(sa.text("SELECT * FROM complaints")).mappings().one()
    assert "楼道灯" not in str(dict(row))
    assert "11100000012" not in str(dict(row))
    (shown,) = queries.view_complaints([complaint(made)], actor=by(town, "tong"))
    assert shown.contact_back == "111******12"
    with transaction():
        assert queries.contact(made, "回电说明", actor=by(town, "tong")) == "11100000012"
    line = journal.lines("complaint", made)[-1]
    assert (line.verb, line.reason, line.actor_id) == ("open_contact", "回电说明", town.person("tong").id)
    with transaction(), pytest.raises(NotAllowed):
        queries.contact(made, "看看", actor=by(town, "ning"))


def test_nobody_answers_their_own(town):
    made = filed(town, "tong")
    assert made not in seen_by(town, "tong")
    assert "complaint_received" not in told(town.person("tong").id)
    with transaction(), pytest.raises(FourEyes):
        actions.answer(made, "很好", actor=by(town, "tong"))
    with transaction():
        actions.answer(made, "知道了", actor=by(town, "lan"))


def test_staff_who_cannot_decide_it_send_it_up(town):
    made = filed(town)
    with transaction():
        actions.escalate(made, "需要街道协调物业", actor=by(town, "tong"))
    found = complaint(made)
    assert (found.state, found.place_id) == ("escalated", town.place("林海街道"))
    assert made not in seen_by(town, "tong")
    assert {"complaint_moved"} <= set(told(town.person("ning").id))
    with transaction():
        actions.escalate(made, "需要市里协调", actor=by(town, "jie"))
    with transaction(), pytest.raises((actions.NobodyAbove, NotAllowed)):
        actions.escalate(made, "再往上", actor=by(town, "admin"))


def test_a_reminder_comes_before_the_deadline_and_the_next_level_after_it(town):
    made = filed(town)
    settings = config.settings()
    last = complaint(made).due_on
    assert last == working_days.on_or_after(clock.today() + timedelta(days=settings.complaint_days))
    soon = working_days.after(last, -settings.complaint_remind_days)
    with clock.frozen_at(clock.day_starts(working_days.after(soon, -1))):
        assert deadlines.to_remind() == []
    with clock.frozen_at(clock.day_starts(soon)):
        for _ in range(2):
            for job in deadlines.JOBS:
                jobs.run(job)
        assert told(town.person("tong").id).count("complaint_due") == 1
        assert complaint(made).state == "received"
    with clock.frozen_at(clock.day_starts(working_days.after(last, 1))):
        for job in deadlines.JOBS:
            jobs.run(job)
        found = complaint(made)
        assert (found.state, found.place_id) == ("escalated", town.place("林海街道"))
        assert found.due_on > clock.today()
        assert deadlines.overdue() == []
    assert "complaint_escalated" in told(town.person("jie").id)


def test_no_answer_is_due_on_a_free_day_also_when_it_becomes_one(town):
    """PO1. 15 days from 22 January are a Saturday, and the Monday after it becomes one of the festival."""
    with clock.frozen_at(clock.day_starts(date(2027, 1, 22))):
        made = filed(town)
        assert complaint(made).due_on == date(2027, 2, 8)
        with transaction():
            complaint(made).reminded_at = clock.now()
        festival = [date(2027, 2, day) for day in range(6, 13)]
        free = [working_days.Day(day, False, "春节", working_days.Source.CITY) for day in festival]
        with transaction():
            assert calendar_days.change(free, actor=by(town, "admin"))[1] >= 1
        found = complaint(made)
        assert (found.due_on, found.reminded_at) == (date(2027, 2, 15), None)
        for name in ("ning", "tong"):
            assert told(town.person(name).id).count("complaint_due_moved") == 1
        with transaction():
            again = [working_days.Day(day, True, None, working_days.Source.CITY) for day in festival]
            calendar_days.change(again, actor=by(town, "admin"))
        assert complaint(made).due_on == date(2027, 2, 15)


def test_at_the_city_it_waits_and_is_not_sent_in_circles(town):
    made = filed(town, kind="relief_report")
    with clock.frozen_at(clock.now() + timedelta(days=100)):
        for job in deadlines.JOBS:
            jobs.run(job)
    assert complaint(made).state == "received"


def test_who_is_not_content_appeals_once_to_the_next_level(town):
    made = filed(town)
    with transaction():
        actions.answer(made, "不归我们管", actor=by(town, "tong"))
        actions.appeal(made, "就是归你们管", actor=by(town, "ning"))
    found = complaint(made)
    assert (found.state, found.place_id, found.answer_sealed) == ("escalated", town.place("林海街道"), None)
    assert sealed.text(found).endswith("【对答复的意见】就是归你们管")
    with transaction():
        actions.answer(made, "街道已协调", actor=by(town, "jie"))
    with transaction(), pytest.raises(actions.AppealedOnce):
        actions.appeal(made, "还是不满意", actor=by(town, "ning"))


def test_too_many_in_a_day_are_refused(town, settings):
    for number in range(settings.complaints_per_day):
        filed(town, text=f"第 {number} 条")
    with transaction(), pytest.raises(actions.TooManyComplaints) as refused:
        actions.file("complaint", "又一条", actor=by(town, "ning"))
    assert 86_000 < int(refused.value.headers["Retry-After"]) <= 86_400
    with clock.frozen_at(clock.now() + timedelta(days=1, minutes=1)):
        filed(town)


# move: (from, to, who). It is ning's, lies in 松涛社区, and tong answered it where it is answered.
RULES = {
    "answer": ("received escalated", "answered", "tong lan jie admin"),
    "escalate": ("received escalated", "escalated", "tong lan jie time"),
    "appeal": ("answered", "escalated", "ning"),
    "withdraw": ("received escalated", "withdrawn", "ning"),
}
PEOPLE = ["ning", "tong", "lan", "shao", "jie", "admin", "shang", "yan", "bu", "pei", "bai", "wulan", "time"]


def test_the_table_names_the_same_moves_as_the_code():
    assert {move.name for move in COMPLAINT_MOVES} == set(RULES)


@pytest.mark.parametrize("move", COMPLAINT_MOVES, ids=lambda move: move.name)
def test_each_move_is_made_by_the_right_people_from_the_right_states_only(town, move):
    made = filed(town)
    sources, target, allowed = RULES[move.name]
    tong = town.person("tong").id
    for state in ComplaintState:
        for name in PEOPLE:
            with transaction():
                over = state in ("answered", "withdrawn")
                answered = {"answered_by_id": tong, "answer_sealed": "x"} if state == "answered" else {}
                session.execute(
                    sa.update(Complaint)
                    .where(Complaint.id == made)
                    .values(state=state, ended_at=clock.now() if over else None, **answered)
                )
                facts = {"answered": {"answered_by_id": tong, "answer_sealed": "x"}}.get(target, {})
                ended = {"ended_at": clock.now() if target in ("answered", "withdrawn") else None}
                if target == "escalated":
                    facts = {"answered_by_id": None, "answer_sealed": None}
                actor = None if name == "time" else by(town, name)
                try:
                    transition(move, complaint(made), actor=actor, **facts, **ended)
                    outcome = complaint(made).state
                except (NotAllowed, NotFound, FourEyes):
                    outcome = "refused"
                except ComplaintMovedOn:
                    outcome = "conflict"
                session.rollback()
            from_here = target if state in sources.split() else "conflict"
            expected = from_here if name in allowed.split() else "refused"
            assert outcome == expected, f"{name} {move.name} from {state}: {outcome}, not {expected}"
