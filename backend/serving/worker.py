"""A gunicorn worker whose threads never wait for a client: it reads whole requests before it spends a thread.

gunicorn's own threaded worker gives a connection a thread as soon as its first byte is there, and has no time-out
after that: as many half-sent requests as there are threads stop everybody. Here the main loop, which never blocks,
receives heads and bodies, sends what a slow client has not yet taken of its answer, and waits for the end of closed
connections. Who is too slow is closed; where many connections wait, the address that holds most loses its oldest.
"""

import errno
import resource
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from gunicorn.http.parser import RequestParser
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

from backend.serving.arrival import Arrival, Unacceptable
from backend.serving.outlet import Outlet

# A head has to be whole by then, counted from the connection or from the first byte of a further request.
HEAD_SECONDS = 10.0
# A body has these seconds, and one more for each so many bytes that came; so has an answer that is taken slowly.
BODY_SECONDS = 15.0
BYTES_A_SECOND = 2048
LINGER_SECONDS = 2.0
TICK_SECONDS = 0.5
PIECE = 64 * 1024
# Of all bodies that are too large for memory, together, on the disk of one worker.
MOST_ON_DISK = 256 * 1024 * 1024
NO_ROOM = (errno.EMFILE, errno.ENFILE)
NOBODY_THERE = (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK)


class Connection(TConn):
    """A client. Between two moves of the main loop it waits in the poller for `until`; else a thread has it."""

    def __init__(
        self, worker: "ReadingWorker", client_socket: socket.socket, client: Any, server: Any
    ) -> None:
        super().__init__(worker.cfg, client_socket, client, server)
        self.sock: Any = Outlet(client_socket)
        self.parser: Any = None
        self.data_ready = True
        self.arrival = Arrival()
        self.began = time.monotonic()
        self.until = self.began + HEAD_SECONDS
        # Whether another request may follow the answer that is being sent.
        self.goes_on = True
        # What the main loop does once the poller says that it can.
        self.step: Callable[..., None] | None = None
        self.dropped = False

    @property
    def address(self) -> str:
        return self.client[0] if isinstance(self.client, tuple) else ""

    def init(self) -> None:
        """Called by the thread before it parses: the request is here, and the socket is not read."""
        self.initialized = True
        if self.parser is None:
            self.parser = RequestParser(self.cfg, iter(()), self.client)
        self.parser.unreader = self.arrival.reader()


