"""How dear a password is to whoever guesses: the product's own measure, which no other test pays."""

import pytest
from argon2 import Type, extract_parameters
from argon2.exceptions import VerifyMismatchError

from backend.identity import credentials
from tests import passwords


def test_a_password_costs_what_owasp_asks_at_least():
    kept = passwords.OF_THE_PRODUCT.hash("a password")
    told = extract_parameters(kept)
    assert (told.type, told.time_cost, told.memory_cost, told.parallelism) == (Type.ID, 2, 19 * 1024, 1)
    assert passwords.OF_THE_PRODUCT.verify(kept, "a password")
    with pytest.raises(VerifyMismatchError):
        passwords.OF_THE_PRODUCT.verify(kept, "another one")


@pytest.mark.usefixtures("app")
def test_one_that_was_kept_at_the_products_price_opens_for_whoever_knows_it():
    kept = passwords.OF_THE_PRODUCT.hash("a password")
    assert credentials._matches(kept, "a password")
    assert not credentials._matches(kept, "another one")
