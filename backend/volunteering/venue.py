"""Comparing where a phone says it is with the venue. The phone's coordinates end here: only the answer is kept."""

import math

from backend.volunteering.models import PlaceCheck

EARTH_METRES = 6_371_000


def compare(
    venue: tuple[float | None, float | None, int | None], here: tuple[float | None, float | None]
) -> str:
    """`passed` within the radius (metres), `failed` outside, `not_given` where there is nothing to compare.

    `failed` refuses nothing: a phone errs indoors by hundreds of metres, so the organiser decides.
    """
    latitude, longitude, radius = venue
    if latitude is None or longitude is None or radius is None or here[0] is None or here[1] is None:
        return PlaceCheck.NOT_GIVEN
    return (
        PlaceCheck.PASSED if _metres(latitude, longitude, here[0], here[1]) <= radius else PlaceCheck.FAILED
    )


def _metres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The great circle between two points, by the haversine formula."""
    south, north = math.radians(latitude), math.radians(other_latitude)
    half = math.sin((north - south) / 2) ** 2
    east = math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    half += math.cos(south) * math.cos(north) * east
    return 2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(half)))
