"""What capabilities declare is gathered by where it stands: nobody keeps a list of them, and none is missed."""

from backend import capabilities
from backend.registers.definition import Register
from backend.rights import cancellation


def _rooms(part):
    return [module.__name__.split(".")[1] for module in capabilities.modules(part)]


def test_the_labels_of_everybody_are_found_in_the_order_of_pages():
    capability = ["wishes", "volunteering", "supermarket", "points", "complaints"]
    assert _rooms("labels")[:7] == [*capability, "people", "identity"]
    assert _rooms("states")[:5] == capability


def test_what_is_no_capability_does_not_count():
    # Both have a file of that name, and tables of other rooms.
    assert "rights" not in _rooms("labels")
    assert "handbook" not in _rooms("states")


def test_a_new_one_follows_those_that_have_a_place():
    assert capabilities.in_order(["zoo", "wishes", "attic", "identity"]) == [
        "wishes",
        "identity",
        "attic",
        "zoo",
    ]


def test_a_part_that_nobody_has_is_no_fault():
    assert _rooms("attic") == []


def test_every_register_of_a_capability_is_listed_and_has_a_place():
    for module in capabilities.modules("register"):
        written = [one for one in vars(module).values() if isinstance(one, Register)]
        assert list(module.REGISTERS) == written, module.__name__
        assert len({one.position for one in written}) == len(written), module.__name__


def test_what_a_leaving_person_has_open_ends_in_its_order():
    """What tells others comes first; orders give their points back before the points are given up."""
    names = [step.name for step in cancellation.steps()]
    order = ["wishes", "claims", "signUps", "redemptions", "complaints", "children", "pictures"]
    assert [name for name in names if name in order] == order
    assert len({step.position for step in cancellation.steps()}) == len(names)
