"""No list asks the database more often for twenty rows than for two."""

import pytest

from backend.db import session, transaction
from backend.ledger import actions as ledger
from backend.organisations import actions as places
from backend.organisations import queries as place_names
from backend.outbox import actions as outbox
from backend.wishes import queries
from backend.wishes.actions import claims, rounds
from tests.api import crowd
from tests.wishes import cast

FEW, MANY = 2, 20


def counted(phone, path, limit, statements):
    """How many statements a page of so many rows costs."""
    phone.data("GET", f"{path}limit={limit}")
    session.remove()
    with statements() as seen:
        rows = phone.data("GET", f"{path}limit={limit}")["list"]
    assert len(rows) == limit, f"the list has only {len(rows)} rows"
    return len(seen)


def _wall(town):
    """Wishes with a title; the newest two are claimed, by a unit and by a person."""
    ids, _ = cast.published(town, MANY, disclosure="title", salutation="女士")
    with transaction():
        claims.claim(ids[-1], "unit", actor=cast.by(town, "qin"))
        claims.claim(ids[-2], actor=cast.by(town, "pei"))
    return town.phone("qin"), f"/wishes?communityId={town.songtao}&"


def _my_wishes(town):
    _wall(town)
    return town.phone("ning"), "/me/wishes?"


def _my_claims(town):
    ids, _ = cast.published(town, MANY)
    for wish_id in ids:
        with transaction():
            claims.claim(wish_id, actor=cast.by(town, "pei"))
            claims.fulfil(wish_id, "好了", actor=cast.by(town, "pei"))
    return town.phone("pei"), "/me/claims?"


def _to_review(town):
    for _ in range(MANY):
        cast.submitted(town)
    return town.phone("tong"), "/wishes/to-review?"


def _notices(town):
    with transaction():
        for number in range(MANY):
            outbox.notify(
                town.person("ning").id, "wish_claimed", f"消息{number}", "内容", subject=("wish", 1)
            )
    return town.phone("ning"), "/me/notices?"


def _statement(town):
    with transaction():
        for number in range(MANY):
            ledger.grant(
                town.person("ning").id,
                1,
                reference=f"test:{number}",
                title="测试",
                community_id=town.songtao,
                actor=cast.by(town, "tong"),
            )
    return town.phone("ning"), "/me/points/statement?"


def _organisations(town):
    return town.phone("ning"), "/organisations?"


def _rounds(town):
    city = town.place("青松市")
    today = cast.clock.today()
    with transaction():
        for number in range(6):
            places.add(town.place("林海街道"), "community", f"第{number}社区")
    with transaction():
        rounds.open_everywhere(city, "全市", today, today, actor=cast.by(town, "admin"))
    return town.phone("admin"), "/rounds?"


def _residencies(town):
    crowd.residents(MANY, town.songtao)
    return town.phone("tong"), "/residencies/to-verify?"


def _people(town):
    crowd.residents(MANY, town.songtao)
    return town.phone("tong"), "/people?"


@pytest.mark.parametrize(
    "prepared",
    [
        _wall,
        _my_wishes,
        _my_claims,
        _to_review,
        _notices,
        _statement,
        _organisations,
        _rounds,
        _residencies,
        _people,
    ],
)
def test_a_list_costs_the_same_number_of_statements_for_two_rows_and_for_twenty(town, statements, prepared):
    phone, path = prepared(town)
    assert counted(phone, path, FEW, statements) == counted(phone, path, MANY, statements)


def test_what_a_list_costs_is_small(town, statements):
    phone, path = _wall(town)
    assert counted(phone, path, MANY, statements) <= 3


def test_the_count_would_see_a_list_that_asks_for_each_row(town, statements, monkeypatch):
    """Negative control: the wall with the names of places fetched one by one."""
    whole = queries._to_view

    def one_by_one(row, *more):
        place_names.names({row.Wish.community_id})
        return whole(row, *more)

    phone, path = _wall(town)
    monkeypatch.setattr(queries, "_to_view", one_by_one)
    assert counted(phone, path, FEW, statements) != counted(phone, path, MANY, statements)
