"""Whatever a page shows of an order, of service or of a team, the API tells the same person.

A canary stands in each field that is not for everybody. Each of the staff opens every page on the thing and asks the
API for all that it has on it: a canary on a page that the API did not tell is a leak. What a page alone tells is named
here: to whoever wrote it, their own reason and its answer; to whoever approves an order, why it is asked for.
"""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.people import teams
from backend.people.models import Person
from backend.people.sealed import keep_real_name
from backend.volunteering import certificate_queries, desk_queries
from backend.volunteering.actions import certificates, corrections, sign_ups
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering

STAFF = ("tong", "lan", "bu", "yan", "shao", "jie", "shang", "bai", "admin")
WHY, PURPOSE, CLOSING, PROXY = "独居金丝雀甲", "给金丝雀乙庆生", "金丝雀丙没有到货", "金丝雀丁"
CONTENT, PLACE, NOTE = "金丝雀戊的家务", "金丝雀己门口", "金丝雀庚说记错了"
NAMES = ("鄂桂兰", "宁小舟", "乌兰舟")


class Asker:
    """One of the staff at both doors: what the pages showed, and what the API answered."""

    def __init__(self, town, visitor, name):
        self.town, self.name = town, name
        self.desk, self.phone = visitor(name), town.phone(name)
        self.told, self.opened = "", set()

    def ask(self, path, method="GET", body=None):
        """What a refusal says is an answer, too."""
        self.told += self.phone.call(method, path, body).get_data(as_text=True)

    def shown(self, *paths):
        answers = {path: self.desk.get(f"/console/{path}") for path in paths}
        self.opened = {path for path, answer in answers.items() if answer.status_code == 200}
        return "".join(answers[path].get_data(as_text=True) for path in self.opened)

    def leaks(self, canaries, *paths):
        shown = self.shown(*paths)
        return {one for one in canaries if one in shown and one not in self.told}


def everybody(town, visitor):
    """All of the cast that have a desk, by name; their sign-in holds for the day on which this is called."""
    return {name: Asker(town, visitor, name) for name in STAFF}


@pytest.fixture
def staff(town, visitor):
    return everybody(town, visitor)


# --- orders ------------------------------------------------------------------------------------------


def looked_at(staff, order_id, shop_id):
    """What leaks of an order, by who looks at it at every page of it."""
    code = shop.code(order_id) if shop.order(order_id).pick_up_code_sealed else None
    pages = [f"redemptions/{order_id}", f"redemptions/{order_id}/decide", f"redemptions/{order_id}/slip"]
    found = {}
    for name, one in staff.items():
        for path in (f"/redemptions/{order_id}", f"/shops/{shop_id}/redemptions", "/redemptions/to-approve"):
            one.ask(path)
        canaries = [WHY, PURPOSE, CLOSING, PROXY, *NAMES, *([code] if code else [])]
        found[name] = one.leaks(
            canaries, *pages, "redemptions", "counter", f"stock/venues?shop={shop_id}", ""
        )
    return {name: leaks for name, leaks in found.items() if leaks}


def an_order_for_somebody(town, shop_id):
    """Of the card holder, asked for by tong, with a canary in each of its fields."""
    return shop.asked(
        town,
        shop_id,
        {shop.support(town, shop_id, points=1): 1},
        "tong",
        purpose=PURPOSE,
        on_behalf_of=(town.person("e").id, WHY),
    )


def test_why_an_order_is_asked_for_on_behalf_is_read_by_who_asked_and_by_who_decides(town, staff):
    shop_id = shop.opened(town)
    order_id = an_order_for_somebody(town, shop_id)
    # The API tells the reason to nobody. Who wrote it may read it again, and who approves judges it.
    assert looked_at(staff, order_id, shop_id) == {"tong": {WHY}, "lan": {WHY}}
    opened = {name for name, one in staff.items() if f"redemptions/{order_id}" in one.opened}
    assert opened == {"tong", "lan", "bu", "yan", "shang"}
    staff["lan"].phone.data("POST", f"/redemptions/{order_id}/approve")
    assert looked_at(staff, order_id, shop_id) == {"tong": {WHY}}


def test_the_counter_shows_what_the_api_answers_to_the_code(town, staff):
    shop_id = shop.opened(town)
    order_id = an_order_for_somebody(town, shop_id)
    staff["lan"].phone.data("POST", f"/redemptions/{order_id}/approve")
    keeper, code = staff["bu"], shop.code(order_id)
    keeper.ask("/redemptions/preview", "POST", {"pickUpCode": code})
    keeper.shown("counter")
    page = keeper.desk.text(keeper.desk.post("/console/counter", {"code": code}))
    assert PURPOSE in page
    assert "本人领取，发放" in page
    assert [one for one in (WHY, PURPOSE, *NAMES) if one in page and one not in keeper.told] == []


def test_an_order_that_was_collected_or_declined_shows_no_more(town, staff):
    shop_id = shop.opened(town)
    order_id, declined = an_order_for_somebody(town, shop_id), an_order_for_somebody(town, shop_id)
    staff["lan"].phone.data("POST", f"/redemptions/{order_id}/approve")
    given = {"pickUpCode": shop.code(order_id), "collectedBy": "proxy", "proxyName": PROXY}
    staff["bu"].phone.data("POST", f"/redemptions/{order_id}/hand-over", given)
    staff["lan"].phone.data("POST", f"/redemptions/{declined}/reject", {"reason": CLOSING})
    assert looked_at(staff, order_id, shop_id) == {"tong": {WHY}}
    assert looked_at(staff, declined, shop_id) == {"tong": {WHY}}
    assert CLOSING in staff["yan"].told


# --- service -----------------------------------------------------------------------------------------

