"""The words of directory.wording for templates, and what the page's frame asks."""

from datetime import date, datetime

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.context import Context
from django.urls import translate_url

from directory import wording

register = template.Library()

register.filter("distance", wording.distance)
register.filter("price", wording.price)
register.filter("amount", wording.amount)
register.filter("to_the_cent", wording.to_the_cent)
register.filter("left_to_pay", wording.left_to_pay)
register.filter("how_paid", wording.how_paid)
register.filter("duration", wording.duration)
register.filter("clock", wording.clock)
register.filter("phone", wording.phone)
register.filter("dated", wording.dated, expects_localtime=True)
register.filter("week", wording.week)
register.filter("serial", wording.serial)
register.filter("counted", wording.counted)
register.filter("venues_counted", wording.venues)
register.filter("used", wording.used)
register.filter("share", wording.share)
register.filter("out_of_five", wording.out_of_five)


@register.simple_tag
def moment_words(instant: datetime, zone: str) -> str:
    return wording.moment(instant, zone)


@register.simple_tag
def day_words(which: date, today: date) -> str:
    return wording.day(which, today)


@register.filter
def degrees(number: float) -> str:
    """A coordinate for an attribute or an address: a full stop in every language."""
    return f"{number:.6f}"


@register.simple_tag
def demonstration() -> bool:
    return bool(settings.DEMONSTRATION)


@register.simple_tag(takes_context=True)
def same_page_in(context: Context, language: str) -> str:
    """Address of this very page in another language; its home when the page has no request (error pages)."""
    request: HttpRequest | None = context.get("request")
    return translate_url(request.get_full_path() if request else "/", language)
