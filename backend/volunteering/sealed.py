"""What is sealed here: the name that a certificate certifies, as it was on the day of issue."""

from backend import crypto
from backend.volunteering.certificate_models import Certificate


def keep_name(certificate: Certificate, name: str) -> None:
    """The certificate must have an id: it is part of what the value is bound to."""
    certificate.name_sealed = crypto.seal(name, f"certificates.name:{certificate.id}")


def name(certificate: Certificate) -> str | None:
    """In clear: for the holder's own eyes and their PDF. None once the person has left."""
    sealed = certificate.name_sealed
    return crypto.unseal(sealed, f"certificates.name:{certificate.id}") if sealed else None
