"""Certificates at the desk: found by their number, revoked by the staff of the community that issued them."""

import pytest

from backend import clock
from backend.db import transaction
from backend.volunteering import certificate_queries as queries
from backend.volunteering.actions import certificates
from tests.volunteering import cast
from tests.volunteering.test_certificates import DAY, LATER, name_is


@pytest.fixture
def number(town):
    (one,) = cast.newcomers(town, 1)
    name_is(one, "鲁有成")
    cast.certified(town, one)
    with clock.frozen_at(LATER), transaction():
        return certificates.issue(DAY, DAY, actor=one).number


def test_staff_who_may_revoke_it_see_whose_it_is_and_revoke_it_with_a_reason(visitor, number):
    clerk = visitor("lan")
    page = clerk.page(f"/console/certificates?number={number.lower()}")
    assert "鲁有成" in page
    path = f"/console/certificates/{number}/revoke"
    assert clerk.post(path, {"reason": ""}).status_code == 422
    assert clerk.post(path, {"reason": "活动名单有误"}).status_code == 303
    page = clerk.page(f"/console/certificates?number={number}")
    assert "活动名单有误" in page
    assert "撤销这份证明" not in page
    found = queries.numbered(number)
    assert queries.statuses([found])[found.id] == "revoked"


def test_those_of_another_community_do_not_exist_here(visitor, number):
    other = visitor("bai")
    assert "本社区没有开具过" in other.page(f"/console/certificates?number={number}")
    assert other.post(f"/console/certificates/{number}/revoke", {"reason": "x"}).status_code == 404
    assert visitor("bu").get("/console/certificates").status_code == 403


def test_without_a_number_it_says_where_to_verify_one(visitor):
    assert 'href="/certificates"' in visitor("tong").page("/console/certificates")
