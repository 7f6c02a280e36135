"""The console without a browser, here too."""

from tests.console.conftest import visitor  # noqa: F401 - a fixture
