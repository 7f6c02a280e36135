"""The cases of the queues of adjustments of points and of opening balances."""

from backend import clock, journal
from backend.db import session, transaction
from backend.points import states
from backend.points.models import Adjustment
from backend.points.opening_models import OpeningSheet
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


def write_sheets(town, number, maker="lan"):
    if number:
        facts = {"uploaded_by_id": town.person(maker).id, "uploaded_at": clock.now()}
        with transaction():
            first = OpeningSheet(community_id=town.songtao, file_name="账本.xlsx", state="proposed", **facts)
            session.add(first)
            session.flush()
            journal.write(
                "propose",
                "opening_sheet",
                first.id,
                actor=town.person(maker),
                states=(None, first.state),
                place=town.songtao,
            )
            multiply(first, number - 1)
            return first.id
    return None


CASES = {
    # `GET /points/adjustments` is what those who read them see of all; who decides one finds `actions` in it.
    "审核积分调整": Case(
        Adjustment,
        write_proposed,
        none_proposed,
        lambda row, actor: may(states.APPROVE, row, actor),
        page="/console/points/adjustments",
        others=other_proposals,
    ),
    "确认期初积分": Case(
        OpeningSheet,
        write_sheets,
        lambda: ended(OpeningSheet, "rejected", "proposed", **by_another(OpeningSheet.uploaded_by_id)),
        lambda row, actor: may(states.CONFIRM, row, actor),
        page="/console/points/opening-balances",
        others=lambda town: write_sheets(town, 1, maker="tong"),
    ),
}
