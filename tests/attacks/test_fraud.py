"""Staff and volunteers who cheat: each way is blocked, or it stands in the journal for whoever audits.

Below the API, with the very verbs that every door uses. Of each refusal a colleague's success is the control.
"""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, config
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.identity import binding
from backend.ledger import actions as ledger
from backend.ledger import rules
from backend.lifecycle import FourEyes
from backend.outbox import queries as outbox
from backend.people import accounts, appointing, guardians, openings
from backend.people import actions as people
from backend.people.models import Person, Residency
from backend.people.openings import OpeningPace
from backend.points import actions as points
from backend.supermarket.actions import approvals, counter, receipts
from backend.supermarket.actions.baskets import LimitReached
from backend.volunteering import limits
from backend.volunteering.actions import activities, attendance, backfills, hours, roll_call
from backend.volunteering.codes import CodeOutdated
from backend.volunteering.record_models import ServiceRecord
from backend.volunteering.states import ActivityMovedOn
from backend.wishes.actions import claims
from tests.attacks.acts import SERVICE, by, entered_backfill, made, told
from tests.supermarket import cast as shop_cast
from tests.volunteering import cast as team_cast
from tests.volunteering.cast import STARTS
from tests.wishes import cast

# --- points for oneself --------------------------------------------------------------------------------


def test_nobody_proposes_points_for_themselves_or_for_a_second_account_with_their_number(town):
    made(accounts.keep_phone, "15600000088", actor=by(town, "tong"))
    second = made(
        people.create_card_holder, "佟雨禾", town.songtao, phone="15600000088", actor=by(town, "tong")
    )
    for own in (town.person("tong").id, second.id):
        with pytest.raises(FourEyes), transaction():
            points.propose(own, 50, "漏发", actor=by(town, "tong"))
    waiting = made(points.propose, second.id, 50, "漏发", actor=by(town, "lan"))
    with pytest.raises(FourEyes), transaction():
        points.approve(waiting.id, actor=by(town, "tong"))
    made(points.approve, waiting.id, actor=by(town, "yan"))


def test_nobody_decides_their_own_home_party_registration_or_ward(town):
    """By hand: these are no moves, but facts about a person."""
    made(people.declare_residency, town.songtao, actor=by(town, "tong"))
    with pytest.raises(people.OwnRegistration), transaction():
        people.decide_residency(town.person("tong").id, True, actor=by(town, "tong"))
    unit = session.scalar(sa.text("SELECT min(unit_id) FROM party_registrations"))
    made(people.register_party_member, unit, town.songtao, [], actor=by(town, "tong"))
    with pytest.raises(people.OwnRegistration), transaction():
        people.decide_party_registration(town.person("tong").id, True, actor=by(town, "tong"))
    ward = made(guardians.declare, "佟小禾", clock.today().year - 9, "mother", actor=by(town, "tong"))
    with pytest.raises(guardians.OwnWard), transaction():
        guardians.decide(ward.id, True, actor=by(town, "tong"))
    with pytest.raises(guardians.OwnWard), transaction():
        guardians.link(town.person("tong").id, ward.child_id, "mother", actor=by(town, "tong"))


# --- two accounts of one person ------------------------------------------------------------------------


def test_a_second_account_with_the_same_number_is_told_to_the_auditor(town):
    for name in ("ning", "wulan", "pei"):
        made(accounts.keep_phone, "15600000088", actor=by(town, name))
    assert [(line.subject_id, line.facts) for line in told("share_phone", "person")] == [
        (town.person("wulan").id, {"accounts": 2}),
        (town.person("pei").id, {"accounts": 3}),
    ]


def test_a_second_card_for_one_person_is_refused_and_beside_a_phone_account_it_is_told(town):
    card = made(people.create_card_holder, "王一", town.songtao, phone="15600000088", actor=by(town, "tong"))
    with pytest.raises(people.AlreadyRegistered), transaction():
        people.create_card_holder("王 一", town.songtao, phone="15600000088", actor=by(town, "lan"))
    assert told("share_phone") == []
    made(accounts.keep_phone, "15600000099", actor=by(town, "ning"))
    other = made(people.create_card_holder, "宁一", town.songtao, phone="15600000099", actor=by(town, "tong"))
    (line,) = told("share_phone", "person", other.id)
    assert (line.actor_id, line.organisation_id) == (town.person("tong").id, town.songtao)
    assert card.card_number != other.card_number


