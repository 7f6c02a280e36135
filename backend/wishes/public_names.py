"""By which column people know these things."""

from backend.wishes.models import Round, Wish

NAMES = {"wish": Wish.number, "round": Round.title}
