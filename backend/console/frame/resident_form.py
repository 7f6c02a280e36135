"""Naming a resident in a form: by card number, phone or name; where several fit, one of them is chosen."""

from typing import Any

from wtforms import RadioField

from backend.console.frame.forms import Form, line
from backend.console.frame.page import Staff
from backend.people import residents
from backend.people.residents import DeclarationView, PersonView

MOST = 12


def _number(value: Any) -> int | None:
    return int(value) if str(value).isdecimal() else None


class WhoForm(Form):
    """`find` before it is validated; then `person.data` is the id of the one who is meant."""

    asked = line("居民", most=40, looked_for=True, description="卡号、手机号或姓名；要先在本社区登记过")
    person = RadioField("是哪一位", choices=[], coerce=_number, validate_choice=False)

    def find(self, staff: Staff) -> "WhoForm":
        found = residents.search_residents(staff, self.asked.data, MOST) if self.asked.data else []
        self.person.choices = [
            (one.id, _resident_line(one, home))
            for one, home in zip(
                residents.view_residents(staff, found),
                residents.view_declarations([home for _person, home in found]),
                strict=True,
            )
        ]
        if len(found) == 1:
            self.person.data = found[0][0].id
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """One of those who were found has to be meant."""
        good = super().validate(extra_validators)
        known = [value for value, _label in self.person.choices]
        if self.person.data in known:
            return good
        if known:
            self.person.errors = [f"找到 {len(known)} 位，请选一位"]
        elif self.asked.data:
            self.asked.errors = [*self.asked.errors, "没有找到；请核对，或先到“居民”里登记"]
        return False


def _resident_line(told: PersonView, home: DeclarationView) -> str:
    """Enough to tell two of one name apart."""
    born = f"{told.birth_year}年生" if told.birth_year else None
    return "　".join(part for part in (told.name, born, told.card, told.phone, home.grid) if part)
