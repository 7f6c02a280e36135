"""After a cancellation nothing remains, wherever staff typed it.

The words of one person are typed into every text that the API takes, and written into every text that a table has;
then they leave, and every table is read with its seals opened, the files of the database, and a backup made since.
"""

import pytest

from backend.db import session, transaction
from backend.ledger import verify
from backend.operations import invariants
from tests.attacks import matrix
from tests.attacks.test_canary import LAST, SEALED, _named, _takes_words
from tests.rights import canary

# Somebody's own name, telephone or address is theirs: it goes with them, and not with another one.
IDENTITY = (SEALED.keys() | {"nickname"}) - {"proxyName", "donor"}
ACTORS = ("owner", "leader", "member", "staff", "second", "keeper", "supervisor", "parent", "city")


def filled(schema, document, value, path=""):
    """The example `value` with the person's words in each text field; and which fields these are."""
    schema = _named(document, schema["$ref"]) if "$ref" in schema else schema
    if isinstance(value, list):
        found = [filled(schema["items"], document, one, path) for one in value]
        return [one for one, _ in found], {name for _, names in found for name in names}
    told, names = dict(value), set()
    for part in schema.get("allOf", []):
        told, more = filled(part, document, told, path)
        names |= more
    for name, inner in schema.get("properties", {}).items():
        while "$ref" in inner or "allOf" in inner:
            inner = inner["allOf"][0] if "allOf" in inner else _named(document, inner["$ref"])
        here = f"{path}{name}"
        if isinstance(told.get(name), dict | list) and (inner.get("properties") or inner.get("items", {}).get("$ref")):
            told[name], more = filled(inner, document, told[name], f"{here}.")
            names |= more
        elif name not in IDENTITY and _takes_words(inner):
            told[name] = canary.typed(inner.get("maxLength", 500))
            names.add(here)
    return told, names


def type_everywhere(town, things):
    """Types the words into every text field of every operation; answers which fields were taken, and which not."""
    document, told = matrix.documentation.document(town.app), matrix.operations(town.app)
    asked, taken = set(), set()
    for operation in sorted(told, key=lambda name: name in LAST):
        if operation in matrix.ENDING or operation in LAST:
            continue
        method, path = operation.split(" ")[0], things.path(operation)
        content = told[operation].get("requestBody", {}).get("content", {}).get("application/json")
        body, fields = None, set()
        if content is not None:
            body, fields = filled(content["schema"], document, things.body(told[operation]))
        questions = [one for one in told[operation].get("parameters", []) if one["name"] == "reason"]
        if questions:
            path, fields = f"{path}?reason={canary.typed(questions[0]['schema']['maxLength'])}", fields | {"?reason"}
        asked |= {f"{operation} {field}" for field in fields}
        for actor in ACTORS if fields else ():
            answer = things.phones[actor].call(method, path, body)
            if answer.status_code < 300:
                taken |= {f"{operation} {field}" for field in fields}
            answer.close()
    return asked, taken


@pytest.fixture
def things(town, wechat):
    return matrix.Things(town)


def test_what_staff_typed_into_any_field_of_the_api_goes_with_the_person(town, things, tmp_path):
    owner = things.phones["owner"]
    canary.known(town, owner.id)
    asked, taken = type_everywhere(town, things)
    print(sorted(asked - taken))
    assert canary.left_of_them(tmp_path, *canary.WORDS), "the test finds what is there"
    assert owner.delete("/me").status_code in (200, 409)
    assert owner.call("DELETE", "/me", {"confirm": True}).status_code == 200
    left = canary.left_of_them(tmp_path, *canary.WORDS)
    assert not left, "\n".join(left)
    assert [*verify.findings(), *invariants.findings()] == []
    assert asked - taken == set()
