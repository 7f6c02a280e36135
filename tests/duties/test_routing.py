"""Category, place and date say who is in charge, and the sentence says why (governance 1)."""

from datetime import date

import pytest

from backend.duties import routing
from backend.duties.kinds import ListKind, Outcome
from backend.errors import InvalidInput
from tests.duties.sheets import confirmed, previewed

DAY = date(2026, 3, 2)


def led(town, category, place="松涛-03", on=DAY):
    found = routing.route(category, town.place(place), on)
    return found.outcome, [one.lead_name for one in found.suggestions], found.town_allowed


@pytest.mark.parametrize(
    ("category", "place", "expected"),
    [
        ("environment.rubbish", "松涛-03", (Outcome.ONE, ["松涛-03"], True)),
        ("environment.rubbish", "松涛社区", (Outcome.ONE, ["松涛社区"], True)),
        ("road.pothole", "松涛-03", (Outcome.ONE, ["林海街道"], True)),
        ("road.pothole", "铁兴社区", (Outcome.ONE, ["铁兴街道"], True)),
        ("building.leak", "松涛社区", (Outcome.ONE, ["市住建局"], True)),
        ("market.restaurant", "松涛社区", (Outcome.ONE, ["市市场监管局"], False)),
        ("heating.cold", "白桦社区", (Outcome.SEVERAL, ["林海街道", "市住建局"], True)),
        ("noise.drone", "松涛社区", (Outcome.NONE, ["林海街道"], True)),
    ],
    ids=[
        "rubbish-grid",
        "rubbish-community",
        "pothole",
        "pothole-elsewhere",
        "leak",
        "restaurant",
        "heating",
        "drone",
    ],
)
def test_who_is_in_charge(town, category, place, expected):
    assert led(town, category, place) == expected


def test_the_sentence_names_list_version_item_and_who_helps(town):
    (leak,) = routing.route("building.leak", town.place("松涛社区"), DAY).suggestions
    assert leak.because == (
        "《乡镇（街道）配合履职事项清单（2024 年版）》第 1 版第 001 项“房屋漏水的查勘和维修监督”，"
        "由市住建局牵头，林海街道配合"
    )
    assert [one.name for one in leak.cooperators] == ["林海街道"]
    assert (leak.level, leak.list_item.code, leak.list_item.version) == (3, "001", 1)
    (none,) = routing.route("noise.drone", town.place("松涛社区"), DAY).suggestions
    assert none.list_item is None
    assert "清单里没有这类事项" in none.because


def test_an_item_of_the_category_above_counts_where_none_is_nearer(town):
    confirmed(
        town,
        previewed(
            town, ListKind.TOWN_POWER, date(2025, 1, 1), ("P-1", "噪声扰民的劝导", "", "", "", "noise")
        ).id,
    )
    assert led(town, "noise.drone") == (Outcome.ONE, ["林海街道"], True)


def test_the_lists_of_that_day_count(town):
    confirmed(
        town,
        previewed(
            town,
            ListKind.TAKEN_BACK,
            date(2026, 6, 1),
            ("S-1", "无人机管理", "市市场监管局", "", "", "noise.drone"),
        ).id,
    )
    assert led(town, "noise.drone", on=date(2026, 5, 31))[0] == Outcome.NONE
    assert led(town, "noise.drone", on=date(2026, 6, 1)) == (Outcome.ONE, ["市市场监管局"], False)


def test_what_only_a_community_decides_routes_nothing(town):
    row = ("Z-1", "无人机公约", "", "", "", "noise.drone")
    confirmed(town, previewed(town, ListKind.AUTONOMY, date(2025, 1, 1), row).id)
    assert led(town, "noise.drone")[0] == Outcome.NONE


def test_a_category_that_nobody_knows_is_refused(town):
    with pytest.raises(InvalidInput):
        routing.route("moon.dust", town.songtao, DAY)
