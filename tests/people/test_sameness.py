"""Who is one person, who another, and when nobody knows; by which name people are addressed."""

import pytest

from backend.people.family_names import title_name
from backend.people.sameness import Known, address_gist, address_key, likeness, name_key

HOUSE = "雪松家园9号楼2单元"


@pytest.mark.parametrize(
    "written",
    [
        "雪松家园 9 号楼 2 单元",
        "雪松家园９号楼２单元",
        "雪松家园9栋2单元",
        "雪松家园-9号楼-2单元",
        "雪松家园9幢 2单元",
    ],
)
def test_one_address_in_many_ways_is_one(written):
    assert address_key(written) == address_key(HOUSE)


@pytest.mark.parametrize("written", ["雪松家园92单元", "雪松家园9号楼12单元", "雪杉家园9号楼2单元"])
def test_another_address_is_another(written):
    assert address_key(written) != address_key(HOUSE)
    assert address_gist(written) != address_gist(HOUSE)


def test_an_address_that_leaves_words_out_is_only_near():
    assert address_key("雪松家园9-2") != address_key(HOUSE)
    assert address_gist("雪松家园9-2") == address_gist(HOUSE)


def test_one_name_in_many_ways_is_one():
    assert len({name_key(one) for one in ("周某", "周　某", " 周 某", "周\u2003某")}) == 1
    assert name_key("阿依古丽·买买提") == name_key("阿依古丽•买买提") == name_key("阿依古丽．买买提")
    assert name_key("Ｊｏｈｎ Smith") == name_key("john smith") != name_key("john smyth")


A = Known("周某", "15600000001", HOUSE, 1950)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Known("周 某", "15600000001"), "same"),
        (Known("周某", "", "雪松家园 ９ 栋 2 单元"), "same"),
        (Known("周某", "15600000001", "别处 1 号"), "same"),
        (Known("周某", "１５６-0000-0001", "", 1950), "same"),
        # A household's phone; father and son of one name.
        (Known("钱某", "15600000001"), "another"),
        (Known("周某", "15600000001", HOUSE, 1980), "another"),
        (Known("周某", "15600000002"), "another"),
        (Known("周某", "", "林语苑 3 号"), "another"),
        # Nobody knows.
        (Known("周某"), "doubtful"),
        (Known("周某", "15600000002", HOUSE), "doubtful"),
        (Known("周某", "", "雪松家园9-2"), "doubtful"),
        (Known("周某", "15600000002", "", 1950), "doubtful"),
    ],
)
def test_who_is_the_same_person(other, expected):
    assert likeness(A, other)[0] == likeness(other, A)[0] == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("欧阳娜娜", "欧阳"),
        ("上官 婉儿", "上官"),
        ("诸葛亮", "诸葛"),
        ("司马光", "司马"),
        ("爱新觉罗溥仪", "爱新觉罗"),
        ("歐陽修", "歐陽"),
        # Single family names that begin as compound ones do.
        ("欧某", "欧"),
        ("司某某", "司"),
        ("佟佳慧", "佟"),
        ("𠮷某", "𠮷"),
        ("阿依古丽·买买提", "阿依古丽"),
        ("阿依古丽•买买提", "阿依古丽"),
        ("Christopher Alexander Johnson-Smith", None),
        ("😀小明", None),
        ("\u200f王某", None),
        ("①某", None),
        ("ئۇيغۇر", None),
    ],
)
def test_a_title_is_made_of_the_family_name(name, expected):
    assert title_name(name) == expected
