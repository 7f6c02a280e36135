"""Holds: points set aside, then settled (spent) or released (given back), once."""

from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import NotFound, Refused, StateConflict
from backend.journal import Actor
from backend.ledger.endings import expiry, has_ended
from backend.ledger.lots import (
    AccountRef,
    LotShare,
    accounts,
    get_or_create_accounts,
    insert_once,
    live_lots,
    oldest_first,
    shop_account,
    shops_address,
)
from backend.ledger.models import Hold
from backend.ledger.posting import (
    Line,
    NotEnoughPoints,
    PurseBalance,
    ReferenceReused,
    lock_purse,
    positive,
    post_with,
    same,
)
from backend.ledger.writing import HoldUpdate, transfers
from backend.statements import Sources, Statement

holds = Hold.__table__


class HoldClosed(Refused):
    """A hold ends once: what was settled cannot be released, nor the other way round."""

    code, message = 40942, "这笔冻结积分已经处理（{state}），不能再改"


class HoldMoved(StateConflict):
    message = "这笔冻结积分刚随合并档案转走，请再试一次"


class HoldResult(NamedTuple):
    """A hold as it stands after a verb, with that verb's transfers: one a lot, the oldest lot first.

    `points` is what the verb was about: held, spent or given back, also after it was spent. Of what went back, `ended`
    expired at once.
    """

    hold_id: int
    points: int
    state: str
    transfer_ids: list[int]
    back: int = 0
    ended: int = 0

    @property
    def came_back(self) -> int:
        """What the person can use again."""
        return self.back - self.ended


# --- opening -----------------------------------------------------------------------------------------


def hold(
    person_id: int,
    amount: int,
    *,
    reference: str,
    title: str,
    actor: Actor,
    community_id: int,
    purse: PurseBalance | None = None,
) -> HoldResult:
    """Sets `amount` points aside, from the lots that end first, in the name of `community_id`.

    `purse` is the person's, if the caller has it under its lock and moved no points since.

    A repeat with the same person and amount answers the first hold, whatever became of it since. Raises
    NotEnoughPoints (points whose last day is past do not count), ReferenceReused.
    """
    positive(amount)
    purse = purse or lock_purse(person_id)
    lots = live_lots(person_id)
    usable = sum(lot.points for lot in lots)
    opened = None
    if usable >= amount:
        lines = [
            Line(
                part.lot, part.held, part.points, f"{reference}:hold:{part.name}", "hold", title, community_id
            )
            for part in oldest_first(lots, amount)
        ]
        opened = post_with(_opening(person_id, amount, reference), purse, lines, actor=actor)
    if opened is not None:
        return HoldResult(opened.hold_id, amount, "open", opened.transfer_ids)
    repeated = _repeated(person_id, amount, reference, community_id)
    if repeated is None:
        raise NotEnoughPoints(available=usable, needed=amount)
    return repeated


def _opening(person_id: int, amount: int, reference: str) -> HoldUpdate:
    """The new hold; none is reached where the reference already has one."""
    given = {"holder": person_id, "held": amount, "hold_reference": reference, "opened_at": clock.now()}
    return HoldUpdate(_open, given)


def _open(of: Sources) -> Any:
    values = {
        "person_id": sa.bindparam("holder", type_=holds.c.person_id.type),
        "amount": sa.bindparam("held", type_=holds.c.amount.type),
        "reference": sa.bindparam("hold_reference", type_=holds.c.reference.type),
        "state": sa.literal_column("'open'"),
        "opened_at": sa.bindparam("opened_at", type_=holds.c.opened_at.type),
    }
    # SQLite takes the ON of ON CONFLICT for a join's, where nothing stands between.
    wanted = sa.select(*values.values()).where(sa.true())
    return (
        insert_once(holds, "reference", of.dialect_name)
        .from_select(list(values), wanted)
        .returning(holds.c.id)
    )


def _repeated(person_id: int, amount: int, reference: str, community_id: int) -> HoldResult | None:
    found = _HOLD.all({"reference": reference, "shop": ""})
    if not found:
        return None
    same(found[0], reference, person_id=person_id, amount=amount, community_id=community_id)
    return HoldResult(found[0].hold_id, amount, found[0].state, [row.transfer_id for row in found])


# --- closing -----------------------------------------------------------------------------------------

