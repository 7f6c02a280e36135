"""A party member's own service, and the sheet for the unit: with consent, in totals, never compared."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, journal, periods
from backend.db import session, transaction
from backend.people import actions as people
from backend.people import labels
from backend.people.models import SERVICE_ROLES, PartyRegistration
from backend.reports import party_service_records as reports
from backend.rights import consent, notice
from backend.wishes.actions import claims
from tests.wishes import cast

# 社区和单位之间的反馈表, as it is on paper.
SHEET = (
    "姓名、所在单位党组织、报到社区、报到时间、六大员岗位、服务次数、服务时长、认领/点亮微心愿数、主要服务内容、"
    "社区党组织评价、反馈期间、社区(盖章)、本人同意日期"
)


def unit_of(town, name="pei"):
    return session.get_one(PartyRegistration, town.person(name).id).unit_id


def days():
    return clock.today() - timedelta(days=90), clock.today()


def rows(town, actor="tong", name="pei", **more):
    unit_id = unit_of(town, name)
    return list(reports.feedback_rows(*days(), *reports.told_by(unit_id, actor=cast.by(town, actor)), **more))


def agree(town, name):
    document = notice.current(reports.CONSENT)
    with transaction():
        people.give_consent(document.document, document.version, actor=cast.by(town, name))


def withdraw(town, name):
    with transaction():
        consent.withdraw(reports.CONSENT, actor=cast.by(town, name))


def officer(town, name, unit_id):
    with transaction():
        by = cast.by(town, "admin")
        person_id = town.person(name).id
        people.appoint(person_id, "unit_officer", unit_id, clock.today(), None, actor=by)


def test_ones_own_record_has_services_and_wishes(town):
    before = reports.mine(*days(), actor=cast.by(town, "pei"))
    wish_id = cast.fulfilled(town)
    told = reports.mine(*days(), actor=cast.by(town, "pei"))
    assert (told["unit_name"], told["community_name"]) == ("市水务局", "松涛社区")
    assert (told["times"], told["minutes"]) == (1, 120)
    assert told["wishes_claimed"] == before["wishes_claimed"] + 1
    assert told["wishes_lit"] == before["wishes_lit"]
    assert wish_id in {one.wish_id for one in told["wishes"]}
    assert [one.activity_name for one in told["services"]] == ["给水表箱做保温"]


def test_a_wish_counts_as_lit_once_it_is_confirmed(town):
    before = reports.mine(*days(), actor=cast.by(town, "pei"))["wishes_lit"]
    wish_id = cast.fulfilled(town)
    with transaction():
        claims.confirm(wish_id, True, 5, "app", actor=cast.by(town, "ning"))
    told = reports.mine(*days(), actor=cast.by(town, "pei"))
    assert told["wishes_lit"] == before + 1
    assert {one.wish_id: one.outcome for one in told["wishes"]}[wish_id] == "confirmed"


def test_it_is_for_party_members_and_for_days_that_have_passed(town):
    with pytest.raises(reports.NotRegisteredAsMember):
        reports.mine(*days(), actor=cast.by(town, "ning"))
    first, last = days()
    pei = cast.by(town, "pei")
    for period, refusal in (
        ((last, first), periods.PeriodReversed),
        ((first, last + timedelta(days=2)), periods.PeriodInFuture),
        ((last - timedelta(days=400), last), periods.PeriodTooLong),
    ):
        with pytest.raises(refusal):
            reports.mine(*period, actor=pei)


def test_the_sheet_has_exactly_its_headings(town):
    (row,) = rows(town)
    assert "、".join(reports.HEADINGS.values()) == SHEET
    assert list(row.cells) == SHEET.split("、")
    told = row.cells
    assert (told["姓名"], told["所在单位党组织"], told["报到社区"]) == ("裴长青", "市水务局", "松涛社区")
    assert (told["六大员岗位"], told["服务次数"], told["服务时长"]) == ("便民服务员、帮扶济困员", 1, 2.0)
    assert (told["主要服务内容"], told["社区党组织评价"], told["社区(盖章)"]) == ("便民服务", "", "")
    assert told["本人同意日期"] == clock.today() - timedelta(days=40)
    claimed, lit = (int(part) for part in told["认领/点亮微心愿数"].split("/"))
    mine = reports.mine(*days(), actor=cast.by(town, "pei"))
    assert (claimed, lit) == (mine["wishes_claimed"], mine["wishes_lit"])
    assert set(labels.SERVICE_ROLES) == set(SERVICE_ROLES)


def test_without_consent_there_is_no_row_and_a_withdrawn_one_counts_at_once(town):
    # 秦明远 is of the same unit and has not agreed.
    assert [row.name for row in rows(town)] == ["裴长青"]
    agree(town, "qin")
    assert [row.name for row in rows(town)] == ["裴长青", "秦明远"]
    withdraw(town, "pei")
    assert [row.name for row in rows(town)] == ["秦明远"]
    agree(town, "pei")
    assert [row.name for row in rows(town)] == ["裴长青", "秦明远"]


def test_each_sees_the_members_of_their_own_place_or_unit(town):
    agree(town, "he")
    water, schools = unit_of(town, "pei"), unit_of(town, "he")
    officer(town, "wulan", water)
    assert [row.name for row in rows(town, actor="wulan")] == ["裴长青"]
    assert rows(town, actor="wulan", name="he") == []
    assert schools != water
    assert [row.name for row in rows(town, actor="bai", name="he")] == ["何沐阳"]
    for outsider in ("bai", "admin", "ning", "shang", "pei"):
        assert rows(town, actor=outsider) == []


def test_members_who_left_the_registration_are_not_told_about(town):
    with transaction():
        session.get_one(PartyRegistration, town.person("pei").id).state = "pending"
        session.get_one(PartyRegistration, town.person("pei").id).decided_by_id = None
    assert rows(town) == []


def test_a_long_sheet_costs_no_more_statements_a_page(town, statements):
    agree(town, "qin")
    with statements() as both:
        assert len(rows(town)) == 2
    withdraw(town, "qin")
    with statements() as one:
        assert len(rows(town)) == 1
    assert len(both) == len(one)
    assert len(rows(town, limit=1)) == 1
    assert rows(town, after=town.person("pei").id) == []


def feedback(town, unit_id, **more):
    first, last = days()
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/units/{unit_id}/feedback?from={first}&to={last}{asked}"


def test_over_http_the_sheet_is_paged_and_each_member_finds_who_looked(town):
    agree(town, "qin")
    unit_id, clerk = unit_of(town), town.phone("tong")
    first = clerk.data("GET", feedback(town, unit_id, limit=1))
    rest = clerk.data("GET", feedback(town, unit_id, limit=1, cursor=first["nextCursor"]))
    assert [one["name"] for one in (*first["list"], *rest["list"])] == ["裴长青", "秦明远"]
    assert rest["nextCursor"] is None
    assert {"evaluation", "address", "personId"} & set(first["list"][0]) == set()
    for name in ("pei", "qin"):
        verbs = [line.verb for line in journal.lines("person", town.person(name).id)]
        assert verbs.count("open_feedback") == 1
    assert town.phone("ning").get(feedback(town, unit_id)).status_code == 403
    first_day, last_day = days()
    backwards = f"/units/{unit_id}/feedback?from={last_day}&to={first_day}"
    assert clerk.get(backwards).json["code"] == 42217


def test_over_http_the_sheet_of_a_unit_in_which_nobody_agreed_is_empty(town):
    unit_id = unit_of(town)
    withdraw(town, "pei")
    assert town.phone("tong").data("GET", feedback(town, unit_id)) == {"list": [], "nextCursor": None}
    lines = session.scalar(sa.select(sa.func.count()).where(journal.JournalLine.verb == "open_feedback"))
    assert lines == 0


def test_over_http_a_member_reads_their_own_service(town):
    first, last = days()
    told = town.phone("pei").data("GET", f"/me/party-service?from={first}&to={last}")
    assert (told["minutes"], told["times"], told["serviceRoles"]) == (120, 1, ["convenience", "relief"])
    assert town.phone("ning").get(f"/me/party-service?from={first}&to={last}").json["code"] == 40431


def test_a_member_who_says_no_period_reads_this_year(town):
    year = town.phone("pei").data("GET", "/me/party-service")
    today = clock.today()
    assert (year["from"], year["to"]) == (f"{today.year}-01-01", today.isoformat())
    before = town.phone("pei").data("GET", f"/me/party-service?to={today.year - 1}-06-30")
    assert before["from"] == f"{today.year - 1}-01-01"


def test_a_claim_that_ended_with_a_wish_taken_down_is_told_as_that(town):
    wish_id = cast.claimed(town, "pei")
    town.phone("lan").data("POST", f"/wishes/{wish_id}/take-down", {"reason": "家属不愿意公开"})
    told = town.phone("pei").data("GET", "/me/party-service")["wishes"]
    assert [one["outcome"] for one in told if one["wishId"] == wish_id] == ["taken_down"]
