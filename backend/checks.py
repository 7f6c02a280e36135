"""Checks: statements that select what is wrong, and a sentence for each row of it.

What a check looks at stays with whoever owns the tables; how it is asked is said here once. A check is one statement,
so it sees one moment of tables that are in use, and the database sends back only what is wrong.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from backend.db import session


class Check(NamedTuple):
    """`wrong` selects what is wrong, `says` words one such row.

    A check of a large table looks at the ids `:first` to `:last` of the column `key` of the table `over`.
    """

    wrong: str
    says: str
    over: str = ""
    key: str = "id"


def sentences(check: Check, **span: Any) -> Iterator[str]:
    """A sentence for each row that the check finds, among those of the span."""
    for row in session.execute(sa.text(check.wrong), span):
        yield check.says.format(**row._mapping)


def report(findings: Iterable[str], progress: Callable[[str], object]) -> int:
    """Tells `progress` every finding; answers how many there were."""
    count = 0
    for finding in findings:
        progress(finding)
        count += 1
    return count
