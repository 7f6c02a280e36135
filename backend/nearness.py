"""How far something is from where somebody stands. Where they stand is used for one answer, and kept nowhere."""

import math
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

# A degree of latitude. Within a county the ground is flat enough for Pythagoras.
METRES_A_DEGREE = 111_195
# Farther than anything on earth: what nobody has placed comes last.
UNKNOWN = 10**18


@dataclass(frozen=True)
class Point:
    """In degrees, to about a kilometre: nobody's door."""

    latitude: float
    longitude: float


def square(point: Point, latitude: Any, longitude: Any) -> Any:
    """A column to order by: the square of the metres from the point to these columns, UNKNOWN where they are empty.

    A whole number, so that both databases say the same of a row on every page. SQLite need have no cosine for it.
    """
    north = (latitude - point.latitude) * METRES_A_DEGREE
    east = (longitude - point.longitude) * (METRES_A_DEGREE * math.cos(math.radians(point.latitude)))
    return sa.func.coalesce(
        sa.cast(north * north + east * east, sa.BigInteger), sa.literal(UNKNOWN, sa.BigInteger)
    )


def kilometres(squared: int) -> float | None:
    """Of such a square the kilometres, to a tenth; None where nobody has placed it."""
    return None if squared == UNKNOWN else round(math.sqrt(squared) / 1000, 1)