BACKFILL = {
    "activityName": "扫雪",
    "category": "便民服务",
    "place": PLACE,
    "content": CONTENT,
    "minutes": 60,
    "reason": WHY,
}


def test_a_backfill_is_shown_to_who_entered_it_and_to_who_checks_it(town, staff):
    started = (clock.now() - timedelta(days=2)).isoformat()
    body = {**BACKFILL, "personId": town.person("e").id, "communityId": town.songtao, "startedAt": started}
    maker, checker = staff["tong"], staff["lan"]
    maker.ask("/service-records/backfill", "POST", body)
    backfill_id = session.scalar(sa.text("SELECT max(id) FROM backfills"))
    pages = (f"hours/backfills/{backfill_id}", "hours/backfills", "hours", "")

    def leaks():
        for one in staff.values():
            one.ask("/service-records/backfill/to-decide")
        found = {name: one.leaks([WHY, CONTENT, PLACE, NOTE, *NAMES], *pages) for name, one in staff.items()}
        return {name: some for name, some in found.items() if some}

    assert leaks() == {}
    assert {name for name, one in staff.items() if pages[0] in one.opened} == {"tong", "lan"}
    checker.ask(f"/service-records/backfill/{backfill_id}/reject", "POST", {"reason": NOTE})
    # Why it was turned down is read by who entered it; the API has no answer that brings it to them.
    assert leaks() == {"tong": {NOTE}}


def test_what_a_volunteer_says_of_a_record_is_not_for_who_certified_it(town, visitor):
    (one,) = volunteering.newcomers(town, 1)
    volunteering.certified(town, one)
    with volunteering.after_start(hours=5), transaction():
        made = corrections.request(volunteering.records(one)[0].id, 60, NOTE, actor=one).id
    pages, found = (f"hours/corrections/{made}", "hours/corrections", "hours", ""), {}
    with volunteering.after_start(hours=6):
        staff = everybody(town, visitor)
        for name, asker in staff.items():
            asker.ask("/service-records/corrections/to-decide")
            found[name] = asker.leaks([NOTE], *pages)
        assert {name: some for name, some in found.items() if some} == {}
        assert NOTE in staff["lan"].shown(pages[0])
        assert "要请别的同事处理" in staff["tong"].shown(pages[0])


# --- activities and teams ----------------------------------------------------------------------------


def test_who_comes_to_an_activity_is_shown_as_the_api_tells_it(town, staff):
    activity_id = volunteering.published(town, description=CONTENT)
    volunteering.sign_up(activity_id, volunteering.by(town, "ning"))
    with clock.frozen_at(volunteering.STARTS - timedelta(days=2)), transaction():
        behalf = (town.person("e").id, WHY)
        sign_ups.sign_up(activity_id, on_behalf_of=behalf, actor=volunteering.by(town, "tong"))
        sign_ups.sign_up(activity_id, actor=volunteering.by(town, "wulan"))
        sign_ups.excuse(activity_id, town.person("wulan").id, CLOSING, actor=volunteering.by(town, "tong"))
    paths = ("", "/sheet", "/roll-call", "/code", "/sign-up", "/edit")
    people = [town.person(name).id for name in ("ning", "e", "wulan")]
    pages = [f"activities/{activity_id}{path}" for path in paths]
    pages += [f"activities/{activity_id}/sign-ups/{person_id}" for person_id in people]
    canaries = [WHY, CLOSING, CONTENT, "P000001", *NAMES]
    found = {}
    for name, one in staff.items():
        for path in (f"/activities/{activity_id}", f"/activities/{activity_id}/attendance"):
            one.ask(path)
        found[name] = one.leaks(canaries, *pages, "activities?month=2027-03", "")
    assert {name: some for name, some in found.items() if some} == {}
    assert "P000001" in staff["yan"].told
    assert pages[-1] in staff["tong"].opened


def test_a_team_is_shown_as_the_api_tells_it(town, staff):
    with transaction():
        team = teams.create_team(
            town.songtao,
            "community",
            "清雪队",
            CONTENT,
            leader_id=town.person("ning").id,
            actor=volunteering.by(town, "tong"),
        )
        teams.join(team.id, actor=volunteering.by(town, "wulan"))
    found = {}
    for name, one in staff.items():
        for path in (f"/teams/{team.id}", f"/teams?communityId={town.songtao}"):
            one.ask(path)
        found[name] = one.leaks([CONTENT, *NAMES], f"teams/{team.id}", "teams", "")
    assert {name: some for name, some in found.items() if some} == {}
    assert {name for name, one in staff.items() if f"teams/{team.id}" in one.opened} == {"tong", "lan"}


def test_a_draft_of_a_team_is_listed_to_nobody_who_may_not_see_it(town):
    draft = volunteering.planned(town)
    team_id = volunteering.riders(town)

    def listed(name):
        return {one.id for one in desk_queries.of_team(team_id, 50, actor=volunteering.by(town, name))}

    assert draft in listed("tong") & listed("wulan")
    assert draft not in listed("bai") | listed("ning")


def test_the_link_to_the_paper_with_the_name_is_for_its_holder(town):
    (one,) = volunteering.newcomers(town, 1)
    volunteering.certified(town, one)
    with volunteering.after_start(days=1), transaction():
        keep_real_name(session.get(Person, one.id), "金丝雀辛")
        day = clock.business_day(volunteering.STARTS)
        made = certificates.issue(day, day, actor=one)
    asked = {who.id: who for who in (one, volunteering.by(town, "tong"))}
    links = {
        key: certificate_queries.view_certificate(made, "valid", actor=who).pdf_url
        for key, who in asked.items()
    }
    assert links.pop(one.id)
    assert list(links.values()) == [None]
