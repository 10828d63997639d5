"""JSON of strangers: measured before it is parsed, since a megabyte of brackets ends the parser's stack."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from geodata.geometry import MAX_DEPTH, nesting

# A territory may weigh a megabyte; the rest of a rule is small beside it.
MAX_BYTES = 1_500_000
# Of the body around a GeoJSON.
MORE_DEPTH = 4


class BoundedJSONParser(JSONParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise ParseError(_("Cette demande est trop lourde : 1,5 Mo au plus."))
        if nesting(raw.decode("utf-8", "replace")) > MAX_DEPTH + MORE_DEPTH:
            raise ParseError(_("Cette demande est trop imbriquée."))
        return super().parse(BytesIO(raw), media_type, parser_context)
