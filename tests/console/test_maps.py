"""The map: where things are, upon the city's tiles or upon none; no wish of one home is a point on it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, config
from backend.config_kinds import Tiles
from backend.db import session, transaction
from backend.organisations.models import Organisation
from backend.reports import map_spots
from backend.reports.map_spots import FEWEST, Spot
from backend.volunteering.models import Activity
from backend.wishes.map_queries import Counted
from tests.volunteering import cast as volunteering

HOST = "https://tiles.example.cn"
TEMPLATE = f"{HOST}/w/{{z}}/{{x}}/{{y}}?tk={{key}}"


@pytest.fixture
def tiles(town, monkeypatch):
    """As a city sets them that has an account at a map service."""
    layers = f"{TEMPLATE} {TEMPLATE.replace('/w/', '/names/')}"
    more = {"map_tiles": layers, "map_key": "abcdef123456", "map_attribution": "某某地图 审图号 123"}
    monkeypatch.setattr(config, "_current", replace(config.settings(), **more))


def test_without_tiles_the_map_asks_no_other_host(town, visitor):
    for answer in (visitor("tong").get("/console/map"), town.app.test_client().get("/map")):
        page = answer.get_data(as_text=True)
        assert "<svg" in page
        assert "<image" not in page
        assert "http" not in answer.headers["Content-Security-Policy"]
        assert re.search(r"map-name[^>]*>松涛社区<", page)


def test_pages_with_a_map_are_open_for_the_tiles_host_and_no_other_page_is(town, visitor, tiles):
    clerk = visitor("tong")
    for answer in (clerk.get("/console/map"), town.app.test_client().get("/map")):
        page = answer.get_data(as_text=True)
        assert re.search(rf'href="{HOST}/w/\d+/\d+/\d+\?tk=abcdef123456"', page)
        assert f"{HOST}/names/" in page
        assert "审图号 123" in page
        policy = answer.headers["Content-Security-Policy"]
        assert f"img-src 'self' data: {HOST};" in policy
        assert policy.count(HOST) == 1
        # By its host alone: no address of a page leaves.
        assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    for answer in (
        clerk.get("/console/"),
        town.app.test_client().get("/"),
        town.app.test_client().get("/wall"),
    ):
        assert HOST not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("", True),
        (TEMPLATE, True),
        ("https://t0.tianditu.gov.cn/DataServer?T=vec_w&x={x}&y={y}&l={z}&tk={key}", True),
        (TEMPLATE.replace("https", "http"), False),
        (TEMPLATE.replace("{x}", "1"), False),
        (f"{TEMPLATE}&s={{s}}", False),
        ("https://{z}.example.cn/{x}/{y}/{z}", False),
        ("https://a.cn;script-src/{x}/{y}/{z}", False),
        (" ".join([TEMPLATE] * 4), False),
    ],
)
def test_tiles_are_https_addresses_whose_host_is_written_out(value, good):
    assert (Tiles().fault(value) is None) == good


def test_the_map_moves_by_links_and_takes_no_nonsense(town):
    page = town.app.test_client().get("/map").get_data(as_text=True)
    nearer = re.search(r'href="(/map\?zoom=\d+[^"]+)">放大', page)[1].replace("&amp;", "&")
    assert "看全部" in town.app.test_client().get(nearer).get_data(as_text=True)
    for odd in ("zoom=99&at=95,500", "zoom=x&at=y", "at=-99.9,-180", "zoom=3&at=89,179.9"):
        assert town.app.test_client().get(f"/map?{odd}").status_code == 200, odd


def places(community=(1.0, 2.0), grid=(1.5, 2.5)):
    return (
        [Organisation(id=1, kind="community", name="甲社区", latitude=community[0], longitude=community[1])],
        [
            Organisation(id=number, kind="grid", name=f"甲-{number}", latitude=grid[0], longitude=grid[1])
            for number in (11, 12)
        ],
    )


def told(*counted):
    return [(one.name, one.lines) for one in map_spots._wishes(*places(), counted)]


def test_a_grid_with_few_wishes_is_counted_with_its_community_and_small_numbers_are_hidden():
    few, many = Counted(1, 11, 2, 0), Counted(1, 12, FEWEST, 9)
    assert told(few, many) == [
        ("甲-12", ("心愿墙上还没点亮的 5 个", "近一年点亮的 9 个")),
        ("甲社区（其余网格）", (f"心愿墙上还没点亮的 不足 {FEWEST} 个", "近一年点亮的 0 个")),
    ]
    # A large number beside a small one would be told by its grid alone.
    assert [name for name, _lines in told(Counted(1, 11, 1, 50))] == ["甲社区"]
    assert told() == []


def test_the_public_map_counts_by_community_alone_and_shows_no_home(town):
    activity_id = volunteering.published(town, title="清雪到河边")
    with clock.frozen_at(session.get(Activity, activity_id).starts_at - timedelta(days=1)):
        spots = map_spots.public()
    names = set(session.scalars(sa.select(Organisation.name).where(Organisation.kind == "community")))
    assert {one.name for one in spots if one.kind == "wishes"} <= names
    assert [one.id for one in spots if one.kind == "activity"] == [activity_id]
    wanted = sa.select(Organisation.latitude, Organisation.longitude).where(Organisation.kind == "community")
    points = {tuple(row) for row in session.execute(wanted)}
    assert {(one.latitude, one.longitude) for one in spots if one.kind != "activity"} <= points
    assert Spot.__dataclass_fields__.keys() == {"kind", "id", "name", "latitude", "longitude", "lines"}


def test_staff_see_their_own_communities(town, visitor):
    page = visitor("tong").page("/console/map")
    assert "松涛社区" in page
    assert "白桦社区" not in page
    assert "白桦社区" in visitor("admin").page("/console/map")
    with transaction():
        session.execute(
            sa.update(Organisation)
            .where(Organisation.name == "松涛-01")
            .values(latitude=None, longitude=None)
        )
    assert re.search(r'href="/console/offices/\d+">松涛-01<', visitor("tong").page("/console/map"))
    assert visitor("tong").get(f"/console/map?community={town.baihua}").status_code == 200


def test_the_maps_are_sound_in_a_browser(desk):
    page = desk.sit_down("tong")
    assert page.goto("/console/map").status == 200
    desk.look_at(page, "tong-map")
    page.get_by_role("link", name="放大").click()
    page.wait_for_url("**zoom=**")
    page = desk.page()
    page.goto("/map")
    desk.look_at(page, "map")
