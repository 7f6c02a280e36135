"""Each answer of the suite is held against the OpenAPI document: its route, its status, its shape."""

from functools import cache

from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from backend.api.frame import openapi as documentation

_ROOT = "urn:openapi"


def checked(app, answer):
    """Returns the answer, or fails when the document does not describe it."""
    request = answer.request
    checked_told(app, request.method, request.path, answer.status_code, answer.json)
    return answer


def checked_told(app, method, path, status, told):
    """The same for what came over a wire: fails when the document does not describe it."""
    rule = _rule(app, method, path)
    if rule is None:
        assert status in (404, 405), "an address that the document does not know"
        return
    described = documentation.document(app)["paths"][rule][method.lower()]["responses"].get(str(status))
    assert described is not None, f"{method} {rule} answers {status}, undocumented"
    validator = _validator_of(id(app), rule, method.lower(), str(status), _Holder(app))
    problems = sorted(str(error.message) for error in validator.iter_errors(told))
    assert not problems, f"{method} {rule} {status}: {problems[:3]}"


def _rule(app, method, path):
    adapter = app.url_map.bind("localhost")
    try:
        rule, _ = adapter.match(path, method=method, return_rule=True)
    except Exception:
        return None
    return documentation.path_of(rule)


class _Holder:
    """Carries the app past the cache's key."""

    def __init__(self, app):
        self.app = app

    def __hash__(self):
        return 0

    def __eq__(self, other):
        return True


@cache
def _validator_of(_app_id, rule, method, status, holder):
    document = documentation.document(holder.app)
    described = document["paths"][rule][method]["responses"][status]
    if "$ref" in described:
        described = document["components"]["responses"][described["$ref"].rsplit("/", 1)[1]]
    schema = described["content"]["application/json"]["schema"]
    return OAS30Validator(absolute(schema), registry=registry(document))


def registry(document):
    """Where a schema's references are looked up."""
    return Registry().with_resource(_ROOT, Resource(document, DRAFT4))


def absolute(schema):
    """A part of the document as a schema of its own: its references say whose parts they mean."""
    if isinstance(schema, dict):
        return {key: f"{_ROOT}{value}" if key == "$ref" else absolute(value) for key, value in schema.items()}
    return [absolute(part) for part in schema] if isinstance(schema, list) else schema
