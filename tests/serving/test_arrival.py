"""Where a request ends is the same however it is cut into pieces, and what cannot be told is not waited for."""

import random

import pytest

from backend.serving import arrival as arriving
from backend.serving.arrival import Arrival, Unacceptable

GET = b"GET /wall HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello world"
CHUNKED = (
    b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n6;name=value\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n"
)
EMPTY_CHUNKED = b"POST /a HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n"
WHOLE = [GET, POST, CHUNKED, EMPTY_CHUNKED]


def received(one):
    reader, parts = one.reader(), []
    while part := reader.read():
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("request_", WHOLE)
def test_a_request_is_whole_with_its_last_byte_and_not_before(request_):
    for cut in range(1, len(request_)):
        one = Arrival()
        assert not one.add(request_[:cut]), cut
        assert one.add(request_[cut:]), cut
        assert received(one) == request_
        assert one.rest == b""


@pytest.mark.parametrize("request_", WHOLE)
def test_a_request_that_comes_byte_by_byte_is_the_same(request_):
    one = Arrival()
    ends = [one.add(bytes([byte])) for byte in request_]
    assert ends == [False] * (len(request_) - 1) + [True]
    assert received(one) == request_


def test_requests_that_come_in_one_piece_are_told_apart_however_they_are_cut():
    stream = b"".join(random.choices(WHOLE, k=50))
    chance = random.Random(7)
    found, one, at = [], Arrival(), 0
    while at < len(stream) or one.rest:
        step = chance.randint(1, 90)
        data = one.rest
        if not data:
            data, at = stream[at : at + step], at + step
        if found and one is found[-1]:
            one = Arrival()
        if one.add(data):
            found.append(one)
    assert b"".join(received(each) for each in found) == stream
    assert {received(each) for each in found} <= set(WHOLE)


def test_a_large_body_waits_in_a_file_and_is_read_from_there():
    body = bytes(range(256)) * 4096
    one = Arrival()
    head = b"POST /a HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert not one.add(head + body[:300_000])
    assert one.in_file
    assert one.add(body[300_000:] + GET)
    assert received(one) == head + body
    assert one.rest == GET
    one.close()


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 5\r\nContent-Length: 5",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: gzip",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        b"Content-Length: +5",
        b"Content-Length: 99999999999999999999",
        b"Content-Length: %d" % (arriving.LARGEST_BODY + 1),
    ],
)
def test_a_body_whose_end_cannot_be_told_or_that_is_too_large_is_not_waited_for(headers):
    one = Arrival()
    assert one.add(b"POST /a HTTP/1.1\r\n" + headers + b"\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n")
    assert one.cut
    assert one.rest == b""


@pytest.mark.parametrize("size", [b"x", b"", b"-1", b"123456789", b"5 5"])
def test_a_chunk_without_a_size_is_refused(size):
    with pytest.raises(Unacceptable, match="400"):
        Arrival().add(b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\n")


def test_nothing_grows_without_an_end(monkeypatch):
    with pytest.raises(Unacceptable, match="431"):
        Arrival().add(b"GET / HTTP/1.1\r\nX: " + b"x" * arriving.LONGEST_HEAD)
    head = b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    with pytest.raises(Unacceptable, match="400"):
        Arrival().add(head + b"0" * (arriving.LONGEST_LINE + 1))
    monkeypatch.setattr(arriving, "LARGEST_BODY", 1000)
    with pytest.raises(Unacceptable, match="413"):
        Arrival().add(head + b"7d0\r\n" + b"x" * 2000)
    trailers = Arrival()
    assert not trailers.add(head + b"0\r\n")
    with pytest.raises(Unacceptable, match="413"):
        trailers.add(b"X: 1\r\n" * 200)
