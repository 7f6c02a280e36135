"""States and kinds are members of an enum: whoever adds one finds every place that asks for it, with its word."""

import ast
import importlib
import re
from enum import StrEnum
from pathlib import Path

import pytest

from backend.console.frame.labels import LABELS

BACKEND = Path(__file__).resolve().parents[2] / "backend"
ROOMS = ("people", "wishes", "volunteering", "supermarket", "points", "complaints")
# Where members are written down, as Python, in the SQL of a constraint and as Chinese; and where a move is
# called like a state, whose sources and targets are looked at below.
WRITTEN_DOWN = ("models.py", "kinds.py", "labels.py", "states.py")
# How a claim ended is told by the state of its wish, and permissions by what they let a role do; how near somebody is
# to a person shows in what they see of them.
UNSPOKEN = {"ClaimOutcome", "Permission", "Level", "Kind"}


def _enums(room):
    """The enums that a capability's tables know, by name."""
    found = {}
    for path in sorted((BACKEND / room).glob("*.py")):
        module = importlib.import_module(f"backend.{room}.{path.stem}")
        for value in vars(module).values():
            if (
                isinstance(value, type)
                and issubclass(value, StrEnum)
                and value.__module__.startswith(f"backend.{room}.")
            ):
                found[value.__name__] = value
    return found


ENUMS = {(room, name): enum for room in ROOMS for name, enum in _enums(room).items()}


def _states(room):
    """What a thing of this capability can be: the members of WishState, ClaimOutcome, GuardianshipStatus."""
    endings = ("State", "Outcome", "Status")
    return {
        str(one)
        for (where, name), enum in ENUMS.items()
        if where == room and name.endswith(endings)
        for one in enum
    }


def _bare(text, states, fields=False):
    """The lines on which a state stands as a string of its own, or as a word among several."""
    tree = ast.parse(text)
    # A field of a door's answer may be called like a state.
    keys = {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys if fields}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in keys:
            words = node.value.split()
            if words and set(words) <= states:
                yield node.lineno


FILES = [
    (room, path)
    for room in ROOMS
    for folder in (room, f"api/{room}", f"console/{room}")
    for path in sorted((BACKEND / folder).rglob("*.py"))
    if not path.name.endswith(WRITTEN_DOWN)
]


@pytest.mark.parametrize(
    ("room", "path"), FILES, ids=[str(path.relative_to(BACKEND)) for _room, path in FILES]
)
def test_no_state_stands_bare(room, path):
    assert list(_bare(path.read_text(), _states(room), fields=path.parent.parent != BACKEND)) == []


@pytest.mark.parametrize("room", ROOMS)
def test_moves_go_from_member_to_member(room):
    module = importlib.import_module(f"backend.{room}.states")
    for table in module.TABLES:
        for move in table.moves:
            assert all(isinstance(state, StrEnum) for state in (*move.sources, move.target)), move.name
        assert all(isinstance(state, StrEnum) for state in table.begins), table.kind


def test_a_bare_state_would_be_found():
    assert list(_bare('if wish.state == "draft":\n    ask("draft sent_back")\n', _states("wishes"))) == [1, 2]


@pytest.mark.parametrize("place", [one for one in ENUMS if one[1] not in UNSPOKEN], ids=".".join)
def test_every_member_has_a_word(place):
    labels = importlib.import_module(f"backend.{place[0]}.labels")
    members = {str(one) for one in ENUMS[place]}
    assert [
        name for name, words in vars(labels).items() if isinstance(words, dict) and set(words) == members
    ] != []


def test_templates_ask_only_for_words_that_there_are():
    asked = {
        kind
        for path in (BACKEND / "console").rglob("*.html")
        for pattern in (r"""\|word\(["'](\w+)["']\)""", r"""\bstate\([^()]+, ["'](\w+)["']\)""")
        for kind in re.findall(pattern, path.read_text())
    }
    assert "stocktake_state" in asked
    assert asked - set(LABELS) == set()
