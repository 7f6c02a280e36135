"""Two records of one person become one: all that was of the one is of the other, to the point and the minute."""

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import NotFound, SessionEnded
from backend.identity import sessions
from backend.ledger import actions as ledger
from backend.ledger import queries as points
from backend.ledger.verify import findings
from backend.lifecycle import FourEyes
from backend.operations import invariants
from backend.people import actions as people
from backend.people import guardians, one_person, sealed, security_events, suspensions
from backend.people.kinds import PersonState
from backend.people.models import Appointment, Consent, Membership, Person, Residency
from backend.people.person_merges import PersonMerge
from backend.people.sign_ins import OtherSignIn
from backend.personal import OnMerge, merge_decision
from backend.points import actions as adjusting
from backend.rights import cancellation, merge_checks, merge_rows, merging
from backend.supermarket.actions import approvals
from backend.supermarket.models import Redemption
from backend.volunteering import limits, record_queries
from backend.volunteering.actions import certificates, corrections
from backend.volunteering.certificate_queries import of_person, statuses
from backend.wishes.models import Wish
from tests.supermarket import cast as shop
from tests.volunteering import cast as service
from tests.wishes import cast
from tests.wishes.cast import By, by


def proposed(town, gone, stays, name="tong"):
    with transaction():
        return merging.begin(gone, stays, "id_seen", "本人带着身份证来了", actor=by(town, name)).id


def merged(town, gone, stays):
    merge_id = proposed(town, gone, stays)
    with transaction():
        return merging.approve(merge_id, actor=by(town, "lan"))


def resident(town, nickname="邻居", amount=0):
    with transaction():
        made = Person(nickname=nickname, created_at=clock.now(), state="active", birth_year=1980)
        session.add(made)
        session.flush()
        session.add(
            Residency(
                person_id=made.id,
                community_id=town.songtao,
                state="verified",
                declared_at=clock.now(),
                decided_by_id=town.person("tong").id,
            )
        )
        if amount:
            grant(town, made.id, amount, f"start:{made.id}")
        return made.id


def grant(town, person_id, amount, reference):
    ledger.grant(
        person_id,
        amount,
        reference=reference,
        title="起始",
        community_id=town.songtao,
        actor=by(town, "tong"),
    )


def has(person_id):
    """What a person has: points by lot, held, and minutes."""
    balance = points.balance(person_id)
    lots = {lot["expires_on"]: lot["points"] for lot in balance["lots"]}
    return lots, balance["held"], record_queries.totals(person_id)["minutes"]


def together(one, other):
    lots = {day: one[0].get(day, 0) + other[0].get(day, 0) for day in one[0] | other[0]}
    return lots, one[1] + other[1], one[2] + other[2]


def verified():
    session.rollback()
    return [*findings(), *invariants.findings()]


def test_every_column_that_names_a_person_says_what_becomes_of_it(app):
    silent = [str(one) for one in merge_rows.columns_of_persons() if merge_decision(one) is None]
    assert not silent, f"{silent}: say `info=on_merge(…)` beside it (backend/personal.py)"


def test_no_row_that_is_never_changed_is_said_to_move(app):
    """Asked of the guards of the database themselves."""
    if session.get_bind().dialect.name != "sqlite":
        return
    wanted = sa.text(
        "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%append-only%'"
    )
    guarded = {row.tbl_name for row in session.execute(wanted)} | {"adjustments", "certificates"}
    assert {"journal", "transfers", "service_records", "stock_movements"} <= guarded
    moving = [
        str(one)
        for one in merge_rows.columns_of_persons()
        if one.table.name in guarded and merge_decision(one) != OnMerge.STAY
    ]
    assert moving == []


