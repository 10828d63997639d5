"""`{% basemap_data %}`: the attributes by which a map element tells basemap.js what to draw."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from geodata.basemap import client_config

register = template.Library()


@register.simple_tag
def basemap_data() -> SafeString:
    chosen = client_config()
    attributes = 'data-map-kind="{}" data-tiles="{}" data-attribution="{}" data-renderer="{}"'
    return format_html(attributes, chosen["kind"], chosen["tiles"], chosen["attribution"], chosen["script"])
