"""The certificate at the city's own address, at a real TLS server of ours."""

import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from backend import clock, config
from backend.operations import certificate, doctor

NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
DAY = timedelta(days=1)


def issue(folder, left, host="localhost"):
    """A certificate that signs itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = clock.system_now()
    issued = (
        x509.CertificateBuilder(subject_name=NAME, issuer_name=NAME, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 400 * DAY)
        .not_valid_after(now + left)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "served.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + issued.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def served(path):
    """The address of a server with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    listening = socket.create_server(("localhost", 0))

    def answer():
        while True:
            try:
                taken, _ = listening.accept()
            except OSError:
                return
            try:
                context.wrap_socket(taken, server_side=True).close()
            except OSError:
                taken.close()

    threading.Thread(target=answer, daemon=True).start()
    try:
        yield f"https://localhost:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


@pytest.fixture
def address(tmp_path, monkeypatch, request):
    path = issue(tmp_path, *request.param)
    # As a city that is its own authority does it.
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with served(path) as found:
        yield found


def sentences(address):
    return [one.sentence for one in doctor._own_address(address)]


@pytest.mark.parametrize("address", [(60 * DAY,)], indirect=True, ids=["two-months"])
def test_a_certificate_that_lasts_is_no_finding(address):
    left = certificate.remaining(address)
    assert left is not None
    assert 59 * DAY < left <= 60 * DAY
    assert sentences(address) == []


@pytest.mark.parametrize("address", [(10 * DAY + DAY / 2,)], indirect=True, ids=["ten-days"])
def test_one_that_ends_soon_is_a_fault_in_time(address):
    assert sentences(address) == [f"the certificate of {address} ends in 10 days"]


@pytest.mark.parametrize(
    "address", [(-DAY,), (60 * DAY, "elsewhere.example")], indirect=True, ids=["ended", "another"]
)
def test_one_that_phones_refuse_is_a_fault(address):
    (told,) = sentences(address)
    assert told.startswith(f"the certificate of {address} is not taken: ")
    assert all(one.fault for one in doctor._own_address(address))


def test_one_that_nobody_known_has_signed_is_a_fault(tmp_path):
    with served(issue(tmp_path, 60 * DAY)) as address:
        (told,) = sentences(address)
        assert "self-signed" in told


def test_nobody_there_is_said_and_no_fault(tmp_path):
    with served(issue(tmp_path, DAY)) as address:
        pass
    (found,) = doctor._own_address(address)
    assert not found.fault
    assert found.sentence == f"nobody answers at {address} as asked from here"


def test_somebody_who_does_not_speak_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(certificate, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("localhost", 0)) as silent:
        assert certificate.remaining(f"https://localhost:{silent.getsockname()[1]}") is None


def test_in_production_it_is_looked_at(app, settings, tmp_path, monkeypatch):
    path = issue(tmp_path, DAY / 2)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with served(path) as address:
        config.use(replace(settings, app_env="production", public_url=address))
        told = [one.sentence for one in doctor._outside()]
    config.use(settings)
    assert f"the certificate of {address} ends in 0 days" in told