def test_a_card_is_bound_once_and_to_no_account_with_a_history_of_its_own(town):
    card = made(people.create_card_holder, "王一", town.songtao, actor=by(town, "tong"))
    with pytest.raises(binding.AccountHasRecords), transaction():
        binding.bind(card.id, town.person("ning").openid, actor=by(town, "tong"))
    made(binding.bind, card.id, "o-somebody-new", actor=by(town, "tong"))
    with pytest.raises(binding.AlreadyBound), transaction():
        binding.bind(card.id, "o-somebody-else", actor=by(town, "lan"))
    assert [line.actor_id for line in told("bind", "person", card.id)] == [town.person("tong").id]


def test_a_card_is_not_bound_to_an_account_that_has_points(town):
    card, (rich, poor) = town.person("e"), team_cast.newcomers(town, 2)
    for one in (rich, poor):
        made(_sign_in, one.id)
    facts = {"title": "转入", "community_id": town.songtao, "actor": by(town, "tong")}
    made(ledger.grant, rich.id, 5, reference="opening:rich", **facts)
    with pytest.raises(binding.AccountHasRecords), transaction():
        binding.bind(card.id, f"o-{rich.id}", actor=by(town, "tong"))
    made(binding.bind, card.id, f"o-{poor.id}", actor=by(town, "tong"))


def _sign_in(person_id):
    session.get_one(Person, person_id).openid = f"o-{person_id}"
    session.flush()


# --- backdating ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "started", [timedelta(days=-400), timedelta(minutes=-30), timedelta(days=2)], ids=str
)
def test_service_is_not_entered_for_long_ago_nor_for_what_is_not_over(town, started):
    content = {**SERVICE, "started_at": clock.now() + started}
    with pytest.raises(backfills.BackfillTimes), transaction():
        backfills.request(town.person("ning").id, town.songtao, content, actor=by(town, "tong"))


def test_service_entered_afterwards_says_so_and_when(town):
    backfilled = entered_backfill(town)[1]
    made(backfills.approve, backfilled, actor=by(town, "lan"))
    record = session.scalars(sa.select(ServiceRecord).where(ServiceRecord.backfill_id == backfilled)).one()
    assert (record.source, record.recorded_at.date()) == ("backfill", clock.now().date())
    assert told("request", "backfill", backfilled)[0].reason == "当天停电"


def test_an_activity_that_is_over_is_not_published(town):
    """A past activity may be drafted (a typing slip), but nobody can sign up for it or be on its roll."""
    past = {"starts_at": clock.now() - timedelta(hours=3), "ends_at": clock.now() - timedelta(hours=1)}
    activity = team_cast.planned(town, **past)
    with pytest.raises(activities.ActivityOver), transaction():
        activities.publish(activity, actor=by(town, "wulan"))
    roll = [roll_call.Called(town.person("ning").id, past["starts_at"], past["ends_at"])]
    with pytest.raises(ActivityMovedOn), transaction():
        roll_call.call(activity, roll, actor=by(town, "wulan"))


def test_a_published_activity_is_not_moved_into_the_past(town):
    activity = team_cast.published(town, starts_at=STARTS, ends_at=STARTS + timedelta(hours=2))
    changed = {"starts_at": STARTS - timedelta(days=2), "ends_at": STARTS - timedelta(days=1, hours=22)}
    with team_cast.after_start(hours=-1), pytest.raises(activities.ActivityOver), transaction():
        activities.edit(activity, changed, actor=by(town, "wulan"))


def test_a_rule_does_not_begin_yesterday_and_its_maker_stands_in_the_journal(town):
    yesterday = clock.today() - timedelta(days=1)
    with pytest.raises(rules.RuleInThePast), transaction():
        points.change_rule(
            "wish_confirmed", None, actor=by(town, "admin"), effective_from=yesterday, points=500
        )
    made(
        points.change_rule,
        "wish_confirmed",
        None,
        actor=by(town, "admin"),
        effective_from=clock.today(),
        points=6,
    )
    assert told("set_rule", "earning_rule")[-1].actor_id == town.person("admin").id


