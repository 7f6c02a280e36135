"""A map drawn on the server: offices, wishes and activities where they are, upon the tiles that a city names, or upon a
plain ground. No script and no other host, unless the city named one.

Latitude and longitude go onto the square world that all tiles share (Web Mercator): at zoom 0 it is one tile wide, and
each further zoom doubles it.
"""

import itertools
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

from flask import g, request

from backend import config
from backend.reports.map_spots import Spot

WIDTH, HEIGHT, TILE = 1000, 640, 256
LEAST_ZOOM, MOST_ZOOM, USUAL_ZOOM = 3, 17, 14
# Mercator's map ends before the poles.
MOST_LATITUDE = 85.0
# Metres around the equator; a pixel of the map is so much shorter as the parallel is.
EQUATOR = 40_075_017
# Of the drawing that what is shown should fill, so that no mark is cut off at its edge.
ROOM = 0.84
# Marks nearer than this to each other would hide their numbers.
APART = 30
# How wide a sign of a name is.
LETTER = 16
STEPS = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)
_CENTRE = re.compile(r"(-?\d{1,2}(?:\.\d{1,6})?),(-?\d{1,3}(?:\.\d{1,6})?)")


@dataclass(frozen=True)
class Mark:
    """A spot on the drawing under its number; `at_x`, `at_y` is where it is, `x`, `y` where there was room for the mark."""

    number: int
    spot: Spot
    address: str | None
    x: float
    y: float
    at_x: float
    at_y: float
    # Is there room beside it for its name?
    named: bool = False

    @property
    def moved(self) -> bool:
        return (self.x, self.y) != (self.at_x, self.at_y)


@dataclass(frozen=True)
class Tile:
    address: str
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """`marks` are all that is told beside the map, `seen` those within it; `scale` is a length in words and in pixels."""

    marks: list[Mark]
    seen: list[Mark]
    tiles: list[Tile]
    attribution: str
    scale: tuple[str, float]
    # Across and down, a line each length of the scale, where there are no tiles to see how far something is.
    lines: tuple[list[float], list[float]]
    ways: list[tuple[str, str]]


def draw(spots: Sequence[Spot], link: Callable[[Spot], str | None]) -> Drawing | None:
    """The map of these spots as the address asks for it, each leading where `link` says; None where there are none. The
    answer of the page lets the browser show the tiles."""
    g.pictures_from = tile_hosts()
    if not spots:
        return None
    points = [_world(one.latitude, one.longitude) for one in spots]
    zoom, centre = _asked(points)
    size = TILE * 2**zoom
    left, top = centre[0] * size - WIDTH / 2, centre[1] * size - HEIGHT / 2
    places = [(x * size - left, y * size - top) for x, y in points]
    marks = [
        Mark(number, spot, link(spot), *_pixels(free), *_pixels(place))
        for number, (spot, free, place) in enumerate(
            zip(spots, _spread_out(places), places, strict=True), start=1
        )
    ]
    scale = _scale(zoom, _latitude(centre[1]))
    return Drawing(
        marks=marks,
        seen=_with_names([one for one in marks if 0 <= one.at_x <= WIDTH and 0 <= one.at_y <= HEIGHT]),
        tiles=list(_tiles(zoom, left, top)),
        attribution=config.settings().map_attribution,
        scale=scale,
        lines=(_lines(WIDTH, scale[1]), _lines(HEIGHT, scale[1])),
        ways=list(_ways(zoom, centre)),
    )


def _world(latitude: float, longitude: float) -> tuple[float, float]:
    """On a world that is one wide and one high, from its north-west corner."""
    sine = math.radians(max(-MOST_LATITUDE, min(MOST_LATITUDE, latitude)))
    return (longitude + 180) / 360, (1 - math.asinh(math.tan(sine)) / math.pi) / 2


