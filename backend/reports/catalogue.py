"""All registers, in the order in which the field lists them; whistles and grid events come with their capability."""

from backend.errors import NotFound
from backend.points.register import POINTS
from backend.registers.definition import Register
from backend.reports.feedback_register import FEEDBACK
from backend.reports.personal_data_register import PERSONAL_DATA
from backend.reports.quarterly_register import QUARTERLY
from backend.reports.relief_register import RELIEF
from backend.reports.unit_register import UNITS
from backend.supermarket.register import REDEMPTIONS, STOCK, STOCKTAKES
from backend.volunteering.register import SERVICE_RECORDS
from backend.wishes.register import WISHES

REGISTERS: dict[str, Register] = {
    one.key: one
    for one in (
        WISHES,
        SERVICE_RECORDS,
        POINTS,
        REDEMPTIONS,
        STOCK,
        STOCKTAKES,
        FEEDBACK,
        UNITS,
        QUARTERLY,
        RELIEF,
        PERSONAL_DATA,
    )
}


def one(key: str) -> Register:
    """Raises NotFound."""
    if key not in REGISTERS:
        raise NotFound()
    return REGISTERS[key]
