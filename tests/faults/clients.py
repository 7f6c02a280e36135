"""Clients that do not give up: each repeats a change under its key until somebody has answered it for good."""

import random
import threading
import time
import uuid
from dataclasses import dataclass

import requests

from tests.served import PATIENCE_SECONDS

# How long a client insists, and a test waits: far longer than it takes on a loaded machine.
PATIENCE = 180
STILL_RUNNING = 40902


@dataclass(frozen=True)
class Acknowledged:
    """One change that was answered with success: what was asked, and the answer byte for byte."""

    token: str
    path: str
    body: dict
    key: str
    status: int
    content: bytes
    data: dict


class Client:
    """One person's phone. It reaches the product at any of `urls`, as through a load balancer."""

    def __init__(self, urls, token):
        self.urls, self.token = list(urls), token
        self.line, self.given_up = requests.Session(), False
        # How often it was told to come again, by the answer's status; 0: nobody answered.
        self.tries = []

    def insist(self, path, body, key=None):
        """The definite answer to this change, whatever happens on the way."""
        key, until = key or uuid.uuid4().hex, time.monotonic() + PATIENCE
        while time.monotonic() < until and not self.given_up:
            answer = self._once(path, body, key)
            if answer is not None:
                told = answer.json()
                return Acknowledged(
                    self.token, path, body, key, answer.status_code, answer.content, told["data"] or {}
                )
            # Leaves the processor to whoever starts again.
            time.sleep(random.uniform(0.01, 0.1))
        raise AssertionError(f"nobody answered {path} for good; told {self.tries[-20:]}")

    def _once(self, path, body, key):
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        url = f"{random.choice(self.urls)}/api/v1{path}"
        try:
            answer = self.line.post(url, json=body, headers=headers, timeout=PATIENCE_SECONDS)
        except requests.RequestException:
            self.tries.append(0)
            return None
        again = answer.status_code >= 500 or (
            answer.status_code == 409 and answer.json()["code"] == STILL_RUNNING
        )
        if again:
            self.tries.append(answer.status_code)
        return None if again else answer


class Load:
    """People who work without a pause until the block ends: `with Load(urls, people, step) as load: …`.

    `step(client, number)` does one piece of work and answers what was acknowledged. Whatever a step raises
    ends the block with it.
    """

    def __init__(self, urls, people, step):
        self.people = people
        self.clients = [Client(urls, one.token) for one in people]
        self.step = step
        self.kept, self.faults = [], []
        self._moved, self._ended = threading.Condition(), threading.Event()
        self.threads = [threading.Thread(target=self._work, args=(one,), daemon=True) for one in self.clients]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def _work(self, client):
        number = 0
        try:
            while not self._ended.is_set():
                number += 1
                self._keep(self.step(client, number))
        except BaseException as fault:
            self.faults.append(fault)
            self._keep([])

    def _keep(self, acknowledged):
        with self._moved:
            self.kept += acknowledged
            self._moved.notify_all()

    def wait_for_more(self, count):
        """Returns when so many more changes were acknowledged: work goes on by itself."""
        with self._moved:
            wanted = len(self.kept) + count
            done = self._moved.wait_for(lambda: self.faults or len(self.kept) >= wanted, timeout=PATIENCE)
        self._raise()
        assert done, f"work did not come back: {len(self.kept)} of {wanted}"

    def _raise(self):
        if self.faults:
            raise self.faults[0]

    def __exit__(self, kind, *_):
        self._ended.set()
        for client in self.clients:
            # Once the test has failed, nobody waits for an answer any more.
            client.given_up = kind is not None
        for thread in self.threads:
            thread.join(PATIENCE)
        for client in self.clients:
            # An open line would keep a worker from ending.
            client.line.close()
        if kind is None:
            self._raise()

    @property
    def statuses(self):
        """How often clients were told to come again, by status."""
        return [status for client in self.clients for status in client.tries]


def wait_for(condition, what):
    """Waits until the condition holds."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, f"waited in vain: {what}"
        time.sleep(0.02)
