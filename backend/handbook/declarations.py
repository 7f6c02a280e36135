"""client/api.d.ts: the OpenAPI document as TypeScript, for whoever writes a mini-program with the client.

Each schema is an interface; each method has an interface from paths (template literals such as
`/wishes/${number}/claim`) to what is asked and answered.
"""

import json
import re
from typing import Any

HEAD = """// 由 openapi.json 生成，请不要手工修改：flask open-api
"""
BASE = "/api/v1"
METHODS = {"get": "Gets", "post": "Posts", "put": "Puts", "delete": "Deletes"}
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}


def text(document: dict[str, Any]) -> str:
    lines = [HEAD]
    for name, schema in sorted(document["components"]["schemas"].items()):
        lines += [*_about(schema, ""), f"export interface {name} {_type(schema, '')}\n"]
    for method, interface in METHODS.items():
        lines += [f"export interface {interface} {{", *_calls(document["paths"], method), "}\n"]
    return "\n".join(lines)


def _calls(paths: dict[str, Any], method: str) -> list[str]:
    lines = []
    for path, operations in sorted(paths.items()):
        answer = _answer(operations[method]) if method in operations else None
        if path.startswith(f"{BASE}/") and answer is not None:
            asked = {"query": _query(operations[method]), "body": _body(operations[method]), "data": answer}
            told = "; ".join(f"{name}: {kind}" for name, kind in asked.items())
            lines += [f"  /** {operations[method]['summary']} */", f"  {_key(path)}: {{ {told} }}"]
    return lines


def _key(path: str) -> str:
    """`/wishes/{wish_id}` is the pattern [path: `/wishes/${number}`], a path without parts is itself."""
    short = path.removeprefix(BASE)
    if "{" not in short:
        return f"'{short}'"
    parts = re.sub(r"\{(\w+)\}", lambda one: "${number}" if one[1].endswith("_id") else "${string}", short)
    return f"[path: `{parts}`]"


def _answer(operation: dict[str, Any]) -> str | None:
    """What stands in `data`; None for an answer that is a file."""
    success = operation["responses"].get("200") or operation["responses"].get("201", {})
    content = success.get("content", {}).get("application/json")
    return _type(content["schema"]["properties"]["data"], "  ") if content else None


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return (
        _type(content["application/json"]["schema"], "  ") if "application/json" in content else "undefined"
    )


def _query(operation: dict[str, Any]) -> str:
    found = [one for one in operation.get("parameters", []) if one["in"] == "query"]
    asked = [f"{one['name']}{'' if one['required'] else '?'}: {_asked_type(one['schema'])}" for one in found]
    return f"{{ {'; '.join(asked)} }}" if asked else "undefined"


def _asked_type(schema: dict[str, Any]) -> str:
    """Of what may be several with commas, one alone is well, too."""
    either = f"{_type(schema['items'], '')} | " if schema.get("type") == "array" else ""
    return either + _type(schema, "")


def _type(schema: dict[str, Any], indent: str) -> str:
    if "$ref" in schema:
        told = schema["$ref"].rsplit("/", 1)[1]
    elif "allOf" in schema:
        told = " & ".join(_type(one, indent) for one in schema["allOf"])
    elif "anyOf" in schema:
        # A part that may be missing: the second is only there to say null.
        told = f"{_type(schema['anyOf'][0], indent)} | null"
    elif "enum" in schema:
        told = " | ".join(json.dumps(one, ensure_ascii=False) for one in schema["enum"] if one is not None)
    elif schema.get("type") == "array":
        inner = _type(schema["items"], indent)
        told = f"Array<{inner}>"
    elif "properties" in schema:
        told = _object(schema, indent)
    else:
        told = PLAIN.get(
            schema.get("type", ""), "Record<string, unknown>" if schema.get("type") else "unknown"
        )
    return f"{told} | null" if schema.get("nullable") else told


def _object(schema: dict[str, Any], indent: str) -> str:
    inner, required = f"{indent}  ", schema.get("required", [])
    lines = ["{"]
    for name, part in schema["properties"].items():
        lines += _about(part, inner)
        lines.append(f"{inner}{name}{'' if name in required else '?'}: {_type(part, inner)}")
    return "\n".join([*lines, f"{indent}}}"])


def _about(schema: dict[str, Any], indent: str) -> list[str]:
    return [f"{indent}/** {schema['description']} */"] if schema.get("description") else []
