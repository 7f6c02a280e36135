"""A round as whatever belongs to one names it: the wish, and the wish on the first screen."""

from backend.api.frame.fields import Integer, Schema, Text


class RoundRef(Schema):
    id = Integer("编号")
    number = Integer("第几期")
    title = Text("名称", most=60)
