"""A client's socket to which a thread can write without waiting for the client."""

import errno
import select
import socket
from typing import Any

# So much of an answer is kept for the main loop to send; of a longer one a thread waits for the rest.
MOST_LEFT = 4 * 1024 * 1024
STALLED_SECONDS = 10.0
PIECE = 256 * 1024


class Outlet:
    """Stands for a socket that never blocks: what cannot be sent at once is `left`, for `flush()`."""

    def __init__(self, client_socket: socket.socket) -> None:
        self._socket = client_socket
        self._left = bytearray()
        self.sent = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    def setblocking(self, blocking: bool) -> None:
        """Whatever a thread asks for: it stays as it is."""

    def sendall(self, data: Any) -> None:
        """Sends or keeps everything. Raises OSError when the client is gone, or took nothing for ten seconds."""
        self._left += data if self._left else memoryview(data)[self._send(data) :]
        while len(self._left) > MOST_LEFT:
            self._wait()
            self.flush()

    def send(self, data: Any) -> int:
        """What gunicorn says in between (100 Continue) was said by the main loop, before the body came."""
        return len(data)

    def flush(self) -> int:
        """Sends what goes at once; answers how many bytes are still left."""
        while self._left:
            with memoryview(self._left) as whole, whole[:PIECE] as piece:
                sent = self._send(piece)
            if not sent:
                break
            del self._left[:sent]
        return len(self._left)

    def _send(self, data: Any) -> int:
        try:
            sent = self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        self.sent += sent
        return sent

    def _wait(self) -> None:
        poll = select.poll()
        poll.register(self._socket, select.POLLOUT)
        if not poll.poll(STALLED_SECONDS * 1000):
            raise OSError(errno.ECONNRESET, "the client takes nothing")
