"""All registers of the house, in the order of facts/domain.md 5; whistles and grid events come with theirs."""

from backend.errors import NotFound
from backend.reports.feedback_register import FEEDBACK
from backend.reports.personal_data_register import PERSONAL_DATA
from backend.reports.point_register import POINTS
from backend.reports.quarterly_register import QUARTERLY
from backend.reports.registers import Register
from backend.reports.relief_register import RELIEF
from backend.reports.service_records_register import SERVICE_RECORDS
from backend.reports.shop_registers import REDEMPTIONS, STOCK, STOCKTAKES
from backend.reports.unit_register import UNITS
from backend.reports.wish_register import WISHES

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
