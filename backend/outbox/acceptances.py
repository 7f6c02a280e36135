"""What WeChat itself tells about subscriptions: answered, taken back, and messages that did not arrive.

The same tap on 允许 is told twice, by the mini-program and by WeChat's push, in any order, and either may be
lost. So both are counted, each for itself, and a unit of quota is granted when the higher count rises.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import insert, session
from backend.outbox import templates
from backend.outbox.models import Delivery, Notice, Subscription

# What one person can save up of one template; more would only hide that WeChat counts for itself.
MOST_SAVED = 50
# WeChat tells the fate of a message soon after it took it.
FATE_TIME = timedelta(days=1)


def count(answers: list[dict[str, Any]], teller: str) -> None:
    """Adds acceptances (1) and rejections (0) as `teller` counts them, `told` or `pushed`; one statement.

    `answers` are {person_id, template, accepted, rejected_at} in one order for everybody, so that two answers
    at once never wait for each other in a circle.
    """
    if not answers:
        return
    rows = [
        {
            "person_id": one["person_id"],
            "template": one["template"],
            "remaining": one["accepted"],
            teller: one["accepted"],
            "rejected_at": one["rejected_at"],
        }
        for one in answers
    ]
    adding = insert(Subscription).values(rows)
    own, other = (
        (Subscription.told, Subscription.pushed)
        if teller == "told"
        else (Subscription.pushed, Subscription.told)
    )
    accepted = adding.excluded.remaining
    raised = sa.case((own + accepted > other, accepted), else_=0)
    saved = Subscription.remaining + raised
    statement = adding.on_conflict_do_update(
        index_elements=["person_id", "template"],
        set_={
            "remaining": sa.case((saved > MOST_SAVED, MOST_SAVED), else_=saved),
            own.key: own + accepted,
            "rejected_at": adding.excluded.rejected_at,
        },
    )
    session.execute(statement)


def told_by_wechat(person_id: int, answers: Iterable[tuple[Any, Any]]) -> None:
    """subscribe_msg_popup_event: (template id, `accept` or `reject`) as the person answered the window.

    Templates that are not ours are passed over. WeChat: 指南/开放能力/消息.
    """
    found: dict[str, bool] = {}
    for template_id, answer in answers:
        key = templates.key_of(template_id)
        if key is not None and isinstance(answer, str):
            # acceptWithAudio and acceptWithAlert are acceptances, too.
            found[key] = answer.startswith("accept")
    now = clock.now()
    count(
        [
            {
                "person_id": person_id,
                "template": key,
                "accepted": int(accepted),
                "rejected_at": None if accepted else now,
            }
            for key, accepted in sorted(found.items())
        ],
        "pushed",
    )


def refused_in_wechat(person_id: int, template_ids: Iterable[Any]) -> None:
    """subscribe_msg_change_event: the person set these templates to 拒收, so what was saved up is worthless."""
    keys = sorted({key for one in template_ids if (key := templates.key_of(one)) is not None})
    if keys:
        session.execute(
            sa.update(Subscription)
            .where(Subscription.person_id == person_id, Subscription.template.in_(keys))
            .values(remaining=0, rejected_at=clock.now()),
            execution_options={"synchronize_session": False},
        )


def did_not_arrive(person_id: int, template_id: Any, errcode: int) -> None:
    """subscribe_msg_sent_event with an error: WeChat took the message and could not deliver it after all.

    The last one that it took of this template ends among the dead letters. Whether it gives back the
    person's acceptance, WeChat does not say, so the quota is left as it is.
    """
    key = templates.key_of(template_id)
    last = (
        sa.select(Delivery.notice_id)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(
            Notice.person_id == person_id,
            Delivery.template.in_(templates.sharing(key) if key is not None else ()),
            Delivery.state == "sent",
            Delivery.finished_at > clock.now() - FATE_TIME,
        )
        .order_by(Delivery.finished_at.desc(), Delivery.notice_id.desc())
        .limit(1)
    )
    found = session.scalar(last) if key is not None else None
    if found is not None:
        session.execute(
            sa.update(Delivery)
            .where(Delivery.notice_id == found, Delivery.state == "sent")
            .values(state="dead", errcode=errcode),
            execution_options={"synchronize_session": False},
        )