def test_what_was_of_the_one_is_of_the_other(town):
    gone, stays = town.person("ning").id, resident(town, amount=7)
    wish_id = cast.submitted(town, "ning")
    pop = shop.opened(town)
    order_id = shop.asked(town, pop, {shop.goods(town, pop, points=15): 1}, "ning")
    activity_id = service.certified(town, by(town, "ning"))
    certificate = issued(gone, activity_id)
    before = together(has(gone), has(stays))
    assert before[1] == 15
    assert before[2] >= 120
    token = town.phone("ning")
    openid, card = town.person("ning").openid, session.get(Person, stays).card_number
    row = merged(town, gone, stays)

    assert has(stays) == before
    assert (row.points, row.minutes) == (points_of(before) - 7, before[2])
    assert session.get(Wish, wish_id).wisher_id == stays
    assert session.get(Redemption, order_id).person_id == stays
    assert service.state_of(activity_id, By(stays)) == "certified"
    assert session.get(Person, stays).openid == openid
    assert session.get(Person, stays).card_number == card
    assert session.get(Person, gone).state == PersonState.MERGED
    with pytest.raises(SessionEnded):
        sessions.caller(token.token)
    (line,) = [one for one in points.statement(stays) if one.kind == "merge"]
    assert (line.points, line.balance) == (sum(before[0].values()) - 7, sum(before[0].values()))
    (event,) = security_events.mine(stays).rows(1)
    assert event.kind == "merge"
    # The paper that was issued before still holds, and so does one that lists records of both.
    (held,) = of_person(stays).rows(5)
    assert held.id == certificate
    assert statuses([held]) == {held.id: "valid"}
    assert verified() == []


def points_of(has):
    return sum(has[0].values()) + has[1]


def issued(person_id, activity_id):
    with clock.frozen_at(service.STARTS + timedelta(days=1)), transaction():
        day = clock.today() - timedelta(days=1)
        return certificates.issue(day, day, actor=By(person_id)).id


def test_an_order_that_waited_is_handed_over_and_returned_afterwards(town):
    gone, stays = resident(town, amount=30), resident(town, amount=5)
    pop = shop.opened(town)
    soap = shop.goods(town, pop, points=20)
    with transaction():
        order_id = shop.requests.request(pop, [(soap, 1)], actor=By(gone)).id
    merged(town, gone, stays)
    with transaction():
        approvals.approve(order_id, actor=by(town, "tong"))
    shop.hand_over(town, order_id)
    assert has(stays)[:2] == (dict.fromkeys(has(stays)[0], 15), 0)
    with transaction():
        approvals.give_back(order_id, "坏了", actor=by(town, "yan"))
    assert sum(has(stays)[0].values()) == 35
    assert verified() == []


def test_what_was_awarded_to_the_one_fills_the_caps_of_the_other_and_can_be_reversed(town):
    gone, stays = resident(town), resident(town)

    def award(person_id, reference):
        with transaction():
            return ledger.award(
                person_id,
                "service_hour",
                units=2,
                reference=reference,
                title="服务",
                community_id=town.songtao,
                cap_group="activity:x",
                actor=by(town, "tong"),
            ).points

    assert award(gone, "first") == 2
    merged(town, gone, stays)
    assert award(stays, "second") == 0
    with transaction():
        ledger.reverse("first", reference="back", reason="录错了", actor=by(town, "tong"))
    assert has(stays) == ({}, 0, 0)
    assert list(findings()) == []


def test_hours_of_both_are_one_persons_for_the_day_and_can_be_corrected(town):
    gone, stays = By(resident(town)), By(resident(town))
    activity_id = service.certified(town, gone)
    merged(town, gone.id, stays.id)
    assert record_queries.totals(stays.id)["minutes"] == 120
    (record,) = service.records(gone)
    with clock.frozen_at(service.STARTS + timedelta(days=1)):
        with transaction():
            asked = corrections.request(record.id, 90, "早走了半小时", actor=stays).id
        with transaction():
            corrections.approve(asked, actor=by(town, "lan"))
    assert record_queries.totals(stays.id)["minutes"] == 90
    half = timedelta(minutes=30)
    again = limits.Served(stays.id, record.started_at + half, 60)
    with pytest.raises(limits.OverlappingService):
        limits.check([again])
    assert activity_id
    assert verified() == []


