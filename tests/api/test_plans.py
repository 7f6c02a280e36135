"""Plans that hold for any values: PostgreSQL keeps them for hot statements, and at a million rows they must not read a
table from end to end. The tables here are small; so whole tables are forbidden to the planner, and what it takes
nevertheless has no index that serves. `scripts/bench --rows 10000,1000000` looks at the same
plans at real sizes."""

import re

import pytest
import sqlalchemy as sa

from backend.db import db, dialect
from backend.identity import sessions
from backend.ledger import queries as ledger
from backend.people import profiles
from backend.supermarket import order_rows
from backend.wishes import wall_queries, wish_rows

WALL = ("community_id", "published_at", "last")
READ = {
    "sign-in": sessions._LOOKUP,
    "statement": ledger._STATEMENT,
    "wall": wall_queries._wall(frozenset({"community_id"}), ()),
    "wall, next page": wall_queries._wall(frozenset(WALL), ()),
    "wall of the city": wall_queries._wall(frozenset(), ()),
    "wall, published": wall_queries._wall(frozenset({"community_id"}), ("published",)),
    "wish": wish_rows.ONE,
    "wishes": wish_rows.THESE,
    "me": profiles._PROFILE,
    "my offices": profiles._OFFICES,
    "my consents": profiles._CONSENTS,
    "lines of orders": order_rows.LINES,
}
# By which they go on, without sorting: what is partial stands there because its states are literals.
INDEXES = {
    "statement": ("ix_transfers_person",),
    # Of few rows either is as good.
    "wall": ("ix_wishes_wall", "ix_wishes_city_wall"),
    "wall, next page": ("ix_wishes_wall", "ix_wishes_city_wall"),
    "wall of the city": ("ix_wishes_city_wall",),
}
_SCANNED = re.compile(r"Seq Scan on (\w+)")


def plan(text):
    """The kept plan of a statement, as long as there is a way around reading whole tables."""
    if dialect() == "sqlite":
        pytest.skip("SQLite plans a statement for any values, and keeps no plan for some")
    nothing = ", ".join(["NULL"] * len(set(re.findall(r"\$(\d+)", text))))
    with db.engine.begin() as line:
        line.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        line.exec_driver_sql("SET LOCAL enable_seqscan = off")
        line.execute(sa.text("PREPARE hot AS " + text.replace(":", "\\:")))
        rows = line.exec_driver_sql(
            f"EXPLAIN EXECUTE hot({nothing})" if nothing else "EXPLAIN EXECUTE hot"
        ).all()
        line.exec_driver_sql("DEALLOCATE hot")
    return "\n".join(row for (row,) in rows)


@pytest.mark.parametrize("name", READ)
def test_a_kept_plan_reads_no_table_whole(app, name):
    found = plan(READ[name].form(db.engine.dialect).text)
    assert _SCANNED.findall(found) == []
    if name in INDEXES:
        assert any(index in found for index in INDEXES[name])
        assert "Sort" not in found.split("SubPlan")[0]


def test_a_state_that_is_a_bind_would_be_found(app):
    """Negative control: the partial index cannot be proved for a state that is not known."""
    wanted = "SELECT id FROM wishes WHERE {} ORDER BY published_at DESC, id DESC LIMIT 20"
    text = READ["wall of the city"].form(db.engine.dialect).text if dialect() != "sqlite" else ""
    states = re.search(r"wishes\.state IN \([^)]*\)", text)
    assert "ix_wishes_city_wall" not in plan(wanted.format("state = $1::VARCHAR"))
    assert "ix_wishes_city_wall" in plan(wanted.format(states[0]))
