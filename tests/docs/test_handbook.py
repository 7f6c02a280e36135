"""What stands in miniprogram_api_docs/ beside the calls: nothing is left out, nothing is invented."""

import json
import re

import pytest

from backend import errors, handbook
from backend.api.frame import examples
from backend.api.frame import openapi as documentation
from backend.complaints import states as complaints
from backend.handbook import refusals
from backend.handbook.tables import OTHER_BUTTONS, PERSONS, TABLES
from backend.people import permissions
from backend.supermarket import states as supermarket
from backend.volunteering import states as volunteering
from backend.wishes import states as wishes
from scripts.pages import DOCS, TOP
from tests.house.test_move_tables import TABLES as MOVES

# Their words are held by people for other moves; these happen when a day comes.
BY_TIME_ALONE = {"expire", "close_unconfirmed"}
CHINESE = re.compile(r"[一-鿿]")


@pytest.fixture(scope="module")
def written(migrated_app):
    return {path.name: text for path, text in handbook.written(migrated_app).items()}


def test_every_refusal_stands_in_the_catalogue_with_its_sentence(written):
    for refusal in examples.refusals():
        row = re.search(rf"^\| {refusal.code} \| `{refusal.name()}` \| (.+?) \|", written["errors.md"], re.M)
        assert row, refusal
        assert CHINESE.search(row[1]), refusal
    assert {one.status() for one in errors.catalogue()} <= set(refusals.STATUSES)


def test_every_move_table_is_drawn():
    drawn = {move for table in TABLES for move in table.moves}
    assert [name for name, moves in MOVES.items() if not set(moves) <= drawn] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.kind)
def test_every_state_and_everyone_in_a_diagram_has_a_word(table):
    states = {state for move in table.moves for state in (*move.sources, move.target)} | set(table.begins)
    assert states <= set(table.states)
    assert all(CHINESE.search(word) for word in table.states.values())
    for move in table.moves:
        assert permissions.facts_with(move.permission) | move.never_by <= set(PERSONS), move.name


@pytest.mark.parametrize(
    ("stem", "moves"),
    [
        ("wishes/{wish_id}", wishes.WISH_BUTTONS),
        ("rounds/{round_id}", wishes.ROUND_MOVES),
        ("activities/{activity_id}", volunteering.ACTIVITY_MOVES),
        ("redemptions/{redemption_id}", supermarket.REDEMPTION_MOVES),
        ("complaints/{complaint_id}", complaints.COMPLAINT_MOVES),
    ],
)
def test_a_button_is_the_last_part_of_its_path_with_dashes(migrated_app, stem, moves):
    paths = documentation.document(migrated_app)["paths"]
    for move in moves:
        someone = permissions.roles_with(move.permission) or permissions.facts_with(move.permission) - {
            "time"
        }
        if someone and move.name not in BY_TIME_ALONE:
            assert "post" in paths.get(f"/api/v1/{stem}/{move.name.replace('_', '-')}", {}), move.name


def test_the_words_of_the_client_name_every_move_and_state(written):
    words = json.loads(written["words.js"].split("module.exports = ")[1])
    for table in TABLES:
        assert words["states"][table.kind] == table.states
        assert {move.name for move in table.moves} <= set(words["actions"][table.kind])
    for kind, buttons in OTHER_BUTTONS.items():
        assert buttons.items() <= words["actions"][kind].items()


def test_the_declarations_name_every_schema_and_every_json_route(migrated_app, written):
    document, text = documentation.document(migrated_app), written["api.d.ts"]
    assert set(re.findall(r"^export interface (\w+)", text, re.M)) - {
        "Gets",
        "Posts",
        "Puts",
        "Deletes",
    } == set(document["components"]["schemas"])
    assert "unknown | null" not in text.replace("Record<string, unknown> | null", "")


def test_the_glossary_uses_the_words_of_the_code():
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.M)[
        2:
    ]
    told = [word for _chinese, words in rows for word in re.findall(r"`(\w+)`", words)]
    assert len(told) > 60
    code = "\n".join(path.read_text(encoding="utf-8") for path in (TOP / "backend").rglob("*.py"))
    assert [word for word in told if word not in code] == []


def test_the_change_notes_begin_with_the_documents_version(migrated_app):
    notes = re.findall(r"^## (\S+)", (DOCS / "changes.md").read_text(encoding="utf-8"), re.M)
    assert notes[0] == documentation.document(migrated_app)["info"]["version"]


def test_one_command_writes_everything_and_tells_what_is_stale(migrated_app, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = migrated_app.test_cli_runner().invoke
    assert run(args=["open-api", "--check"]).exit_code == 1
    assert run(args=["open-api"]).exit_code == 0
    assert run(args=["open-api", "--check"]).exit_code == 0
    for path in handbook.written(migrated_app):
        assert (tmp_path / path).exists()
    (tmp_path / "miniprogram_api_docs" / "states.md").write_text("# 状态图\n")
    stale = run(args=["open-api", "--check"])
    assert (stale.exit_code, "states.md is stale" in stale.output) == (1, True)
    run(args=["open-api"])
    assert run(args=["open-api", "--check"]).exit_code == 0


def buttons_of(document):
    """Every word that `actions` may name somewhere, by the schema that names it."""
    for name, schema in document["components"]["schemas"].items():
        found = schema.get("properties", {}).get("actions")
        if found is not None:
            yield name, found["items"].get("enum")


def test_every_button_is_a_word_of_a_closed_list_and_has_its_label(migrated_app, written):
    words = json.loads(written["words.js"].split("module.exports = ")[1])["actions"]
    labels = {name for buttons in words.values() for name in buttons}
    found = dict(buttons_of(documentation.document(migrated_app)))
    assert len(found) > 20
    assert [name for name, buttons in found.items() if not buttons] == []
    assert {button for buttons in found.values() for button in buttons} <= labels


def test_what_may_be_missing_is_null_and_nothing_else_to_a_generator(migrated_app):
    """Of “any object or null” a generator makes a type on which nothing can be read."""
    text = json.dumps(documentation.document(migrated_app)["components"]["schemas"])
    assert '{"type": "object", "nullable": true}' not in text
    assert '"default": null' not in text
    assert text.count(json.dumps(documentation.NULL)) > 10