# --- limits in many pieces -----------------------------------------------------------------------------


@pytest.fixture
def rice(town):
    """A shop and its rice, of which everyone may have two a month."""
    shop = shop_cast.opened(town)
    return shop, shop_cast.goods(town, shop, points=1, limit_per_person=2, limit_period="month")


def test_many_small_orders_bring_no_more_than_one_whoever_asks_for_them(town, rice):
    shop, item = rice
    shop_cast.rich(town, "e")
    for_her = (town.person("e").id, "没有手机")
    shop_cast.asked(town, shop, {item: 1}, "tong", on_behalf_of=for_her)
    shop_cast.asked(town, shop, {item: 1}, "shao", on_behalf_of=for_her)
    with pytest.raises(LimitReached):
        shop_cast.asked(town, shop, {item: 1}, "bu", on_behalf_of=for_her)
    assert {line.actor_id for line in told("request", "redemption")[-2:]} == {
        town.person(name).id for name in ("tong", "shao")
    }


def test_an_order_given_back_and_asked_again_is_counted_once(town, rice):
    shop, item = rice
    first = shop_cast.asked(town, shop, {item: 2})
    made(approvals.cancel, first, actor=by(town, "wulan"))
    shop_cast.asked(town, shop, {item: 2})
    with pytest.raises(LimitReached):
        shop_cast.asked(town, shop, {item: 1})


def test_orders_at_the_same_moment_by_owner_and_staff_bring_no_more_than_one(town, rice, at_once):
    shop, item = rice
    shop_cast.rich(town, "ning")
    owner, clerk, for_them = by(town, "ning"), by(town, "tong"), (town.person("ning").id, "手机坏了")

    def own():
        return shop_cast.requests.request(shop, [(item, 1)], actor=owner)

    def for_ning():
        return shop_cast.requests.request(shop, [(item, 1)], on_behalf_of=for_them, actor=clerk)

    results = at_once(own, for_ning, own, for_ning, own)
    assert sum(isinstance(one, LimitReached) for one in results) == 3


def test_a_proxy_is_named_each_time_and_the_owner_is_told_each_time(town, rice):
    shop, _limited = rice
    soap = shop_cast.goods(town, shop, points=1)
    orders = [shop_cast.approved(town, shop, {soap: 1}) for _ in range(3)]
    with pytest.raises(counter.ProxyNameNeeded):
        shop_cast.hand_over(town, orders[0], collected_by="proxy")
    for order in orders:
        shop_cast.hand_over(town, order, collected_by="proxy", proxy_name="卜某")
    assert [line.facts for line in told("hand_over", "redemption")[-3:]] == [{"collected_by": "proxy"}] * 3
    notices = outbox.inbox(town.person("wulan").id, None, 50)
    done = [one for one in notices if one.kind == "redemption_handed_over"]
    assert sum("代领人" in one.body for one in done) == 3
    assert all("联系社区" in one.body for one in done)


def test_goods_written_off_say_who_how_many_and_why(town, rice):
    _shop, item = rice
    made(receipts.spoil, item, 2, "受潮", actor=by(town, "bu"))
    (line,) = told("spoil", "item", item)
    assert (line.actor_id, line.reason, line.facts) == (town.person("bu").id, "受潮", {"quantity": 2})


# --- wishes and hours ----------------------------------------------------------------------------------


def test_a_wish_held_by_claiming_it_again_and_again_is_seen(town):
    (wish, second, third), _round = cast.published(town, 3)
    for name in ("qin", "pei", "qin", "pei", "pei"):
        made(claims.claim, wish, actor=by(town, name))
        made(claims.release, wish, "没有时间", actor=by(town, name))
    # Whoever gives back a second time, not the second one to give back.
    times = [(line.facts or {}).get("times") for line in told("release", "wish", wish)]
    assert times == [None, None, 2, 2, 3]
    wisher = [one for one in outbox.inbox(town.person("ning").id, None, 50) if one.kind == "wish_released"]
    assert len(wisher) == 5
    for held in (wish, second):
        made(claims.claim, held, actor=by(town, "pei"))
    with pytest.raises(claims.ClaimLimitReached), transaction():
        claims.claim(third, actor=by(town, "pei"))


