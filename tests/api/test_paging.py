"""Pages by key: none twice, none missed, whatever is written in between; a cursor cannot be made up."""

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.ledger import actions as ledger
from backend.outbox import actions as outbox
from tests.api.test_frame import refusal
from tests.wishes import cast

ROWS = 7


def walk(phone, path, size, between=lambda: None):
    """All pages of a list, each row as it came; `between` happens after every page."""
    rows, cursor, joint = [], None, "&" if "?" in path else "?"
    for _ in range(50):
        after = f"&cursor={cursor}" if cursor else ""
        data = phone.data("GET", f"{path}{joint}limit={size}{after}")
        assert len(data["list"]) <= size
        rows += data["list"]
        cursor = data["nextCursor"]
        if cursor is None:
            return rows
        between()
    raise AssertionError("the list has no end")


def ids(rows, key="id"):
    return [row[key] for row in rows]


@pytest.fixture
def full(town):
    """Enough rows in every list of ning, tong and pei."""
    made, _ = cast.published(town, ROWS)
    ning = town.person("ning").id
    with transaction():
        for number in range(ROWS):
            outbox.notify(ning, "wish_claimed", f"消息{number}", "内容")
            ledger.grant(
                ning,
                1,
                reference=f"test:{number}",
                title="测试",
                community_id=town.songtao,
                actor=cast.by(town, "tong"),
            )
    for _ in range(ROWS):
        cast.submitted(town)
    return made


def test_the_wall_in_pages_is_the_wall_at_once(town, full):
    phone = town.phone("ning")
    whole = ids(phone.data("GET", "/wishes?limit=50")["list"])
    assert set(full) <= set(whole)
    for size in (1, 2, 3, len(whole)):
        assert ids(walk(phone, "/wishes", size)) == whole


def test_wishes_published_in_the_same_moment_are_neither_lost_nor_doubled(town, full):
    """They share their `published_at`, so the id has to decide."""
    rows = walk(town.phone("ning"), f"/wishes?communityId={town.songtao}&state=published", 3)
    assert len({row["publishedAt"] for row in rows}) == 1
    assert ids(rows) == sorted(set(ids(rows)), reverse=True)
    assert set(full) <= set(ids(rows))


@pytest.mark.parametrize("path", ["/me/wishes", "/me/notices", "/me/points/statement"])
def test_mine_in_pages_stay_the_same_while_more_is_written(town, full, path):
    phone, ning = town.phone("ning"), town.person("ning").id
    whole = ids(phone.data("GET", f"{path}?limit=50")["list"])
    assert len(whole) >= ROWS
    numbers = iter(range(1000))

    def write_more():
        cast.submitted(town)
        with transaction():
            outbox.notify(ning, "wish_claimed", "新", "新")
            ledger.grant(
                ning,
                1,
                reference=f"more:{next(numbers)}",
                title="新",
                community_id=town.songtao,
                actor=cast.by(town, "tong"),
            )

    assert ids(walk(phone, path, 3, write_more)) == whole


def test_the_review_queue_goes_on_after_what_was_decided_meanwhile(town, full):
    staff = town.phone("lan")
    whole = ids(staff.data("GET", "/wishes/to-review?limit=50")["list"])
    undecided = iter(whole)

    def decide_one_that_was_shown():
        staff.data("POST", f"/wishes/{next(undecided)}/decline", {"reason": "测试"})

    assert ids(walk(staff, "/wishes/to-review", 2, decide_one_that_was_shown)) == whole


def test_organisations_and_rounds_in_pages_are_whole(town, full):
    phone = town.phone("ning")
    places = walk(phone, "/organisations", 9)
    total = session.scalar(sa.text("SELECT count(*) FROM organisations"))
    assert ids(places) == sorted(set(ids(places)))
    assert len(places) == total
    rounds = ids(walk(phone, "/rounds", 1))
    assert rounds == sorted(set(rounds), reverse=True)
    assert len(rounds) == session.scalar(sa.text("SELECT count(*) FROM rounds"))


