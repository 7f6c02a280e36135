"""Each answer of the suite is held against the OpenAPI document: its route, its status, its shape."""

from functools import cache

from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from backend.api import documentation

_ROOT = "urn:openapi"


def checked(app, answer):
    """Returns the answer, or fails when the document does not describe it."""
    rule = _rule(app, answer.request)
    if rule is None:
        assert answer.status_code in (404, 405), "an address that the document does not know"
        return answer
    operation = documentation.document(app)["paths"][rule][answer.request.method.lower()]
    described = operation["responses"].get(str(answer.status_code))
    assert described is not None, f"{answer.request.method} {rule} answers {answer.status_code}, undocumented"
    problems = sorted(str(error.message) for error in _validator(app, rule, answer).iter_errors(answer.json))
    assert not problems, f"{answer.request.method} {rule} {answer.status_code}: {problems[:3]}"
    return answer


def _rule(app, request):
    adapter = app.url_map.bind("localhost")
    try:
        rule, _ = adapter.match(request.path, method=request.method, return_rule=True)
    except Exception:
        return None
    return documentation.path_of(rule)


def _validator(app, rule, answer):
    return _validator_of(id(app), rule, answer.request.method.lower(), str(answer.status_code), _Holder(app))


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
    registry = Registry().with_resource(_ROOT, Resource(document, DRAFT4))
    return OAS30Validator(_absolute(schema), registry=registry)


def _absolute(schema):
    if isinstance(schema, dict):
        return {
            key: f"{_ROOT}{value}" if key == "$ref" else _absolute(value) for key, value in schema.items()
        }
    return [_absolute(part) for part in schema] if isinstance(schema, list) else schema
