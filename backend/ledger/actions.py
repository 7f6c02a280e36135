"""The verbs by which points move. All run inside the caller's `transaction()`.

`actor` is the person who acts, or None where time itself does.

A reference comes from the domain (`wish:17:confirmed`) and names one movement for ever: a repeat with the
same facts answers the first and changes nothing, with other facts it is refused (ReferenceReused).
"""

from backend.ledger.adjustments import adjust
from backend.ledger.awards import Awarded, award, grant
from backend.ledger.corrections import AlreadyReversed, MoreThanSettled, NotReversible, give_back, reverse
from backend.ledger.endings import expire, lots_to_expire
from backend.ledger.holds import HoldClosed, HoldResult, hold, release, settle
from backend.ledger.posting import NotAPositiveAmount, NotEnoughPoints, ReferenceReused, TransferResult
from backend.ledger.rules import NoEarningRule

__all__ = [
    "AlreadyReversed",
    "Awarded",
    "HoldClosed",
    "HoldResult",
    "MoreThanSettled",
    "NoEarningRule",
    "NotAPositiveAmount",
    "NotEnoughPoints",
    "NotReversible",
    "ReferenceReused",
    "TransferResult",
    "adjust",
    "award",
    "expire",
    "give_back",
    "grant",
    "hold",
    "lots_to_expire",
    "release",
    "reverse",
    "settle",
]
