"""Fields with Chinese sentences, strict about types: a number is a number, text is clean text.

Schemas written with these are camelCase outside and snake_case inside, and refuse unknown fields.
"""

from datetime import date, datetime
from functools import partial
from typing import Any

from apiflask import Schema as _Schema
from apiflask.fields import DelimitedList
from marshmallow import ValidationError, fields, missing, validate

from backend import clock, text
from backend.db import MAX_ID

# What anybody can mean: at the ends of the calendar a day has no beginning or no end in another time zone.
YEARS = range(1971, 2200)

SOUGHT_MAX = 40
MOBILE = validate.Regexp(rf"^({text.MOBILE.pattern})$", error=text.NOT_A_MOBILE)
CALL_BACK = validate.Regexp(rf"^({text.MOBILE.pattern}|{text.LANDLINE.pattern})$", error=text.NOT_A_PHONE)

_COMMON = {"required": "请填写这一项", "null": "这一项不能为空", "validator_failed": "填写的内容不符合要求"}


class Schema(_Schema):
    error_messages = {"unknown": "不认识的字段", "type": "格式不对，应为一个对象"}

    def on_bind_field(self, field_name: str, field_obj: Any) -> None:
        head, *tail = (field_obj.data_key or field_name).split("_")
        field_obj.data_key = head + "".join(word.capitalize() for word in tail)

    def _serialize(self, obj: Any, *, many: bool = False) -> Any:
        """As marshmallow does it, but asks for a value here, and takes one of the type that its field says is shown
        as it is (`plain`): the way through the field costs half of a page. What is shown is a dictionary or has
        attributes; marshmallow tries an index first, which a row of the database refuses."""
        if many and obj is not None:
            return [self._serialize(one) for one in obj]
        shown = {}
        get = obj.get if isinstance(obj, dict) else partial(getattr, obj)
        for name, source, key, plain, empty, field in self._ways():
            value = get(source, missing)
            if type(value) is plain or (value is None and empty):
                shown[key] = value
            elif value is missing:
                value = field.serialize(name, obj, accessor=self.get_attribute)
                if value is not missing:
                    shown[key] = value
            else:
                shown[key] = field._serialize(value, name, obj)
        return shown

    def _ways(self) -> list[tuple[Any, ...]]:
        """Of each field: its name, where its value is found, how it is called outside, of which type it is shown as it
        is, and whether nothing is shown as nothing; found out once."""
        known: list[tuple[Any, ...]] | None = self.__dict__.get("_found_ways")
        if known is None:
            known = self._found_ways = [
                (
                    name,
                    one.attribute or name,
                    one.data_key,
                    getattr(one, "plain", None),
                    isinstance(one, _EMPTY),
                    one,
                )
                for name, one in self.dump_fields.items()
            ]
        return known


def metadata(description: str, example: Any = None, **more: Any) -> dict[str, Any]:
    """What the documentation says of a field."""
    return {"description": description, **({} if example is None else {"example": example}), **more}


