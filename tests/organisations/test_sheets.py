"""A sheet is looked through before anything is done: whoever is told that its rows can be imported is told the truth."""

from backend.imports import actions as imports
from tests.wishes import cast

PLACES = ["类别", "名称", "上级"]


def looked_up(town, kind, name, *rows):
    checked = imports.look_up(imports.check(kind, [list(row) for row in rows]), actor=cast.by(town, name))
    return len(checked.rows), [(line, sentence) for line, _column, sentence in checked.faults]


def test_a_parent_that_is_not_there_is_named_before_the_import(town):
    good, faults = looked_up(
        town,
        "places",
        "admin",
        PLACES,
        ["社区", "新桥社区", "不存在街道"],
        ["街道", "新兴街道", "青松市"],
        ["社区", "新桥社区", "新兴街道"],
        ["网格", "新桥-01", "新桥社区"],
        ["网格", "新兴-99", "新兴街道"],
        ["街道", "林海街道", "青松市"],
        ["社区", "红松社区", "林海街道"],
    )
    assert good == 5
    assert [line for line, _sentence in faults] == [2, 6]
    assert "不存在街道" in faults[0][1]
    assert faults[1][1] == "网格 不能放在 街道（乡镇） 之下"


def test_a_name_that_two_places_have_is_named_before_the_import(town):
    good, faults = looked_up(
        town,
        "places",
        "admin",
        PLACES,
        ["街道", "同名", "青松市"],
        ["单位", "同名", "青松市"],
        ["社区", "新桥社区", "同名"],
    )
    assert (good, [line for line, _sentence in faults]) == (2, [4])


def test_a_community_or_grid_that_is_not_there_is_named_before_the_import(town):
    head = ["姓名", "社区", "网格"]
    good, faults = looked_up(
        town,
        "residents",
        "tong",
        head,
        ["张三", "松涛社区", "松涛-01"],
        ["李四", "松涛社区", "新兴-99"],
        ["王五", "白桦社区", ""],
    )
    assert (good, [line for line, _sentence in faults]) == (1, [3, 4])


def test_a_unit_that_is_not_there_is_named_before_the_import(town):
    head = ["姓名", "手机号", "单位", "社区"]
    good, faults = looked_up(
        town,
        "members",
        "tong",
        head,
        ["张三", "13800138000", "市教育局", "松涛社区"],
        ["李四", "13800138001", "没有的局", "松涛社区"],
    )
    assert (good, [line for line, _sentence in faults]) == (1, [3])
