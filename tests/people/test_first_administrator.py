"""A new deployment: a city, and the one administrator whom nobody else could appoint."""

from backend.db import transaction
from backend.identity import sessions
from backend.people import permissions


def _run(app, *arguments):
    return app.test_cli_runner().invoke(args=list(arguments))


def test_the_first_administrator_is_appointed_once_and_the_others_by_them(app):
    with transaction():
        first, second = sessions.person_of("o-first").id, sessions.person_of("o-second").id
    assert "found-city" in _run(app, "appoint-admin", str(first)).output
    assert _run(app, "found-city", "铁力市", "铁力").exit_code == 0
    assert _run(app, "found-city", "铁力市", "铁力").exit_code == 1
    assert _run(app, "appoint-admin", str(first)).exit_code == 0
    assert permissions.appointed(first, "appointment:grant")
    assert _run(app, "appoint-admin", str(second)).exit_code == 1
    assert _run(app, "appoint-admin", "--name", "王敏", "--phone", "13904580001").exit_code == 1
    assert not permissions.appointed(second, "appointment:grant")


def test_who_is_no_person_and_what_is_no_phone_is_refused_in_a_sentence(app):
    assert _run(app, "found-city", "铁力市").exit_code == 0
    told = _run(app, "appoint-admin", "99")
    assert (told.exit_code, told.stderr) == (1, "Error: there is nobody and nothing of that number here\n")
    told = _run(app, "appoint-admin", "--name", "王敏", "--phone", "12")
    assert (told.exit_code, told.stderr) == (1, "Error: not accepted: phone: 应为 11 位手机号\n")
    assert _run(app, "appoint-admin", "--name", "王敏").exit_code == 1
