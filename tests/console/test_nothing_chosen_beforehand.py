"""What a form decides about reach is chosen by whoever fills it in: no place and no role stands there beforehand."""

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.organisations.models import Organisation
from backend.people.labels import ROLES
from backend.people.models import Appointment
from tests.console.desk import follow
from tests.console.linked_pages import pages_of

STAFF = ("tong", "bu", "yan", "jie", "admin", "shao")
# What they change shows what it is; what they only read shows what is shown.
SHOWS_WHAT_IS = {"console.edit_activity", "console.register"}
WIDE = (
    "/console/rounds/open",
    "/console/rounds/everywhere",
    "/console/shops/new",
    "/console/teams/new",
    "/console/points/rules/service_hour",
)


def _decides_reach(field, places):
    words = {option["words"].strip().split("（")[0] for option in field["options"] if option.get("value")}
    return len(words) > 1 and (words & places or words & set(ROLES.values()))


@pytest.mark.slow
def test_no_form_has_a_place_or_role_chosen_beforehand(town, visitor):
    places = set(session.scalars(sa.select(Organisation.name))) | {"全市"}
    extra = (*WIDE, f"/console/appointments/people/{town.person('wulan').id}")
    asked, chosen = set(), []
    for name in STAFF:
        for kind, address, page in pages_of(visitor(name), town.app, extra):
            for field in page.fields:
                if field["tag"] != "select" or not field["sent"] or kind in SHOWS_WHAT_IS:
                    continue
                if _decides_reach(field, places):
                    asked.add((kind, field["name"]))
                    selected = [one for one in field["options"] if "selected" in one] or field["options"][:1]
                    chosen += [
                        (name, address, field["name"], one["words"]) for one in selected if one.get("value")
                    ]
    assert chosen == []
    assert {
        ("console.appoint", "role"),
        ("console.appoint", "organisation"),
        ("console.change_rule", "place"),
        ("console.open_everywhere", "community"),
        ("console.new_shop", "community"),
    } <= asked


def _appoint(visitor, town, **told):
    admin = visitor("admin")
    path = f"/console/appointments/people/{town.person('wulan').id}"
    admin.page(path)
    return admin.post(path, {"from_day": clock.today().isoformat(), **told})


def test_pressing_appoint_at_once_appoints_nobody(town, visitor):
    before = session.scalar(sa.select(sa.func.count()).select_from(Appointment))
    answer = _appoint(visitor, town, role="", organisation="")
    assert answer.status_code == 422
    assert answer.get_data(as_text=True).count("请选择一项") == 2
    assert session.scalar(sa.select(sa.func.count()).select_from(Appointment)) == before


@pytest.mark.parametrize(("role", "place"), [("grid_worker", "青松市"), ("shop_keeper", "市教育局")])
def test_a_role_elsewhere_is_refused_in_words(town, visitor, role, place):
    answer = _appoint(visitor, town, role=role, organisation=town.place(place))
    assert answer.status_code == 422
    assert "只能任在" in answer.get_data(as_text=True)


def test_a_place_is_found_by_typing_and_only_where_the_role_is_had(desk, town):
    page = desk.sit_down("admin")
    page.goto(f"/console/appointments/people/{town.person('wulan').id}")
    desk.look_at(page, "admin-appoint")
    names = page.locator("#organisation option")
    assert names.filter(has_text="市教育局").count() == 1
    page.get_by_label("角色").select_option("grid_worker")
    assert names.filter(has_text="市教育局").count() == 0
    page.get_by_label("找地方").fill("松涛-02")
    assert names.all_inner_texts()[1:] == ["青松市 › 林海街道 › 松涛社区 › 松涛-02"]
    page.get_by_label("在哪里").select_option(index=1)
    follow(page, page.get_by_role("button", name="任命"))
    assert "任职已生效" in page.get_by_role("status").inner_text()
