"""The moves of redemptions and stocktakes. Documentation and tests are generated from these tables."""

from backend.errors import Refused
from backend.moves import Move


class RedemptionMovedOn(Refused):
    code, message = 40970, "这张兑换单的状态已经变了，请刷新后再看"


class StocktakeMovedOn(Refused):
    code, message = 40977, "这次盘点已经审核过了，请刷新后再看"


def _redemption(
    name: str, label: str, sources: str, target: str, permission: str, never_by: str = ""
) -> Move:
    never = frozenset(never_by.split())
    return Move(name, frozenset(sources.split()), target, permission, never, RedemptionMovedOn, label)


APPROVE = _redemption("approve", "审批通过", "requested", "approved", "redemption:approve", "owner requester")
REJECT = _redemption("reject", "不予通过", "requested", "rejected", "redemption:approve", "owner requester")
CANCEL = _redemption("cancel", "取消", "requested approved", "cancelled", "redemption:cancel")
EXPIRE = _redemption("expire", "过期", "requested approved", "expired", "redemption:expire")
HAND_OVER = _redemption(
    "hand_over", "核销", "approved", "handed_over", "redemption:hand_over", "owner first_pair_of_eyes"
)
RETURN = _redemption("return", "退回", "handed_over", "returned", "redemption:return", "owner clerk")
NO_SHOW = _redemption("no_show", "未到场", "approved", "no_show", "redemption:no_show", "owner")

REDEMPTION_MOVES = (APPROVE, REJECT, CANCEL, EXPIRE, HAND_OVER, RETURN, NO_SHOW)

APPROVE_STOCKTAKE = Move(
    "approve",
    frozenset({"proposed"}),
    "approved",
    "stocktake:approve",
    frozenset({"proposer"}),
    StocktakeMovedOn,
    "盘点通过",
)
REJECT_STOCKTAKE = Move(
    "reject",
    frozenset({"proposed"}),
    "rejected",
    "stocktake:approve",
    frozenset({"proposer"}),
    StocktakeMovedOn,
    "盘点退回",
)
STOCKTAKE_MOVES = (APPROVE_STOCKTAKE, REJECT_STOCKTAKE)
