"""Default deny: no route without a guard, none outside the document, no refusal outside the catalogue."""

import re
from http import HTTPStatus
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from backend import errors, handbook
from backend.api.frame import examples
from backend.api.frame import openapi as documentation
from backend.people import permissions

TOP = Path(__file__).resolve().parents[2]
WORDS = frozenset(permissions.Permission)
CHINESE = re.compile(r"[一-鿿]")


def unguarded(app):
    """Routes that nobody decided about."""
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.endswith("static")
        and not getattr(app.view_functions[rule.endpoint], "guard", None)
    ]


def test_every_route_has_a_guard(migrated_app):
    assert unguarded(migrated_app) == []


def test_a_route_without_a_guard_would_be_found(settings):
    from flask import Flask

    careless = Flask("careless")
    careless.add_url_rule("/everything", "everything", lambda: "all of it")
    assert unguarded(careless) == ["/everything"]


def test_a_guard_is_public_for_guests_or_terminals_signed_in_or_a_word_that_somebody_can_hold(migrated_app):
    guards = {getattr(view, "guard", "public") for view in migrated_app.view_functions.values()}
    assert guards - {"public", "guests", "kiosk", "signed in"} <= WORDS


def test_every_route_that_is_not_for_everybody_says_whose_call_it_is(migrated_app):
    """Else its calls would count for the address, which a hall of people shares."""
    silent = [
        name
        for name, view in migrated_app.view_functions.items()
        if getattr(view, "guard", "public") != "public" and getattr(view, "asked_by", None) is None
    ]
    assert silent == []


def test_every_api_route_stands_in_the_document_in_full(migrated_app):
    document = documentation.document(migrated_app)
    for rule in migrated_app.url_map.iter_rules():
        if not rule.rule.startswith("/api/"):
            continue
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            operation = document["paths"][documentation.path_of(rule)][method.lower()]
            assert CHINESE.search(operation["summary"]), rule.rule
            assert operation["tags"], rule.rule
            assert operation["operationId"], rule.rule
            guard = migrated_app.view_functions[rule.endpoint].guard
            assert (guard == "public") == (not operation.get("security")), rule.rule
            assert (guard == "guests") == ({} in operation.get("security", [])), rule.rule


def test_operation_ids_are_unique(migrated_app):
    paths = documentation.document(migrated_app)["paths"].values()
    ids = [operation["operationId"] for path in paths for operation in path.values()]
    assert len(ids) == len(set(ids))


def test_only_methods_that_a_mini_program_can_send_are_used(migrated_app):
    used = set().union(*(rule.methods for rule in migrated_app.url_map.iter_rules()))
    assert used <= {"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"}


def test_the_document_is_valid_openapi_3_0_3(migrated_app):
    document = documentation.document(migrated_app)
    assert document["openapi"] == "3.0.3"
    OpenAPIV30SpecValidator(document).validate()


def test_no_schema_stands_in_the_document_twice(migrated_app):
    names = set(documentation.document(migrated_app)["components"]["schemas"])
    assert [name for name in names if name[-1].isdigit() and name[:-1] in names] == []


@pytest.mark.parametrize(
    "name",
    [
        "openapi.json",
        "pages.json",
        "errors.md",
        "states.md",
        "client/api.d.ts",
        "client/guests.js",
        "client/words.js",
    ],
)
def test_the_committed_documentation_is_not_stale(migrated_app, name):
    written = handbook.written(migrated_app)
    assert (TOP / handbook.FOLDER / name).read_text() == written[handbook.FOLDER / name], (
        "run `flask open-api`"
    )


def test_the_mini_program_has_the_whole_client_and_nothing_else(migrated_app):
    client, copied = TOP / handbook.FOLDER / "client", TOP / handbook.COPY
    written = handbook.written(migrated_app)

    def files(folder):
        return {one.relative_to(folder) for one in folder.rglob("*") if one.is_file()}

    ours = files(client) - {Path("README.md")}
    assert files(copied) == ours
    assert {path.relative_to(handbook.COPY) for path in written if handbook.COPY in path.parents} == ours
    assert all(written[handbook.COPY / one] == (copied / one).read_text() for one in ours)


def test_refusals_have_names_of_their_own_and_codes_but_for_conflicts(migrated_app):
    """409 has a hundred numbers, and all are used: a conflict without one has the code of all conflicts."""
    known = errors.catalogue()
    assert len({refusal.name() for refusal in known}) == len(known)
    numbered = [one for one in known if not issubclass(one, errors.StateConflict)]
    assert len({one.code for one in numbered}) == len(numbered)
    assert {one.code for one in known if issubclass(one, errors.StateConflict)} == {40900}


def test_what_is_said_to_have_no_routes_has_none():
    """Whoever gives it some takes it off the list: its refusals stand in the document from then on."""
    for one in examples.WITHOUT_ROUTES:
        _backend, capability = one.split(".")
        assert (TOP / "backend" / capability).is_dir()
        for door in ("api", "console"):
            assert not (TOP / "backend" / door / capability).exists()


def test_no_two_refusals_say_the_same(migrated_app):
    """One thing is refused in one way: a client that knows the code knows it wherever it is refused."""
    sentences = [refusal.message for refusal in errors.catalogue()]
    assert sorted({one for one in sentences if sentences.count(one) > 1}) == []


@pytest.mark.parametrize("refusal", errors.catalogue(), ids=lambda refusal: refusal.__name__)
def test_each_refusal_has_a_true_status_and_a_chinese_sentence(refusal):
    assert HTTPStatus(refusal.status()) >= 400
    assert CHINESE.search(refusal.message)
    assert re.fullmatch(r"[A-Z][A-Z0-9_]+", refusal.name())
