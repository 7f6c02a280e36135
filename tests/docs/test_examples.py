"""Each request and each answer in the OpenAPI document has an example, and the example is true to its schema."""

import copy

import pytest
from openapi_schema_validator import OAS30Validator

from backend.api.frame import examples as kept_examples
from backend.api.frame import openapi as documentation
from tests.conformance import absolute, registry

RECORD = "python -m scripts.record_examples, then flask open-api"


def contents(document):
    """(where, content) of every JSON body, form and answer."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield f"{method} {path} body", content
            for status in ("200", "201"):
                content = operation["responses"].get(status, {}).get("content", {}).get("application/json")
                if content is not None:
                    yield f"{method} {path} {status}", content
    for name, response in document["components"]["responses"].items():
        yield name, response["content"]["application/json"]


def examples(content):
    return [
        *([content["example"]] if "example" in content else []),
        *(one["value"] for one in content.get("examples", {}).values()),
    ]


def faults(document):
    """Examples that are missing or do not fit."""
    known, found = registry(document), []
    for where, content in contents(document):
        if not examples(content):
            found.append(f"{where}: no example")
        validator = OAS30Validator(absolute(content["schema"]), registry=known)
        for example in examples(content):
            found += [f"{where}: {fault.message}" for fault in validator.iter_errors(example)]
    return found


@pytest.fixture(scope="module")
def document(migrated_app):
    return documentation.document(migrated_app)


def test_every_example_fits_its_schema(document):
    assert faults(document) == [], RECORD


def test_a_wrong_and_a_missing_example_would_be_found(document):
    spoilt = copy.deepcopy(document)
    content = spoilt["paths"]["/api/v1/me/points"]["get"]["responses"]["200"]["content"]["application/json"]
    content["example"]["data"]["available"] = "forty"
    del spoilt["paths"]["/api/v1/wishes"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert len(faults(spoilt)) == 2


def test_every_refusal_is_shown_under_its_status(document):
    shown = {
        name
        for response in document["components"]["responses"].values()
        for name in response["content"]["application/json"]["examples"]
    }
    ours = {one.name() for one in kept_examples.refusals()}
    # No route promises 405: it is what an address answers that is none.
    assert ours - shown == {"METHOD_NOT_ALLOWED"}


def test_examples_name_nobody_and_no_secret(document):
    """Names are invented and phones begin with 111, which is unassigned; what opens something is replaced."""
    text = str([examples(content) for _where, content in contents(document)])
    assert "sim:" not in text.replace("sim:ning:…", "")
    assert "127.0.0.1" not in text


def test_every_tag_is_told(document):
    assert [tag["name"] for tag in document["tags"] if not tag.get("description")] == [], "documentation.TAGS"
