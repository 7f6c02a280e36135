"""Who may do what: appointments on their days and in their places, facts, and nothing else."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.journal import JournalLine
from backend.organisations import actions as places
from backend.people import actions, permissions
from backend.people.models import ROLES, Appointment
from tests.wishes import cast

WORD = "wish:review"


def appoint(town, name, role="community_staff", place=None, begin=0, end=None, actor="admin"):
    """An appointment from `begin` to `end`, in days from today."""
    today = clock.today()
    with transaction():
        return actions.appoint(
            town.person(name).id,
            role,
            place or town.songtao,
            today + timedelta(days=begin),
            None if end is None else today + timedelta(days=end),
            actor=actor and cast.by(town, actor),
        )


def may(town, name, place, word=WORD):
    return permissions.appointed(town.person(name).id, word, place)


def test_an_appointment_counts_from_its_first_day_to_its_last_and_not_a_day_longer(town):
    appoint(town, "wulan", begin=2, end=4)
    seen = []
    for days in range(7):
        with clock.frozen_at(clock.day_starts(clock.today() + timedelta(days=days))):
            seen.append(may(town, "wulan", town.songtao))
    assert seen == [False, False, True, True, True, False, False]


def test_the_day_of_an_appointment_is_chinas(town):
    """At 16:00 UTC the next day has begun in China."""
    appoint(town, "wulan", end=0)
    ends = clock.day_ends(clock.today())
    with clock.frozen_at(ends - timedelta(seconds=1)):
        assert may(town, "wulan", town.songtao)
    with clock.frozen_at(ends):
        assert not may(town, "wulan", town.songtao)


def words_beside(person_id, place):
    """What a list reads in its own statement."""
    told = sa.select(permissions.roles_subquery(sa.bindparam("place")))
    return permissions.parse_roles(
        session.scalar(told, {"place": place, **permissions.bind_viewer(person_id)})
    )


@pytest.mark.parametrize("days", range(5))
def test_every_way_to_ask_gives_the_same_answer_on_every_day_and_in_every_place(town, days):
    """One by one, all words of a place, many places at once, beside the rows of a list, and by its reach."""
    appoint(town, "wulan", begin=1, end=3)
    appoint(town, "wulan", role="shop_keeper", place=town.baihua, begin=3)
    songtao, grid, baihua = town.songtao, town.place("松涛-03"), town.baihua
    stands = {
        songtao: 1 <= days <= 3,
        grid: 1 <= days <= 3,
        town.place("林海街道"): False,
        town.place("育才社区"): False,
    }
    wulan = town.person("wulan").id
    with clock.frozen_at(clock.now() + timedelta(days=days)):
        many = permissions.permissions_in_many(wulan, [*stands, baihua])
        reached = set(session.scalars(permissions.reach_of(wulan, WORD)))
        for place, expected in stands.items():
            words = permissions.permissions_in(wulan, place)
            assert words == (permissions.BY_ROLE["community_staff"] if expected else frozenset())
            assert words == many[place] == words_beside(wulan, place)
            assert (WORD in words) == may(town, "wulan", place) == (place in reached)
        keeps = permissions.BY_ROLE["shop_keeper"] if days >= 3 else frozenset()
        assert (
            many[baihua] == permissions.permissions_in(wulan, baihua) == words_beside(wulan, baihua) == keeps
        )


def test_a_word_is_somebodys_as_long_as_one_appointment_with_it_stands(town):
    """Whether the city has anyone at all for a task: asked where nobody would do it otherwise."""
    word = "journal:read"
    with transaction():
        session.execute(sa.delete(Appointment).where(Appointment.role == "auditor"))
    appoint(town, "wulan", role="auditor", begin=1, end=3)
    appoint(town, "ning", role="auditor", begin=6)
    seen = []
    for days in range(8):
        with clock.frozen_at(clock.now() + timedelta(days=days)):
            seen.append(permissions.anyone_with(word))
    assert seen == [False, True, True, True, False, False, True, True]


def test_an_appointment_without_an_end_stands(town):
    with clock.frozen_at(clock.now() + timedelta(days=3650)):
        assert may(town, "tong", town.songtao)


def test_the_end_of_an_appointment_closes_the_open_session_s_doors_at_once(town):
    phone = town.phone("tong")
    assert phone.get("/wishes/to-review").status_code == 200
    with transaction():
        session.execute(
            sa.update(Appointment)
            .where(Appointment.person_id == phone.id)
            .values(from_day=clock.today() - timedelta(days=9), to_day=clock.today() - timedelta(days=1))
        )
    assert phone.get("/wishes/to-review").status_code == 403
    assert phone.data("GET", "/me")["roles"] == []


def test_an_appointment_reaches_the_subtree_and_neither_up_nor_aside(town):
    street, grid = town.place("林海街道"), town.place("松涛-03")
    assert may(town, "tong", town.songtao)
    assert may(town, "tong", grid)
    assert not may(town, "tong", street)
    assert not may(town, "tong", town.baihua)
    assert may(town, "jie", grid, "wish:coordinate")
    assert may(town, "jie", town.baihua, "wish:coordinate")
    assert not may(town, "jie", town.place("育才社区"), "wish:coordinate")
    assert not may(town, "shao", town.songtao, "wish:report")
    assert not may(town, "shao", town.place("松涛-01"), "wish:report")


def test_a_place_that_is_founded_later_is_reached_from_above(town):
    with transaction():
        grid = places.add(town.songtao, "grid", "松涛-99").id
    assert may(town, "tong", grid)
    assert may(town, "shang", grid, "wish:read")


def test_roles_in_two_places_do_not_mix(town):
    appoint(town, "shao", place=town.baihua)
    assert may(town, "shao", town.baihua)
    assert not may(town, "shao", town.songtao)
    words = permissions.permissions_in_many(
        town.person("shao").id, [town.baihua, town.songtao, town.place("松涛-03")]
    )
    assert WORD in words[town.baihua]
    assert words[town.songtao] == frozenset()
    assert "wish:report" in words[town.place("松涛-03")]
    assert WORD not in words[town.place("松涛-03")]


def test_a_word_that_nobody_was_given_is_refused_to_everyone(town):
    for person in cast.everyone():
        assert not permissions.appointed(person.id, "wish:delete")
        with pytest.raises(NotAllowed):
            permissions.require(person.id, "wish:delete", town.songtao)


def test_a_resident_has_no_word_anywhere(town):
    ning = town.person("ning").id
    words = frozenset().union(*permissions.BY_ROLE.values())
    assert [word for word in words if permissions.appointed(ning, word)] == []


def test_every_role_that_can_be_given_is_known_to_the_table_and_no_other(town):
    assert set(permissions.BY_ROLE) == set(ROLES)
    with pytest.raises(sa.exc.IntegrityError):
        appoint(town, "wulan", role="emperor")


def test_staff_of_another_place_learn_nothing_and_strangers_are_refused(town):
    with pytest.raises(NotFound):
        permissions.require(town.person("bai").id, WORD, town.songtao)
    with pytest.raises(NotAllowed):
        permissions.require(town.person("ning").id, WORD, town.songtao)
    permissions.require(town.person("tong").id, WORD, town.songtao)


def test_a_resident_without_a_known_grid_may_be_helped_by_any_grid_worker_of_the_community(town):
    shao = town.person("shao").id
    permissions.require_near(shao, "person:create", town.songtao, None)
    permissions.require_near(shao, "person:create", town.songtao, town.place("松涛-03"))
    for community, grid in ((town.songtao, town.place("松涛-01")), (town.baihua, None)):
        with pytest.raises(NotFound):
            permissions.require_near(shao, "person:create", community, grid)


def test_a_grid_worker_of_another_community_helps_no_resident_here_even_without_a_known_grid(town):
    with transaction():
        elsewhere = places.add(town.baihua, "grid", "白桦-99").id
    appoint(town, "wulan", role="grid_worker", place=elsewhere)
    permissions.require_near(town.person("wulan").id, "person:create", town.baihua, None)
    with pytest.raises(NotFound):
        permissions.require_near(town.person("wulan").id, "person:create", town.songtao, None)


def test_only_the_city_appoints_and_never_itself(town):
    for name in ("tong", "jie", "ning", "shang"):
        with pytest.raises((NotAllowed, NotFound)):
            appoint(town, "wulan", actor=name)
    with pytest.raises(NotAllowed):
        appoint(town, "admin", role="auditor")
    assert not may(town, "wulan", town.songtao)


def test_an_appointment_stands_in_the_journal_with_who_gave_it(town):
    row = appoint(town, "wulan", role="supervisor")
    line = session.scalars(sa.select(JournalLine).order_by(JournalLine.id.desc()).limit(1)).one()
    assert (line.verb, line.actor_id, line.subject_id) == ("appoint", town.person("admin").id, row.person_id)
    assert line.facts == {"role": "supervisor", "appointment": row.id}


def test_an_appointment_does_not_end_before_it_begins(town):
    with pytest.raises(sa.exc.IntegrityError):
        appoint(town, "wulan", begin=1, end=0)