def test_filters_hold_on_every_page(town, full):
    phone = town.phone("ning")
    rows = walk(phone, f"/wishes?communityId={town.songtao}&category=goods&state=published", 2)
    assert {(row["communityId"], row["category"], row["state"]) for row in rows} == {
        (town.songtao, "goods", "published")
    }
    assert set(full) <= set(ids(rows))


def test_a_page_is_at_most_fifty_and_usually_twenty(town):
    phone = town.phone("ning")
    assert len(phone.data("GET", "/organisations")["list"]) == 20
    assert len(phone.data("GET", "/organisations?limit=50")["list"]) == 50
    for limit in (0, 51, 10**6):
        refusal(phone.get(f"/organisations?limit={limit}"), 422, "INVALID_INPUT")


def test_the_last_page_says_so_also_when_it_is_full(town, full):
    phone = town.phone("ning")
    whole = phone.data("GET", "/wishes?limit=50")["list"]
    assert phone.data("GET", f"/wishes?limit={len(whole)}")["nextCursor"] is None
    assert phone.data("GET", f"/wishes?limit={len(whole) - 1}")["nextCursor"] is not None


def test_a_cursor_that_was_changed_or_made_up_is_422(town, full):
    phone = town.phone("ning")
    good = phone.data("GET", "/me/notices?limit=2")["nextCursor"]
    text, signature = good.split(".")
    made_up = b"[1]".hex()
    for bad in (
        f"{text}.{signature[:-1]}{'A' if signature[-1] != 'A' else 'B'}",
        f"{made_up}.{signature}",
        f"{text}.",
        text,
        ".",
        "7",
        good + "x",
        good.upper(),
        "零.零",
        "x" * 301,
    ):
        told = refusal(phone.get(f"/me/notices?cursor={bad}"), 422, "INVALID_INPUT")
        assert list(told["data"]) == ["cursor"]


def test_a_cursor_of_another_shape_of_list_is_422(town, full):
    phone = town.phone("ning")
    wall = phone.data("GET", "/wishes?limit=2")["nextCursor"]
    refusal(phone.get(f"/me/notices?cursor={wall}"), 422, "INVALID_INPUT")
    mine = phone.data("GET", "/me/notices?limit=2")["nextCursor"]
    refusal(phone.get(f"/wishes?cursor={mine}"), 422, "INVALID_INPUT")


def test_a_cursor_of_another_list_of_the_same_shape_is_422_and_leaves_nothing_out(town, full):
    phone = town.phone("tong")
    rounds = f"/rounds?communityId={town.songtao}&limit=1"
    cursor = phone.data("GET", rounds)["nextCursor"]
    phone.data("GET", f"{rounds}&cursor={cursor}")
    # The order of the filters and the size of the page are not another list.
    phone.data("GET", f"/rounds?cursor={cursor}&limit=5&communityId={town.songtao}")
    for other in (
        f"/rounds?communityId={town.place('白桦社区')}&cursor={cursor}",
        f"/rounds?communityId={town.songtao}&state=closed&cursor={cursor}",
        f"/rounds?cursor={cursor}",
        f"/activities?communityId={town.songtao}&cursor={cursor}",
    ):
        told = refusal(phone.get(other), 422, "INVALID_INPUT")
        assert told["data"] == {"cursor": ["翻页标记不属于这个列表，请从第一页重新开始"]}


def test_another_persons_cursor_shows_nothing_but_ones_own(town, full):
    ning, tong = town.phone("ning"), town.phone("tong")
    cursor = ning.data("GET", "/me/notices?limit=2")["nextCursor"]
    shown = ids(tong.data("GET", f"/me/notices?cursor={cursor}&limit=50")["list"])
    assert set(shown) <= set(ids(tong.data("GET", "/me/notices?limit=50")["list"]))
