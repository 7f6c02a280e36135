"""What the database itself refuses, to a script that goes past the code."""

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.ledger import actions
from backend.ledger.verify import findings

pytestmark = pytest.mark.usefixtures("morning")

COPY = (
    "INSERT INTO transfers (source_id, target_id, amount, reference, kind, at, person_id, community_id,"
    " title, balance, rule_id, units, earned_on, hold_id, reverses_id) "
    "SELECT {} FROM transfers WHERE reference = 'w:1'"
)


def copy(**changed):
    """A statement that writes the award once more, with some columns changed."""
    columns = {
        "source_id": "source_id",
        "target_id": "target_id",
        "amount": "amount",
        "reference": "'w:2'",
        "kind": "kind",
        "at": "at",
        "person_id": "person_id",
        "community_id": "community_id",
        "title": "title",
        "balance": "balance",
        "rule_id": "rule_id",
        "units": "units",
        "earned_on": "earned_on",
        "hold_id": "hold_id",
        "reverses_id": "reverses_id",
    }
    return COPY.format(", ".join((columns | changed).values()))


ATTACKS = {
    "change a transfer": "UPDATE transfers SET amount = 500",
    "change a transfer's title": "UPDATE transfers SET title = 'x'",
    "delete a transfer": "DELETE FROM transfers",
    "a transfer of nothing": copy(amount="0"),
    "a transfer of less than nothing": copy(amount="-5"),
    "a transfer to where it came from": copy(target_id="source_id"),
    "a transfer to nowhere": copy(target_id="4711"),
    "a transfer of nobody": copy(person_id="4711"),
    "a reference twice": copy(reference="reference"),
    "a balance below zero in the statement": copy(balance="-1"),
    "an award without its rule": copy(rule_id="NULL"),
    "an award by a rule that does not exist": copy(rule_id="4711"),
    "a hold that names none": copy(kind="'hold'", rule_id="NULL", units="NULL", earned_on="NULL"),
    "a reversal of nothing": copy(kind="'reverse'", rule_id="NULL", units="NULL", earned_on="NULL"),
    "a kind nobody knows": copy(kind="'gift'", rule_id="NULL", units="NULL", earned_on="NULL"),
    "an account below zero": "UPDATE accounts SET balance = balance - 6 WHERE kind = 'lot'",
    "a person's account without a balance": "UPDATE accounts SET balance = NULL WHERE kind = 'lot'",
    "a stored balance of the system": "UPDATE accounts SET balance = 5 WHERE kind = 'issuance'",
    "an address of someone else": "UPDATE accounts SET address = 'person:0:2027' WHERE kind = 'lot'",
    "a held address of someone else": "UPDATE accounts SET address = 'person:0:2027:held' "
    "WHERE kind = 'held'",
    "a lot without a last day": "UPDATE accounts SET ends_on = NULL WHERE kind = 'lot'",
    "a purse below zero": "UPDATE purses SET available = -1",
    "a purse that holds less than nothing": "UPDATE purses SET held = -1",
    "an open hold that is closed": "UPDATE holds SET closed_at = opened_at",
    "a hold of nothing": "UPDATE holds SET amount = 0",
    "a hold in no state": "UPDATE holds SET state = 'lost'",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_the_database_refuses(people, attack):
    with transaction():
        actions.award(
            people.resident, "wish_confirmed", reference="w:1", title="", community_id=people.here, actor=None
        )
        actions.hold(
            people.resident, 1, reference="r:1", title="", community_id=people.here, actor=people.staff
        )
    with pytest.raises(sa.exc.DBAPIError), transaction():
        session.execute(sa.text(attack))
    assert list(findings()) == []


def test_the_copied_transfer_itself_is_well_formed(people):
    """Else the attacks above would be refused for another reason than the one they name."""
    with transaction():
        actions.award(
            people.resident, "wish_confirmed", reference="w:1", title="", community_id=people.here, actor=None
        )
        session.execute(sa.text(copy()))
