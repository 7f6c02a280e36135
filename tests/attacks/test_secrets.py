"""Whatever goes wrong, neither an answer, nor a log line, nor what an exception would show tells a secret."""

import pytest
import sqlalchemy as sa

from backend import config
from backend.db import session
from tests.api.test_files import upload
from tests.attacks.test_canary import lines  # noqa: F401 - a fixture
from tests.wechat.test_outages import NONSENSE, everything_told
from tests.wishes import cast

# A call of ours, and the address at WeChat that it needs.
ASKED = {
    "signing in": ("/sns", lambda phone, n: phone.post("/sessions", {"code": f"sim:ning:{n}"})),
    "the phone button": (
        "/wxa/business",
        lambda phone, n: phone.post("/me/phone", {"code": f"phone:15600000077:{n}"}),
    ),
    "a token": (
        "/cgi-bin/stable_token",
        lambda phone, n: phone.post("/me/phone", {"code": f"phone:15600000077:{n}"}),
    ),
    "looking at a text": ("/wxa/msg_sec_check", lambda phone, n: phone.put("/me", {"nickname": f"宁{n}"})),
    "looking at a picture": ("/wxa/media_check_async", lambda phone, _n: upload(phone)),
}


@pytest.fixture
def secrets(town, wechat):
    """All that must never be seen, with WeChat's access token of this moment."""
    told = config.settings()
    wechat.memory.stable_token(False)
    keys = [part.rpartition(":")[2] for part in told.seal_keys.split(",")]
    found = {told.wechat_app_secret, told.secret_key, told.index_key, told.push_token, told.push_key, *keys}
    found |= {wechat.memory.stable}
    assert all(len(one) > 10 for one in found)
    return found


def seen(secrets, *texts):
    return {one[:6] for one in secrets for text in texts if one in text}


@pytest.mark.parametrize("call", ASKED)
def test_what_wechat_answers_wrongly_tells_no_secret(town, wechat, secrets, lines, call):  # noqa: F811
    path, ask = ASKED[call]
    phone = town.phone("ning")
    # What WeChat knows of ours, and might repeat.
    echo = f"{config.settings().wechat_app_secret} {wechat.memory.stable}"
    faults = [*NONSENSE.values(), {"errcode": 40125, "errmsg": f"invalid appsecret {echo}"}, {"body": echo}]
    for number, fault in enumerate(faults):
        wechat.misbehave(path, **fault)
        if call == "a token":
            # What is kept of the last one is forgotten, so that a new one is asked for.
            session.execute(sa.text("DELETE FROM wechat_tokens"))
            session.commit()
        answer = ask(phone, f"secrets{number}")
        assert not seen(secrets, answer.get_data(as_text=True), str(answer.headers))
        wechat.memory.forget_faults()
    assert lines()
    assert not seen(secrets, *lines())


def test_a_fault_of_ours_tells_no_secret(town, secrets, lines, monkeypatch):  # noqa: F811
    """The fault carries every secret in its words, as a library's might."""
    phone, echo = town.phone("ning"), " ".join(secrets)
    town.app.testing = False
    kinds = (
        RuntimeError(echo),
        sa.exc.OperationalError("SELECT 1", {}, Exception(echo)),
        sa.exc.DataError(echo, {"key": echo}, Exception(echo)),
        OSError(echo),
    )
    try:
        for fault in kinds:
            with monkeypatch.context() as broken:
                broken.setattr("backend.api.wishes.wishes.wall_queries", _Breaking(fault))
                answer = phone.get("/wishes")
            assert answer.status_code in (500, 503)
            assert not seen(secrets, answer.get_data(as_text=True), str(answer.headers))
    finally:
        town.app.testing = True
    assert not seen(secrets, *lines())


class _Breaking:
    """A room whose every reading fails."""

    def __init__(self, fault):
        self.fault = fault

    def __getattr__(self, _name):
        raise self.fault


def test_the_settings_in_a_traceback_show_no_secret(secrets):
    """A traceback with local variables shows the settings, wherever one was on its way."""
    assert not seen(secrets, *_shown())


def _shown():
    def broken(_settings):
        raise RuntimeError

    with pytest.raises(RuntimeError) as raised:
        broken(config.settings())
    return everything_told(raised.value), repr(config.settings())


def test_nothing_that_is_stored_holds_a_secret(town, secrets):
    """The database keeps sealed values, never what opens them: neither does its journal."""
    made = cast.submitted(town)
    assert made
    for table in sa.inspect(session.get_bind()).get_table_names():
        rows = session.execute(sa.text(f'SELECT * FROM "{table}"')).all()
        assert not seen(secrets, *(str(tuple(row)) for row in rows)), table
