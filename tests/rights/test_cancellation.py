"""Leaving for good: told first what would be lost, then nothing of the person is found anywhere."""

import pytest
import sqlalchemy as sa

from backend import clock, journal, screening
from backend.complaints import actions as complaints
from backend.complaints import queries as complaint_queries
from backend.complaints import queues
from backend.db import db, session, transaction
from backend.erasable import ERASED
from backend.errors import NotAllowed, NotFound
from backend.identity import binding, sessions
from backend.identity.models import Session
from backend.ledger import actions as ledger
from backend.ledger import queries as points
from backend.ledger import verify
from backend.outbox.actions import notify
from backend.people import actions as people
from backend.people import guardians, sealed
from backend.people.models import Appointment, Consent, Membership, Person, Residency
from backend.points import actions as adjustments
from backend.rights import cancellation, export
from backend.rights.old_pages import clear_old_pages
from backend.supermarket import verify as stock
from backend.supermarket.actions import requests
from backend.supermarket.models import Item, Redemption
from backend.volunteering.actions import sign_ups
from backend.volunteering.models import SignUp
from backend.wechat.simulator.rules import openid_of
from backend.wishes.actions import claims, writing
from backend.wishes.models import Claim
from tests.rights.looking import found_in_files, found_in_tables
from tests.supermarket import cast as supermarket
from tests.volunteering import cast as volunteering
from tests.wishes import cast

PHONE = "11155556666"
ADDRESS = "雪松家园九十九号楼"
NAME = "令狐小寒"
NICKNAME = "爱画画的小寒"


@pytest.fixture
def leaver(town):
    """Somebody who told us everything, in fields and in their own words."""
    phone = town.phone("linghu")
    with transaction():
        person = session.get(Person, phone.id)
        sealed.keep_real_name(person, NAME)
        sealed.keep_phone(person, PHONE)
        person.nickname, person.birth_year = NICKNAME, 1980
        session.flush()
        people.declare_residency(town.songtao, None, ADDRESS, actor=person)
        people.decide_residency(person.id, True, actor=cast.by(town, "tong"))
    return phone


def content(**more):
    words = f"我是{NAME}，住{ADDRESS}，电话 {PHONE[:3]} {PHONE[3:7]}-{PHONE[7:]}"
    return {**cast.CONTENT, "description": words, "address": ADDRESS, "contact_phone": PHONE, **more}


def cancel(phone, confirmed=True):
    person = session.get(Person, phone.id)
    with transaction():
        cancellation.cancel(phone.id, confirmed=confirmed, actor=cast.By(person.id))
    clear_old_pages()


def wish_of(phone, town, **more):
    with transaction():
        wish = writing.write(town.songtao, content(**more), actor=cast.By(phone.id))
        return writing.submit(wish.id, actor=cast.By(phone.id)).id


def published_wish_of(phone, town):
    round_id = cast.open_round(town)
    wish_id = wish_of(phone, town, title=f"{NAME}的台灯")
    with transaction():
        cast.reviewing.accept(wish_id, actor=cast.by(town, "lan"))
        cast.rounds.review(round_id, actor=cast.by(town, "tong"))
        cast.rounds.publish(round_id, actor=cast.by(town, "tong"))
    return wish_id


def test_an_account_without_open_things_is_cancelled_at_once(leaver):
    cancel(leaver, confirmed=False)
    person = session.get(Person, leaver.id, populate_existing=True)
    assert person.state == "cancelled"
    assert {person.openid, person.real_name_sealed, person.phone_sealed, person.phone_index} == {None}
    assert (person.nickname, person.birth_year, person.card_number) == ("", None, None)


def test_with_open_things_it_is_refused_with_the_facts(town, leaver):
    wish_id = wish_of(leaver, town)
    with transaction():
        ledger.grant(
            leaver.id,
            30,
            reference="opening:x",
            title="结转",
            community_id=town.songtao,
            actor=cast.by(town, "tong"),
        )
    with pytest.raises(cancellation.ThingsStillOpen) as refused:
        cancel(leaver, confirmed=False)
    assert [row["id"] for row in refused.value.facts["wishes"]] == [wish_id]
    assert refused.value.facts["pointsLost"] == 30
    assert session.get(Person, leaver.id, populate_existing=True).state == "active"


