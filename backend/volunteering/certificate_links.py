"""Addresses of a certificate: the public one that verifies it, and the signed, ending one of its PDF."""

import hmac
from datetime import timedelta

from backend import clock, config, crypto


def verification(number: str) -> str:
    """Where anyone may ask whether this certificate holds; printed on it, so it never ends."""
    return f"{config.settings().public_address}/certificates/{number}"


def pdf(number: str) -> str:
    """Opens the PDF for FILE_LINK_MINUTES without a token: a phone hands it to its document viewer."""
    lasting = timedelta(minutes=config.settings().file_link_minutes)
    until = int((clock.now() + lasting).timestamp())
    asked = f"until={until}&signature={_signature(number, until)}"
    return f"{config.settings().public_address}/api/v1/certificates/{number}/pdf?{asked}"


def genuine(number: str, until: int, signature: str) -> bool:
    """Whether we gave out this link, and it has not ended."""
    expected = _signature(number, until)
    return hmac.compare_digest(expected.encode(), signature.encode()) and until > clock.now().timestamp()


def _signature(number: str, until: int) -> str:
    return crypto.signature("certificate pdf", f"{number}|{until}")
