"""What became of every row of a file."""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from directory.standard.rows import Mended, Refused

SHOWN = 50  # lines of each kind in the text; the JSON has them all


@dataclass
class Report:
    """rows = created + updated + unchanged + merged + len(refused), always.

    `merged`: a row folded into the venue of another one; its mended entry on `id` says which.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    labelled: int = 0
    refused: list[Refused] = field(default_factory=list)
    mended: list[Mended] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "merged": self.merged,
            "refused": [asdict(refused) for refused in self.refused],
            "mended": [asdict(mended) for mended in self.mended],
        }

    def as_text(self) -> str:
        counts = [
            (_("lignes lues"), self.rows),
            (_("lieux créés"), self.created),
            (_("lieux mis à jour"), self.updated),
            (_("lieux inchangés"), self.unchanged),
            (_("lignes regroupées avec une autre"), self.merged),
            (_("lignes refusées"), len(self.refused)),
            (_("valeurs corrigées"), len(self.mended)),
            (_("labellisations ouvertes"), self.labelled),
        ]
        lines = [f"{count:>7} {what}" for what, count in counts]
        lines += _told(_("Refusées :"), [f"{each.line} : {each.reason}" for each in self.refused])
        mended = [f"{each.line}, {each.field} : {each.what}" for each in self.mended]
        lines += _told(_("Corrigées ou regroupées :"), mended)
        return "\n".join(lines)


def _told(title: str, details: list[str]) -> list[str]:
    if not details:
        return []
    told = [_("  ligne %(detail)s") % {"detail": detail} for detail in details[:SHOWN]]
    rest = len(details) - len(told)
    more = [_("  … et %(count)d autres (toutes avec --json)") % {"count": rest}] if rest else []
    return ["", title, *told, *more]
