"""Sheets of duty lists as tests bring them in."""

from backend.db import transaction
from backend.duties import sheets
from backend.duties.actions import lists

HEAD = ["编号", "名称", "牵头部门", "配合部门", "法律依据", "事项分类", "办理期限"]


def table(*rows):
    return [HEAD, *(list(row) + [""] * (len(HEAD) - len(row)) for row in rows)]


def previewed(town, kind, day, *rows, by="zhuo", title="清单"):
    """A sheet beside the newest version; nothing of it is written yet."""
    read = sheets.read(table(*rows), kind)
    with transaction():
        return lists.preview(kind, title, day, read, actor=town.person(by))


def confirmed(town, import_id, by="zhuo"):
    with transaction():
        return lists.confirm(import_id, actor=town.person(by))
