"""The picture of the floors in docs/architecture.md is drawn from the imports as they are now."""

from scripts import draw_floors


def test_the_picture_is_not_stale():
    drawn = draw_floors.PAGE.read_text(encoding="utf-8")
    assert drawn == draw_floors.picture(), "run `python -m scripts.draw_floors`"


def test_every_room_stands_on_a_floor():
    rooms = {path.stem for path in (draw_floors.TOP / draw_floors.ROOT).iterdir() if path.stem[0] not in "_."}
    assert {room for floor in draw_floors.contract() for room in floor} == rooms - draw_floors.BESIDE


def test_every_room_is_explained_on_the_page():
    page = (draw_floors.TOP / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {room for floor in draw_floors.contract() for room in floor}
    assert {room for room in rooms if f"`{room}`" not in page} == set()


def test_an_arrow_that_follows_from_two_others_is_left_out():
    arrows = {"api": {"wishes", "db"}, "wishes": {"db"}, "db": set()}
    assert draw_floors.reduced(arrows) == {"api": {"wishes"}, "wishes": {"db"}, "db": set()}
