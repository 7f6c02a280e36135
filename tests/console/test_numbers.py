"""Numbers as they are typed or stand in an address: in whatever width, and nothing else that Python would take for one."""

import pytest

from backend.console.frame.forms import Form, choice, whole
from backend.console.frame.page import asked_number


class Asked(Form):
    class Meta(Form.Meta):
        csrf = False

    units = whole("数量", least=1, most=99)
    place = choice("地方", {10: "松涛社区"}, numbers=True)


@pytest.mark.parametrize(
    ("typed", "number"), [("10", 10), ("１０", 10), (" 10 ", 10), ("1_0", None), ("十", None)]
)
def test_a_number_field_takes_a_number_in_whatever_width_and_nothing_else(app, typed, number):
    with app.test_request_context(method="POST", data={"units": typed, "place": "10"}):
        form = Asked()
        assert form.validate() == (number is not None)
        assert form.units.data == number


def test_a_choice_and_an_address_know_no_number_with_an_underscore(app):
    with app.test_request_context(
        "/?before=1_0&after=10", method="POST", data={"units": "1", "place": "1_0"}
    ):
        form = Asked()
        assert not form.validate()
        assert form.place.errors
        assert (asked_number("before"), asked_number("after")) == (None, 10)
