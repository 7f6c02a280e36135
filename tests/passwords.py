"""Passwords that cost next to nothing: each visit to the console begins with one, and argon2 is slow on purpose.

How much the product itself asks for is tried in tests/test_passwords.py.
"""

from argon2 import PasswordHasher

from backend.identity import credentials

OF_THE_PRODUCT = credentials._HASHER


def make_cheap() -> None:
    """For good in this process: before the demo city is made, whose passwords are kept with it."""
    credentials._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
