"""The examples of the OpenAPI document: what was really answered, else what the schema says of its fields.

`examples.json` is recorded from the calls of miniprogram_api_docs/ by `python -m scripts.record_examples`.
Where an operation was not played, a recorded object of the same schema stands in; what is left is made from
the fields' own examples and limits. The tests hold every one against its schema.
"""

import json
import re
from pathlib import Path
from typing import Any

from backend import errors, text

KEPT = Path(__file__).with_name("examples.json")
# No route leads there yet (tests/house/test_routes.py): nobody meets their refusals.
WITHOUT_ROUTES = ("backend.tickets",)
REQUEST_ID = "08cbbc2e7a25f303a60bbe93"
# What a refusal's sentence speaks of; a text that stands for no particular one is an ellipsis.
FACTS: dict[str, Any] = {
    "available": 40,
    "cap": 300,
    "cardNumber": "P000017",
    "confirmed": 12,
    "count": 2,
    "earliest": "2026-11-24",
    "item": "香皂",
    "kind": "grid",
    "latest": "2027-02-21",
    "limit": 2,
    "minAge": 18,
    "minutes": 120,
    "missing": "姓名",
    "most": 500,
    "name": "松涛社区",
    "needed": 44,
    "opensAt": "08:30",
    "other": "清雪",
    "parent": "unit",
    "period": "每季度",
    "recorded": 400,
    "reserved": 3,
    "taken": 2,
}
BY_FORMAT = {"date": "2026-12-31", "date-time": "2026-11-23T09:00:00+08:00"}
BY_PATTERN = {
    f"^({text.MOBILE.pattern})$": "11100000012",
    f"^({text.MOBILE.pattern}|{text.LANDLINE.pattern})$": "11100000012",
    r"^[0-9]{8}$": "20261123",
}


def add(spec: dict[str, Any]) -> None:
    """Gives every request and every success of the document its example, and each refusal's status its list."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    makes = Maker(spec["components"]["schemas"])
    for operation, body, data in _contents(spec):
        shown = kept.get(operation["operationId"], {})
        for content, part in ((body, "body"), (data, "answer")):
            if content is not None and part in shown:
                makes.learn(_data_of(content["schema"]), shown[part])
    for operation, body, data in _contents(spec):
        shown = kept.get(operation["operationId"], {})
        if body is not None:
            body["example"] = shown["body"] if "body" in shown else makes.example(body["schema"])
        if data is not None:
            told = shown["answer"] if "answer" in shown else makes.example(_data_of(data["schema"]))
            data["example"] = {"code": 0, "message": "ok", "data": told, "requestId": REQUEST_ID}
    _add_refusals(spec["components"]["responses"])


def _contents(spec: dict[str, Any]) -> list[tuple[dict, dict | None, dict | None]]:
    """Each operation with the content of its body and of its success, where these are JSON (or a form)."""
    found = []
    for path in spec["paths"].values():
        for operation in path.values():
            bodies = operation.get("requestBody", {}).get("content", {})
            success = operation["responses"].get("200") or operation["responses"].get("201", {})
            answer = success.get("content", {}).get("application/json")
            found.append((operation, next(iter(bodies.values()), None), answer))
    return found


def _data_of(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of what stands inside the envelope."""
    return schema.get("properties", {}).get("data", schema)


def refusals() -> list[type[errors.Refused]]:
    """Those that somebody can meet, by code."""
    # A test may bring refusals of its own.
    ours = (one for one in errors.catalogue() if one.__module__.startswith("backend."))
    return [one for one in ours if not one.__module__.startswith(WITHOUT_ROUTES)]


def _add_refusals(responses: dict[str, Any]) -> None:
    for refusal in refusals():
        described = responses.get(f"Refused{refusal.status()}")
        if described is not None:
            content = described["content"]["application/json"]
            content.setdefault("examples", {})[refusal.name()] = _example_of(refusal)


