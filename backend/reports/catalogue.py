"""All registers, in the order in which the field lists them; whistles and grid events come with their capability."""

from backend import capabilities
from backend.errors import NotFound
from backend.registers.definition import Register
from backend.reports.feedback_register import FEEDBACK
from backend.reports.personal_data_register import PERSONAL_DATA
from backend.reports.quarterly_register import QUARTERLY
from backend.reports.relief_register import relief
from backend.reports.unit_register import UNITS

# What spans capabilities follows what they list in REGISTERS of their register.py.
ACROSS = (FEEDBACK, UNITS, QUARTERLY, relief(lambda: REGISTERS.values()), PERSONAL_DATA)


def _registers() -> list[Register]:
    own = [one for module in capabilities.modules("register") for one in module.REGISTERS]
    return [*sorted(own, key=lambda one: one.position), *ACROSS]


REGISTERS: dict[str, Register] = {one.key: one for one in _registers()}


def one(key: str) -> Register:
    """Raises NotFound."""
    if key not in REGISTERS:
        raise NotFound()
    return REGISTERS[key]
