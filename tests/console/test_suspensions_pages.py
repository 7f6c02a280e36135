"""停用账号 on the console: from the resident's page, told beside the form, and seen by who supervises."""

from datetime import timedelta

from backend import clock


def in_days(days):
    return (clock.today() + timedelta(days=days)).isoformat()


def test_a_clerk_suspends_a_resident_from_their_page_and_lets_them_go_on(visitor, town):
    clerk, ning = visitor("tong"), town.person("ning").id
    page = clerk.page(f"/console/people/{ning}")
    assert "停用账号" in page
    assert "恢复账号" not in page
    form = clerk.page(f"/console/people/{ning}/suspend")
    assert in_days(7) in form
    told = {"until": in_days(10), "reason": "反复提交广告"}
    assert clerk.post(f"/console/people/{ning}/suspend", told).status_code == 303
    page = clerk.page(f"/console/people/{ning}")
    assert f"账号停用到 {in_days(10)}。原因：反复提交广告" in page
    assert "恢复账号" in page
    assert town.phone("ning").put("/me", {"nickname": "小舟"}).status_code == 403
    assert in_days(10) in clerk.page(f"/console/people/{ning}/resume")
    assert clerk.post(f"/console/people/{ning}/resume", {"reason": "已经改正"}).status_code == 303
    assert "恢复账号" not in clerk.page(f"/console/people/{ning}")
    assert town.phone("ning").put("/me", {"nickname": "小舟"}).status_code == 200


def test_a_second_click_is_told_beside_the_form(visitor, town):
    clerk, ning = visitor("tong"), town.person("ning").id
    clerk.page(f"/console/people/{ning}/suspend")
    told = {"until": in_days(10), "reason": "反复提交广告"}
    assert clerk.post(f"/console/people/{ning}/suspend", told).status_code == 303
    again = clerk.post(f"/console/people/{ning}/suspend", told)
    assert again.status_code == 409
    assert "已经停用" in again.get_data(as_text=True)
    clerk.post(f"/console/people/{ning}/resume", {"reason": "已经改正"})
    again = clerk.post(f"/console/people/{ning}/resume", {"reason": "已经改正"})
    assert again.status_code == 409
    assert clerk.get(f"/console/people/{ning}/resume").status_code == 303


def test_what_was_filled_in_badly_is_said_beside_its_field(visitor, town):
    clerk, ning = visitor("tong"), town.person("ning").id
    clerk.page(f"/console/people/{ning}/suspend")
    for told in ({"until": in_days(7), "reason": ""}, {"until": "", "reason": "广告"}):
        assert clerk.post(f"/console/people/{ning}/suspend", told).status_code == 422
    for days in (-1, 181):
        answer = clerk.post(f"/console/people/{ning}/suspend", {"until": in_days(days), "reason": "广告"})
        assert answer.status_code == 422
        assert "停用的截止日" in answer.get_data(as_text=True)


def test_oneself_and_colleagues_in_office_are_not_suspended(visitor, town):
    clerk, told = visitor("tong"), {"until": in_days(7), "reason": "试试"}
    own = clerk.page(f"/console/people/{town.person('tong').id}")
    assert "停用账号" not in own
    clerk.page(f"/console/people/{town.person('lan').id}/suspend")
    assert clerk.post(f"/console/people/{town.person('tong').id}/suspend", told).status_code == 403
    answer = clerk.post(f"/console/people/{town.person('lan').id}/suspend", told)
    assert answer.status_code == 403
    assert "结束任职" in answer.get_data(as_text=True)


def test_other_places_and_other_roles_do_not_get_there(visitor, town):
    ning = town.person("ning").id
    assert visitor("bai").get(f"/console/people/{ning}/suspend").status_code == 404
    for name in ("shao", "yan", "admin"):
        assert visitor(name).get(f"/console/people/{ning}/suspend").status_code == 403


def test_the_supervisor_sees_who_was_suspended_by_whom_why_and_until_when(visitor, town):
    supervisor, clerk, ning = visitor("yan"), visitor("tong"), town.person("ning").id
    assert "没有停用过账号" in supervisor.page("/console/suspensions")
    assert "停用记录" in supervisor.page("/console/")
    clerk.page(f"/console/people/{ning}/suspend")
    clerk.post(f"/console/people/{ning}/suspend", {"until": in_days(10), "reason": "反复提交广告"})
    page = supervisor.page("/console/suspensions")
    assert all(
        word in page for word in ("宁**", f"（{ning}）", "佟雨禾", "反复提交广告", in_days(10), "停用中")
    )
    assert "宁小舟" not in page
    clerk.post(f"/console/people/{ning}/resume", {"reason": "已经改正"})
    page = supervisor.page("/console/suspensions")
    assert "已经改正" in page
    assert "停用中" not in page
    assert "反复提交广告" in visitor("jie").page("/console/suspensions")
    assert "没有停用过账号" in visitor("bai").page("/console/suspensions")
    for name in ("shao", "bu", "admin"):
        assert visitor(name).get("/console/suspensions").status_code == 403


def test_one_that_is_over_says_so(visitor, town):
    clerk, ning = visitor("tong"), town.person("ning").id
    clerk.page(f"/console/people/{ning}/suspend")
    clerk.post(f"/console/people/{ning}/suspend", {"until": in_days(1), "reason": "反复提交广告"})
    with clock.frozen_at(clock.now() + timedelta(days=3)):
        assert "已到期" in visitor("yan").page("/console/suspensions")
        assert "账号停用到" not in visitor("tong").page(f"/console/people/{ning}")
