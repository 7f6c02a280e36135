"""Rules of the house that a program can read from the source. Each is shown to be able to fail."""

import ast
import re
from pathlib import Path

import pytest

from backend.db import Base

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "backend").rglob("*.py"))
FORBIDDEN_NAMES = ("utils", "helpers", "manager", "service")
# 减负: nothing that ranks people, counts their days, or watches them (国办函〔2026〕12号).
RANKING = re.compile(
    r"rank|leaderboard|streak|daily_?sign|online_?time|completion_?rate|top_?(people|users|persons)"
)


def found(pattern, text):
    return [number for number, line in enumerate(text.splitlines(), 1) if re.search(pattern, line)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_and_so_are_its_functions(path):
    text = path.read_text()
    if "migrations" not in path.parts:
        assert len(text.splitlines()) <= 400
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 70, node.name


def test_commit_stands_in_one_place():
    places = {
        path.relative_to(ROOT).as_posix() for path in SOURCES if found(r"\.commit\(\)", path.read_text())
    }
    # A release is not a request: the migrations end their own transaction.
    assert places == {"backend/db.py", "backend/migrations/env.py"}


def test_names_say_what_a_thing_is():
    for path in SOURCES:
        words = path.stem.split("_")
        assert not set(words) & set(FORBIDDEN_NAMES) or "service_records" in path.stem, path
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                assert not node.name.startswith("do_"), node.name
                assert not node.name.lower().endswith(("manager", "helper", "utils")), node.name


def ranked(names):
    return sorted(name for name in names if RANKING.search(name.lower()))


def test_no_route_and_no_column_ranks_people(migrated_app):
    routes = [rule.rule for rule in migrated_app.url_map.iter_rules()]
    columns = [
        f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns
    ]
    assert ranked([*routes, *columns]) == []


def test_a_ranking_would_be_found():
    assert ranked(["/people/leaderboard", "persons.rank", "/me/points"]) == [
        "/people/leaderboard",
        "persons.rank",
    ]


def test_personal_data_is_unsealed_only_where_it_is_known():
    """One door: whoever opens sealed data is on this list, and a new name on it is a decision."""
    users = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if found(r"crypto\.(unseal|seal)\(", path.read_text()) and path.name != "crypto.py"
    }
    assert "backend/people/sealed.py" in users
    assert not [
        user
        for user in users
        if user.startswith("backend/api/") and user != "backend/api/frame/idempotency.py"
    ]
