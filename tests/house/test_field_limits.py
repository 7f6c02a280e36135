"""A field takes as much at the desk as on the phone, and no more than what keeps and answers it can hold.

The limits are constants of the capability; here each door is asked what it takes.
"""

import importlib
import pkgutil

import pytest
import wtforms
from marshmallow import validate

from backend.api.frame.fields import Schema
from backend.console.frame.forms import Form
from backend.console.frame.lists import Filters
from backend.db import Model

ROOMS = ("people", "volunteering")
# What only has the same name: six digits from a screen, and what WeChat gave for a scan.
OTHER_THINGS = {("people", "code")}
# What is proposed or corrected may be of several days; what is written down afterwards is of one day.
OF_SEVERAL_DAYS = {("MinutesIn", "minutes"), ("CorrectionIn", "minutes")}


def classes(door, room, kind):
    """What the modules of a room define of this kind, by name."""
    package = importlib.import_module(f"backend.{door}.{room}")
    modules = [
        importlib.import_module(f"{package.__name__}.{one.name}")
        for one in pkgutil.iter_modules(package.__path__)
    ]
    return {
        name: one
        for module in modules
        for name, one in vars(module).items()
        if isinstance(one, type) and issubclass(one, kind) and one.__module__ == module.__name__
    }


def most(checks, *kinds):
    """The largest length or number that these checks let through; None where there is no limit."""
    found = [one.max for one in checks if isinstance(one, kinds) and one.max is not None]
    return min(found, default=None)


def limits_of_schema(schema):
    """{field: most} of what is written; not of parts, which have schemas of their own."""
    fields = (
        (name, most(one.validators, validate.Length, validate.Range))
        for name, one in schema._declared_fields.items()
    )
    return {name: limit for name, limit in fields if limit is not None}


def limits_of_form(form):
    with_checks = {
        name: one for name, one in vars_of(form).items() if isinstance(one, wtforms.fields.core.UnboundField)
    }
    found = {}
    for name, one in with_checks.items():
        checks = one.args[1] if len(one.args) > 1 and isinstance(one.args[1], list) else ()
        found[name] = most(checks, wtforms.validators.Length, wtforms.validators.NumberRange)
    return {name: limit for name, limit in found.items() if limit is not None}


def vars_of(form):
    return {name: value for one in reversed(form.__mro__) for name, value in vars(one).items()}


def written(room):
    """The schemas of bodies."""
    answered = ("Out", "Page", "Query", "Me")
    return {name: one for name, one in classes("api", room, Schema).items() if not name.endswith(answered)}


@pytest.mark.parametrize("room", ROOMS)
def test_a_field_takes_as_much_at_the_desk_as_on_the_phone(migrated_app, room):
    on_the_phone = {}
    for called, schema in written(room).items():
        for name, limit in limits_of_schema(schema).items():
            if (called, name) not in OF_SEVERAL_DAYS:
                on_the_phone.setdefault(name, set()).add(limit)
    differing, compared = [], set()
    for form in classes("console", room, Form).values():
        if issubclass(form, Filters):
            # What a list is searched for is no field of the thing.
            continue
        for name, limit in limits_of_form(form).items():
            if name not in on_the_phone or (room, name) in OTHER_THINGS:
                continue
            compared.add(name)
            if on_the_phone[name] != {limit}:
                differing.append((form.__name__, name, limit, on_the_phone[name]))
    assert differing == []
    assert len(compared) >= 4


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_written_can_be_answered(migrated_app, room):
    schemas, compared = classes("api", room, Schema), 0
    for name, schema in written(room).items():
        stem = name.removesuffix("In").removesuffix("Content").removesuffix("Changes")
        answered = limits_of_schema(schemas[f"{stem}Out"]) if f"{stem}Out" in schemas else {}
        for field, limit in limits_of_schema(schema).items():
            if field in answered:
                compared += 1
                assert limit <= answered[field], (name, field)
    assert compared >= (10 if room == "volunteering" else 0)


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_written_can_be_kept(migrated_app, room):
    models, compared = {one.class_.__name__: one.class_ for one in Model.registry.mappers}, 0
    for name, schema in written(room).items():
        stem = name.removesuffix("In").removesuffix("Content").removesuffix("Changes")
        kept = models[stem].__mapper__.columns if stem in models else {}
        for field, limit in limits_of_schema(schema).items():
            length = getattr(kept[field].type, "length", None) if field in kept else None
            if length is not None:
                compared += 1
                assert limit == length, (name, field)
    assert compared >= (8 if room == "volunteering" else 0)
