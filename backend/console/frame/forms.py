"""What every form of the console shares: clean text, Chinese sentences, a refusal beside what was typed."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    FloatField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from backend import clock
from backend.errors import InvalidInput, Refused

NEEDED = InputRequired("请填写这一项")
# Of a text: spaces alone are nothing written.
WRITTEN = DataRequired("请填写这一项")
PHONE = Regexp(r"^1\d{10}$", re.ASCII, message="应为 11 位手机号")


class Form(FlaskForm):
    """A form knows the refusal of the verb it called, and what the verb answered."""

    refusal: Refused | None = None
    outcome: Any = None

    class Meta(FlaskForm.Meta):
        locales = ["zh"]

    def refuse(self, refusal: Refused) -> None:
        """Shows each sentence beside its field where the refusal names fields, else above the form."""
        if isinstance(refusal, InvalidInput):
            for name, sentences in refusal.facts.items():
                if name in self:
                    self[name].errors = [*self[name].errors, *sentences]
        self.refusal = refusal


def _clean(text: Any) -> Any:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip() if isinstance(text, str) else text


def _no_controls(_form: Any, field: Any) -> None:
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Cf") and sign != "\n" for sign in field.data or ""):
        raise ValidationError("含有不能使用的字符")


def line(label: str, *, most: int, needed: bool = True, also: tuple[Any, ...] = (), **more: Any) -> Any:
    """One line of text."""
    checks = [WRITTEN if needed else Optional(), Length(max=most, message=f"最多 {most} 个字"), *also]
    return StringField(label, [*checks, _no_controls], filters=[_clean], **_limited(more, most))


def lines(label: str, *, most: int, needed: bool = True, rows: int = 4, **more: Any) -> Any:
    """Text of several lines."""
    checks = [WRITTEN if needed else Optional(), Length(max=most, message=f"最多 {most} 个字")]
    more = _limited(more, most)
    more["render_kw"]["rows"] = rows
    return TextAreaField(label, [*checks, _no_controls], filters=[_clean], **more)


def _limited(more: dict[str, Any], most: int) -> dict[str, Any]:
    return {**more, "render_kw": {"maxlength": most, **more.get("render_kw", {})}}


def refuse_beyond(filled: list[Any], most: int, sentence: str) -> bool:
    """Are they at most so many? Else the sentence stands beside each of those that are too many."""
    for field in filled[most:]:
        field.errors = [*field.errors, sentence]
    return len(filled) <= most


def secret(label: str, *, needed: bool = True, **more: Any) -> Any:
    """A password: taken as it is typed, never shown again."""
    most = Length(max=128, message="最多 128 个字")
    return PasswordField(label, [NEEDED if needed else Optional(), most], **more)


def day(label: str, *, needed: bool = True, **more: Any) -> Any:
    return DateField(label, [NEEDED if needed else Optional(), _sensible_day], **more)


def _sensible_day(_form: Any, field: Any) -> None:
    if isinstance(field.data, date) and not 2000 <= field.data.year <= 2100:
        raise ValidationError("日期不在合理的范围内")


class MomentField(DateTimeLocalField):
    """Day and time as a clerk reads them: typed and shown in China's time, kept as an aware moment."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if isinstance(self.data, datetime):
            if not 2000 <= self.data.year <= 2100:
                self.data = None
                raise ValueError("日期不在合理的范围内")
            self.data = self.data.replace(tzinfo=clock.CHINA).astimezone(UTC)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.astimezone(clock.CHINA).strftime("%Y-%m-%dT%H:%M") if self.data else ""


def moment(label: str, *, needed: bool = True, **more: Any) -> Any:
    """A day with a time of day, to the minute."""
    return MomentField(label, [NEEDED if needed else Optional()], **more)


def number(label: str, *, least: float, most: float, needed: bool = True, **more: Any) -> Any:
    """A number that may have a fraction."""
    bounds = NumberRange(least, most, message=f"应在 {least:g} 到 {most:g} 之间")
    return FloatField(label, [NEEDED if needed else Optional(), bounds], **more)


def whole(label: str, *, least: int, most: int, needed: bool = True, **more: Any) -> Any:
    bounds = NumberRange(least, most, message=f"应在 {least} 到 {most} 之间")
    return IntegerField(label, [NEEDED if needed else Optional(), bounds], **more)


def _number_or_none(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


def choice(label: str, options: Any = (), *, needed: bool = True, numbers: bool = False, **more: Any) -> Any:
    """A list to choose from; `numbers` for ids. An empty first line where nothing need be chosen."""
    coerce = _number_or_none if numbers else (lambda value: value or None)
    options = dict(options) if needed else {"": "不填", **dict(options)}
    checks = [InputRequired("请选择一项")] if needed else [Optional()]
    return SelectField(label, checks, choices=options, coerce=coerce, **more)


def one_of(label: str, options: Any, **more: Any) -> Any:
    """All answers in sight, one to be chosen."""
    return RadioField(label, [InputRequired("请选择一项")], choices=dict(options), **more)


def ticks(label: str, options: Any, **more: Any) -> Any:
    """All answers in sight, any of them."""
    return SelectMultipleField(
        label,
        choices=dict(options),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        # Ours, because WTForms has this sentence in English only, with the id of what was chosen.
        invalid_choice_message="选的有一些刚刚没有了，请重新选",
        **more,
    )


def tick(label: str, **more: Any) -> Any:
    return BooleanField(label, **more)


class JustDo(Form):
    """A button that needs nothing but the page it stands on."""
