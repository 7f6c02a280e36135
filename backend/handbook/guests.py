"""client/guests.js: what is read without signing in, so that the client signs nobody in for it."""

import re
from typing import Any

from backend.handbook.declarations import BASE

HEAD = """// 由 openapi.json 生成，请不要手工修改：flask open-api
// 不登录也能看的路径（GET）。
module.exports = [
"""


def text(document: dict[str, Any]) -> str:
    open_to_all = [
        path
        for path, operations in sorted(document["paths"].items())
        if path.startswith(f"{BASE}/") and "get" in operations and _open(operations["get"]["security"])
    ]
    return HEAD + ",\n".join(f"  {_pattern(path)}" for path in open_to_all) + "\n]\n"


def _open(security: list[dict[str, Any]]) -> bool:
    """Nothing is asked, or nothing need be."""
    return not security or {} in security


def _pattern(path: str) -> str:
    """`/wishes/{wish_id}` as a JavaScript pattern."""
    parts = path.removeprefix(BASE).replace("/", r"\/")
    parts = re.sub(r"\{(\w+)\}", lambda one: r"\d+" if one[1].endswith("_id") else "[^/]+", parts)
    return f"/^{parts}$/"