def test_nothing_of_the_person_is_found_in_any_table_or_file_afterwards(town, leaver):
    """The promise itself, on everything a person can leave behind."""
    wish_id = published_wish_of(leaver, town)
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "pei"))
        writing.write(town.songtao, content(title=f"{NICKNAME}的草稿"), actor=cast.By(leaver.id))
        complaints.file("complaint", f"我叫{NAME}，请回电{PHONE}", contact=PHONE, actor=cast.By(leaver.id))
        people.give_consent("privacy", "2026-11", actor=cast.By(leaver.id))
        ledger.grant(
            leaver.id,
            30,
            reference="opening:x",
            title="结转",
            community_id=town.songtao,
            actor=cast.by(town, "tong"),
        )
        ledger.hold(
            leaver.id,
            10,
            reference="order:x",
            title="兑换",
            community_id=town.songtao,
            actor=cast.By(leaver.id),
        )
    doubtful = wish_of(leaver, town)
    with transaction():
        # What staff type into a reason stands in the journal, and beside the points, which nobody changes.
        cast.reviewing.send_back(doubtful, f"请补充，已致电{PHONE}", actor=cast.by(town, "lan"))
        found = adjustments.propose(leaver.id, 5, f"电话 {PHONE} 核对过", actor=cast.by(town, "tong"))
        adjustments.approve(found.id, actor=cast.by(town, "lan"))
    with transaction():
        export.ask(actor=cast.By(leaver.id))
    words = (PHONE, NAME, NICKNAME, openid_of("linghu"), ADDRESS)
    assert found_in_tables(*words)
    assert db.engine.dialect.name != "sqlite" or found_in_files(*words), "the test finds what is there"
    cancel(leaver)
    assert found_in_tables(*words) == []
    assert found_in_files(*words) == []
    assert list(verify.findings()) == []
    assert points.balance(leaver.id) == {"available": 0, "held": 0, "lots": []}


def test_what_the_claimer_noted_of_them_goes_too(town, leaver):
    wish_id, note = published_wish_of(leaver, town), f"米送到了{ADDRESS}，{NAME}本人收下"
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "pei"))
        claims.fulfil(wish_id, note, screening.harmless(note), actor=cast.by(town, "pei"))
    assert found_in_tables(note)
    cancel(leaver)
    assert found_in_tables(ADDRESS, NAME) == []
    (kept,) = session.scalars(sa.select(Claim.note).where(Claim.wish_id == wish_id))
    assert kept == "米送到了（已删除），（已删除）本人收下"


def test_what_stands_under_an_account_joined_to_their_card_goes_too(town):
    """The account that was there before the card was bound was told things, and said where it lives."""
    tong, phone = cast.by(town, "tong"), town.phone("linghu")
    with transaction():
        card = people.create_card_holder("公孙大年", town.songtao, actor=tong)
        people.declare_residency(town.songtao, None, ADDRESS, actor=cast.By(phone.id))
        notify(phone.id, "activity_message", "一条消息", f"{NAME}您好")
        people.give_consent("privacy", "2026-11", actor=cast.By(phone.id))
    with transaction():
        binding.bind(card.id, openid_of("linghu"), actor=tong)
    assert town.phone("linghu").id == card.id
    cancel(card)
    assert found_in_tables(ADDRESS, NAME, openid_of("linghu"), "公孙大年") == []
    assert session.get(Person, phone.id, populate_existing=True).state == "merged"
    (consent,) = session.scalars(sa.select(Consent).where(Consent.person_id == phone.id))
    assert consent.withdrawn_at is not None


def test_why_a_guardian_was_not_verified_names_them_no_more(town, leaver):
    with transaction():
        link = guardians.declare("令狐小小", clock.today().year - 8, "mother", actor=cast.By(leaver.id))
        guardians.decide(link.id, False, f"户口本上没有{NAME}", actor=cast.by(town, "tong"))
    cancel(leaver)
    assert session.get(guardians.Guardianship, link.id, populate_existing=True).reason == ERASED


