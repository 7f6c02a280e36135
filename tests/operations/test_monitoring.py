"""What the alerts and the dashboard ask for is what the product tells."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from backend import VERSION, clock, jobs
from tests.console.visitor import Visitor

FOLDER = Path(__file__).resolve().parents[2] / "docs/operations"
TRIED = FOLDER / "alerts-test.yml"
ALERTS, DASHBOARD = FOLDER / "alerts.yml", FOLDER / "grafana-dashboard.json"


@pytest.fixture
def told(town):
    """The names of all metrics of a server that has answered something, with the states that they tell."""
    town.phone("ning").get("/me")
    jobs.note(jobs.Job("sessions.forget", 3600, list, print))
    text = town.app.test_client().get("/metrics").get_data(as_text=True)
    return set(re.findall(r"^(dianliang_\w+)", text, re.MULTILINE)), text


def asked(text):
    return set(re.findall(r"dianliang_\w+", text))


def test_each_alert_asks_for_metrics_that_there_are_and_says_what_to_do(told):
    names, _ = told
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    assert len(rules) >= 6
    for rule in rules:
        assert asked(rule["expr"]) <= names, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]


def test_each_alert_is_tried_for_when_it_wakes_somebody():
    """By Prometheus' own promtool, which scripts/topology brings."""
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    tried = yaml.safe_load(TRIED.read_text())["tests"]
    woken = {
        name
        for case in tried
        for step in case["promql_expr_test"]
        for sample in step["exp_samples"]
        for name in re.findall(r'alertname="(\w+)"', sample["labels"])
    }
    assert woken == {rule["alert"] for rule in rules}
    # A series that is silent for five minutes is gone for Prometheus: no alert on it would ever last.
    assert {case["interval"] for case in tried} == {"1m"}


def test_the_tried_alerts_are_given_metrics_that_there_are(told):
    names, _ = told
    assert asked(TRIED.read_text()) <= names


def test_the_dashboard_asks_for_metrics_that_there_are(told):
    names, _ = told
    panels = json.loads(DASHBOARD.read_text())["panels"]
    queries = [target["expr"] for panel in panels for target in panel["targets"]]
    assert asked(" ".join(queries)) <= names
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_labels_that_are_asked_for_are_told(told):
    _, text = told
    for label in ('state="dead"', 'status="200"', "route=", "method="):
        assert label in text


def test_what_runs_here_and_how_the_database_is_used_is_told(told):
    _, text = told
    version = re.search(
        r"^version = \"(.+)\"", (FOLDER.parents[1] / "pyproject.toml").read_text(), re.MULTILINE
    )[1]
    assert version == VERSION
    assert f'dianliang_build_info{{version="{VERSION}",schema="' in text
    (size,) = re.findall(r"^dianliang_database_bytes (\S+)$", text, re.MULTILINE)
    assert float(size) > 100_000
    (most,) = re.findall(r"^dianliang_database_connections_most(?:\{.*\})? (\S+)$", text, re.MULTILINE)
    assert float(most) >= 4


def test_a_wrong_password_is_counted_and_a_right_one_is_taken_out(town):
    def tries():
        text = town.app.test_client().get("/metrics").get_data(as_text=True)
        found = re.findall(r'dianliang_password_tries_total\{outcome="(\w+)"\} (\S+)', text)
        return {outcome: float(value) for outcome, value in found}

    before, visitor = tries(), Visitor(town.app)
    assert visitor.sign_in("tong", "不是这个口令").status_code == 401
    assert visitor.sign_in("tong").status_code == 303
    after = tries()
    assert (after["tried"] - before["tried"], after["right"] - before["right"]) == (2, 1)


def test_a_job_is_late_when_its_time_is_long_over(town):
    job = jobs.Job("sessions.forget", 3600, list, print)
    jobs.note(job)
    assert jobs.overdue() == {"sessions.forget": 0.0}
    with clock.frozen_at(clock.now() + timedelta(hours=3)):
        assert jobs.overdue()["sessions.forget"] == pytest.approx(3 * 3600 - 3600 - 300, abs=60)
        jobs.note(job)
        assert jobs.overdue() == {"sessions.forget": 0.0}