def test_the_same_activity_or_overlapping_hours_stand_in_the_way(town):
    gone, stays = By(resident(town)), By(resident(town))
    activity_id = service.published(town)
    for one in (gone, stays):
        service.sign_up(activity_id, one)
    overlapping = service.published(town, title="同一时间", starts_at=service.STARTS + timedelta(hours=1))
    merge_id = proposed(town, gone.id, stays.id)
    with pytest.raises(merge_checks.MergeConflict) as refused, transaction():
        merging.approve(merge_id, actor=by(town, "lan"))
    assert refused.value.facts == {"activities": [{"id": activity_id, "title": "清雪"}]}
    with clock.frozen_at(service.STARTS - timedelta(days=2)), transaction():
        service.sign_ups.cancel(activity_id, actor=gone)
    service.sign_up(overlapping, gone)
    found = [one.title for one in merge_checks.conflicts(gone.id, stays.id)]
    assert found == ["同一时间", "清雪"]
    with clock.frozen_at(service.STARTS - timedelta(days=2)), transaction():
        service.sign_ups.cancel(overlapping, actor=gone)
    with transaction():
        merging.approve(merge_id, actor=by(town, "lan"))


def test_two_of_the_staff_decide_and_neither_for_themselves(town):
    gone, stays, tong = resident(town), resident(town), by(town, "tong")
    merge_id = proposed(town, gone, stays)
    for verb in (merging.approve, lambda one, actor: merging.reject(one, "不是", actor=actor)):
        with pytest.raises(FourEyes), transaction():
            verb(merge_id, actor=tong)
    for ids in ((tong.id, stays), (gone, tong.id)):
        with pytest.raises(FourEyes), transaction():
            merging.begin(*ids, "known", "我自己", actor=tong)
    for name in ("bai", "ning"):
        with pytest.raises(NotFound), transaction():
            merging.begin(gone, stays, "known", "认识他", actor=by(town, name))
    with pytest.raises(merging.MergeOpen), transaction():
        merging.begin(gone, stays, "known", "再来一次", actor=by(town, "lan"))
    with transaction():
        merging.reject(merge_id, "不是同一个人", actor=by(town, "lan"))
    with pytest.raises(merging.states.MergeDecided), transaction():
        merging.approve(merge_id, actor=by(town, "lan"))
    assert session.get(Person, gone).state == PersonState.ACTIVE


def test_nobody_escapes_an_office_a_suspension_or_a_second_pair_of_eyes(town):
    gone, stays, admin = resident(town), resident(town), by(town, "admin")
    merge_id = proposed(town, gone, stays)

    def refused(error):
        with pytest.raises(error), transaction():
            merging.approve(merge_id, actor=by(town, "lan"))

    with transaction():
        post = people.appoint(gone, "supervisor", town.songtao, clock.today(), None, actor=admin).id
    refused(merge_checks.MergeInOffice)
    with transaction():
        past = clock.today() - timedelta(days=1)
        ended = session.get(Appointment, post)
        ended.from_day = ended.to_day = past
    with transaction():
        waits = adjusting.propose(gone, 5, "补发积分", actor=by(town, "tong")).id
    refused(merge_checks.MergeAdjustmentWaits)
    with transaction():
        adjusting.reject(waits, "不补", actor=by(town, "lan"))
    wish_id = cast.submitted(town, "ning")
    with transaction():
        wish = session.get(Wish, wish_id)
        wish.wisher_id, wish.guardian_id = gone, stays
    refused(merge_checks.MergeOneHandledOther)
    with transaction():
        session.get(Wish, wish_id).guardian_id = None
    with transaction():
        suspensions.suspend(gone, "刷单", clock.today() + timedelta(days=9), actor=by(town, "tong"))
    with transaction():
        merging.approve(merge_id, actor=by(town, "lan"))
    assert suspensions.facts(stays, session.get(Person, stays).suspended_until)["reason"] == "刷单"
    assert verified() == []


