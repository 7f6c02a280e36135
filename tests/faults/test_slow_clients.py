"""Clients that send half of a request, or do not read their answer: everybody else is served as before.

No proxy stands in front, and gunicorn has fewer threads than there are such clients.
"""

import contextlib
import re
import resource
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.faults.slow import BESIDE_CLIENTS, HALVES, clients, connected, waited
from tests.served import Served

SLOW = 64
HEAD = b"Host: x\r\n"


@pytest.fixture(scope="module")
def served(city, environment):
    with Served(environment, workers=2, preload=True) as running:
        yield running


@pytest.mark.parametrize("addresses", [1, 64], ids=["one address", "many addresses"])
@pytest.mark.parametrize("half", HALVES)
def test_slow_clients_stop_nobody(served, half, addresses):
    waited(served, times=1)
    with clients(served, HALVES[half], SLOW, addresses):
        assert waited(served) < BESIDE_CLIENTS


def test_more_slow_clients_than_there_are_connections_stop_nobody(served):
    with clients(served, HALVES["half a head"], 2500):
        assert waited(served) < BESIDE_CLIENTS


@pytest.mark.parametrize("half", ["half a head", "half a chunk", "no reading"])
def test_the_server_that_gives_a_thread_to_each_would_be_stopped(city, environment, half):
    """Negative control: gunicorn's own threaded worker."""
    usual = Served(environment, workers=2, preload=True, worker_class="gthread")
    with usual, clients(usual, HALVES[half], SLOW), pytest.raises(requests.Timeout):
        asked_until_nobody_answers(usual)


def asked_until_nobody_answers(served):
    """Once each thread has met one of the slow ones."""
    for _ in range(200):
        requests.get(f"{served.url}/healthz", timeout=3)


def test_who_sends_half_a_head_is_told_so_and_closed(served):
    began = time.monotonic()
    with contextlib.closing(connected(served, HALVES["half a head"])) as one:
        assert one.recv(100).startswith(b"HTTP/1.1 408 ")
        assert one.recv(100) == b""
    assert 8 < time.monotonic() - began < 20


def test_a_large_body_that_comes_in_pieces_is_taken_as_one(served):
    body = b'{"code": "' + b"x" * 600_000 + b'"}'
    with contextlib.closing(connected(served)) as one:
        one.sendall(b"POST /api/v1/sessions HTTP/1.1\r\nContent-Type: application/json\r\n" + HEAD)
        one.sendall(b"Content-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 10_000):
            one.sendall(body[start : start + 10_000])
        assert one.recv(100).startswith(b"HTTP/1.1 422 ")


def test_a_full_disk_refuses_large_bodies_and_the_server_goes_on(city, environment):
    body = b"x" * 600_000
    with Served(environment, workers=1, preload=True) as full:
        before = full.worker_ids()
        for one in before:
            resource.prlimit(one, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        with contextlib.closing(connected(full)) as line:
            line.sendall(b"POST /api/v1/files HTTP/1.1\r\n" + HEAD + b"Content-Length: 600000\r\n\r\n" + body)
            assert line.recv(100).startswith(b"HTTP/1.1 503 ")
        assert waited(full) < BESIDE_CLIENTS
        assert full.worker_ids() == before


def test_a_body_that_is_too_large_is_refused_before_it_comes(served):
    with contextlib.closing(connected(served)) as one:
        one.sendall(b"POST /api/v1/sessions HTTP/1.1\r\nContent-Type: application/json\r\n" + HEAD)
        one.sendall(b"Content-Length: 99000000\r\n\r\n")
        answer = b"".join(iter(lambda: one.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"Connection: close" in answer
    assert b"BODY_TOO_LARGE" in answer


def test_who_waits_to_be_told_to_go_on_is_told_so_once(served):
    with contextlib.closing(connected(served)) as one:
        one.sendall(b"POST /api/v1/sessions HTTP/1.1\r\nContent-Type: application/json\r\n" + HEAD)
        one.sendall(b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert one.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        one.sendall(b"{}")
        answer = b"".join(iter(lambda: one.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 422 ")


def test_a_connection_serves_one_request_after_the_other(served):
    get, last = (b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"Connection: close\r\n")
    with contextlib.closing(connected(served)) as one:
        for _ in range(3):
            one.sendall(get + b"\r\n")
            answer = b""
            while b"requestId" not in answer:
                answer += one.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200 ")
        # And several that were sent at once, the last of them closing.
        one.sendall((get + b"\r\n") * 5 + get + last + b"\r\n")
        answers = b"".join(iter(lambda: one.recv(65536), b""))
    assert len(re.findall(rb"HTTP/1.1 200 OK\r\n", answers)) == 6


def test_everybody_may_work_while_others_are_slow(served):
    """Slow clients come and go all the time, and nobody is refused for them."""
    stop = threading.Event()

    def attack(number):
        while not stop.is_set():
            with contextlib.suppress(OSError), clients(served, list(HALVES.values())[number], 16):
                stop.wait(0.1)

    with ThreadPoolExecutor(3) as threads:
        attackers = [threads.submit(attack, number) for number in range(3)]
        try:
            with requests.Session() as line:
                codes = [line.get(f"{served.url}/healthz", timeout=30).status_code for _ in range(200)]
        finally:
            stop.set()
        for one in attackers:
            one.result()
    assert set(codes) == {200}
