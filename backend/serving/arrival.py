"""One request as it comes in, piece by piece: is it whole yet?

Only where it ends is looked for here; what it says is read by gunicorn's own parser, out of what has come and never
from the socket. Where the two disagree, the parser finds the request too short or wrong, and nobody waits.
"""

import errno
import os
import re
import tempfile
from typing import IO

from gunicorn.http.unreader import Unreader

LONGEST_HEAD = 64 * 1024
# Above the largest form of the product, and above MAX_BODY_BYTES.
LARGEST_BODY = max(16 * 1024 * 1024, int(os.environ.get("MAX_BODY_BYTES") or 0))
# What is larger waits in a temporary file.
IN_MEMORY = 256 * 1024
LONGEST_LINE = 8 * 1024
FRAMING = re.compile(
    rb"\r\n(content-length|transfer-encoding|expect)[ \t]*:[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)", re.IGNORECASE
)


class Unacceptable(Exception):
    """The connection is answered with this status and closed; no thread ever sees the request."""

    def __init__(self, status: str) -> None:
        self.status = status
        super().__init__(status)


class Arrival:
    """What has come of a request. `rest` is the beginning of the next one on the same connection."""

    def __init__(self) -> None:
        self.rest = b""
        # The parser gets the head alone and refuses it, or the app refuses the length: the body is not waited for.
        self.cut = False
        self.expects_word = False
        self.body_size = 0
        self.in_body = False
        self._raw = bytearray()
        self._file: IO[bytes] | None = None
        self._missing = 0
        self._chunks: Chunks | None = None

    @property
    def begun(self) -> bool:
        return bool(self._raw) or self.in_body

    @property
    def in_file(self) -> bool:
        return self._file is not None

    def add(self, data: bytes) -> bool:
        """Whether the request is whole with these bytes. Raises Unacceptable, and OSError without a place to keep it."""
        if self.in_body:
            return self._add_to_body(data)
        searched = max(0, len(self._raw) - 3)
        self._raw += data
        end = self._raw.find(b"\r\n\r\n", searched)
        if end < 0:
            if len(self._raw) > LONGEST_HEAD:
                raise Unacceptable("431 Request Header Fields Too Large")
            return False
        body = bytes(self._raw[end + 4 :])
        del self._raw[end + 4 :]
        self._read_head()
        return self._add_to_body(body)

    def _read_head(self) -> None:
        self.in_body = True
        said: dict[bytes, list[bytes]] = {}
        for name, value in FRAMING.findall(self._raw):
            said.setdefault(name.lower(), []).append(value)
        lengths, codings = said.get(b"content-length", []), said.get(b"transfer-encoding", [])
        if codings:
            # Any other coding, a second one, or a length beside it: the parser says no by the head alone.
            plain = not lengths and [one.lower() for one in codings] == [b"chunked"]
            self._chunks, self.cut = (Chunks(), False) if plain else (None, True)
        elif lengths:
            plain = len(lengths) == 1 and len(lengths[0]) < 16 and lengths[0].isdigit()
            length = int(lengths[0]) if plain else 0
            self.cut = not plain or length > LARGEST_BODY
            self._missing = 0 if self.cut else length
        self.expects_word = b"expect" in said and not self.cut

    def _add_to_body(self, data: bytes) -> bool:
        end = self._chunks.end_in(data) if self._chunks else min(self._missing, len(data))
        piece = data if end is None else data[:end]
        self._keep(piece)
        if self.body_size > LARGEST_BODY:
            raise Unacceptable("413 Content Too Large")
        if self._chunks:
            whole = end is not None
        else:
            self._missing -= len(piece)
            whole = not self._missing
        # What follows a body that is not waited for may be that body.
        self.rest = data[len(piece) :] if whole and not self.cut else b""
        return whole

    def _keep(self, piece: bytes) -> None:
        self.body_size += len(piece)
        if self._file is None and len(self._raw) + len(piece) <= IN_MEMORY:
            self._raw += piece
            return
        if self._file is None:
            # Without a buffer, so that a full disk is noticed at once.
            self._file = tempfile.TemporaryFile(prefix="dianliang-body-", buffering=0)  # noqa: SIM115 - see close()
            self._write(self._raw)
            self._raw.clear()
        self._write(piece)

    def _write(self, piece: bytes | bytearray) -> None:
        assert self._file is not None  # noqa: S101 - for the type checker
        if self._file.write(piece) != len(piece):
            raise OSError(errno.ENOSPC, "no room for a body")

    def reader(self) -> "ArrivedReader":
        """What the parser reads instead of a socket."""
        if self._file is not None:
            self._file.seek(0)
        return ArrivedReader(bytes(self._raw), self._file)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


class Chunks:
    """Where a body in chunks ends (RFC 9112 §7.1), however it is cut into pieces."""

    def __init__(self) -> None:
        self._left = 0
        self._line = b""
        self._last = False

    def end_in(self, data: bytes) -> int | None:
        """How many of these bytes still belong to the body; None: all, and more will come. Raises Unacceptable."""
        at = 0
        while at < len(data):
            if self._left:
                step = min(self._left, len(data) - at)
                self._left -= step
                at += step
                continue
            end = data.find(b"\n", at)
            self._line += data[at:] if end < 0 else data[at : end + 1]
            if len(self._line) > LONGEST_LINE:
                raise Unacceptable("400 Bad Request")
            if end < 0:
                return None
            at = end + 1
            line, self._line = self._line.strip(), b""
            if self._last and not line:
                return at
            if not self._last:
                self._begin(line)
        return None

    def _begin(self, line: bytes) -> None:
        size = line.split(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", size):
            raise Unacceptable("400 Bad Request")
        number = int(size, 16)
        # A chunk's own end of line comes with it.
        self._left, self._last = (number + 2, False) if number else (0, True)


class ArrivedReader(Unreader):
    """gunicorn's parser reads from here: what has come, and then the end."""

    def __init__(self, held: bytes, file: IO[bytes] | None) -> None:
        super().__init__()
        self.buf.write(held)
        self._file = file

    def chunk(self, size_hint: int | None = None) -> bytes:
        return self._file.read(max(size_hint or 0, 64 * 1024)) if self._file else b""
