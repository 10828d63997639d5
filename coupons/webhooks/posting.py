"""One POST to a stranger's server: bounded in time and size, whatever that server does."""

import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass

from coupons.choices import TryFailure
from coupons.webhooks import targets
from coupons.webhooks.targets import BadAddress, Target

CONNECT_S = 5.0
# From the first byte sent to the last one read, however the server drips.
WHOLE_S = 10.0
LARGEST_ANSWER = 64 * 1024
SHOWN = 300
AGENT = "APTIC-Webhooks/1"


@dataclass(frozen=True)
class Outcome:
    """`status` is that of the answer, if there was one; `failure` is empty when it was accepted (2xx)."""

    status: int | None
    failure: str
    latency_ms: int
    answer: str = ""

    @property
    def accepted(self) -> bool:
        return not self.failure


def post(url: str, body: bytes, headers: dict[str, str]) -> Outcome:
    """Never raises. No redirect is followed: it counts as a failure."""
    begun = time.monotonic()
    status, failure, answer = _posted(url, body, headers)
    return Outcome(status, failure, round((time.monotonic() - begun) * 1000), answer)


def _posted(url: str, body: bytes, headers: dict[str, str]) -> tuple[int | None, str, str]:
    try:
        target = targets.read(url)
        [address, *_others] = targets.addresses_of(target)
    except BadAddress as bad:
        return None, TryFailure.UNKNOWN if bad.code == "unknown" else TryFailure.REFUSED, ""
    try:
        connected = _connect(target, address)
    except ssl.SSLError:
        return None, TryFailure.CERTIFICATE, ""
    except TimeoutError:
        return None, TryFailure.TOO_SLOW, ""
    except OSError:
        return None, TryFailure.UNREACHABLE, ""
    late = threading.Event()
    guard = threading.Timer(WHOLE_S, _cut, [connected, late])
    guard.daemon = True
    guard.start()
    try:
        answered = _asked(target, connected, body, headers)
        # Cut in the middle, what was read so far may look whole.
        return (None, TryFailure.TOO_SLOW, "") if late.is_set() else answered
    except TimeoutError:
        return None, TryFailure.TOO_SLOW, ""
    except http.client.HTTPException:
        return None, TryFailure.TOO_SLOW if late.is_set() else TryFailure.GARBAGE, ""
    except (OSError, ValueError):
        return None, TryFailure.TOO_SLOW if late.is_set() else TryFailure.UNREACHABLE, ""
    finally:
        guard.cancel()
        connected.close()


def _connect(target: Target, address: str) -> socket.socket:
    """To the address that was looked at; the certificate must be that of the name."""
    plain = socket.create_connection((address, target.port), timeout=CONNECT_S)
    if target.scheme == "http":
        return plain
    try:
        return tls().wrap_socket(plain, server_hostname=target.host)
    except BaseException:
        plain.close()
        raise


def tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _cut(connected: socket.socket, late: threading.Event) -> None:
    """Whoever waits for it is told at once that nothing more comes."""
    late.set()
    try:
        # Of the socket itself: that of TLS would first say good-bye politely.
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
    except OSError:
        return


def _asked(
    target: Target, connected: socket.socket, body: bytes, headers: dict[str, str]
) -> tuple[int, str, str]:
    connected.settimeout(WHOLE_S)
    asking = http.client.HTTPConnection(target.host, target.port)
    asking.sock = connected
    asking.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
    own = {
        "Host": target.authority,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "User-Agent": AGENT,
        "Connection": "close",
    }
    for name, value in {**own, **headers}.items():
        asking.putheader(name, value)
    asking.endheaders(body)
    answer = asking.getresponse()
    start = answer.read(LARGEST_ANSWER)
    failure = "" if 200 <= answer.status < 300 else TryFailure.ANSWER
    return answer.status, failure, shown(start)


def shown(answer: bytes) -> str:
    """Its beginning, as text that a database and a page take."""
    text = answer[: SHOWN * 4].decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else " " for sign in text)[:SHOWN]
