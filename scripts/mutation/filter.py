"""Leaves out changes that change no rule; run by the tool's own Python, as one of its filters.

What is no program, or one of which Python itself warns (the `*` of a signature taken for a product, `is 1`); what
differs in annotations only (`int | None`), or in whether an argument may be given by its place (`*` for `/`); and a
`@cache` taken away, which costs time and changes no answer.
"""

import ast
import sys
import warnings
from typing import Any

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.tools.filters.filter_app import FilterApp
from cosmic_ray.work_item import WorkerOutcome, WorkResult


class NoRule(FilterApp):
    def filter(self, work_db: Any, args: Any) -> None:
        for item in work_db.pending_work_items:
            if why := _no_rule(item.mutations[0]):
                left_out = WorkResult(output=why, worker_outcome=WorkerOutcome.SKIPPED)
                work_db.set_result(item.job_id, left_out)


def _no_rule(change: Any) -> str:
    before = change.module_path.read_text()
    operator = get_operator(change.operator_name)(**change.operator_args)
    after = mutate_code(before, operator, change.occurrence)
    try:
        with warnings.catch_warnings(action="error"):
            compile(after, "changed", "exec")
    except (SyntaxError, SyntaxWarning):
        return "no program"
    return "annotation, signature or cache" if _rules(after) == _rules(before) else ""


def _rules(source: str) -> str:
    """The program without what is no rule in it."""
    tree = ast.parse(source)
    for one in ast.walk(tree):
        for name in ("annotation", "returns"):
            if getattr(one, name, None) is not None:
                setattr(one, name, ast.Constant(None))
        if isinstance(one, ast.arguments):
            one.posonlyargs, one.args, one.kwonlyargs = [], one.posonlyargs + one.args + one.kwonlyargs, []
            one.defaults, one.kw_defaults = [*one.defaults, *filter(None, one.kw_defaults)], []
        if isinstance(one, ast.FunctionDef):
            one.decorator_list = [
                kept for kept in one.decorator_list if not (isinstance(kept, ast.Name) and kept.id == "cache")
            ]
    return ast.dump(tree)


if __name__ == "__main__":
    sys.exit(NoRule().main())
