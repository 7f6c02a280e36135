"""Who does the work in this very community calls people by name; colleagues know each other; others see a mask."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.journal import JournalLine
from backend.people import actions, sealed
from backend.people.models import Person
from backend.people.openings import SEE_NAMES
from backend.points import actions as points
from backend.supermarket.models import Redemption, Slot
from backend.wishes import call_queries
from backend.wishes.actions import calls
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering
from tests.wishes import cast
from tests.wishes.cast import by


def noted():
    """Who read names of what, in the order of the journal."""
    wanted = sa.select(JournalLine.subject_kind, JournalLine.actor_id, JournalLine.facts)
    return [tuple(line) for line in session.execute(wanted.where(JournalLine.verb == SEE_NAMES))]


def two_of_one_name(town):
    """Signed up for one activity: born in different years, one with a card of the second grid."""
    one, other = volunteering.newcomers(town, 2)
    with transaction():
        for who, year in ((one, 1958), (other, 1990)):
            person = session.get(Person, who.id)
            sealed.keep_real_name(person, "乌小兰")
            person.birth_year = year
    activity_id = volunteering.published(town)
    for who in (one, other):
        volunteering.sign_up(activity_id, who)
    return activity_id


def test_two_of_one_name_are_told_apart_on_the_roll_and_on_the_sheet(visitor, town):
    activity_id = two_of_one_name(town)
    with volunteering.after_start():
        clerk = visitor("tong")
        pages = [clerk.page(f"/console/activities/{activity_id}/{path}") for path in ("roll-call", "sheet")]
        for page in pages:
            assert page.count("乌小兰") >= 2
            assert "1958年生" in page
            assert "1990年生" in page
        (told, other) = town.phone("tong").data("GET", f"/activities/{activity_id}/attendance")["list"]
        assert (told["name"], told["toldApart"], other["toldApart"]) == ("乌小兰", "1958年生", "1990年生")


def test_names_of_a_roll_are_one_line_a_day_and_count_against_no_pace(visitor, town):
    activity_id = two_of_one_name(town)
    with volunteering.after_start():
        clerk = visitor("tong")
        for _ in range(2):
            clerk.page(f"/console/activities/{activity_id}/roll-call")
        visitor("yan").page(f"/console/activities/{activity_id}")
        town.phone("tong").data("GET", f"/activities/{activity_id}/attendance")
        assert noted() == [("activity", town.person("tong").id, None)]
    with volunteering.after_start(days=1):
        visitor("tong").page(f"/console/activities/{activity_id}")
    assert len(noted()) == 2


def test_a_wish_is_shown_with_its_wisher_to_those_who_review_and_call(visitor, town):
    wish_id = cast.submitted(town)
    for path in ("wishes", f"wishes/{wish_id}", f"review/{wish_id}"):
        assert "宁小舟" in visitor("tong").page(f"/console/{path}"), path
    for name in ("yan", "jie", "shang"):
        assert "宁小舟" not in visitor(name).page(f"/console/wishes/{wish_id}"), name
    told = {name: town.phone(name).data("GET", f"/wishes/{wish_id}") for name in ("tong", "yan", "ning")}
    assert {name: one["wisherName"] for name, one in told.items()} == {
        "tong": "宁小舟",
        "yan": None,
        "ning": None,
    }
    assert told["tong"]["wisher"] == "匿名居民"
    assert {kind for kind, _who, _facts in noted()} == {"wish"}


def test_colleagues_are_no_secret_to_each_other_and_masked_for_residents(visitor, town):
    wish_id = cast.fulfilled(town)
    assert "蓝思源" in visitor("tong").page(f"/console/wishes/{wish_id}")
    steps = town.phone("ning").data("GET", f"/wishes/{wish_id}/timeline")["list"]
    assert "蓝**" in {one["byName"] for one in steps}
    assert "蓝思源" not in str(steps)


def test_who_hands_over_reads_the_name_and_her_own(visitor, town):
    shop_id = shop.opened(town)
    item = shop.goods(town, shop_id, points=1)
    order_id = shop.approved(town, shop_id, {item: 1})
    keeper = visitor("bu")
    keeper.page("/console/counter")
    shown = keeper.text(keeper.post("/console/counter", {"code": shop.code(order_id)}))
    assert "乌兰舟" in shown
    assert noted()[-1][:2] == ("redemption", town.person("bu").id)
    assert "卜秀云" in keeper.page(f"/console/stock/items/{item}")
    assert "乌兰舟" not in visitor("shang").page(f"/console/redemptions/{order_id}")


def test_who_appoints_sees_whom_they_found_by_the_whole_number_and_nobody_else(visitor, town):
    with transaction():
        made = actions.create_card_holder(
            "霍一", town.songtao, phone="15600000044", birth_year=1971, actor=by(town, "tong")
        )
    admin = visitor("admin")
    assert "佟雨禾" in admin.page("/console/appointments")
    for asked in ("15600000044", made.card_number):
        page = admin.page(f"/console/appointments?asked={asked}")
        assert all(word in page for word in ("霍一", "1971年生", f"people/{made.id}?asked={asked}"))
        assert "任命 霍一" in admin.page(f"/console/appointments/people/{made.id}?asked={asked}")
    for asked in ("", "15600000045"):
        assert "霍一" not in admin.page(f"/console/appointments/people/{made.id}?asked={asked}")


@pytest.mark.parametrize(("name", "found"), [("tong", 2), ("shao", 1)])
def test_the_search_in_ones_own_community_shows_names_and_years(visitor, town, name, found):
    year = clock.today().year - 80
    with transaction():
        for grid in ("松涛-03", "松涛-01"):
            actions.create_card_holder(
                "石大山",
                town.songtao,
                grid_id=town.place(grid),
                birth_year=year if grid == "松涛-03" else 1990,
                actor=by(town, "tong"),
            )
    page = visitor(name).page("/console/people?asked=石大山")
    assert page.count("石大山</a>") == found
    assert str(year) in page


def test_whoever_works_with_wishes_reads_who_claimed_one_and_nobody_else_does(visitor, town):
    wish_id = cast.claimed(town, "pei")
    for path in ("wishes", f"wishes/{wish_id}"):
        assert "裴长青" in visitor("tong").page(f"/console/{path}"), path
        for name in ("yan", "jie", "shang"):
            assert "裴长青" not in visitor(name).page(f"/console/{path}"), (name, path)
    told = {
        name: town.phone(name).data("GET", f"/wishes/{wish_id}")["claim"]["byName"]
        for name in ("tong", "ning")
    }
    assert told == {"tong": "裴长青", "ning": "裴**"}
    steps = {name: town.phone(name).data("GET", f"/wishes/{wish_id}")["timeline"] for name in ("tong", "jie")}
    by = {name: [one["byName"] for one in told if one["move"] == "claim"] for name, told in steps.items()}
    assert by == {"tong": ["裴长青"], "jie": ["裴**"]}


def test_colleagues_read_who_called_who_booked_and_who_made_a_rule(visitor, town):
    wish_id = cast.fulfilled(town)
    with transaction():
        calls.no_answer(wish_id, clock.today() + timedelta(days=1), actor=by(town, "tong"))
    assert [one.by_name for one in call_queries.view_attempts(wish_id)] == ["佟雨禾"]
    shop_id = shop.opened(town)
    venue_id = shop.venue(town, shop_id)
    order_id = shop.booked(town, shop_id, shop.slot_ids(venue_id)[:1])
    day = session.scalars(sa.select(Slot.starts_at).where(Slot.redemption_id == order_id)).first()
    week = f"/console/stock/venues?shop={shop_id}&item={venue_id}&day={clock.business_day(day)}"
    whose = sealed.real_name(session.get(Person, session.get(Redemption, order_id).person_id))
    assert whose in visitor("tong").page(week)
    assert whose not in visitor("shang").page(week)
    with transaction():
        worth = {"points": 2, "cap_per_activity": 2, "cap_per_day": None}
        points.change_rule(
            "service_hour", None, actor=by(town, "admin"), effective_from=clock.today(), **worth
        )
    assert "高远" in visitor("tong").page("/console/points/rules")
