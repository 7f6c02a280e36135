"""A resident's record put right by the staff of their place: what stays, who may, who is told, and two at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.journal import JournalLine
from backend.outbox import queries as outbox
from backend.people import actions, correcting, sealed
from backend.people.models import Person, Residency
from backend.people.security_events import SecurityEvent
from tests.wishes.cast import By, by

WHY = "本人当面更正"


@pytest.fixture
def card_holder(town):
    with transaction():
        made = actions.create_card_holder(
            "钱桂花",
            town.songtao,
            phone="15600000077",
            grid_id=town.place("松涛-03"),
            address="雪松家园 9 号楼",
            birth_year=1950,
            actor=by(town, "tong"),
        )
    return made.id


def correct(town, person_id, by_whom="tong", **changes):
    with transaction():
        return correcting.correct(person_id, changes, WHY, actor=by(town, by_whom))[2]


def record(person_id):
    session.expire_all()
    person, home = session.get(Person, person_id), session.get(Residency, person_id)
    return (
        sealed.real_name(person),
        sealed.phone(person),
        person.birth_year,
        sealed.address(home),
        home.grid_id,
    )


def lines_of(person_id, verb="correct"):
    wanted = sa.select(JournalLine).where(JournalLine.subject_id == person_id, JournalLine.verb == verb)
    return session.scalars(wanted.order_by(JournalLine.id)).all()


def told(person_id):
    return [(one.kind, one.body) for one in outbox.inbox(person_id, None, 50)]


def test_what_is_given_is_written_and_answered_as_the_list_shows_it(town, card_holder):
    tong = town.phone("tong")
    body = {"realName": "钱桂华", "phone": "156-0000-0078", "gridId": town.place("松涛-01"), "reason": WHY}
    answer = tong.data("PUT", f"/people/{card_holder}", body)
    (listed,) = tong.data("GET", "/people?phone=15600000078")["list"]
    assert answer == listed
    assert (listed["realName"], listed["phone"]) == ("钱桂华", "156******78")
    assert record(card_holder) == ("钱桂华", "15600000078", 1950, "雪松家园 9 号楼", town.place("松涛-01"))


def test_it_is_journaled_and_the_person_is_told_by_whom_what_and_why(town, card_holder):
    assert correct(town, card_holder, phone="15600000078", birth_year=1951) == ["phone", "birth_year"]
    (line,) = lines_of(card_holder)
    assert (line.reason, line.organisation_id, line.facts) == (
        WHY,
        town.songtao,
        {"fields": ["phone", "birth_year"]},
    )
    bodies = dict(told(card_holder))
    assert (
        "松涛社区的工作人员更正了您登记的手机号、出生年份。原因：本人当面更正" in bodies["person_corrected"]
    )
    assert "更换了登记的手机号" in bodies["security_phone"]
    assert "15600000078" not in str(bodies) + str(line.facts)


def test_what_is_written_down_already_is_no_correction(town, card_holder):
    before = told(card_holder)
    assert correct(town, card_holder, real_name="钱桂花", phone="+86 156 0000 0077", birth_year=1950) == []
    assert (lines_of(card_holder), told(card_holder)) == ([], before)


def test_an_empty_one_takes_phone_and_address_away(town, card_holder):
    assert correct(town, card_holder, phone=None, address=None, grid_id=None) == [
        "phone",
        "address",
        "grid_id",
    ]
    assert record(card_holder) == ("钱桂花", None, 1950, None, None)
    assert "删除了登记的手机号" in dict(told(card_holder))["security_phone"]
    assert session.scalars(sa.select(SecurityEvent.kind).where(SecurityEvent.person_id == card_holder)).all()


@pytest.mark.parametrize(
    ("name", "status"),
    # A colleague of the grid; of another grid, of another community; without this work; no office at all.
    [("lan", 200), ("shao", 200), ("bai", 404), ("bu", 403), ("jie", 403), ("admin", 403), ("ning", 403)],
)
def test_only_staff_of_the_very_place_may(town, card_holder, name, status):
    body = {"birthYear": 1949, "reason": WHY}
    assert town.phone(name).put(f"/people/{card_holder}", body).status_code == status
    # Whoever may not hears nothing of the fields.
    if status != 200:
        assert town.phone(name).put(f"/people/{card_holder}", {"birthYear": "x"}).status_code == status


def test_nobody_corrects_their_own_record_and_no_grid_worker_another_grids(town):
    tong = town.person("tong").id
    with pytest.raises(NotAllowed, match="小程序"):
        correct(town, tong, birth_year=1990)
    assert town.phone("tong").put(f"/people/{tong}", {"reason": WHY}).status_code == 403
    with pytest.raises(NotFound):
        correct(town, town.person("pei").id, by_whom="shao", birth_year=1990)


@pytest.mark.parametrize(
    ("body", "error", "field"),
    [
        ({"gridId": "白桦"}, "NOT_THAT_GRID", None),
        ({"address": "白桦社区 3 号楼"}, "INVALID_INPUT", "address"),
        ({"birthYear": 2100}, "INVALID_INPUT", "birthYear"),
        ({"realName": None}, "INVALID_INPUT", "realName"),
        ({"reason": "，"}, "INVALID_INPUT", "reason"),
    ],
)
def test_what_cannot_be_of_this_place_or_this_person_is_refused(town, card_holder, body, error, field):
    if "gridId" in body:
        body = {"gridId": session.scalar(sa.text("SELECT id FROM organisations WHERE name LIKE '白桦-%'"))}
    answer = town.phone("tong").put(f"/people/{card_holder}", {"reason": WHY, **body})
    assert (answer.status_code, answer.json["error"]) == (422, error)
    assert field is None or field in answer.json["data"]
    assert lines_of(card_holder) == []


def test_an_address_may_name_its_own_community(town, card_holder):
    assert correct(town, card_holder, address="松涛社区雪松家园 9 号楼") == ["address"]


def test_a_household_shares_a_phone_and_one_person_has_one_card(town, card_holder):
    with transaction():
        other = actions.create_card_holder("孙大爷", town.songtao, actor=by(town, "tong")).id
    assert correct(town, other, phone="15600000077") == ["phone"]
    assert len(lines_of(other, "share_phone")) == 1
    with pytest.raises(actions.AlreadyRegistered) as refused:
        correct(town, other, real_name="钱 桂花")
    assert refused.value.facts == {"cardNumber": session.get(Person, card_holder).card_number}
    # Born in another year it is another one.
    assert correct(town, other, real_name="钱桂花", birth_year=1980) == ["real_name", "birth_year"]


def at_once(town, *jobs):
    barrier = Barrier(len(jobs))

    def run(job):
        person_id, name, changes = job
        with town.app.app_context():
            barrier.wait(timeout=20)
            try:
                with transaction():
                    return correcting.correct(person_id, changes, WHY, actor=By(name))[2]
            except actions.AlreadyRegistered as refused:
                return refused.name()
            finally:
                session.remove()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))


def test_two_clerks_at_once_keep_each_others_fields(town, card_holder):
    tong, lan = town.person("tong").id, town.person("lan").id
    jobs = (card_holder, tong, {"real_name": "钱桂华"}), (card_holder, lan, {"birth_year": 1951})
    assert at_once(town, *jobs) == [["real_name"], ["birth_year"]]
    assert record(card_holder)[0::2] == ("钱桂华", 1951, town.place("松涛-03"))


def test_of_two_written_down_as_one_at_once_the_second_is_refused(town):
    tong = by(town, "tong")
    with transaction():
        made = [actions.create_card_holder(name, town.songtao, actor=tong).id for name in ("吴一", "吴二")]
    told = {"real_name": "吴三", "phone": "15600000066"}
    answers = at_once(town, *((one, tong.id, told) for one in made))
    assert sorted(answers, key=str) == ["ALREADY_REGISTERED", ["real_name", "phone"]]