_taken, _lot, _held, _shop = (accounts.alias(name) for name in ("taken", "lot", "held", "shop"))


def _the_holders(side: Any, kind: str) -> Any:
    """The lot that was taken from, as the person has it who holds the hold now: another record's may have taken it,
    before it was joined to this one."""
    return sa.and_(
        side.c.person_id == holds.c.person_id,
        side.c.lot == _taken.c.lot,
        side.c.kind == sa.literal_column(repr(kind)),
    )


class _HoldLine(NamedTuple):
    hold_id: int
    person_id: int
    amount: int
    state: str
    transfer_id: int
    points: int
    lot_id: int
    held_id: int
    community_id: int
    title: str
    lot: str
    ends_on: date | None
    shop_id: int | None


_HOLD = Statement(
    sa.select(
        holds.c.id.label("hold_id"),
        holds.c.person_id,
        holds.c.amount,
        holds.c.state,
        transfers.c.id.label("transfer_id"),
        transfers.c.amount.label("points"),
        _lot.c.id.label("lot_id"),
        _held.c.id.label("held_id"),
        transfers.c.community_id,
        transfers.c.title,
        _taken.c.lot,
        _taken.c.ends_on,
        _shop.c.id.label("shop_id"),
    )
    .select_from(holds)
    .join(transfers, transfers.c.hold_id == holds.c.id)
    .join(_taken, _taken.c.id == transfers.c.source_id)
    .join(_lot, _the_holders(_lot, "lot"))
    .join(_held, _the_holders(_held, "held"))
    .outerjoin(_shop, _shop.c.address == sa.bindparam("shop"))
    .where(holds.c.reference == sa.bindparam("reference"), transfers.c.kind == sa.literal_column("'hold'"))
    .order_by(transfers.c.id),
    _HoldLine,
)


def _close(_of: Sources) -> Any:
    return (
        sa.update(holds)
        .where(
            holds.c.id == sa.bindparam("hold", type_=holds.c.id.type),
            holds.c.person_id == sa.bindparam("holder", type_=holds.c.person_id.type),
            holds.c.state == sa.literal_column("'open'"),
        )
        .values(
            state=sa.bindparam("closed_as", type_=holds.c.state.type),
            closed_at=sa.bindparam("closed_at", type_=holds.c.closed_at.type),
        )
        .returning(holds.c.id)
    )


class _HoldRow(NamedTuple):
    """A hold as it was opened, with its person's purse locked, and the shop's account if there is one yet."""

    purse: PurseBalance
    hold_id: int
    points: int
    parts: list[LotShare]
    community_id: int
    title: str
    shop: AccountRef | None

    def closing(self, state: str) -> HoldUpdate:
        given = {
            "hold": self.hold_id,
            "holder": self.purse.person_id,
            "closed_as": state,
            "closed_at": clock.now(),
        }
        return HoldUpdate(_close, given)


def _hold_with_shares(reference: str, purse: PurseBalance | None, shop: str = "") -> _HoldRow:
    """`shop` is the address of the account into which it may be spent. Raises NotFound."""
    # What a hold took never changes, so it may be read before the lock; its state is decided after it.
    rows = _HOLD.all({"reference": reference, "shop": shop})
    if not rows:
        raise NotFound()
    head = rows[0]
    parts = [
        LotShare(
            AccountRef(row.lot_id, "lot"), AccountRef(row.held_id, "held"), row.lot, row.ends_on, row.points
        )
        for row in rows
    ]
    shop_side = AccountRef(head.shop_id, "spent") if head.shop_id is not None else None
    purse = purse or lock_purse(head.person_id)
    return _HoldRow(purse, head.hold_id, head.amount, parts, head.community_id, head.title, shop_side)


def _closed_before(hold_id: int, amount: int, state: str, kind: str) -> HoldResult:
    stands = session.scalars(sa.select(holds.c.state).where(holds.c.id == hold_id)).one()
    if stands == "open":
        # Its person's record was joined to another one between the reading and the lock.
        raise HoldMoved()
    if stands != state:
        raise HoldClosed(state={"settled": "已扣减", "released": "已解冻"}[stands])
    wanted = sa.select(transfers.c.id).where(transfers.c.hold_id == hold_id, transfers.c.kind == kind)
    return HoldResult(hold_id, amount, state, list(session.scalars(wanted.order_by(transfers.c.id))))


