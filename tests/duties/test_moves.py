"""Who may decide what somebody proposed of a list."""

import pytest

from backend.db import transaction
from backend.duties.actions import changes
from backend.duties.kinds import ChangeState
from backend.duties.states import ChangeDecided
from backend.errors import FourEyes, NotAllowed, NotFound, Refused


def proposed(town, by):
    with transaction():
        return changes.propose("无人机噪声由市场监管局牵头", "没有单位认领", actor=town.person(by))


def decided(town, change, by, granted=True):
    with transaction():
        return changes.decide(change.id, granted, "已经和两个单位商量", actor=town.person(by))


@pytest.mark.parametrize("by", ["shao", "tong", "jie", "tang", "zong", "xiang", "lou", "zhuo"])
def test_whoever_works_with_the_lists_proposes(town, by):
    assert proposed(town, by).state == ChangeState.PROPOSED


@pytest.mark.parametrize("by", ["ning", "pei", "bu", "shang"])
def test_nobody_else_does(town, by):
    with pytest.raises(NotAllowed):
        proposed(town, by)


@pytest.mark.parametrize("granted", [True, False], ids=["granted", "rejected"])
def test_the_list_office_decides_once(town, granted):
    change = proposed(town, "tang")
    assert decided(town, change, "zhuo", granted).state == ("granted" if granted else "rejected")
    with pytest.raises(ChangeDecided):
        decided(town, change, "zhuo")


def test_nobody_decides_what_they_proposed(town):
    with pytest.raises(FourEyes):
        decided(town, proposed(town, "zhuo"), "zhuo")


@pytest.mark.parametrize("by", ["tang", "kong", "tong", "admin", "shang", "ning"])
def test_nobody_else_decides(town, by):
    change = proposed(town, "tang")
    with pytest.raises((NotAllowed, NotFound)) as refused:
        decided(town, change, by)
    assert issubclass(refused.type, Refused)
