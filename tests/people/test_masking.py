"""One mask at three levels, and who stands how near to whom."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from backend import crypto
from backend.db import session
from backend.organisations.models import Organisation
from backend.people import queries
from backend.people.masking import IN_FULL, Kind, Level, level, levels, masked
from backend.people.models import Person
from backend.people.permissions import Permission

BACKEND = Path(__file__).parents[2] / "backend"


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("name", "裴长青", "裴**"),
        ("name", "裴青", "裴*"),
        ("name", "裴", "裴*"),
        ("name", "乌兰察布巴特尔", "乌**"),
        ("name", "𠮷野", "𠮷*"),
        ("officer", "佟雨禾", "佟**"),
        ("phone", "15612345677", "156******77"),
        ("card", "P000001", "P00**01"),
        ("address", "雪松家园 7 号楼", "***"),
        ("name", None, None),
        ("phone", "", None),
        ("address", None, None),
    ],
)
def test_the_public_sees_what_the_guideline_allows(kind, value, shown):
    assert masked(Kind(kind), value) == masked(Kind(kind), value, Level.PUBLIC) == shown


@pytest.mark.parametrize(
    ("kind", "value", "colleague", "at_work"),
    [
        ("name", "裴长青", "裴**", "裴长青"),
        ("officer", "佟雨禾", "佟雨禾", "佟雨禾"),
        ("card", "P000001", "P000001", "P000001"),
        ("phone", "15612345677", "156******77", "156******77"),
        ("address", "雪松家园 7 号楼", "***", "***"),
    ],
)
def test_staff_see_more_and_never_a_number_or_an_address_unopened(kind, value, colleague, at_work):
    assert masked(Kind(kind), value, Level.COLLEAGUE) == colleague
    assert masked(Kind(kind), value, Level.AT_WORK) == at_work


def test_whoever_stands_nearer_never_sees_less():
    assert IN_FULL.keys() == set(Kind)
    for near in IN_FULL.values():
        assert Level.PUBLIC not in near
        assert Level.AT_WORK in near or not near


@settings(deadline=None)
@given(st.sampled_from([Kind.NAME, Kind.ADDRESS]), st.text(min_size=2))
def test_a_mask_of_any_name_or_address_shows_one_character_at_most(kind, value):
    shown = masked(kind, value)
    assert shown.rstrip("*") in ("", value[0].rstrip("*"))
    assert len(shown) <= 3


@settings(deadline=None)
@given(st.from_regex(r"1[0-9]{10}", fullmatch=True), st.sampled_from(Level))
def test_a_mask_of_any_phone_number_hides_six_digits(phone, near):
    shown = masked(Kind.PHONE, phone, near)
    assert (len(shown), shown.count("*")) == (11, 6)
    assert (shown[:3], shown[-2:]) == (phone[:3], phone[-2:])


# Who sees the people of 松涛社区 how, doing what.
NEAR = {
    ("tong", Permission.WISH_CONFIRM): Level.AT_WORK,
    ("lan", Permission.SIGN_UP_RECORD): Level.AT_WORK,
    ("bu", Permission.REDEMPTION_HAND_OVER): Level.AT_WORK,
    # Not their work.
    ("bu", Permission.WISH_CONFIRM): Level.COLLEAGUE,
    ("yan", Permission.WISH_CONFIRM): Level.COLLEAGUE,
    # At work elsewhere, or above: 林海街道, the city.
    ("bai", Permission.WISH_CONFIRM): Level.COLLEAGUE,
    ("jie", Permission.WISH_READ): Level.COLLEAGUE,
    ("admin", Permission.REGISTER_TOTALS): Level.COLLEAGUE,
    ("shang", Permission.WISH_READ): Level.COLLEAGUE,
    # No office at all; a team leader's nearness is a fact about the team, not an office.
    ("ning", Permission.WISH_CONFIRM): Level.PUBLIC,
    ("wulan", Permission.SIGN_UP_RECORD): Level.PUBLIC,
}


@pytest.mark.parametrize(("name", "word"), NEAR)
def test_who_does_the_work_in_this_very_place_is_near(town, name, word):
    assert level(town.person(name).id, town.songtao, word) == NEAR[name, word]


def test_who_left_office_is_nobodys_colleague_from_that_day(town):
    town.out_of_office("tong")
    assert level(town.person("tong").id, town.songtao, Permission.WISH_CONFIRM) == Level.PUBLIC


def test_a_grid_worker_is_at_work_in_their_own_grid_alone(town, statements):
    wanted = sa.select(Organisation.id).where(
        Organisation.kind == "grid", Organisation.parent_id == town.songtao
    )
    shao = town.person("shao").id
    grids = set(session.scalars(wanted))
    with statements() as seen:
        near = levels(shao, [*grids, town.songtao], Permission.WISH_CONFIRM)
    assert len(seen) == 1
    own = {place for place, how in near.items() if how == Level.AT_WORK}
    assert len(own) == 1
    assert own < grids
    assert set(near.values()) == {Level.AT_WORK, Level.COLLEAGUE}


# Where text is blotted out that somebody typed: no value of a person that is shown by a level.
BLOTS = {"rights/readers.py", "wechat/live.py"}


def test_nothing_else_makes_a_mask():
    stars = re.compile(r"""["']\*+["']""")
    makers = {
        path.relative_to(BACKEND).as_posix()
        for path in BACKEND.rglob("*.py")
        if stars.search(path.read_text())
    }
    assert makers == BLOTS | {"people/masking.py"}


def test_a_name_is_opened_once_for_everybody_and_remembered_masked(town, monkeypatch):
    """For a wall of twenty wishes nobody opens twenty names again and again; what is remembered is what all may read."""
    person, opened, unseal = town.person("pei"), [], crypto.unseal
    monkeypatch.setattr(crypto, "unseal", lambda *of: opened.append(of) or unseal(*of))
    name = session.scalar(sa.select(Person.real_name_sealed).where(Person.id == person.id))
    queries._publicly.cache_clear()
    assert [queries.masked_name(person.id, name) for _ in range(3)] == ["裴**"] * 3
    assert len(opened) == 1
    # Whoever works with them reads the name, which is opened each time and remembered nowhere.
    assert [queries.masked_name(person.id, name, Level.AT_WORK) for _ in range(2)] == ["裴长青"] * 2
    assert len(opened) == 3
    # A name that is changed is another sealed text.
    other = crypto.seal("欧阳长青", f"persons.real_name:{person.id}")
    assert (queries.masked_name(person.id, other), queries.family_name(person.id, other)) == ("欧**", "欧阳")
