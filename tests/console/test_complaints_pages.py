"""Complaints at the console: who finds which, answered in time, sent up, never shown to whom it concerns."""

import sqlalchemy as sa

from backend import clock
from backend.complaints import actions, sealed
from backend.complaints.models import Complaint
from backend.db import session, transaction
from backend.journal import JournalLine
from tests.console.test_protection import MARKUP
from tests.wishes.cast import by


def filed(town, text="楼道灯坏了三个月", name="ning", **more):
    with transaction():
        return actions.file("complaint", text, actor=by(town, name), **more).id


def row(complaint_id):
    return session.get(Complaint, complaint_id, populate_existing=True)


def test_it_waits_with_age_and_deadline_where_it_lies_and_not_above(visitor, town):
    made = filed(town)
    page = visitor("tong").page("/console/")
    assert f"/console/complaints/{made}" in page
    assert "还有" in page
    assert "楼道灯" not in page
    assert f"/console/complaints/{made}" not in visitor("jie").page("/console/")
    assert f"/console/complaints/{made}" in visitor("jie").page("/console/complaints")


def test_an_answer_is_kept_and_the_next_one_comes_up(visitor, town):
    first, second = filed(town), filed(town, "门口总停车")
    clerk = visitor("tong")
    assert "楼道灯坏了三个月" in clerk.page(f"/console/complaints/{first}")
    answer = clerk.post(f"/console/complaints/{first}/answer", {"reason": "已换新灯"})
    assert answer.headers["Location"] == f"/console/complaints/{second}"
    assert (row(first).state, sealed.answer(row(first))) == ("answered", "已换新灯")
    page = clerk.page(f"/console/complaints/{first}")
    assert "已换新灯" in page
    assert "没有等您办的步骤" in page
    clerk.post(f"/console/complaints/{second}/answer", {"reason": "已贴条提醒"})
    assert "投诉建议都答复完了" in clerk.page("/console/")


def test_a_ready_made_sentence_answers_without_a_script(visitor, town):
    made = filed(town)
    clerk = visitor("tong")
    clerk.page(f"/console/complaints/{made}")
    clerk.post(
        f"/console/complaints/{made}/answer", {"ready": "经核实，情况与反映的不一致，具体是：", "reason": ""}
    )
    assert row(made).state == "answered"


def test_an_empty_answer_is_refused_and_one_that_came_too_late_keeps_its_words(visitor, town):
    made = filed(town)
    clerk = visitor("tong")
    clerk.page(f"/console/complaints/{made}")
    assert clerk.post(f"/console/complaints/{made}/answer", {"reason": " "}).status_code == 422
    with transaction():
        actions.answer(made, "蓝的答复", actor=by(town, "lan"))
    late = clerk.post(f"/console/complaints/{made}/escalate", {"reason": "写好的理由"})
    assert late.status_code == 409
    assert "已经处理过了" in clerk.text(late)
    assert "写好的理由" in clerk.text(late)


def test_sent_up_it_leaves_the_clerk_and_waits_at_the_street(visitor, town):
    made = filed(town)
    clerk = visitor("tong")
    clerk.page(f"/console/complaints/{made}")
    answer = clerk.post(f"/console/complaints/{made}/escalate", {"reason": "几个社区都有"})
    assert answer.status_code == 303
    assert clerk.get(f"/console/complaints/{made}").status_code == 404
    assert f"/console/complaints/{made}" in visitor("jie").page("/console/")
    assert row(made).due_on > clock.today()


def test_what_is_about_the_communitys_staff_is_not_there_for_them(visitor, town):
    made = filed(town, "态度不好", about="community_staff")
    for name in ("tong", "lan"):
        clerk = visitor(name)
        assert f"/console/complaints/{made}" not in clerk.page("/console/") + clerk.page(
            "/console/complaints"
        )
        assert clerk.get(f"/console/complaints/{made}").status_code == 404
        for verb in ("answer", "escalate", "contact"):
            assert clerk.post(f"/console/complaints/{made}/{verb}", {"reason": "看看"}).status_code == 404
    assert "态度不好" in visitor("jie").page(f"/console/complaints/{made}")


def test_another_communitys_is_not_there_and_other_roles_have_no_such_page(visitor, town):
    made = filed(town)
    stranger = visitor("bai")
    assert stranger.get(f"/console/complaints/{made}").status_code == 404
    assert stranger.get("/console/complaints/999999").status_code == 404
    for name in ("bu", "shao", "shang"):
        assert visitor(name).get("/console/complaints").status_code == 403


def test_an_anonymous_one_names_nobody_and_the_phone_is_opened_with_a_reason(visitor, town):
    made = filed(town, anonymous=True, contact="11122223333")
    clerk = visitor("tong")
    page = clerk.page(f"/console/complaints/{made}")
    assert "匿名居民" in page
    assert "宁" not in page
    assert "11122223333" not in page
    assert clerk.post(f"/console/complaints/{made}/contact", {"reason": ""}).status_code == 422
    assert "11122223333" in clerk.text(clerk.post(f"/console/complaints/{made}/contact", {"reason": "回电"}))
    assert "11122223333" not in clerk.page(f"/console/complaints/{made}")
    line = session.scalar(sa.select(JournalLine).where(JournalLine.verb == "open_contact"))
    assert (line.subject_kind, line.subject_id, line.reason) == ("complaint", made, "回电")


def test_markup_in_a_complaint_and_its_answer_is_shown_as_text(visitor, town):
    made = filed(town, MARKUP)
    clerk = visitor("tong")
    assert "<script>alert" not in clerk.page(f"/console/complaints/{made}")
    clerk.post(f"/console/complaints/{made}/answer", {"reason": MARKUP})
    assert "<script>alert" not in clerk.page(f"/console/complaints/{made}")


def test_ones_own_complaint_is_answered_by_somebody_else(visitor, town):
    made = filed(town, name="tong")
    clerk = visitor("tong")
    assert f"/console/complaints/{made}" not in clerk.page("/console/")
    clerk.page(f"/console/complaints/{made}")
    assert clerk.post(f"/console/complaints/{made}/answer", {"reason": "我答我"}).status_code == 403
    assert row(made).state == "received"
