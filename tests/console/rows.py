"""Looks for rows of the database in what a template is given: a page prints what a view tells, and no column beside."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import sqlalchemy as sa
from flask import before_render_template
from wtforms import Form

# Rooms of the console whose templates get views alone.
ROOMS = ("supermarket", "volunteering")
# Flask's own, the same for every template.
FLASKS = ("g", "request", "session", "config")


def rows_in(value: Any, path: str, seen: set[int]) -> Iterator[str]:
    """Where in `value` there is a row, as deep as a template could reach."""
    if id(value) in seen:
        return
    seen.add(id(value))
    inner: dict[Any, Any] = {}
    if isinstance(value, sa.Row) or hasattr(type(value), "__mapper__"):
        yield f"{path}: {type(value).__name__}"
    elif isinstance(value, dict):
        inner = value
    elif isinstance(value, list | tuple | set | frozenset):
        inner = dict(enumerate(value))
    elif is_dataclass(value) and not isinstance(value, type):
        inner = {one.name: getattr(value, one.name) for one in fields(value)}
    elif isinstance(value, Form):
        inner = {"rows": getattr(value, "rows", ()), **vars(value)}
    for name, part in inner.items():
        yield from rows_in(part, f"{path}.{name}", seen)


class Watch:
    """Notes each row that a template of these rooms is given while it is on."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def look(self, _app: Any, template: Any, context: dict[str, Any], **_: Any) -> None:
        if any(f"/console/{room}/" in template.filename for room in ROOMS):
            told = {name: value for name, value in context.items() if name not in FLASKS}
            self.found += rows_in(told, template.name, set())

    def on(self) -> Any:
        return before_render_template.connected_to(self.look)
