"""Adjustments of points that wait: how many they are, and what is told to whoever comes second."""

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.points.models import Adjustment
from tests.console.visitor import Visitor
from tests.house import points_queues
from tests.points import cast


@pytest.mark.parametrize("number", [1, 110])
def test_the_page_of_one_says_how_many_wait(town, number):
    with transaction():
        points_queues.none_proposed()
    points_queues.write_proposed(town, number)
    first = session.scalar(sa.select(sa.func.min(Adjustment.id)).where(Adjustment.state == "proposed"))
    page = Visitor(town.app, "tong").page(f"/console/points/adjustments/{first}")
    assert f"还有 {number} 笔待审核" in page


def test_whoever_comes_second_is_told_that_an_adjustment_is_decided(town):
    waiting, clerk = cast.proposed(town, maker="lan"), Visitor(town.app, "tong")
    clerk.page(f"/console/points/adjustments/{waiting}")
    with transaction():
        points_queues.none_proposed()
    late = clerk.post(f"/console/points/adjustments/{waiting}/approve")
    assert late.status_code == 409
    assert "这笔积分调整已经有人处理" in clerk.text(late)
    assert cast.adjustment(waiting).state == "rejected"
