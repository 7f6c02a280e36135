"""Who may not act is told so before any field is judged; who may is told what a reason has to be."""

import pytest

from tests.attacks import matrix
from tests.attacks.test_matrix import things  # noqa: F401 - a fixture
from tests.town import API

NOBODY = ("anonymous", "outsider", "resident", "owner")


def with_a_reason(app):
    """The operations that are given a reason in their body, with what the document says of them."""
    schemas = matrix.documentation.document(app)["components"]["schemas"]

    def properties(told):
        (content,) = told.get("requestBody", {"content": {"": {}}})["content"].values()
        named = content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
        return schemas.get(named, content.get("schema", {}))

    return {
        operation: properties(told)
        for operation, told in matrix.operations(app).items()
        if "reason" in properties(told).get("properties", {})
    }


def test_who_may_not_act_is_refused_whatever_they_send(things):  # noqa: F811
    """AT11, contract: 401, 403 or 404 before any field is judged, so an empty body tells a stranger nothing."""
    kept, found = matrix.kept(), with_a_reason(things.town.app)
    assert len(found) > 25
    told = matrix.operations(things.town.app)
    wrong = {}
    for operation in found:
        for actor in matrix.ACTORS:
            outside = kept[operation][actor]
            if outside == "in" or ("{" not in operation and actor not in NOBODY):
                # Without an id in the path, an empty body does not say that it is about another's place.
                continue
            came = things.tried(operation, told[operation], actor, body={})
            if came != outside:
                wrong[f"{operation}: {actor}"] = (outside, came)
    assert wrong == {}


@pytest.mark.parametrize("reason", [None, "", "好", " 好 ", "好\u3000", "x" * 1001, 7])
def test_who_may_is_told_what_is_wrong_with_the_reason(things, reason):  # noqa: F811
    kept, told = matrix.kept(), matrix.operations(things.town.app)
    wrong = {}
    for operation, schema in with_a_reason(things.town.app).items():
        if "reason" not in schema.get("required", ()):
            continue
        inside = [actor for actor, came in kept[operation].items() if came == "in"]
        if not inside:
            continue
        method, _path = operation.split(" ")
        body = {**(things.body(told[operation]) or {}), "reason": reason}
        phone = things.phones[inside[0]]
        answer = phone.client.open(things.path(operation), method=method, headers=phone.headers, json=body)
        if answer.status_code == 409:
            # In a state in which nothing is done: nothing is written either.
            continue
        if answer.status_code != 422 or "reason" not in (answer.json["data"] or {}):
            wrong[operation] = (answer.status_code, answer.get_data(as_text=True)[:200])
    assert wrong == {}


def test_a_reason_to_open_a_contact_says_something_too(things):  # noqa: F811
    claimed = things.ids["claimed"]
    for name, status in (("staff", 422), ("sibling", 404), ("outsider", 403)):
        answer = things.phones[name].get(f"{API}/wishes/{claimed}/contact?reason=x")
        assert answer.status_code == status, name
        answer = things.phones[name].get(f"{API}/people/{things.ids['person_id']}/contact?reason=x")
        assert answer.status_code == status, name
    complaint = things.ids["complaint_id"]
    assert things.phones["staff"].get(f"/complaints/{complaint}/contact").status_code == 422
    assert things.phones["sibling"].get(f"/complaints/{complaint}/contact").status_code == 404