def _example_of(refusal: type[errors.Refused]) -> dict[str, Any]:
    facts = {name: FACTS.get(name, "…") for name in facts_in(refusal.message)}
    message = refusal.message.format(**facts)
    data: Any = {"title": ["请填写这一项"]} if refusal is errors.InvalidInput else facts or None
    value = {"code": refusal.code, "error": refusal.name(), "message": message, "data": data}
    return {"summary": message, "value": {**value, "requestId": REQUEST_ID}}


def facts_in(message: str) -> list[str]:
    """The names of the facts that a refusal's sentence speaks of; they stand in `data` too."""
    return re.findall(r"\{(\w+)\}", message)


class Maker:
    """Makes examples from schemas, and from what it has learnt of their objects and properties."""

    def __init__(self, schemas: dict[str, Any]) -> None:
        self.schemas = schemas
        self.objects: dict[str, Any] = {}
        self.values: dict[tuple[str, str], list[Any]] = {}

    def learn(self, schema: dict[str, Any], value: Any) -> None:
        """Remembers recorded objects by the name of their schema, the fullest of each, and texts by property."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            if isinstance(value, dict) and _filled(value) > _filled(self.objects.get(name)):
                self.objects[name] = value
            return self.learn(self.schemas[name], value)
        for inner in schema.get("allOf", []) + schema.get("anyOf", [])[:1]:
            self.learn(inner, value)
        for key, inner in schema.get("properties", {}).items() if isinstance(value, dict) else ():
            if value.get(key) is not None:
                self.values.setdefault(_meaning(inner, key), []).append(value[key])
                self.learn(inner, value[key])
        for one in value if isinstance(value, list) and "items" in schema else ():
            self.learn(schema["items"], one)
        return None

    def example(self, schema: dict[str, Any], name: str = "") -> Any:
        if "$ref" in schema:
            found = schema["$ref"].rsplit("/", 1)[1]
            return self.objects[found] if found in self.objects else self.example(self.schemas[found])
        if inner := (schema.get("allOf") or schema.get("anyOf")):
            return self.example(inner[0], name)
        if "properties" in schema:
            wanted = schema.get("required") or list(schema["properties"])
            return {key: self.example(schema["properties"][key], key) for key in wanted}
        if "example" in schema:
            return schema["example"]
        if schema.get("type") == "array":
            return [self.example(schema["items"], name)]
        return self._plain(schema, name)

    def _plain(self, schema: dict[str, Any], name: str) -> Any:
        kind = schema.get("type")
        for known in self.values.get(_meaning(schema, name), []):
            if _fits(schema, known):
                return known
        if kind == "integer":
            return max(schema.get("minimum", 1), 1 if schema.get("maximum", 1) >= 1 else 0)
        if kind == "string":
            return _text(schema)
        return {"boolean": True, "number": 46.98}.get(kind or "", {})


def _meaning(schema: dict[str, Any], name: str) -> tuple[str, str]:
    """`name` is a person's here and an item's there; with its description it is one thing."""
    return name, schema.get("description", "")


def _filled(value: Any) -> int:
    return sum(part not in (None, [], "") for part in value.values()) if isinstance(value, dict) else 0


def _fits(schema: dict[str, Any], value: Any) -> bool:
    kinds: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float)}
    kind = schema.get("type", "")
    if kind not in kinds or not isinstance(value, kinds[kind]) or isinstance(value, bool):
        return False
    if "enum" in schema:
        return value in schema["enum"]
    if isinstance(value, str):
        long_enough = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        as_told = re.search(schema.get("pattern", ""), value) and not schema.get("format")
        return bool(long_enough and as_told)
    return schema.get("minimum", value) <= value <= schema.get("maximum", value)


def _text(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return schema["enum"][0]
    if "pattern" in schema:
        return BY_PATTERN.get(schema["pattern"], "09:00")
    if "format" in schema:
        return BY_FORMAT.get(schema["format"], "…")
    told = schema.get("description", "…").split("；")[0].split("（")[0]
    return told[: schema.get("maxLength", len(told))].ljust(schema.get("minLength", 0), "…")
