"""积分流水 as its owner and staff read it, in which points that have ended have left."""

from backend.db import transaction
from backend.ledger import actions as ledger
from backend.ledger import queries
from backend.ledger.queries import StatementLine


def statement(person_id: int, before_id: int | None = None, limit: int = 50) -> list[StatementLine]:
    """As `ledger.queries.statement`. In the hour until the worker takes out what ended, whoever reads it does: else the
    newest balance would be more than what is available. Opens its own transactions, and none where nothing is due."""
    rows = queries.statement(person_id, before_id, limit)
    if not any(row.ended for row in rows):
        return rows
    for lot in ledger.lots_to_expire(person_id):
        with transaction():
            ledger.expire(lot)
    return queries.statement(person_id, before_id, limit)