def settle(
    hold_reference: str,
    *,
    shop_id: int,
    actor: Actor,
    purse: PurseBalance | None = None,
    points: int | None = None,
) -> HoldResult:
    """What is held is spent in this shop: all of it, or so many `points` from the lots that end first, and the rest
    goes back as by `release`. `purse` as for `hold`. A repeat answers the first settlement.

    Raises NotFound, HoldClosed after a release, NotEnoughPoints for more than is held, ReferenceReused where another
    shop settled it, or for other points.
    """
    hold = _hold_with_shares(hold_reference, purse, shops_address(shop_id))
    points = hold.points if points is None else positive(points)
    if points > hold.points:
        raise NotEnoughPoints(available=hold.points, needed=points)
    spent = hold.shop or get_or_create_accounts([shop_account(shop_id, hold.community_id)])[0]
    used, rest = _divided(hold.parts, points)
    lines = [
        Line(
            part.held,
            spent,
            part.points,
            f"{hold_reference}:settle:{part.name}",
            "settle",
            hold.title,
            hold.community_id,
        )
        for part in used
    ]
    back, ended = _going_back(hold, rest, hold_reference)
    settled = post_with(hold.closing("settled"), hold.purse, lines + back + ended, actor=actor)
    if settled is None:
        first = _closed_before(hold.hold_id, points, "settled", "settle")
        _settled_here(first, spent, hold_reference)
        return first
    return HoldResult(
        hold.hold_id, points, "settled", settled.transfer_ids[: len(lines)], *_sums(back, ended)
    )


def _divided(parts: list[LotShare], points: int) -> tuple[list[LotShare], list[LotShare]]:
    """The first so many points, and the others; a part in which it ends stands in both."""
    used, rest = [], []
    for part in parts:
        taken = min(part.points, points)
        points -= taken
        if taken:
            used.append(part._replace(points=taken))
        if part.points > taken:
            rest.append(part._replace(points=part.points - taken))
    return used, rest


def _sums(back: list[Line], ended: list[Line]) -> tuple[int, int]:
    return sum(line.points for line in back), sum(line.points for line in ended)


def _settled_here(first: HoldResult, spent: AccountRef, reference: str) -> None:
    rows = sa.select(transfers.c.target_id, transfers.c.amount).where(transfers.c.id.in_(first.transfer_ids))
    told = session.execute(rows).all()
    if {row.target_id for row in told} != {spent.id} or sum(row.amount for row in told) != first.points:
        raise ReferenceReused(reference=reference)


def release(hold_reference: str, *, actor: Actor | None, purse: PurseBalance | None = None) -> HoldResult:
    """What is held goes back to the lots it came from; a lot that ended meanwhile expires at once.

    `purse` as for `hold`. A repeat answers the first release. Raises NotFound, HoldClosed after a settlement.
    """
    hold = _hold_with_shares(hold_reference, purse)
    back, ended = _going_back(hold, hold.parts, hold_reference)
    released = post_with(hold.closing("released"), hold.purse, back + ended, actor=actor)
    if released is None:
        return _released_before(hold, hold_reference)
    return HoldResult(
        hold.hold_id, hold.points, "released", released.transfer_ids[: len(back)], *_sums(back, ended)
    )


def _released_before(hold: _HoldRow, reference: str) -> HoldResult:
    first = _closed_before(hold.hold_id, hold.points, "released", "release")
    ended = sa.select(sa.func.coalesce(sa.func.sum(transfers.c.amount), 0)).where(
        transfers.c.reference.in_([f"{reference}:expire:{part.name}" for part in hold.parts])
    )
    return first._replace(back=hold.points, ended=int(session.scalars(ended).one()))


def _going_back(hold: _HoldRow, parts: list[LotShare], reference: str) -> tuple[list[Line], list[Line]]:
    """The lines by which parts of a hold go back to their lots, and those by which ended ones expire."""
    back = [
        Line(
            part.held,
            part.lot,
            part.points,
            f"{reference}:release:{part.name}",
            "release",
            f"退回：{hold.title}",
            hold.community_id,
        )
        for part in parts
    ]
    ended = [
        expiry(part.lot, part.points, part.ends_on, f"{reference}:expire:{part.name}", hold.community_id)
        for part in parts
        if has_ended(part.ends_on)
    ]
    return back, ended
