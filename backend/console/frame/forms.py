"""What every form of the console shares: clean text, Chinese sentences, a refusal beside what was typed."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, ClassVar

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
    StopValidation,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from backend import clock, text
from backend.errors import InvalidInput, Refused

NEEDED = InputRequired("请填写这一项")
# Of a text: spaces alone are nothing written.
WRITTEN = DataRequired("请填写这一项")
ROOM_FOR_MARKS = 20
MOBILE = Regexp(rf"^({text.MOBILE.pattern})$", message=text.NOT_A_MOBILE)
CALL_BACK = Regexp(rf"^({text.MOBILE.pattern}|{text.LANDLINE.pattern})$", message=text.NOT_A_PHONE)


class Form(FlaskForm):
    """A form knows the refusal of the verb it called, and what the verb answered."""

    refusal: Refused | None = None
    outcome: Any = None

    class Meta(FlaskForm.Meta):
        locales = ["zh"]

    def refuse(self, refusal: Refused) -> None:
        """Shows each sentence beside its field where the refusal names fields, else above the form."""
        if isinstance(refusal, InvalidInput):
            for told, sentences in refusal.facts.items():
                # A rule names its field as the API does.
                name = re.sub("([A-Z])", r"_\1", told).lower()
                if name in self:
                    self[name].errors = [*self[name].errors, *sentences]
        self.refusal = refusal


class Clean:
    """Says beside the field what is wrong with its text."""

    field_flags: ClassVar[dict[str, Any]] = {}

    def __init__(self, rule: Callable[[str], str]) -> None:
        self.rule = rule

    def __call__(self, _form: Any, field: Any) -> None:
        if not isinstance(field.data, str):
            return
        try:
            self.rule(field.data)
        except text.Unclean as fault:
            raise StopValidation(fault.sentence) from None


def _one_line(typed: str) -> str:
    return text.clean(typed)


def _some_lines(typed: str) -> str:
    return text.clean(typed, lines=True)


def code_of(typed: str) -> str:
    """Of a number or a code the signs that count."""
    return text.clean(text.number(typed))


def phone_of(typed: str) -> str:
    return text.clean(text.phone(typed))


def line(
    label: str,
    *,
    most: int,
    needed: bool = True,
    also: tuple[Any, ...] = (),
    looked_for: bool = False,
    **more: Any,
) -> Any:
    """One line of text, clean by the rule of backend/text.py; `looked_for` is a person: a name, or a number however it is
    written."""
    return _line(label, text.sought if looked_for else _one_line, most, needed, also, more)


def code(label: str, *, most: int, needed: bool = True, also: tuple[Any, ...] = (), **more: Any) -> Any:
    """A number or a code, of which only the signs that count are taken. A pasted one brings marks along: the browser
    lets it in, the rule drops them."""
    more = {**more, "render_kw": {"maxlength": most + ROOM_FOR_MARKS, **more.get("render_kw", {})}}
    return _line(label, code_of, most, needed, also, more)


def phone(label: str, *, landline: bool = False, needed: bool = True, **more: Any) -> Any:
    """A telephone number as people write it; `landline` where somebody is only called back."""
    most = text.PHONE_MAX
    more = {**more, "render_kw": {"maxlength": most + ROOM_FOR_MARKS, **more.get("render_kw", {})}}
    return _line(label, phone_of, most, needed, (CALL_BACK if landline else MOBILE,), more)


def _line(
    label: str, rule: Callable[[str], str], most: int, needed: bool, also: tuple[Any, ...], more: Any
) -> Any:
    checks = [WRITTEN if needed else Optional(), Length(max=most, message=f"最多 {most} 个字"), *also]
    return StringField(label, [Clean(rule), *checks], filters=[_tried(rule)], **_limited(more, most))


def _tried(rule: Callable[[str], str]) -> Callable[[Any], Any]:
    """The text as it is taken, where it can be: a form in an address is read without being judged."""

    def tried(typed: Any) -> Any:
        if not isinstance(typed, str):
            return typed
        try:
            return rule(typed)
        except text.Unclean:
            return typed.strip()

    return tried


def lines(label: str, *, most: int, needed: bool = True, rows: int = 4, **more: Any) -> Any:
    """Text of several lines."""
    checks = [WRITTEN if needed else Optional(), Length(max=most, message=f"最多 {most} 个字")]
    more = _limited(more, most)
    more["render_kw"]["rows"] = rows
    return TextAreaField(label, [Clean(_some_lines), *checks], filters=[_tried(_some_lines)], **more)


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


def _digits(typed: list[str]) -> list[str]:
    """A number as it counts; Python would read 1_0 as ten."""
    plain = [text.code(one) for one in typed]
    if any("_" in one for one in plain):
        raise ValueError("应为数字")
    return plain


class NumberField(FloatField):
    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(_digits(valuelist))


class WholeField(IntegerField):
    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(_digits(valuelist))


def number(label: str, *, least: float, most: float, needed: bool = True, **more: Any) -> Any:
    """A number that may have a fraction."""
    bounds = NumberRange(least, most, message=f"应在 {least:g} 到 {most:g} 之间")
    return NumberField(label, [NEEDED if needed else Optional(), bounds], **more)


def whole(label: str, *, least: int, most: int, needed: bool = True, **more: Any) -> Any:
    bounds = NumberRange(least, most, message=f"应在 {least} 到 {most} 之间")
    return WholeField(label, [NEEDED if needed else Optional(), bounds], **more)


def _number_or_none(value: Any) -> int | None:
    if value in (None, "", "None"):
        return None
    # Of ids as they stand in the list; Python would read 1_0 as ten.
    if not str(value).isdecimal():
        raise ValueError("应为数字")
    return int(value)


def choice(label: str, options: Any = (), *, needed: bool = True, numbers: bool = False, **more: Any) -> Any:
    """A list to choose from; `numbers` for ids. An empty first line where nothing need be chosen."""
    coerce = _number_or_none if numbers else (lambda value: value or None)
    options = dict(options) if needed else {"": "不填", **dict(options)}
    checks = [InputRequired("请选择一项")] if needed else [Optional()]
    return SelectField(label, checks, choices=options, coerce=coerce, **more)


def offer(field: Any, options: Any, asked: str = "请选择") -> None:
    """What may be chosen in a list that decides whom something reaches. Where there is more than one nothing is chosen
    beforehand: who presses the button without looking gives away nothing."""
    known = dict(options)
    field.choices = known if len(known) == 1 else {"": asked, **known}


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
