"""积分流水 agrees with what is available, also in the hour after New Year."""

from datetime import UTC, datetime

from backend import clock, jobs
from backend.db import transaction
from backend.ledger import actions as ledger
from backend.ledger import deadlines, queries
from backend.ledger.verify import findings
from backend.points.statement import statement


def test_the_newest_balance_is_what_is_available_also_before_the_worker_took_out_what_ended(town):
    year, ning = clock.today().year, town.person("ning").id
    with transaction():
        facts = {
            "title": "期初积分",
            "community_id": town.songtao,
            "actor": town.person("tong"),
            "year": year,
        }
        ledger.grant(ning, 50, reference="opening:test", **facts)
    assert statement(ning)[0].balance == queries.balance(ning)["available"] == 90
    # Ten minutes past midnight in China.
    with clock.frozen_at(datetime(year, 12, 31, 16, 10, tzinfo=UTC)):
        assert queries.balance(ning)["available"] == 40
        newest, before = statement(ning, limit=2)
        assert (newest.kind, newest.points, newest.balance) == ("expire", -50, 40)
        assert before.balance == 90
        assert [row.id for row in statement(ning, limit=2)] == [newest.id, before.id]
        (expire,) = (job for job in deadlines.JOBS if "expire" in job.name)
        jobs.run(expire)
        assert [row.id for row in statement(ning, limit=2)] == [newest.id, before.id]
    assert list(findings()) == []
