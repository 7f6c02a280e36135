"""By which column people know these things."""

from backend.volunteering.certificate_models import Certificate
from backend.volunteering.models import Activity

NAMES = {"activity": Activity.title, "certificate": Certificate.number}
