"""Many at once, over HTTP, against gunicorn with four workers of four threads: the database decides.

One server and one city serve the whole file; each test takes wishes and rounds of its own. The last test
sows a fault and sees that the same check then fails.
"""

import itertools
import uuid
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.journal import JournalLine
from backend.ledger.verify import findings
from backend.outbox.models import Notice
from backend.people import actions as people
from backend.people.models import Person
from backend.wechat.simulator.rules import openid_of
from backend.wishes.actions import claims, reviewing, rounds
from backend.wishes.models import Claim, Round, Wish
from tests.api import crowd
from tests.conftest import _fresh
from tests.served import Served
from tests.town import WISH, Town
from tests.wishes import cast

pytestmark = pytest.mark.slow

CLAIMERS = 64
CLAIM = {"as": "personal"}
_names = itertools.count()


@pytest.fixture(scope="module")
def environment(settings, tmp_path_factory):
    """What the served product is told: this run's database and WeChat."""
    return {
        "APP_ENV": "test",
        "DATABASE_URL": settings.database,
        "WECHAT_BASE_URL": settings.wechat_base_url,
        "DATA_DIR": str(tmp_path_factory.mktemp("served")),
    }


@pytest.fixture(scope="module")
def city(host, migrated_app, settings):
    """The demo city, with colleagues for a second community."""
    for app in _fresh(host, migrated_app, settings, "town"):
        town = Town(app)
        town.hongsong = town.place("红松社区")
        with transaction():
            for name in ("tong", "lan"):
                person_id = town.person(name).id
                people.appoint(
                    person_id,
                    "community_staff",
                    town.hongsong,
                    clock.today(),
                    None,
                    actor=cast.by(town, "admin"),
                )
        yield town


@pytest.fixture(scope="module")
def members(city):
    return crowd.party_members(
        CLAIMERS, city.place("市水务局"), city.songtao, decided_by_id=city.person("tong").id
    )


@pytest.fixture(scope="module")
def published(city):
    """Published wishes of ning's, taken by one test after the other."""
    ids, _ = cast.published(city, 20)
    return iter(ids)


@pytest.fixture(scope="module")
def served(city, environment):
    with Served(environment) as running:
        yield running


def count(model, *conditions):
    return session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))


def journaled(verb, kind, subject_id):
    return count(
        JournalLine,
        JournalLine.verb == verb,
        JournalLine.subject_kind == kind,
        JournalLine.subject_id == subject_id,
    )


def wrong_with_the_claims(wish_id, answers):
    """What a crowd of claimers left behind that one winner would not; nothing when all is well."""
    told = Counter((answer.status_code, answer.json()["code"]) for answer in answers)
    standing = count(Claim, Claim.wish_id == wish_id, Claim.outcome.is_(None))
    notices = count(
        Notice, Notice.kind == "wish_claimed", Notice.subject_kind == "wish", Notice.subject_id == wish_id
    )
    seen = {
        "winners": told.pop((200, 0), 0),
        "standing claims": standing,
        "journal lines": journaled("claim", "wish", wish_id),
        "notices to the wisher": notices,
    }
    told.pop((409, 40901), 0)
    return [f"{number} {what}" for what, number in seen.items() if number != 1] + [
        f"{number} answers {code}" for code, number in told.items()
    ]


def claim_all_at_once(served, members, wish_id):
    path = f"/wishes/{wish_id}/claim"
    return served.at_once([(one.token, "POST", path, CLAIM) for one in members])


def test_of_sixty_four_claimers_at_once_one_wins_and_the_rest_are_told_kindly(served, members, published):
    for _ in range(3):
        wish_id = next(published)
        answers = claim_all_at_once(served, members, wish_id)
        assert wrong_with_the_claims(wish_id, answers) == []
        (winner,) = [one for one, answer in zip(members, answers, strict=True) if answer.status_code == 200]
        assert cast.standing(wish_id).person_id == winner.id
        # The limit shall not decide the next round.
        with transaction():
            claims.release(wish_id, "下一轮", actor=winner)


