"""A duty list is data with versions: a sheet is compared, looked at, confirmed, and the version before stays."""

from datetime import date

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.duties import queries
from backend.duties.actions import lists
from backend.duties.kinds import ListKind, RowKind
from backend.duties.models import DutyImportRow, DutyItem, DutyList
from backend.errors import InvalidInput, NotAllowed, NotFound
from tests.duties.sheets import confirmed, previewed

KIND = ListKind.TAKEN_BACK
MARKET = "市市场监管局"
FIRST = [
    ("S-1", "食品安全检查", MARKET, "", "《食品安全法》", "market.restaurant"),
    ("S-2", "特种设备检查", MARKET, "市住建局", "", ""),
]


@pytest.fixture
def first(town):
    """The list of the demo city is replaced by one of two items."""
    return confirmed(town, previewed(town, KIND, date(2025, 1, 1), *FIRST).id)


def counts(found):
    return {kind: many for kind, many in queries.view_imports([found])[0].counts.items() if many}


def rows(found, kind):
    wanted = sa.select(DutyImportRow).where(DutyImportRow.import_id == found.id, DutyImportRow.kind == kind)
    return session.scalars(wanted.order_by(DutyImportRow.id)).all()


def items_on(day):
    return {
        one.code: one.name for one in queries.items(None, None, None, day).rows(500) if one.code[:2] == "S-"
    }


def test_the_demo_city_has_three_lists_of_a_town_with_190_items(town):
    many = sa.select(DutyList.kind, sa.func.count()).join(DutyItem, DutyItem.list_id == DutyList.id)
    found = dict(session.execute(many.group_by(DutyList.kind)).all())
    assert sum(found[kind] for kind in ("town_basic", "town_cooperate", "taken_back")) == 190


def test_nothing_is_written_before_somebody_has_confirmed(town):
    before = queries.newest(KIND)
    made = previewed(town, KIND, date(2025, 1, 1), *FIRST)
    assert queries.newest(KIND).id == before.id
    assert items_on(date(2025, 6, 1)) == {}
    assert counts(made) == {"new": 2, "changed": 50}
    assert made.list_id is None


def test_the_version_before_ends_with_the_day_before_and_still_says_what_it_said(town, first):
    changed = [
        ("S-1", "食品安全监督检查", MARKET, "", "《食品安全法》", "market.restaurant"),
        ("S-3", "新的事项", MARKET),
    ]
    made = confirmed(town, previewed(town, KIND, date(2026, 1, 1), *changed).id)
    assert counts(made) == {"new": 1, "changed": 2}
    assert {row.code: row.changes for row in rows(made, RowKind.CHANGED)} == {
        "S-1": ["名称"],
        "S-2": ["这一版里没有了"],
    }
    assert items_on(date(2025, 12, 31)) == {"S-1": "食品安全检查", "S-2": "特种设备检查"}
    assert items_on(date(2026, 1, 1)) == {"S-1": "食品安全监督检查", "S-3": "新的事项"}
    ended, now = session.get_one(DutyList, first.list_id), session.get_one(DutyList, made.list_id)
    assert (ended.valid_to, now.valid_to, now.version) == (date(2025, 12, 31), None, ended.version + 1)


def test_the_same_sheet_twice_changes_nothing(town, first):
    again = confirmed(town, previewed(town, KIND, date(2026, 1, 1), *FIRST).id)
    assert counts(again) == {"same": 2}
    assert again.list_id is None
    assert queries.newest(KIND).id == first.list_id


def test_a_row_that_nobody_could_read_is_named_and_what_it_meant_stays(town, first):
    made = previewed(
        town,
        KIND,
        date(2026, 1, 1),
        ("S-1", "", MARKET),
        ("S-2", "特种设备检查", "市飞行局", "", "", "market.cafe"),
        ("S-2", "又一次", MARKET),
        ("S-4", "没有牵头部门的"),
        ("S-5", "期限写得不对的", MARKET, "", "", "", "很快"),
    )
    told = {row.line: row.faults for row in rows(made, RowKind.UNREADABLE)}
    assert told == {
        2: ["名称：请填写"],
        3: ["牵头部门：没有叫“市飞行局”的单位，请按系统里的名称填写", "事项分类：没有“market.cafe”这个分类"],
        4: ["和第 3 行重复，请合并成一行"],
        5: ["牵头部门：这种清单的每一项都要写牵头部门"],
        6: ["办理期限：应写成“5 个工作日”“2 小时”或“5 个工作小时”"],
    }
    assert counts(made) == {"unreadable": 5, "same": 2}
    assert confirmed(town, made.id).list_id is None
    assert items_on(date(2026, 2, 1)) == {"S-1": "食品安全检查", "S-2": "特种设备检查"}


def test_terms_cooperators_and_categories_are_kept_as_written(town):
    made = confirmed(
        town,
        previewed(
            town,
            KIND,
            date(2025, 1, 1),
            ("S-9", "检查", MARKET, "市住建局、林海街道", "", "餐饮卫生，road.pothole", "5 个工作小时"),
        ).id,
    )
    (item,) = [one for one in queries.items(made.list_id, None, None, None).rows(10) if one.code == "S-9"]
    shown = queries.view_items([item])[0]
    assert [one.name for one in shown.cooperators] == ["林海街道", "市住建局"]
    assert shown.categories == ["market.restaurant", "road.pothole"]
    assert (shown.term.value, shown.term.unit) == (5, "office_hour")


def test_a_sheet_is_confirmed_once_and_not_over_a_newer_version(town, first):
    one = previewed(town, KIND, date(2026, 1, 1), ("S-1", "改一次", MARKET))
    two = previewed(town, KIND, date(2026, 2, 1), ("S-1", "改两次", MARKET))
    confirmed(town, one.id)
    with pytest.raises(lists.ListImported):
        confirmed(town, one.id)
    with pytest.raises(lists.ListMovedOn):
        confirmed(town, two.id)
    assert items_on(date(2026, 3, 1)) == {"S-1": "改一次"}


def test_the_next_version_begins_later_than_the_one_before(town, first):
    with pytest.raises(InvalidInput):
        previewed(town, KIND, date(2025, 1, 1), *FIRST)


@pytest.mark.parametrize("name", ["tang", "xiang", "admin", "ning"])
def test_the_list_office_alone_changes_lists(town, name):
    with pytest.raises((NotAllowed, NotFound)):
        previewed(town, KIND, date(2025, 1, 1), *FIRST, by=name)


def test_the_database_alone_keeps_one_current_version_of_a_kind(town):
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(
            sa.insert(DutyList).values(kind=KIND, version=9, title="另一版", valid_from=date(2026, 1, 1))
        )
