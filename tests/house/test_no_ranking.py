"""减负 (国办函〔2026〕12号): no address, column, field or filter ranks people, scores them or counts their days.

Words are compared whole, so that `stop` is not `top`; the last test shows that the check can fail.
"""

import re
from itertools import pairwise

from backend.api.frame import openapi as documentation
from backend.db import Base

FORBIDDEN = {
    *("rank", "ranks", "ranked", "ranking", "leaderboard", "scoreboard", "medal", "league"),
    *("score", "scores", "scoring", "top", "streak", "online", "punctuality"),
    *("completion", "performance", "kpi", "order", "orderby", "sort"),
}
# What else an address would be called that burdens people: forms to fill, clocking in, counts of installs and likes.
BURDENS = {
    *("survey", "punch", "install", "installs", "logins", "assessment", "likes", "studytime", "track"),
    *("pay", "payment", "advert", "adverts", "sale", "sales"),
}
PAIRS = {("daily", "sign"), ("sign", "daily"), ("check", "daily"), ("daily", "check"), ("online", "time")}


def words_of(name):
    """`/me/topTen_list` is me, top, ten, list."""
    parts = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return [word.lower() for word in re.split(r"[^A-Za-z]+", parts) if word]


def ranking(names, forbidden=FORBIDDEN):
    """Those of the names that would rank people, or whatever else is forbidden."""
    found = []
    for name in names:
        words = words_of(name)
        if forbidden & set(words) or PAIRS & set(pairwise(words)):
            found.append(name)
    return found


def fields(part):
    """Every name of a property or parameter of the document."""
    if isinstance(part, list):
        return [name for one in part for name in fields(one)]
    if not isinstance(part, dict):
        return []
    own = [*part["properties"]] if isinstance(part.get("properties"), dict) else []
    own += [part["name"]] if "in" in part and isinstance(part.get("name"), str) else []
    return own + [name for one in part.values() for name in fields(one)]


def test_no_address_ranks_people(migrated_app):
    assert ranking({rule.rule for rule in migrated_app.url_map.iter_rules()}) == []


def test_no_address_is_a_burden(migrated_app):
    addresses = {rule.rule for rule in migrated_app.url_map.iter_rules()}
    assert ranking(addresses, BURDENS) == []
    assert ranking(["/install/{id}", "/daily/punch"], BURDENS) == ["/install/{id}", "/daily/punch"]


def test_no_column_ranks_people():
    tables = Base.metadata.tables.values()
    assert ranking(f"{table.name}.{column.name}" for table in tables for column in table.columns) == []


def test_no_field_and_no_filter_ranks_people(migrated_app):
    known = fields(documentation.document(migrated_app))
    assert {"title", "limit", "cursor", "wish_id"} <= set(known)
    assert ranking(set(known)) == []


def test_rankings_would_be_found():
    made_up = [
        "/people/leaderboard",
        "persons.score",
        "/me/topTen",
        "sortBy",
        "daily_sign_in",
        "onlineTime",
        "/rank/1",
    ]
    assert ranking(made_up) == made_up
    assert ranking(["/wishes/stop", "/me/sign-ups", "sign_in_attempts", "topic", "resort"]) == []
