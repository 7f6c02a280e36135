"""家人代办: an adult acts for another one whom they look after, once both have agreed (民法典 161–165).

Who acts asks, by card number or phone; who is acted for agrees, or staff for them where they have no WeChat. Whether a
number is anybody's is told to nobody: what was asked of a number that is nobody's stands like the others. Either of the
two ends it at once.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, crypto, journal, moves, text
from backend.db import lock_row, savepoint, session
from backend.errors import InvalidInput, NotAllowed, NotFound, Refused, StateConflict
from backend.journal import Actor
from backend.people import accounts, permissions, proxy_notices, sealed, states
from backend.people import queries as people
from backend.people.kinds import STANDING_PROXIES, PersonState, ProxyState
from backend.people.models import Person
from backend.people.permissions import Permission
from backend.people.proxy_models import Proxy

ADULT_AT = 18
# So many people one person acts for, or waits to; and so often they ask in a day.
MOST_PEOPLE, ASKED_A_DAY = 5, 5
# Whoever has not answered by then is not going to; and whoever declined is left in peace for as long.
ANSWER_DAYS = 30
_DAY = timedelta(days=1)


class ProxyAsksAdults(Refused):
    code, message = (40334, "家人代办只在成年人之间办理：满 18 岁的下一年起可以申请")


class ProxyNeedsAdult(StateConflict):
    message = "家人代办只在成年人之间办理：一方还不满 18 岁"


class ProxyAskedAlready(StateConflict):
    message = "用这个号码申请过了，请等对方答复；对方没有同意的，{days} 天后才能再申请"


class TooManyProxies(StateConflict):
    message = "一个人最多替 {most} 位家人代办，请先结束不用的"


class TooManyProxyRequests(Refused):
    code, message = 42999, "一天最多申请 {most} 次，请明天再来"


class AnswersThemselves(StateConflict):
    message = "这位居民有自己的微信账号，要由本人在小程序里办"


class OwnProxy(Refused):
    code, message = 40335, "不能审核自己或自己家人的代办，请同事来办"


class ProxyRests(StateConflict):
    message = "现在不能代这位家人办理，请联系社区"


def adult(birth_year: int | None) -> bool:
    """Is nothing known against it? Years of birth are told by whoever wants to; of who told one, the whole year in which
    they come of age is not yet."""
    return birth_year is None or clock.today().year - birth_year > ADULT_AT


# --- asking ------------------------------------------------------------------------------------------


def ask(relation: str, *, card_number: str | None = None, phone: str | None = None, actor: Actor) -> Proxy:
    """`actor` asks to act for whoever has this card or phone; `relation` is what they are to them.

    The answer, and what is looked up and written for it, is the same for a number that is nobody's, a minor's, shared
    by several or of somebody asked already by another number. Raises InvalidInput, ProxyAsksAdults, ProxyAskedAlready,
    TooManyProxies, TooManyProxyRequests.
    """
    if (card_number is None) == (phone is None):
        raise InvalidInput({"cardNumber": ["卡号和手机号填一个"]})
    me: Person = lock_row(Person, actor.id)
    if me.state != PersonState.ACTIVE:
        raise NotFound()
    if not adult(me.birth_year):
        raise ProxyAsksAdults()
    kind, number = ("card", text.card(card_number)) if card_number else ("phone", text.phone(phone or ""))
    _count(actor.id)
    _refuse_second(actor.id, kind, number)
    holder = _holder(me, number, by_card=card_number is not None)
    made = _add(actor, holder, relation, crypto.blind_index(f"proxy.{kind}", number))
    journal.write("ask", "proxy", made.id, actor=actor, states=(None, made.state))
    proxy_notices.asked(made.id, made.for_id, actor.id, relation)
    return made


def _count(person_id: int) -> None:
    now = clock.now()
    asked = session.scalars(
        sa.select(Proxy.asked_at).where(Proxy.by_id == person_id, Proxy.asked_at > now - _DAY)
    ).all()
    if len(asked) >= ASKED_A_DAY:
        again = min(asked) + _DAY - now
        raise TooManyProxyRequests(most=ASKED_A_DAY).retry_after(again.total_seconds())
    standing = sa.select(sa.func.count()).where(Proxy.by_id == person_id, Proxy.state.in_(STANDING_PROXIES))
    if session.scalars(standing).one() >= MOST_PEOPLE:
        raise TooManyProxies(most=MOST_PEOPLE)


def _refuse_second(person_id: int, kind: str, number: str) -> None:
    """The same number again, while it waits or stands, or was declined lately: whoever asked knows that much."""
    wanted = sa.select(Proxy.id).where(
        Proxy.by_id == person_id,
        Proxy.number_index.in_(crypto.blind_indexes(f"proxy.{kind}", number)),
        _waits_or_declined(),
    )
    if session.scalar(wanted.limit(1)) is not None:
        raise ProxyAskedAlready(days=ANSWER_DAYS)


def _waits_or_declined() -> sa.ColumnElement[bool]:
    lately = clock.now() - timedelta(days=ANSWER_DAYS)
    declined = sa.and_(Proxy.state == ProxyState.DECLINED, Proxy.ended_at > lately)
    return sa.or_(Proxy.state.in_(STANDING_PROXIES), declined)


def _holder(me: Person, number: str, *, by_card: bool) -> int | None:
    """The one adult who has this number, if there is exactly one besides `me` who can be asked."""
    numbered = Person.card_number == number if by_card else sealed.has_phone(number)
    year = clock.today().year - ADULT_AT
    asked = sa.select(Proxy.for_id).where(
        Proxy.by_id == me.id, Proxy.for_id.is_not(None), _waits_or_declined()
    )
    found = session.scalars(
        sa.select(Person.id)
        .where(
            numbered,
            Person.id != me.id,
            Person.state == PersonState.ACTIVE,
            sa.or_(Person.birth_year.is_(None), Person.birth_year < year),
            Person.id.not_in(asked),
        )
        .order_by(Person.id)
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def _add(actor: Actor, holder: int | None, relation: str, index: str) -> Proxy:
    made = Proxy(
        by_id=actor.id,
        for_id=holder,
        relation=relation,
        number_index=index,
        state=ProxyState.ASKED,
        asked_at=clock.now(),
    )
    try:
        with savepoint():
            session.add(made)
            session.flush()
    except sa.exc.IntegrityError:
        raise ProxyAskedAlready(days=ANSWER_DAYS) from None
    return made


# --- answering ---------------------------------------------------------------------------------------


def agree(proxy_id: int, *, actor: Actor) -> Proxy:
    """The one who is acted for agrees. Raises NotFound, also to whoever asked; ProxyNeedsAdult, ProxyDecided."""
    row = _of_mine(proxy_id, "acted_for", actor)
    return _agree(row, {}, actor)


def decline(proxy_id: int, *, actor: Actor) -> Proxy:
    """They do not. Raises NotFound, ProxyDecided."""
    return _decline(_of_mine(proxy_id, "acted_for", actor), actor)


def end(proxy_id: int, *, actor: Actor) -> Proxy:
    """Either ends it at once, or takes back what was asked. Raises NotFound, ProxyDecided."""
    row = _of_mine(proxy_id, "acts_for acted_for", actor)
    _end(row, actor=actor)
    return row


def agree_for(proxy_id: int, method: str, *, actor: Actor) -> Proxy:
    """Staff of the community write down that somebody without WeChat agreed, whom they saw or called.

    Raises NotFound, NotAllowed out of place; OwnProxy, AnswersThemselves, ProxyNeedsAdult, ProxyDecided.
    """
    row = of_staff(proxy_id, word=states.AGREE_PROXY.permission, actor=actor)
    return _agree(row, {"agreed_by_id": actor.id, "method": method}, actor)


def decline_for(proxy_id: int, *, actor: Actor) -> Proxy:
    """The same where they did not. Raises as `agree_for`."""
    return _decline(of_staff(proxy_id, word=states.DECLINE_PROXY.permission, actor=actor), actor)


def end_for(proxy_id: int, *, actor: Actor) -> Proxy:
    """Staff end it for somebody without WeChat who asked them to. Raises as `agree_for`."""
    row = of_staff(proxy_id, word=states.END_PROXY.permission, actor=actor)
    _end(row, actor=actor)
    return row


def _of_mine(proxy_id: int, as_what: str, actor: Actor) -> Proxy:
    """Under its lock; somebody else's is unknown."""
    row: Proxy = lock_row(Proxy, proxy_id)
    if not row.facts_about(actor.id) & set(as_what.split()):
        raise NotFound()
    return row


