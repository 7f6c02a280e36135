"""A spreadsheet that comes with a form."""

from typing import Any

from marshmallow import fields

from backend.api.frame.fields import metadata
from backend.imports import reading

# The sheet, and what a form has around it.
LARGEST_FORM = reading.MOST_BYTES + 64 * 1024


class SheetFile(fields.Raw):
    """The file part of a form: a spreadsheet whose first line names these columns."""

    default_error_messages = {"required": "请选择文件", "null": "请选择文件", "invalid": "应为文件"}

    def __init__(self, columns: tuple[str, ...]) -> None:
        about = "Excel（.xlsx）或 CSV，第一行写列名：" + "、".join(columns)
        super().__init__(required=True, metadata=metadata(about, type="string", format="binary"))

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if not hasattr(value, "stream"):
            raise self.make_error("invalid")
        return value


def table_of(file: Any) -> list[list[str]]:
    """The rows of an uploaded sheet; slow: outside any transaction. Raises NotASheet, SheetTooLarge."""
    with file.stream as stream:
        return reading.read(file.filename or "", stream.read())
