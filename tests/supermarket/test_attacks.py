"""What the database itself refuses, to a script that goes past the code."""

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.supermarket.actions import stocktakes
from tests.supermarket import cast

ORDER = "UPDATE redemptions SET {} WHERE id = :order"
APPROVED = (
    "approved_by_id = {actor}, approved_at = requested_at, pick_up_code_index = 'x', pick_up_code_sealed = 'x',"
    " pick_up_until = approve_until, state = 'approved'"
)
HANDED = (
    "state = 'handed_over', handed_over_by_id = {actor}, handed_over_at = requested_at,"
    " closed_at = requested_at, collected_by = 'self'"
)
MOVEMENT = (
    "INSERT INTO stock_movements (item_id, batch_id, kind, on_hand_change, reserved_change, on_hand_after, at,"
    " by_id, reference, redemption_id, source, donor_public) SELECT {} FROM stock_movements"
    " WHERE item_id = :item AND kind = 'receipt'"
)


def movement(**changed):
    columns = {
        "item_id": "item_id",
        "batch_id": "batch_id",
        "kind": "kind",
        "on_hand_change": "on_hand_change",
        "reserved_change": "reserved_change",
        "on_hand_after": "on_hand_after",
        "at": "at",
        "by_id": "by_id",
        "reference": "'other'",
        "redemption_id": "redemption_id",
        "source": "source",
        "donor_public": "donor_public",
    }
    return MOVEMENT.format(", ".join((columns | changed).values()))


# Each is told the ids of one order (:order, :owner), its approver (:tong) and clerk (:bu), and one item (:item).
ATTACKS = {
    "stock below zero": "UPDATE items SET on_hand = -1, reserved = 0 WHERE id = :item",
    "more reserved than there is": "UPDATE items SET reserved = on_hand + 1 WHERE id = :item",
    "less reserved than nothing": "UPDATE items SET reserved = -1 WHERE id = :item",
    "an item for nothing": "UPDATE items SET points = 0 WHERE id = :item",
    "a venue with stock": "UPDATE items SET kind = 'venue', slot_minutes = 60 WHERE id = :item",
    "a batch below zero": "UPDATE batches SET on_hand = -1 WHERE item_id = :item",
    "change an event": "UPDATE stock_movements SET on_hand_change = 99 WHERE item_id = :item",
    "delete an event": "DELETE FROM stock_movements WHERE item_id = :item",
    "an event twice": movement(reference="reference"),
    "a receipt of nothing": movement(on_hand_change="0"),
    "a receipt of less than nothing": movement(on_hand_change="-5"),
    "a receipt from nowhere": movement(source="NULL"),
    "units without a batch": movement(batch_id="NULL"),
    "a receipt by nobody": movement(by_id="NULL"),
    "a hand-over of no order": movement(
        kind="'hand_over'", on_hand_change="-1", reserved_change="-1", source="NULL"
    ),
    "a reservation that moves stock": movement(kind="'reserve'", source="NULL", redemption_id=":order"),
    "spoilage that adds": movement(kind="'spoilage'", source="NULL"),
    "a kind nobody knows": movement(kind="'gift'"),
    "an order for nothing": ORDER.format("points = 0"),
    "approved by its owner": ORDER.format(APPROVED.format(actor=":owner")),
    "approved by nobody": ORDER.format(APPROVED.format(actor="NULL")),
    "approved without a code": ORDER.format(
        "state = 'approved', approved_by_id = :tong, approved_at = requested_at, pick_up_until = approve_until"
    ),
    "approved by who asked for it": ORDER.format(
        "requested_by_id = :tong, on_behalf_reason = 'x', " + APPROVED.format(actor=":tong")
    ),
    "asked for by staff without a reason": ORDER.format("requested_by_id = :tong"),
    "asked for by its owner on behalf": ORDER.format("requested_by_id = :owner, on_behalf_reason = 'x'"),
    "handed over unapproved": ORDER.format(HANDED.format(actor=":bu")),
    "handed over by its owner": ORDER.format(
        APPROVED.format(actor=":tong").replace(", state = 'approved'", "")
        + ", "
        + HANDED.format(actor=":owner")
    ),
    "handed over by its approver": ORDER.format(
        APPROVED.format(actor=":tong").replace(", state = 'approved'", "")
        + ", "
        + HANDED.format(actor=":tong")
    ),
    "handed over to a proxy without a name": ORDER.format(
        APPROVED.format(actor=":tong").replace(", state = 'approved'", "")
        + ", "
        + HANDED.format(actor=":bu").replace("'self'", "'proxy'")
    ),
    "rejected without a reason": ORDER.format("state = 'rejected', closed_at = requested_at"),
    "cancelled at no time": ORDER.format("state = 'cancelled'"),
    "no-show of goods": ORDER.format(
        APPROVED.format(actor=":tong").replace("'approved'", "'no_show'") + ", closed_at = requested_at"
    ),
    "a state nobody knows": ORDER.format("state = 'lost'"),
    "support without a purpose": ORDER.format("item_kind = 'activity_support'"),
    "a venue without a time": ORDER.format("item_kind = 'venue'"),
    "a line that does not add up": "UPDATE redemption_lines SET points = points + 1 WHERE redemption_id = :order",
    "a line of nothing": "UPDATE redemption_lines SET quantity = 0, points = 0 WHERE redemption_id = :order",
    "a shop that never decides": "UPDATE shops SET approve_days = 0",
}