def of_staff(proxy_id: int, *, word: str = Permission.PROXY_ANSWER, actor: Actor) -> Proxy:
    """One that staff may answer for somebody without WeChat, under its lock. Raises NotFound, NotAllowed, OwnProxy,
    AnswersThemselves."""
    row: Proxy = lock_row(Proxy, proxy_id)
    check_staff(row, word, actor=actor)
    holder = session.get_one(Person, row.for_id, populate_existing=True)
    if row.facts_about(actor.id) or any(
        accounts.same_phone(one, actor.id) for one in (row.by_id, row.for_id) if one
    ):
        raise OwnProxy()
    if holder.openid is not None:
        raise AnswersThemselves()
    return row


def check_staff(row: Proxy, word: str, *, actor: Actor) -> None:
    """Raises NotFound, NotAllowed unless appointed where the one who is acted for lives."""
    place = row.place_id
    if place is None:
        raise NotFound() if permissions.appointed(actor.id, word) else NotAllowed()
    permissions.require(actor.id, word, place)


def _agree(row: Proxy, facts: dict[str, Any], actor: Actor) -> Proxy:
    moves.check_source(states.AGREE_PROXY, row)
    both = [session.get_one(Person, one, populate_existing=True) for one in (row.by_id, row.for_id)]
    if any(one.state != PersonState.ACTIVE for one in both):
        raise states.ProxyDecided()
    if not all(adult(one.birth_year) for one in both):
        raise ProxyNeedsAdult()
    details = {"method": facts["method"]} if facts else None
    told = {"agreed_at": clock.now(), **facts}
    moves.apply(states.AGREE_PROXY, row, told, actor=actor, details=details)
    proxy_notices.agreed(row.id, row.by_id, both[1].id, row.relation, by_staff=bool(facts))
    return row