def test_a_code_sent_on_is_soon_worth_nothing_and_a_wrong_place_is_kept(town):
    here, away = team_cast.newcomers(town, 2)
    where = {"latitude": 46.98, "longitude": 128.04, "radius": 100}
    activity = team_cast.published(town, **where)
    for one in (here, away):
        team_cast.sign_up(activity, one)
    with team_cast.after_start():
        code = team_cast.code(activity)
        made(attendance.check_in, activity, code, (46.98, 128.04), actor=here)
    with team_cast.after_start(seconds=20):
        made(attendance.check_in, activity, code, (47.5, 128.9), actor=away)
    with team_cast.after_start(minutes=5), pytest.raises(CodeOutdated), transaction():
        attendance.check_out(activity, code, actor=away)
    lines = {line.actor_id: line.facts for line in told("check_in", "sign_up") if line.at >= STARTS}
    assert lines == {here.id: {"place": "passed"}, away.id: {"place": "failed"}}


def test_who_is_absent_is_checked_in_only_by_staff_with_a_reason_and_by_name(town):
    activity = team_cast.published(town)
    team_cast.sign_up(activity, by(town, "ning"))
    absent = (town.person("ning").id, "手机没电")
    with team_cast.after_start():
        for name in ("wulan", "qin", "ning"):
            with pytest.raises(NotAllowed):
                team_cast.check_in(activity, by(town, name), on_behalf_of=absent)
        team_cast.check_in(activity, by(town, "shao"), on_behalf_of=absent)
    (line,) = (line for line in told("check_in", "sign_up") if line.at >= STARTS)
    assert (line.actor_id, line.reason) == (town.person("shao").id, "手机没电")


def test_a_roll_of_absent_people_is_marked_and_certified_by_another(town):
    activity = team_cast.published(town)
    team_cast.sign_up(activity, by(town, "ning"))
    roll = [roll_call.Called(town.person("ning").id, STARTS, STARTS + timedelta(hours=2))]
    with team_cast.after_start(hours=2):
        made(roll_call.call, activity, roll, actor=by(town, "wulan"))
        made(team_cast.ending.end, activity, actor=by(town, "wulan"))
        made(hours.propose, activity, {}, actor=by(town, "wulan"))
        with pytest.raises(NotAllowed), transaction():
            hours.certify(activity, {}, actor=by(town, "wulan"))
        made(hours.certify, activity, {}, actor=by(town, "tong"))
    line = told("call_out", "sign_up")[-1]
    assert line.actor_id == town.person("wulan").id
    (record,) = team_cast.records(by(town, "ning"))
    assert (record.source, record.certified_by_id) == ("roll_call", town.person("tong").id)


def test_hours_above_the_cap_do_not_fit_into_a_day_however_they_are_split(town):
    """Five hours certified, and then a backfill, a second backfill and a longer one beside it."""
    (one,) = team_cast.newcomers(town, 1)
    team_cast.certified(town, one, minutes=300, ends_at=STARTS + timedelta(hours=5))
    day_after = STARTS + timedelta(days=1)
    with clock.frozen_at(day_after):
        later = {**SERVICE, "started_at": STARTS + timedelta(hours=6), "minutes": 120}
        first = made(backfills.request, one.id, town.songtao, later, actor=by(town, "tong"))
        too_much = {**later, "started_at": STARTS + timedelta(hours=8, minutes=30), "minutes": 90}
        second = made(backfills.request, one.id, town.songtao, too_much, actor=by(town, "tong"))
        made(backfills.approve, first.id, actor=by(town, "lan"))
        with pytest.raises(limits.TooManyHoursThatDay), transaction():
            backfills.approve(second.id, actor=by(town, "lan"))
        same_time = {**later, "minutes": 30}
        with pytest.raises(limits.OverlappingService), transaction():
            backfills.request(one.id, town.songtao, same_time, actor=by(town, "tong"))