class Text(fields.String):
    """Text for people, clean by the rule of backend/text.py; `lines` allows line breaks."""

    plain = str
    default_error_messages = {**_COMMON, "invalid": "应为文字"}

    def __init__(self, about: str, *, most: int, least: int = 1, lines: bool = False, **kwargs: Any) -> None:
        self.lines = lines
        sentence = f"最多 {most} 个字" if least == 0 else f"应为 {least}–{most} 个字"
        kwargs.setdefault("validate", validate.Length(min=least, max=most, error=sentence))
        super().__init__(metadata=metadata(about, kwargs.pop("example", None)), **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        try:
            return self._cleaned(super()._deserialize(value, attr, data, **kwargs))
        except text.Unclean as fault:
            raise ValidationError(fault.sentence) from None

    def _cleaned(self, typed: str) -> str:
        return text.clean(typed, lines=self.lines)


class Code(Text):
    """A number or a code: full-width digits count, and what comes along with a pasted one is dropped."""

    def _cleaned(self, typed: str) -> str:
        return super()._cleaned(text.number(typed))


class CardNumber(Code):
    """A paper card's number, with or without its P and its zeros."""

    def _cleaned(self, typed: str) -> str:
        return super()._cleaned(text.card(typed))


class Phone(Code):
    """A telephone number as people write it, kept as text.phone tells; `landline` where somebody is only called back."""

    def __init__(self, about: str, *, landline: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("validate", CALL_BACK if landline else MOBILE)
        super().__init__(about, most=text.PHONE_MAX, **kwargs)

    def _cleaned(self, typed: str) -> str:
        return Text._cleaned(self, text.phone(typed))


class Choice(fields.String):
    """One of a few words."""

    plain = str
    default_error_messages = {**_COMMON, "invalid": "应为文字"}

    def __init__(self, about: str, words: Any, **kwargs: Any) -> None:
        words = tuple(words)
        rule = validate.OneOf(words, error="只能是：" + "、".join(words))
        super().__init__(metadata=metadata(about, kwargs.pop("example", words[0])), validate=rule, **kwargs)


class Several(DelimitedList):
    """One or several of a few words in a query string, with commas: what has any of them."""

    def __init__(self, about: str, words: Any, **kwargs: Any) -> None:
        self.words = tuple(words)
        super().__init__(
            Choice(about, self.words), metadata=metadata(f"{about}；可以有几个，用逗号隔开"), **kwargs
        )

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        asked = text.code(value).split(",") if isinstance(value, str) else [""]
        if set(asked) - set(self.words):
            raise ValidationError("只能是：" + "、".join(self.words))
        return sorted(set(asked))

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        # What it is when nothing was asked stands in the documentation.
        return None if value is None else super()._serialize(value, attr, obj, **kwargs)


class Sought(Text):
    """What is looked for in titles, names and numbers."""

    def __init__(self, about: str) -> None:
        super().__init__(about, least=2, most=SOUGHT_MAX, load_default=None)


class Integer(fields.Integer):
    """A whole number: no text, no fraction, no truth value."""

    plain = int
    default_error_messages = {**_COMMON, "invalid": "应为整数", "too_large": "数字太大"}

    def __init__(self, about: str, *, least: int = 0, most: int = MAX_ID, **kwargs: Any) -> None:
        rule = validate.Range(min=least, max=most, error=f"应在 {least} 到 {most} 之间")
        super().__init__(
            strict=True, metadata=metadata(about, kwargs.pop("example", None)), validate=rule, **kwargs
        )

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool | str | float):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class QueryInteger(Integer):
    """The same in a query string, where every number arrives as text."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        value = text.code(value) if isinstance(value, str) else ""
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
            raise self.make_error("invalid")
        return super()._deserialize(int(value), attr, data, **kwargs)


class Degrees(fields.Float):
    """A coordinate in degrees: a number, no text, no truth value."""

    default_error_messages = {
        "required": "请填写这一项",
        "null": "这一项不能为空",
        "invalid": "应为数字",
        "special": "应为数字",
        "too_large": "数字太大",
    }

    def __init__(self, about: str, most: int, **kwargs: Any) -> None:
        rule = validate.Range(min=-most, max=most, error=f"应在 -{most} 到 {most} 之间")
        super().__init__(metadata=metadata(about, kwargs.pop("example", None)), validate=rule, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Boolean(fields.Boolean):
    plain = bool
    default_error_messages = {**_COMMON, "invalid": "应为 true 或 false"}

    def __init__(self, about: str, **kwargs: Any) -> None:
        super().__init__(metadata=metadata(about, kwargs.pop("example", None)), **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class QueryBoolean(Boolean):
    """The same in a query string."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        words = {"true": True, "false": False}
        return super()._deserialize(words.get(value, value), attr, data, **kwargs)


class Day(fields.Date):
    """A calendar day, `2026-11-23`."""

    default_error_messages = {**_COMMON, "invalid": "应为日期，例如 2026-11-23", "format": "日期格式不对"}

    def __init__(self, about: str, **kwargs: Any) -> None:
        super().__init__(
            format="%Y-%m-%d", metadata=metadata(about, kwargs.pop("example", "2026-12-31")), **kwargs
        )

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or len(value) != 10 or not value.isascii():
            raise self.make_error("invalid", input=value, obj_type="date")
        day = super()._deserialize(value, attr, data, **kwargs)
        if day.year not in YEARS:
            raise self.make_error("invalid", input=value, obj_type="date")
        return day


class DateTime(fields.DateTime):
    """A moment in ISO 8601; taken with any offset, given with China's, `+08:00`."""

    default_error_messages = {
        **_COMMON,
        "invalid": "应为带时区的时间，例如 2026-11-23T09:00:00+08:00",
        "naive": "时间要带时区，例如 +08:00",
    }

    def __init__(self, about: str, **kwargs: Any) -> None:
        example = kwargs.pop("example", "2026-11-23T09:00:00+08:00")
        super().__init__(format="iso", metadata=metadata(about, example), **kwargs)

    def _serialize(self, value: datetime | None, attr: Any, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.astimezone(clock.CHINA).isoformat(timespec="seconds")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value, obj_type="datetime")
        moment = super()._deserialize(value, attr, data, **kwargs)
        if moment.tzinfo is None:
            raise self.make_error("naive")
        if moment.year not in YEARS:
            raise self.make_error("invalid", input=value, obj_type="datetime")
        return moment


class List(fields.List):
    default_error_messages = {**_COMMON, "invalid": "应为一个列表"}

    def __init__(self, about: str, inner: fields.Field, *, most: int = 50, **kwargs: Any) -> None:
        rule = validate.Length(max=most, error=f"最多 {most} 项")
        super().__init__(
            inner, metadata=metadata(about, kwargs.pop("example", None)), validate=rule, **kwargs
        )


class Actions(List):
    """What the caller may do now with what is shown, a button each, of all the `words` that there are."""

    def __init__(self, words: Any, about: str = "您现在可以做的操作", **kwargs: Any) -> None:
        super().__init__(about, Choice("操作", words), **kwargs)


class Nested(fields.Nested):
    """An object inside the object."""

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """Past `dump`, which looks for hooks that no schema of ours has."""
        if value is None:
            return None
        return self.schema._serialize(value, many=bool(self.schema.many or self.many))

    default_error_messages = {**_COMMON, "type": "格式不对，应为一个对象"}

    def __init__(self, schema: Any, about: str = "", **kwargs: Any) -> None:
        super().__init__(schema, metadata=metadata(about) if about else {}, **kwargs)


class Anything(fields.Raw):
    """A value passed through as it is, for facts of free shape."""

    def __init__(self, about: str, **kwargs: Any) -> None:
        super().__init__(metadata=metadata(about), **kwargs)


# Of these nothing is shown as nothing.
_EMPTY = (fields.String, fields.Number, fields.Boolean, fields.Date, DateTime, fields.List, Nested)
