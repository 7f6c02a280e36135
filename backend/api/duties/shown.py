"""What several routes of the lists show."""

from backend.api.frame.fields import Choice, Integer, Schema, Text
from backend.duties.kinds import TermUnit


class NamedOut(Schema):
    id = Integer("编号")
    name = Text("名称", most=80)


class TermOut(Schema):
    value = Integer("多少")
    unit = Choice("个工作日、小时、个工作小时", TermUnit)
