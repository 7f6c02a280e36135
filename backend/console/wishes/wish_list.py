"""The list of wishes: found by everything that a row shows."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for

from backend.console.frame.forms import choice, line, tick
from backend.console.frame.lists import Bulk, Column, Filters, Listed, register
from backend.console.frame.page import Staff
from backend.people import place_choices
from backend.people.masking import Kind, masked
from backend.people.permissions import Permission
from backend.wishes import list_queries, queries, staff_queries
from backend.wishes.labels import CATEGORIES, GROUPS, WISH_STATES
from backend.wishes.models import Wish

# Of so many communities all grids stand to choose from.
FEW = 12


class WishFilters(Filters):
    text = line("编号或标题", most=40, needed=False)
    state = choice("状态", WISH_STATES, needed=False)
    community = choice("社区", needed=False, numbers=True)
    wisher = line("许愿人", most=40, needed=False, looked_for=True, description="姓名、卡号或完整手机号")
    claimer = line("认领人", most=40, needed=False, looked_for=True, description="姓名、志愿队或单位")
    round = choice("期", needed=False, numbers=True)
    grid = choice("网格", needed=False, numbers=True)
    category = choice("类别", CATEGORIES, needed=False)
    group = choice("受益人群", GROUPS, needed=False)
    overdue = tick("只看逾期的（过了承诺或期望的日子）")


def _form(staff: Staff) -> WishFilters:
    form = WishFilters(request.args)
    if not staff.may(Permission.PERSON_READ):
        del form.wisher
    communities = dict(place_choices.choices(staff, Permission.WISH_READ, "community"))
    form.state.choices = {"": "全部状态", **WISH_STATES}
    form.community.choices = {"": "全部社区", **communities}
    form.round.choices = {"": "全部", **list_queries.rounds_to_choose(actor=staff)}
    form.grid.choices = {"": "全部网格", **_grids(staff, communities, form.community.data)}
    form.category.choices = {"": "全部类别", **CATEGORIES}
    form.group.choices = {"": "全部", **GROUPS}
    return form


def _grids(staff: Staff, communities: dict[int, str], chosen: int | None) -> dict[int, str]:
    """Those of the chosen community; without one, all of one's own, where they can still be looked through."""
    if chosen in communities:
        return dict(place_choices.grids_of([chosen]))
    return dict(place_choices.choices(staff, Permission.WISH_READ, "grid")) if len(communities) <= FEW else {}


def _slips(found: Sequence[Wish], staff: Staff) -> dict[str, Any]:
    shown = queries.view_wishes(found, actor=staff)
    reported = [one for one in shown if one.inside and one.on_behalf]
    cards = staff_queries.wishers_cards([one.id for one in reported])
    return {"slips": [(one, cards[one.id]) for one in reported], "without": len(shown) - len(reported)}


register(
    Listed(
        name="心愿",
        measure="个",
        rule="/wishes",
        endpoint="wishes",
        word=Permission.WISH_READ,
        form=_form,
        plain=("text", "state", "community", "wisher"),
        sorts=list_queries.SORTS,
        find=lambda asked, sort, staff: list_queries.listed(
            list_queries.WishFilters(**asked), sort, actor=staff
        ),
        rows=lambda found, staff: list_queries.rows(found, actor=staff),
        bulk=(
            Bulk(
                "打印签字单",
                "/wishes/slips",
                "wish_slips",
                "wishes/slips.html",
                _slips,
                Permission.WISH_REPORT,
            ),
        ),
        columns=(
            Column("编号", lambda one: one.number),
            Column(
                "心愿",
                lambda one: one.title,
                address=lambda one: url_for("console.wish", wish_id=one.id),
                width=28,
            ),
            Column("状态", lambda one: one.state, "state", WISH_STATES),
            Column("社区", lambda one: one.community),
            Column("许愿人", lambda one: one.wisher, on_paper=lambda one: masked(Kind.NAME, one.wisher)),
            Column(
                "认领",
                lambda one: one.claimer,
                width=20,
                on_paper=lambda one: masked(Kind.NAME, one.claimer) if one.in_person else one.claimer,
            ),
            Column("承诺完成", lambda one: one.promised_on, "day", late=lambda one: one.late),
            Column("已等天数", lambda one: one.days, "number"),
            Column("提交", lambda one: one.submitted_at, "moment", width=18),
        ),
    )
)
