"""A resident's balance, on their page."""

from backend.console.frame.labels import day
from backend.console.frame.page import Staff
from backend.console.frame.person_sections import Section, Subject, register
from backend.ledger import queries
from backend.people.permissions import Permission


def _balance(_staff: Staff, subject: Subject) -> list[tuple[str, str]]:
    told = queries.balance(subject.person_id)
    first = next((lot for lot in told["lots"] if lot["expires_on"]), None)
    return [
        ("可用", f"{told['available']} 分"),
        *([("冻结", f"{told['held']} 分")] if told["held"] else []),
        *([("最先到期", f"{day(first['expires_on'])}　{first['points']} 分")] if first else []),
    ]


register(
    Section(
        name="points",
        heading="积分",
        word=Permission.POINTS_READ,
        position=60,
        facts=_balance,
        onward=("console.statement", "积分流水"),
    )
)
