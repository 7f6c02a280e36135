"""The most particular rule in force says how long something may take."""

from datetime import date

import pytest

from backend.db import transaction
from backend.duties import queries, terms
from backend.duties.actions import categories
from backend.duties.kinds import TermUnit
from backend.duties.terms import Term
from backend.errors import InvalidInput

DAY = date(2026, 3, 2)


def term(category, kind=None, urgency="normal", level=3, on=DAY):
    found = terms.term_of(category, kind, urgency, level, on)
    return found.value, found.unit


def test_without_a_rule_the_level_says_and_a_question_or_an_emergency_before_it(town):
    assert [term(None, level=level) for level in (1, 2, 3)] == [(0, "wd"), (3, "wd"), (5, "wd")]
    assert term(None, "consult") == (2, "wd")
    assert term("building.leak", urgency="emergency") == (2, "hour")


def test_a_category_says_more_than_a_level_and_an_urgency_more_than_a_category(town):
    assert term("environment.rubbish", level=3) == (1, "wd")
    with transaction():
        categories.set_term(
            Term(1, TermUnit.OFFICE_HOUR),
            valid_from=date(2025, 1, 1),
            urgency="emergency",
            actor=town.person("zhuo"),
        )
        categories.set_term(
            Term(15, TermUnit.WD),
            valid_from=date(2025, 1, 1),
            request_kind="complain",
            actor=town.person("zhuo"),
        )
    assert term("building.leak", urgency="emergency") == (1, "office_hour")
    assert term(None, "complain") == (15, "wd")
    assert term("building.leak", "complain") == (5, "wd")


def test_a_rule_counts_from_its_day_on(town):
    with transaction():
        categories.set_category(
            "building.leak",
            "屋面外墙漏水",
            term=Term(7, TermUnit.WD),
            valid_from=date(2026, 4, 1),
            actor=town.person("zhuo"),
        )
    assert term("building.leak") == (5, "wd")
    assert term("building.leak", on=date(2026, 4, 1)) == (7, "wd")


def test_categories_have_three_levels_and_a_parent(town):
    office = town.person("zhuo")
    with transaction():
        deep = categories.set_category("noise.drone.night", "夜间飞行", valid_from=DAY, actor=office)
        assert deep.depth == 3
        for code in ("noise.drone.night.loud", "moon.dust"):
            with pytest.raises(InvalidInput):
                categories.set_category(code, "太深", valid_from=DAY, actor=office)
    shown = {one.code: one for one in queries.view_categories(queries.categories().rows(50))}
    assert shown["noise.drone.night"].term == shown["noise.drone"].term == Term(5, TermUnit.WD)
    assert shown["noise"].term is None


def test_an_estate_is_entered_once(town):
    with transaction():
        one = categories.add_estate(town.songtao, "雪松家园", actor=town.person("admin"))
    assert [row.name for row in queries.estates(town.songtao).rows(9)] == ["雪松家园", "云杉小区"]
    assert one.name == "雪松家园"