@pytest.fixture
def facts(town):
    shop = cast.opened(town)
    soap = cast.goods(town, shop)
    order_id = cast.asked(town, shop, {soap: 1})
    names = {"owner": "wulan", "tong": "tong", "bu": "bu"}
    return {"order": order_id, "item": soap, **{key: town.person(name).id for key, name in names.items()}}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_the_database_refuses(facts, attack):
    wanted = {name: value for name, value in facts.items() if f":{name}" in attack}
    with pytest.raises(sa.exc.DBAPIError), transaction():
        session.execute(sa.text(attack), wanted)


@pytest.mark.parametrize(
    "harmless",
    [
        movement(),
        ORDER.format(APPROVED.format(actor=":tong")),
        ORDER.format(
            APPROVED.format(actor=":tong").replace(", state = 'approved'", "")
            + ", "
            + HANDED.format(actor=":bu")
        ),
        ORDER.format("state = 'cancelled', closed_at = requested_at"),
        ORDER.format("state = 'rejected', closed_at = requested_at, closing_reason = 'x'"),
    ],
)
def test_the_same_statements_pass_where_they_keep_the_rules(facts, broken_books, harmless):
    """The control: each attack above is refused for its own fault, not for the way it is written."""
    wanted = {name: value for name, value in facts.items() if f":{name}" in harmless}
    with transaction():
        session.execute(sa.text(harmless), wanted)


def test_two_open_orders_never_have_one_code_and_two_live_orders_never_one_slot(town):
    shop = cast.opened(town)
    soap, hall = cast.goods(town, shop, points=1), cast.venue(town, shop, points=1)
    first, second = cast.approved(town, shop, {soap: 1}), cast.approved(town, shop, {soap: 1})
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(
            sa.text(
                "UPDATE redemptions SET pick_up_code_index = (SELECT pick_up_code_index FROM redemptions"
                " WHERE id = :first) WHERE id = :second"
            ),
            {"first": first, "second": second},
        )
    cast.booked(town, shop, cast.slot_ids(hall)[:1])
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(
            sa.text(
                "INSERT INTO venue_slots (item_id, redemption_id, starts_at, ends_at, live)"
                " SELECT item_id, redemption_id, starts_at, ends_at, live FROM venue_slots WHERE item_id = :hall"
            ),
            {"hall": hall},
        )


def test_a_stocktake_is_never_approved_by_who_counted(town):
    shop = cast.opened(town)
    soap = cast.goods(town, shop)
    with transaction():
        found = stocktakes.propose(shop, [(soap, 1, None)], actor=cast.by(town, "bu")).id
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(
            sa.text(
                "UPDATE stocktakes SET state = 'approved', decided_by_id = proposed_by_id,"
                " decided_at = proposed_at WHERE id = :id"
            ),
            {"id": found},
        )