def _decline(row: Proxy, actor: Actor) -> Proxy:
    moves.apply(states.DECLINE_PROXY, row, {"ended_at": clock.now()}, actor=actor)
    proxy_notices.declined(row.id, row.by_id)
    return row


def _end(row: Proxy, *, actor: Actor | None) -> None:
    stood = row.state == ProxyState.AGREED
    moves.apply(states.END_PROXY, row, {"ended_at": clock.now(), "number_index": None}, actor=actor)
    others = {row.by_id, row.for_id} - {actor and actor.id, None}
    if stood:
        proxy_notices.ended(row.id, sorted(one for one in others if one is not None))


# --- acting ------------------------------------------------------------------------------------------


def acts_for(by_id: int, for_id: int) -> bool:
    """May the first act for the second now? What stands is held until the transaction is over: whoever ends it waits
    for what was begun, and whoever comes after the end is refused. Raises ProxyRests where one of them is suspended, or
    no adult any more."""
    standing = session.scalar(
        sa.select(Proxy)
        .where(Proxy.by_id == by_id, Proxy.for_id == for_id, Proxy.state == ProxyState.AGREED)
        .with_for_update(read=True),
        execution_options={"populate_existing": True},
    )
    if standing is None:
        return False
    both = session.execute(
        sa.select(Person.birth_year, people.absent()).where(Person.id.in_((by_id, for_id)))
    ).all()
    if len(both) < 2 or any(absent or not adult(year) for year, absent in both):
        raise ProxyRests()
    return True


def acted_for(by_id: int) -> sa.Select[Any]:
    """The ids of all for whom somebody may act now, as a subquery."""
    return sa.select(Proxy.for_id).where(
        Proxy.by_id == by_id, Proxy.state == ProxyState.AGREED, Proxy.for_id.is_not(None)
    )


def acted_for_among(by_id: int, for_ids: Collection[int]) -> set[int]:
    """Those of these persons for whom somebody may act now; without a statement where there are none."""
    if not for_ids:
        return set()
    return set(session.scalars(acted_for(by_id).where(Proxy.for_id.in_(for_ids))))


def standing_among(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these pairs (who acts, for whom) that both have agreed to; without a statement where there are none."""
    if not pairs:
        return set()
    both = sa.tuple_(Proxy.by_id, Proxy.for_id)
    wanted = sa.select(Proxy.by_id, Proxy.for_id).where(
        both.in_(sorted(pairs)), Proxy.state == ProxyState.AGREED
    )
    return {(by_id, for_id) for by_id, for_id in session.execute(wanted) if for_id is not None}


# --- ends --------------------------------------------------------------------------------------------


def hold(person_id: int) -> None:
    """Locks all that stands of somebody, before the person is: whoever acts locks it first, too."""
    session.execute(_of(person_id).with_for_update(key_share=True))


def end_all(person_id: int, *, actor: Actor | None) -> None:
    """Whoever leaves, or whose record is joined to another one, acts for nobody and is acted for by nobody.

    What waits for their answer goes on waiting, for nobody: else whoever asked would see that the number was theirs.
    """
    locked = _of(person_id).with_for_update(key_share=True)
    for row in session.scalars(locked, execution_options={"populate_existing": True}).all():
        if row.state == ProxyState.ASKED and row.for_id == person_id:
            row.for_id = None
        else:
            _end(row, actor=actor)
    session.flush()


def _of(person_id: int) -> sa.Select[Any]:
    mine = sa.or_(Proxy.by_id == person_id, Proxy.for_id == person_id)
    return sa.select(Proxy).where(mine, Proxy.state.in_(STANDING_PROXIES)).order_by(Proxy.id)


def unanswered() -> list[int]:
    """What nobody has answered for ANSWER_DAYS, whether the number is anybody's or not."""
    before = clock.now() - timedelta(days=ANSWER_DAYS)
    waiting = sa.select(Proxy.id).where(Proxy.state == ProxyState.ASKED, Proxy.asked_at < before)
    return list(session.scalars(waiting.order_by(Proxy.id).limit(500)))


def lapse(proxy_id: int) -> None:
    """Time takes back what was asked; whoever asked may ask again."""
    row: Proxy = lock_row(Proxy, proxy_id)
    if row.state == ProxyState.ASKED and row.asked_at < clock.now() - timedelta(days=ANSWER_DAYS):
        _end(row, actor=None)