def test_the_claimer_is_told_and_the_wish_is_withdrawn(town, leaver):
    wish_id = published_wish_of(leaver, town)
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "pei"))
    cancel(leaver)
    wish = cast.wish(wish_id)
    assert wish.state == "withdrawn"
    assert cast.standing(wish_id) is None
    notices = town.phone("pei").data("GET", "/me/notices")["list"]
    assert "不用再办了" in notices[0]["body"]
    assert NAME not in notices[0]["body"]


def test_a_fulfilled_wish_ends_unconfirmed_and_awards_nothing(town, leaver):
    wish_id = published_wish_of(leaver, town)
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "pei"))
        claims.fulfil(wish_id, "送到了", actor=cast.by(town, "pei"))
    before = points.balance(town.person("pei").id)["available"]
    cancel(leaver)
    assert cast.wish(wish_id).state == "closed_unconfirmed"
    assert points.balance(town.person("pei").id)["available"] == before


def test_a_published_wish_keeps_its_words_but_not_who_wished(town, leaver):
    wish_id = published_wish_of(leaver, town)
    cancel(leaver)
    wish = cast.wish(wish_id)
    assert wish.title == "（已删除）的台灯"
    assert wish.address_sealed is wish.phone_sealed is None


def test_the_claims_of_a_party_member_go_back_to_the_wall(town):
    wish_id = cast.claimed(town)
    pei = town.phone("pei")
    cancel(pei)
    assert cast.wish(wish_id).state == "published"
    with transaction(), pytest.raises(NotAllowed):
        claims.claim(wish_id, actor=cast.By(pei.id))


def test_open_orders_and_places_are_given_back_through_their_own_rooms(town):
    shop_id = supermarket.opened(town)
    item_id = supermarket.goods(town, shop_id, stock=3, points=10)
    wulan = town.phone("wulan")
    with transaction():
        order_id = requests.request(shop_id, [(item_id, 2)], actor=cast.By(wulan.id)).id
    activity_id = volunteering.published(town)
    with transaction():
        sign_ups.sign_up(activity_id, actor=cast.By(wulan.id))
    with pytest.raises(cancellation.ThingsStillOpen) as refused:
        cancel(wulan, confirmed=False)
    facts = refused.value.facts
    assert [row["id"] for row in facts["redemptions"]] == [order_id]
    assert activity_id in {row["id"] for row in facts["signUps"]}
    assert (facts["pointsLost"], [row["name"] for row in facts["teamsLed"]]) == (120, ["骑手先锋队"])
    cancel(wulan)
    assert session.get(Redemption, order_id, populate_existing=True).state == "cancelled"
    assert session.get(Item, item_id, populate_existing=True).reserved == 0
    assert session.scalars(sa.select(SignUp.state).where(SignUp.activity_id == activity_id)).all() == [
        "cancelled"
    ]
    assert points.balance(wulan.id)["available"] == 0
    assert [*verify.findings(), *stock.findings()] == []


def test_roles_teams_home_and_sign_ins_end(town):
    tong = town.phone("tong")
    ning = town.phone("ning")
    cancel(tong)
    cancel(ning)
    row = session.scalars(sa.select(Appointment).where(Appointment.person_id == tong.id)).one()
    assert row.to_day < clock.today()
    assert session.get(Residency, ning.id) is None
    assert not session.scalars(sa.select(Membership).where(Membership.person_id == ning.id)).all()
    assert not session.scalars(sa.select(Session).where(Session.person_id == ning.id)).all()
    assert ning.get("/me").status_code == 401


def test_signing_in_again_makes_a_new_person(town, leaver):
    cancel(leaver)
    again = town.phone("linghu")
    assert again.id != leaver.id
    assert again.data("GET", "/me")["realName"] is None
    assert again.data("GET", "/me/wishes")["list"] == []


def test_cancelling_twice_finds_nobody(town, leaver):
    cancel(leaver)
    with pytest.raises(NotFound):
        cancel(leaver)


