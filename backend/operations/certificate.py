"""How long the certificate at the city's own address is still taken: on the day after, no phone opens the mini-program."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from backend import clock

# Whoever renews by hand needs time for the paper; certbot renews thirty days before.
SOON = timedelta(days=14)
TIMEOUT_SECONDS = 5.0


class NotTaken(Exception):
    """WeChat and every phone would refuse it, too; the reason is OpenSSL's."""


def remaining(address: str) -> timedelta | None:
    """Until it ends, for an https address; None where nobody answers there.

    :raises NotTaken: it has ended, is somebody else's, or was signed by nobody known.
    """
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 443
    try:
        with (
            socket.create_connection((host, port), timeout=TIMEOUT_SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secured,
        ):
            ends = str((secured.getpeercert() or {})["notAfter"])
    except ssl.SSLCertVerificationError as fault:
        raise NotTaken(fault.verify_message) from None
    except (OSError, KeyError):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) - clock.system_now()