def _latitude(y: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


def _asked(points: Sequence[tuple[float, float]]) -> tuple[int, tuple[float, float]]:
    """The zoom and the centre of the address; without them all is seen."""
    west, east = min(x for x, _y in points), max(x for x, _y in points)
    north, south = min(y for _x, y in points), max(y for _x, y in points)
    zoom = _fitting(east - west, south - north)
    typed = request.args.get("zoom", "")
    if re.fullmatch(r"\d{1,2}", typed):
        zoom = max(LEAST_ZOOM, min(MOST_ZOOM, int(typed)))
    named = _CENTRE.fullmatch(request.args.get("at", ""))
    if named is None:
        return zoom, ((west + east) / 2, (north + south) / 2)
    return zoom, _world(float(named[1]), max(-180.0, min(180.0, float(named[2]))))


def _fitting(wide: float, high: float) -> int:
    """The nearest zoom at which all is seen; of a single point the usual one."""
    if not wide and not high:
        return USUAL_ZOOM
    fits = min(
        math.log2(room * ROOM / (part * TILE)) for room, part in ((WIDTH, wide), (HEIGHT, high)) if part
    )
    return max(LEAST_ZOOM, min(MOST_ZOOM, math.floor(fits)))


def _spread_out(places: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Each beside those before it: an office, its wishes and its activities are often at one door."""
    taken: list[tuple[float, float]] = []
    for x, y in places:
        free = next(one for one in _around(x, y) if all(math.dist(one, other) >= APART for other in taken))
        taken.append(free)
        yield free


def _pixels(place: tuple[float, float]) -> tuple[float, float]:
    return _pixel(place[0]), _pixel(place[1])


def _pixel(value: float) -> float:
    return round(value, 1)


def _with_names(marks: list[Mark]) -> list[Mark]:
    """An office's name stands beside its mark, unless it would lie upon another mark or name: the list has it, too."""
    boxes: list[tuple[float, float, float]] = []
    told = []
    for one in marks:
        box = (one.x + APART / 2, one.x + APART / 2 + LETTER * len(one.spot.name), one.y)
        free = one.spot.kind == "office" and not any(
            box[0] - APART / 2 < other.x < box[1] + APART / 2 and abs(other.y - one.y) < APART * 0.8
            for other in marks
            if other is not one
        )
        free = free and not any(
            box[0] < end and begin < box[1] and abs(one.y - y) < LETTER for begin, end, y in boxes
        )
        if free:
            boxes.append(box)
        told.append(replace(one, named=free))
    return told


def _around(x: float, y: float) -> Iterator[tuple[float, float]]:
    yield x, y
    ring = 1
    while True:
        for step in range(8 * ring):
            # From the south on around by the west: the name stands in the east.
            turn = math.pi / 2 + 2 * math.pi * step / (8 * ring)
            if abs(math.sin(turn)) < 0.5 and math.cos(turn) > 0:
                continue
            yield x + APART * 1.2 * ring * math.cos(turn), y + APART * 1.2 * ring * math.sin(turn)
        ring += 1


def _tiles(zoom: int, left: float, top: float) -> Iterator[Tile]:
    """The squares below the drawing, of every layer; none north or south of the world."""
    count = 2**zoom
    rows = range(max(0, math.floor(top / TILE)), min(count, math.ceil((top + HEIGHT) / TILE)))
    columns = range(math.floor(left / TILE), math.ceil((left + WIDTH) / TILE))
    for template in _templates():
        for row, column in itertools.product(rows, columns):
            address = _filled(template, x=column % count, y=row, z=zoom, key=config.settings().map_key)
            yield Tile(address, _pixel(column * TILE - left), _pixel(row * TILE - top))


def _filled(template: str, **told: int | str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: str(told[found[1]]), template)


def _templates() -> list[str]:
    return config.settings().map_tiles.split()


def _scale(zoom: int, latitude: float) -> tuple[str, float]:
    """The longest round length that takes no more than a fifth of the width."""
    metres = EQUATOR * math.cos(math.radians(latitude)) / (TILE * 2**zoom)
    length = max((one for one in STEPS if one / metres <= WIDTH / 5), default=STEPS[0])
    words = f"{length // 1000} 公里" if length >= 1000 else f"{length} 米"
    return words, _pixel(length / metres)


def _lines(room: int, step: float) -> list[float]:
    return [_pixel(step * number) for number in range(1, math.ceil(room / step))] if not _templates() else []


def _ways(zoom: int, centre: tuple[float, float]) -> Iterator[tuple[str, str]]:
    """Nearer, farther, and a third of the map in each direction: links, which need no script and no mouse."""
    step = TILE * 2**zoom
    x, y = centre
    if zoom < MOST_ZOOM:
        yield "放大", _address(zoom + 1, x, y)
    if zoom > LEAST_ZOOM:
        yield "缩小", _address(zoom - 1, x, y)
    yield "向北", _address(zoom, x, y - HEIGHT / 3 / step)
    yield "向南", _address(zoom, x, y + HEIGHT / 3 / step)
    yield "向西", _address(zoom, x - WIDTH / 3 / step, y)
    yield "向东", _address(zoom, x + WIDTH / 3 / step, y)
    if "zoom" in request.args or "at" in request.args:
        yield "看全部", request.path


def _address(zoom: int, x: float, y: float) -> str:
    at = f"{_latitude(max(0.01, min(0.99, y))):.5f},{max(-180.0, min(180.0, x * 360 - 180)):.5f}"
    return f"{request.path}?{urlencode({'zoom': zoom, 'at': at}, safe=',')}"


def tile_hosts() -> list[str]:
    """Whose pictures the browser may show on a page with a map, and on no other."""
    parts = (urlsplit(one) for one in _templates())
    return sorted({f"{one.scheme}://{one.netloc}" for one in parts})
