"""Templates as WeChat numbers them: fields of the city's own, one template for two purposes, the proposal, the doctor."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from backend import config, config_templates
from backend.db import transaction
from backend.operations import doctor
from backend.outbox import acceptances, delivery, matching, queries, templates
from backend.outbox.models import Subscription
from backend.wechat import gateway
from backend.wechat.gateway import AccountTemplate
from backend.wechat.simulator import account
from backend.wechat.simulator.rules import openid_of
from tests.outbox.conftest import NOON, add_person, quota, subscribe, tell
from tests.outbox.conftest import delivery as delivery_of

TOP = Path(__file__).resolve().parents[2]
# As cities find them in WeChat's library: numbers of its keywords, types that are not always ours.
PROGRESS = account.wire(
    "Prog", "服务进度提醒", "服务名称 thing9", "服务状态 phrase5", "更新时间 date2", "温馨提示 thing7"
)
POINTS = account.wire(
    "Poin", "积分变动提醒", "变动原因 thing3", "变更数量 character_string1", "变动时间 time5"
)
BOTH = {"id": "Prog", "fields": ["thing9", "phrase5", "date2", "thing7"]}
SHARED = json.dumps({"wish_progress": BOTH, "claim_progress": BOTH})


@pytest.fixture
def city(app, settings, wechat):
    """A city that has the two templates at WeChat, one of them for two purposes."""
    wechat.memory.templates = {str(one["priTmplId"]): one for one in (PROGRESS, POINTS)}
    config.use(replace(settings, wechat_templates=SHARED))
    return wechat


def test_the_types_that_settings_are_checked_by_are_those_of_the_catalogue():
    told = {
        key: tuple(name.rstrip("0123456789") for name, _meaning in one.fields)
        for key, one in templates.CATALOGUE.items()
    }
    assert told == config_templates.SHAPES


def test_what_fits_one_type_fits_each_that_may_carry_it():
    values = {"thing": "修灯🎉", "phrase": "已认领", "number": -5, "time": NOON, "character_string": "A-17"}
    from backend.wechat.simulator.rules import field_fits

    for kind, others in config_templates.CARRIED_BY.items():
        text = templates.fit(f"{kind}1", values[kind])
        assert all(field_fits(f"{other}4", text) for other in others), kind


def test_a_message_goes_out_under_the_names_that_wechat_gave_the_fields(city):
    zhu = add_person(openid_of("zhu"))
    subscribe(zhu)
    told = tell(zhu, page="pages/wish/detail?id=17")
    assert delivery.deliver_due(gateway.gateway()) == 1
    assert delivery_of(told).state == "sent"
    (kept,) = city.messages_to("zhu")
    assert kept["templateId"] == "Prog"
    assert kept["data"].keys() == {"thing9", "phrase5", "date2", "thing7"}
    assert kept["data"]["thing9"] == "一台轮椅"


def test_a_part_that_the_template_lacks_is_left_out(app, settings):
    left = {"points_changed": {"id": "x", "fields": ["thing3", None, "time5"]}}
    config.use(replace(settings, wechat_templates=json.dumps(left)))
    data = {"thing1": "兑换", "number2": "5", "time3": "2026-01-01 09:00"}
    assert templates.addressed("points_changed", data) == {"thing3": "兑换", "time5": "2026-01-01 09:00"}


def test_purposes_that_share_a_template_share_what_was_allowed(city):
    """WeChat counts acceptances of the template: one tap is one message, whatever it tells."""
    zhu = add_person(openid_of("zhu"))
    subscribe(zhu, template="claim_progress")
    with transaction():
        acceptances.told_by_wechat(zhu.id, [("Prog", "accept"), ("Prog", "accept")])
    assert [(row.template, row.remaining) for row in queries.subscriptions(zhu.id)] == [
        ("claim_progress", 1),
        ("wish_progress", 1),
    ]
    first, second = (tell(zhu, template=key, page=None) for key in ("claim_progress", "wish_progress"))
    while delivery.deliver_due(gateway.gateway()):
        pass
    assert [delivery_of(one).state for one in (first, second)] == ["sent", "not_subscribed"]
    with transaction():
        acceptances.did_not_arrive(zhu.id, "Prog", 43101)
    assert delivery_of(first).state == "dead"


def test_a_refusal_takes_back_what_all_that_share_it_had(city):
    zhu = add_person(openid_of("zhu"))
    subscribe(zhu, template="claim_progress")
    with transaction():
        acceptances.refused_in_wechat(zhu.id, ["Prog"])
    assert {row.remaining for row in queries.subscriptions(zhu.id)} == {0}
    assert quota(zhu, "claim_progress") is None
    assert Subscription.__tablename__


def test_the_command_proposes_a_line_that_the_settings_take_and_wechat_too(city, app):
    done = app.test_cli_runner().invoke(args=["wechat", "templates"])
    assert done.exit_code == 0, done.output
    (line,) = (one for one in done.output.splitlines() if one.startswith("WECHAT_TEMPLATES="))
    value = line.removeprefix("WECHAT_TEMPLATES=").strip("'")
    assert config_templates.fault(value) is None
    found = config_templates.chosen(value)
    assert found["wish_progress"].fields == ("thing9", "phrase5", "date2", "thing7")
    assert found["points_changed"].fields == ("thing3", "character_string1", "time5")
    assert "redemption_notice（兑换通知）: none fits" in done.output
    config.use(replace(config.settings(), wechat_templates=value))
    assert matching.differences(gateway.gateway().templates()) == []


def test_a_template_with_a_keyword_that_carries_nothing_of_ours_is_not_proposed(app):
    odd = AccountTemplate("x", "心愿进展", (("thing1", "心愿"), ("amount2", "金额")))
    assert all(one.chosen is None for one in matching.proposals([odd]))


def test_the_doctor_compares_the_setting_with_the_account(city):
    assert list(doctor._templates()) == []
    city.memory.templates["Prog"] = account.wire("Prog", "服务进度提醒", "服务名称 thing9", "状态 phrase6")
    said = [one.sentence for one in doctor._templates()]
    assert len(said) == 2
    assert "has the fields phrase6, thing9" in said[0]
    del city.memory.templates["Prog"]
    assert all("no template of this id" in one.sentence and one.fault for one in doctor._templates())


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"wish": BOTH}, "there is no purpose wish"),
        ({"wish_progress": "Prog"}, "flask wechat templates"),
        ({"wish_progress": {"id": "", "fields": BOTH["fields"]}}, "flask wechat templates"),
        ({"wish_progress": {"id": "Prog", "fields": ["thing9"]}}, "needs 4 fields"),
        ({"wish_progress": {"id": "Prog", "fields": [None] * 4}}, "needs 4 fields"),
        (
            {"wish_progress": {"id": "Prog", "fields": ["thing9", "number1", "date2", "thing7"]}},
            "phrase/thing",
        ),
        ({"wish_progress": {"id": "Prog", "fields": ["thing9", "phrase5", "date2", "thing9"]}}, "each once"),
    ],
)
def test_a_setting_that_wechat_would_refuse_is_refused_at_start(value, why):
    said = config_templates.fault(json.dumps(value))
    assert why in said.english
    assert re.search("[\u4e00-\u9fff]", said.chinese)


def test_the_pages_of_the_mini_program_are_those_that_messages_codes_and_links_open():
    """One list for who writes the mini-program, and the simulator refuses every other page."""
    page = (TOP / "miniprogram_api_docs" / "pages.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(pages/[^`]+)`", page, re.MULTILINE))
    sources = (path for path in (TOP / "backend").rglob("*.py") if "simulator" not in path.parts)
    used = {
        one
        for path in sources
        for one in re.findall(r'"(pages/[a-z/]+)[?"]', path.read_text(encoding="utf-8"))
    }
    assert told == account.PAGES == used