def test_an_open_complaint_is_still_answered_but_names_and_calls_nobody(town, leaver):
    with transaction():
        made = complaints.file("complaint", f"{NAME}不满意", contact=PHONE, actor=cast.By(leaver.id))
    cancel(leaver)
    clerk = cast.by(town, "tong")
    (told,) = complaint_queries.view_complaints(queues.to_handle(actor=clerk).rows(20), actor=clerk)
    assert told.id == made.id
    assert told.by_name == "匿名居民"
    assert (told.contact_back, told.text) == (None, "（已删除）不满意")


def test_what_comes_back_is_closed_and_erased_again(town, leaver):
    """A request that was on its way while the account was cancelled."""
    cancel(leaver)
    assert leaver.id not in cancellation.returned()
    with transaction():
        ledger.grant(
            leaver.id,
            5,
            reference="late",
            title="迟到",
            community_id=town.songtao,
            actor=cast.by(town, "tong"),
        )
        writing.write(town.songtao, cast.CONTENT, actor=cast.By(leaver.id))
    assert leaver.id in cancellation.returned()
    with transaction():
        cancellation.leave_again(leaver.id)
    assert leaver.id not in cancellation.returned()
    assert points.balance(leaver.id)["available"] == 0
    assert list(verify.findings()) == []


def test_the_old_account_of_a_bound_card_is_erased_with_it(town, leaver):
    with transaction():
        other = sessions.person_of("an-old-openid")
        other.nickname, other.openid, other.state, other.merged_into_id = (
            "旧昵称旧昵称",
            None,
            "merged",
            leaver.id,
        )
        session.flush()
    cancel(leaver)
    assert found_in_tables("旧昵称旧昵称") == []


def test_wechat_may_ask_for_it_and_nobody_is_asked_twice(town, leaver):
    published_wish_of(leaver, town)
    openid = openid_of("linghu")
    with transaction():
        assert cancellation.erase_by_openid(openid)
    with transaction():
        assert not cancellation.erase_by_openid(openid)
    assert found_in_tables(openid, NAME, PHONE, ADDRESS) == []


def test_what_the_user_took_back_from_wechat_is_deleted_and_the_rest_stays(town, leaver):
    with transaction():
        assert cancellation.forget_revoked(openid_of("linghu"), {6, 8})
        assert not cancellation.forget_revoked("nobody", {6})
    person = session.get(Person, leaver.id, populate_existing=True)
    assert (person.nickname, person.phone_sealed, person.phone_index) == ("", None, None)
    assert sealed.real_name(person) == NAME
    assert found_in_tables(NICKNAME, PHONE) == []


def test_staff_cancel_for_a_card_holder_and_for_nobody_with_a_phone(town):
    e, ning = town.person("e"), town.person("ning")
    with transaction(), pytest.raises(cancellation.HasTheirOwnPhone):
        cancellation.cancel_for(ning.id, "本人要求", confirmed=True, actor=cast.by(town, "tong"))
    with transaction(), pytest.raises(NotFound):
        cancellation.cancel_for(e.id, "本人要求", confirmed=True, actor=cast.by(town, "bai"))
    with transaction(), pytest.raises(NotAllowed):
        cancellation.cancel_for(e.id, "本人要求", confirmed=True, actor=cast.by(town, "wulan"))
    with transaction():
        cancellation.cancel_for(e.id, "本人到窗口要求注销", confirmed=True, actor=cast.by(town, "tong"))
    assert found_in_tables("鄂桂兰", "P000001") == []
    (line,) = [one for one in journal.lines("person", e.id) if one.verb == "cancel"]
    assert line.actor_id == town.person("tong").id


@pytest.mark.parametrize("name", ["ning", "wulan", "pei", "qin", "e", "tong", "admin", "shang", "bu", "jie"])
def test_everyone_of_the_city_may_leave_and_the_books_still_balance(town, name):
    person = town.person(name)
    words = [word for word in (person.openid, sealed.real_name(person), sealed.phone(person)) if word]
    with transaction():
        cancellation.cancel(person.id, confirmed=True, actor=cast.By(person.id))
    # 高远 is an adjective as well: only there may it stand.
    assert found_in_tables(*words) == []
    assert list(verify.findings()) == []
