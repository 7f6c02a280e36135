"""What the alerts and the dashboard ask for is what the product tells."""

import json
import re
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[2] / "docs/operations"
TRIED = FOLDER / "alerts-test.yml"
ALERTS, DASHBOARD = FOLDER / "alerts.yml", FOLDER / "grafana-dashboard.json"


@pytest.fixture
def told(town):
    """The names of all metrics of a server that has answered something, with the states that they tell."""
    town.phone("ning").get("/me")
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