def test_points_of_a_day_are_capped_over_activities_where_the_city_says_so(town):
    """Without a cap for the day, two short activities earn what one long one does not: the rule has it."""
    made(
        points.change_rule,
        "service_hour",
        None,
        actor=by(town, "admin"),
        effective_from=clock.today(),
        points=1,
        cap_per_activity=2,
        cap_per_day=3,
    )
    (one,) = team_cast.newcomers(town, 1)
    team_cast.certified(town, one)
    afternoon = {"starts_at": STARTS + timedelta(hours=3), "ends_at": STARTS + timedelta(hours=5)}
    activity = team_cast.published(town, **afternoon)
    team_cast.sign_up(activity, one)
    with team_cast.after_start(hours=6):
        roll = [roll_call.Called(one.id, afternoon["starts_at"], afternoon["ends_at"])]
        made(roll_call.call, activity, roll, actor=by(town, "wulan"))
        made(team_cast.ending.end, activity, actor=by(town, "wulan"))
        made(hours.propose, activity, {}, actor=by(town, "wulan"))
        made(hours.certify, activity, {}, actor=by(town, "tong"))
    assert shop_cast.points.balance(one.id)["available"] == 3


# --- one's own power -----------------------------------------------------------------------------------


def test_nobody_appoints_themselves_and_nobody_but_the_city_appoints(town):
    today = clock.today()
    for name, whom in (("admin", "admin"), ("tong", "tong"), ("tong", "lan"), ("jie", "jie")):
        with pytest.raises((NotAllowed, NotFound)), transaction():
            people.appoint(
                town.person(whom).id, "city_admin", town.songtao, today, None, actor=by(town, name)
            )
    made(
        people.appoint,
        town.person("tong").id,
        "supervisor",
        town.songtao,
        today,
        None,
        actor=by(town, "admin"),
    )
    line = told("appoint", "person", town.person("tong").id)[-1]
    assert (line.actor_id, line.facts["role"]) == (town.person("admin").id, "supervisor")


def test_nobody_ends_the_appointment_that_binds_them(town):
    mine = session.scalar(
        sa.text("SELECT min(id) FROM appointments WHERE person_id = :me"), {"me": town.person("admin").id}
    )
    with pytest.raises(NotAllowed), transaction():
        appointing.end(mine, actor=by(town, "admin"))


def test_an_appointment_of_the_past_gives_no_power_over_the_past(town):
    """It counts today; what it would have allowed last week happens today, under today's date."""
    last_week = clock.today() - timedelta(days=7)
    made(
        people.appoint,
        town.person("qin").id,
        "community_staff",
        town.songtao,
        last_week,
        None,
        actor=by(town, "admin"),
    )
    made(people.create_card_holder, "王一", town.songtao, actor=by(town, "qin"))
    assert told("create", "person")[-1].at.date() == clock.now().date()
    assert told("appoint")[-1].at.date() == clock.now().date()


def test_a_clerk_who_opens_many_records_leaves_a_line_with_a_reason_for_each(town):
    homes = session.scalars(
        sa.select(Residency.person_id)
        .join(Person, Person.id == Residency.person_id)
        .where(Residency.community_id == town.songtao, Person.state == "active")
    ).all()
    assert len(homes) > 3
    pace = config.settings().openings_an_hour
    for person in homes[:pace]:
        made(openings.open_person, person, "看看", actor=by(town, "tong"))
    # Beyond the pace a second person has to agree: nothing is opened, and nothing noted.
    for person in homes[pace:]:
        with pytest.raises(OpeningPace), transaction():
            openings.open_person(person, "看看", actor=by(town, "tong"))
    assert len(homes) > pace
    lines = told("open_person")
    assert sorted(line.subject_id for line in lines) == sorted(homes[:pace])
    assert {(line.actor_id, line.reason) for line in lines} == {(town.person("tong").id, "看看")}
    for name in ("admin", "shang", "jie", "bai", "wulan"):
        with pytest.raises((NotAllowed, NotFound)), transaction():
            openings.open_person(homes[0], "看看", actor=by(town, name))
