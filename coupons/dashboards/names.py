"""What codes and numbers of the reports are called, and where it is: communes, intercommunalities, services, kinds."""

from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from directory.referential import referential
from geodata.communes import NONE, Communes, communes
from geodata.models import Area, Toponym


@dataclass(frozen=True)
class Named:
    """`codes` tell two of them apart in files; `at` is longitude and latitude."""

    labels: tuple[str, ...]
    codes: tuple[str, ...]
    at: tuple[float, float] | None = field(default=None, compare=False)


class Names:
    """Looked up once for a page: nothing is asked of the database for a commune."""

    def __init__(self) -> None:
        self._communes: dict[str, Named] = {}
        self._categories: dict[int, Named] = {}

    @cached_property
    def _known(self) -> Communes:
        """Asked for once: whether there are new ones is a query."""
        return communes()

    @cached_property
    def _position(self) -> dict[str, int]:
        """An arrondissement of Paris, Lyon or Marseille is taken for its commune."""
        found = {code: i for i, code in enumerate(self._known.code)}
        quarters = Toponym.objects.filter(kind="arrondissement", area__isnull=False)
        for code, commune in quarters.values_list("code", "area__code"):
            if commune in found:
                found.setdefault(code, found[commune])
        return found

    def commune(self, code: str) -> Named:
        if code not in self._communes:
            self._communes[code] = self._commune(code)
        return self._communes[code]

    def _commune(self, code: str) -> Named:
        known, position = self._known, self._position.get(code)
        if position is None:
            return Named((code or _("Commune non précisée"),), (code,))
        at = (float(known.lon[position]), float(known.lat[position]))
        return Named((known.name[position],), (known.code[position],), at)

    def departements(self, codes: set[str]) -> set[int]:
        """Numbers of those to which the communes belong."""
        known = self._known.of["departement"]
        return {int(known[self._position[code]]) for code in codes if code in self._position} - {NONE}

    def at_level(self, level: str, code: str) -> Named:
        """The commune, or the intercommunality it belongs to."""
        position = self._position.get(code)
        if level != "epci" or position is None:
            return self.commune(code)
        area = self._epci.get(int(self._known.of["epci"][position]))
        if area is None:
            return Named((_("Hors intercommunalité"),), ("",))
        return Named((area.name,), (area.code,), (area.point.x, area.point.y))

    @cached_property
    def _epci(self) -> dict[int, Area]:
        rows = Area.objects.current().at_level(Area.Level.EPCI).defer("geom")
        return {area.pk: area for area in rows}

    def category(self, number: int) -> Named:
        """The main category of a service's category: asked for each of many rows, of which few kinds there are."""
        if number not in self._categories:
            self._categories[number] = self._category(number)
        return self._categories[number]

    def _category(self, number: int) -> Named:
        found = referential().categories.get(number)
        if found is None:
            return Named((_("Autre"),), ("",))
        main = found.parent or found
        return Named((main.label,), (main.slug,))

    def sub_category(self, number: int) -> Named:
        found = referential().categories.get(number)
        return Named((found.label,), (found.slug,)) if found else Named((_("Autre"),), ("",))

    def venue_type(self, number: int | None) -> Named:
        found = referential().venue_types.get(number or 0)
        return Named((found.label,), (found.slug,)) if found else Named((_("Type non précisé"),), ("",))

    def pair(self, origin: Named, target: Named) -> Named:
        return Named(origin.labels + target.labels, origin.codes + target.codes, target.at)
