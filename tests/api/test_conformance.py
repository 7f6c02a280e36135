"""Negative controls for tests/conformance.py: what the document does not promise fails the suite."""

import json

import pytest

from tests.conformance import checked


@pytest.fixture(scope="module")
def town(shared_town):
    return shared_town


@pytest.fixture
def answer(town):
    """A good answer of the wall, with a wish in it."""
    return town.phone("ning").get(f"/wishes?communityId={town.baihua}&limit=1")


def _with(answer, change):
    told = json.loads(answer.get_data())
    change(told)
    answer.set_data(json.dumps(told))
    return answer


def test_a_good_answer_passes_again(town, answer):
    assert checked(town.app, answer) is answer


@pytest.mark.parametrize("status", [201, 204, 302, 418, 405])
def test_a_status_that_is_not_in_the_document_fails(town, answer, status):
    answer.status_code = status
    with pytest.raises(AssertionError, match="undocumented"):
        checked(town.app, answer)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.update(extra=1),
        lambda told: told.pop("requestId"),
        lambda told: told.update(code=1),
        lambda told: told.update(message="fine"),
        lambda told: told["data"].update(total=1),
        lambda told: told["data"].pop("nextCursor"),
        lambda told: told["data"]["list"][0].update(wisherId=7),
        lambda told: told["data"]["list"][0].pop("actions"),
        lambda told: told["data"]["list"][0].update(estimatedCost="80"),
        lambda told: told["data"]["list"][0].update(state="lost"),
        lambda told: told["data"]["list"][0].update(title=None),
    ],
)
def test_an_extra_a_missing_or_a_wrong_property_fails_at_every_depth(town, answer, change):
    with pytest.raises(AssertionError):
        checked(town.app, _with(answer, change))


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.update(code=49999),
        lambda told: told.update(error="NEVER_HEARD_OF"),
        lambda told: told.update(stack="File …"),
        lambda told: told.pop("error"),
    ],
)
def test_a_refusal_outside_the_catalogue_fails(town, change):
    refused = town.phone("ning").get("/wishes/999999")
    assert refused.status_code == 404
    with pytest.raises(AssertionError):
        checked(town.app, _with(refused, change))


def test_an_answer_that_is_not_json_fails(town, answer):
    answer.headers["Content-Type"] = "text/html"
    with pytest.raises(AssertionError):
        checked(town.app, answer)


def test_an_address_that_is_not_in_the_document_may_only_refuse(town):
    answer = town.phone().get("/nowhere")
    answer.status_code = 200
    with pytest.raises(AssertionError, match="does not know"):
        checked(town.app, answer)
