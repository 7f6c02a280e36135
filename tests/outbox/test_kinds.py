"""The kinds of notices are a closed list: what stands in no list is not written, and no word of the list is nobody's."""

import pytest

from backend.db import session, transaction
from backend.outbox import actions, kinds
from backend.outbox.models import Notice
from backend.people.kinds import QUIET_EVENTS, SecurityEventKind
from tests.outbox.test_city_templates import TOP


@pytest.mark.parametrize(
    ("kind", "subject"), [("wish_eaten", None), ("wish_claimed", ("moon", 1)), ("", None)]
)
def test_a_word_that_stands_in_no_list_is_our_own_mistake(town, kind, subject):
    before = session.query(Notice).count()
    with pytest.raises(ValueError, match=r"outbox/kinds\.py"), transaction():
        actions.notify(town.person("ning").id, kind, "标题", "正文", subject=subject)
    assert session.query(Notice).count() == before


def test_every_word_is_said_somewhere_and_no_two_are_the_same():
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (TOP / "backend").rglob("*.py")
        if path.name != "kinds.py" or path.parent.name != "outbox"
    )
    said_of_accounts = {f"security_{kind}" for kind in SecurityEventKind if kind not in QUIET_EVENTS}
    assert said_of_accounts <= set(kinds.NOTICE_KINDS)
    nobodys = [
        kind for kind in kinds.NOTICE_KINDS if kind not in said_of_accounts and f'"{kind}"' not in source
    ]
    assert nobodys == []
    assert len(set(kinds.NOTICE_KINDS)) == len(kinds.NOTICE_KINDS)
    assert len(set(kinds.SUBJECT_KINDS)) == len(kinds.SUBJECT_KINDS)
