"""The residents of one's own places as a list, without looking for anybody."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for

from backend.console.frame.forms import choice, line, whole
from backend.console.frame.lists import Bulk, Column, Filters, Listed, register
from backend.console.frame.page import Staff
from backend.console.people.people import cards
from backend.people import place_choices, resident_list
from backend.people.labels import RESIDENCY_STATES
from backend.people.masking import Kind, masked
from backend.people.models import BIRTH_YEAR_MAX, BIRTH_YEAR_MIN
from backend.people.permissions import Permission

# Of so many communities all grids stand to choose from.
FEW = 12


class ResidentFilters(Filters):
    text = line("姓名、卡号或完整手机号", most=40, needed=False, looked_for=True)
    community = choice("社区", needed=False, numbers=True)
    grid = choice("网格", needed=False, numbers=True)
    state = choice("居住登记", RESIDENCY_STATES, needed=False)
    way = choice("怎么联系", resident_list.REACHED_BY, needed=False)
    born_until = whole("出生年份不晚于", least=BIRTH_YEAR_MIN, most=BIRTH_YEAR_MAX, needed=False)


def _form(staff: Staff) -> ResidentFilters:
    form = ResidentFilters(request.args)
    communities = dict(place_choices.choices(staff, Permission.PERSON_READ, "community"))
    grids = (
        dict(place_choices.choices(staff, Permission.PERSON_READ, "grid")) if len(communities) <= FEW else {}
    )
    form.community.choices = {"": "全部社区", **communities}
    form.grid.choices = {"": "全部网格", **grids}
    form.state.choices = {"": "全部", **RESIDENCY_STATES}
    form.way.choices = {"": "不限", **resident_list.REACHED_BY}
    return form


def _cards(found: Sequence[Any], staff: Staff) -> dict[str, Any]:
    made = cards(found, staff)
    return {"cards": made, "without": len(found) - len(made)}


register(
    Listed(
        name="居民列表",
        measure="位",
        rule="/people/list",
        endpoint="people_listed",
        word=Permission.PERSON_READ,
        form=_form,
        plain=("text", "grid", "way", "born_until"),
        sorts=resident_list.SORTS,
        find=lambda asked, sort, staff: resident_list.listed(
            resident_list.ResidentFilters(**asked), sort, actor=staff
        ),
        rows=lambda found, staff: resident_list.rows(found, actor=staff),
        bulk=(Bulk("打印纸质卡", "/people/cards", "people_cards", "people/cards.html", _cards),),
        columns=(
            Column(
                "姓名",
                lambda one: one.name,
                address=lambda one: url_for("console.person", person_id=one.id),
                on_paper=lambda one: masked(Kind.NAME, one.name),
            ),
            Column("手机号", lambda one: one.phone),
            Column("卡号", lambda one: one.card),
            Column("出生年份", lambda one: str(one.birth_year) if one.birth_year else None),
            Column("社区、网格", lambda one: one.home, width=24),
            Column("居住登记", lambda one: one.state, "state", RESIDENCY_STATES),
            Column("微信", lambda one: one.wechat),
            Column("登记", lambda one: one.declared_at, "moment", width=18),
        ),
    )
)
