"""A group robot is told of faults, by the rules of 企业微信; nothing waits for it, and nothing of a resident is said."""

from dataclasses import replace

import pytest
import requests
import structlog

from backend import config, robots
from backend.api.frame import telemetry
from backend.wechat.simulator import robots as hook


@pytest.fixture
def address(running_wechat):
    running_wechat.memory.reset()
    return f"{running_wechat.url}{hook.PATH}?key={hook.KEY}"


@pytest.fixture
def told(running_wechat, address, settings, monkeypatch):
    """What the group reads, with a robot of our own that does not pause."""
    monkeypatch.setattr(config, "_current", replace(settings, robot_url=address))
    monkeypatch.setattr(robots, "_teller", robots.Teller(pause=0.0))

    telemetry.configure_logs("INFO")

    def read():
        robots._teller.wait()
        return [call["body"]["text"]["content"] for call in running_wechat.calls(hook.PATH)]

    yield read
    telemetry.configure_logs(settings.log_level)


def test_a_fault_of_the_program_is_told_once_with_its_place_and_no_words_of_anybody(town, told):
    view = town.app.view_functions["health.healthz"]

    def breaks(**_given):
        raise RuntimeError("李某某 13904580001")

    town.app.view_functions["health.healthz"] = breaks
    try:
        for _ in range(3):
            assert town.app.test_client().get("/healthz").status_code == 500
    finally:
        town.app.view_functions["health.healthz"] = view
    (said,) = told()
    assert said.startswith("点亮 fault ")
    assert "RuntimeError" in said
    assert "test_robots" in said or "breaks" in said
    assert "13904580001" not in said


def test_what_is_no_fault_is_not_told(told):
    log = structlog.get_logger()
    log.info("request", status=500)
    log.error("file.not_stored", why="full")
    log.error("job.failed", job="points.end", item=7)
    assert [one.split("\n")[0] for one in told()] == ["点亮 job.failed points.end"]


def test_a_long_text_is_cut_to_what_the_hook_takes(address, running_wechat):
    robots.say("愿" * 3000, address=address)
    (call,) = running_wechat.calls(hook.PATH)
    assert (call["errcode"], len(call["body"]["text"]["content"].encode()) <= 2048) == (0, True)


@pytest.mark.parametrize(
    ("query", "body", "errcode"),
    [
        ("?key=wrong", {"msgtype": "text", "text": {"content": "x"}}, 93000),
        (f"?key={hook.KEY}", {"msgtype": "picture"}, 40008),
        (f"?key={hook.KEY}", {"msgtype": "text", "text": {"content": " "}}, 44004),
        (f"?key={hook.KEY}", {"msgtype": "text", "text": {"content": "愿" * 683}}, 40058),
        (f"?key={hook.KEY}", {"msgtype": "text", "text": {"content": "x"}, "to": "all"}, 40058),
    ],
)
def test_the_simulated_hook_is_as_strict_as_the_real_one(running_wechat, query, body, errcode):
    answer = requests.post(f"{running_wechat.url}{hook.PATH}{query}", json=body, timeout=10)
    assert answer.json()["errcode"] == errcode


def test_a_hook_that_refuses_or_is_away_stops_nobody(running_wechat, address, told, settings, monkeypatch):
    with pytest.raises(robots.RobotRefused):
        robots.say("x", address=address.replace(hook.KEY, "wrong"))
    running_wechat.memory.reset()
    monkeypatch.setattr(config, "_current", replace(settings, robot_url="http://127.0.0.1:9/?key=x"))
    structlog.get_logger().error("job.failed", job="a")
    assert told() == []
    assert "9/?key" not in repr(config.settings())
