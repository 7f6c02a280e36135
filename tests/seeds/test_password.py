"""What is printed at the start is what opens the console of the demo city."""

from dataclasses import replace

import pytest

from backend import config
from backend.identity import credentials
from backend.seeds import demo


@pytest.fixture
def started_with(town, settings, tmp_path, monkeypatch):
    """`flask seed` on the city that is there already, with this DEMO_PASSWORD; what it said."""

    def start(password):
        monkeypatch.setattr(
            config, "_current", replace(settings, data_dir=str(tmp_path), seed="demo", demo_password=password)
        )
        return town.app.test_cli_runner().invoke(args=["seed"]).output

    return start


def test_another_demo_password_is_set_at_the_next_start_and_stays_without_it(town, started_with, tmp_path):
    tong = town.person("tong").id
    assert "DEMO_PASSWORD" in started_with("first-words-here")
    assert credentials.is_password_of(tong, "first-words-here")
    assert "DEMO_PASSWORD" not in started_with("first-words-here")
    assert "DEMO_PASSWORD" not in started_with("")
    assert credentials.is_password_of(tong, "first-words-here")
    assert demo.password() == (tmp_path / "demo-password").read_text().strip() == "first-words-here"
    assert "DEMO_PASSWORD" in started_with("second-words-here")
    assert credentials.is_password_of(town.person("admin").id, "second-words-here")
    assert (tmp_path / "demo-password").stat().st_mode & 0o777 == 0o600
