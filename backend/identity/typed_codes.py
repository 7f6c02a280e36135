"""Codes of sixteen signs that are read from a screen or from paper and typed: a link's, or a new terminal's."""

import secrets

from backend import text

# No 0 and o, no 1, l and i. Sixteen of them are 79 bits of chance.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH, _GROUP = 16, 4
# What may be typed with everything that people put between the signs.
TYPED_MAX = 40


def draw() -> str:
    """A new one, as it counts."""
    return "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))


def spell(code: str) -> str:
    """In groups, as it is shown."""
    return "-".join(code[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def as_it_counts(typed: str) -> str:
    """Of what was typed the signs that count."""
    return text.number(typed).lower()[: 2 * _LENGTH]
