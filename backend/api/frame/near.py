"""`near=47.01,128.03`: what is nearest comes first. Where somebody stands is used for this one answer: it is stored nowhere,
and no line of a log has the query."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from marshmallow import ValidationError, fields

from backend.api.frame.fields import Code, metadata
from backend.api.frame.listing import Serialize
from backend.identity.sessions import Caller
from backend.nearness import Point, kilometres

_POINT = re.compile(r"(-?[0-9]{1,3}(?:\.[0-9]{1,2})?),(-?[0-9]{1,3}(?:\.[0-9]{1,2})?)")


class Near(Code):
    """A point in degrees, to two decimals at most: about a kilometre, and nobody's door."""

    def __init__(self) -> None:
        about = "离这里由近到远排列：纬度,经度，最多两位小数（约一公里）；只用于这一次排序，不保存"
        super().__init__(about, most=20, validate=(), load_default=None, example="47.01,128.03")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        found = _POINT.fullmatch(super()._deserialize(value, attr, data, **kwargs))
        if found is None:
            raise ValidationError("应为纬度,经度，最多两位小数，例如 47.01,128.03")
        point = Point(float(found[1]), float(found[2]))
        if abs(point.latitude) > 90 or abs(point.longitude) > 180:
            raise ValidationError("纬度应在 -90 到 90 之间，经度应在 -180 到 180 之间")
        return point


class Distance(fields.Float):
    """How far a row is; null where nobody asked, or nobody has placed it."""

    def __init__(self) -> None:
        about = "离 near 多少公里；没有给 near，或者没有坐标时为 null"
        super().__init__(metadata=metadata(about, 1.2), allow_none=True)


def with_distance(serialize: Serialize) -> Serialize:
    """The rows of a list that may come with the square of their distance: each is shown with its kilometres."""

    def serialized(rows: list[Any], caller: Caller) -> Sequence[Any]:
        if not rows or not isinstance(rows[0], tuple):
            return serialize(rows, caller)
        views = serialize([row for row, _squared in rows], caller)
        return [
            replace(view, distance_km=kilometres(squared))
            for view, (_row, squared) in zip(views, rows, strict=True)
        ]

    return serialized
