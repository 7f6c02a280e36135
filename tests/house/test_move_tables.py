"""The move tables of every capability: known states, no dead ends before an end, permissions that exist."""

import importlib
import pkgutil

import pytest

import backend
from backend.moves import Move
from backend.people import permissions

WORDS = frozenset(permissions.Permission)


def _tables():
    """Every tuple of moves in a capability's states.py, by its name."""
    for package in pkgutil.iter_modules(backend.__path__):
        try:
            module = importlib.import_module(f"backend.{package.name}.states")
        except ModuleNotFoundError:
            continue
        for name, value in vars(module).items():
            if (
                name.endswith("_MOVES")
                and isinstance(value, tuple)
                and all(isinstance(one, Move) for one in value)
            ):
                yield f"{package.name}.{name}", value


TABLES = dict(_tables())


def test_the_tables_are_found():
    assert {"wishes.WISH_MOVES", "wishes.ROUND_MOVES", "people.RESIDENCY_MOVES"} <= set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_moves_have_names_of_their_own_and_permissions_that_somebody_holds(name):
    moves = TABLES[name]
    assert len({move.name for move in moves}) == len(moves)
    for move in moves:
        assert move.permission in WORDS, move.name
        assert move.label, move.name


@pytest.mark.parametrize("name", TABLES)
def test_every_state_but_the_first_is_reached_by_a_move(name):
    moves = TABLES[name]
    sources = set().union(*(move.sources for move in moves))
    reached = {move.target for move in moves}
    # Where a thing begins, and nowhere else.
    assert len(sources - reached) <= 2, sources - reached
