"""改时段: a venue booked for another time in one step. The new booking is an order of its own, approved anew; the former one
is given up in the same transaction, so that it stands as it was where the new one cannot be had."""

from collections.abc import Sequence

from backend import clock
from backend.journal import Actor, check_reason
from backend.supermarket import queries, timetable
from backend.supermarket.actions import approvals, requests
from backend.supermarket.models import ItemKind, Redemption


def rebook(order_id: int, slot_ids: Sequence[int], reason: str, *, actor: Actor) -> Redemption:
    """Staff book these slots for a resident instead of those of their order, for the same purpose and in the same series.

    Raises NotAVenue, and what `approvals.take_back` and `requests.request` refuse; then nothing has changed.
    """
    former = queries.order(order_id, actor=actor)
    if former.item_kind != ItemKind.VENUE:
        raise timetable.NotAVenue()
    # First, so that its own slots, points and share of the limit are free for the new one.
    approvals.take_back(former.id, _moved_to(slot_ids), actor=actor)
    check_reason(reason)
    made = requests.request(
        former.shop_id,
        [],
        slot_ids=list(slot_ids),
        purpose=former.purpose,
        team_id=former.team_id,
        on_behalf_of=(former.person_id, reason),
        actor=actor,
    )
    made.series_id = former.series_id
    return made


def _moved_to(slot_ids: Sequence[int]) -> str:
    if not slot_ids:
        return "改时段"
    first = min(map(timetable.begins, slot_ids))
    return f"改到 {first.astimezone(clock.CHINA):%m月%d日 %H:%M}"
