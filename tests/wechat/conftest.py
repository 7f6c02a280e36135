"""WeChat as the tests of this room meet it: the simulator, and clients that know nothing but its address."""

import time

import pytest

from backend.config import Settings
from backend.wechat.live import LiveWeChat
from backend.wechat.simulator import account
from tests.simulated import SimulatedWeChat

SECRET = "app-secret-that-must-never-be-seen"


class MemoryTokens:
    """A token store without a database, which counts how often it is written."""

    def __init__(self):
        self.kept = {}
        self.writes = 0

    def get(self, key, default=None):
        value, until = self.kept.get(key, (default, time.time() + 1))
        return value if until > time.time() else default

    def set(self, key, value, ttl=None):
        self.writes += 1
        self.kept[key] = (value, time.time() + ttl)

    def delete(self, key):
        self.kept.pop(key, None)


@pytest.fixture(scope="session")
def _running_simulator():
    with SimulatedWeChat(Settings(wechat_app_secret=SECRET)) as running:
        yield running


@pytest.fixture
def simulator(_running_simulator):
    """The simulator, which has forgotten what earlier tests told it."""
    memory = _running_simulator.memory
    memory.reset()
    memory.templates["tpl_x"] = account.wire("tpl_x", "一项", "一项 thing1")
    for known in ("tpl_claimed", "tpl_other"):
        memory.templates[known] = account.wire(known, "认领", "心愿 thing1", "状态 phrase2", "时间 time3")
    yield _running_simulator
    _running_simulator.memory.reset()
    _running_simulator.memory.now = time.time


@pytest.fixture
def tokens():
    return MemoryTokens()


@pytest.fixture
def connect(simulator, tokens):
    """Makes clients; keywords change their settings."""
    made = []

    def open_client(store=None, **settings):
        made.append(LiveWeChat(simulator.settings(**settings), store or tokens))
        return made[-1]

    yield open_client
    for client in made:
        client.close()


@pytest.fixture
def wechat(connect):
    return connect()