def test_thirty_two_repeats_of_one_key_are_one_wish_and_one_answer(served, city):
    (author,) = crowd.residents(1, city.songtao)
    for _ in range(3):
        before = count(Wish)
        call = (author.token, "POST", "/wishes", {**_wish_in(city.songtao), "submit": True})
        answers = served.at_once([(*call, {"Idempotency_Key": f"key-{uuid.uuid4()}"[:40]})] * 32)
        made = [answer for answer in answers if answer.status_code == 201]
        waiting = [answer for answer in answers if answer.status_code == 409]
        assert len(made) + len(waiting) == 32
        assert {answer.json()["code"] for answer in waiting} <= {40902}
        assert len({answer.content for answer in made}) == 1
        replayed = [answer for answer in made if answer.headers.get("Idempotency-Replayed") == "true"]
        assert len(replayed) == len(made) - 1 >= 1
        assert count(Wish) == before + 1
        assert journaled("write", "wish", made[0].json()["data"]["id"]) == 1


def _wish_in(community_id):
    words = {"beneficiary_group": "beneficiaryGroup", "estimated_cost": "estimatedCost"}
    return {"communityId": community_id, **{words.get(name, name): value for name, value in WISH.items()}}


def test_twenty_submissions_at_once_are_numbered_without_a_gap_and_two_publishers_publish_once(served, city):
    today = clock.today()
    with transaction():
        round_id = rounds.open_round(
            city.hongsong, "一期", today, today + timedelta(days=9), actor=cast.by(city, "tong")
        ).id
    authors = crowd.residents(20, city.hongsong)
    body = {**_wish_in(city.hongsong), "submit": True}
    answers = served.at_once([(one.token, "POST", "/wishes", body) for one in authors])
    assert {answer.status_code for answer in answers} == {201}
    numbers = sorted(answer.json()["data"]["number"] for answer in answers)
    assert numbers == [f"红松-01-{sequence:03d}" for sequence in range(1, 21)]
    ids = [answer.json()["data"]["id"] for answer in answers]
    with transaction():
        for wish_id in ids:
            reviewing.accept(wish_id, actor=cast.by(city, "lan"))
        rounds.review(round_id, actor=cast.by(city, "tong"))
    _publish_at_once(served, city, round_id, ids)


def _publish_at_once(served, city, round_id, ids):
    tokens = [city.phone(name).token for name in ("tong", "lan")]
    answers = served.at_once([(token, "POST", f"/rounds/{round_id}/publish", {}) for token in tokens * 4])
    told = Counter((answer.status_code, answer.json()["code"]) for answer in answers)
    assert told == {(200, 0): 1, (409, 40904): 7}
    assert journaled("publish", "round", round_id) == 1
    assert [journaled("publish", "wish", wish_id) for wish_id in ids] == [1] * len(ids)
    assert count(Notice, Notice.kind == "wish_published", Notice.subject_id.in_(ids)) == len(ids)


def test_eight_clerks_who_open_a_round_at_once_open_one(served, city):
    place = city.place("椴香社区")
    body = {
        "communityId": place,
        "title": "一期",
        "collectUntil": clock.today().isoformat(),
        "publishUntil": (clock.today() + timedelta(days=9)).isoformat(),
    }
    token = city.phone("admin").token
    answers = served.at_once([(token, "POST", "/rounds", body)] * 8)
    told = Counter((answer.status_code, answer.json()["code"]) for answer in answers)
    assert told == {(201, 0): 1, (409, 40908): 7}
    assert count(Round, Round.community_id == place) == 1


def test_one_person_who_claims_six_wishes_at_once_gets_as_many_as_the_limit(
    served, city, settings, members, published
):
    wanted = [next(published) for _ in range(6)]
    for person in members[:3]:
        # Under keys, as the mini-program sends them: each row of a key already points to the person.
        calls = [
            (person.token, "POST", f"/wishes/{one}/claim", CLAIM, {"Idempotency_Key": uuid.uuid4().hex})
            for one in wanted
        ]
        answers = served.at_once(calls)
        told = Counter((answer.status_code, answer.json()["code"]) for answer in answers)
        assert told == {(200, 0): settings.claim_limit, (409, 40910): 6 - settings.claim_limit}
        standing = session.scalars(
            sa.select(Claim.wish_id).where(Claim.person_id == person.id, Claim.outcome.is_(None))
        ).all()
        assert len(standing) == settings.claim_limit
        with transaction():
            for wish_id in standing:
                claims.release(wish_id, "下一轮", actor=person)


