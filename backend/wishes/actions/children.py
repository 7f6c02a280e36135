"""Wishes of children under fourteen (个人信息保护法 31; 未成年人保护法 103): spoken for by a guardian or by
community staff, and shown without name, school or picture."""

import re
from typing import Any

from backend.db import session
from backend.errors import Refused
from backend.journal import Actor
from backend.people import guardians, sealed
from backend.people.models import Person
from backend.wishes.kinds import Disclosure, Group
from backend.wishes.models import Wish


class ChildNeedsGuardian(Refused):
    code, message = 40397, "不满十四周岁的孩子的心愿，请由监护人或社区工作人员填报"


class ChildRecognisable(Refused):
    code, message = 42288, "为保护孩子，心愿里请不要写孩子的姓名、学校和班级"


class ChildPictured(Refused):
    code, message = 42289, "为保护孩子，孩子的心愿不放图片"


# 松涛小学, 第三中学, 三年级2班; not 上小学 or 小学生. Who means no school can say it in other words.
_NUMBER = "[0-9０-９一二三四五六七八九十]+"
_SCHOOL = re.compile(
    r"[\u4e00-\u9fff0-9][^\W上读要在的是名个所入念子了去从到]"
    r"(?:小学|中学|幼儿园|学校)(?![生课作阶水毕英数语])"
    rf"|第{_NUMBER}(?:小|中|幼)|{_NUMBER}\s*(?:年级)?\s*[（(]?{_NUMBER}?[)）]?\s*班"
)


def protection(wisher_id: int, content: dict[str, Any], *, actor: Actor) -> dict[str, Any]:
    """The columns that protect a wisher under fourteen; none for everybody else.

    Raises ChildNeedsGuardian where the child writes alone, ChildRecognisable.
    """
    child = session.get(Person, wisher_id)
    if child is None or not guardians.under_14(child.birth_year):
        return {}
    if actor.id == wisher_id:
        raise ChildNeedsGuardian()
    refuse_naming_the_child(child, content)
    known = guardians.guardians_of(wisher_id)
    guardian_id = actor.id if actor.id in known else next(iter(known), None)
    return {
        "for_child": True,
        "guardian_id": guardian_id,
        "disclosure": Disclosure.ANONYMOUS,
        "salutation": None,
    }


def kept(wish: Wish, content: dict[str, Any]) -> dict[str, Any]:
    """What an edit may not undo. Raises ChildRecognisable."""
    if not wish.for_child:
        return {}
    refuse_naming_the_child(session.get(Person, wish.wisher_id), content)
    return {"disclosure": Disclosure.ANONYMOUS, "salutation": None}


def refuse_naming_the_child(child: Any, content: dict[str, Any]) -> None:
    """Refuses a text that names the child or their school."""
    name = sealed.real_name(child)
    for text in (content.get("title") or "", content.get("description") or ""):
        if (name and name in text) or _SCHOOL.search(text):
            raise ChildRecognisable()


def refuse_pictures(wish: Wish) -> None:
    """Of a child, and of whatever is wished for children, there is no picture."""
    if wish.for_child or wish.beneficiary_group == Group.CHILD:
        raise ChildPictured()
