"""The office of a place: how it is reached, who says so, and what lies nearest."""

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.journal import lines
from backend.opening_hours import HoursNotSensible
from backend.organisations.models import Organisation
from backend.people import offices
from tests.volunteering import cast as volunteering
from tests.wishes import cast

HOURS = [
    {"weekday": 1, "opens": "08:30", "closes": "11:30"},
    {"weekday": 1, "opens": "13:30", "closes": "17:00"},
]
CONTACT = {
    "telephone": "0458-2288123",
    "openingHours": HOURS,
    "address": "林海街道松涛路 8 号",
    "latitude": 47.0123,
    "longitude": 128.0345,
}
NOWHERE = dict.fromkeys(("telephone", "address", "latitude", "longitude")) | {"openingHours": []}


@pytest.fixture(autouse=True)
def nobody_has_said_anything(town):
    """As a city is before its staff say where their offices lie and how they are reached."""
    nothing = dict.fromkeys(("telephone", "address", "latitude", "longitude"))
    with transaction():
        session.execute(sa.update(Organisation).values(**nothing, opening_hours=sa.null()))


def told(answer):
    return {name: answer[name] for name in NOWHERE}


def test_staff_of_a_place_say_how_its_office_is_reached_and_everybody_reads_it(town):
    tong, ning = town.phone("tong"), town.phone("ning")
    path = f"/organisations/{town.songtao}"
    assert told(ning.data("GET", path)) == NOWHERE
    assert told(tong.data("PUT", f"{path}/contact", CONTACT)) == CONTACT
    assert told(ning.data("GET", path)) == CONTACT
    changed = tong.data(
        "PUT", f"{path}/contact", {"telephone": "（0458）2288124", "openingHours": HOURS[::-1]}
    )
    assert told(changed) == {**CONTACT, "telephone": "0458-2288124"}
    gone = tong.data("PUT", f"{path}/contact", {**NOWHERE, "telephone": None})
    assert told(gone) == NOWHERE
    verbs = [(one.verb, one.facts["fields"]) for one in lines("organisation", town.songtao)]
    assert verbs[1] == ("change_contact", ["opening_hours", "telephone"])


def test_only_its_staff_and_the_city_say_so(town):
    path = f"/organisations/{town.songtao}/contact"
    wanted = {"ning": 403, "bai": 404, "yan": 403, "tong": 200, "jie": 200, "admin": 200}
    assert {name: town.phone(name).put(path, CONTACT).status_code for name in wanted} == wanted
    # A body that does not fit tells a stranger nothing of its fields.
    assert town.phone("bai").put(path, {"telephone": 7}).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"telephone": "2288123"},
        {"openingHours": [{"weekday": 8, "opens": "08:00", "closes": "09:00"}]},
        {"openingHours": [{"weekday": 1, "opens": "09:00", "closes": "08:00"}]},
        {"openingHours": [*HOURS, {"weekday": 1, "opens": "11:00", "closes": "12:00"}]},
        {"latitude": 47.01},
        {"latitude": 91, "longitude": 128},
        {"address": "路" * 121},
    ],
)
def test_what_no_office_has_is_refused(town, wrong):
    assert town.phone("tong").put(f"/organisations/{town.songtao}/contact", wrong).status_code == 422


def test_the_database_alone_keeps_half_a_point_out(town):
    for wrong in (
        {"latitude": 47.0},
        {"longitude": 128.0},
        {"latitude": 47.0, "longitude": 181.0},
        {"latitude": 91.0, "longitude": 128.0},
        {"telephone": ""},
    ):
        with pytest.raises(sa.exc.IntegrityError), transaction():
            session.execute(sa.update(Organisation).where(Organisation.id == town.songtao).values(wrong))


def test_hours_keep_the_rules_of_a_shop(town):
    with pytest.raises(HoursNotSensible), transaction():
        offices.change_contact(town.songtao, opening_hours=[*HOURS, HOURS[0]], actor=cast.by(town, "tong"))


def _placed(town, **points):
    admin = cast.by(town, "admin")
    with transaction():
        for name, (latitude, longitude) in points.items():
            offices.change_contact(getattr(town, name), latitude=latitude, longitude=longitude, actor=admin)


def test_the_nearest_office_comes_first_and_those_without_a_place_last(town, statements):
    _placed(town, songtao=(47.10, 128.03), baihua=(47.02, 128.03))
    ning = town.phone("ning")
    address = "/organisations?kind=community&near=47.01,128.03"
    with statements() as seen:
        rows = ning.data("GET", address)["list"]
    assert len(seen) <= 4
    assert [(one["name"], one["distanceKm"]) for one in rows[:2]] == [("白桦社区", 1.1), ("松涛社区", 10.0)]
    assert all(one["distanceKm"] is None for one in rows[2:])
    paged, cursor = [], ""
    while cursor is not None:
        page = ning.data("GET", f"{address}&limit=1{cursor and '&cursor=' + cursor}")
        paged, cursor = paged + page["list"], page["nextCursor"]
    assert paged == rows
    assert ning.data("GET", "/organisations")["list"][0]["distanceKm"] is None


@pytest.mark.parametrize(
    "near", ["47.012,128.03", "47.01", "47.01,128.031", "91,0", "0,181", "a,b", "1e1,2", ""]
)
def test_a_point_is_told_to_two_decimals_and_no_more(town, near):
    ning = town.phone("ning")
    for path in ("/organisations", "/activities"):
        assert ning.get(f"{path}?near={near}").status_code == 422


def test_an_organisation_is_found_by_a_word_of_its_name(town):
    ning = town.phone("ning")
    found = ning.data("GET", "/organisations?q=松涛")["list"]
    assert "松涛社区" in [one["name"] for one in found]
    assert all("松涛" in one["name"] for one in found)
    assert ning.data("GET", "/organisations?q=松涛&kind=community")["list"] == [
        one for one in found if one["kind"] == "community"
    ]
    assert ning.data("GET", "/organisations?q=%25%25")["list"] == []
    assert ning.get("/organisations?q=松").status_code == 422


def test_activities_are_as_far_as_they_take_place_or_else_as_their_office(town):
    _placed(town, songtao=(47.50, 128.03))
    far = volunteering.published(town, title="在社区办公室")
    near = volunteering.published(town, title="在树林", latitude=47.02, longitude=128.03)
    ning = town.phone("ning")
    rows = ning.data("GET", f"/activities?near=47.01,128.03&communityId={town.songtao}&limit=50")["list"]
    shown = [(one["id"], one["distanceKm"]) for one in rows]
    assert (near, 1.1) == shown[0]
    assert (far, 54.5) in shown
    assert ning.data("GET", "/activities")["list"][0]["distanceKm"] is None
