"""A list of the console as a sheet: what stands on the page as it is filtered, with the same columns, written as the
registers are."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend import clock
from backend.registers.definition import Column, ComputedRows, Register, Scope
from backend.registers.papers import Paper


@dataclass(frozen=True)
class ListPaper(Paper):
    """`asked` are the filters in words, as the page shows them."""

    asked: str = ""

    @property
    def about(self) -> str:
        cut_off = self.scope.cut_off.astimezone(clock.CHINA)
        return f"筛选：{self.asked or '没有筛选'}　数据截止时间：{cut_off:%Y-%m-%d %H:%M}"

    def file_name(self, kind: str) -> str:
        return f"{self.register.title}_{self.scope.first}.{kind}"


def list_paper(title: str, columns: Sequence[Column], asked: str, taker: str) -> ListPaper:
    """The paper of a list with these columns; its rows are given to whoever writes it."""
    now, today = clock.now(), clock.today()
    scope = Scope(0, "", "list", (), today, today, since=now, until=now, cut_off=now)
    register = Register(f"list:{title}", title, "", ComputedRows(lambda _scope: []), tuple(columns))
    return ListPaper(register, scope, taker, asked=asked)
