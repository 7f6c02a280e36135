"""SEED=tieli: the whole demo city. In the suite a small one by the same steps; `--whole-city` makes it at full size."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from backend import app as house
from backend import clock, commands, config, jobs
from backend.db import Base, db, session
from backend.identity.kiosk_models import Kiosk
from backend.ledger import queries as ledger
from backend.ledger import rules
from backend.organisations.models import Organisation
from backend.outbox.models import Delivery, Notice
from backend.people.models import Appointment, PartyRegistration, Person, Residency, Team
from backend.seeds import demo
from backend.seeds.stories import play
from backend.seeds.tieli import seed as tieli
from backend.seeds.tieli.city import CASES
from backend.seeds.tieli.figures import FULL, SMALL
from backend.supermarket.models import Item, Redemption, Shop
from backend.supermarket.stock_models import Batch, StocktakeLine
from backend.volunteering.certificate_models import Certificate
from backend.volunteering.models import ATTENDED, Activity, SignUp
from backend.volunteering.record_models import Backfill, Correction, ServiceRecord
from backend.wechat.simulator.rules import openid_of
from backend.wishes import queries as wishes
from backend.wishes.models import Claim, Round, Wish
from tests.console.visitor import Visitor
from tests.town import Town

pytestmark = pytest.mark.slow

NOON = datetime(2026, 11, 23, 12, tzinfo=clock.CHINA)
# Drawn by lot or sealed, so another one each time; `request` names the request that a line was written in.
BY_LOT = re.compile(r"_sealed$|_index$|^digest|^token_digest$|^password|^request$")
CERTIFICATE = re.compile(r"ZM(-[0-9A-Z]{4})+")


@dataclass(frozen=True)
class Made:
    figures: object
    lines: list
    cases: dict
    print_of_it: dict


def make(figures, told):
    """A fresh city; the clock stands, so that two of them have the same days behind them."""
    with clock.frozen_at(NOON):
        return tieli.seed(figures, told.append)


def fresh(host, settings, template):
    config.use(settings)
    session.remove()
    db.engine.dispose()
    host.restore(template)


def prints():
    """Every row of every table, without what is drawn by lot."""
    told = {}
    for table in Base.metadata.sorted_tables:
        columns = [one for one in table.columns if not BY_LOT.search(one.name)]
        rows = session.execute(sa.select(*columns)).all()
        told[table.name] = sorted(CERTIFICATE.sub("ZM", repr(row)) for row in rows)
    return told


@pytest.fixture(scope="module")
def made(request, host, migrated_app, settings):
    """The city of this run, kept as a template of its own."""
    figures = FULL if request.config.getoption("--whole-city") else SMALL
    lines = []
    with migrated_app.app_context():
        fresh(host, settings, "empty")
        city = make(figures, lines)
        seen = prints()
        session.remove()
        db.engine.dispose()
        host.keep_as("tieli")
    return Made(figures, lines, city.cases, seen)


@pytest.fixture
def city(made, host, migrated_app, settings, wechat):
    """The city at noon of the day on which it was made."""
    with migrated_app.app_context(), clock.frozen_at(NOON):
        fresh(host, settings, "tieli")
        yield Town(migrated_app)
        session.remove()
        db.engine.dispose()


def count(model, *conditions):
    return session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))


def by_kind(column):
    return dict(session.execute(sa.select(column, sa.func.count()).group_by(column)).all())


def case(made, name, model):
    _kind, row_id = made.cases[name]
    return session.get_one(model, row_id)


# --- its size ---------------------------------------------------------------------------------------


def test_the_figures_are_those_of_the_domain_facts():
    assert (FULL.people, FULL.wishes) == (3800, 318)
    assert FULL.wall == {"征集中": 0, "等待认领": 19, "办理中": 31, "已点亮": 236}


def test_the_places_are_as_many_as_promised(city, made):
    kinds, figures = by_kind(Organisation.kind), made.figures
    assert kinds == {
        "city": 1,
        "street": 3 + figures.towns,
        "community": figures.communities,
        "grid": figures.grids,
        "unit": figures.units,
        "centre": figures.communities,
    }
    assert count(Shop) == figures.shops
    assert count(Kiosk) == figures.kiosks


def test_the_people_are_as_many_as_promised(city, made):
    figures = made.figures
    assert count(Person) == figures.people
    assert count(PartyRegistration, PartyRegistration.state == "verified") == figures.members
    appointed = sa.func.count(sa.distinct(Appointment.person_id))
    grid = Appointment.role == "grid_worker"
    assert session.scalar(sa.select(appointed).where(grid)) == figures.grid_workers
    assert session.scalar(sa.select(appointed).where(~grid)) == figures.staff
    assert by_kind(Team.kind)["unit"] == figures.unit_teams
    assert by_kind(Team.kind)["community"] == figures.community_teams


def test_every_wish_has_the_end_that_the_figures_promise(city, made):
    figures, states = made.figures, by_kind(Wish.state)
    assert sum(states.values()) == figures.wishes
    assert states.pop("declined") + states.pop("referred") == figures.refused
    assert states == {
        "confirmed": figures.lit,
        "claimed": figures.claimed,
        "escalated": figures.escalated,
        "withdrawn": figures.withdrawn,
        "published": figures.released,
    }
    overdue = sa.select(sa.func.count(sa.distinct(Claim.wish_id))).where(Claim.outcome == "overdue")
    assert session.scalar(overdue) == figures.released
    assert {row[0] for row in session.execute(sa.select(Round.number))} == set(range(1, figures.rounds + 1))


def test_the_activities_and_person_times_are_as_many_as_promised(city, made):
    figures = made.figures
    assert count(Activity) == figures.activities
    assert count(SignUp, SignUp.state.in_(ATTENDED)) == figures.person_times
    peak = session.execute(
        sa.select(Activity.title, sa.func.count())
        .where(Activity.title == "学雷锋便民服务日")
        .group_by(Activity.title)
    ).one()
    assert peak[1] == figures.march_5


def test_the_shelves_hold_what_is_promised(city, made):
    figures = made.figures
    assert by_kind(Item.kind) == {
        "goods": figures.goods,
        "venue": figures.venues,
        "activity_support": figures.supports,
    }
    assert count(Redemption) >= figures.orders


def test_the_hall_screen_shows_the_figures_of_the_seed(city, made):
    page = Visitor(city.app).get("/wall").get_data(as_text=True)
    shown = {label: int(number) for label, number in re.findall(r"<li>(\S+?)<b>(\d+)</b>", page)}
    assert shown == made.figures.wall


# --- what may be relied on --------------------------------------------------------------------------


def test_the_books_balance_and_at_full_size_with_their_seals(city, made):
    if made.figures is FULL:
        (job,) = [one for one in house.all_jobs() if one.name == "seal_days"]
        jobs.run(job)
    assert [finding for audit in commands.books.AUDITS for finding in audit(lambda _line: None)] == []


def test_time_changes_nothing_that_the_hall_screen_shows(city, made):
    for job in house.all_jobs():
        if job.name != "seal_days":
            jobs.run(job)
    assert sum(wishes.figures().values()) == made.figures.wishes
    assert wishes.figures()["confirmed"] == made.figures.lit
    assert wishes.figures()["claimed"] == made.figures.claimed


def test_no_notice_of_the_past_is_sent_to_wechat(city):
    assert count(Delivery, Delivery.state.in_(("waiting", "sending"))) == 0
    assert count(Delivery, Delivery.finished_at < NOON) > 0
    old = Notice.created_at < NOON - timedelta(days=tieli.UNREAD_DAYS + 1)
    assert count(Notice, old, Notice.read_at.is_(None)) == 0


def facts_of_the_cast():
    told = {}
    place = sa.select(Organisation.id, Organisation.name)
    names = dict(session.execute(place).all())
    for name in [one.name for one in demo.CAST] + ["e"]:
        person = Town.person(None, name)
        home = session.get(Residency, person.id)
        posts = session.execute(
            sa.select(Appointment.role, Appointment.organisation_id).where(Appointment.person_id == person.id)
        ).all()
        party = session.get(PartyRegistration, person.id)
        told[name] = (
            names[home.community_id],
            names.get(home.grid_id),
            home.state,
            sorted((role, names[where]) for role, where in posts),
            party and (names[party.unit_id], party.state, party.service_roles),
            session.scalars(sa.select(Team.name).where(Team.leader_id == person.id)).all(),
            ledger.balance(person.id)["available"],
            ledger.balance(person.id)["held"],
        )
    return told


def test_the_cast_has_the_places_and_balances_of_the_demo(made, host, migrated_app, settings):
    with migrated_app.app_context():
        fresh(host, settings, "town")
        before = facts_of_the_cast()
        fresh(host, settings, "tieli")
        after = facts_of_the_cast()
        session.remove()
        db.engine.dispose()
    assert after == before
    assert (after["wulan"][6], after["ning"][6]) == (120, 40)


def test_the_cast_signs_in_and_finds_a_city(city):
    assert city.phone("ning").data("GET", "/me/points")["available"] == 40
    assert len(city.phone("ning").data("GET", "/wishes?limit=50")["list"]) > 5
    assert Visitor(city.app, "tong").page("/console/")


def test_a_first_visitor_can_open_a_round_in_songtao(city):
    days = {"collectUntil": "2026-11-30", "publishUntil": "2026-12-20"}
    opened = city.phone("tong").data(
        "POST", "/rounds", {"communityId": city.songtao, "title": "新一期", **days}
    )
    assert opened["state"] == "collecting"


def test_a_person_of_the_crowd_signs_in_too(city):
    member = session.scalars(sa.select(Person).where(Person.openid == openid_of("m0001"))).one()
    assert city.phone("m0001").id == member.id


def test_made_again_it_is_the_same(made, host, migrated_app, settings):
    with migrated_app.app_context():
        fresh(host, settings, "empty")
        make(made.figures, [])
        again = prints()
        session.remove()
        db.engine.dispose()
    assert again.keys() == made.print_of_it.keys()
    other = {
        name: [pair for pair in zip(again[name], made.print_of_it[name], strict=True) if pair[0] != pair[1]][
            :2
        ]
        for name in again
        if again[name] != made.print_of_it[name]
    }
    assert other == {}


# --- stopped, or too late ---------------------------------------------------------------------------


def test_stopped_half_way_it_leaves_nothing_behind(app):
    lines = []

    def stop(line):
        lines.append(line)
        if len(lines) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tieli.seed(SMALL, stop)
    assert (count(Person), count(Organisation), count(Wish)) == (0, 0, 0)
    assert not demo.begun()


def test_where_a_city_is_already_nothing_is_made(town):
    before = count(Person)
    assert tieli.seed(SMALL, print) is None
    assert count(Person) == before


def test_it_tells_how_far_it_is_and_where_to_look(made):
    assert any(re.search(r"2026-03 +\d+ steps", line) for line in made.lines)
    for told in CASES.values():
        assert any(told in line for line in made.lines)


def test_a_story_may_not_go_back_in_time():
    def story():
        yield NOON
        yield NOON - timedelta(days=1)

    with pytest.raises(ValueError, match="goes back"):
        play([story()], lambda _moment, _steps: None)


# --- the cases that are told by name ----------------------------------------------------------------


def test_the_cases_of_wishes_are_there(city, made):
    standing = sa.select(Claim).where(Claim.outcome == "confirmed")

    def claim(name):
        wish = case(made, name, Wish)
        assert wish.state == "confirmed"
        return session.scalars(standing.where(Claim.wish_id == wish.id)).one()

    pei = city.person("pei")
    assert (claim("lamp").person_id, claim("branch").party) == (pei.id, "unit")
    assert case(made, "lamp", Wish).wisher_id == city.person("e").id
    assert claim("wheelchair").party == "team"
    for name in ("claim_race", "expired_food", "photo_declined"):
        assert claim(name)
    assert (case(made, "child", Wish).for_child, case(made, "child", Wish).disclosure) == (True, "anonymous")
    ended = session.scalars(sa.select(Claim.outcome).where(Claim.wish_id == made.cases["reopening"][1]))
    assert sorted(ended) == ["confirmed", "released"]


def test_the_cases_of_hours_are_there(city, made):
    late = case(made, "late_record", Activity)
    assert clock.business_day(late.certified_at) > late.record_due_on
    overlap = case(made, "overlap", Backfill)
    assert (overlap.state, "时间" in overlap.decision_reason) == ("rejected", True)
    bought = case(made, "purchased_hours", Correction)
    new = session.scalars(sa.select(ServiceRecord).where(ServiceRecord.corrects_id == bought.record_id)).one()
    assert (bought.state, new.minutes) == ("approved", 0)
    assert case(made, "certificate", Certificate).state == "revoked"


def test_the_cases_of_points_and_stock_are_there(city, made):
    versions = [one.version for one in rules.rules() if one.event == "service_hour"]
    assert versions == [3, 2, 1]
    assert made.cases["expiry"][0] == "transfer"
    assert case(made, "proxy", Redemption).collected_by == "proxy"
    assert case(made, "returned", Redemption).state == "returned"
    oil = case(made, "near_expiry", Batch)
    assert timedelta(0) < oil.best_before - clock.today() < timedelta(days=20)
    lines = session.scalars(
        sa.select(StocktakeLine).where(StocktakeLine.stocktake_id == made.cases["stocktake"][1])
    )
    assert sorted(line.counted - line.book for line in lines)[0] == -3


# --- who may have it --------------------------------------------------------------------------------


def test_the_command_makes_the_city_that_seed_names(migrated_app, settings, monkeypatch):
    made_of = []
    monkeypatch.setattr(tieli, "seed", lambda tell: made_of.append(tell) or True)
    monkeypatch.setattr(config, "settings", lambda: Named(settings, "tieli"))
    answer = migrated_app.test_cli_runner().invoke(args=["seed"])
    assert (answer.exit_code, "made" in answer.output, len(made_of)) == (0, True, 1)


class Named:
    """Settings with another SEED."""

    def __init__(self, settings, seed):
        self._settings, self.seed = settings, seed

    def __getattr__(self, name):
        return getattr(self._settings, name)
