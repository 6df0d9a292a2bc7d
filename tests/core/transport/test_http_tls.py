"""TLS with a real server: whom we trust, and what we say when we do not."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading

import pytest
from loopback import chunked, reply, serving, then_close

from purveyor._transport import fast, tls
from purveyor._transport.base import Deadline
from purveyor._transport.http import HttpTransport
from purveyor.errors import ConfigError, MalformedResponse, TlsFailed
from purveyor.types.wire import HttpRequest, SizeLimits, Timeouts

LIMITS = SizeLimits()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Make a certificate of our own for 127.0.0.1, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl command here, so no certificate can be made")
    folder = tmp_path_factory.mktemp("tls")
    paths = folder / "certificate.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test"
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    return paths


@pytest.fixture
def speaking_tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture(params=["fast", "public"])
def path(request, monkeypatch):
    """Each path must keep each promise."""
    if request.param == "public":
        monkeypatch.setattr(fast, "is_open", lambda origin: False)


def asking(url: str) -> HttpRequest:
    return HttpRequest("POST", url, (("authorization", "Bearer key"),), b"{}")


def deadline() -> Deadline:
    return Deadline(Timeouts(connect=5, total=10))


def test_a_trusted_server_is_spoken_to(path, certificate, speaking_tls):
    """A bundle of one's own is enough, and the connection is kept."""
    transport = HttpTransport(ca_bundle=str(certificate[0]))
    with serving(reply(b"hi"), chunked(b"hi"), tls=speaking_tls) as server:
        bodies = [transport.send(asking(server.url), deadline(), LIMITS).body for _ in range(3)]
    assert (bodies, server.connections) == ([b"hi"] * 3, 1)


def test_a_bundle_of_the_environment_is_trusted(path, certificate, speaking_tls, monkeypatch):
    """As every program on `requests` does."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    with serving(reply(b"hi"), tls=speaking_tls) as server:
        assert HttpTransport().send(asking(server.url), deadline(), LIMITS).body == b"hi"


def test_an_unknown_certificate_is_refused_before_anything_is_sent(path, speaking_tls):
    """The error says whom we trust, and how to trust others; trying again is of no use."""
    refusal = pytest.raises(TlsFailed, match="self-signed certificate; trusted is")
    with serving(reply(), tls=speaking_tls) as server, refusal as caught:
        HttpTransport().send(asking(server.url), deadline(), LIMITS)
    assert (caught.value.retryable, server.requests) == (False, [])


def test_a_certificate_for_another_name_is_refused(path, certificate, speaking_tls):
    """A good certificate of somebody else is no good."""
    transport = HttpTransport(ca_bundle=str(certificate[0]))
    with serving(reply(), tls=speaking_tls) as server, pytest.raises(TlsFailed, match="localhost"):
        url = server.url.replace("127.0.0.1", "localhost")
        transport.send(asking(url), deadline(), LIMITS)
    assert server.requests == []


def test_a_plain_port_under_https_is_no_tls(path, plain_port):
    """The error names the likely slip."""
    with pytest.raises(TlsFailed, match="use http://") as caught:
        HttpTransport().send(asking(plain_port), deadline(), LIMITS)
    assert caught.value.retryable is False


@pytest.fixture
def plain_port():
    """A server that says at once what it thinks of a TLS greeting."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()

        threading.Thread(target=answer, daemon=True).start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/"


def test_a_tls_port_under_http_is_malformed(path):
    """What comes back is no HTTP."""
    alert = then_close(b"\x15\x03\x03\x00\x02\x02\x46")
    with serving(alert) as server, pytest.raises(MalformedResponse):
        HttpTransport().send(asking(server.url), deadline(), LIMITS)


def test_one_context_serves_all_connections():
    """Reading a bundle takes longer than a call."""
    assert tls.tls_context() is tls.tls_context()


def test_a_bundle_that_is_not_there_is_a_setting_to_correct(tmp_path):
    """No other certificates are trusted in its place."""
    transport = HttpTransport(ca_bundle=str(tmp_path / "nothing.pem"))
    with pytest.raises(ConfigError, match=r"nothing\.pem.*No such file"):
        transport.send(asking("https://127.0.0.1:9/"), deadline(), LIMITS)


def test_a_system_without_certificates_falls_back_on_those_of_requests(monkeypatch, tmp_path):
    """A bare container can still call."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert tls._trusting_the_system().cert_store_stats()["x509_ca"] > 0
