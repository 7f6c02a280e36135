"""Moves over HTTP: what is done to one thing by its id, with a reason or without one, and answers that thing.

move = Moves(bp, "/points/adjustments/<id:adjustment_id>", AdjustmentOut, _serialize)
move("approve", "approve_adjustment", "批准积分调整", actions.approve, "points:approve_adjustment")
move("reject", "reject_adjustment", "驳回积分调整", actions.reject, "points:approve_adjustment", body=ReasonIn)
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import Schema
from backend.api.frame.route import SIGNED_IN, post
from backend.identity.sessions import Caller


@dataclass(frozen=True)
class Moves:
    """Declares the moves of what `rule` names, one a call; each answers it as `serialize` shows it to the caller."""

    blueprint: APIBlueprint
    rule: str
    out: type[Schema]
    serialize: Callable[[Any, Caller], Any]

    def __call__(
        self,
        step: str,
        name: str,
        summary: str,
        verb: Callable[..., Any],
        guard: str = SIGNED_IN,
        *,
        body: type[Schema] | None = None,
        precheck: Callable[..., Any] | None = None,
        may: Callable[..., object] | None = None,
        description: str | None = None,
        while_suspended: bool = False,
        at_kiosk: bool = False,
    ) -> None:
        """`POST …/step`, with `name` as its operation in the document. `verb` gets the ids of the path, the `reason`
        of the body if there is one, and what `precheck` answered if there is one."""

        def view(caller: Caller, **parts: Any) -> Any:
            more = [parts.pop("body")["reason"]] if body else []
            more += [parts.pop("precheck_result")] if precheck else []
            return self.serialize(verb(*parts.values(), *more, actor=caller), caller)

        view.__name__ = name
        declare = partial(
            post, self.blueprint, f"{self.rule}/{step}", summary, guard, body=body, out=self.out
        )
        declare(
            precheck=precheck,
            may=may,
            description=description,
            while_suspended=while_suspended,
            at_kiosk=at_kiosk,
        )(view)
