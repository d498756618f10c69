"""HTTPS through the guard: the connection goes to a checked address, the certificate must be the name's."""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

import pytest

from bluelamp.errors import SourceRefused
from bluelamp.sources.http import Backoff, HttpClient
from tests.lib.loopback import Loopback, Reply

x509 = pytest.importorskip("cryptography.x509", reason="certificates are made with cryptography")
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402

NAME = "data.example"


def certificate(folder: Path) -> Path:
    """A self-signed certificate for NAME with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "pair.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    return certificate(tmp_path)


@pytest.fixture
def secure(server: Loopback, pair: Path) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair)
    server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
    return server.url.rpartition(":")[2]


def client() -> HttpClient:
    return HttpClient(allow_private=True, backoff=Backoff(attempts=1), resolve=lambda host, port: ["127.0.0.1"])


def test_the_certificate_is_checked_against_the_name(
    secure: str, server: Loopback, pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.reply("/a", Reply(200, b"protected"))
    monkeypatch.setenv("SSL_CERT_FILE", str(pair))
    with client() as trusting:
        assert trusting.get(f"https://{NAME}:{secure}/a").body == b"protected"
        with pytest.raises(SourceRefused, match="certificate of other"):
            trusting.get(f"https://other.example:{secure}/a")


def test_an_unknown_issuer_is_refused(secure: str, server: Loopback) -> None:
    with client() as strict, pytest.raises(SourceRefused, match="not valid"):
        strict.get(f"https://{NAME}:{secure}/a")
    assert server.log == []


def test_no_step_down_to_http(secure: str, server: Loopback, pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.reply("/a", Reply(302, headers={"Location": f"http://{NAME}:{secure}/b"}))
    monkeypatch.setenv("SSL_CERT_FILE", str(pair))
    with client() as trusting, pytest.raises(SourceRefused, match="from https to http"):
        trusting.get(f"https://{NAME}:{secure}/a")
    assert [asked.path for asked in server.log] == ["/a"]
