"""Full addresses → places, through the Base Adresse Nationale or an addok of one's own.

A convenience, never a need: whatever the service does (down, slow, garbage, too many requests, a page of
HTML, an endless answer), the caller waits `BAN_TIMEOUT` seconds at most and gets None; the gazetteer answers
alone. After FAILURES_ALLOWED failures in a row, nobody asks for a while.

What people type is kept in the memory of the process for a day at most, never in the database or a log.
"""

import hashlib
import logging
import math
import threading
from collections.abc import Callable
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Point
from django.core.cache import caches
from django.db.models import F
from django.utils import timezone
from geopy.adapters import URLLibAdapter
from geopy.exc import GeocoderRateLimited, GeocoderServiceError
from geopy.geocoders import BANFrance

from geodata import gazetteer
from geodata.folding import fold
from geodata.gazetteer import EXACT, Suggestion
from geodata.models import Outage

logger = logging.getLogger(__name__)
# geopy logs whole answers, and with them what people typed
logging.getLogger("geopy").setLevel(logging.WARNING)

SHORTEST_ADDRESS, LONGEST_ADDRESS = 3, 200
MOST_BYTES = 200_000
# BAN's own mark, from 0 to 1: below, it answers for the sake of answering.
LEAST_SCORE = 0.5
FAILURES_ALLOWED = 3
PAUSE = timedelta(seconds=60)
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(hours=1)
KEPT_SECONDS = 24 * 3600
NOTHING = "nothing"
# Requests in flight in this process; a service that holds its connections open cannot hold more of our
# threads.
slots = threading.BoundedSemaphore(8)


class ShortAnswers(URLLibAdapter):
    """geopy's adapter, reading MOST_BYTES at most."""

    def _decode_page(self, page: Any) -> str:
        body = page.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise GeocoderServiceError("The answer is too long")
        return body.decode("utf-8", errors="strict")


def locate(text: str) -> Suggestion | None:
    """The place a person typed: our own names when they are sure, the address service, then the town."""
    return gazetteer.resolve(text) or geocode(text) or gazetteer.town_of(text)


def geocode(text: str) -> Suggestion | None:
    """The address that `text` means, or None. Never raises, never lasts more than BAN_TIMEOUT."""
    address = " ".join(text.replace("\0", " ").split())[:LONGEST_ADDRESS]
    if not settings.BAN_DOMAIN or len(address) < SHORTEST_ADDRESS:
        return None
    key = "geocoding:" + hashlib.sha256(f"{settings.BAN_DOMAIN} {fold(address)}".encode()).hexdigest()
    kept = caches["process"].get(key)
    if kept is not None:
        return None if kept == NOTHING else kept
    if not _may_ask():
        return None
    try:
        answer = _within(settings.BAN_TIMEOUT, lambda: _ask(address))
        found = _suggestion(answer) if answer else None
    except Exception as error:
        _note_failure(error)
        return None
    Outage.objects.filter(service=settings.BAN_DOMAIN).delete()
    caches["process"].set(key, found or NOTHING, KEPT_SECONDS)
    return found


def _ask(address: str) -> dict[str, Any] | None:
    """The raw GeoJSON feature of the best answer."""
    service = BANFrance(
        domain=settings.BAN_DOMAIN,
        scheme=settings.BAN_SCHEME,
        timeout=settings.BAN_TIMEOUT,
        user_agent="aptic",
        adapter_factory=ShortAnswers,
    )
    location = service.geocode(address, limit=1)
    return location.raw if location else None


def _within(seconds: float, call: Callable[[], Any]) -> Any:
    """What `call` returns or raises, or TimeoutError. A socket's own time-out starts again with each byte."""
    if not slots.acquire(blocking=False):
        raise TimeoutError("every slot waits already")
    box = SimpleQueue[tuple[Any, Exception | None]]()

    def work() -> None:
        try:
            box.put((call(), None))
        except Exception as error:  # handed over to the caller
            box.put((None, error))
        finally:
            slots.release()

    threading.Thread(target=work, name="geocoding", daemon=True).start()
    try:
        answer, error = box.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"no answer within {seconds} s") from None
    if error:
        raise error
    return answer


def _suggestion(feature: dict[str, Any]) -> Suggestion | None:
    """Raises on a feature that is not what the service promises."""
    lon, lat = (float(value) for value in feature["geometry"]["coordinates"][:2])
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise ValueError("coordinates out of the world")
    properties = feature["properties"]
    if float(properties.get("score", 1)) < LEAST_SCORE:
        return None
    label, context, code, postcode = (
        str(properties.get(name) or "")[:200] for name in ("label", "context", "citycode", "postcode")
    )
    return Suggestion(label, "address", code, context, Point(lon, lat, srid=4326), postcode, None, EXACT)


def _may_ask() -> bool:
    """False while the service is left alone. When the pause ends, one process asks for all the others."""
    outage = Outage.objects.filter(service=settings.BAN_DOMAIN, failures__gte=FAILURES_ALLOWED)
    if not outage.exists():
        return True
    return bool(outage.filter(retry_at__lte=timezone.now()).update(retry_at=timezone.now() + PAUSE))


def _note_failure(error: Exception) -> None:
    """`Outage.retry_at` only counts once the failures are many, or when the service itself sets it."""
    logger.warning("Geocoding failed: %s", type(error).__name__)
    pause, failures = PAUSE, 1
    if isinstance(error, GeocoderRateLimited):
        pause, failures = timedelta(seconds=error.retry_after or PAUSE.seconds), FAILURES_ALLOWED
    retry_at = timezone.now() + min(max(pause, SHORTEST_PAUSE), LONGEST_PAUSE)
    _row, created = Outage.objects.get_or_create(
        service=settings.BAN_DOMAIN, defaults={"failures": failures, "retry_at": retry_at}
    )
    if not created:
        Outage.objects.filter(service=settings.BAN_DOMAIN).update(
            failures=F("failures") + failures, retry_at=retry_at
        )
