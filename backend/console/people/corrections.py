"""更正资料 on a resident's page: what is written down stands in the form already, so that nothing is typed twice.

Phone and address stand there once they were opened; a field left as it was shown changes nothing.
"""

from typing import Any, cast

from wtforms import HiddenField

from backend.console.frame import sentences
from backend.console.frame.forms import Form, choice, line, phone, whole
from backend.journal import REASON_MAX
from backend.people import correcting, place_choices
from backend.people.correcting import Changes
from backend.people.models import (
    ADDRESS_MAX,
    BIRTH_YEAR_MAX,
    BIRTH_YEAR_MIN,
    REAL_NAME_MAX,
    Person,
    Residency,
)
from backend.people.openings import Contact


class CorrectionForm(Form):
    real_name = line("姓名", most=REAL_NAME_MAX)
    birth_year = whole("出生年份", least=BIRTH_YEAR_MIN, most=BIRTH_YEAR_MAX, needed=False)
    grid_id = choice("网格", needed=False, numbers=True)
    phone = phone("手机号", needed=False)
    address = line("住址", most=ADDRESS_MAX, needed=False)
    ready = choice("常用理由", needed=False)
    reason = line("为什么更正", most=REASON_MAX, description="会告诉本人，也记入日志")
    # What the page showed in each: only what was typed over it is written.
    was_real_name = HiddenField()
    was_birth_year = HiddenField()
    was_grid_id = HiddenField()
    was_phone = HiddenField()
    was_address = HiddenField()

    def changes(self) -> Changes:
        """What was typed over what the page had shown."""
        typed = {name: self[name].data or None for name in correcting.WORDS}
        return cast(
            Changes, {name: told for name, told in typed.items() if _text(told) != self[f"was_{name}"].data}
        )


def _text(told: Any) -> str:
    return "" if told is None else str(told)


def sent_form(home: Residency) -> CorrectionForm:
    """The form as it came."""
    return _with_choices(CorrectionForm(), home)


def form_for(person: Person, home: Residency, opened: Contact | None, reason: str) -> CorrectionForm:
    """Filled in with what stands on the page."""
    shown = correcting.written_down(person, home, opened)
    before = {f"was_{name}": _text(told) for name, told in shown.items()}
    return _with_choices(CorrectionForm(formdata=None, data={**shown, **before, "reason": reason}), home)


def _with_choices(form: CorrectionForm, home: Residency) -> CorrectionForm:
    form.grid_id.choices = {"": "不清楚", **dict(place_choices.grids_of([home.community_id]))}
    form.ready.choices = {"": "自己写，或选一句再改", **{one: one for one in sentences.CORRECT}}
    if not form.reason.data:
        form.reason.process_data(form.ready.data or "")
        form.reason.raw_data = [form.ready.data or ""]
    return form


def done(fields: list[str], warnings: list[str]) -> str:
    """What was changed, and what to look at all the same."""
    if not fields:
        return "和登记的一样，没有改动"
    what = "、".join(correcting.WORDS[name] for name in fields)
    return "。请注意：".join([f"已更正{what}，本人会收到消息", *warnings])
