"""Several callers at the same moment, each in a thread, a context and a transaction of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from backend.db import session, transaction
from backend.errors import Refused

# The connections of a process: more callers would wait for one of them, not for each other.
TOGETHER = 8


def at_once(app, *works):
    """What the callables answered or refused, in their order. The first eight begin together; others press behind."""
    barrier = Barrier(min(len(works), TOGETHER))

    def one(number, work):
        with app.app_context():
            try:
                if number < TOGETHER:
                    barrier.wait(timeout=20)
                with transaction():
                    return work()
            except Refused as refusal:
                return refusal
            finally:
                session.remove()

    with ThreadPoolExecutor(TOGETHER) as threads:
        results = list(threads.map(one, range(len(works)), works))
    session.expire_all()
    return results
