"""The case of the queue of adjustments of points."""

from backend.db import transaction
from backend.points import states
from backend.points.models import Adjustment
from tests.house.queue_case import Case, by_another, ended, may, multiply
from tests.points import cast


def write_proposed(town, number):
    if number:
        first = cast.adjustment(cast.proposed(town, maker="lan"))
        with transaction():
            multiply(first, number - 1)


def other_proposals(town):
    """Proposed by tong, and for tong."""
    first = cast.adjustment(cast.proposed(town, maker="tong"))
    with transaction():
        multiply(first, 1, person_id=town.person("tong").id, proposed_by_id=town.person("lan").id)


def none_proposed():
    decided = by_another(Adjustment.proposed_by_id, Adjustment.person_id)
    return ended(Adjustment, "rejected", "proposed", decision_reason="没有依据", **decided)


CASES = {
    # `GET /points/adjustments` is what those who read them see of all; who decides one finds `actions` in it.
    "审核积分调整": Case(
        Adjustment,
        write_proposed,
        none_proposed,
        lambda row, actor: may(states.APPROVE, row, actor),
        page="/console/points/adjustments",
        others=other_proposals,
    )
}
