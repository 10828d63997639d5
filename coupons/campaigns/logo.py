"""A sponsor's logo: looked at, made small, and written again as PNG, so that nothing else of the file is kept."""

from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from directory.accounts.refusals import Refused

MAX_BYTES = 1_000_000
MAX_PIXELS = 25_000_000
SIDE_PX = 800
FORMATS = ["PNG", "JPEG", "WEBP", "GIF"]


def read_logo(raw: bytes) -> bytes:
    """A PNG of at most SIDE_PX each way and MAX_BYTES. Raises Refused."""
    if len(raw) > MAX_BYTES:
        raise Refused(_("Ce logo est trop lourd : 1 Mo au plus. Enregistrez-le plus petit."))
    try:
        sent = Image.open(BytesIO(raw), formats=FORMATS)
        if sent.width * sent.height > MAX_PIXELS:
            raise Refused(_("Ce logo est trop grand : 25 millions de points au plus. Réduisez-le."))
        image = sent.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(
            _("Ce fichier n'est pas une image lisible : envoyez un PNG, un JPEG ou un WebP.")
        ) from error
    side = SIDE_PX
    while True:
        image.thumbnail((side, side))
        if len(png := written(image)) <= MAX_BYTES:
            return png
        side //= 2


def written(image: Image.Image) -> bytes:
    clean = Image.new("RGBA", image.size)
    clean.paste(image)
    buffer = BytesIO()
    clean.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