def test_what_both_have_is_had_once(town):
    gone, stays = resident(town), resident(town)
    riders, child = service.riders(town), resident(town)
    with transaction():
        for one, state in ((gone, "accepted"), (stays, "applied")):
            session.add(Membership(team_id=riders, person_id=one, state=state, since=clock.now()))
            session.add(Consent(person_id=one, document="privacy", version=state, given_at=clock.now()))
            session.add(
                guardians.Guardianship(
                    guardian_id=one,
                    child_id=child,
                    community_id=town.songtao,
                    relation="mother",
                    state="verified" if one == gone else "declared",
                    declared_by_id=one,
                    declared_at=clock.now(),
                    decided_by_id=town.person("tong").id if one == gone else None,
                )
            )
    merged(town, gone, stays)
    (member,) = session.scalars(sa.select(Membership).where(Membership.person_id == stays))
    assert member.state == "accepted"
    standing = sa.select(Consent.version).where(Consent.person_id == stays, Consent.withdrawn_at.is_(None))
    assert session.scalars(standing).all() == ["applied"]
    links = sa.select(guardians.Guardianship.state).where(guardians.Guardianship.guardian_id == stays)
    assert sorted(session.scalars(links)) == ["ended", "verified"]
    for column in merge_rows.columns_of_persons():
        if merge_decision(column) in (OnMerge.MOVE, OnMerge.DROP):
            assert session.scalar(sa.select(sa.func.count()).where(column == gone)) == 0, column


def test_both_phones_sign_in_and_each_can_be_given_up(town):
    old, new = town.phone("song"), town.phone("yu")
    gone, stays = old.id, new.id
    first, second = town.person("song").openid, town.person("yu").openid
    with transaction():
        sealed.keep_phone(session.get(Person, gone), "13812345678")
        sealed.keep_phone(session.get(Person, stays), None)
    merged(town, gone, stays)
    with transaction():
        assert sessions.person_of(first).id == sessions.person_of(second).id == stays
    assert sessions.vouched_for(first).id == stays
    assert session.scalars(sa.select(OtherSignIn.openid)).all() == [first]
    assert sealed.phone(session.get(Person, stays)) == "13812345678"
    with transaction():
        assert cancellation.erase_by_openid(second)
    assert session.get(Person, stays).state == PersonState.ACTIVE
    assert session.get(Person, stays).openid == first
    with transaction():
        assert cancellation.erase_by_openid(first)
    assert session.get(Person, stays).state == PersonState.CANCELLED


def test_a_chain_of_records_ends_at_the_one_that_remains(town):
    one, two, three = (resident(town, amount=amount) for amount in (3, 4, 5))
    activity_id = service.certified(town, By(one))
    merged(town, one, two)
    merged(town, two, three)
    assert one_person.remaining_id(one) == three
    assert activity_id
    lots, held, minutes = has(three)
    assert (sum(lots.values()), held, minutes) == (14, 0, 120)
    assert verified() == []


def test_what_came_in_by_a_request_on_its_way_is_brought_after(town):
    gone, stays = resident(town, amount=3), resident(town)
    merge_id = merged(town, gone, stays).id
    with transaction():
        grant(town, gone, 4, "late")
        session.add(Consent(person_id=gone, document="privacy", version="1", given_at=clock.now()))
    assert merging.to_follow() == [merge_id]
    for _ in range(2):
        with transaction():
            merging.follow(merge_id)
    assert has(stays)[0]
    assert sum(has(stays)[0].values()) == 7
    assert session.scalars(sa.select(Consent.person_id).where(Consent.version == "1")).all() == [stays]
    assert verified() == []


