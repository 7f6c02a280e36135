"""Who gets in where: the whole table is checked in, and a new route fails until somebody decided about it."""

import pytest

from backend.db import db, session
from backend.people import permissions
from tests.attacks import matrix
from tests.conftest import _fresh
from tests.town import Town


@pytest.fixture(scope="module")
def things(host, migrated_app, settings, running_wechat):
    """The city with a thing of each kind and everyone signed in, kept as a template of its own."""
    running_wechat.memory.reset()
    for app in _fresh(host, migrated_app, settings, "town"):
        made = matrix.Things(Town(app))
        session.remove()
        db.engine.dispose()
        host.keep_as("matrix")
        yield made


@pytest.fixture(scope="module")
def found(things, host):
    """The table as it is now. After each operation that may have changed something all is as before."""
    table = {}
    for operation, told in matrix.operations(things.town.app).items():
        if operation in matrix.ENDING:
            continue
        row = {}
        for actor in matrix.ACTORS:
            row[actor] = things.tried(operation, told, actor)
            # Most who get in are told what is wrong with their request: nothing was changed.
            if row[actor] == "in" and host.is_changed():
                session.remove()
                db.engine.dispose()
                host.restore("matrix")
        table[operation] = row
    return table


def test_everyone_gets_in_exactly_where_the_table_says(found, request):
    if request.config.getoption("--write-matrix"):
        matrix.keep(found)
    kept = matrix.kept()
    assert found.keys() == kept.keys(), "decide about the new operations, then --write-matrix"
    assert {
        f"{operation}: {actor}": (kept[operation][actor], came)
        for operation, row in found.items()
        for actor, came in row.items()
        if kept[operation][actor] != came
    } == {}


def guard_of(things, operation):
    method, path = operation.split(" ")
    for rule in things.town.app.url_map.iter_rules():
        if method in rule.methods and matrix.documentation.path_of(rule) == path:
            return things.town.app.view_functions[rule.endpoint].guard
    raise AssertionError(operation)


def test_nobody_gets_in_without_a_sign_in_where_one_is_asked_for(things, found):
    inside = {operation for operation, row in found.items() if row["anonymous"] != "401"}
    public = {operation for operation in found if guard_of(things, operation) == "public"}
    assert inside <= public
    # These two open by a signed link as well as by a sign-in.
    assert public - inside == {"GET /api/v1/files/{file_id}", "GET /api/v1/certificates/{number}/pdf"}


def test_no_outsider_gets_in_where_a_permission_is_asked_for(things, found):
    words = frozenset().union(*permissions.BY_ROLE.values())
    guarded = {operation for operation in found if guard_of(things, operation) in words}
    assert len(guarded) > 40
    for who in ("outsider", "resident", "owner"):
        assert {operation for operation in guarded if found[operation][who] == "in"} == set(), who


def test_staff_of_a_sibling_community_reach_none_of_its_things(things, found):
    """Lists are theirs to open: they show their own place."""
    words = frozenset().union(*permissions.BY_ROLE.values())
    inside = {
        operation
        for operation, row in found.items()
        if "{" in operation and row["sibling"] == "in" and guard_of(things, operation) in words
    }
    # A unit belongs to no community: each one's staff see the members who registered with theirs.
    assert inside == {"GET /api/v1/units/{unit_id}/feedback"}


def test_the_city_and_the_auditor_change_nothing_of_a_persons(found):
    """City administrators see totals and configuration; auditors look on (blueprint, section 6)."""
    changing = ("/accept", "/approve", "/hand-over", "/certify", "/verify", "/confirm", "/claim", "/reject")
    for who in ("city", "auditor"):
        inside = {name for name, row in found.items() if name.endswith(changing) and row[who] == "in"}
        assert inside <= {"POST /api/v1/console-sign-ins/{code}/approve"}, who