def test_of_a_confirmation_and_a_dispute_at_once_one_holds_and_the_books_balance(served, city, published):
    ning = city.phone("ning").token
    confirm = {"solved": True, "satisfaction": 5, "method": "app"}
    for _ in range(4):
        wish_id = next(published)
        with transaction():
            claims.claim(wish_id, actor=cast.by(city, "pei"))
            claims.fulfil(wish_id, "送到了", actor=cast.by(city, "pei"))
        calls = [(ning, "POST", f"/wishes/{wish_id}/confirm", confirm)] * 3
        calls += [(ning, "POST", f"/wishes/{wish_id}/dispute", {"reason": "灯不亮"})] * 3
        answers = served.at_once(calls)
        told = Counter((answer.status_code, answer.json()["code"]) for answer in answers)
        assert told == {(200, 0): 1, (409, 40903): 5}
        won = "confirm" if 200 in {answer.status_code for answer in answers[:3]} else "dispute"
        state = {"confirm": "confirmed", "dispute": "claimed"}[won]
        assert cast.wish(wish_id).state == state
        paid = session.scalar(
            sa.text("SELECT count(*) FROM transfers WHERE reference = :reference"),
            {"reference": f"wish:{wish_id}:confirmed"},
        )
        assert paid == (1 if won == "confirm" else 0)
        if won == "dispute":
            with transaction():
                claims.release(wish_id, "下一轮", actor=cast.by(city, "pei"))
    assert list(findings()) == []


def patiently(served, calls):
    """Sends all calls at the same moment, and again those that were told to come again, because others wait for WeChat."""
    answers = served.at_once(calls)
    for _ in calls:
        late = [number for number, answer in enumerate(answers) if answer.status_code == 503]
        assert all("Retry-After" in answers[number].headers for number in late)
        if not late:
            break
        for number, answer in zip(late, served.at_once([calls[number] for number in late]), strict=True):
            answers[number] = answer
    return answers


def test_a_login_code_sent_ten_times_at_once_signs_in_once(served, city):
    code = {"code": f"sim:ning:race-{next(_names)}"}
    answers = patiently(served, [(None, "POST", "/sessions", code)] * 10)
    told = Counter((answer.status_code, answer.json()["code"]) for answer in answers)
    assert told == {(201, 0): 1, (401, 40102): 9}


def test_a_newcomer_who_taps_ten_times_at_once_becomes_one_person(served, city):
    name = f"newcomer{next(_names)}"
    calls = [(None, "POST", "/sessions", {"code": f"sim:{name}:{number}"}) for number in range(10)]
    answers = patiently(served, calls)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["data"]["person"]["id"] for answer in answers}) == 1
    assert count(Person, Person.openid == openid_of(name)) == 1


def test_the_claim_check_finds_several_winners_when_the_product_decides_before_the_lock(
    host, migrated_app, settings, environment, city, served
):
    """Negative control, last in the file: it takes the city away from the tests above."""
    served.close()
    session.remove()
    for app in _fresh(host, migrated_app, settings, "town"):
        town = Town(app)
        ids, _ = cast.published(town, 6)
        crew = crowd.party_members(
            CLAIMERS, town.place("市水务局"), town.songtao, decided_by_id=town.person("tong").id
        )
        with transaction():
            session.execute(sa.text("DROP INDEX uq_claims_one_standing"))
        with Served(environment, "tests.faulty:create_app()") as faulty:
            several = (
                wrong_with_the_claims(wish_id, claim_all_at_once(faulty, crew, wish_id)) for wish_id in ids
            )
            assert any("winners" in fault for faults in several for fault in faults)
