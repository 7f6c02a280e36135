"""Templates get shaped views, never rows of the database: a row holds more than the page may show.

Every page that any test renders is looked at; see tests/conftest.py.
"""

import dataclasses
import re

from sqlalchemy.orm import DeclarativeBase
from wtforms.form import BaseForm

# Flask's own, which are in every context.
_FLASKS = ("g", "request", "session")
_OPEN = ("backend.", "wtforms.", "sqlalchemy.engine.row")


def rows_in(context):
    """Where in what a template is given a row of the database hides, as `wishes.0.round: Round`."""
    found = _rows_in({name: value for name, value in context.items() if name not in _FLASKS}, {}, "")
    return {re.sub(r"\.\d+", "[]", hit).lstrip(".") for hit in found}


def _rows_in(value, seen, path):
    if isinstance(value, DeclarativeBase):
        return [f"{path}: {type(value).__name__}"]
    if isinstance(value, str | bytes | int | float | None) or id(value) in seen:
        return []
    seen[id(value)] = value
    return [hit for name, inner in _inside(value) for hit in _rows_in(inner, seen, f"{path}.{name}")]


def _inside(value):
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return list(enumerate(value))
    if dataclasses.is_dataclass(value) or isinstance(value, BaseForm):
        return list(getattr(value, "__dict__", {}).items())
    if type(value).__module__.startswith(_OPEN):
        return list(getattr(value, "__dict__", {}).items())
    return []


# What the hook below has seen since somebody last asked.
_SEEN: list[str] = []


def look_for_rows(_app, template, context, **_more):
    """To be called before a template is rendered: what it raised would only become a page that says 500."""
    if hidden := rows_in(context):
        _SEEN.append(f"{template.name}: {sorted(hidden)}")


def pages_with_rows():
    """Which templates were given rows since this was last asked."""
    seen = sorted(set(_SEEN))
    _SEEN.clear()
    return seen