def test_asking_for_ones_old_record_tells_nothing_and_finds_it_by_name_with_card_or_phone(town):
    me, e = by(town, "ning"), town.person("e")
    name = sealed.real_name(e)
    with transaction():
        session.get(Person, me.id).phone_index = None
    with pytest.raises(merging.RecoveryNeedsPhone), transaction():
        merging.ask(name, "P000001", actor=me)
    with transaction():
        sealed.keep_phone(session.get(Person, me.id), "13812345678")
    spaced = f" {name[0]}　{name[1:]}"
    for asked in ((name, None), ("别人", "P000001"), (spaced, "Ｐ-1")):
        with transaction():
            assert merging.ask(*asked, actor=me) is None
        found = session.scalars(sa.select(PersonMerge.from_id)).all()
        assert found == ([e.id] if asked[1] == "Ｐ-1" else [])
    with pytest.raises(merging.TooManyRecoveries), transaction():
        merging.ask(name, "P000001", actor=me)
    merge_id = session.scalars(sa.select(PersonMerge.id)).one()
    with transaction():
        merging.propose(merge_id, "card", "带着卡来了", actor=by(town, "tong"))
    with transaction():
        merging.approve(merge_id, actor=by(town, "lan"))
    assert session.get(Person, me.id).card_number == "P000001"


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_the_two_have_done_the_sums_are_the_same(town, seed):
    chance = random.Random(seed)
    both = [resident(town, amount=chance.randrange(40, 80)) for _ in range(2)]
    pop = shop.opened(town)
    soap = shop.goods(town, pop, stock=50, points=3)
    waiting = []
    for number in range(14):
        who, what = chance.choice(both), chance.randrange(5)
        with transaction():
            if what == 0:
                with clock.frozen_at(clock.now() - timedelta(days=chance.choice((0, 400)))):
                    grant(town, who, chance.randrange(1, 9), f"more:{number}")
            elif what in (1, 2):
                order = shop.requests.request(pop, [(soap, chance.randrange(1, 4))], actor=By(who))
                waiting.append((who, order.id))
            elif waiting and what == 3:
                whose, order_id = waiting.pop(chance.randrange(len(waiting)))
                approvals.cancel(order_id, "不要了", actor=By(whose))
    gone, stays = both
    service.certified(town, By(gone), minutes=chance.choice((60, 90, 120)))
    before = together(has(gone), has(stays))
    merged(town, gone, stays)
    assert has(stays) == before
    assert has(gone)[:2] == ({}, 0)
    for _whose, order_id in waiting:
        with transaction():
            approvals.cancel(order_id, "不要了", actor=By(stays))
    assert points_of(has(stays)) == points_of(before)
    assert has(stays)[1] == 0
    assert verified() == []


def test_of_two_approvals_one_is_made_and_a_purchase_comes_before_or_not_at_all(town, at_once):
    gone, stays = resident(town, amount=30), resident(town)
    pop = shop.opened(town)
    soap = shop.goods(town, pop, points=10)
    merge_id = proposed(town, gone, stays)

    def approve():
        return merging.approve(merge_id, actor=by(town, "lan")).id

    def buy():
        return shop.requests.request(pop, [(soap, 1)], actor=By(gone)).id

    results = at_once(approve, buy, approve, buy, approve)
    assert [one for one in results[::2] if one == merge_id] == [merge_id]
    session.rollback()
    lots, held, _minutes = has(stays)
    assert sum(lots.values()) + held == 30
    assert held == 10 * len([one for one in results[1::2] if isinstance(one, int)])
    owners = session.scalars(sa.select(Redemption.person_id).where(Redemption.shop_id == pop)).all()
    assert set(owners) <= {stays}
    assert verified() == []


@pytest.mark.parametrize("turned", [False, True], ids=["older-goes", "newer-goes"])
def test_the_answers_that_are_kept_of_both_registrations_stay_whole(town, turned):
    """Whoever repeats a registration under its key reads the very card that was given, also after the two are one; the
    number of who leaves goes from them, and no other."""
    tong, body = town.phone("tong"), {"realName": "季长林", "communityId": town.songtao, "birthYear": 1950}

    def answers():
        return [tong.data("POST", "/people", body, Idempotency_Key=f"registering-{n}") for n in range(2)]

    before = answers()
    gone, stays = before[::-1] if turned else before
    merged(town, gone["id"], stays["id"])
    assert answers() == before
    assert any(gone["cardNumber"] in one or stays["cardNumber"] in one for one in before[1]["warnings"])


def test_the_number_of_who_leaves_goes_from_kept_answers_and_no_other(town):
    tong, body = town.phone("tong"), {"realName": "季长林", "communityId": town.songtao, "birthYear": 1950}

    def answers():
        return [tong.data("POST", "/people", body, Idempotency_Key=f"registering-{n}") for n in range(2)]

    leaves, stays = answers()
    tong.data("POST", f"/people/{leaves['id']}/cancel", {"reason": "搬走了", "confirm": True})
    left, kept = answers()
    assert (left["cardNumber"], kept["cardNumber"]) == ("（已删除）", stays["cardNumber"])
    assert leaves["cardNumber"] not in str(kept)
