"""What a browser says it is, as its owner would call it."""

from django import template
from django.utils.translation import gettext as _
from ua_parser import parse

register = template.Library()
LONGEST = 400  # of what is read: longer ones are made up


@register.filter
def device(user_agent: str) -> str:
    """ "Firefox sur Windows"; as much of it as can be known."""
    read = parse(user_agent[:LONGEST])
    browser = read.user_agent.family.replace("Mobile", "").strip() if read.user_agent else ""
    system = read.device.family if read.device and read.device.brand == "Apple" else ""
    system = system or (read.os.family if read.os else "")
    if browser and system:
        return _("%(browser)s sur %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Appareil inconnu")
