"""Clients that send half of a request or do not read their answer, and how long everybody else waits meanwhile."""

import contextlib
import socket
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import requests

HALVES = {
    "nothing": b"",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-a: ",
    "half a body": b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100000\r\n\r\n{",
    "half a chunk": b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "half an upload": b"POST /api/v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n"
    + b"x" * 400_000,
    "no reading": b"GET /docs/assets/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n" * 6,
    "no closing": b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
}
# None of them asks WeChat.
OTHERS = ("/healthz", "/readyz", "/wall", "/api/v1/organisations", "/console/sign-in")
# How long one of everybody else may wait: beside slow clients, and while WeChat is slow.
BESIDE_CLIENTS, BESIDE_WECHAT = 1.0, 0.5


def connected(served, sent=b"", address="127.0.0.1", room=None):
    """A line to the server; `room` is how many bytes its own system takes in before they are read."""
    host, port = served.url.removeprefix("http://").split(":")
    one = socket.socket()
    if room is not None:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    one.settimeout(60)
    one.bind((address, 0))
    one.connect((host, int(port)))
    one.sendall(sent)
    return one


@contextlib.contextmanager
def clients(served, sent, count, addresses=1):
    """So many that have sent this and nothing more, from one address of this machine or from many."""
    with contextlib.ExitStack() as stack:
        for number in range(count):
            address = f"127.0.1.{number % addresses + 1}"
            one = stack.enter_context(contextlib.closing(connected(served, address=address, room=4096)))
            # What does not fit into the buffers of the system stays here: nobody reads it.
            one.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                one.send(sent)
        yield


def waited(served, times=4):
    """The seconds in which nine of ten requests of everybody else were answered: one may meet a busy machine."""
    took = []
    for path in OTHERS * times:
        began = time.monotonic()
        answer = requests.get(served.url + path, timeout=60)
        took.append(time.monotonic() - began)
        assert answer.status_code in (200, 401), path
    return sorted(took)[-1 - len(took) // 10]


def waiting_for_wechat(calls, served, times=4):
    """Sends all calls, of which each waits for WeChat; answers their answers, and how long everybody else waited."""
    with ThreadPoolExecutor(len(calls)) as pool:
        waiting = [pool.submit(served.call, *call) for call in calls]
        took = waited(served, times)
        return [one.result() for one in waiting], took


def clients_that_stop_somebody(served, count, tell=lambda _line: None):
    """What went wrong beside so many slow clients of each kind, from one address and from many."""
    wrong = []
    for half, sent in HALVES.items():
        for addresses in (1, 64):
            tell(f"{count} clients: {half}")
            with clients(served, sent, count, addresses):
                took = waited(served)
            if took >= BESIDE_CLIENTS:
                wrong.append(f"beside {count} clients with {half} somebody waited for {took:.1f} s")
    return wrong


def wechat_that_stops_somebody(served, wechat, count):
    """What went wrong while so many sign in and WeChat takes half a minute for each."""
    wechat.misbehave("/sns", times=None, delay=30)
    try:
        calls = [(None, "POST", "/sessions", {"code": f"sim:ning:{uuid.uuid4().hex}"}) for _ in range(count)]
        answers, took = waiting_for_wechat(calls, served)
    finally:
        wechat.memory.forget_faults()
    statuses = {answer.status_code for answer in answers}
    wrong = [f"a sign-in was answered with {status}" for status in statuses - {503}]
    if took >= BESIDE_WECHAT:
        wrong.append(f"while {count} waited for WeChat somebody else waited for {took:.1f} s")
    return wrong
