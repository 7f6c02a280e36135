"""Recomputes stock and orders from their events and says, in plain sentences, what does not agree.

Each check is one statement, so it sees one moment of shops that are open, and the database sends back only
what is wrong.
"""

from collections.abc import Callable, Iterator

from backend.checks import Check, sentences

STOCK = Check(
    """
    SELECT * FROM (
        SELECT id, name, on_hand, reserved,
            (SELECT coalesce(sum(on_hand_change), 0) FROM stock_movements
             WHERE item_id = items.id) AS summed,
            (SELECT coalesce(sum(reserved_change), 0) FROM stock_movements
             WHERE item_id = items.id) AS bound,
            (SELECT coalesce(sum(on_hand), 0) FROM batches WHERE item_id = items.id) AS in_batches
        FROM items
    ) AS one WHERE on_hand <> summed OR reserved <> bound OR on_hand <> in_batches ORDER BY id
    """,
    "item {id} ({name}) stores {on_hand} on hand and {reserved} reserved, its events sum to {summed} and "
    "{bound}, its batches to {in_batches}",
)
BATCHES = Check(
    """
    SELECT * FROM (
        SELECT id, item_id, on_hand,
            (SELECT coalesce(sum(on_hand_change), 0) FROM stock_movements
             WHERE batch_id = batches.id) AS summed
        FROM batches
    ) AS one WHERE on_hand <> summed ORDER BY id
    """,
    "batch {id} of item {item_id} stores {on_hand} units, its events sum to {summed}",
)
RESERVED = Check(
    """
    SELECT * FROM (
        SELECT id, name, reserved,
            (SELECT coalesce(sum(redemption_lines.quantity), 0) FROM redemption_lines
             JOIN redemptions ON redemptions.id = redemption_lines.redemption_id
             WHERE redemption_lines.item_id = items.id
                AND redemptions.state IN ('requested', 'approved')) AS ordered
        FROM items WHERE kind = 'goods'
    ) AS one WHERE reserved <> ordered ORDER BY id
    """,
    "item {id} ({name}) has {reserved} reserved, open orders ask for {ordered}",
)
EVENTS = Check(
    """
    SELECT * FROM (
        SELECT id, reference, on_hand_after,
            sum(on_hand_change) OVER (PARTITION BY item_id ORDER BY id) AS summed
        FROM stock_movements
    ) AS one WHERE on_hand_after <> summed ORDER BY id
    """,
    "stock event {id} ({reference}) tells {on_hand_after} on hand, up to it they sum to {summed}",
)
POINTS = Check(
    """
    SELECT * FROM (
        SELECT id, number, points,
            (SELECT coalesce(sum(points), 0) FROM redemption_lines
             WHERE redemption_id = redemptions.id) AS asked
        FROM redemptions
    ) AS one WHERE points <> asked ORDER BY id
    """,
    "order {id} ({number}) costs {points} points, its lines {asked}",
)
HOLDS = Check(
    """
    SELECT redemptions.id, redemptions.number, redemptions.state, redemptions.points,
        coalesce(holds.state, 'missing') AS hold_state, coalesce(holds.amount, 0) AS amount
    FROM redemptions
    LEFT JOIN holds ON holds.reference = 'redemption:' || redemptions.id
    WHERE holds.id IS NULL OR holds.amount <> redemptions.points
        OR holds.person_id <> redemptions.person_id
        OR holds.state <> CASE
            WHEN redemptions.state IN ('requested', 'approved') THEN 'open'
            WHEN redemptions.state IN ('handed_over', 'returned') THEN 'settled'
            ELSE 'released' END
    ORDER BY redemptions.id
    """,
    "order {id} ({number}) is {state} over {points} points, its hold is {hold_state} over {amount}",
)
STRAY = Check(
    """
    SELECT holds.id, holds.reference FROM holds
    LEFT JOIN (
        SELECT 'redemption:' || id AS reference FROM redemptions WHERE state IN ('requested', 'approved')
    ) AS waiting ON waiting.reference = holds.reference
    WHERE holds.state = 'open' AND waiting.reference IS NULL ORDER BY holds.id
    """,
    "hold {id} ({reference}) is open, yet no order waits for it",
)
RETURNS = Check(
    """
    SELECT * FROM (
        SELECT redemptions.id, redemptions.number, redemptions.state,
            (SELECT coalesce(sum(back.amount), 0) FROM holds
             JOIN transfers ON transfers.hold_id = holds.id AND transfers.kind = 'settle'
             JOIN transfers AS back ON back.reverses_id = transfers.id
             WHERE holds.reference = 'redemption:' || redemptions.id) AS given_back,
            (SELECT coalesce(sum(returned * unit_points), 0) FROM redemption_lines
             WHERE redemption_id = redemptions.id) AS returned
        FROM redemptions
    ) AS one WHERE given_back <> returned ORDER BY id
    """,
    "order {id} ({number}) is {state}, {returned} points worth of it came back, {given_back} were given back",
)
SPENT = Check(
    """
    SELECT * FROM (
        SELECT redemptions.id, redemptions.number, redemptions.state,
            (SELECT coalesce(sum(transfers.amount), 0) FROM holds
             JOIN transfers ON transfers.hold_id = holds.id AND transfers.kind = 'settle'
             WHERE holds.reference = 'redemption:' || redemptions.id) AS spent,
            (SELECT coalesce(sum(handed_over * unit_points), 0) FROM redemption_lines
             WHERE redemption_id = redemptions.id) AS left_with_it
        FROM redemptions
    ) AS one WHERE spent <> left_with_it ORDER BY id
    """,
    "order {id} ({number}) is {state}, {left_with_it} points worth of it was handed over, {spent} were spent",
)
LINES = Check(
    """
    SELECT * FROM (
        SELECT redemptions.id, redemptions.number, redemptions.state, lines.item_id, lines.handed_over,
            lines.returned,
            (SELECT coalesce(sum(quantity), 0) FROM redemption_returns AS back
             WHERE back.redemption_id = lines.redemption_id AND back.item_id = lines.item_id) AS back,
            (SELECT coalesce(sum(handed_over - returned), 0) FROM redemption_lines AS all_lines
             WHERE all_lines.redemption_id = redemptions.id) AS kept
        FROM redemptions JOIN redemption_lines AS lines ON lines.redemption_id = redemptions.id
    ) AS one
    WHERE returned <> back
        OR (handed_over IS NOT NULL) <> (state IN ('handed_over', 'returned'))
        OR (state = 'returned' AND kept > 0) OR (state = 'handed_over' AND kept = 0)
    ORDER BY id, item_id
    """,
    "order {id} ({number}) is {state}: of item {item_id} {handed_over} were handed over, {returned} came back, "
    "its returns say {back}, and the order keeps {kept}",
)
GOODS = Check(
    """
    SELECT * FROM (
        SELECT redemptions.id, redemptions.number, redemptions.state, lines.item_id, lines.quantity,
            coalesce(lines.handed_over, 0) - lines.returned AS out,
            (SELECT coalesce(sum(reserved_change), 0) FROM stock_movements
             WHERE redemption_id = redemptions.id AND item_id = lines.item_id) AS bound,
            (SELECT coalesce(sum(on_hand_change), 0) FROM stock_movements
             WHERE redemption_id = redemptions.id AND item_id = lines.item_id) AS moved
        FROM redemptions
        JOIN redemption_lines AS lines ON lines.redemption_id = redemptions.id
        WHERE redemptions.item_kind = 'goods'
    ) AS one
    WHERE bound <> CASE WHEN state IN ('requested', 'approved') THEN quantity ELSE 0 END
        OR moved <> -out
    ORDER BY id, item_id
    """,
    "order {id} ({number}) is {state} over {quantity} of item {item_id}: "
    "its events reserve {bound} and move {moved}, {out} are out",
)
SLOTS = Check(
    """
    SELECT redemptions.id, redemptions.number, redemptions.state, count(venue_slots.id) AS booked,
        coalesce(sum(CASE WHEN venue_slots.live THEN 1 ELSE 0 END), 0) AS live,
        (SELECT coalesce(sum(quantity), 0) FROM redemption_lines
         WHERE redemption_id = redemptions.id) AS asked
    FROM redemptions LEFT JOIN venue_slots ON venue_slots.redemption_id = redemptions.id
    WHERE redemptions.item_kind = 'venue'
    GROUP BY redemptions.id, redemptions.number, redemptions.state
    HAVING count(venue_slots.id) <> (SELECT coalesce(sum(quantity), 0) FROM redemption_lines
                                     WHERE redemption_id = redemptions.id)
        OR coalesce(sum(CASE WHEN venue_slots.live THEN 1 ELSE 0 END), 0) <> CASE
            WHEN redemptions.state IN ('requested', 'approved', 'handed_over', 'no_show')
            THEN count(venue_slots.id) ELSE 0 END
    ORDER BY redemptions.id
    """,
    "order {id} ({number}) is {state} over {asked} slots: {booked} are booked, {live} of them are live",
)
OVERLAPS = Check(
    """
    SELECT one.id, one.item_id, other.id AS other_id FROM venue_slots AS one
    JOIN venue_slots AS other ON other.item_id = one.item_id AND other.id > one.id
        AND other.starts_at < one.ends_at AND one.starts_at < other.ends_at
    WHERE one.live AND other.live ORDER BY one.id
    """,
    "slots {id} and {other_id} of venue {item_id} overlap",
)
FOUR_EYES = Check(
    """
    SELECT id, number FROM redemptions
    WHERE approved_by_id IN (person_id, requested_by_id) OR handed_over_by_id = person_id
        OR returned_by_id IN (person_id, handed_over_by_id)
        OR (four_eyes AND handed_over_by_id IN (approved_by_id, requested_by_id))
    ORDER BY id
    """,
    "order {id} ({number}) was made and checked by the same person",
)
COUNTS = Check(
    "SELECT id, number FROM stocktakes WHERE decided_by_id = proposed_by_id ORDER BY id",
    "stocktake {id} ({number}) was made and checked by the same person",
)
DIFFERENCES = Check(
    """
    SELECT * FROM (
        SELECT stocktakes.id, stocktakes.number, stocktakes.state, lines.item_id, lines.book, lines.counted,
            (SELECT coalesce(sum(on_hand_change), 0) FROM stock_movements
             WHERE stocktake_id = stocktakes.id AND item_id = lines.item_id) AS moved
        FROM stocktakes JOIN stocktake_lines AS lines ON lines.stocktake_id = stocktakes.id
    ) AS one
    WHERE moved <> CASE WHEN state = 'approved' THEN counted - book ELSE 0 END ORDER BY id, item_id
    """,
    "stocktake {id} ({number}) is {state} and counted {counted} for {book} of item {item_id}, "
    "its events move {moved}",
)
REVERSALS = Check(
    """
    SELECT red.id, red.reference, coalesce(receipt.reference, 'none') AS receipt, red.on_hand_change AS units
    FROM stock_movements AS red
    LEFT JOIN stock_movements AS receipt ON receipt.id = red.reverses_id
    WHERE red.kind = 'receipt_reversal' AND (
        receipt.id IS NULL OR receipt.kind <> 'receipt' OR receipt.item_id <> red.item_id
        OR receipt.batch_id <> red.batch_id OR receipt.on_hand_change <> -red.on_hand_change
        OR receipt.by_id = red.by_id)
    ORDER BY red.id
    """,
    "stock event {id} ({reference}) takes {units} back of receipt {receipt}, and is not its counterpart by "
    "another hand",
)
TRANSFERS = Check(
    """
    SELECT * FROM (
        SELECT id, number, state, quantity, coalesce(received, 0) AS received,
            (SELECT coalesce(sum(-on_hand_change), 0) FROM stock_movements
             WHERE transfer_id = shop_transfers.id AND item_id = shop_transfers.item_id
                AND kind = 'transfer_out') AS sent,
            (SELECT coalesce(sum(on_hand_change), 0) FROM stock_movements
             WHERE transfer_id = shop_transfers.id AND kind = 'transfer_in' AND item_id = CASE
                WHEN state = 'called_back' THEN shop_transfers.item_id ELSE to_item_id END) AS arrived,
            (SELECT coalesce(sum(on_hand_change), 0) FROM stock_movements
             WHERE transfer_id = shop_transfers.id AND kind = 'transfer_in') AS all_arrived
        FROM shop_transfers
    ) AS one
    WHERE sent <> quantity OR arrived <> all_arrived OR arrived <> CASE
        WHEN state = 'sent' THEN 0 WHEN state = 'received' THEN received ELSE quantity END
    ORDER BY id
    """,
    "transfer {id} ({number}) is {state} over {quantity}: its events sent {sent}, and {all_arrived} arrived",
)
SENDERS = Check(
    "SELECT id, number FROM shop_transfers WHERE state = 'received' AND closed_by_id = sent_by_id ORDER BY id",
    "transfer {id} ({number}) was sent and received by the same person",
)
BARCODES = Check(
    "SELECT item_barcodes.id, code, item_id FROM item_barcodes JOIN items ON items.id = item_id"
    " WHERE items.shop_id <> item_barcodes.shop_id ORDER BY item_barcodes.id",
    "barcode {id} ({code}) of item {item_id} is of another shop than its item",
)
CHECKS = (
    STOCK,
    BATCHES,
    RESERVED,
    EVENTS,
    POINTS,
    HOLDS,
    STRAY,
    RETURNS,
    SPENT,
    LINES,
    GOODS,
    SLOTS,
    OVERLAPS,
    FOUR_EYES,
    COUNTS,
    DIFFERENCES,
    REVERSALS,
    TRANSFERS,
    SENDERS,
    BARCODES,
)


def findings(progress: Callable[[str], object] = lambda _: None) -> Iterator[str]:
    """Everything in shops and orders that contradicts its own events, one sentence each; none is good."""
    for check in CHECKS:
        yield from sentences(check)
    progress("stock and orders checked")
