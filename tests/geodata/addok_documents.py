"""Addresses for a local addok, made from the town halls of a département: see docs/geocoding.md.

python manage.py shell -c "from tests.geodata.addok_documents import write; write('23')" > documents.sjson
"""

import json
import re
import sys

from geodata.registry import read_france, town_halls

STREET = re.compile(r"^(?P<number>\d+)(?: (?:bis|ter))? (?P<name>[^\n]+)")
POSTCODE = re.compile(r"^\d{5}", re.MULTILINE)


def write(departement: str) -> None:
    """One street with one number for each town hall, one municipality for each commune."""
    context = f"{departement}, {read_france({departement}).departement_names[departement]}"
    for hall in town_halls([departement]):
        town = {
            "citycode": hall.code,
            "city": hall.commune,
            "context": context,
            "lat": hall.lat,
            "lon": hall.lon,
        }
        postcode, street = POSTCODE.search(hall.address), STREET.search(hall.address)
        town |= {"postcode": postcode[0] if postcode else ""}
        if street:
            numbers = {street["number"]: {"lat": hall.lat, "lon": hall.lon}}
            document = {"_id": f"{hall.code}_s", "type": "street", "name": street["name"], "importance": 0.3}
            sys.stdout.write(json.dumps(town | document | {"housenumbers": numbers}) + "\n")
        municipality = {"_id": hall.code, "type": "municipality", "name": hall.commune, "importance": 0.5}
        sys.stdout.write(json.dumps(town | municipality) + "\n")
