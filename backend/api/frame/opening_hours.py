"""When a door is open in a week, as a shop and an office tell it."""

from marshmallow import validate

from backend.api.frame.fields import Integer, Schema, Text

OPENS = validate.Regexp(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", error="应为时间，例如 09:00")
CLOSES = validate.Regexp(r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", error="应为时间，例如 17:00，最晚 24:00")


class OpeningHours(Schema):
    weekday = Integer("星期几，1 为星期一", least=1, most=7, required=True, example=1)
    opens = Text("开门", most=5, validate=OPENS, required=True, example="09:00")
    closes = Text("关门，最晚 24:00", most=5, validate=CLOSES, required=True, example="17:00")