class ReadingWorker(ThreadWorker):
    """Threads get whole requests. TLS and HTTP/2 end in front of it."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        # Oldest first.
        self.waiting: dict[Connection, None] = {}
        # What is left for connections that a thread has or that have just come.
        self.most_waiting = self.worker_connections * 3 // 4
        self._next_tick = 0.0
        self._stopped_at: float | None = None

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise RuntimeError("TLS ends in front: give the certificate to the proxy")

    def init_process(self) -> None:
        _allow_open_files(self.worker_connections + 256)
        super().init_process()

    # A connection comes

    def accept(self, listener: Any) -> None:
        self._let_another_go_first()
        try:
            client_socket, client = listener.accept()
        except OSError as fault:
            if fault.errno in NO_ROOM:
                self._make_room()
            elif fault.errno not in NOBODY_THERE:
                raise
            return
        self.nr_conns += 1
        connection = Connection(self, client_socket, client, listener.getsockname())
        if len(self.waiting) >= self.most_waiting:
            self._make_room()
        self._move(connection, self._receive)

    def _let_another_go_first(self) -> None:
        """All workers hear of a new connection, and whoever runs at that moment takes all that come: seven people
        then wait for one process while three others have nothing to do. Half a millisecond for each, 2.5 at most."""
        if self.nr_conns:
            time.sleep(min(self.nr_conns, 5) * 0.0005)

    def _make_room(self) -> None:
        """Closes the oldest of the connections that wait, of whichever address has most of them."""
        if not self.waiting:
            # Nothing to give up: what keeps the files is at work, and ends.
            time.sleep(0.01)
            return
        most = Counter(one.address for one in self.waiting).most_common(1)[0][0]
        self._drop(next(one for one in self.waiting if one.address == most))

    # Its request comes

    def _move(self, connection: Connection, step: Callable[[Connection], None], _socket: Any = None) -> None:
        """Whatever happens on one connection ends that one: an error here would end the whole worker."""
        try:
            step(connection)
        except OSError:
            self._drop(connection)
        except Exception:
            self.log.exception("Error on a connection")
            self._drop(connection)

    def _receive(self, connection: Connection) -> None:
        try:
            data = connection.sock.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            self._watch(connection, self._receive)
            return
        if data:
            self._add(connection, data)
        else:
            self._drop(connection)

    def _add(self, connection: Connection, data: bytes) -> None:
        now, arrival = time.monotonic(), connection.arrival
        if not arrival.begun:
            connection.began, connection.until = now, now + HEAD_SECONDS
        try:
            whole = arrival.add(data)
        except Unacceptable as refusal:
            self._refuse(connection, refusal.status)
            return
        except OSError:
            self.log.exception("No place to keep a body")
            self._refuse(connection, "503 Service Unavailable")
            return
        if whole:
            self._unwatch(connection)
            self.enqueue_req(connection)
            return
        if arrival.in_body:
            connection.until = connection.began + BODY_SECONDS + arrival.body_size / BYTES_A_SECOND
            if arrival.expects_word:
                arrival.expects_word = False
                connection.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._watch(connection, self._receive)
        if arrival.in_file:
            self._bound_disk()

    def _bound_disk(self) -> None:
        sizes: Counter[str] = Counter()
        on_disk = [one for one in self.waiting if one.arrival.in_file]
        for one in on_disk:
            sizes[one.address] += one.arrival.body_size
        if sum(sizes.values()) > MOST_ON_DISK:
            most = sizes.most_common(1)[0][0]
            heaviest = next(one for one in on_disk if one.address == most)
            self._move(heaviest, partial(self._refuse, status="503 Service Unavailable"))

    # Its answer goes

    def handle_request(self, req: Any, conn: Connection) -> Any:
        if conn.arrival.cut:
            # Where the next request begins is not known.
            req.force_close()
        return super().handle_request(req, conn)

    def finish_request(self, conn: Connection, fs: Any) -> None:
        """The thread is done: in the main loop again."""
        conn.goes_on = not fs.cancelled() and fs.exception() is None and bool(fs.result())
        conn.arrival.close()
        conn.began = time.monotonic()
        self._move(conn, self._send)

    def _send(self, connection: Connection) -> None:
        if connection.sock.flush():
            connection.until = connection.began + BODY_SECONDS + connection.sock.sent / BYTES_A_SECOND
            self._watch(connection, self._send, selectors.EVENT_WRITE)
        elif connection.goes_on:
            self._begin_next(connection)
        else:
            self._linger(connection)

    def _begin_next(self, connection: Connection) -> None:
        rest = connection.arrival.rest
        connection.arrival = Arrival()
        connection.sock.sent = 0
        connection.until = time.monotonic() + self.cfg.keepalive
        if rest:
            self._add(connection, rest)
        else:
            self._watch(connection, self._receive)

    # It ends

    def _refuse(self, connection: Connection, status: str) -> None:
        """Answers what no thread shall see, and closes."""
        answer = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        connection.goes_on = False
        connection.arrival.close()
        connection.sock.sendall(answer.encode())
        self._linger(connection)

    def _linger(self, connection: Connection) -> None:
        """Says that nothing more comes, and closes once the client has heard it: to close over unread bytes would
        take the answer away from it (RFC 9112 §9.6)."""
        connection.sock.shutdown(socket.SHUT_WR)
        connection.until = time.monotonic() + LINGER_SECONDS
        self._drain(connection)

    def _drain(self, connection: Connection) -> None:
        try:
            ended = not connection.sock.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            ended = False
        if ended:
            self._drop(connection)
        else:
            self._watch(connection, self._drain)

    def _drop(self, connection: Connection) -> None:
        if connection.dropped:
            return
        connection.dropped = True
        self._unwatch(connection)
        connection.arrival.close()
        connection.close()
        self.nr_conns -= 1

    # Who waits

    def _watch(
        self, connection: Connection, step: Callable[[Connection], None], event: int = selectors.EVENT_READ
    ) -> None:
        if connection.step == step:
            return
        if connection.step is None:
            self.waiting[connection] = None
            self.poller.register(connection.sock, event, partial(self._move, connection, step))
        else:
            self.poller.modify(connection.sock, event, partial(self._move, connection, step))
        connection.step = step

    def _unwatch(self, connection: Connection) -> None:
        if connection.step is not None:
            connection.step = None
            del self.waiting[connection]
            self.poller.unregister(connection.sock)

    def murder_pending(self) -> None:
        """Called by gunicorn's loop after each look at the poller, once a second at least."""
        now = time.monotonic()
        if now < self._next_tick:
            return
        self._next_tick = now + TICK_SECONDS
        if not self.alive and self._stopped_at is None:
            self._stopped_at = now
        for connection in [one for one in self.waiting if self._until(one) <= now]:
            if connection.step == self._receive and connection.arrival.begun:
                self._move(connection, partial(self._refuse, status="408 Request Timeout"))
            else:
                self._drop(connection)

    def _until(self, connection: Connection) -> float:
        if self._stopped_at is None or connection.arrival.begun:
            return connection.until
        # A client may be sending its next request already, and is answered; it is not waited for.
        return min(connection.until, self._stopped_at + STOP_KEEPALIVE_LINGER)


def _allow_open_files(needed: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
