"""No request goes into a private network, nor anywhere but to the address that was looked at."""

import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from django.utils import timezone

from coupons.webhooks import posting, targets
from coupons.webhooks.posting import post
from coupons.webhooks.targets import BadAddress, addresses_of, is_public, read
from tests.coupons.webhooks.receiver import Receiver, receiving

PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::a00:1",
    "2001:db8::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2002:a00:1::",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "x",
    "",
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.32.0.1", "2606:4700:4700::1111"]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://exemple.fr/", "https"),
        ("ftp://exemple.fr/", "https"),
        ("javascript:alert(1)", "written"),
        ("//exemple.fr/", "https"),
        ("exemple.fr", "written"),
        ("https://", "written"),
        ("https://u:p@exemple.fr/", "written"),
        ("https://@exemple.fr/", "written"),
        ("https://exemple.fr\\@127.0.0.1/", "written"),
        ("https://exemple.fr:99999/", "written"),
        ("https://exemple.fr:x/", "written"),
        ("https://[::1/", "written"),
        ("https://éxemple.fr/", "written"),
        ("https://exemple.fr/a b", "written"),
        ("https://exemple.fr/a\r\nX-Y: 1", "written"),
        ("https://exemple.fr/" + "a" * 500, "written"),
        ("https://exemple.fr:22/", "port"),
        ("https://exemple.fr:80/", "port"),
        ("http://localhost/", "https"),
        ("https://localhost:9/", "port"),
    ],
)
def test_addresses_that_are_not_even_looked_up(url: str, code: str) -> None:
    with pytest.raises(BadAddress) as bad:
        read(url)
    assert bad.value.code == code


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "017700000001", "[::1]", "[::ffff:127.0.0.1]", "localhost"]
)
def test_other_spellings_of_this_machine(host: str) -> None:
    with pytest.raises(BadAddress) as bad:
        addresses_of(read(f"https://{host}/"))
    assert bad.value.code == "private"


def test_one_private_address_among_public_ones_is_enough(monkeypatch: Any) -> None:
    monkeypatch.setattr(targets, "resolve", lambda host, port: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(BadAddress):
        addresses_of(read("https://exemple.fr/"))


def test_nothing_is_opened_to_a_private_address(monkeypatch: Any) -> None:
    opened: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda *given, **_named: opened.append(given))
    assert post("https://127.0.0.1/", b"", {}).failure == "refused"
    assert post("https://exemple.invalid/", b"", {}).failure == "unknown"
    assert opened == []


HOST = "hook.exemple.test"


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: Any) -> Iterator[Receiver]:
    """A receiver behind TLS, with a certificate of HOST that the sender trusts; this machine passes for public."""
    chain = certificate(tmp_path, HOST)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)

    def wrap(server: ThreadingHTTPServer) -> None:
        server.socket = context.wrap_socket(server.socket, server_side=True)

    monkeypatch.setattr(posting, "tls", lambda: ssl.create_default_context(cafile=chain))
    monkeypatch.setattr(targets, "is_public", lambda address: address == "127.0.0.1")
    with receiving(wrap) as receiver:
        monkeypatch.setattr(targets, "PORTS", {receiver.port})
        yield receiver


def certificate(folder: Path, host: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = timezone.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    file = folder / "chain.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def resolver(monkeypatch: Any, *answers: str) -> list[str]:
    """A name that answers otherwise each time it is asked; which times it was."""
    asked: list[str] = []

    def answer(host: str, port: int, **_rest: Any) -> list[Any]:
        asked.append(host)
        address = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    real = socket.getaddrinfo

    def only_names(host: Any, port: Any, *rest: Any, **named: Any) -> list[Any]:
        return answer(host, port) if host == HOST else real(host, port, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", only_names)
    return asked


def test_the_name_is_looked_up_once_and_the_certificate_is_that_of_the_name(
    certified: Receiver, monkeypatch: Any
) -> None:
    asked = resolver(monkeypatch, "127.0.0.1", "10.0.0.1")
    outcome = post(f"https://{HOST}:{certified.port}/aptic", b"{}", {})
    assert (outcome.status, outcome.failure) == (204, "")
    assert asked == [HOST]
    [received] = certified.received
    assert received.headers["Host"] == f"{HOST}:{certified.port}"


def test_a_name_that_turns_private_is_refused_before_anything_is_sent(
    certified: Receiver, monkeypatch: Any
) -> None:
    resolver(monkeypatch, "10.0.0.1", "127.0.0.1")
    assert post(f"https://{HOST}:{certified.port}/aptic", b"{}", {}).failure == "refused"
    assert certified.received == []


def test_the_certificate_of_another_name_is_refused(certified: Receiver, monkeypatch: Any) -> None:
    monkeypatch.setattr(targets, "resolve", lambda host, port: ["127.0.0.1"])
    outcome = post(f"https://autre.exemple.test:{certified.port}/", b"{}", {})
    assert outcome.failure == "certificate"
    assert certified.received == []


def test_a_certificate_nobody_vouches_for_is_refused(certified: Receiver, monkeypatch: Any) -> None:
    monkeypatch.setattr(targets, "resolve", lambda host, port: ["127.0.0.1"])
    monkeypatch.setattr(posting, "tls", ssl.create_default_context)
    assert post(f"https://{HOST}:{certified.port}/", b"{}", {}).failure == "certificate"
    assert certified.received == []
