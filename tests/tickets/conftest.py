"""The demo city whose officers have been in office since long ago."""

import pytest

from tests.tickets import cast


@pytest.fixture
def city(town):
    return cast.settle(town)
