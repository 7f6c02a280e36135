"""Beyond the pace a colleague is asked on the same form, agrees in the queue; the supervisor has a list of the week."""

from datetime import timedelta

from backend import clock
from backend.config import settings
from backend.db import session, transaction
from backend.people import actions as people
from backend.people import openings
from tests.wishes import cast
from tests.wishes.cast import by


def used_up(town, name="tong"):
    for _ in range(settings().openings_an_hour):
        with transaction():
            openings.open_person(town.person("ning").id, "核实身份", actor=by(town, name))
    session.remove()


def test_the_same_form_asks_a_colleague_who_agrees_in_the_queue(visitor, town):
    used_up(town)
    clerk, wulan = visitor("tong"), town.person("wulan").id
    clerk.page(f"/console/people/{wulan}")
    answer = clerk.post(f"/console/people/{wulan}/open", {"reason": "电话联系"})
    assert answer.status_code == 429
    page = clerk.text(answer)
    assert "再查看要请一位同事同意" in page
    assert 'name="ask"' in page
    assert "电话联系" in page, "what was typed stays"
    asked = clerk.post(f"/console/people/{wulan}/open", {"reason": "电话联系", "ask": "1"})
    assert asked.headers["Location"] == "/console/openings"
    assert "等同事同意" in clerk.page("/console/openings")
    colleague = visitor("lan")
    home = colleague.page("/console/")
    assert "同意查看" in home
    address = home.split('href="/console/openings/')[1].split('"')[0]
    page = colleague.page(f"/console/openings/{address}")
    assert "电话联系" in page
    assert "乌兰舟" not in page, "who agrees does not see what is opened"
    assert colleague.post(f"/console/openings/{address}/grant").status_code == 303
    assert "已同意" in clerk.page("/console/openings")
    clerk.page(f"/console/people/{wulan}")
    shown = clerk.post(f"/console/people/{wulan}/open", {"reason": "电话联系"})
    assert (shown.status_code, "乌兰舟" in clerk.text(shown)) == (200, True)


def test_a_wishs_contact_and_a_complaint_ask_in_the_same_way(visitor, town):
    used_up(town)
    wish_id = cast.submitted(town)
    clerk = visitor("tong")
    clerk.page(f"/console/wishes/{wish_id}")
    path = f"/console/wishes/{wish_id}/contact"
    assert clerk.post(path, {"reason": "核实心愿内容"}).status_code == 429
    assert clerk.post(path, {"reason": "核实心愿内容", "ask": "1"}).status_code == 303
    assert f'href="/console/wishes/{wish_id}"' in clerk.page("/console/openings")


def test_a_stranger_gets_404_before_the_form_is_looked_at(visitor, town):
    ning = town.person("ning").id
    other = visitor("bai")
    other.page("/console/people")
    for told in ({}, {"ask": "1"}, {"reason": "核实身份", "ask": "1"}):
        assert other.post(f"/console/people/{ning}/open", told).status_code == 404


def test_the_supervisor_sees_the_week_with_reasons_and_tasks_and_no_ranking(visitor, town):
    fulfilled = cast.fulfilled(town, "pei")
    for name, times in (("lan", 3), ("tong", 1)):
        for _ in range(times):
            with transaction():
                openings.open_person(town.person("ning").id, "补办纸质卡", actor=by(town, name))
    clerk = visitor("tong")
    clerk.page(f"/console/wishes/{fulfilled}/call")
    clerk.post(f"/console/wishes/{fulfilled}/call/contact", {"reason": "电话回访"})
    page = visitor("yan").page("/console/openings/weekly")
    assert "5 次" in page
    assert "办事时：回访" in page
    assert "自己查看" in page
    tong, lan = (f"（{town.person(name).id}）" for name in ("tong", "lan"))
    people = page.split("谁看的")[1].split("写的理由")[0]
    assert people.index(tong) < people.index(lan), "as they were registered, not by how often"
    assert "补办纸质卡" in page


def test_a_week_without_openings_says_so_and_the_weeks_before_can_be_read(visitor, town):
    with transaction():
        openings.open_person(town.person("ning").id, "核实身份", actor=by(town, "tong"))
    with clock.frozen_at(clock.now() + timedelta(days=7)):
        supervisor = visitor("yan")
        assert "这一周没有人查看" in supervisor.page("/console/openings/weekly")
        assert "核实身份" in supervisor.page("/console/openings/weekly?back=1")
        assert supervisor.get("/console/openings/weekly?back=-3").status_code == 200
        assert supervisor.get("/console/openings/weekly?back=99999999999999999999").status_code == 200


def test_the_supervisor_of_another_community_and_the_clerks_do_not_see_it(visitor, town):
    with transaction():
        openings.open_person(town.person("ning").id, "核实身份", actor=by(town, "tong"))
        people.write_appointment(
            town.person("jin").id, "supervisor", town.baihua, clock.today(), None, actor=None
        )
    assert "这一周没有人查看" in visitor("jin").page("/console/openings/weekly")
    assert visitor("tong").get("/console/openings/weekly").status_code == 403
