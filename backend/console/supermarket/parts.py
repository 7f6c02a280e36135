"""Forms that ask how much of an order: handed over now, or coming back."""

from typing import Any

from wtforms import SelectField
from wtforms.validators import Optional, Regexp

from backend.console.frame.forms import Form, choice, code, line, lines, whole
from backend.supermarket import limits
from backend.supermarket.actions.returned_goods import Back
from backend.supermarket.labels import FATES
from backend.supermarket.models import ItemKind
from backend.supermarket.return_models import Fate
from backend.supermarket.views import RedemptionView


class _LessForm(Form):
    code = code("取货码", most=8, also=(Regexp(r"^\d{8}$", message="取货码是 8 位数字"),))
    proxy_name = line(
        "代领人姓名", most=limits.PROXY_NAME_MAX, needed=False, description="本人领取不填；加密保存"
    )


def less_form(order: RedemptionView, **more: Any) -> Any:
    """A number for each line, as ordered to begin with."""
    fields = {
        f"give_{one.item_id}": whole(
            f"{one.name}（{one.unit}）", least=0, most=one.quantity, default=one.quantity
        )
        for one in order.lines
    }
    return type("LessForm", (_LessForm,), fields)(**more)


def to_hand_over(form: Any, order: RedemptionView) -> list[tuple[int, int]]:
    given = ((one.item_id, form[f"give_{one.item_id}"].data) for one in order.lines)
    return [(item_id, units) for item_id, units in given if units]


class ReturnForm(Form):
    ready = choice("常用说法", needed=False)
    reason = lines("告诉居民的话", most=limits.REASON_MAX, rows=3)


def return_form(order: RedemptionView, **more: Any) -> Any:
    """A number for each line of which something is out, all of it to begin with; of goods also what becomes of it."""
    fields: dict[str, Any] = {}
    for one in order.lines:
        if one.out > 0:
            label = f"{one.name}（{one.unit}）退回数量"
            fields[f"back_{one.item_id}"] = whole(label, least=0, most=one.out, needed=False, default=one.out)
        if one.out > 0 and order.kind == ItemKind.GOODS:
            fields[f"fate_{one.item_id}"] = SelectField(
                f"{one.name}退回后", [Optional()], choices=dict(FATES), default=Fate.SHELF
            )
    return type("ReturnOf", (ReturnForm,), fields)(**more)


def coming_back(form: Any, order: RedemptionView) -> list[Back] | None:
    """None where no number was asked for or told: all that is out."""
    told = [one for one in order.lines if f"back_{one.item_id}" in form]
    numbers = {one.item_id: form[f"back_{one.item_id}"].data for one in told}
    if all(units is None for units in numbers.values()):
        return None
    return [Back(item_id, units, _fate(form, item_id)) for item_id, units in numbers.items() if units]


def _fate(form: Any, item_id: int) -> str:
    name = f"fate_{item_id}"
    return (form[name].data if name in form else None) or Fate.SHELF
