"""Hot verbs build no statement: what they say stands beside them, compiled once, and goes through one door."""

import ast
import re
from pathlib import Path

import pytest

BACKEND = Path(__file__).parents[2] / "backend"
# The functions that a hot request walks through, by file.
HOT = {
    "api/frame/idempotency.py": "begin keep",
    "identity/sessions.py": "caller",
    "journal.py": "write write_all line add",
    "ledger/holds.py": "hold _opening settle release _hold_with_shares",
    "ledger/lots.py": "live_lots",
    "ledger/posting.py": "lock_purse post post_with",
    "ledger/queries.py": "statement",
    "ledger/writing.py": "write",
    "moves.py": "apply apply_all move_of _change",
    "outbox/actions.py": "notify notify_many notify_those rows_of",
    "people/profiles.py": "profile",
    "supermarket/actions/requests.py": "request _write _lines",
    "supermarket/actions/stock.py": "record_movement lock_items_for reserve release",
    "supermarket/order_rows.py": "lines_of",
    "wishes/actions/claims.py": "claim",
    "wishes/queries.py": "view_wish seen_and_view view_wishes claimed_view to_views",
}
# Where a request is answered in two ways, one for each database: goods that leave are noted and locked in one statement.
TWO_WAYS = {"supermarket/actions/stock.py"}
ROOMS = (
    "wishes",
    "supermarket",
    "volunteering",
    "points",
    "ledger",
    "outbox",
    "people",
    "journal.py",
    "moves.py",
)
_BUILDING = ("select", "insert", "update", "delete")


def built_in(text, names):
    """The functions of these names in which a statement is built."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name in names and _builds(node):
            yield node.name


def _builds(function):
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in _BUILDING
        and isinstance(node.value, ast.Name)
        and node.value.id == "sa"
        for node in ast.walk(function)
    )


@pytest.mark.parametrize("path", HOT)
def test_no_statement_is_built_inside_a_hot_verb(path):
    text, names = (BACKEND / path).read_text(), set(HOT[path].split())
    assert names <= {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
    assert list(built_in(text, names)) == []


def test_a_statement_that_is_built_there_would_be_found():
    text = "def claim(wish_id):\n    session.scalar(sa.select(Wish))\ndef other():\n    sa.select(1)"
    assert list(built_in(text, {"claim"})) == ["claim"]


def test_no_room_writes_in_one_way_for_each_database_by_hand():
    """`statements.Writing` is said once for both."""
    found = {
        path.relative_to(BACKEND).as_posix()
        for room in ROOMS
        for path in ([BACKEND / room] if room.endswith(".py") else (BACKEND / room).rglob("*.py"))
        if re.search(r"dialect\(\) *[!=]=", path.read_text())
    }
    # A seal is taken while nobody writes, and asks each database in its own words how that is done.
    assert found - {"ledger/seals.py"} == TWO_WAYS


def test_nobody_speaks_to_the_driver_past_the_door():
    """Cursors are asked for in one file, and by the command that moves a city from one database to another."""
    found = {
        path.relative_to(BACKEND).as_posix()
        for path in BACKEND.rglob("*.py")
        if re.search(r"\.cursor\(|RAW_CURSOR\(", path.read_text())
    }
    assert found == {"statements.py", "operations/moving.py"}
