"""搜索 in the head of every page: by number straight to the thing, by words to what is in one's own places."""

import re
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from backend.console.frame import search
from backend.db import session
from backend.people import sealed
from backend.supermarket.models import Redemption
from backend.wishes.models import Wish
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering


def groups(page):
    """What was found, by its heading."""
    parts = re.split(r'<h2 id="found-\d+">', page)[1:]
    return {
        one.partition("<")[0]: [hit.strip() for hit in re.findall(r"data-row>([^<]+)<", one)] for one in parts
    }


def found(visitor, name, asked):
    return groups(visitor(name).page(f"/console/search?q={quote(asked)}"))


def numbered(town):
    """A wish of 松涛 that has a number."""
    wanted = sa.select(Wish).where(Wish.number.is_not(None), Wish.community_id == town.songtao)
    return session.scalars(wanted.order_by(Wish.id).limit(1)).one()


def test_a_number_leads_straight_to_its_thing(town, visitor):
    shop_id = shop.opened(town)
    order_id = shop.asked(town, shop_id, {shop.goods(town, shop_id): 1})
    wish = numbered(town)
    e = session.scalars(sa.text("SELECT id FROM persons WHERE card_number = 'P000001'")).one()
    clerk = visitor("tong")
    for asked, where in (
        (wish.number, f"/console/wishes/{wish.id}"),
        (session.get(Redemption, order_id).number, f"/console/redemptions/{order_id}"),
        ("P000001", f"/console/people/{e}"),
        ("p1", f"/console/people/{e}"),
    ):
        answer = clerk.get(f"/console/search?q={quote(asked)}")
        assert (answer.status_code, answer.headers.get("Location")) == (303, where)


def test_a_whole_phone_leads_to_its_person_and_a_part_of_one_to_nobody(town, visitor):
    phone = sealed.phone(town.person("ning"))
    assert phone
    answer = visitor("tong").get(f"/console/search?q={phone}")
    assert answer.headers["Location"] == f"/console/people/{town.person('ning').id}"
    assert "居民" not in found(visitor, "tong", phone[:7])


def test_words_find_people_goods_activities_teams_and_places(town, visitor):
    volunteering.published(town, title="松涛清雪")
    shop_id = shop.opened(town)
    shop.goods(town, shop_id, name="松涛大米")
    told = found(visitor, "tong", "松涛")
    assert "松涛清雪" in told["活动"]
    assert "松涛大米" in told["物品"]
    assert "松涛社区" in told["地方"]
    assert any("松涛" in one for one in told["志愿队"])
    assert len(found(visitor, "tong", "宁小舟")["居民"]) == 1


def test_whoever_appoints_finds_appointments_by_name_number_and_place(town, visitor):
    """And nobody else does; whole numbers find their very person."""
    tong = town.person("tong")
    for asked in ("佟雨禾", "雨禾", sealed.phone(tong)):
        assert found(visitor, "admin", asked)["任职"] == ["佟雨禾　社区工作者"], asked
    told = found(visitor, "admin", "松涛-03")
    assert told["任职"] == ["邵景川　网格员"]
    assert "松涛-03" in told["组织"]
    assert "任职" not in found(visitor, "tong", "雨禾")
    assert "组织" not in found(visitor, "tong", "松涛-03")
    page = visitor("admin").page(f"/console/search?q={quote('雨禾')}")
    (address,) = re.findall(r'href="(/console/appointments[?]name=[^"]+)" data-row', page)
    assert "佟雨禾" in visitor("admin").page(address)


def test_each_finds_only_what_is_theirs(town, visitor):
    """Another community's clerk none of it; a keeper no residents; the auditor, who has other words, nothing of people."""
    assert found(visitor, "bai", numbered(town).number) == {}
    assert found(visitor, "bai", "宁小舟") == {}
    assert "居民" not in found(visitor, "bu", "宁小舟")
    assert "居民" not in found(visitor, "shang", "宁小舟")


def test_at_most_five_of_a_kind_are_shown_with_the_way_to_all(town, visitor):
    for number in range(7):
        volunteering.published(town, title=f"清雪{number}")
    page = visitor("tong").page(f"/console/search?q={quote('清雪')}")
    assert len(groups(page)["活动"]) == search.MOST
    assert f'href="/console/activities/list?text={quote("清雪")}"' in page


@pytest.mark.parametrize("asked", ["", "米", "米" * 41, "%00"])
def test_too_little_or_too_much_is_said_and_not_looked_for(town, visitor, asked):
    page = visitor("tong").page(f"/console/search?q={asked if asked == '%00' else quote(asked)}")
    assert groups(page) == {}


def test_a_search_costs_few_statements(town, visitor, statements):
    clerk = visitor("tong")
    clerk.page("/console/")
    session.remove()
    with statements() as seen:
        clerk.page(f"/console/search?q={quote('松涛')}")
    assert len([one for one in seen if not one.startswith("BEGIN")]) <= 20


def test_the_field_stands_in_the_head_for_whoever_works_here_and_for_nobody_else(town, visitor):
    assert "data-find" in visitor("tong").page("/console/")
    assert "data-find" not in visitor().page("/console/sign-in")
