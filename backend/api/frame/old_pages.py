"""After an answer by which somebody left: nothing of them is left in the database's file either."""

from flask import Response, after_this_request

from backend.rights import old_pages


def clear_after_answer() -> None:
    """Once the transaction of this request is through."""
    after_this_request(_cleared)


def _cleared(answer: Response) -> Response:
    old_pages.clear_old_pages()
    return answer
